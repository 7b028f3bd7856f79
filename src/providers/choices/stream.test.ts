import { describe, expect, test } from "vitest";
import { hasContent, type ChatChunk } from "../../wire/chat.ts";
import { openChoiceStream } from "./stream.ts";
import { readUsage } from "./usage.ts";

// The events are written by us, each after what a provider is known to send.
function stream(envelope?: string) {
  return openChoiceStream({ usageOf: (raw) => readUsage(raw, "within"), envelope });
}

function run(events: readonly unknown[], envelope?: string): readonly ChatChunk[] {
  const decoder = stream(envelope);
  const chunks = events.flatMap((data) => decoder.push({ event: undefined, data: typeof data === "string" ? data : JSON.stringify(data) }));
  return [...chunks, ...decoder.end()];
}

const delta = (fields: object, finish: string | null = null) => ({ id: "c1", choices: [{ index: 0, delta: fields, finish_reason: finish }] });
const end = delta({}, "stop");
const whole = (message: object, finish: string) => ({ id: "c1", object: "chat.completion", choices: [{ index: 0, message, finish_reason: finish }], usage: { prompt_tokens: 3, completion_tokens: 4 } });
const details = (text: string) => [{ type: "reasoning.text", text, format: "unknown", index: 0 }];
const call = (fields: object, name?: string, text?: string) => ({ ...fields, function: { ...(name === undefined ? {} : { name }), ...(text === undefined ? {} : { arguments: text }) } });
const pieces = (chunks: readonly ChatChunk[]) => chunks.flatMap((chunk) => chunk.choices.flatMap((choice) => choice.delta.tool_calls ?? []));

