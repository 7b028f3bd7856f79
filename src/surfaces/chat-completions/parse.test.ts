import { expect, test } from "vitest";
import fc from "fast-check";
import { Fault } from "../../base/fault.ts";
import { parse } from "./parse.ts";

const hello = [{ role: "user", content: "Hello" }];

function parsed(body: unknown) {
  return parse(Buffer.from(JSON.stringify(body)));
}

function refusal(body: unknown): Fault {
  try {
    parse(typeof body === "string" ? Buffer.from(body) : Buffer.from(JSON.stringify(body)));
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("the body was taken");
}

test("a minimal request has its model, its messages and the defaults of routing", () => {
  const request = parsed({ model: "a/b", messages: hello });
  expect(request).toEqual({
    models: ["a/b"], messages: hello, stream: false, parameters: {}, gateway: {}, extra: {},
    provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false },
  });
});

const accepted: readonly { name: string; body: object; expected: object }[] = [
  { name: "null means not set", body: { temperature: null, tools: null, provider: null, stream: null }, expected: { parameters: {}, stream: false } },
  { name: "max_completion_tokens is max_tokens", body: { max_completion_tokens: 7 }, expected: { parameters: { max_tokens: 7 } } },
  { name: "stop is always a list", body: { stop: "END" }, expected: { parameters: { stop: ["END"] } } },
  { name: "unknown fields are kept", body: { safe_prompt: true, deep: { er: [1] } }, expected: { extra: { safe_prompt: true, deep: { er: [1] } } } },
  { name: "fields without effect are dropped", body: { stream_options: { include_usage: true }, usage: { include: true }, n: 1, transforms: ["middle-out"] }, expected: { extra: {}, parameters: {} } },
  { name: "models follow model, once each", body: { models: ["c/d", "a/b"] }, expected: { models: ["a/b", "c/d"] } },
  { name: "reasoning_effort is folded into reasoning", body: { reasoning_effort: "low", include_reasoning: false }, expected: { parameters: { reasoning: { effort: "low", exclude: true } } } },
  { name: "prices are read as numbers and as text", body: { provider: { max_price: { prompt: "0.5", completion: 1 } } }, expected: { provider: { maxPrice: { prompt: 0.5, completion: 1 } } } },
  { name: "a sort by name keeps models apart", body: { provider: { sort: "price" } }, expected: { provider: { sort: { by: "price", partition: "model" } } } },
  { name: "route sort is partition none", body: { route: "sort" }, expected: { provider: { sort: { partition: "none" } } } },
  { name: "a number is the median", body: { provider: { preferred_max_latency: 2 } }, expected: { provider: { preferredMaxLatency: { p50: 2 } } } },
  { name: "routing wishes nobody knows are no reason to refuse", body: { provider: { moon_phase: "full" } }, expected: { provider: { allowFallbacks: true } } },
];

test.each(accepted)("$name", ({ body, expected }) => {
  expect(parsed({ model: "a/b", messages: hello, ...body })).toMatchObject(expected);
});

test("nulls in a message are what is not there, except an assistant's silence", () => {
  const messages = [...hello, { role: "assistant", content: null, tool_calls: null, refusal: null, name: null }, { role: "user", content: "x", tool_calls: null }];
  expect(parsed({ model: "a/b", messages }).messages).toEqual([...hello, { role: "assistant", content: null }, { role: "user", content: "x" }]);
});

test("a call of a custom tool comes back as it was given", () => {
  const call = { id: "c1", type: "custom", custom: { name: "f", input: "x" } };
  expect(parsed({ model: "a/b", messages: [{ role: "assistant", content: "", tool_calls: [call] }, ...hello] }).messages[0]?.tool_calls).toEqual([call]);
});

test("a byte order mark is not part of the JSON", () => {
  expect(parse(Buffer.from(`\uFEFF${JSON.stringify({ model: "a/b", messages: hello })}`)).models).toEqual(["a/b"]);
});

