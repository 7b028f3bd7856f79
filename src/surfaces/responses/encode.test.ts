import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault, type FaultCode } from "../../base/fault.ts";
import { nanodollars } from "../../base/money.ts";
import { expectSchema, expectValid } from "../../../test/support/openapi.ts";
import type { AssistantMessage, ChatAnswer, ChatChunk, Delta, FinishReason } from "../../wire/chat.ts";
import type { Closing } from "../surface.ts";
import { responses } from "./surface.ts";

const head = { generationId: "gen-1764031697-vqvW0uz7ouT4gsp3FYqp", created: 1_764_031_697, model: "acme/one", providerName: "Acme" };
const closing: Closing = {
  bill: { usage: { promptTokens: 5, completionTokens: 7, reasoningTokens: 3, cachedTokens: 2 }, isEstimated: false, total: nanodollars(12n), prompt: nanodollars(5n), completion: nanodollars(7n) },
  endedAt: 1_764_031_699,
  routing: undefined,
};

/** What a stream of these deltas is told as. */
function streamed(deltas: readonly Delta[], finish: FinishReason = "stop", body: object = {}): Event[] {
  const encoder = responses.openEncoder(head, requested(body));
  return eventsIn([...deltas.map((delta) => encoder.chunk(chunkOf(delta))), encoder.chunk(chunkOf({}, finish)), encoder.finish(closing)].join(""));
}

function whole(message: Partial<AssistantMessage>, finish: FinishReason = "stop", body: object = {}): Json {
  const answer: ChatAnswer = {
    upstreamId: undefined, usage: undefined, systemFingerprint: undefined, serviceTier: undefined, extra: {},
    choices: [{ index: 0, message: { role: "assistant", content: null, refusal: null, reasoning: null, ...message }, finish_reason: finish, native_finish_reason: finish }],
  };
  return JSON.parse(responses.encodeAnswer({ head, answer, closing }, requested(body)));
}

function requested(body: object) {
  return responses.parse(Buffer.from(JSON.stringify({ model: "acme/one", input: "Hello", ...body })));
}

function chunkOf(delta: Delta, finish: FinishReason | null = null): ChatChunk {
  return { choices: [{ index: 0, delta, finish_reason: finish, native_finish_reason: finish }] };
}

type Json = Readonly<Record<string, unknown>>;

interface Event extends Json {
  readonly type: string;
}

/** The events of a stream, each checked against the published document. */
function eventsIn(text: string): Event[] {
  const blocks = text.split("\n\n").filter((block) => block !== "");
  expect(blocks.pop()).toBe("data: [DONE]");
  return blocks.map((block, index) => {
    const [name = "", data = ""] = block.split("\n");
    const event = JSON.parse(data.slice("data: ".length)) as Event;
    expect(name).toBe(`event: ${event.type}`);
    expect(event["sequence_number"]).toBe(index);
    expectSchema("StreamEvents", event);
    return event;
  });
}

const typesOf = (events: readonly Event[]): string[] => events.map(({ type }) => type.replace("response.", ""));
const outputOf = (response: unknown): unknown => (response as { output: unknown }).output;
const lastResponse = (events: readonly Event[]): Json => events.at(-1)?.["response"] as Json;

test("text is announced, said and done, in the order of the dialect", () => {
  const events = streamed([{ role: "assistant", content: "" }, { content: "Hel" }, { content: "lo" }]);
  expect(typesOf(events)).toEqual([
    "created", "in_progress", "output_item.added", "content_part.added", "output_text.delta", "output_text.delta",
    "output_text.done", "content_part.done", "output_item.done", "completed",
  ]);
  expect(lastResponse(events)).toMatchObject({ status: "completed", output_text: "Hello", completed_at: closing.endedAt, usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12, cost: 12e-9 } });
});

