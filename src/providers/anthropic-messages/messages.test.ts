import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message, ToolCall } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { anthropicMessages } from "./adapter.ts";
import { encodeMessages } from "./messages.ts";
import { strictSchema } from "./format.ts";
import { traitsOf } from "./models.ts";
import { plainQuirks } from "../quirks.ts";

function encode(...messages: readonly Message[]) {
  const notes: ParameterNote[] = [];
  return { ...encodeMessages(messages, notes), notes };
}

const text = (words: string) => ({ type: "text", text: words });
const user = (...content: readonly object[]) => ({ role: "user", content });
const assistant = (...content: readonly object[]) => ({ role: "assistant", content });
const call = (id: string, args = "{}"): ToolCall => ({ id, type: "function", function: { name: "clock", arguments: args } });
const used = (id: string, input: object = {}) => ({ type: "tool_use", id, name: "clock", input });
const hello: Message = { role: "user", content: "Hello" };
const format = "anthropic-claude-v1";
const piece = (fields: object, index: number) => ({ type: "reasoning.text", ...fields, format, index });

describe("roles", () => {
  test("system and developer stand apart, wherever they stood", () => {
    const { system, turns, notes } = encode({ role: "system", content: "A" }, { role: "developer", content: [{ type: "text", text: "B", cache_control: { type: "ephemeral" } }] }, hello, { role: "system", content: "C" });
    expect(system).toEqual([text("A"), { ...text("B"), cache_control: { type: "ephemeral" } }, text("C")]);
    expect(turns).toEqual([user(text("Hello"))]);
    expect(notes).toHaveLength(1);
  });

  test("turns of one role are one, results before words", () => {
    const { turns } = encode(
      hello, { role: "user", content: "there", name: "Ada" }, { role: "assistant", content: "Let me see", tool_calls: [call("a"), call("b")] },
      { role: "tool", tool_call_id: "a", content: "noon" }, { role: "user", content: "Well?" }, { role: "tool", tool_call_id: "b", content: "", is_error: true },
    );
    expect(turns).toEqual([
      user(text("Hello"), text("Ada: there")),
      assistant(text("Let me see"), used("a"), used("b")),
      user({ type: "tool_result", tool_use_id: "a", content: [text("noon")] }, { type: "tool_result", tool_use_id: "b", is_error: true }, text("Well?")),
    ]);
  });

  test("what is empty is left out, and white space at the end of a message to be continued", () => {
    const { turns, notes } = encode({ role: "user", content: [{ type: "text", text: "" }, { type: "text", text: "Hi" }] }, { role: "assistant", content: " " }, hello, { role: "assistant", content: "It is \n" });
    expect(turns).toEqual([user(text("Hi"), text("Hello")), assistant(text("It is"))]);
    expect(notes).toHaveLength(1);
  });
});

describe("content", () => {
  const cases: readonly { name: string; part: object; block: object }[] = [
    { name: "an image by address", part: { type: "image_url", image_url: { url: "https://i.test/a.png" } }, block: { type: "image", source: { type: "url", url: "https://i.test/a.png" } } },
    { name: "an image as data", part: { type: "image_url", image_url: { url: "data:image/jpg;base64,AAAA" } }, block: { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "AAAA" } } },
    { name: "data in plain letters", part: { type: "image_url", image_url: { url: "data:image/svg+xml,%3Csvg%3E" } }, block: { type: "image", source: { type: "base64", media_type: "image/svg+xml", data: "PHN2Zz4=" } } },
    { name: "a PDF as data", part: { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERg==" } }, block: { type: "document", source: { type: "base64", media_type: "application/pdf", data: "JVBERg==" }, title: "a.pdf" } },
    { name: "a PDF by address", part: { type: "file", file: { file_data: "https://f.test/a.pdf" } }, block: { type: "document", source: { type: "url", url: "https://f.test/a.pdf" } } },
    { name: "a PDF in bare letters", part: { type: "file", file: { file_data: "JVBERg==" } }, block: { type: "document", source: { type: "base64", media_type: "application/pdf", data: "JVBERg==" } } },
    { name: "a text file", part: { type: "file", file: { file_data: "data:text/csv;charset=utf-8;base64,w6k7MQ==" }, citations: { enabled: true } }, block: { type: "document", source: { type: "text", media_type: "text/plain", data: "é;1" }, citations: { enabled: true } } },
    { name: "an image as a file", part: { type: "file", file: { file_data: "data:image/png;base64,AAAA" } }, block: { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } } },
    { name: "a breakpoint of another dialect", part: { type: "text", text: "x", prompt_cache_breakpoint: { mode: "explicit" } }, block: { type: "text", text: "x", cache_control: { type: "ephemeral" } } },
    { name: "a block of the protocol's own", part: { type: "search_result", source: "s", title: "t", content: [] }, block: { type: "search_result", source: "s", title: "t", content: [] } },
  ];
  test.each(cases)("$name", ({ part, block }) => {
    const message = { role: "user", content: [part] } as unknown as Message;
    expect(encode(message)).toMatchObject({ turns: [user(block)], notes: [] });
    const told = { role: "tool", tool_call_id: "a", content: [part] } as unknown as Message;
    expect(encode(told).turns).toEqual([user({ type: "tool_result", tool_use_id: "a", content: [block] })]);
  });

  test("an uploaded file needs its beta; sound and film are dropped with a note each", () => {
    const { turns, betas, notes } = encode({
      role: "user",
      content: [
        { type: "file", file: { file_id: "file_1" } }, { type: "input_audio", input_audio: { data: "", format: "wav" } },
        { type: "video_url", video_url: { url: "https://v.test" } }, { type: "video_url", video_url: { url: "https://v.test" } },
      ],
    });
    expect(turns).toEqual([user({ type: "document", source: { type: "file", file_id: "file_1" } })]);
    expect([...betas]).toEqual(["files-api-2025-04-14"]);
    expect(notes).toHaveLength(2);
  });

  test("a marker of a message stands on its last block", () => {
    expect(encode({ role: "tool", tool_call_id: "a", content: "x", cache_control: { type: "ephemeral" } }).turns).toEqual([
      user({ type: "tool_result", tool_use_id: "a", content: [text("x")], cache_control: { type: "ephemeral" } }),
    ]);
  });
});

