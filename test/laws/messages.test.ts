/**
 * The laws of the Messages surface: what its callers write reaches a provider of their own dialect as they wrote it, what such
 * a provider answers reaches them as it was said, and what any other provider says is the same whether it is streamed or not.
 */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nanodollars } from "../../src/base/money.ts";
import { anthropicMessages } from "../../src/providers/anthropic-messages/adapter.ts";
import { quirksOf } from "../../src/providers/known-quirks.ts";
import { adapterFor } from "../../src/providers/registry.ts";
import { messages } from "../../src/surfaces/messages/surface.ts";
import type { Closing } from "../../src/surfaces/surface.ts";
import type { AssistantMessage, ChatAnswer, ChatChunk, ChatRequest, Delta } from "../../src/wire/chat.ts";
import { createSseParser } from "../../src/wire/sse.ts";
import { framed, recorded, recordedBytes, recordedLines, type Recorded } from "../fixtures/recorded.ts";
import type { Json } from "../support/caller.ts";
import { gatherMessage, readEvents } from "../support/message-events.ts";
import { target } from "./adapter.ts";
import { gather } from "./gather.ts";

const head = { generationId: "gen-1", created: 0, model: "acme/model", providerName: "Acme" };
const nothing = nanodollars(0n);
const closing: Closing = {
  bill: { usage: { promptTokens: 10, completionTokens: 5 }, isEstimated: false, total: nothing, prompt: nothing, completion: nothing }, endedAt: 0, routing: undefined,
};

function parsed(body: object): ChatRequest {
  return messages.parse(Buffer.from(JSON.stringify({ model: "acme/claude", messages: [{ role: "user", content: "Hello" }], ...body })));
}

/** What a provider of the dialect is sent for this body. */
function sent(body: object, upstreamModel = "claude-opus-4-8"): Json {
  return JSON.parse(String(anthropicMessages.encodeRequest(parsed(body), { ...target, upstreamModel }).body));
}

const anyJson = fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes("__proto__"));
const words = fc.string({ minLength: 1 }).map((text) => `${text}.`);
const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/);
/** Fields that nobody knows, on whatever block. */
const beside = fc.dictionary(fc.constantFrom("cache_control", "novelty", "caller", "title"), anyJson.filter((value) => value !== null), { maxKeys: 2 });

