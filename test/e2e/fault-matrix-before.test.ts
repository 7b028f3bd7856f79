/**
 * The fault matrix, one: the provider fails before the caller has heard a word. Another endpoint answers unseen, or the
 * caller gets one clear refusal. Source: docs/faults.md, "The matrix".
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chunkedHead, chunkOf, httpAnswer, type Trouble } from "../support/fault-proxy.ts";
import { costs, nanodollars, newKey, startFaultStage, words, type Cast, type FaultStage, type Staged, type Told } from "../support/fault-stage.ts";
import { done, event } from "../support/fake-upstream.ts";

/** What an endpoint is to us after one such fault, and after a second. */
type Health =
  /** As good as before. */
  | "none"
  /** Asked last, at once: it, or its whole account. */
  | "held" | "account held"
  /** Asked last after two of them, or after one. */
  | "failed" | "failed badly"
  /** Not asked at all. */
  | "off";

interface Case extends Staged {
  readonly row: number;
  readonly name: string;
  readonly trouble: (scene: { readonly credential: string; readonly stream: boolean; readonly origin: string }) => Trouble;
  readonly body?: object;
  /** The matrix's *same*: with nobody else to ask, A is asked once more. */
  readonly again?: true;
  /** *other* */
  readonly elsewhere: boolean;
  readonly health: Health;
  /** *client sees*, when nobody else answers. A status of 200 is A's empty answer as it is. */
  readonly status: number;
  readonly type?: string;
  readonly retryAfter?: string;
  /** Nothing of the provider's words is shown: they speak of our account. */
  readonly isSecret?: true;
  /** On the gateway with short time-outs. */
  readonly isTimed?: true;
  /** Where the row makes sense for one of the two alone, which. */
  readonly only?: "streamed" | "whole";
}

type ProviderError = Readonly<Record<string, unknown>> & { readonly message: string };

const providerWords = "words of the provider";

/** A refusal; like some providers it repeats the credential it was sent. */
function refusal(status: number, error: ProviderError, headers: Readonly<Record<string, string>> = {}): Case["trouble"] {
  return ({ credential }) => ({ say: [httpAnswer(status, errorText(error, credential), headers)], ending: "close" });
}

/** The same with status 200: a JSON body, or the first event of a stream. */
function disguised(error: ProviderError, as: "body" | "event"): Case["trouble"] {
  return ({ credential }) => {
    const text = errorText(error, credential);
    const say = as === "body" ? [httpAnswer(200, text)] : [chunkedHead("text/event-stream"), chunkOf(event(text)), chunkOf(done), chunkOf("")];
    return { say, ending: "close" };
  };
}

function errorText(error: ProviderError, credential: string): string {
  return JSON.stringify({ error: { ...error, message: `${error.message} (${providerWords}, ${credential})` } });
}

/** The beginning of an answer, in chunks. */
const headOf = (stream: boolean) => chunkedHead(stream ? "text/event-stream" : "application/json");
const halfBody = '{"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"The ans';
const says = (content: unknown, finish: string | null) => ({ id: "c1", choices: [{ index: 0, delta: { role: "assistant", content }, message: { role: "assistant", content }, finish_reason: finish }], usage: { prompt_tokens: 20, completion_tokens: 0 } });
const empty = (finish: string | null): Case["trouble"] => ({ stream }) => ({
  say: stream ? [chunkedHead("text/event-stream"), chunkOf(event(says("", finish))), chunkOf(done), chunkOf("")] : [httpAnswer(200, JSON.stringify(says("", finish)))],
  ending: "close",
});

const limited = { status: 429, type: "rate_limit_exceeded" } as const;
const unavailable = { status: 502, type: "provider_unavailable" } as const;
const timedOut = { status: 504, type: "timeout" } as const;
const overloaded = { status: 503, type: "provider_overloaded" } as const;
const ours = { status: 503, type: "provider_unavailable", isSecret: true } as const;
const invalid = { status: 400, type: "invalid_request" } as const;
const tooLong = { message: "This model's maximum context length is 4096 tokens.", code: "context_length_exceeded" };
const unknownParameter = { message: "Unsupported parameter: 'top_k'", code: "unsupported_parameter", param: "top_k" };
const filtered = { message: "The prompt was flagged by our content filter", code: "content_filter" };