describe("chunks", () => {
  test("carry the head of the answer once, and usage and unknown fields at the end", () => {
    const head = { id: "c1", system_fingerprint: "fp", service_tier: "default", obfuscation: "xx", citations: ["a"], usage: { prompt_tokens: 1, completion_tokens: 1 } };
    const chunks = run([
      { ...head, choices: [{ index: 0, delta: { role: "assistant", content: "Hi" } }] },
      { ...head, choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: { prompt_tokens: 1, completion_tokens: 2 } },
      "[DONE]",
    ]);
    expect(chunks).toEqual([
      { upstreamId: "c1", systemFingerprint: "fp", serviceTier: "default", choices: [{ index: 0, delta: { role: "assistant", content: "Hi" }, finish_reason: null, native_finish_reason: null }] },
      { choices: [{ index: 0, delta: {}, finish_reason: "stop", native_finish_reason: "stop" }] },
      { choices: [], usage: { promptTokens: 1, completionTokens: 2 }, extra: { citations: ["a"] } },
    ]);
  });

  test("hand the delta on with everything that is in it", () => {
    const [chunk] = run([delta({ content: "Hi", annotations: [{ type: "url_citation" }], vendor: 1 }), end]);
    expect(chunk?.choices[0]?.delta).toEqual({ content: "Hi", annotations: [{ type: "url_citation" }], vendor: 1 });
  });

  test("give a second finish of a choice no second time, and drop the empty delta with it", () => {
    const chunks = run([delta({ content: "Hi" }), end, end, delta({}, "length")]);
    expect(chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.finish_reason))).toEqual([null, "stop"]);
  });

  const wholes = [
    { name: "after the finish", events: [delta({ content: "Hi" }), end, whole({ role: "assistant", content: "Hi" }, "stop")], said: ["Hi"] },
    { name: "as the finish", events: [delta({ content: "Hi" }), delta({ content: "!" }), whole({ role: "assistant", content: "Hi!" }, "stop")], said: ["Hi", "!"] },
    { name: "of a call", events: [delta({ tool_calls: [call({ index: 0, id: "a" }, "f", "{}")] }), whole({ tool_calls: [call({ id: "a" }, "f", "{}")] }, "tool_calls")], said: ["{}"] },
    { name: "in pieces", events: [whole({ content: "H" }, ""), whole({ content: "i" }, "stop")], said: ["H", "i"] },
    { name: "alone", events: [delta({ role: "assistant", content: "" }), whole({ role: "assistant", content: "Hi" }, "stop")], said: ["Hi"] },
  ];
  test.each(wholes)("hear a message that is told whole $name once, with the usage that comes with it", ({ events, said }) => {
    const chunks = run(events);
    const choices = chunks.flatMap((chunk) => chunk.choices);
    expect(choices.filter((choice) => hasContent(choice.delta)).map((choice) => choice.delta.tool_calls?.[0]?.function?.arguments ?? choice.delta.content)).toEqual(said);
    expect(choices.filter((choice) => choice.finish_reason !== null)).toHaveLength(1);
    expect(chunks.at(-1)?.usage).toEqual({ promptTokens: 3, completionTokens: 4 });
  });

  test.each([["error", "upstream_failed"], ["insufficient_system_resource", "upstream_overloaded"]])("end with %s in a failure, not in an answer that is complete", (finish, code) => {
    const decoder = stream();
    const push = (data: object) => decoder.push({ event: undefined, data: JSON.stringify(data) });
    push(delta({ content: "Hi" }));
    expect(() => push(delta({}, finish))).toThrow(expect.objectContaining({ code }));
    expect(decoder.isComplete()).toBe(false);
  });

  test("take usage from the provider's own envelope, and nothing else of it", () => {
    expect(run([delta({ content: "Hi" }), { ...end, x_own: { id: "r", usage: { prompt_tokens: 3, completion_tokens: 4 } } }], "x_own").at(-1)).toEqual({
      choices: [],
      usage: { promptTokens: 3, completionTokens: 4 },
    });
  });

  test("give several choices their own finish, and miss one that never comes", () => {
    const both = { choices: [{ index: 0, delta: { content: "a" } }, { index: 1, delta: { content: "b" }, finish_reason: "stop" }] };
    expect(run([both, end]).flatMap((chunk) => chunk.choices.map((choice) => [choice.index, choice.finish_reason]))).toEqual([[0, null], [1, "stop"], [0, "stop"]]);
    expect(() => run([both])).toThrow(expect.objectContaining({ code: "stream_truncated" }));
  });

  const finishes = [
    ["eos", "stop"], ["function_call", "tool_calls"], ["model_length", "length"], ["max_tokens", "length"], ["content_filter", "content_filter"], ["a new word", "stop"],
  ] as const;
  test.each(finishes)("finish %s as %s, keeping the word", (native, finish) => {
    expect(run([delta({}, native)])[0]?.choices[0]).toMatchObject({ finish_reason: finish, native_finish_reason: native });
  });
});

describe("reasoning", () => {
  const cases = [
    { name: "reasoning_content", delta: { reasoning_content: "Hm", content: null }, said: { reasoning: "Hm", reasoning_details: details("Hm"), content: null } },
    { name: "reasoning", delta: { reasoning: "Hm" }, said: { reasoning: "Hm", reasoning_details: details("Hm") } },
    { name: "null beside content", delta: { reasoning_content: null, content: "Hi" }, said: { content: "Hi" } },
    { name: "empty text", delta: { reasoning_content: "", content: "" }, said: { reasoning: "", content: "" } },
    { name: "details that came so", delta: { reasoning: "Hm", reasoning_details: [{ type: "reasoning.encrypted", data: "x" }] }, said: { reasoning: "Hm", reasoning_details: [{ type: "reasoning.encrypted", data: "x" }] } },
    { name: "parts", delta: { content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }, { type: "text", text: "Hi" }] }, said: { reasoning: "Hm", reasoning_details: details("Hm"), content: "Hi" } },
    { name: "parts that are not text", delta: { content: [{ type: "text", text: "Hi" }, { type: "reference", reference_ids: [1] }] }, said: { content: "Hi", content_parts: [{ type: "reference", reference_ids: [1] }] } },
  ];
  test.each(cases)("from $name", ({ delta: given, said }) => {
    expect(JSON.parse(JSON.stringify(run([delta(given), end])[0]?.choices[0]?.delta))).toEqual(said);
  });
});