function block(type: string, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> {
  return fc.tuple(beside, fc.record(fields)).map(([more, own]) => ({ ...more, ...own, type }));
}

const text = block("text", { text: words, title: fc.constant("a") });
const image = block("image", { source: fc.constantFrom({ type: "url", url: "https://a.example/b.png" }, { type: "base64", media_type: "image/png", data: "AAAA" }, { type: "file", file_id: "file_1" }) });
const document = block("document", {
  title: words,
  source: fc.constantFrom({ type: "url", url: "https://a.example/b.pdf" }, { type: "base64", media_type: "application/pdf", data: "AAAA" }, { type: "text", media_type: "text/plain", data: "Text" },
    { type: "content", content: [{ type: "text", text: "Inner" }] }),
});
const searchResult = block("search_result", { source: words, title: words, content: fc.constant([{ type: "text", text: "Found" }]) });
const unknown = block("hologram", { data: anyJson });
const result = (ids: fc.Arbitrary<string>) => block("tool_result", { tool_use_id: ids, title: fc.constant("a"), content: fc.oneof(words, fc.array(fc.oneof(text, image, document, searchResult), { maxLength: 3 })), is_error: fc.boolean() });
const userTurn = fc.tuple(fc.array(result(id), { maxLength: 2 }), fc.array(fc.oneof(text, image, document, searchResult, unknown), { minLength: 1, maxLength: 3 }))
  .map(([results, others]) => ({ role: "user", content: [...results, ...others] }));
const speech = fc.oneof(
  text,
  block("thinking", { thinking: words, signature: words }),
  block("redacted_thinking", { data: words }),
  block("tool_use", { id, name: id, input: fc.dictionary(id, anyJson, { maxKeys: 2 }) }),
  block("server_tool_use", { id, name: fc.constant("web_search"), input: fc.constant({ query: "a" }) }),
  block("web_search_tool_result", { tool_use_id: id, content: fc.constant([{ type: "web_search_result", url: "https://a.example", encrypted_content: "x" }]) }),
  block("compaction", { content: words, encrypted_content: words }),
  unknown,
);
const assistantTurn = fc.array(speech, { minLength: 1, maxLength: 5 }).map((content) => ({ role: "assistant", content }));
const turns = fc.tuple(fc.array(fc.tuple(userTurn, assistantTurn), { maxLength: 3 }), userTurn).map(([pairs, last]) => uniqueCalls([...pairs.flat(), last]));

/** In a conversation every call has an id of its own. */
function uniqueCalls(conversation: readonly Json[]): readonly Json[] {
  let calls = 0;
  return conversation.map(({ role, content }) => ({ role, content: content.map((each: Json) => (each.type === "tool_use" ? { ...each, id: `${each.id}_${calls++}` } : each)) }));
}

describe("requests of the provider's own dialect", () => {
  test("every block arrives as it was written, in its place", () => {
    fc.assert(fc.property(turns, fc.array(text, { minLength: 1, maxLength: 2 }), (conversation, system) => {
      const body = sent({ messages: conversation, system });
      expect(body.messages).toEqual(JSON.parse(JSON.stringify(conversation)));
      expect(body.system).toEqual(JSON.parse(JSON.stringify(system)));
    }), { numRuns: 300 });
  });

  test.each<{ name: string; fields: Json; model?: string }>([
    { name: "a tool with fields that nobody knows", fields: { tools: [{ name: "weather", description: "Tells it", strict: true, input_schema: { type: "object", properties: { city: {} } }, cache_control: { type: "ephemeral" }, input_examples: [{ city: "Paris" }], novelty: 1 }] } },
    { name: "a tool of the provider's", fields: { tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 2 }, { type: "novelty", name: "novelty" }] } },
    { name: "one tool to call", fields: { tools: [{ name: "a", input_schema: { type: "object" } }], tool_choice: { type: "tool", name: "a", disable_parallel_tool_use: true } } },
    { name: "any tool to call", fields: { tools: [{ name: "a", input_schema: { type: "object" } }], tool_choice: { type: "any" } } },
    { name: "thinking with a budget", model: "claude-sonnet-4-5", fields: { thinking: { type: "enabled", budget_tokens: 2000, display: "omitted" }, max_tokens: 4000 } },
    { name: "adaptive thinking", fields: { thinking: { type: "adaptive", display: "omitted" }, output_config: { effort: "max", task_budget: { type: "tokens", total: 20000 } } } },
    { name: "an effort without thinking", fields: { output_config: { effort: "low" } } },
    { name: "a schema", fields: { output_config: { format: { type: "json_schema", schema: { type: "object", properties: { a: { type: "number", minimum: 1 } }, additionalProperties: false } } } } },
    { name: "stop sequences, sampling and the cache", model: "claude-sonnet-4-0", fields: { stop_sequences: ["END"], temperature: 0.5, top_k: 3, max_tokens: 77, cache_control: { type: "ephemeral" } } },
    { name: "fields that nobody knows", fields: { context_management: { edits: [] }, container: "c", mcp_servers: [{ type: "url" }], inference_geo: "eu", novelty: { a: 1 } } },
  ])("$name", ({ fields, model }) => {
    expect(sent(fields, model)).toMatchObject(fields);
  });

  test("a system message stays where it is, for models that take it there", () => {
    const conversation = [{ role: "user", content: [{ type: "text", text: "Hello" }] }, { role: "system", content: [{ type: "text", text: "Be brief" }] }];
    expect(sent({ messages: conversation }).messages).toEqual(conversation);
    expect(sent({ messages: conversation }, "claude-sonnet-4-5")).toMatchObject({ system: [{ type: "text", text: "Be brief" }], messages: [conversation[0]] });
  });

  test("ids that another provider made up become ones that this one takes, the same for the call and its result", () => {
    const [called, answered] = sent({ messages: [{ role: "assistant", content: [{ type: "tool_use", id: "functions.a:0", name: "a", input: {} }] }, { role: "user", content: [{ type: "tool_result", tool_use_id: "functions.a:0" }] }] }).messages;
    expect(called.content[0].id).toMatch(/^toolu_\w+$/);
    expect(answered.content[0].tool_use_id).toBe(called.content[0].id);
  });

  test("what the model cannot be told in the caller's words is said in its own", () => {
    expect(sent({ thinking: { type: "enabled", budget_tokens: 2000 } }).thinking).toMatchObject({ type: "adaptive" });
    const { output_config: config, system } = sent({ output_config: { effort: "low", format: { type: "json_schema", schema: { type: "object" } } } }, "some-model");
    expect(config).toBeUndefined();
    expect(system[0].text).toContain("JSON Schema");
  });
});

