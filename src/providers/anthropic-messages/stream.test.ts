import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault } from "../../base/fault.ts";
import { hasContent, type ChatChunk, type Delta } from "../../wire/chat.ts";
import { createSseParser } from "../../wire/sse.ts";
import { decodeAnswer } from "./answer.ts";
import { openMessageStream } from "./stream.ts";
import { readUsage } from "./usage.ts";

const start = (message: object = {}) => ({ type: "message_start", message: { id: "msg_1", type: "message", role: "assistant", content: [], stop_reason: null, usage: { input_tokens: 9, output_tokens: 1 }, ...message } });
const open = (index: number, block: object) => ({ type: "content_block_start", index, content_block: block });
const delta = (index: number, type: string, fields: object) => ({ type: "content_block_delta", index, delta: { type, ...fields } });
const close = (index: number) => ({ type: "content_block_stop", index });
const end = (reason = "end_turn", usage: object = { output_tokens: 7 }, fields: object = {}) => ({ type: "message_delta", delta: { stop_reason: reason, stop_sequence: null, ...fields }, usage });
const stop = { type: "message_stop" };
const text = { type: "text", text: "" };
const ping = { type: "ping" };

function feed(...events: readonly object[]) {
  const decoder = openMessageStream();
  const chunks = events.map((event) => decoder.push({ event: undefined, data: JSON.stringify(event) }));
  return { decoder, chunks };
}

const push = (event: string | undefined, data: string) => () => openMessageStream().push({ event, data });
const counted = (first: object, later: object) => feed(start({ usage: first }), end("end_turn", later)).decoder.usage();

function deltas(chunks: readonly (readonly ChatChunk[])[]): readonly Delta[] {
  return chunks.flat().flatMap((chunk) => chunk.choices.map((choice) => choice.delta));
}

