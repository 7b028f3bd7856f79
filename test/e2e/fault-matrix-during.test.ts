/**
 * The fault matrix, two: the caller has heard the first words when the provider fails, or the provider does something odd
 * that is no failure. Nothing is spliced: the answer ends with one clear error, or goes on. Source: docs/faults.md, "The matrix".
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chunkedHead, chunkOf, httpAnswer, type Trouble } from "../support/fault-proxy.ts";
import { contentEvents, costs, finishEvent, nanodollars, newKey, startFaultStage, usage, usageEvent, words, type FaultStage, type Told } from "../support/fault-stage.ts";
import { done, event } from "../support/fake-upstream.ts";

const chunk = (delta: object, finish: string | null = null) => event({ id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] });
const streamed = (...events: readonly (string | Uint8Array)[]) => [chunkedHead("text/event-stream"), ...events.map(chunkOf)];
const last = chunkOf("");
const [begun = "", ...going] = contentEvents;
const notUtf8 = Buffer.concat([Buffer.from('data: {"id":"c1","choices":[{"index":0,"delta":{"content":"'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"},"finish_reason":null}]}\n\n')]);
const long = "x".repeat(64 * 1024);

const unavailable = { code: 502, type: "provider_unavailable" } as const;
const timedOut = { code: 504, type: "timeout" } as const;

interface Broken {
  readonly row: number;
  readonly name: string;
  /** A's stream: the beginning of it is heard. */
  readonly trouble: Trouble;
  /** In the last event. */
  readonly code: number;
  readonly type: string;
  /** Of the endpoint: asked last after two such streams, or after one, because it asked for that. */
  readonly health: "failed" | "held";
  readonly isTimed?: true;
}

const brokenRows: readonly Broken[] = [
  { row: 15, name: "an error after content", trouble: { say: [...streamed(begun, event({ error: { message: "The server had an error (credential-of-a)", type: "server_error", code: 500 } }), done), last], ending: "close" }, ...unavailable, health: "failed" },
  { row: 15, name: "an overload after content", trouble: { say: [...streamed(begun, event({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } })), last], ending: "close" }, code: 503, type: "provider_overloaded", health: "failed" },
  { row: 15, name: "a rate limit after content", trouble: { say: [...streamed(begun, event({ error: { message: "Slow down", code: 429, retry_after: 20 } })), last], ending: "close" }, code: 429, type: "rate_limit_exceeded", health: "held" },
  { row: 15, name: "a finish that is an error", trouble: { say: [...streamed(begun, chunk({}, "error"), done), last], ending: "close" }, ...unavailable, health: "failed" },
  { row: 16, name: "an end without a finish", trouble: { say: [...streamed(begun), last], ending: "close" }, ...unavailable, health: "failed" },
  { row: 16, name: "[DONE] without a finish", trouble: { say: [...streamed(begun, done), last], ending: "close" }, ...unavailable, health: "failed" },
  { row: 33, name: "words after the finish", trouble: { say: [...streamed(begun, finishEvent, ...going, usageEvent, done), last], ending: "close" }, ...unavailable, health: "failed" },
  { row: 33, name: "words after [DONE]", trouble: { say: [...streamed(begun, finishEvent, usageEvent, done, ...going), last], ending: "close" }, ...unavailable, health: "failed" },
  { row: 33, name: "a line that is no field", trouble: { say: [...streamed(begun, 'ta: {"id":"c1"}\n\n', ...going, finishEvent, usageEvent, done), last], ending: "close" }, ...unavailable, health: "failed" },
  { row: 18, name: "silence", isTimed: true, trouble: { after: words[0] ?? "", say: [`"},"finish_reason":null}]}\n\n`], ending: "stall" }, ...timedOut, health: "failed" },
  { row: 19, name: "a reset", trouble: { say: streamed(begun), ending: "reset" }, ...unavailable, health: "failed" },
  { row: 19, name: "a close between two chunks", trouble: { say: streamed(begun), ending: "close" }, ...unavailable, health: "failed" },
  { row: 19, name: "a close in the middle of an event of the provider's own", trouble: { after: `${words[1]}"`, ending: "close" }, ...unavailable, health: "failed" },
  { row: 33, name: "chunks that are none", trouble: { say: [...streamed(begun), "this is no length of a chunk\r\n"], ending: "stall" }, ...unavailable, health: "failed" },
  { row: 33, name: "bytes that are not UTF-8", trouble: { say: [...streamed(begun, notUtf8, ...going, finishEvent, usageEvent, done), last], ending: "close" }, ...unavailable, health: "failed" },
  { row: 33, name: "a line without an end", trouble: { say: [...streamed(begun, `data: ${long}`), chunkOf(long)], ending: "flood" }, ...unavailable, health: "failed" },
  { row: 33, name: "an event without an end", trouble: { say: [...streamed(begun), chunkOf(`data: ${long}\n`)], ending: "flood" }, ...unavailable, health: "failed" },
];

