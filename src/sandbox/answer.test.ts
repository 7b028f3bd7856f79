import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { composeAnswer } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { readRequest } from "./request.ts";
import { countTokens } from "./tokens.ts";

const ajv = new Ajv2020({ strict: false });

function ask(fields: object): Answer {
  const body = { model: "mistralai/ministral-8b", messages: [{ role: "user", content: "What is the meaning of life?" }], ...fields };
  return composeAnswer(readRequest(Buffer.from(JSON.stringify(body))));
}

const saying = (content: string) => ({ messages: [{ role: "user", content }] });
const text = (answer: Answer) => answer.content.join("");
const weather = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" }, unit: { enum: ["c", "f"] } }, required: ["city"], additionalProperties: false } },
};
const clock = { type: "function", function: { name: "currentTime", parameters: { type: "object", properties: { zone: { type: "string" } } } } };
const bare = { type: "function", function: { name: "ping" } };

describe("what the sandbox says", () => {
  test("quotes short questions of any script, and names the sandbox", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter((words) => /^\S+$/u.test(words)), (words) => {
      const said = text(ask(saying(words)));
      expect(said).toContain(`“${words}”`);
      expect(said).toContain("sandbox");
    }));
  });

  test("is the same for the same seed and differs between seeds", () => {
    expect(ask({ seed: 7 })).toEqual(ask({ seed: 7 }));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => text(ask({ seed })))).size).toBeGreaterThan(10);
  });

  test("does not change with parameters that are not its business", () => {
    expect(ask({ temperature: 2, user: "a", stream: true, max_tokens: 1000 })).toEqual(ask({}));
    expect(text(ask({ reasoning_effort: "high" }))).toBe(text(ask({})));
  });

  test("survives any content", () => {
    fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (content, tools, format) => {
      const answer = ask({ messages: [{ role: "user", content }], tools, response_format: format });
      expect(answer.usage.completionTokens).toBeGreaterThan(0);
    }));
  });
});

describe("limits", () => {
  test("max_tokens cuts the same text, says length, and counts what was kept", () => {
    const whole = ask({});
    fc.assert(fc.property(fc.integer({ min: 1, max: 200 }), (most) => {
      const cut = ask({ max_tokens: most });
      expect(text(whole).startsWith(text(cut))).toBe(true);
      expect(cut.finish).toBe(most < whole.usage.completionTokens ? "length" : "stop");
      expect(cut.usage.completionTokens).toBe(Math.min(most, whole.usage.completionTokens));
      expect(countTokens(text(cut))).toBe(cut.usage.completionTokens);
    }));
  });

  test("stop ends the text before the earliest sequence", () => {
    const cut = ask({ stop: ["sandbox", "life?"] });
    expect(text(cut)).not.toContain("life?");
    expect(cut.finish).toBe("stop");
    expect(text(ask({})).startsWith(`${text(cut)}life?`)).toBe(true);
  });

  test("a length that was asked for is kept exactly", () => {
    const request = readRequest(Buffer.from(JSON.stringify({ model: "m", ...saying("Hello") })));
    expect(composeAnswer(request, 5).content).toHaveLength(5);
    expect(composeAnswer(request, 700).usage.completionTokens).toBe(700);
  });

  test("tool calls are cut too, and a name is never half a name", () => {
    const whole = ask({ tools: [weather, bare], tool_choice: "required", ...saying("ping and weather") });
    expect(whole.calls.map((call) => call.name)).toEqual(["get_weather", "ping"]);
    for (let most = 1; most < whole.usage.completionTokens; most++) {
      const cut = ask({ tools: [weather, bare], tool_choice: "required", ...saying("ping and weather"), max_tokens: most });
      expect(cut.finish).toBe("length");
      expect(cut.usage.completionTokens).toBeLessThanOrEqual(most);
      expect(cut.calls.every((call) => ["get_weather", "ping"].includes(call.name))).toBe(true);
    }
  });
});