const refused: readonly { name: string; body: unknown; field: string | undefined; says: RegExp }[] = [
  { name: "an empty body", body: "", field: undefined, says: /empty/ },
  { name: "text that is not JSON", body: '{"model": "a/b", "messages": [', field: undefined, says: /not valid JSON/ },
  { name: "an array", body: [], field: undefined, says: /must be a JSON object/ },
  { name: "no model", body: { messages: hello }, field: "model", says: /model must name a model/ },
  { name: "no messages", body: { model: "a/b" }, field: "messages", says: /messages is required/ },
  { name: "an empty conversation", body: { model: "a/b", messages: [] }, field: "messages", says: /at least one message/ },
  { name: "a model that is a number", body: { model: 7, messages: hello }, field: "model", says: /must be a string, not a number/ },
  { name: "a temperature in words", body: { model: "a/b", messages: hello, temperature: "hot" }, field: "temperature", says: /must be a number from 0 to 2, not a string/ },
  { name: "a temperature out of range", body: { model: "a/b", messages: hello, temperature: 3 }, field: "temperature", says: /not 3/ },
  { name: "half a token", body: { model: "a/b", messages: hello, max_tokens: 1.5 }, field: "max_tokens", says: /whole number/ },
  { name: "a role nobody plays", body: { model: "a/b", messages: [{ role: "robot", content: "x" }] }, field: "messages[0].role", says: /one of system, developer/ },
  { name: "a user who says nothing", body: { model: "a/b", messages: [{ role: "user" }] }, field: "messages[0].content", says: /required/ },
  { name: "a part without its type", body: { model: "a/b", messages: [{ role: "user", content: [{ text: "x" }] }] }, field: "messages[0].content[0].type", says: /must be a string/ },
  { name: "an image without a URL", body: { model: "a/b", messages: [{ role: "user", content: [{ type: "image_url", image_url: {} }] }] }, field: "messages[0].content[0].image_url.url", says: /must be a string/ },
  { name: "more models than anybody tries", body: { models: Array.from({ length: 65 }, (_, index) => `a/${index}`), messages: hello }, field: "models", says: /at most 64 models; this has 65/ },
  { name: "a model that is a novel", body: { model: "a/b", models: ["x".repeat(300)], messages: hello }, field: "models[0]", says: /at most 256 characters/ },
  { name: "a user whose name is a novel", body: { model: "a/b", messages: hello, user: "x".repeat(513) }, field: "user", says: /at most 512 characters/ },
  { name: "tool calls of a user that are none", body: { model: "a/b", messages: [{ role: "user", content: "x", tool_calls: [{ a: 1 }] }] }, field: "messages[0].tool_calls[0].id", says: /must be a string/ },
  { name: "a file of numbers", body: { model: "a/b", messages: [{ role: "user", content: [{ type: "file", file: { file_data: 5 } }] }] }, field: "messages[0].content[0].file.file_data", says: /must be a string/ },
  { name: "a tool result without its call", body: { model: "a/b", messages: [{ role: "tool", content: "x" }] }, field: "messages[0].tool_call_id", says: /must be a string/ },
  { name: "a tool without a name", body: { model: "a/b", messages: hello, tools: [{ type: "function", function: {} }] }, field: "tools[0].function.name", says: /must be a string/ },
  { name: "top_logprobs alone", body: { model: "a/b", messages: hello, top_logprobs: 3 }, field: "top_logprobs", says: /needs logprobs/ },
  { name: "two efforts that differ", body: { model: "a/b", messages: hello, reasoning: { effort: "low" }, reasoning_effort: "high" }, field: "reasoning_effort", says: /differs/ },
  { name: "a negative price", body: { model: "a/b", messages: hello, provider: { max_price: { prompt: -1 } } }, field: "provider.max_price.prompt", says: /price in dollars/ },
  { name: "a sort nobody offers", body: { model: "a/b", messages: hello, provider: { sort: "vibes" } }, field: "provider.sort", says: /one of price/ },
  { name: "a tool schema nested without end", body: { model: "a/b", messages: hello, tools: [{ type: "function", function: { name: "f", parameters: nested(200) } }] }, field: "tools[0]", says: /nested more than 64/ },
];

test.each(refused)("$name is refused by name", ({ body, field, says }) => {
  const fault = refusal(body);
  expect(fault.code).toBe("invalid_request");
  expect(fault.message).toMatch(says);
  expect(fault.metadata["field"]).toBe(field);
});

test("a JSON error never quotes the prompt", () => {
  expect(refusal('{"model":"a/b","messages":[{"role":"user","content":"my secret diary"}} ').message).not.toContain("diary");
});

test("whatever the bytes, the answer is a request or a Fault, and the prototype of nothing is touched", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
    try {
      parse(Buffer.from(body));
    } catch (error) {
      expect(error).toBeInstanceOf(Fault);
    }
  }), { numRuns: 500 });
  parse(Buffer.from('{"model":"a/b","messages":[{"role":"user","content":"x"}],"__proto__":{"polluted":true}}'));
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

function nested(levels: number): object {
  return levels === 0 ? {} : { properties: nested(levels - 1) };
}
