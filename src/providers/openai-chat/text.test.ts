import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { completionsDialect, type ChatRequest } from "../../wire/chat.ts";
import type { Target } from "../adapter.ts";
import { plainQuirks, type Quirks } from "../quirks.ts";
import { openaiChat } from "./adapter.ts";

const served: Quirks = { ...plainQuirks, completions: ["m"], renames: { max_tokens: "max_completion_tokens", repetition_penalty: "repeat_penalty" } };
const targetOf = (quirks: Quirks): Target => ({ baseUrl: "https://u.test/v1", upstreamModel: "m", parameters: undefined, outputTokensMax: undefined, quirks });

function requestOf(given: Partial<ChatRequest> = {}): ChatRequest {
  return {
    models: ["a/b"], messages: [{ role: "user", content: "Once" }], stream: false, parameters: {}, extra: {}, gateway: {}, protocol: completionsDialect,
    provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false }, ...given,
  };
}

function encode(given: Partial<ChatRequest> = {}, quirks = served) {
  const { url, body, notes } = openaiChat.encodeRequest(requestOf(given), targetOf(quirks));
  return { url, notes, body: JSON.parse(String(body)) as Record<string, unknown> };
}

describe("a text to be continued", () => {
  test("goes as it is to the route for it", () => {
    const { url, body, notes } = encode({ parameters: { max_tokens: 5, repetition_penalty: 1.1, logprobs: true, top_logprobs: 2 }, extra: { suffix: "end" }, stream: true });
    expect(url).toBe("https://u.test/v1/completions");
    expect(body).toEqual({ model: "m", prompt: "Once", suffix: "end", max_tokens: 5, repeat_penalty: 1.1, logprobs: 2, stream: true, stream_options: { include_usage: true } });
    expect(notes).toEqual([]);
  });

  test("names what the route has no word for", () => {
    const { body, notes } = encode({ parameters: { reasoning: { effort: "low" } } });
    expect(body).toEqual({ model: "m", prompt: "Once" });
    expect(notes).toMatchObject([{ parameter: "reasoning", action: "dropped" }]);
  });

  test.each([
    { name: "the endpoint only converses", request: {}, quirks: { ...served, completions: [] } },
    { name: "another model of the provider has the route", request: {}, quirks: { ...served, completions: ["other"] } },
    { name: "a preset has put instructions before it", request: { messages: [{ role: "system" as const, content: "Be brief." }, { role: "user" as const, content: "Once" }] }, quirks: served },
  ])("is a conversation where $name", ({ request, quirks }) => {
    const { url, body, notes } = encode({ ...request, extra: { suffix: "end", safe_prompt: true } }, quirks);
    expect(url).toBe("https://u.test/v1/chat/completions");
    expect(body).toMatchObject({ messages: expect.arrayContaining([{ role: "user", content: "Once" }]), safe_prompt: true });
    expect(body).not.toHaveProperty("suffix");
    expect(notes).toMatchObject([{ parameter: "suffix", action: "dropped" }]);
  });
});

describe("an answer in text", () => {
  const recorded: unknown = JSON.parse(readFileSync(new URL("../../../test/fixtures/openai/completions.completion-text.json", import.meta.url), "utf8"));

  test("as it was recorded", () => {
    const answer = openaiChat.decodeResponse(recorded, requestOf(), targetOf(served));
    expect(answer).toMatchObject({
      upstreamId: "cmpl-D8ZFHlGItjM5Nghki1LmZIRscBz2P",
      choices: [{ index: 0, finish_reason: "length", message: { content: 'The new holiday is called "Gratitude Day" and it celebrates the importance of' } }],
      usage: { promptTokens: 14, completionTokens: 16 },
    });
    expect(answer.choices[0]?.message).not.toHaveProperty("text");
  });

  test("streams", () => {
    const stream = openaiChat.openStream(requestOf({ stream: true }), targetOf(served));
    const push = (choice: object, more = {}) => stream.push({ event: "message", data: JSON.stringify({ id: "c", object: "text_completion", choices: [choice], ...more }) });
    expect(push({ text: "Grüße ", index: 0, finish_reason: null })).toMatchObject([{ choices: [{ index: 0, delta: { content: "Grüße " }, finish_reason: null }] }]);
    expect(push({ text: "日本", index: 0, finish_reason: "stop" })).toMatchObject([{ choices: [{ delta: { content: "日本" }, finish_reason: "stop" }] }]);
    stream.push({ event: "message", data: JSON.stringify({ choices: [], object: "text_completion", usage: { prompt_tokens: 1, completion_tokens: 2 } }) });
    expect(stream.end()).toEqual([{ choices: [], usage: { promptTokens: 1, completionTokens: 2 } }]);
  });
});