describe("tool calls", () => {
  const tools = [weather, clock, bare];
  const cases = [
    { name: "a mention of a word of the name", fields: { tools, ...saying("How is the weather in Oslo?") }, calls: ["get_weather"] },
    { name: "a mention of the whole name", fields: { tools, ...saying("Please use currentTime.") }, calls: ["currentTime"] },
    { name: "several mentions", fields: { tools, ...saying("Weather and time, please") }, calls: ["get_weather", "currentTime"] },
    { name: "several mentions, one at a time", fields: { tools, parallel_tool_calls: false, ...saying("Weather and time, please") }, calls: ["get_weather"] },
    { name: "no mention", fields: { tools, ...saying("Tell me a story") }, calls: [] },
    { name: "a mention, but no tools wanted", fields: { tools, tool_choice: "none", ...saying("weather") }, calls: [] },
    { name: "a named tool", fields: { tools, tool_choice: { type: "function", function: { name: "ping" } } }, calls: ["ping"] },
    { name: "one required", fields: { tools: [bare], tool_choice: "required" }, calls: ["ping"] },
    { name: "no tools", fields: saying("weather"), calls: [] },
  ];
  test.each(cases)("$name gives $calls", ({ fields, calls }) => {
    const answer = ask(fields);
    expect(answer.calls.map((call) => call.name)).toEqual(calls);
    expect(answer.finish).toBe(calls.length > 0 ? "tool_calls" : "stop");
    expect(answer.content.length > 0).toBe(calls.length === 0);
  });

  test("have arguments that fit, whatever the seed", () => {
    const fits = ajv.compile(weather.function.parameters);
    for (let seed = 0; seed < 50; seed++) {
      const [call] = ask({ tools, seed, ...saying("weather") }).calls;
      expect(fits(JSON.parse(call?.arguments.join("") ?? ""))).toBe(true);
      expect(call?.id).toMatch(/^call_[0-9A-Za-z]{24}$/);
    }
  });

  test("speak of the place and the question that were named", () => {
    const search = { type: "function", function: { name: "search", parameters: { type: "object", properties: { query: { type: "string" }, location: { type: "string", maxLength: 20 } }, required: ["query", "location"] } } };
    const [call] = ask({ tools: [search], ...saying("Search for weather in São Paulo, please") }).calls;
    expect(JSON.parse(call?.arguments.join("") ?? "")).toEqual({ query: "Search for weather in São Paulo, please", location: "São Paulo" });
  });

  test("are followed by words that use the results", () => {
    const said = ask({ tools, messages: [
      { role: "user", content: "How is the weather in Zürich?" },
      { role: "assistant", content: null, tool_calls: [{ id: "call_1", type: "function", function: { name: "get_weather", arguments: "{}" } }] },
      { role: "tool", tool_call_id: "call_1", content: "{\"sky\":\"heiß und klar\"}" },
    ] });
    expect(said.calls).toEqual([]);
    expect(text(said)).toContain("get_weather answered: {\"sky\":\"heiß und klar\"}");
  });
});

describe("structured answers", () => {
  const schema = { type: "object", properties: { score: { type: "integer", minimum: 0, maximum: 5 }, tags: { type: "array", items: { type: "string" }, minItems: 2 } }, required: ["score", "tags"], additionalProperties: false };

  test("fit the schema, whatever the seed", () => {
    const fits = ajv.compile(schema);
    for (let seed = 0; seed < 50; seed++) {
      const answer = ask({ seed, response_format: { type: "json_schema", json_schema: { name: "rating", strict: true, schema } } });
      expect(fits(JSON.parse(text(answer)))).toBe(true);
    }
  });

  test("are an object when any object will do", () => {
    expect(JSON.parse(text(ask({ response_format: { type: "json_object" } })))).toMatchObject({ sandbox: true });
  });
});

describe("usage", () => {
  const cases = [
    { name: "a message", fields: saying("one two three"), promptTokens: 7 },
    { name: "parts", fields: { messages: [{ role: "user", content: [{ type: "text", text: "one" }, { type: "image_url", image_url: { url: "https://example.com/a.png" } }] }] }, promptTokens: 261 },
    { name: "tools", fields: { ...saying("one"), tools: [bare] }, promptTokens: 5 + countTokens(JSON.stringify([bare])) },
  ];
  test.each(cases)("counts $name", ({ fields, promptTokens }) => {
    expect(ask(fields).usage.promptTokens).toBe(promptTokens);
  });

  const wishes = [
    { fields: { reasoning_effort: "low" }, thinks: true },
    { fields: { reasoning: { enabled: true } }, thinks: true },
    { fields: { reasoning: { max_tokens: 100, exclude: true } }, thinks: true },
    { fields: { reasoning: { effort: "none" } }, thinks: false },
    { fields: {}, thinks: false },
  ];
  test.each(wishes)("counts reasoning with $fields: $thinks", ({ fields, thinks }) => {
    const { usage, content } = ask(fields);
    expect(usage.reasoningTokens > 0).toBe(thinks);
    expect(usage.completionTokens).toBe(usage.reasoningTokens + content.length);
  });
});