describe("tool calls", () => {
  const inputs = [
    { args: '{"a":1}', input: { a: 1 }, notes: 0 },
    { args: "", input: {}, notes: 0 },
    { args: "not JSON", input: { arguments: "not JSON" }, notes: 1 },
    { args: "[1]", input: { arguments: "[1]" }, notes: 1 },
  ];
  test.each(inputs)("with $args are given $input", ({ args, input, notes }) => {
    const encoded = encode(hello, { role: "assistant", tool_calls: [call("a", args)] }, { role: "tool", tool_call_id: "a", content: "x" });
    expect(encoded.turns[1]).toEqual(assistant(used("a", input)));
    expect(encoded.notes).toHaveLength(notes);
  });

  test("have ids that are legal, unique, and those of their results", () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.constantFrom("a", "call:0", "functions.f:1", ""), fc.string({ unit: "binary" })), { minLength: 1, maxLength: 8 }), (ids) => {
      const messages = ids.flatMap((id): Message[] => [{ role: "assistant", tool_calls: [call(id)] }, { role: "tool", tool_call_id: id, content: "x" }]);
      const blocks = encode(hello, ...messages).turns.flatMap((turn) => turn.content);
      const called = blocks.flatMap((block) => (block["type"] === "tool_use" ? [String(block["id"])] : []));
      expect(called.every((id) => /^[a-zA-Z0-9_-]+$/.test(id))).toBe(true);
      expect(new Set(called).size).toBe(ids.length);
      expect(blocks.flatMap((block) => (block["type"] === "tool_result" ? [block["tool_use_id"]] : []))).toEqual(called);
      expect(encode(hello, ...messages)).toEqual(encode(hello, ...messages));
    }));
  });
});