describe("a stream", () => {
  test("in other alphabets, framed with CRLF and cut byte by byte, says the same", () => {
    const words = "Grüße, 世界 👩‍🚀";
    const events = [start(), open(0, { type: "text", text: "" }), delta(0, "text_delta", { text: words }), close(0), end(), stop];
    const bytes = Buffer.from(events.map((event) => `event: ${event.type}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`).join(""));
    const parser = createSseParser();
    const decoder = openMessageStream();
    const chunks = [...bytes].flatMap((byte) => parser.push(Uint8Array.of(byte)).flatMap((event) => decoder.push(event)));
    expect(chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta.content ?? "")).join("")).toBe(words);
    expect(decoder.end()).toEqual([{ choices: [], usage: { promptTokens: 9, completionTokens: 7 } }]);
  });

  test("pings and announcements are signs of life, not content", () => {
    const { chunks } = feed(start(), ping, open(0, { type: "text", text: "" }), { type: "something_new", index: 0 }, delta(0, "something_new", {}), open(1, { type: "tool_use", id: "t", name: "f", input: {} }));
    expect(deltas(chunks.slice(0, 5)).some(hasContent)).toBe(false);
    expect(deltas(chunks).some(hasContent)).toBe(true);
  });

  test("with calls at the same time numbers them, and calls a tool that takes nothing with {}", () => {
    const { chunks } = feed(
      start(), open(0, { type: "tool_use", id: "a", name: "f", input: {} }), delta(0, "input_json_delta", { partial_json: "" }), open(1, { type: "tool_use", id: "b", name: "g", input: {} }),
      delta(1, "input_json_delta", { partial_json: '{"x"' }), delta(0, "input_json_delta", { partial_json: '{"y":1}' }), delta(1, "input_json_delta", { partial_json: ":2}" }),
      close(0), close(1), open(2, { type: "tool_use", id: "c", name: "h", input: {} }), close(2), open(3, { type: "tool_use", id: "d", name: "i", input: { z: 3 } }), close(3), end("tool_use"),
    );
    const calls: Record<number, string> = {};
    for (const piece of deltas(chunks).flatMap((each) => each.tool_calls ?? [])) {
      calls[piece.index] = `${calls[piece.index] ?? ""}${piece.id ?? ""}${piece.function?.name ?? ""}${piece.function?.arguments ?? ""}`;
    }
    expect(calls).toEqual({ 0: 'af{"y":1}', 1: 'bg{"x":2}', 2: "ch{}", 3: 'di{"z":3}' });
    expect(chunks.at(-1)?.[0]?.choices[0]).toMatchObject({ finish_reason: "tool_calls", native_finish_reason: "tool_use" });
  });

  test("gives reasoning in pieces with its signature, and hidden reasoning as it is", () => {
    const { chunks } = feed(
      start(), open(0, { type: "thinking", thinking: "", signature: "" }), delta(0, "thinking_delta", { thinking: "Hm" }), delta(0, "signature_delta", { signature: "s" }), close(0),
      open(1, { type: "redacted_thinking", data: "d" }), close(1), open(2, { type: "thinking", thinking: "So", signature: "t" }), close(2),
    );
    const format = "anthropic-claude-v1";
    expect(deltas(chunks).map((each) => each.reasoning ?? "").join("")).toBe("HmSo");
    expect(deltas(chunks).flatMap((each) => each.reasoning_details ?? [])).toEqual([
      { type: "reasoning.text", text: "Hm", format, index: 0 },
      { type: "reasoning.text", signature: "s", format, index: 0 },
      { type: "reasoning.encrypted", data: "d", format, index: 1 },
      { type: "reasoning.text", text: "So", signature: "t", format, index: 2 },
    ]);
  });

  test("places citations behind the text they stand for", () => {
    const web = { type: "web_search_result_location", url: "https://w.test", title: "W", cited_text: "cited", encrypted_index: "e" };
    const page = { type: "page_location", cited_text: "p", document_index: 0, document_title: null, start_page_number: 1, end_page_number: 2 };
    const { chunks } = feed(
      start(), open(0, { type: "text", text: "" }), delta(0, "text_delta", { text: "Well. " }), close(0),
      open(1, { type: "text", text: "" }), delta(1, "citations_delta", { citation: web }), delta(1, "text_delta", { text: "So it is." }), delta(1, "citations_delta", { citation: page }), close(1),
    );
    expect(deltas(chunks).flatMap((each) => each.annotations ?? [])).toEqual([
      { type: "url_citation", url_citation: { url: "https://w.test", title: "W", content: "cited", encrypted_index: "e", start_index: 6, end_index: 15 } },
      { type: "file_citation", file_citation: { ...page, start_index: 6, end_index: 15 } },
    ]);
  });

  test("tells a refusal, its reason, and what else it says of itself", () => {
    const details = { type: "refusal", category: "cyber", explanation: "No." };
    const { decoder, chunks } = feed(start(), end("refusal", { output_tokens: 1 }, { stop_details: details, container: { id: "c" } }), stop);
    expect(chunks[1]?.[0]?.choices).toEqual([{ index: 0, delta: { refusal: "No." }, finish_reason: "content_filter", native_finish_reason: "refusal" }]);
    expect(decoder.end()[0]?.extra).toEqual({ stop_details: details, container: { id: "c" } });
  });

  test("keeps a call of the upstream's own that was paused", () => {
    const { chunks } = feed(start(), open(0, { type: "server_tool_use", id: "s", name: "web_search", input: {} }), delta(0, "input_json_delta", { partial_json: '{"query":"q"}' }), close(0), end("pause_turn"));
    expect(chunks.at(-1)?.[0]?.choices[0]).toMatchObject({
      delta: { reasoning_details: [{ type: "reasoning.server_tool_call", tool_name: "web_search", tool_call_id: "s", arguments: '{"query":"q"}', result: "" }] }, finish_reason: "stop",
    });
  });

  test("that says all at its beginning is complete", () => {
    const { decoder, chunks } = feed(start({ content: [{ type: "tool_use", id: "t", name: "f", input: { a: 1 } }], stop_reason: "tool_use" }), stop);
    expect(chunks[0]?.[0]?.choices[0]).toMatchObject({ delta: { tool_calls: [{ index: 0, id: "t", function: { name: "f", arguments: '{"a":1}' } }] }, finish_reason: "tool_calls" });
    expect([decoder.isComplete(), decoder.isEnded()]).toEqual([true, true]);
  });

  test("is complete with its reason, ended with its end, and counted when it is", () => {
    const decoder = openMessageStream();
    const state = (event: object) => {
      decoder.push({ event: undefined, data: JSON.stringify(event) });
      return [decoder.isComplete(), decoder.isEnded(), decoder.usage()?.completionTokens];
    };
    expect(state(start())).toEqual([false, false, undefined]);
    expect(state(open(0, { type: "text", text: "Hi" }))).toEqual([false, false, undefined]);
    expect(state(close(0))).toEqual([false, false, undefined]);
    expect(state(end())).toEqual([true, false, 7]);
    expect(state(stop)).toEqual([true, true, 7]);
  });

  const cuts = [
    { name: "nothing", events: [] },
    { name: "a beginning", events: [start(), ping] },
    { name: "words", events: [start(), open(0, { type: "text", text: "Hi" })] },
    { name: "words and an end without a reason", events: [start(), open(0, { type: "text", text: "Hi" }), close(0), stop] },
  ];
  test.each(cuts)("of $name is cut", ({ events }) => {
    expect(() => feed(...events).decoder.end()).toThrow(expect.objectContaining({ code: "stream_truncated" }));
  });

  const garbled = [
    { name: "two answers", events: [start(), start({ id: "msg_2" })] },
    { name: "words before its beginning", events: [delta(0, "text_delta", { text: "Hi" })] },
    { name: "a block before its beginning", events: [open(0, { type: "text", text: "" })] },
    { name: "an end without a block", events: [start(), close(4)] },
    { name: "a block that begins twice", events: [start(), open(0, text), open(0, text)] },
    { name: "words of a block that has ended", events: [start(), open(0, text), close(0), delta(0, "text_delta", { text: "Hi" })] },
    { name: "a block that ends twice", events: [start(), open(0, text), close(0), close(0)] },
    { name: "a block of no kind", events: [start(), open(0, {})] },
    { name: "words of no kind", events: [start(), open(0, text), { type: "content_block_delta", index: 0, delta: { type: null, text: "Hi" } }] },
    { name: "words that are no text", events: [start(), open(0, text), delta(0, "text_delta", { text: ["Hi"] })] },
    { name: "thoughts that are no text", events: [start(), open(0, { type: "thinking", thinking: "" }), delta(0, "thinking_delta", { thinking: {} })] },
    { name: "arguments that are no text", events: [start(), open(0, { type: "tool_use", id: "t", name: "f", input: {} }), delta(0, "input_json_delta", { partial_json: { x: 1 } })] },
    { name: "words after its finish", events: [start(), open(0, text), end(), delta(0, "text_delta", { text: "Hi" })] },
    { name: "a block after its finish", events: [start(), open(0, text), close(0), end(), open(1, text)] },
    { name: "words after its end", events: [start(), open(0, text), close(0), end(), stop, delta(0, "text_delta", { text: "Hi" })] },
    { name: "a second answer after its end", events: [start(), end(), stop, start()] },
    { name: "what is not of the protocol", events: [{ choices: [] }] },
    { name: "blocks without end", events: [start(), ...Array.from({ length: 200 }, (_, index) => open(index, { type: "text", text: "" }))] },
  ];
  test.each(garbled)("of $name is garbled", ({ events }) => {
    expect(() => feed(...events)).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });

  test("may say after its end what is no part of the answer", () => {
    const { decoder, chunks } = feed(start(), open(0, { type: "text", text: "Hi" }), end(), close(0), end("end_turn", { output_tokens: 9 }), stop, ping, { type: "something_new" }, stop);
    expect(deltas(chunks).map(({ content }) => content ?? "").join("")).toBe("Hi");
    expect(decoder.usage()?.completionTokens).toBe(9);
  });

  test("that is passed on as it came has one block open at a time, for whoever is told has no more", () => {
    const overlapping = [start(), open(0, text), open(1, text), delta(0, "text_delta", { text: "Hi" })];
    const decoder = openMessageStream(true);
    expect(() => overlapping.forEach((event) => decoder.take(event))).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
    expect(deltas(feed(...overlapping).chunks).at(-1)).toEqual({ content: "Hi" });
  });

  test.each([
    { name: "again", index: 0 },
    { name: "after one that is left out", index: 2 },
  ])("of a server that numbers a block $name is read, and refused where it is passed on to whoever counts them", ({ index }) => {
    const numbered = [start(), open(0, text), delta(0, "text_delta", { text: "Hi" }), close(0), open(index, text), delta(index, "text_delta", { text: " there" }), close(index)];
    expect(deltas(feed(...numbered).chunks).map(({ content }) => content ?? "").join("")).toBe("Hi there");
    const decoder = openMessageStream(true);
    expect(() => numbered.forEach((event) => decoder.take(event))).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });

  test("of anything at all is a fault or an answer, never a mistake of ours", () => {
    const type = fc.constantFrom("message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop", "error", "ping");
    const kind = fc.constantFrom("text", "thinking", "tool_use", "server_tool_use", "web_search_tool_result", "text_delta", "thinking_delta", "input_json_delta", "citations_delta", "x");
    const fields = fc.dictionary(fc.constantFrom("type", "text", "thinking", "id", "name", "input", "citations", "citation", "partial_json", "content", "stop_reason", "usage"), fc.oneof(kind, fc.jsonValue({ maxDepth: 2 })));
    const event = fc.record({ type, index: fc.nat(2), message: fc.oneof(fields, fc.jsonValue()), content_block: fields, delta: fields, usage: fc.jsonValue() }, { requiredKeys: ["type"] });
    fc.assert(fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      try {
        feed(start(), ...events).decoder.end();
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    }), { numRuns: 500 });
  });

  test("of half an event is garbled, and an error without JSON still an error", () => {
    expect(push(undefined, '{"type":"mess')).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
    expect(push("error", "oops")).toThrow(expect.objectContaining({ code: "upstream_failed" }));
    expect(push("error", '{"error":{"type":"overloaded_error","message":"Overloaded"}}')).toThrow(expect.objectContaining({ code: "upstream_overloaded" }));
  });
});

