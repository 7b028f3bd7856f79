import { describe, expect, test } from "vitest";
import { decodeAnswer, type ChoiceDialect } from "./answer.ts";
import { readUsage } from "./usage.ts";

// The bodies are written by us, each after what a provider is known to send.
const dialect: ChoiceDialect = { usageOf: (raw) => readUsage(raw, "within"), envelope: "x_own" };
const answerWith = (message: object, finish: string | null = "stop") => decodeAnswer({ id: "c1", choices: [{ index: 0, message, finish_reason: finish }] }, dialect);

test("an answer keeps what it says of itself, and its unknown fields", () => {
  const body = {
    id: "c1", object: "chat.completion", created: 1, model: "m", system_fingerprint: "fp", service_tier: "flex", citations: ["a"], timings: null,
    choices: [{ index: 0, message: { role: "assistant", content: "Hi", annotations: [{ type: "url_citation" }], tool_calls: [], own: 1 }, logprobs: { content: [] }, finish_reason: "eos" }],
    x_own: { usage: { prompt_tokens: 1, completion_tokens: 2 } },
  };
  expect(decodeAnswer(body, dialect)).toEqual({
    upstreamId: "c1", systemFingerprint: "fp", serviceTier: "flex", usage: { promptTokens: 1, completionTokens: 2 }, extra: { citations: ["a"] },
    choices: [{
      index: 0, finish_reason: "stop", native_finish_reason: "eos", logprobs: { content: [] },
      message: { role: "assistant", content: "Hi", refusal: null, reasoning: null, annotations: [{ type: "url_citation" }], own: 1 },
    }],
  });
});

test("reasoning is found where it stands", () => {
  const details = [{ type: "reasoning.text", text: "Hm", format: "unknown", index: 0 }];
  for (const message of [{ content: "Hi", reasoning: "Hm" }, { content: "Hi", reasoning_content: "Hm" }, { content: [{ type: "thinking", thinking: "Hm" }, { type: "text", text: "Hi" }] }]) {
    expect(answerWith(message).choices[0]?.message).toEqual({ role: "assistant", content: "Hi", refusal: null, reasoning: "Hm", reasoning_details: details });
  }
});

test("tool calls are whole: an id, a type, a name and JSON", () => {
  const calls = [{ id: "a", function: { name: "f", arguments: "" } }, { function: { name: "g", arguments: { x: 1 } } }, { id: "c", type: "custom", custom: { name: "h", input: "x" } }];
  expect(answerWith({ content: null, tool_calls: calls }, "tool_calls").choices[0]?.message.tool_calls).toEqual([
    { id: "a", type: "function", function: { name: "f", arguments: "{}" } },
    { id: expect.stringMatching(/^call_[0-9a-f]{24}$/), type: "function", function: { name: "g", arguments: '{"x":1}' } },
    { id: "c", type: "custom", custom: { name: "h", input: "x" } },
  ]);
});

test("a finish that is missing stays missing", () => {
  expect(answerWith({ content: "Hi" }, null).choices[0]).toMatchObject({ finish_reason: null, native_finish_reason: null });
});

describe("what is no answer is a fault", () => {
  const cases = [
    { name: "an error", body: { error: { message: "Overloaded", code: 503 } }, code: "upstream_overloaded" },
    { name: "an error as text", body: { error: "no" }, code: "upstream_failed" },
    { name: "a rate limit", body: { error: { message: "slow", code: 429 } }, code: "upstream_rate_limited" },
    { name: "a list", body: [], code: "upstream_garbled" },
    { name: "text", body: "Hi", code: "upstream_garbled" },
    { name: "another shape", body: { result: "Hi" }, code: "upstream_garbled" },
    { name: "an answer that was given up", body: { choices: [{ message: { content: "Hal" }, finish_reason: "insufficient_system_resource" }] }, code: "upstream_overloaded" },
  ];
  test.each(cases)("$name", ({ body, code }) => expect(() => decodeAnswer(body, dialect)).toThrow(expect.objectContaining({ code })));
});