test("reasoning, words and calls are items one after the other", () => {
  const events = streamed([
    { reasoning: "Hm", reasoning_details: [{ type: "reasoning.text", text: "Hm", format: "anthropic-claude-v1", index: 0 }] },
    { reasoning_details: [{ type: "reasoning.text", signature: "signed", format: "anthropic-claude-v1", index: 0 }] },
    { content: "I look." },
    { tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "look", arguments: "" } }] },
    { tool_calls: [{ index: 0, function: { arguments: '{"at":' } }] },
    { tool_calls: [{ index: 1, id: "call_2", type: "function", function: { name: "listen", arguments: "{}" } }] },
    { tool_calls: [{ index: 0, function: { arguments: '"sea"}' } }] },
  ], "tool_calls");
  expect(typesOf(events)).toEqual([
    "created", "in_progress",
    "output_item.added", "content_part.added", "reasoning_text.delta", "reasoning_text.done", "content_part.done", "output_item.done",
    "output_item.added", "content_part.added", "output_text.delta", "output_text.done", "content_part.done", "output_item.done",
    "output_item.added", "function_call_arguments.delta", "output_item.added", "function_call_arguments.delta", "function_call_arguments.delta",
    "function_call_arguments.done", "output_item.done", "function_call_arguments.done", "output_item.done", "completed",
  ]);
  expect(outputOf(lastResponse(events))).toMatchObject([
    { type: "reasoning", content: [{ type: "reasoning_text", text: "Hm" }], signature: "signed", format: "anthropic-claude-v1", summary: [] },
    { type: "message", content: [{ type: "output_text", text: "I look." }] },
    { type: "function_call", call_id: "call_1", name: "look", arguments: '{"at":"sea"}', status: "completed" },
    { type: "function_call", call_id: "call_2", name: "listen", arguments: "{}", status: "completed" },
  ]);
});

test("summaries have parts of their own, and what is encrypted stands in the same item", () => {
  const common = { format: "openai-responses-v1", id: "rs_upstream" };
  const events = streamed([
    { reasoning_details: [{ type: "reasoning.summary", summary: "First ", ...common, index: 0 }] },
    { reasoning_details: [{ type: "reasoning.summary", summary: "this", ...common, index: 0 }] },
    { reasoning_details: [{ type: "reasoning.summary", summary: "then that", ...common, index: 1 }] },
    { reasoning_details: [{ type: "reasoning.encrypted", data: "gAAA", ...common, index: 2 }] },
    { content: "Yes." },
  ]);
  expect(typesOf(events).slice(2, 13)).toEqual([
    "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.delta", "reasoning_summary_text.done", "reasoning_summary_part.done",
    "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done", "reasoning_summary_part.done", "output_item.done",
  ]);
  expect(outputOf(lastResponse(events))).toMatchObject([
    { id: "rs_upstream", summary: [{ type: "summary_text", text: "First this" }, { type: "summary_text", text: "then that" }], encrypted_content: "gAAA" },
    { type: "message" },
  ]);
});

test("a refusal, sources, images and custom calls have their own events and items", () => {
  const events = streamed([
    { content: "The sea [1]" },
    { annotations: [{ type: "url_citation", url_citation: { url: "https://sea.example", title: "Sea", start_index: 8, end_index: 11 } }] },
    { images: [{ type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } }] },
    { refusal: "No more." },
    { tool_calls: [{ index: 0, id: "call_1", type: "custom", custom: { name: "sing", input: "la" } }] } as unknown as Delta,
  ]);
  expect(typesOf(events)).toContain("output_text.annotation.added");
  expect(typesOf(events)).toEqual(expect.arrayContaining(["refusal.delta", "refusal.done", "custom_tool_call_input.delta", "custom_tool_call_input.done"]));
  expect(outputOf(lastResponse(events))).toMatchObject([
    { type: "message", content: [{ text: "The sea [1]", annotations: [{ type: "url_citation", url: "https://sea.example", title: "Sea", start_index: 8, end_index: 11 }] }] },
    { type: "image_generation_call", result: "iVBORw0KGgo=", status: "completed" },
    { type: "message", content: [{ type: "refusal", refusal: "No more." }] },
    { type: "custom_tool_call", call_id: "call_1", name: "sing", input: "la" },
  ]);
});