describe("a whole answer", () => {
  test("that is an error is one, and one of another protocol is garbled", () => {
    expect(() => decodeAnswer({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } })).toThrow(expect.objectContaining({ code: "upstream_overloaded" }));
    for (const body of [null, [], "text", {}, { choices: [{ message: { content: "Hi" } }] }]) expect(() => decodeAnswer(body)).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });

  test("does not speak in our name", () => {
    expect(decodeAnswer({ type: "message", content: [], stop_reason: "end_turn", provider: "x", openrouter_metadata: {}, container: null }).extra).toEqual({});
  });
});

describe("usage", () => {
  const cases: readonly { name: string; raw: unknown; usage: object | undefined }[] = [
    { name: "what is cached is part of the prompt", raw: { input_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 20, output_tokens: 7 }, usage: { promptTokens: 125, completionTokens: 7, cachedTokens: 100, cacheWriteTokens: 20 } },
    { name: "thinking is part of the answer", raw: { input_tokens: 5, output_tokens: 70, output_tokens_details: { thinking_tokens: 60 } }, usage: { promptTokens: 5, completionTokens: 70, reasoningTokens: 60 } },
    { name: "a summary on the way is paid for", raw: { input_tokens: 5, output_tokens: 7, iterations: [{ type: "compaction", input_tokens: 100, output_tokens: 10 }, { type: "message", input_tokens: 5, output_tokens: 7 }] }, usage: { promptTokens: 105, completionTokens: 17 } },
    { name: "what is kept for an hour is told apart", raw: { input_tokens: 5, cache_creation_input_tokens: 20, cache_creation: { ephemeral_5m_input_tokens: 8, ephemeral_1h_input_tokens: 12 }, output_tokens: 7 }, usage: { promptTokens: 25, completionTokens: 7, cacheWriteTokens: 20, cacheWriteHourTokens: 12 } },
    { name: "so it is in a summary", raw: { input_tokens: 5, cache_creation_input_tokens: 0, output_tokens: 7, iterations: [{ type: "compaction", input_tokens: 1, cache_creation_input_tokens: 9, cache_creation: { ephemeral_1h_input_tokens: 9 }, output_tokens: 1 }] }, usage: { promptTokens: 15, completionTokens: 8, cacheWriteTokens: 9, cacheWriteHourTokens: 9 } },
    { name: "searches are counted", raw: { input_tokens: 5, output_tokens: 7, server_tool_use: { web_search_requests: 3, web_fetch_requests: 1 } }, usage: { promptTokens: 5, completionTokens: 7, webSearches: 3 } },
    { name: "nonsense is none", raw: { input_tokens: -1, output_tokens: 7 }, usage: undefined },
    { name: "half is none", raw: { input_tokens: 1 }, usage: undefined },
    { name: "none is none", raw: null, usage: undefined },
  ];
  test.each(cases)("$name", ({ raw, usage }) => {
    expect(readUsage(raw)).toEqual(usage);
  });

  test("grows over a stream, and is not forgotten by a later nothing", () => {
    expect(counted({ input_tokens: 43, output_tokens: 1, cache_read_input_tokens: 4 }, { input_tokens: 61, output_tokens: 9 })).toEqual({ promptTokens: 65, completionTokens: 9, cachedTokens: 4 });
    expect(counted({ input_tokens: 43, output_tokens: 1 }, { input_tokens: 0, output_tokens: 9 })).toEqual({ promptTokens: 43, completionTokens: 9 });
    expect(counted({ input_tokens: 0, output_tokens: 0 }, { input_tokens: 3, output_tokens: 9, cache_read_input_tokens: null })).toEqual({ promptTokens: 3, completionTokens: 9 });
  });
});