const badChunking = "this is no length of a chunk\r\n";
const notUtf8 = Buffer.concat([Buffer.from('data: {"id":"c1","choices":[{"index":0,"delta":{"content":"'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"},"finish_reason":null}]}\n\n')]);
const long = "x".repeat(64 * 1024);

const rows: readonly Case[] = [
  { row: 1, name: "a rate limit with Retry-After", trouble: refusal(429, { message: "Slow down" }, { "retry-after": "20" }), elsewhere: true, health: "held", ...limited, retryAfter: "20" },
  { row: 1, name: "a rate limit until a date", trouble: refusal(429, { message: "Slow down" }, { "retry-after": "Sat, 21 Nov 2026 10:00:30 GMT", date: "Sat, 21 Nov 2026 10:00:00 GMT" }), elsewhere: true, health: "held", ...limited, retryAfter: "30" },
  { row: 2, name: "a rate limit without Retry-After", trouble: refusal(429, { message: "Rate limit reached", code: "rate_limit_exceeded" }), elsewhere: true, health: "held", ...limited },
  { row: 3, name: "a rate limit that is a bill", trouble: refusal(429, { message: "You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota" }), elsewhere: true, health: "account held", ...ours },
  { row: 3, name: "a spend limit that says when to come back", trouble: refusal(429, { message: "Spend limit", type: "rate_limit_error", code: "enforced_spend_limit_reached" }, { "retry-after": "20" }), elsewhere: true, health: "account held", ...ours, retryAfter: "20" },
  { row: 4, name: "an acceleration limit", trouble: refusal(429, { message: "Slow down", type: "slow_down", code: "slow_down" }), elsewhere: true, health: "held", ...limited },
  { row: 5, name: "status 529", trouble: refusal(529, { message: "Overloaded", type: "overloaded_error" }), elsewhere: true, health: "failed", ...overloaded },
  { row: 5, name: "status 503 with Retry-After", trouble: refusal(503, { message: "Overloaded" }, { "retry-after": "7" }), elsewhere: true, health: "held", ...overloaded, retryAfter: "7" },
  { row: 6, name: "status 500", trouble: refusal(500, { message: "Internal error" }), again: true, elsewhere: true, health: "failed", ...unavailable },
  { row: 6, name: "status 502, a page", trouble: () => ({ say: [httpAnswer(502, `<html>${providerWords}</html>`, { "content-type": "text/html" })], ending: "close" }), again: true, elsewhere: true, health: "failed", ...unavailable },
  { row: 6, name: "status 504", trouble: refusal(504, { message: "Gateway timeout" }), again: true, elsewhere: true, health: "failed", ...timedOut },
  { row: 7, name: "a host name that nobody knows", at: "nowhere", trouble: () => "none", elsewhere: true, health: "failed", ...unavailable },
  { row: 8, name: "a refused connection", at: "refusing", trouble: () => "none", elsewhere: true, health: "failed badly", ...unavailable },
  { row: 8, name: "a connection that is never made", at: "deaf", isTimed: true, trouble: () => "none", elsewhere: true, health: "failed badly", ...timedOut },
  { row: 9, name: "an expired certificate", at: "expired", trouble: () => "none", elsewhere: true, health: "failed badly", ...unavailable },
  { row: 9, name: "another's certificate", at: "misnamed", trouble: () => "none", elsewhere: true, health: "failed badly", ...unavailable },
  { row: 10, name: "a reset after the request", trouble: () => ({ ending: "reset" }), elsewhere: true, health: "failed", ...unavailable },
  { row: 10, name: "a close after the request", trouble: () => ({ ending: "close" }), elsewhere: true, health: "failed", ...unavailable },
  { row: 11, name: "no head in time", isTimed: true, trouble: () => ({ ending: "stall" }), elsewhere: true, health: "failed", ...timedOut },
  { row: 11, name: "a head and no content in time", isTimed: true, trouble: ({ stream }) => ({ say: [headOf(stream)], ending: "stall" }), elsewhere: true, health: "failed", ...timedOut },
  ...(["body", "event"] as const).flatMap((as): Case[] => {
    const common = as === "body" ? { row: 13 } : { row: 14, only: "streamed" as const };
    const where = as === "body" ? "with status 200" : "as first event";
    return [
      { ...common, name: `a rate limit ${where}`, trouble: disguised({ message: "Slow down", code: 429 }, as), elsewhere: true, health: "held", ...limited },
      { ...common, name: `an overload ${where}`, trouble: disguised({ message: "Overloaded", type: "overloaded_error" }, as), elsewhere: true, health: "failed", ...overloaded },
      { ...common, name: `a bill ${where}`, trouble: disguised({ message: "No credits", code: "insufficient_quota" }, as), elsewhere: true, health: "account held", ...ours },
      { ...common, name: `a failure ${where}`, trouble: disguised({ message: "Something broke", code: 500 }, as), again: true, elsewhere: true, health: "failed", ...unavailable },
      { ...common, name: `the caller's mistake ${where}`, trouble: disguised({ message: "messages: the last role must be user", type: "invalid_request_error" }, as), elsewhere: false, health: "none", ...invalid },
    ];
  }),
  { row: 16, name: "a body that ends too early", only: "whole", trouble: () => ({ say: [headOf(false), chunkOf(halfBody), chunkOf("")], ending: "close" }), elsewhere: true, health: "failed", ...unavailable },
  { row: 16, name: "a stream that ends before its first content", only: "streamed", trouble: () => ({ say: [headOf(true), chunkOf(event(says("", null))), chunkOf("")], ending: "close" }), elsewhere: true, health: "failed", ...unavailable },
  { row: 18, name: "a body that stops", only: "whole", isTimed: true, trouble: () => ({ say: [headOf(false), chunkOf(halfBody)], ending: "stall" }), elsewhere: true, health: "failed", ...timedOut },
  { row: 19, name: "a body that is cut", only: "whole", trouble: () => ({ after: words[0] ?? "", ending: "reset" }), elsewhere: true, health: "failed", ...unavailable },
  { row: 20, name: "an empty answer without a finish", trouble: empty(null), elsewhere: true, health: "failed", ...unavailable },
  { row: 20, name: "an empty answer that says it is complete", trouble: empty("stop"), elsewhere: true, health: "none", status: 200 },
  { row: 22, name: "a filter of the input (400)", trouble: refusal(400, filtered), elsewhere: false, health: "none", status: 400, type: "content_policy_violation" },
  { row: 22, name: "a filter of the input (403)", trouble: refusal(403, filtered), elsewhere: false, health: "none", status: 400, type: "content_policy_violation" },
  { row: 25, name: "a prompt that is too long for A", trouble: refusal(400, tooLong), elsewhere: true, health: "none", status: 400, type: "context_length_exceeded" },
  { row: 25, name: "a prompt that is too long for both", contextOfB: 4096, trouble: refusal(400, tooLong), elsewhere: false, health: "none", status: 400, type: "context_length_exceeded" },
  { row: 26, name: "a parameter that B lists", body: { top_k: 5 }, trouble: refusal(400, unknownParameter), elsewhere: true, health: "none", ...invalid },
  { row: 26, name: "a parameter that B does not list", body: { top_k: 5 }, parametersOfB: [], trouble: refusal(400, unknownParameter), elsewhere: false, health: "none", ...invalid },
  { row: 27, name: "the caller's mistake (400)", trouble: refusal(400, { message: "messages: the last role must be user" }), elsewhere: false, health: "none", ...invalid },
  { row: 27, name: "the caller's mistake (422)", trouble: refusal(422, { message: "messages: the last role must be user" }), elsewhere: false, health: "none", status: 422, type: "unprocessable" },
  { row: 28, name: "a refused credential (401)", trouble: refusal(401, { message: "Incorrect API key provided", code: "invalid_api_key" }), elsewhere: true, health: "account held", ...ours },
  { row: 28, name: "a credential without rights (403)", trouble: refusal(403, { message: "Permission denied" }), elsewhere: true, health: "held", ...ours },
  { row: 29, name: "an unpaid account", trouble: refusal(402, { message: "Payment required" }), elsewhere: true, health: "account held", ...ours },
  { row: 30, name: "a model that is gone", trouble: refusal(404, { message: "The model `m` does not exist", code: "model_not_found" }), elsewhere: true, health: "off", status: 404, type: "not_found" },
  { row: 31, name: "a body that is too large for A", trouble: refusal(413, { message: "Request too large" }), elsewhere: true, health: "none", status: 413, type: "payload_too_large" },
  { row: 32, name: "a redirect", trouble: ({ origin }) => ({ say: [httpAnswer(307, "", { location: `${origin}/v1/chat/completions` })], ending: "close" }), elsewhere: true, health: "failed", ...unavailable },
  { row: 33, name: "bytes that are no HTTP", trouble: () => ({ say: ["220 mail.example ESMTP\r\n"], ending: "close" }), elsewhere: true, health: "failed", ...unavailable },
  { row: 33, name: "chunks that are none", trouble: ({ stream }) => ({ say: [headOf(stream), badChunking], ending: "stall" }), elsewhere: true, health: "failed", ...unavailable },
  { row: 33, name: "bytes that are not UTF-8", trouble: ({ stream }) => ({ say: [headOf(stream), chunkOf(stream ? notUtf8 : notUtf8.subarray(6)), chunkOf("")], ending: "close" }), elsewhere: true, health: "failed", ...unavailable },
  { row: 33, name: "a line without an end", only: "streamed", trouble: () => ({ say: [headOf(true), chunkOf(`data: ${long}`), chunkOf(long)], ending: "flood" }), elsewhere: true, health: "failed", ...unavailable },
  { row: 33, name: "an event without an end", only: "streamed", trouble: () => ({ say: [headOf(true), chunkOf(`data: ${long}\n`)], ending: "flood" }), elsewhere: true, health: "failed", ...unavailable },
];

const cases = rows.flatMap((one) => {
  const modes = one.only === undefined ? (["streamed", "whole"] as const) : [one.only];
  return modes.map((mode) => ({ ...one, title: `row ${one.row}, ${mode}: ${one.name}`, stream: mode === "streamed" }));
});
type StagedCase = (typeof cases)[number];

/** The longest waits of the gateway that has short ones, of which A gets half: long enough for a busy machine to answer, short enough to wait for. */
const shortMs = 1_600;
const isOn = { patient: cases.filter((one) => one.isTimed !== true), timed: cases.filter((one) => one.isTimed === true) };

describe.concurrent.each([
  ["with the usual time-outs", { cases: isOn.patient, settings: {} }],
  ["with short time-outs", { cases: isOn.timed, settings: { timeouts: { connect_ms: shortMs / 2, first_content_ms: shortMs, first_content_alive_ms: shortMs, whole_answer_ms: shortMs, gap_ms: shortMs } } }],
] as const)("%s", (_name, { cases: staged, settings }) => {
  let stage: FaultStage;
  beforeAll(async () => void (stage = await startFaultStage(staged, settings)));
  afterAll(() => stage.dispose());

  test.each(staged.map((one, index) => [one.title, one, index] as const))("%s", async (_title, one, index) => {
    const cast = stage.cast(index);
    const { key } = await newKey(stage);
    const ask = (model: string, body: object = {}): Promise<Told> => stage.ask({ key, model, stream: one.stream, body: { ...one.body, ...body } });
    makeTrouble(stage, cast, one);

    const alone = await ask(cast.model("alone"), { provider: { only: [cast.alone] } });
    if (one.at === undefined) expect(stage.proxyA.requestsFor(cast.upstreamModel("alone")), "calls of A alone").toHaveLength(one.again ? 2 : 1);
    expectRefusal(alone, one, cast, cast.nameOfA);

    const pairs: Told[] = [];
    const chances: (number | undefined)[] = [];
    for (const round of one.health === "off" ? [1] : [1, 2]) {
      const told = await ask(cast.model("pair"));
      chances.push(await stage.chanceOfA(key, cast.model("pair")));
      pairs.push(told);
      expect(told.status, told.text).toBe(one.elsewhere ? 200 : one.status);
      if (round === 1 && one.at === undefined) expect(stage.proxyA.requestsFor(cast.upstreamModel("pair")), "calls of A").toHaveLength(1);
      expect(stage.proxyB.requestsFor(cast.upstreamModel("pair")), "calls of B").toHaveLength(one.elsewhere ? round : 0);
      if (one.elsewhere) expect([told.provider, told.content]).toEqual(["B", words.join("")]);
    }
    expectHealth(one, chances, await stage.chanceOfA(key, cast.model("other")));

    // Twice as much waiting would prove nothing more of a time-out.
    if (one.elsewhere && one.at === undefined && one.isTimed !== true) {
      const exhausted = await ask(cast.model("exhausted"));
      expectRefusal(exhausted, one, cast, "B");
      expect([stage.proxyA, stage.proxyB].map((proxy) => proxy.requestsFor(cast.upstreamModel("exhausted")).length), "calls of A and of B").toEqual([1, 1]);
      if (one.status !== 200) expect(exhausted.error.metadata.previous_errors).toEqual([{ provider: cast.nameOfA, code: expect.any(String), status: expect.toBeOneOf([null, expect.any(Number)]) }]);
    }

    expect(await stage.charged(key), "charged, in nano-dollars").toBe(one.elsewhere ? pairs.length * costs.b : 0);
    if (!one.elsewhere) return;
    const { provider_responses: tried, total_cost: cost } = await stage.generation(key, pairs[0]?.headers.get("x-generation-id") ?? "");
    expect(tried.map((attempt: { provider_name: string }) => attempt.provider_name)).toEqual([cast.nameOfA, "B"]);
    expect(nanodollars(cost)).toBe(costs.b);
  });
});

function makeTrouble(stage: FaultStage, cast: Cast, one: StagedCase): void {
  for (const scene of ["alone", "pair", "exhausted"] as const) {
    stage.proxyA.on(cast.upstreamModel(scene), one.trouble({ credential: cast.credentialOfA, stream: one.stream, origin: stage.proxyA.origin }));
  }
  stage.proxyB.on(cast.upstreamModel("exhausted"), one.trouble({ credential: cast.credentialOfB, stream: one.stream, origin: stage.proxyB.origin }));
}

function expectRefusal(told: Told, one: StagedCase, cast: Cast, provider: string): void {
  expect(told.status, told.text).toBe(one.status);
  expect(told.text).not.toContain(cast.credentialOfA);
  expect(told.text).not.toContain(cast.credentialOfB);
  if (one.status === 200) {
    expect([told.content, told.finishReason, told.usage.cost]).toEqual(["", "stop", 0]);
    return;
  }
  expect(told.headers.get("content-type")).toMatch(/^application\/json/);
  expect(told.error).toMatchObject({ code: one.status, metadata: { error_type: one.type, provider_name: provider } });
  expect(told.headers.get("retry-after")).toBe(one.retryAfter ?? null);
  if (one.isSecret) expect(told.text).not.toContain(providerWords);
  if (one.row !== 30) return;
  expect(told.error.availability.code).toBe("model_unavailable_upstream");
  // Of a caller who wants the one provider alone, no other model takes the request as it is.
  if (provider === "B") expect(told.error.availability.fallback_models).toHaveLength(3);
}

/** Whether A would be tried first, after each request: for this model, and in the end for another model of the same account. */
function expectHealth({ health, retryAfter }: StagedCase, chances: readonly (number | undefined)[], otherChance: number | undefined): void {
  const [first, second] = chances;
  switch (health) {
    case "off": expect(first).toBeUndefined(); break;
    case "none": expect(Math.min(first ?? 0, second ?? 0), "the lesser chance of A").toBeGreaterThan(0); break;
    case "failed": expect(second, "the chance of A after two").toBe(0); break;
    // A hold of a second may be over before a busy machine looks; that of the second refusal is twice as long.
    case "held": expect(retryAfter === undefined ? Math.min(first ?? 1, second ?? 1) : first, "the chance of A").toBe(0); break;
    case "failed badly": case "account held": expect(first, "the chance of A after one").toBe(0); break;
  }
  if (health === "account held") expect(otherChance, "the chance of A for another model").toBe(0);
  else expect(otherChance, "the chance of A for another model").toBeGreaterThan(0);
}
