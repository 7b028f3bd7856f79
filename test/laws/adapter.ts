/**
 * The laws of every adapter of a chat protocol, over recorded answers. A new adapter runs them with one line:
 * `conforms(adapter, { fixtures, cannot })`.
 */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault, faults } from "../../src/base/fault.ts";
import type { ChatAdapter, Target } from "../../src/providers/adapter.ts";
import { quirksOf } from "../../src/providers/known-quirks.ts";
import { capabilitiesOf } from "../../src/providers/capabilities.ts";
import { plainQuirks } from "../../src/providers/quirks.ts";
import { companions, samples } from "../../src/providers/samples.ts";
import type { ChatAnswer, ChatChunk, ChatParameters, ChatRequest, ParameterName } from "../../src/wire/chat.ts";
import { createFrameParser } from "../../src/wire/frames.ts";
import { framed as framedSse, isRaw, recordedBytes, recordedLines, sha256, type Recorded } from "../fixtures/recorded.ts";
import { gather, type Gathered } from "./gather.ts";

export interface Conformance {
  readonly fixtures: readonly Recorded[];
  /** What the protocol cannot carry, each with its reason. The law fails when one of them starts to work. */
  readonly cannot: Partial<Readonly<Record<ParameterName, string>>>;
  /** What its recorded lines look like; those of `choices` where absent. */
  readonly wire?: WireShape;
}

export interface WireShape {
  /** The lines of a stream that says in one piece what this whole answer says. */
  readonly asStream: (body: string) => readonly string[];
  /** Does this line of a stream tell how the answer ended? */
  readonly isFinish: (line: string) => boolean;
  /** The bytes of these lines, in a framing that is not server-sent events. */
  readonly frame?: (lines: readonly string[]) => Buffer;
}

const choicesWire: WireShape = {
  asStream(body) {
    const answer = JSON.parse(body);
    return answer.choices.map((choice: { message: object }) => JSON.stringify({ ...answer, choices: [{ ...choice, message: undefined, delta: choice.message }] }));
  },
  isFinish: (line) => JSON.parse(line).choices?.some((choice: { finish_reason?: unknown }) => typeof choice.finish_reason === "string") === true,
};