describe("reasoning", () => {
  test("is given back unchanged, in front, in its order", () => {
    const { turns, notes } = encode(hello, {
      role: "assistant", content: "Noon.", reasoning: "Hm.", tool_calls: [call("a")],
      reasoning_details: [
        { type: "reasoning.text", text: "Hm.", signature: "sig+/=", format, index: 0 },
        { type: "reasoning.encrypted", data: "opaque", format, index: 1 },
        { type: "reasoning.text", text: "", signature: "kept-to-itself" },
      ],
    });
    expect(turns[1]).toEqual(assistant(
      { type: "thinking", thinking: "Hm.", signature: "sig+/=" }, { type: "redacted_thinking", data: "opaque" }, { type: "thinking", thinking: "", signature: "kept-to-itself" },
      text("Noon."), used("a"),
    ));
    expect(notes).toEqual([]);
  });

  test("in the pieces of a stream is one again", () => {
    const { turns } = encode(hello, {
      role: "assistant", content: "x",
      reasoning_details: [piece({ text: "A" }, 0), piece({ text: "B" }, 0), piece({ signature: "s0" }, 0), piece({ text: "C" }, 1), piece({ signature: "s1" }, 1)],
    });
    expect(turns[1]?.content.slice(0, 2)).toEqual([{ type: "thinking", thinking: "AB", signature: "s0" }, { type: "thinking", thinking: "C", signature: "s1" }]);
  });

  const foreign: readonly { name: string; said: object }[] = [
    { name: "another's", said: { reasoning_details: [{ type: "reasoning.encrypted", data: "x", format: "openai-responses-v1" }] } },
    { name: "a summary", said: { reasoning_details: [{ type: "reasoning.summary", summary: "x", format }] } },
    { name: "without a signature", said: { reasoning_details: [{ type: "reasoning.text", text: "x", format }] } },
    { name: "as text alone", said: { reasoning: "x" } },
  ];
  test.each(foreign)("$name is dropped with a note", ({ said }) => {
    const { turns, notes } = encode(hello, { role: "assistant", content: "x", ...said }, hello, { role: "assistant", content: "y", ...said });
    expect(turns[1]).toEqual(assistant(text("x")));
    expect(notes).toEqual([{ parameter: "messages", action: "dropped", detail: "reasoning that this provider did not sign" }]);
  });

  test("of an answer, whole or streamed, is given back as it came, and so is what the upstream did itself", () => {
    const blocks = [
      { type: "thinking", thinking: "Ähm", signature: "s" },
      { type: "redacted_thinking", data: "d" },
      { type: "server_tool_use", id: "srvtoolu_1", name: "code_execution", input: { code: "fetch()" }, caller: { type: "direct" } },
      { type: "server_tool_use", id: "srvtoolu_2", name: "web_fetch", input: { url: "https://x.test" }, caller: { type: "code_execution_20260120", tool_id: "srvtoolu_1" } },
      { type: "web_fetch_tool_result", tool_use_id: "srvtoolu_2", content: { type: "web_fetch_result" }, caller: { type: "code_execution_20260120", tool_id: "srvtoolu_1" } },
      { type: "code_execution_tool_result", tool_use_id: "srvtoolu_1", content: { stdout: "x" }, caller: { type: "direct" } },
      { type: "mcp_tool_use", id: "mcptoolu_1", name: "find", server_name: "files", input: {} },
      { type: "mcp_tool_result", tool_use_id: "mcptoolu_1", content: [], is_error: false },
      { type: "server_tool_use", id: "srvtoolu_3", name: "web_search", input: { query: "q" } },
      { type: "compaction", content: "So far" },
      { type: "text", text: "Wait" },
    ];
    const target = { baseUrl: "https://a.test", upstreamModel: "claude-sonnet-4-5", parameters: undefined, outputTokensMax: 1, quirks: plainQuirks };
    const answer = anthropicMessages.decodeResponse({ id: "m", type: "message", content: blocks, stop_reason: "pause_turn" }, {} as never, target);
    const message = answer.choices[0]?.message as Message;
    expect(encode(hello, message).turns[1]?.content).toEqual(blocks);
  });
});

describe("a schema", () => {
  const cases: readonly { name: string; schema: Record<string, unknown>; strict: Record<string, unknown> | undefined }[] = [
    { name: "closes every object", schema: { type: "object", properties: { a: { type: "object", properties: {} } } }, strict: { type: "object", properties: { a: { type: "object", properties: {}, additionalProperties: false } }, additionalProperties: false } },
    { name: "says alternatives one way", schema: { oneOf: [{ type: "string", format: "email" }, { $ref: "#/$defs/a" }], $defs: { a: { type: "null" } } }, strict: { anyOf: [{ type: "string", format: "email" }, { $ref: "#/$defs/a" }], $defs: { a: { type: "null" } } } },
    { name: "keeps limits as words", schema: { type: "array", description: "All", items: { type: "string", pattern: "a+" }, maxItems: 3 }, strict: { type: "array", description: 'All\n{"maxItems":3}', items: { type: "string", description: '{"pattern":"a+"}' } } },
    { name: "of any object is none", schema: { type: "array", items: { type: "object" } }, strict: undefined },
    { name: "of open objects is none", schema: { type: "object", properties: {}, additionalProperties: { type: "string" } }, strict: undefined },
  ];
  test.each(cases)("$name", ({ schema, strict }) => {
    expect(strictSchema(schema)?.schema).toEqual(strict);
  });
});

describe("a model's version", () => {
  const cases = [
    { model: "claude-3-5-sonnet-20241022", thinking: "none", continues: true, sampling: "unthinking" },
    { model: "claude-3-7-sonnet-20250219", thinking: "budget", continues: true, sampling: "unthinking" },
    { model: "claude-sonnet-4@20250514", thinking: "budget", continues: true, sampling: "unthinking" },
    { model: "anthropic.claude-opus-4-1-20250805-v1:0", thinking: "budget", continues: true, sampling: "either" },
    { model: "claude-haiku-4.5", thinking: "budget", continues: true, sampling: "either" },
    { model: "claude-opus-4-6", thinking: "either", continues: false, sampling: "either" },
    { model: "claude-opus-4-7-fast", thinking: "effort", continues: false, sampling: "none" },
    { model: "claude-fable-5", thinking: "effort", continues: false, sampling: "none" },
    { model: "MiniMax-M2", thinking: "budget", continues: false, sampling: "free" },
  ];
  test.each(cases)("$model", ({ model, ...traits }) => {
    expect(traitsOf(model)).toMatchObject(traits);
  });
});