test("logprobs stand with each delta and with the whole text", () => {
  const encoder = responses.openEncoder(head, requested({ top_logprobs: 1 }));
  const logprobs = { content: [{ token: "é", logprob: -0.1, bytes: null, top_logprobs: [{ token: "é", logprob: -0.1 }] }] };
  const events = eventsIn(encoder.chunk({ choices: [{ index: 0, delta: { content: "é" }, finish_reason: null, native_finish_reason: null, logprobs }] }) + encoder.finish(closing));
  const token = { token: "é", logprob: -0.1, bytes: [195, 169], top_logprobs: [{ token: "é", logprob: -0.1, bytes: [195, 169] }] };
  expect(events.find(({ type }) => type === "response.output_text.delta")).toMatchObject({ logprobs: [token] });
  expect(outputOf(lastResponse(events))).toMatchObject([{ content: [{ logprobs: [token] }] }]);
});

test.each([
  { finish: "length" as const, reason: "max_output_tokens" },
  { finish: "content_filter" as const, reason: "content_filter" },
])("$finish makes the response, and what was being said, incomplete", ({ finish, reason }) => {
  const events = streamed([{ content: "One, two, thr" }], finish);
  expect(events.at(-1)).toMatchObject({ type: "response.incomplete", response: { status: "incomplete", completed_at: null, incomplete_details: { reason }, output: [{ status: "incomplete" }] } });
  const answer = whole({ content: "One, two, thr" }, finish);
  expect(answer).toMatchObject({ status: "incomplete", incomplete_details: { reason }, output: [{ status: "incomplete" }] });
  expectValid("POST /responses", 200, answer);
});

const call = (index: number, args: string) => ({ tool_calls: [{ index, id: `call_${index}`, type: "function" as const, function: { name: "look", arguments: args } }] });

test("of two calls, the one that was cut off is incomplete", () => {
  expect(outputOf(lastResponse(streamed([call(0, "{}"), call(1, '{"at')], "length")))).toMatchObject([{ status: "completed" }, { status: "incomplete" }]);
});

test("the response repeats the request", () => {
  const body = {
    instructions: "Be brief.", metadata: { trip: "7" }, temperature: 0.5, top_p: 0.9, max_output_tokens: 50, max_tool_calls: 3, parallel_tool_calls: false, truncation: "auto",
    user: "u", safety_identifier: "s", prompt_cache_key: "k", service_tier: "flex", presence_penalty: 0.1, frequency_penalty: 0.2,
    reasoning: { effort: "low", summary: "auto" },
    tools: [
      { type: "function", name: "look", description: "Looks", parameters: { type: "object" }, strict: true },
      { type: "custom", name: "sing", description: "Sings", format: { type: "grammar", syntax: "regex", definition: "la+" } },
      { type: "web_search_preview", search_context_size: "low" },
    ],
    tool_choice: { type: "function", name: "look" },
    text: { format: { type: "json_schema", name: "sea", schema: { type: "object" }, strict: true }, verbosity: "low" },
  };
  const answer = whole({ content: "{}" }, "stop", body);
  const { user, ...rest } = body;
  expect(answer).toMatchObject({ ...rest, user, previous_response_id: null, store: false, background: false, object: "response", id: head.generationId, model: head.model, error: null });
  expectValid("POST /responses", 200, answer);
});

test("a request that says nothing is repeated with what everybody assumes", () => {
  const answer = whole({ content: "Hi" });
  expect(answer).toMatchObject({ instructions: null, metadata: {}, temperature: null, tool_choice: "auto", tools: [], parallel_tool_calls: true, text: { format: { type: "text" } }, max_output_tokens: null });
  expectValid("POST /responses", 200, answer);
});