describe("tool calls", () => {
  const cases = [
    {
      name: "ids and names repeated empty",
      deltas: [[call({ index: 0, id: "a" }, "f", "")], [call({ index: 0, id: "" }, "", '{"x"')], [call({ index: 0, id: null }, "", ":1}")]],
      calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }, { index: 0, function: { arguments: '{"x"' } }, { index: 0, function: { arguments: ":1}" } }],
    },
    {
      name: "ids and names repeated in full",
      deltas: [[call({ index: 0, id: "a" }, "f", "{")], [call({ index: 0, id: "a" }, "f", "}")]],
      calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{" } }, { index: 0, function: { arguments: "}" } }],
    },
    {
      name: "a name that comes late",
      deltas: [[call({ index: 0, id: "a" })], [call({ index: 0 }, "f", "{}")]],
      calls: [{ index: 0, id: "a", type: "function", function: { arguments: "" } }, { index: 0, function: { name: "f", arguments: "{}" } }],
    },
    {
      name: "no index, whole calls",
      deltas: [[call({ id: "a" }, "f", "{}"), call({ id: "b" }, "g", "{}")]],
      calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{}" } }, { index: 1, id: "b", type: "function", function: { name: "g", arguments: "{}" } }],
    },
    {
      name: "an index that starts at 1",
      deltas: [[call({ index: 1, id: "a" }, "f", "{}")], [call({ index: 2, id: "b" }, "g", "{}")]],
      calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{}" } }, { index: 1, id: "b", type: "function", function: { name: "g", arguments: "{}" } }],
    },
    {
      name: "one index for two calls",
      deltas: [[call({ index: 0, id: "a" }, "f", "{}")], [call({ index: 0, id: "b" }, "g", "{")], [call({ index: 0 }, undefined, "}")]],
      calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{}" } }, { index: 1, id: "b", type: "function", function: { name: "g", arguments: "{" } }, { index: 1, function: { arguments: "}" } }],
    },
    {
      name: "no arguments, which become an object",
      deltas: [[call({ index: 0, id: "a" }, "f")]],
      calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }, { index: 0, function: { arguments: "{}" } }],
    },
    {
      name: "a custom tool, whose text is no JSON",
      deltas: [[{ index: 0, id: "a", type: "custom", custom: { name: "sql", input: "" } }], [{ index: 0, custom: { input: "SELECT " } }], [{ index: 0, custom: { input: "1" } }]],
      calls: [{ index: 0, id: "a", type: "custom", custom: { name: "sql", input: "" } }, { index: 0, custom: { input: "SELECT " } }, { index: 0, custom: { input: "1" } }],
    },
    {
      name: "arguments as an object, or null",
      deltas: [[{ index: 0, id: "a", function: { name: "f", arguments: { x: 1 } } }, { index: 1, id: "b", function: { name: "g", arguments: "null" } }]],
      calls: [
        { index: 0, id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
        { index: 1, id: "b", type: "function", function: { name: "g", arguments: "" } },
        { index: 1, function: { arguments: "{}" } },
      ],
    },
  ];
  test.each(cases)("with $name", ({ deltas, calls }) => {
    expect(pieces(run([...deltas.map((tool_calls) => delta({ tool_calls })), delta({}, "tool_calls")]))).toEqual(calls);
  });

  test("without ids are given ids, the same at every reading", () => {
    const events = [delta({ tool_calls: [call({ index: 0 }, "f", "{}"), call({ index: 1 }, "f", "{}")] }), delta({}, "tool_calls")];
    const [first, second] = pieces(run(events));
    expect(first?.id).toMatch(/^call_[0-9a-f]{24}$/);
    expect(second?.id).not.toBe(first?.id);
    expect(pieces(run(events))).toEqual([first, second]);
  });
});