interface Served {
  readonly row: number;
  readonly name: string;
  readonly stream: boolean;
  readonly trouble: Trouble;
  readonly body?: object;
  readonly content: string;
  readonly finish: string;
  /** Nano-dollars; undefined where usage is ours to estimate. */
  readonly cost: number | undefined;
  readonly check?: (told: Told) => void;
  readonly isTimed?: true;
}

const message = (said: object, finish: string, counted: unknown = usage) => httpAnswer(200, JSON.stringify({ id: "c1", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", ...said }, finish_reason: finish }], usage: counted }));
const refusalText = "I cannot help with that.";
const call = { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city": "Par' } };
const unknownCall = { id: "call_1", type: "function", function: { name: "no_such_tool", arguments: "{}" } };
const wrongCall = { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city": 7}' } };
const tools = { tools: [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } } }] };
const toldOfTool = (told: Told) => expect(told.text, "tool_error in the metadata").toContain('"tool_error"');

/** The same, as a stream and as a whole answer. */
function both(row: number, name: string, said: { readonly content?: string; readonly tool_calls?: readonly object[]; readonly refusal?: string }, finish: string, more: Pick<Served, "body" | "check"> = {}): readonly Served[] {
  const delta = said.tool_calls === undefined ? said : { tool_calls: said.tool_calls.map((one, index) => ({ ...one, index })) };
  const common = { row, name, content: said.content ?? "", finish, cost: costs.a, ...more };
  return [
    { ...common, stream: true, trouble: { say: [...streamed(chunk({ role: "assistant", ...delta }), chunk({}, finish), usageEvent, done), last], ending: "close" } },
    { ...common, stream: false, trouble: { say: [message({ content: null, ...said }, finish)], ending: "close" } },
  ];
}

/** Usage that cannot be true, or is not there. */
const incredible = [
  { name: "no usage", counted: null },
  { name: "negative usage", counted: { prompt_tokens: -20, completion_tokens: -3, total_tokens: -23 } },
  { name: "absurd usage", counted: { prompt_tokens: 20, completion_tokens: 900_000_000, total_tokens: 900_000_020 } },
];

const servedRows: readonly Served[] = [
  { row: 12, name: "keep-alives for longer than a silent provider is waited for", stream: true, isTimed: true, trouble: { say: [chunkedHead("text/event-stream"), ...Array.from({ length: 20 }, () => [chunkOf(": ping\n\n"), 100]).flat(), ...[...contentEvents, finishEvent, usageEvent, done].map(chunkOf), last], ending: "close" }, content: words.join(""), finish: "stop", cost: costs.a, check: (told) => expect(told.comments).toContain(": OPENROUTER PROCESSING") },
  { row: 17, name: "a finish without [DONE]", stream: true, trouble: { say: [...streamed(...contentEvents, finishEvent, usageEvent), last], ending: "close" }, content: words.join(""), finish: "stop", cost: costs.a },
  { row: 17, name: "a close within an event after the finish", stream: true, trouble: { say: streamed(...contentEvents, finishEvent, usageEvent, 'data: {"id":"c'), ending: "close" }, content: words.join(""), finish: "stop", cost: costs.a },
  { row: 17, name: "a reset after the finish", stream: true, trouble: { say: streamed(...contentEvents, finishEvent, usageEvent), ending: "reset" }, content: words.join(""), finish: "stop", cost: costs.a },
  ...both(21, "arguments of a tool that are no JSON", { tool_calls: [call] }, "tool_calls", { body: tools, check: toldOfTool }),
  ...both(21, "a tool that was not offered", { tool_calls: [unknownCall] }, "tool_calls", { body: tools, check: toldOfTool }),
  ...both(21, "arguments that miss the tool's schema", { tool_calls: [wrongCall] }, "tool_calls", { body: tools, check: toldOfTool }),
  ...both(23, "a filter in the middle of the answer", { content: "The answer" }, "content_filter"),
  ...both(24, "a refusal in words", { content: refusalText }, "stop"),
  ...both(24, "a refusal in its own field", { refusal: refusalText }, "stop", { check: (told) => expect(told.text).toContain(refusalText) }),
  ...incredible.flatMap(({ name, counted }): readonly Served[] => {
    const common = { row: 34, name, content: words.join(""), finish: "stop", cost: undefined };
    const told = counted === null ? [] : [event({ id: "c1", choices: [], usage: counted })];
    return [
      { ...common, stream: true, trouble: { say: [...streamed(...contentEvents, finishEvent, ...told, done), last], ending: "close" } },
      { ...common, stream: false, trouble: { say: [message({ content: words.join("") }, "stop", counted)], ending: "close" } },
    ];
  }),
];

/** A tool call that cannot be run, from A, to who wants only such that can: B answers in its place. */
const validatedCases = both(21, "a bad tool call", { tool_calls: [unknownCall] }, "tool_calls", { body: { ...tools, provider: { sort: "price", validate_tools: true } } });

const servedCases = servedRows.map((one, index) => ({ ...one, index: brokenRows.length + index, title: `row ${one.row}, ${one.stream ? "streamed" : "whole"}: ${one.name}` }));
const brokenCases = brokenRows.map((one, index) => ({ ...one, index, title: `row ${one.row}, streamed: ${one.name}` }));

/** Long enough for a busy machine to answer, short enough to wait for. */
const shortMs = 1_600;

/** For most cases, and for those that are about time. */
let stages: { readonly patient: FaultStage; readonly timed: FaultStage };
beforeAll(async () => {
  const timeouts = { first_content_ms: shortMs, first_content_alive_ms: 10 * shortMs, gap_ms: shortMs, keep_alive_ms: 100 };
  const staged = [...brokenCases, ...servedCases, ...validatedCases].map(() => ({}));
  const [patient, timed] = await Promise.all([startFaultStage(staged), startFaultStage(staged, { timeouts })]);
  stages = { patient, timed };
});
afterAll(() => Promise.all([stages.patient.dispose(), stages.timed.dispose()]));
const stageOf = ({ isTimed }: { readonly isTimed?: true }) => (isTimed === true ? stages.timed : stages.patient);

describe.concurrent("an answer that breaks off ends with one error, in the stream, and costs nothing", () => {
  test.each(brokenCases.map((one) => [one.title, one] as const))("%s", async (_title, one) => {
    const stage = stageOf(one);
    const cast = stage.cast(one.index);
    const { key } = await newKey(stage);
    stage.proxyA.on(cast.upstreamModel("pair"), one.trouble);
    const ids: string[] = [];
    for (const round of [1, 2]) {
      const told = await stage.ask({ key, model: cast.model("pair"), stream: true });
      expect(told.status).toBe(200);
      expect(told.provider).toBe(cast.nameOfA);
      expect(told.content).toBe(words[0]);
      expect(told.events.at(-1)).toBe("[DONE]");
      expect(told.events.at(-2)).toMatchObject({
        id: told.headers.get("x-generation-id"), choices: [{ finish_reason: "error" }],
        error: { code: one.code, metadata: { error_type: one.type, provider_name: cast.nameOfA } },
      });
      expect(told.events.filter((event) => event.error !== undefined)).toHaveLength(1);
      expect(told.text).not.toContain(cast.credentialOfA);
      const calls = [stage.proxyA, stage.proxyB].map((proxy) => proxy.requestsFor(cast.upstreamModel("pair")).length);
      expect(calls, "calls of A and of B").toEqual([round, 0]);
      ids.push(told.headers.get("x-generation-id") ?? "");
      if (round === 2 || one.health === "held") expect(await stage.chanceOfA(key, cast.model("pair")), `the chance of A to be first after ${round}`).toBe(0);
      if (one.health === "held") break;
    }
    expect(await stage.charged(key), "charged, in nano-dollars").toBe(0);
    for (const id of ids) expect(await stage.generation(key, id)).toMatchObject({ total_cost: 0, finish_reason: "error" });
  });
});

describe.concurrent("an answer that is odd is given as it is, counts as one, and is paid", () => {
  test.each(servedCases.map((one) => [one.title, one] as const))("%s", async (_title, one) => {
    const stage = stageOf(one);
    const cast = stage.cast(one.index);
    const { key } = await newKey(stage);
    stage.proxyA.on(cast.upstreamModel("pair"), one.trouble);
    let paid = 0;
    for (const round of [1, 2]) {
      const told = await stage.ask({ key, model: cast.model("pair"), stream: one.stream, body: one.body });
      expect(told.status, told.text).toBe(200);
      expect([told.provider, told.content, told.finishReason]).toEqual([cast.nameOfA, one.content, one.finish]);
      expect(told.error).toBeUndefined();
      if (one.stream) expect(told.events.at(-1)).toBe("[DONE]");
      one.check?.(told);
      const { cost, estimated, prompt_tokens: prompt, completion_tokens: completion } = told.usage;
      if (one.cost !== undefined) expect([nanodollars(cost), estimated]).toEqual([one.cost, undefined]);
      else expect([nanodollars(cost), estimated, prompt > 0 && completion > 0]).toEqual([1000 * prompt + 2000 * completion, true, true]);
      if (one.cost === undefined) expect(nanodollars(cost)).toBeLessThan(10 * costs.a);
      paid += nanodollars(cost);
      const calls = [stage.proxyA, stage.proxyB].map((proxy) => proxy.requestsFor(cast.upstreamModel("pair")).length);
      expect(calls, "calls of A and of B").toEqual([round, 0]);
    }
    expect(await stage.chanceOfA(key, cast.model("pair"))).toBeGreaterThan(0);
    expect(await stage.charged(key), "charged, in nano-dollars").toBe(paid);
  });
});

test.each(validatedCases.map((one, index) => [one.stream ? "streamed" : "whole", one, index] as const))("row 21, %s: who wants tool calls validated gets another endpoint's answer", async (_mode, one, index) => {
  const stage = stages.patient;
  const cast = stage.cast(brokenCases.length + servedCases.length + index);
  const { key } = await newKey(stage);
  stage.proxyA.on(cast.upstreamModel("pair"), one.trouble);
  const told = await stage.ask({ key, model: cast.model("pair"), stream: one.stream, body: one.body });
  expect([told.status, told.provider, told.content]).toEqual([200, "B", words.join("")]);
  expect(await stage.charged(key), "charged, in nano-dollars").toBe(costs.b);
});
