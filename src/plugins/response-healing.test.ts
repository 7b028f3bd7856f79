import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { misfitOf } from "../relay/json-schema.ts";
import type { ChatAnswer, ChatRequest, FinishReason, ResponseFormat } from "../wire/chat.ts";
import { responseHealing } from "./response-healing.ts";

const person = { type: "object", properties: { name: { type: "string" }, age: { type: "integer" } }, required: ["name"] };
const object: ResponseFormat = { type: "json_object" };
const schema = (of: Readonly<Record<string, unknown>>): ResponseFormat => ({ type: "json_schema", json_schema: { name: "answer", schema: of } });

function answer(content: string | null, finish: FinishReason = "stop"): ChatAnswer {
  const message = { role: "assistant" as const, content, refusal: null, reasoning: null };
  return { upstreamId: "1", choices: [{ index: 0, message, finish_reason: finish, native_finish_reason: finish }], usage: undefined, systemFingerprint: undefined, serviceTier: undefined, extra: {} };
}

function requestFor(format: ResponseFormat | undefined): ChatRequest {
  return {
    models: ["a/b"], messages: [{ role: "user", content: "JSON, please" }], stream: false, parameters: format === undefined ? {} : { response_format: format },
    provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false }, gateway: {}, extra: {},
  };
}

/** What the caller reads. */
function healed(content: string, format: ResponseFormat | undefined, finish?: FinishReason): string | null | undefined {
  const mended = responseHealing.mend?.(answer(content, finish), requestFor(format), { misfitOf });
  return mended === undefined ? content : mended.answer.choices[0]?.message.content;
}

const ada = { name: "Ada", age: 36 };
const broken: readonly (readonly [what: string, text: string])[] = [
  ["a fence", '```json\n{"name": "Ada", "age": 36}\n```'],
  ["a fence without a word, not closed", '```\n{"name": "Ada", "age": 36}'],
  ["words before it", 'Here is the person you asked for: {"name": "Ada", "age": 36}'],
  ["words around it", 'Sure!\n{"name": "Ada", "age": 36}\nLet me know if you need more.'],
  ["words around a fence", 'Sure!\n```json\n{"name": "Ada", "age": 36}\n```\nAnything else?'],
  ["a trailing comma", '{"name": "Ada", "age": 36,}'],
  ["single quotes", "{'name': 'Ada', 'age': 36}"],
  ["unquoted keys", '{name: "Ada", age: 36}'],
  ["a comment", '{"name": "Ada", /* in 1851 */ "age": 36}'],
  ["a bracket that is missing", '{"name": "Ada", "age": 36'],
  ["a comma that is missing", '{"name": "Ada"\n"age": 36}'],
  ["words of another language", '{"name": "Ada", "age": 36, "alive": None}'],
  ["all of it", "Of course:\n```json\n{name: 'Ada', // the first\n age: 36,\n```"],
];

describe("JSON is mended that came with", () => {
  test.each(broken)("%s", (_what, text) => {
    for (const format of [object, schema(person)]) expect(JSON.parse(healed(text, format) ?? "")).toMatchObject(ada);
  });

  test("nothing but a fence, without another change to it", () => {
    expect(healed('```json\n{"a": 1.0,\n  "b":"x"}\n```', object)).toBe('{"a": 1.0,\n  "b":"x"}');
  });
});

describe("an answer is left as it is", () => {
  test.each([
    ["when what comes of it does not fit the schema", '{"age": 36,}', schema(person), "stop"],
    ["when it is cut off", '{"name": "Ada', object, "length"],
    ["when it is prose", "I cannot say.", object, "stop"],
    ["when it is prose with a bracket", "See [1] for more {details}.", schema(person), "stop"],
    ["when JSON was not asked for", "{'a': 1}", undefined, "stop"],
    ["when it was asked for as text", "{'a': 1}", { type: "text" }, "stop"],
    ["when it is empty", "", object, "stop"],
    ["when it is beyond bounds", `{'a': '${"x".repeat(300_000)}'}`, object, "stop"],
    ["when it is nested beyond reason", "{'a':".repeat(100_000), object, "stop"],
  ] as const)("%s", (_why, text, format, finish) => {
    expect(healed(text, format, finish)).toBe(text);
  });

  test("whenever it is JSON, of any kind, whatever the schema says", () => {
    fc.assert(fc.property(fc.json(), fc.constantFrom(object, schema(person), schema({ type: "string" })), (text, format) => {
      expect(responseHealing.mend?.(answer(text), requestFor(format), { misfitOf })).toBeUndefined();
    }));
  });
});

test("whatever is said, what is changed is JSON of the kind that was asked for", () => {
  const noise = fc.string({ unit: fc.constantFrom("{", "}", "[", "]", '"', "'", ":", ",", "a", "1", " ", "\n", "`", "\\", "/", "*", "é") });
  fc.assert(fc.property(noise, (text) => {
    const told = healed(text, object);
    if (told === text) return;
    const value: unknown = JSON.parse(told ?? "");
    expect(typeof value === "object" && value !== null && !Array.isArray(value)).toBe(true);
  }), { numRuns: 2000 });
});

test("what was done is told, and the other choices stay the same objects", () => {
  const given = answer("{'a': 1}");
  const two = { ...given, choices: [...given.choices, { ...(answer('{"b": 2}').choices[0] as ChatAnswer["choices"][number]), index: 1 }] };
  const mended = responseHealing.mend?.(two, requestFor(object), { misfitOf });
  expect(mended?.stage).toMatchObject({ type: "response_healing", name: "response-healing", data: { choices: [0] } });
  expect(mended?.answer.choices[1]).toBe(two.choices[1]);
});
