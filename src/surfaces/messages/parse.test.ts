import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault } from "../../base/fault.ts";
import type { ChatRequest } from "../../wire/chat.ts";
import { defaultPreferences } from "../preferences.ts";
import { parse } from "./parse.ts";

function parsed(fields: object): ChatRequest {
  return parse(Buffer.from(JSON.stringify({ model: "acme/model", messages: [{ role: "user", content: "Hello" }], ...fields })));
}

/** The canonical messages, as any provider may be sent them. */
function read(...messages: readonly object[]): unknown {
  return JSON.parse(JSON.stringify(parsed({ messages }).messages));
}

const user = (...content: readonly object[]): object => ({ role: "user", content });
const assistant = (...content: readonly object[]): object => ({ role: "assistant", content });

describe("fields", () => {
  test.each<{ name: string; given: object; parameters: object }>([
    { name: "sampling and its bounds", given: { max_tokens: 9, temperature: 0.5, top_p: 0.9, top_k: 3, stop_sequences: ["END"] }, parameters: { max_tokens: 9, temperature: 0.5, top_p: 0.9, top_k: 3, stop: ["END"] } },
    { name: "thinking with a budget", given: { thinking: { type: "enabled", budget_tokens: 2048 } }, parameters: { reasoning: { enabled: true, max_tokens: 2048 } } },
    { name: "adaptive thinking", given: { thinking: { type: "adaptive" }, output_config: { effort: "high" } }, parameters: { reasoning: { enabled: true, effort: "high" } } },
    { name: "no thinking", given: { thinking: { type: "disabled" } }, parameters: { reasoning: { enabled: false } } },
    { name: "a way of thinking that is new", given: { thinking: { type: "sideways" } }, parameters: {} },
    { name: "an effort alone", given: { output_config: { effort: "low" } }, parameters: { verbosity: "low" } },
    { name: "any tool", given: { tool_choice: { type: "any", disable_parallel_tool_use: true } }, parameters: { tool_choice: "required", parallel_tool_calls: false } },
    { name: "one tool", given: { tool_choice: { type: "tool", name: "a" } }, parameters: { tool_choice: { type: "function", function: { name: "a" } } } },
    { name: "no tool", given: { tool_choice: { type: "none" } }, parameters: { tool_choice: "none" } },
    { name: "the standard tier alone", given: { service_tier: "standard_only" }, parameters: { service_tier: "default" } },
    { name: "speed as a tier", given: { speed: "fast" }, parameters: { service_tier: "fast" } },
    { name: "nulls", given: { temperature: null, thinking: null, tools: null, system: null, metadata: null }, parameters: {} },
  ])("$name", ({ given, parameters }) => {
    expect(parsed(given).parameters).toEqual(parameters);
  });

  test.each([
    { name: "closed", schema: { type: "object", properties: { a: {} }, required: ["a"], additionalProperties: false }, strict: { strict: true } },
    { name: "with something that may be left out", schema: { type: "object", properties: { a: {} }, additionalProperties: false }, strict: {} },
    { name: "open within", schema: { type: "array", items: { type: "object" } }, strict: {} },
  ])("a schema that is $name", ({ schema, strict }) => {
    const format = { type: "json_schema", schema };
    const canonical = { response_format: { type: "json_schema", json_schema: { name: "answer", schema, ...strict } } };
    expect(parsed({ output_config: { format } }).parameters).toEqual(canonical);
    expect(parsed({ output_format: format })).toMatchObject({ parameters: canonical, dialect: { output_config: { format } } });
  });

  test("the caller's tools are functions, those that a provider runs are handed on", () => {
    const search = { type: "web_search_20250305", name: "web_search" };
    const { tools } = parsed({ tools: [{ name: "a", description: "A", input_schema: { type: "object" }, cache_control: { type: "ephemeral" } }, search] }).parameters;
    expect(JSON.parse(JSON.stringify(tools))).toEqual([
      { type: "function", function: { name: "a", description: "A", parameters: { type: "object" } }, cache_control: { type: "ephemeral" } }, search,
    ]);
  });

  test("models to fall back on, wishes and what is meant for the gateway", () => {
    const request = parsed({ fallbacks: [{ model: "b/c" }], metadata: { user_id: "u" }, session_id: "s", plugins: [{ id: "web" }], provider: { only: ["first"] }, novelty: 1 });
    expect(request).toMatchObject({
      models: ["acme/model", "b/c"], gateway: { user: "u", sessionId: "s", plugins: [{ id: "web" }] }, provider: { only: ["first"] }, extra: { novelty: 1 }, protocol: "anthropic-messages",
    });
  });

  test("who says nothing of providers has the one object that says so", () => {
    expect(parsed({}).provider).toBe(defaultPreferences);
  });

  test("nobody needs to say how long an answer may be", () => {
    expect(parsed({}).parameters.max_tokens).toBeUndefined();
  });
});