export function conforms(adapter: ChatAdapter, { fixtures, cannot, wire = choicesWire }: Conformance): void {
  const framed = wire.frame ?? framedSse;
  const chats = fixtures.filter((fixture) => fixture.kind === "chat");
  const streams = chats.filter((fixture) => fixture.stream);
  const answers = chats.filter((fixture) => !fixture.stream);
  const errors = fixtures.filter((fixture) => fixture.kind === "error");

  describe(`${adapter.protocol}: recorded answers`, () => {
    test.each(chats.map((fixture) => [fixture.id, fixture] as const))("%s holds the facts of the index", (_id, fixture) => {
      expect(sha256(recordedBytes(fixture))).toBe(fixture.sha256);
      expectFacts(fixture, fixture.stream ? gather(decode(adapter, fixture, [framed(recordedLines(fixture))])) : wholeOf(answerOf(adapter, fixture)));
    });

    test.each(answers.map((fixture) => [fixture.id, fixture] as const))("%s says the same as a stream of one delta", (_id, fixture) => {
      const streamed = gather(decode(adapter, fixture, [framed(wire.asStream(recordedBytes(fixture).toString("utf8")))]));
      const { upstreamId, ...whole } = wholeOf(answerOf(adapter, fixture));
      expect(streamed).toEqual({ ...whole, upstreamId });
    });

    test.each(errors.map((fixture) => [fixture.id, fixture] as const))("%s is a fault that may be shown", (_id, fixture) => {
      const fault = adapter.decodeError(fixture.http_status, {}, recordedBytes(fixture).toString("utf8"));
      expect(fault).toBeInstanceOf(Fault);
      expect(faults[fault.code].status).toBeGreaterThanOrEqual(400);
      expect(fault.code).not.toBe("internal");
      expect(fault.message).not.toBe("");
    });
  });

  describe(`${adapter.protocol}: streams`, () => {
    const small = streams.filter((fixture) => recordedBytes(fixture).length < 8000);

    test.each(streams.map((fixture) => [fixture.id, fixture] as const))("%s gives the same chunks however its bytes are cut", (_id, fixture) => {
      const lines = recordedLines(fixture);
      const whole = decode(adapter, fixture, [framed(lines)]);
      const framing = fc.record({ lineEnd: fc.constantFrom("\n", "\r\n", "\r"), comment: fc.option(fc.constantFrom("keep-alive", ""), { nil: undefined }), done: fc.boolean() });
      fc.assert(
        fc.property(framing, fc.array(fc.nat(), { maxLength: 40 }), ({ comment, ...rest }, at) => {
          const bytes = framed(lines, comment === undefined ? rest : { ...rest, comment });
          expect(decode(adapter, fixture, cut(bytes, at))).toEqual(whole);
        }),
        { numRuns: small.includes(fixture) ? 40 : 4 },
      );
    });

    test.each(small.map((fixture) => [fixture.id, fixture] as const))("%s gives the same chunks byte by byte", (_id, fixture) => {
      const bytes = framed(recordedLines(fixture), { lineEnd: "\r\n", comment: "alive", done: true });
      expect(decode(adapter, fixture, [...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(decode(adapter, fixture, [framed(recordedLines(fixture))]));
    });

    test.each(streams.filter(isRaw).map((fixture) => [fixture.id, fixture] as const))("%s gives the same chunks as its bytes are, whole and cut in two", (_id, fixture) => {
      const whole = decode(adapter, fixture, [framed(recordedLines(fixture))]);
      const bytes = recordedBytes(fixture);
      for (let place = 0; place <= bytes.length; place++) expect(decode(adapter, fixture, [bytes.subarray(0, place), bytes.subarray(place)])).toEqual(whole);
    });

    test.each(streams.map((fixture) => [fixture.id, fixture] as const))("%s has one finish a choice, and then usage, once", (_id, fixture) => {
      const chunks = decode(adapter, fixture, [framed(recordedLines(fixture))]);
      const finished = chunks.flatMap((chunk) => chunk.choices.filter((choice) => choice.finish_reason !== null).map((choice) => choice.index));
      expect(finished).toEqual([...new Set(finished)]);
      expect(finished.length).toBeGreaterThan(0);
      const withUsage = chunks.filter((chunk) => chunk.usage !== undefined);
      // Some recordings were made without it.
      expect(withUsage).toEqual(fixture.expected.usage === null ? [] : [chunks.at(-1)]);
      expect(withUsage.flatMap((chunk) => chunk.choices)).toEqual([]);
    });

    test.each(streams.map((fixture) => [fixture.id, fixture] as const))("%s cut before its finish is truncated, never a short success", (_id, fixture) => {
      const lines = recordedLines(fixture);
      const last = lines.findIndex(wire.isFinish);
      expect(last).toBeGreaterThan(0);
      const cuts = last <= 64 ? Array.from({ length: last + 1 }, (_, index) => index) : [0, 1, 2, last >> 1, last - 1, last];
      for (const done of [true, false]) {
        for (const length of cuts) {
          expect(() => decode(adapter, fixture, [framed(lines.slice(0, length), { lineEnd: "\n", done })])).toThrow(expect.objectContaining({ code: "stream_truncated" }));
        }
      }
    });
  });

  describe(`${adapter.protocol}: requests`, () => {
    test("a request is left as it was", () => {
      const request = deepFreeze(requestWith({ ...samples }));
      const before = JSON.stringify(request);
      adapter.encodeRequest(request, target);
      expect(JSON.stringify(request)).toBe(before);
    });

    test("the same request is encoded the same, byte for byte", () => {
      expect(adapter.encodeRequest(requestWith({ ...samples }), target)).toEqual(adapter.encodeRequest(requestWith({ ...samples }), target));
    });

    test("a request says nothing of what is meant for the gateway", () => {
      const body = String(adapter.encodeRequest(requestWith({}), target).body);
      for (const word of ["a-caller", "a-session", "a-preset", "a-trace"]) expect(body).not.toContain(word);
    });

    test.each(Object.keys(samples) as ParameterName[])("%s reaches the upstream, or is dropped with a note and a reason", (name) => {
      const around = companions[name] ?? {};
      const without = adapter.encodeRequest(requestWith(around), target);
      const withIt = adapter.encodeRequest(requestWith({ ...around, [name]: samples[name] }), target);
      if (cannot[name] === undefined) {
        expect(withIt.body).not.toBe(without.body);
        expect(withIt.notes.filter((note) => note.parameter === name && note.action === "dropped")).toEqual([]);
      } else {
        expect(withIt.body).toBe(without.body);
        expect(withIt.notes).toContainEqual(expect.objectContaining({ parameter: name, action: "dropped" }));
      }
    });

    test("the capability matrix says of each parameter what becomes of it", () => {
      const capabilities = capabilitiesOf(adapter, target);
      for (const name of Object.keys(samples) as ParameterName[]) {
        const { notes } = adapter.encodeRequest(requestWith({ ...companions[name], [name]: samples[name] }), target);
        const note = notes.find(({ parameter }) => parameter === name);
        const carriage = cannot[name] !== undefined ? "dropped" : note === undefined ? "sent" : "translated";
        expect([name, capabilities[name]]).toEqual([name, note === undefined ? { carriage } : { carriage, detail: note.detail }]);
      }
    });

    test.each((Object.keys(samples) as ParameterName[]).filter((name) => listable.has(name)))("%s is dropped with a note where the endpoint does not list it", (name) => {
      const unlisted = { ...target, parameters: new Set<string>() };
      const encoded = adapter.encodeRequest(requestWith({ [name]: samples[name] }), unlisted);
      expect(encoded.body).toBe(adapter.encodeRequest(requestWith({}), unlisted).body);
      expect(encoded.notes).toContainEqual(expect.objectContaining({ parameter: name, action: "dropped" }));
    });
  });
}

/** Those that lists of supported parameters name (contract §6.5); max_tokens is sent always. */
const listable = new Set<string>([
  "temperature", "top_p", "top_k", "min_p", "top_a", "frequency_penalty", "presence_penalty", "repetition_penalty", "seed", "stop", "logit_bias",
  "logprobs", "top_logprobs", "tools", "tool_choice", "response_format", "prediction", "reasoning", "verbosity", "web_search_options",
]);

export const target: Target = {
  baseUrl: "https://upstream.test/v1",
  upstreamModel: "upstream-model",
  parameters: undefined,
  outputTokensMax: 4096,
  quirks: plainQuirks,
};

/** A request of a user who says hello, with these parameters and every wish to the gateway. */
export function requestWith(parameters: ChatParameters, fields: Partial<ChatRequest> = {}): ChatRequest {
  return {
    models: ["author/model"],
    messages: [{ role: "user", content: "Hello" }],
    stream: true,
    parameters,
    provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false },
    gateway: { user: "a-caller", sessionId: "a-session", preset: "a-preset", trace: { trace_id: "a-trace" } },
    extra: {},
    ...fields,
  };
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** The chunks of a stream, held-back ones included. */
export function decode(adapter: ChatAdapter, fixture: Pick<Recorded, "provider">, pieces: readonly Uint8Array[]): readonly ChatChunk[] {
  const parser = createFrameParser(adapter.framing);
  const decoder = adapter.openStream(requestWith({}), { ...target, quirks: quirksOf(fixture.provider) });
  const events = pieces.flatMap((piece) => parser.push(piece));
  return [...[...events, ...parser.end()].flatMap((event) => decoder.push(event)), ...decoder.end()];
}

function answerOf(adapter: ChatAdapter, fixture: Recorded): ChatAnswer {
  return adapter.decodeResponse(deepFreeze(JSON.parse(recordedBytes(fixture).toString("utf8"))), requestWith({}), { ...target, quirks: quirksOf(fixture.provider) });
}

function wholeOf(answer: ChatAnswer): Gathered {
  const choice = answer.choices[0];
  return {
    upstreamId: answer.upstreamId,
    content: choice?.message.content ?? "",
    reasoning: choice?.message.reasoning ?? "",
    toolCalls: (choice?.message.tool_calls ?? []).map((call) => ({ id: call.id, name: call.function.name, arguments: call.function.arguments })),
    finishReason: choice?.finish_reason ?? null,
    nativeFinishReason: choice?.native_finish_reason ?? null,
    usage: answer.usage,
    extra: answer.extra,
  };
}

function expectFacts({ expected }: Recorded, got: Gathered): void {
  expect(sha256(got.content)).toBe(expected.text?.sha256 ?? sha256(""));
  expect(sha256(got.reasoning)).toBe(expected.reasoning?.sha256 ?? sha256(""));
  expect(got.toolCalls.map((call) => ({ id: call.id, name: call.name, arguments: JSON.parse(call.arguments) }))).toEqual(
    expected.tool_calls.map((call) => ({ id: call.id ?? expect.any(String), name: call.name, arguments: JSON.parse(call.arguments ?? "{}") })),
  );
  expect(got.finishReason).toBe(expected.finish_reason);
  expect(got.nativeFinishReason).toBe(expected.finish_reason_raw);
  expect(got.upstreamId).toBe(expected.response_id ?? undefined);
  expect({
    prompt_tokens: got.usage?.promptTokens,
    completion_tokens: got.usage?.completionTokens,
    cached_tokens: got.usage?.cachedTokens ?? null,
    reasoning_tokens: got.usage?.reasoningTokens ?? null,
  }).toEqual({
    prompt_tokens: (expected.usage_iterations_sum ?? expected.usage)?.prompt_tokens,
    completion_tokens: (expected.usage_iterations_sum ?? expected.usage)?.completion_tokens,
    cached_tokens: expected.usage?.cached_tokens ?? null,
    reasoning_tokens: expected.usage?.reasoning_tokens ?? null,
  });
}

function cut(bytes: Buffer, at: readonly number[]): readonly Uint8Array[] {
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((place, index) => bytes.subarray(place, places[index] ?? bytes.length));
}