/** One case of canonical content, whole and cut into deltas at every seam that a stream may have. */
const detail = fc.oneof(
  fc.record({ type: fc.constant("reasoning.text"), text: fc.string({ minLength: 1 }), signature: fc.string({ minLength: 1 }), format: fc.constant("anthropic-claude-v1") }),
  fc.record({ type: fc.constant("reasoning.text"), text: fc.string({ minLength: 1 }), format: fc.constant("unknown") }),
  fc.record({ type: fc.constant("reasoning.encrypted"), data: fc.string({ minLength: 1 }), format: fc.constant("anthropic-claude-v1") }),
  fc.record({ type: fc.constant("reasoning.summary"), summary: fc.string({ minLength: 1 }), format: fc.constant("openai-responses-v1"), id: fc.constantFrom("rs_1", "rs_2") }),
  fc.record({ type: fc.constant("reasoning.server_tool_call"), tool_name: fc.string(), arguments: fc.string(), result: fc.string() }),
);
const message = fc.record({
  details: fc.array(detail, { maxLength: 4 }).map((details) => details.map((each, index) => ({ ...each, index }))),
  content: fc.string({ unit: "grapheme" }),
  refusal: fc.oneof(fc.constant(""), fc.string()),
  calls: fc.array(fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), arguments: fc.json() }), { maxLength: 3 }),
});

function inPieces(text: string, size: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; from += size) pieces.push(text.slice(from, from + size));
  return pieces;
}

test("a stream and a whole answer of the same content are the same response", () => {
  fc.assert(
    fc.property(message, fc.integer({ min: 1, max: 5 }), fc.constantFrom<FinishReason>("stop", "length", "tool_calls"), ({ details, content, refusal, calls }, size, finish) => {
      const deltas: Delta[] = [
        ...details.flatMap((each): Delta[] => {
          const field = each.type === "reasoning.text" ? "text" : each.type === "reasoning.summary" ? "summary" : undefined;
          if (field === undefined) return [{ reasoning_details: [each] }];
          const { [field]: words, signature, ...rest } = each as unknown as Record<string, string>;
          const pieces: Delta[] = inPieces(words ?? "", size).map((piece) => ({ reasoning_details: [{ ...rest, [field]: piece }] }));
          return signature === undefined ? pieces : [...pieces, { reasoning_details: [{ ...rest, signature }] }];
        }),
        ...inPieces(content, size).map((piece) => ({ content: piece })),
        ...inPieces(refusal, size).map((piece) => ({ refusal: piece })),
        ...calls.flatMap(({ name, arguments: args }, index): Delta[] => [
          { tool_calls: [{ index, id: `call_${index}`, type: "function", function: { name, arguments: "" } }] },
          ...inPieces(args, size).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
        ]),
      ];
      const answer = whole({
        content, refusal: refusal === "" ? null : refusal, reasoning_details: details,
        tool_calls: calls.map(({ name, arguments: args }, index) => ({ id: `call_${index}`, type: "function", function: { name, arguments: args } })),
      }, finish);
      expect(lastResponse(streamed(deltas, finish))).toEqual(answer);
    }),
    { numRuns: 60 },
  );
});

test("in whatever order a model thinks, speaks and calls, nothing of it is lost, and each item is announced and done once", () => {
  const said = fc.oneof(
    fc.record({ content: fc.string({ minLength: 1 }) }),
    fc.record({ refusal: fc.string({ minLength: 1 }) }),
    fc.record({ reasoning_details: fc.array(fc.oneof(detail, fc.jsonValue()), { maxLength: 2 }) }),
    fc.record({ tool_calls: fc.array(fc.record({ index: fc.nat(2), function: fc.record({ arguments: fc.string() }) }), { maxLength: 2 }) }),
    fc.record({ annotations: fc.array(fc.oneof(fc.jsonValue(), fc.constant({ type: "url_citation", url_citation: { url: "https://sea.example" } })), { maxLength: 2 }) }),
  ) as fc.Arbitrary<Delta>;
  fc.assert(
    fc.property(fc.array(said, { maxLength: 12 }), (deltas) => {
      const events = streamed(deltas);
      const output = outputOf(lastResponse(events)) as { type: string; arguments?: string }[];
      const heard = (type: string): string => events.filter((each) => each.type === type).map(({ delta }) => String(delta)).join("");
      expect(heard("response.output_text.delta")).toBe(deltas.map(({ content }) => content ?? "").join(""));
      expect(heard("response.refusal.delta")).toBe(deltas.map(({ refusal }) => refusal ?? "").join(""));
      for (const index of [0, 1, 2]) {
        const given = deltas.flatMap(({ tool_calls: calls }) => calls ?? []).filter((each) => each.index === index).map((each) => each.function?.arguments ?? "").join("");
        if (given !== "") expect(output.map((item) => item.arguments)).toContain(given);
      }
      for (const type of ["response.output_item.added", "response.output_item.done"]) {
        expect(events.filter((each) => each.type === type).map((each) => Number(each["output_index"])).toSorted((a, b) => a - b)).toEqual(output.map((_, index) => index));
      }
    }),
    { numRuns: 150 },
  );
});

