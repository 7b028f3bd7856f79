import { describe, expect, test } from "vitest";
import { Fault } from "../../base/fault.ts";
import { nanodollars } from "../../base/money.ts";
import type { Closing } from "../surface.ts";
import { encodeAnswer, openEncoder } from "./encode.ts";
import { textLogprobs } from "./logprobs.ts";
import { parse } from "./parse.ts";

const parsed = (body: object) => parse(Buffer.from(JSON.stringify({ model: "a/b", prompt: "Once", ...body })));
const head = { generationId: "gen-1", created: 7, model: "a/b", providerName: "Acme" };
const closing: Closing = {
  bill: { usage: { promptTokens: 1, completionTokens: 2 }, isEstimated: false, total: nanodollars(3n), prompt: nanodollars(1n), completion: nanodollars(2n) },
  endedAt: 8, routing: undefined,
};

describe("a request", () => {
  test("is a conversation of one message", () => {
    expect(parsed({})).toMatchObject({ models: ["a/b"], messages: [{ role: "user", content: "Once" }], stream: false, parameters: {}, protocol: "openai-completions" });
  });

  test.each([
    { name: "a list of one prompt is that prompt", body: { prompt: ["Twice"] }, expected: { messages: [{ role: "user", content: "Twice" }] } },
    { name: "a number of log probabilities is two parameters", body: { logprobs: 3 }, expected: { parameters: { logprobs: true, top_logprobs: 3 } } },
    { name: "no alternatives are log probabilities all the same", body: { logprobs: 0 }, expected: { parameters: { logprobs: true, top_logprobs: 0 } } },
    { name: "the newer flag is taken", body: { logprobs: true }, expected: { parameters: { logprobs: true } } },
    { name: "words of this dialect are kept", body: { suffix: "the end", echo: true }, expected: { extra: { suffix: "the end", echo: true } } },
    { name: "there is one answer, whatever is asked for", body: { n: 3, best_of: 20 }, expected: { extra: {} } },
    { name: "no tools are asked for with none", body: { tools: [], tool_choice: "none", functions: null }, expected: { extra: {} } },
    { name: "sampling is as everywhere", body: { temperature: 0.5, stop: "END", max_tokens: 9 }, expected: { parameters: { temperature: 0.5, stop: ["END"], max_tokens: 9 } } },
  ])("$name", ({ body, expected }) => {
    expect(parsed(body)).toMatchObject(expected);
  });

  test.each([
    { body: { prompt: "" }, field: "prompt" },
    { body: { prompt: null }, field: "prompt" },
    { body: { prompt: ["one", "two"] }, field: "prompt" },
    { body: { prompt: [1, 2, 3] }, field: "prompt" },
    { body: { suffix: 1 }, field: "suffix" },
    { body: { logprobs: 21 }, field: "logprobs" },
    { body: { stream: "yes" }, field: "stream" },
    { body: { tools: [{ type: "function", function: { name: "f" } }] }, field: "tools" },
    { body: { tool_choice: "auto" }, field: "tool_choice" },
    { body: { tool_choice: { type: "function", function: { name: "f" } } }, field: "tool_choice" },
    { body: { functions: [{ name: "f" }] }, field: "functions" },
    { body: { function_call: "auto" }, field: "function_call" },
  ])("with $body is refused by the name of $field", ({ body, field }) => {
    expect(() => parsed(body)).toThrow(Fault);
    expect(() => parsed(body)).toThrow(new RegExp(`^${field}`));
  });
});

describe("an answer", () => {
  const message = { role: "assistant" as const, content: " upon a time", refusal: null, reasoning: null };

  test("is text", () => {
    const answer = { upstreamId: "u", choices: [{ index: 0, message, finish_reason: "stop" as const, native_finish_reason: "stop" }], usage: undefined, systemFingerprint: undefined, serviceTier: undefined, extra: {} };
    expect(JSON.parse(encodeAnswer({ head, answer, closing }))).toMatchObject({
      id: "gen-1", object: "text_completion", model: "a/b", provider: "Acme", created: 7,
      choices: [{ index: 0, text: " upon a time", logprobs: null, finish_reason: "stop" }],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, cost: 3e-9 },
    });
  });

  test("streams as text, then usage, then its end", () => {
    const encoder = openEncoder(head);
    const chunk = encoder.chunk({ choices: [{ index: 0, delta: { content: " upon" }, finish_reason: null, native_finish_reason: null }] });
    expect(JSON.parse(chunk.slice("data: ".length))).toMatchObject({ object: "text_completion", choices: [{ index: 0, text: " upon", finish_reason: null }] });
    const [usage, done] = encoder.finish(closing).split("\n\n");
    expect(JSON.parse((usage as string).slice("data: ".length))).toMatchObject({ choices: [], usage: { total_tokens: 3 } });
    expect(done).toBe("data: [DONE]");
  });

  test("that breaks off says so in its choice and beside it", () => {
    const [event] = openEncoder(head).fail(new Fault("stream_truncated", "Cut."), "req-1", undefined).split("\n\n");
    expect(JSON.parse((event as string).slice("data: ".length))).toMatchObject({ choices: [{ text: "", finish_reason: "error" }], error: { code: 502, message: "Cut." } });
  });

  test("has its log probabilities in parallel lists", () => {
    const content = [{ token: "a", logprob: -0.1, top_logprobs: [{ token: "a", logprob: -0.1 }, { token: "b", logprob: -2 }] }, { token: "bc", logprob: -1, top_logprobs: [] }];
    expect(textLogprobs({ content })).toEqual({ tokens: ["a", "bc"], token_logprobs: [-0.1, -1], top_logprobs: [{ a: -0.1, b: -2 }, {}], text_offset: [0, 1] });
    const native = { tokens: ["a"], token_logprobs: [-0.1], top_logprobs: null, text_offset: [0] };
    expect(textLogprobs(native)).toBe(native);
    expect(textLogprobs(null)).toBeNull();
  });
});