describe("failures", () => {
  const errors = [
    { name: "an error event", data: { error: { message: "Overloaded", type: "overloaded_error" } }, code: "upstream_overloaded" },
    { name: "an error with a code", data: { error: { code: 429, message: "slow" } }, code: "upstream_rate_limited" },
    { name: "an error as text", data: { error: "llama runner process has terminated" }, code: "upstream_failed" },
    { name: "an error beside choices", data: { choices: [], error: { message: "x", code: 502 } }, code: "upstream_failed" },
    { name: "a flat error", data: { object: "error", message: "This model's maximum context length is 8 tokens", code: 400, type: "BadRequestError" }, code: "context_length_exceeded" },
    { name: "a finish that says so", data: delta({}, "insufficient_system_resource"), code: "upstream_overloaded" },
    { name: "a finish that says error", data: delta({}, "error"), code: "upstream_failed" },
    { name: "an error in the envelope", data: { ...delta({}), x_own: { error: "over capacity" } }, code: "upstream_failed" },
    { name: "what is not JSON", data: "{nonsense", code: "upstream_garbled" },
    { name: "what is not an object", data: "42", code: "upstream_garbled" },
    { name: "an event of another protocol", data: { response: "Hi" }, code: "upstream_garbled" },
    { name: "two pieces in one event", data: [delta({ content: "a" }), delta({ content: "b" })], code: "upstream_garbled" },
    { name: "choices that are no list", data: { object: "chat.completion.chunk", choices: { 0: { delta: { content: "a" } } } }, code: "upstream_garbled" },
    { name: "a choice that is none", data: { choices: ["a"] }, code: "upstream_garbled" },
    { name: "a delta that is none", data: { choices: [{ index: 0, delta: "a" }] }, code: "upstream_garbled" },
    { name: "a part that is no text", data: delta({ content: [{ type: "text", text: 7 }] }), code: "upstream_garbled" },
    { name: "calls that are no list", data: delta({ tool_calls: call({ index: 0, id: "a" }, "f", "{}") }), code: "upstream_garbled" },
    { name: "a call that is none", data: delta({ tool_calls: ["f"] }), code: "upstream_garbled" },
    { name: "a call whose beginning is missing", data: delta({ tool_calls: [call({ index: 0 }, undefined, '{"x":1}')] }, "tool_calls"), code: "upstream_garbled" },
    { name: "a choice that cannot be", data: { choices: [{ index: 0.5, delta: {} }] }, code: "upstream_garbled" },
  ];
  test.each(errors)("$name is $code", ({ data, code }) => {
    expect(() => run([delta({ content: "Hi" }), data], "x_own")).toThrow(expect.objectContaining({ code }));
  });

  test("an event named error is an error whatever its data", () => {
    expect(() => stream().push({ event: "error", data: "it broke" })).toThrow(expect.objectContaining({ code: "upstream_failed", message: "it broke" }));
  });

  test("blank events and chunks without choices are no failures, nor is what is no part of the answer after its end", () => {
    const chunks = run(["", "  ", { object: "chat.completion.chunk", prompt_filter_results: [] }, delta({ content: "Hi" }), end, "[DONE]", "", { took_ms: 7 }, delta({ content: "" }), end, "[DONE]"]);
    expect(chunks).toHaveLength(3);
  });

  test("what nobody can read is a failure after the end as well, and a finish that is one", () => {
    expect(() => run([delta({ content: "Hi" }), end, "[DONE]", "{nonsense"])).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
    expect(() => run([delta({ content: "Hi" }), end, delta({}, "error")])).toThrow(expect.objectContaining({ code: "upstream_failed" }));
  });

  test("what comes after [DONE] is not kept back", () => {
    expect(run([delta({ content: "Hi" }), "[DONE]", delta({ content: "!" }), end]).flatMap(({ choices }) => choices.map((choice) => choice.delta.content ?? "")).join("")).toBe("Hi!");
  });

  test("a stream with nothing in it is truncated, marked as done or not", () => {
    for (const events of [[], ["[DONE]"], [{ choices: [], usage: { prompt_tokens: 1, completion_tokens: 0 } }]]) {
      expect(() => run(events)).toThrow(expect.objectContaining({ code: "stream_truncated" }));
    }
  });

  test("hostile indices do not make us keep state without end", () => {
    const choices = Array.from({ length: 200 }, (_, index) => ({ index, delta: { content: "x" } }));
    expect(() => run([{ choices }])).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });
});
