import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatAnswer, ChatChunk, FinishReason, Tool, ToolCall } from "../wire/chat.ts";
import { createToolCheck, toolCallsOf, type ToolVerdict } from "./tool-check.ts";

const weather: Tool = {
  type: "function",
  function: { name: "weather", parameters: { type: "object", required: ["city"], properties: { city: { type: "string" }, days: { type: "integer" } }, additionalProperties: false } },
};
const clock: Tool = { type: "function", function: { name: "clock" } };
const tools = [weather, clock];

type Called = readonly [name: string, text: string];

function call([name, text]: Called, index: number): ToolCall {
  return { id: `call_${index}`, type: "function", function: { name, arguments: text } };
}

function answerOf(calls: readonly Called[], finish: FinishReason | null = "tool_calls"): ChatAnswer {
  const message = { role: "assistant", content: null, refusal: null, reasoning: null, tool_calls: calls.map(call) } as const;
  return { upstreamId: undefined, choices: [{ index: 0, message, finish_reason: finish, native_finish_reason: finish }], usage: undefined, systemFingerprint: undefined, serviceTier: undefined, extra: {} };
}

function whole(calls: readonly Called[], { given = tools, finish }: { readonly given?: readonly Tool[]; readonly finish?: FinishReason | null } = {}): ToolVerdict {
  const check = createToolCheck(given);
  check.pushAnswer(answerOf(calls, finish));
  return check.verdict();
}

/** The same calls as a stream, their arguments cut at every `step` characters and in turns. */
function streamed(calls: readonly Called[], step: number): ToolVerdict {
  const check = createToolCheck(tools);
  const push = (delta: ChatChunk["choices"][number]["delta"], finish: FinishReason | null = null): void => check.pushChunk({ choices: [{ index: 0, delta, finish_reason: finish, native_finish_reason: finish }] });
  for (const [index, [name]] of calls.entries()) push({ tool_calls: [{ index, id: `call_${index}`, type: "function", function: { name, arguments: "" } }] });
  for (let from = 0; calls.some(([, text]) => from < text.length); from += step) {
    for (const [index, [, text]] of calls.entries()) if (from < text.length) push({ tool_calls: [{ index, function: { arguments: text.slice(from, from + step) } }] });
  }
  push({}, "tool_calls");
  return check.verdict();
}

const cases: readonly { readonly name: string; readonly made: Called; readonly reason: ToolVerdict["bad"][number]["reason"] | undefined }[] = [
  { name: "a call that fits its tool", made: ["weather", '{"city":"Zürich","days":2}'], reason: undefined },
  { name: "anything, for a tool without a schema", made: ["clock", "[1]"], reason: undefined },
  { name: "no arguments, where none are needed", made: ["clock", ""], reason: undefined },
  { name: "no arguments, where some are needed", made: ["weather", ""], reason: "schema_mismatch" },
  { name: "arguments that break off", made: ["weather", '{"city":"Zü'], reason: "arguments_not_json" },
  { name: "a value of a wrong type", made: ["weather", '{"city":5}'], reason: "schema_mismatch" },
  { name: "an argument that is not the tool's", made: ["weather", '{"city":"a","secret":1}'], reason: "schema_mismatch" },
  { name: "a tool that is not the request's", made: ["wether", "{}"], reason: "unknown_tool" },
  { name: "a name that objects inherit", made: ["constructor", "{}"], reason: "unknown_tool" },
];

describe.each(cases)("$name", ({ made, reason }) => {
  test("is judged the same, whole or streamed, alone or beside a good one", () => {
    const bad = reason === undefined ? [] : [{ index: 0, name: made[0], reason, detail: expect.any(String) }];
    expect(whole([made])).toEqual({ calls: 1, bad });
    for (const step of [1, 3, 100]) expect(streamed([made, ["clock", "{}"]], step)).toEqual({ calls: 2, bad });
    expect(toolCallsOf(whole([made]))).toBe(reason === undefined ? "valid" : "invalid");
  });
});

test("an answer without calls says nothing", () => {
  expect(toolCallsOf(whole([]))).toBeUndefined();
});

test.each(["length", "content_filter", "error", null] as const)("a call that was cut off (%s) is not held against anybody", (finish) => {
  expect(whole([["weather", '{"city":"Zü']], { finish })).toEqual({ calls: 0, bad: [] });
});

test("beside a tool of the provider's own, any name may be right", () => {
  expect(whole([["web_search", "{"]], { given: [...tools, { type: "web_search" }] }).bad).toEqual([]);
});

test("a schema that cannot be read passes everything", () => {
  for (const parameters of [{ type: "dict" }, { $ref: "https://example.com/a" }, { properties: 5 }, { required: "city" }]) {
    expect(whole([["odd", '{"a":1}']], { given: [{ type: "function", function: { name: "odd", parameters } }] }).bad).toEqual([]);
  }
});

test("what it says of a call has none of the arguments, and the schema's place", () => {
  const [bad] = whole([["weather", '{"city":"a","hunter2":"hunter2"}']]).bad;
  expect(bad?.detail).toBe("The arguments do not fit #/additionalProperties of the tool's schema.");
  fc.assert(fc.property(fc.stringMatching(/^[a-z]{8}$/), fc.constantFrom("x", '{"city":{"x":"x"}}', '{"city":["x"]}', '{"days":"x","city":""}', '{"x":1}', '"x"'), (secret, text) => {
    const [found] = whole([["weather", text.replaceAll("x", secret)]]).bad;
    expect(found?.detail).not.toContain(secret);
  }));
});

describe("hostile answers", () => {
  test("arguments beyond a quarter of a million characters are not read", () => {
    const long = `{"city":"${"a".repeat(300_000)}`;
    expect(whole([["weather", long]])).toEqual({ calls: 1, bad: [] });
    expect(whole([["clock", `"${"a".repeat(200_000)}"`], ["weather", `{"city":"${"a".repeat(100_000)}`]]).bad).toEqual([]);
  });

  test("brackets without end are no JSON, and a mountain of calls is counted up to its foot", () => {
    expect(whole([["clock", "[".repeat(200_000)]]).bad).toMatchObject([{ reason: "arguments_not_json" }]);
    expect(whole(Array.from({ length: 1000 }, () => ["nothing", ""] as const)).calls).toBe(256);
  });

  test("many calls to a tool of many conditions cost no more than one", () => {
    let readings = 0;
    const conditions = new Proxy(Array.from({ length: 5_000 }, () => ({ type: "object" })), {
      get: (list, field) => {
        readings += 1;
        return Reflect.get(list, field);
      },
    });
    const given: Tool[] = [{ type: "function", function: { name: "hard", parameters: { allOf: conditions } } }];
    const readingsFor = (calls: number): number => {
      readings = 0;
      whole(Array.from({ length: calls }, () => ["hard", "{}"] as const), { given });
      return readings;
    };
    expect(readingsFor(256)).toBeLessThan(4 * readingsFor(1));
  });

  test("a long name is cut", () => {
    expect(whole([["n".repeat(5000), "{}"]]).bad[0]?.name).toBe("n".repeat(64));
  });
});