test.each([null, 5, "text", {}, [null, 5, "text", {}]])("a provider's %j, where lists of details, sources and images belong, hurts nobody", (garbage) => {
  const garbled = { content: "Yes", reasoning_details: garbage, annotations: garbage, images: garbage };
  expect(lastResponse(streamed([garbled as unknown as Delta]))).toMatchObject({ status: "completed", output_text: "Yes" });
  expect(whole(garbled as unknown as AssistantMessage)).toMatchObject({ status: "completed", output_text: "Yes" });
});

test("what the events say piece by piece is what the last one says as a whole", () => {
  const events = streamed([{ reasoning: "Hm" }, { content: "a" }, { content: "b" }, { refusal: "c" }, { content: "d" }]);
  const items: unknown[] = [];
  for (const event of events) if (event.type === "response.output_item.done") items[event["output_index"] as number] = event["item"];
  expect(items).toEqual(outputOf(lastResponse(events)));
});

describe("a failure", () => {
  const cases: readonly { name: string; code: FaultCode; said: string }[] = [
    { name: "of a provider", code: "upstream_failed", said: "server_error" },
    { name: "of patience", code: "stream_stalled", said: "server_error" },
    { name: "of a limit of use", code: "upstream_rate_limited", said: "rate_limit_exceeded" },
    { name: "of the request", code: "invalid_request", said: "invalid_prompt" },
    { name: "of ours", code: "internal", said: "server_error" },
  ];
  test.each(cases)("$name is told in-band, with what was said so far", ({ code, said }) => {
    const encoder = responses.openEncoder(head, requested({}));
    const events = eventsIn(encoder.chunk(chunkOf({ content: "Half" })) + encoder.fail(new Fault(code, "It broke."), "req-1", undefined));
    expect(typesOf(events).slice(-2)).toEqual(["error", "failed"]);
    expect(events.at(-2)).toMatchObject({ code: said, param: null, message: code === "internal" ? "Internal Server Error" : "It broke." });
    expect(lastResponse(events)).toMatchObject({ status: "failed", error: { code: said }, output: [{ status: "incomplete", content: [{ text: "Half" }] }] });
  });

  test("before the first word has a beginning all the same", () => {
    const encoder = responses.openEncoder(head, requested({}));
    expect(typesOf(eventsIn(encoder.fail(new Fault("upstream_timeout", "Too slow."), "req-1", undefined)))).toEqual(["created", "in_progress", "error", "failed"]);
  });

  test("of a limit of length is an answer that ends early", () => {
    const encoder = responses.openEncoder(head, requested({}));
    const events = eventsIn(encoder.chunk(chunkOf({ content: "Half" })) + encoder.fail(new Fault("context_length_exceeded", "Too long."), "req-1", undefined));
    expect(events.at(-1)).toMatchObject({ type: "response.incomplete", response: { incomplete_details: { reason: "max_output_tokens" }, error_type: "context_length_exceeded" } });
  });

  test("before the answer has the published envelope", () => {
    const envelope = JSON.parse(responses.encodeFault(new Fault("invalid_request", "input is required.", { metadata: { field: "input" } }), "req-1"));
    expect(envelope).toMatchObject({ error: { code: 400, message: "input is required.", metadata: { field: "input", error_type: "invalid_request" } }, metadata: null });
    expectValid("POST /responses", 400, envelope);
  });
});

test("a stream is kept alive with a comment", () => {
  expect(responses.openEncoder(head, requested({})).keepAlive).toMatch(/^: .*\n\n$/);
});