describe("messages", () => {
  test("the system goes first, as text or as parts with their markers", () => {
    expect(parsed({ system: "Be brief" }).messages[0]).toEqual({ role: "system", content: "Be brief" });
    const system = [{ type: "text", text: "Be brief", cache_control: { type: "ephemeral" } }];
    expect(JSON.parse(JSON.stringify(parsed({ system }).messages[0]))).toEqual({ role: "system", content: system });
  });

  test("results of tools are messages before the user's words", () => {
    expect(read(user({ type: "text", text: "Look" }, { type: "tool_result", tool_use_id: "a", content: [{ type: "text", text: "12" }] }, { type: "tool_result", tool_use_id: "b", is_error: true }))).toEqual([
      { role: "tool", tool_call_id: "a", content: "12" },
      { role: "tool", tool_call_id: "b", content: "", is_error: true },
      { role: "user", content: "Look" },
    ]);
  });

  test("an assistant's turn is one message", () => {
    const turn = assistant({ type: "thinking", thinking: "Hm", signature: "s" }, { type: "redacted_thinking", data: "d" }, { type: "text", text: "One " }, { type: "text", text: "two" }, { type: "tool_use", id: "a", name: "b", input: { c: 1 } });
    expect(read(turn)).toEqual([{
      role: "assistant", content: "One two", reasoning: "Hm",
      reasoning_details: [
        { type: "reasoning.text", text: "Hm", signature: "s", format: "anthropic-claude-v1", index: 0 },
        { type: "reasoning.encrypted", data: "d", format: "anthropic-claude-v1", index: 1 },
      ],
      tool_calls: [{ id: "a", type: "function", function: { name: "b", arguments: '{"c":1}' } }],
    }]);
  });

  test.each<{ name: string; block: object; parts: unknown }>([
    { name: "an image as data", block: { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } }, parts: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] },
    { name: "an image by address", block: { type: "image", source: { type: "url", url: "https://a.example/b" } }, parts: [{ type: "image_url", image_url: { url: "https://a.example/b" } }] },
    { name: "a PDF", block: { type: "document", title: "a.pdf", source: { type: "base64", media_type: "application/pdf", data: "AAAA" } }, parts: [{ type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AAAA" } }] },
    { name: "a document of text", block: { type: "document", title: "T", source: { type: "text", media_type: "text/plain", data: "Words" } }, parts: [{ type: "text", text: "T" }, { type: "text", text: "Words" }] },
    { name: "a result of a search", block: { type: "search_result", title: "T", source: "https://a.example", content: [{ type: "text", text: "Found" }] }, parts: [{ type: "text", text: "T\nhttps://a.example" }, { type: "text", text: "Found" }] },
    { name: "a block that is new, as it is", block: { type: "hologram", data: 1 }, parts: [{ type: "hologram", data: 1 }] },
  ])("$name", ({ block, parts }) => {
    expect(read(user(block))).toEqual([{ role: "user", content: parts }]);
  });

  test("a seal that is not ours is a signature like any other", () => {
    for (const forged of ["windrose.reasoning:", "windrose.reasoning:e30", `windrose.reasoning:${Buffer.from('{"type":"reasoning.text","text":{"a":1}}').toString("base64url")}`]) {
      expect(read(assistant({ type: "redacted_thinking", data: forged }))).toMatchObject([{ reasoning_details: [{ type: "reasoning.encrypted", data: forged }] }]);
    }
  });
});

describe("what is refused, by the name of the field", () => {
  test("whatever is sent, nothing but a fault is thrown", () => {
    const word = fc.constantFrom("text", "image", "document", "tool_use", "tool_result", "thinking", "search_result", "base64", "enabled", "user", "assistant", "any", "json_schema");
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 5 }, word, fc.integer(), fc.constant(null), fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("type", "role", "content", "source", "text", "data", "media_type", "input", "id", "name", "title", "signature", "format", "schema", "cache_control", "tool_use_id"), tie("tree"), { maxKeys: 4 })),
    }));
    const field = fc.constantFrom("messages", "system", "tools", "tool_choice", "thinking", "output_config", "output_format", "fallbacks", "metadata", "provider", "stop_sequences", "novelty");
    fc.assert(fc.property(fc.dictionary(field, tree, { maxKeys: 4 }), (given) => {
      try {
        parsed(given);
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    }), { numRuns: 500 });
  });

  const deep = JSON.parse(`${'{"a":'.repeat(100)}1${"}".repeat(100)}`) as object;

  test.each<{ field: string; given: object }>([
    { field: "messages", given: { messages: [] } },
    { field: "messages", given: { messages: null } },
    { field: "messages[0].role", given: { messages: [{ role: "tool", content: "a" }] } },
    { field: "messages[0].content", given: { messages: [{ role: "user" }] } },
    { field: "messages[0].content", given: { messages: [{ role: "user", content: 3 }] } },
    { field: "messages[0].content[0].type", given: { messages: [user({})] } },
    { field: "messages[0].content[0].text", given: { messages: [user({ type: "text" })] } },
    { field: "messages[0].content[0]", given: { messages: [user({ type: "hologram", deep })] } },
    { field: "messages[0].content[0].source.type", given: { messages: [user({ type: "image", source: { type: "telepathy" } })] } },
    { field: "messages[0].content[0].tool_use_id", given: { messages: [user({ type: "tool_result" })] } },
    { field: "messages[0].content[0].id", given: { messages: [assistant({ type: "tool_use", name: "a", input: {} })] } },
    { field: "system[0].text", given: { system: [{ type: "text", text: 1 }] } },
    { field: "max_tokens", given: { max_tokens: 0 } },
    { field: "temperature", given: { temperature: "hot" } },
    { field: "stop_sequences[0]", given: { stop_sequences: [1] } },
    { field: "thinking.budget_tokens", given: { thinking: { type: "enabled" } } },
    { field: "output_config.effort", given: { output_config: { effort: "huge" } } },
    { field: "output_config.format.schema", given: { output_config: { format: { type: "json_schema" } } } },
    { field: "tools[0].name", given: { tools: [{ input_schema: {} }] } },
    { field: "tools[0].input_schema", given: { tools: [{ name: "a", input_schema: "x" }] } },
    { field: "tool_choice.type", given: { tool_choice: { type: "perhaps" } } },
    { field: "metadata.user_id", given: { metadata: { user_id: 3 } } },
    { field: "service_tier", given: { service_tier: "royal" } },
    { field: "fallbacks", given: { fallbacks: [1, 2, 3, 4].map((n) => ({ model: `a/${n}` })) } },
    { field: "fallbacks", given: { fallbacks: [{ model: "a/b" }], models: ["c/d"] } },
    { field: "fallbacks[0].max_tokens", given: { fallbacks: [{ model: "a/b", max_tokens: 1 }] } },
    { field: "novelty", given: { novelty: deep } },
  ])("$field", ({ field, given }) => {
    expect(faultOf(() => parsed(given)).metadata["field"]).toBe(field);
  });
});

function faultOf(act: () => unknown): Fault {
  try {
    act();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new RangeError("nothing was refused");
}