const own = parsed({});

function chunksOf(fixture: Recorded, request: ChatRequest): readonly ChatChunk[] {
  const decoder = adapterOf(fixture).openStream(request, { ...target, quirks: quirksOf(fixture.provider) });
  const parser = createSseParser();
  return [...parser.push(framed(recordedLines(fixture))).flatMap((event) => decoder.push(event)), ...decoder.end()];
}

function adapterOf({ wire_format: protocol }: Recorded) {
  const adapter = adapterFor(protocol);
  if (adapter === undefined) throw new RangeError(`no adapter for ${protocol}`);
  return adapter;
}

function told(chunks: readonly ChatChunk[]): Json[] {
  const encoder = messages.openEncoder(head, own);
  return readEvents(chunks.map((chunk) => encoder.chunk(chunk)).join("") + encoder.finish(closing));
}

const chats = recorded(({ kind, wire_format: protocol }) => kind === "chat" && adapterFor(protocol) !== undefined);
const ours = ({ id: _id, usage: _usage, provider: _provider, model: _model, ...message }: Json): Json => message;
const named = (fixtures: readonly Recorded[]) => fixtures.map((fixture) => [fixture.id, fixture] as const);

describe("answers of the caller's own dialect", () => {
  const streams = chats.filter(({ wire_format: protocol, stream }) => protocol === "anthropic-messages" && stream);
  const wholes = chats.filter(({ wire_format: protocol, stream }) => protocol === "anthropic-messages" && !stream);

  test.each(named(streams))("the stream %s is told event by event", (name, fixture) => {
    const events = recordedLines(fixture).map((line) => JSON.parse(line) as Json);
    // One recorded stream begins twice, as some servers do.
    const once = events.filter((event, index) => event.type !== "message_start" || index === 0);
    const message = gatherMessage(told(chunksOf(fixture, own)));
    expect(ours(message)).toMatchObject(ours(gatherMessage(once)));
    expect(message, name).toMatchObject({ id: "gen-1", model: "acme/model", provider: "Acme", usage: { input_tokens: 10, output_tokens: 5, cost: 0 } });
  });

  test.each(named(wholes))("the answer %s is told as it is", (_name, fixture) => {
    const body = JSON.parse(recordedBytes(fixture).toString("utf8")) as Json;
    const answer = anthropicMessages.decodeResponse(body, own, target);
    expect(ours(JSON.parse(messages.encodeAnswer({ head, answer, closing }, own)))).toEqual({ stop_sequence: null, stop_details: null, container: null, ...ours(body) });
  });

  test("the thoughts of an answer that hides them are not told, though the event had them", () => {
    const fixture = wholes.find((each) => each.expected.reasoning !== null) as Recorded;
    const answer = anthropicMessages.decodeResponse(JSON.parse(recordedBytes(fixture).toString("utf8")), own, target);
    const hidden: ChatAnswer = { ...answer, choices: answer.choices.map((choice) => ({ ...choice, message: { ...choice.message, reasoning: null, reasoning_details: [] } })) };
    expect(messages.encodeAnswer({ head, answer: hidden, closing }, own)).not.toContain('"thinking":');
  });

  test("a stream that another provider goes on with is one message", () => {
    const [first] = streams.filter(({ id: name }) => name.endsWith("/text.chunks.txt")) as [Recorded];
    const lines = recordedLines(first);
    const decoder = anthropicMessages.openStream(own, target);
    const begun = lines.slice(0, Math.floor(lines.length / 2)).flatMap((line) => decoder.push({ event: "message", data: line } as never));
    const rest: ChatChunk[] = [{ choices: [{ index: 0, delta: { role: "assistant", content: " And on." }, finish_reason: "stop", native_finish_reason: "stop" }] }];
    const [block0] = gatherMessage(told([...begun, ...rest])).content;
    expect(block0.text).toMatch(/. And on\.$/);
  });
});

describe("answers of every dialect", () => {
  const plain = { ...own, protocol: undefined };

  // What is framed otherwise is decoded by the same laws of its own adapter.
  const streams = chats.filter((fixture) => fixture.stream && (adapterOf(fixture).framing ?? "sse") === "sse");

  test.each(named(streams))("the stream %s loses no word, thought or call", (_name, fixture) => {
    const chunks = chunksOf(fixture, plain);
    const { content } = gatherMessage(told(chunks));
    const said = gather(chunks);
    const all = (type: string, field: string) => content.filter((each: Json) => each.type === type).map((each: Json) => each[field]);
    expect(all("text", "text").join("")).toBe(said.content + chunks.map((chunk) => chunk.choices[0]?.delta.refusal ?? "").join(""));
    expect(all("thinking", "thinking").join("")).toBe(said.reasoning);
    expect(all("tool_use", "input")).toEqual(said.toolCalls.map((call) => JSON.parse(call.arguments)));
    expect(all("tool_use", "id")).toEqual(said.toolCalls.map((call) => call.id));
  });

  test.each(named(chats.filter(({ stream }) => !stream)))("the answer %s is the same as a stream of one delta", (_name, fixture) => {
    const answer = adapterOf(fixture).decodeResponse(JSON.parse(recordedBytes(fixture).toString("utf8")), plain, { ...target, quirks: quirksOf(fixture.provider) });
    expect(asStream(answer, (delta) => [delta])).toEqual(asWhole(answer));
  });

  const details = fc.oneof(
    fc.record({ type: fc.constant("reasoning.text"), text: words, signature: fc.option(words, { nil: undefined }), format: fc.constantFrom("anthropic-claude-v1", "google-gemini-v1", "unknown"), index: fc.nat(3) }),
    fc.record({ type: fc.constant("reasoning.summary"), summary: words, id, format: fc.constant("openai-responses-v1"), index: fc.nat(3) }),
    fc.record({ type: fc.constant("reasoning.encrypted"), data: words, id, format: fc.constantFrom("anthropic-claude-v1", "openai-responses-v1"), index: fc.nat(3) }),
  );
  const call = fc.record({ id, type: fc.constant("function" as const), function: fc.record({ name: id, arguments: fc.dictionary(id, anyJson).map((input) => JSON.stringify(input)) }) });
  const said: fc.Arbitrary<AssistantMessage> = fc.record({
    role: fc.constant("assistant" as const), content: fc.option(words), refusal: fc.constant(null), reasoning: fc.constant(null),
    reasoning_details: fc.array(details, { maxLength: 3 }), tool_calls: fc.array(call, { maxLength: 3 }),
  });

  test("a whole answer says what the same answer says in pieces, of whatever size", () => {
    fc.assert(fc.property(said, fc.integer({ min: 1, max: 9 }), (message, size) => {
      const answer: ChatAnswer = {
        upstreamId: undefined, usage: undefined, systemFingerprint: undefined, serviceTier: undefined, extra: {},
        choices: [{ index: 0, message, finish_reason: "stop", native_finish_reason: "stop" }],
      };
      expect(asStream(answer, (delta) => inPieces(delta, size))).toEqual(asWhole(answer));
    }), { numRuns: 300 });
  });

  test("whatever a provider says beside its words, the stream keeps its form", () => {
    const hostile = fc.record({
      content: fc.option(words), refusal: fc.option(words), reasoning: fc.option(words),
      reasoning_details: fc.oneof(anyJson, fc.array(fc.dictionary(fc.constantFrom("type", "format", "index", "text", "data", "signature", "summary", "tool_name", "arguments", "result"), fc.oneof(anyJson, fc.constantFrom("reasoning.text", "reasoning.encrypted", "reasoning.server_tool_call", "anthropic-claude-v1"))))),
      annotations: fc.oneof(anyJson, fc.array(fc.record({ url_citation: anyJson, file_citation: anyJson }))),
      images: fc.oneof(anyJson, fc.array(fc.record({ image_url: anyJson }))),
      content_parts: fc.oneof(anyJson, fc.array(fc.record({ type: anyJson }))),
    });
    fc.assert(fc.property(fc.array(hostile, { maxLength: 4 }), (deltas) => {
      const message = gatherMessage(told(deltas.map((delta) => chunkOf(delta as Delta))));
      expect(message.content.every((each: Json) => typeof each.type === "string")).toBe(true);
    }), { numRuns: 300 });
  });

  test("calls whose pieces come in turns are written one after the other", () => {
    const deltas = [piece(0, '{"a"', "one"), piece(1, '{"b"', "two"), piece(2, "{", "three"), piece(0, ":1}"), piece(2, "}"), piece(1, ":2}")];
    const { content, stop_reason: reason } = gatherMessage(told(deltas.map((delta) => chunkOf(delta)).concat(chunkOf({}, "tool_calls"))));
    expect(content.map(({ name, input }: Json) => ({ name, input }))).toEqual([{ name: "one", input: { a: 1 } }, { name: "two", input: { b: 2 } }, { name: "three", input: {} }]);
    expect(reason).toBe("tool_use");
  });

  test("a call without arguments may be completed after other words, and no other call is gone on with after them", () => {
    expect(gatherMessage(told(interrupted("{}"))).content).toMatchObject([{ name: "one", input: {} }, { type: "text", text: "And" }]);
    expect(() => told(interrupted('{"a":1}'))).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });

  test("thoughts that another provider signed come back to it from the caller's next turn", () => {
    const given = [
      { type: "reasoning.summary", summary: "I think", id: "rs_1", format: "openai-responses-v1", index: 0 },
      { type: "reasoning.encrypted", data: "secret", id: "rs_1", format: "openai-responses-v1", index: 1 },
      { type: "reasoning.text", text: "Signed", signature: "s", format: "google-gemini-v1", index: 2 },
    ];
    const answer: ChatAnswer = {
      upstreamId: undefined, usage: undefined, systemFingerprint: undefined, serviceTier: undefined, extra: {},
      choices: [{ index: 0, message: { role: "assistant", content: "Hi", refusal: null, reasoning: "I thinkSigned", reasoning_details: given }, finish_reason: "stop", native_finish_reason: null }],
    };
    const { content } = asWhole(answer);
    const conversation = [{ role: "user", content: "Hello" }, { role: "assistant", content }, { role: "user", content: "And?" }];
    expect(parsed({ messages: conversation }).messages[1]?.reasoning_details).toEqual(given);
    // To a provider of the caller's dialect they would be forgeries.
    expect(sent({ messages: conversation }).messages[1].content).toEqual([{ type: "text", text: "Hi", citations: null }]);
  });
});

function chunkOf(delta: Delta, finish: "stop" | "tool_calls" | null = null): ChatChunk {
  return { choices: [{ index: 0, delta, finish_reason: finish, native_finish_reason: finish }] };
}

function piece(index: number, json: string, name?: string): Delta {
  return { tool_calls: [{ index, ...(name === undefined ? {} : { id: name, type: "function" }), function: { ...(name === undefined ? {} : { name }), arguments: json } }] };
}

/** A call, other words, and the call again. */
function interrupted(json: string): readonly ChatChunk[] {
  return [piece(0, "", "one"), { content: "And" }, piece(0, json)].map((delta) => chunkOf(delta)).concat(chunkOf({}, "tool_calls"));
}

function deltaOf({ tool_calls: calls, ...message }: AssistantMessage): Delta {
  return { ...message, ...(calls === undefined ? {} : { tool_calls: calls.map((each, index) => ({ ...each, index })) }) };
}

/** The deltas that make it up, in the order in which models speak. */
function inPieces({ content, reasoning_details: details, tool_calls: calls }: Delta, size: number): readonly Delta[] {
  const cut = (whole: string): readonly string[] => whole.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
  return [
    ...(details ?? []).map((detail): Delta => ({ reasoning_details: [detail] })),
    ...cut(content ?? "").map((piece): Delta => ({ content: piece })),
    ...(calls ?? []).flatMap(({ function: called, ...rest }) => [
      { tool_calls: [{ ...rest, function: { name: called?.name ?? "", arguments: "" } }] },
      ...cut(called?.arguments ?? "").map((piece): Delta => ({ tool_calls: [{ index: rest.index, function: { arguments: piece } }] })),
    ]),
  ];
}

function asStream({ choices: [choice], extra }: ChatAnswer, cut: (delta: Delta) => readonly Delta[]): Json {
  const deltas = choice === undefined ? [] : cut(deltaOf(choice.message));
  const last: ChatChunk = { choices: [{ index: 0, delta: {}, finish_reason: choice?.finish_reason ?? null, native_finish_reason: choice?.native_finish_reason ?? null }] };
  return gatherMessage(told([...deltas.map((delta) => chunkOf(delta)), last, { choices: [], extra }]));
}

function asWhole(answer: ChatAnswer): Json {
  return JSON.parse(messages.encodeAnswer({ head, answer: { ...answer, serviceTier: undefined }, closing }, own));
}
