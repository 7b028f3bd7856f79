/**
 * Steps 4 to 14 of the walk: from a parsed request to a settled generation. The road is the same for streamed and whole
 * answers, for success, failure and hang-up: open, plan, hold, attempt until one answers, meter, settle, observe.
 */

import { assert } from "../base/assert.ts";
import { monotonic, randomSeed, type Clock } from "../base/clock.ts";
import { faults, Fault } from "../base/fault.ts";
import { generationId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Catalog } from "../catalog/load.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { Key } from "../keys/key.ts";
import type { Hold, Ledger } from "../ledger/ledger.ts";
import { adapterFor } from "../providers/registry.ts";
import { availabilityOfFailure } from "../routing/explain.ts";
import { observe, started, type Health } from "../routing/health.ts";
import type { ChatAnswer, ChatRequest } from "../wire/chat.ts";
import type { AnswerHead, Bill, Surface } from "../surfaces/surface.ts";
import { zeroNanodollars } from "../base/money.ts";
import type { Attribution, AttemptRecord, Generation } from "../usage/generation.ts";
import { runAttempt, type AttemptEnd, type AttemptTimeouts } from "./attempt.ts";
import { createDelivery, type Delivery, type Reply } from "./delivery.ts";
import { billOf, emptyReading, meterAnswer, meterChunk, type Reading } from "./meter.ts";
import { planRequest, worstCaseOf, type PlannedRequest } from "./plan.ts";
import { answerWithoutReasoning, chunkWithoutReasoning, hidesReasoning } from "./reasoning.ts";
import { recordOf } from "./settle.ts";
import type { ExchangeControl, Upstream } from "./upstream.ts";

/** Where rows of record go: written ahead to disk, then booked in batches. */
export interface Recorder {
  /** Rejects with storage_unavailable while the disk takes nothing: work that could not be recorded is not begun. */
  readonly ready: () => undefined | Promise<void>;
  /** Resolves when the record is safe on disk. */
  readonly append: (generation: Generation) => Promise<void>;
}

export interface RelayDeps {
  readonly catalog: Catalog;
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly health: Health;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly timeouts: AttemptTimeouts;
  readonly keepAliveMs: number;
  readonly readerMs: number;
  /** Requests under way, so that a stopping node can tell those that outlast its grace. */
  readonly underWay: Set<UnderWay>;
  readonly log: Log;
  /** Told when a provider says it has no such model: the endpoint stays off until the operator looks. */
  readonly onModelMissing: (endpoint: Endpoint, reason: string) => void;
}

/**
 * A request under way, as a stopping node sees it: nothing of the request but what ends it, and not even that when it is
 * over. A set whose entries come and go keeps dead ones until a full collection, and the prompts with them if they could
 * be reached (measured: 0.4 ms for a request of 400 KB).
 */
export interface UnderWay {
  /** What a hang-up, or the end of a stopping node's grace, ends. */
  waitsFor: Pick<ExchangeControl, "abort"> | undefined;
}

/** An accepted, authenticated, parsed request. */
export interface Call {
  readonly requestId: string;
  readonly surface: Surface;
  readonly request: ChatRequest;
  readonly key: Key;
  readonly app: Attribution;
  /** Directives for the sandbox; only a sandbox endpoint ever sees them. */
  readonly sandboxDirectives: string | undefined;
  readonly reply: Reply;
}

/**
 * Answers the call and settles it.
 * @throws Fault when nothing has been sent to the caller yet; afterwards failures are told in-band and this resolves.
 */
export async function generate(deps: RelayDeps, call: Call): Promise<void> {
  const isWaiting = deps.recorder.ready();
  if (isWaiting !== undefined) await isWaiting;
  const openedAt = deps.clock();
  const acceptedAt = monotonic();
  const id = generationId(openedAt);
  const planned = planRequest({ catalog: deps.catalog, health: deps.health, request: call.request, isSandbox: call.key.isSandbox, now: openedAt, seed: randomSeed() });
  const asked = holdFor(deps, call, planned);
  const hold = asked instanceof Promise ? await asked : asked;
  const delivery = createDelivery({ surface: call.surface, reply: call.reply, isStream: call.request.stream, generationId: id, keepAliveMs: deps.keepAliveMs, readerMs: deps.readerMs });
  const underWay: UnderWay = { waitsFor: undefined };
  const run: Run = { deps, call, id, openedAt, acceptedAt, planned, hold, delivery, attempts: [], retryHints: [], isHungUp: false, underWay };
  call.reply.onHangUp(() => {
    run.isHungUp = true;
    underWay.waitsFor?.abort(hungUp());
  });
  deps.underWay.add(underWay);
  try {
    await conclude(run, await attemptInTurn(run));
  } finally {
    deps.underWay.delete(underWay);
    underWay.waitsFor = undefined;
    delivery.stop();
    if (hold.isOpen) deps.ledger.release(hold);
  }
}

function holdFor(deps: RelayDeps, call: Call, planned: PlannedRequest): Hold | Promise<Hold> {
  const { key } = call;
  return deps.ledger.hold({ workspaceId: key.workspaceId, isSandbox: planned.isSandbox, key }, worstCaseOf(planned.endpoints, planned.routing));
}

interface Run {
  readonly deps: RelayDeps;
  readonly call: Call;
  readonly id: string;
  /** On the wall clock. */
  readonly openedAt: number;
  /** On the monotonic clock. */
  readonly acceptedAt: number;
  readonly planned: PlannedRequest;
  readonly hold: Hold;
  readonly delivery: Delivery;
  readonly attempts: AttemptRecord[];
  /** For each failed attempt, what the provider asked to wait. */
  readonly retryHints: (number | undefined)[];
  isHungUp: boolean;
  readonly underWay: UnderWay;
}

/** How the last attempt went: the one that answered, or the one after which there was nothing left to try. */
interface Outcome {
  readonly endpoint: Endpoint;
  readonly reading: Readonly<Reading>;
  readonly end: AttemptEnd;
  readonly fault: Fault | undefined;
  /** The text of an answer that was not streamed. */
  readonly whole: string | undefined;
}

const sameEndpointPauseMs = 250;
const retryAfterMsMax = 2_000;

async function attemptInTurn(run: Run): Promise<Outcome> {
  const { endpoints } = run.planned;
  let last: Outcome | undefined;
  for (let index = 0; index < endpoints.length; index = nextIndex(endpoints, index, last as Outcome)) {
    last = await attempt(run, endpoints[index] as Endpoint, index === endpoints.length - 1);
    if (last.fault === undefined || run.isHungUp || run.delivery.hasContent()) return last;
  }
  assert(last !== undefined, "a plan without steps is refused before anything is held");
  const pauseMs = endpoints.length === 1 ? pauseBeforeSame(last.fault) : undefined;
  if (pauseMs === undefined) return last;
  await pause(run, pauseMs);
  return run.isHungUp ? last : attempt(run, last.endpoint, true);
}

/**
 * After a failure the next endpoint. What another endpoint of the same model would refuse as well (a filter, a malformed
 * request) is a matter for the next model of the caller's own list, if there is one (contract §5.6).
 */
function nextIndex(endpoints: readonly Endpoint[], index: number, { fault, endpoint }: Outcome): number {
  if (fault === undefined || faults[fault.code].elsewhere) return index + 1;
  const next = endpoints.findIndex((one, place) => place > index && one.model !== endpoint.model);
  return next === -1 ? endpoints.length : next;
}

/** The fault matrix, rows 1 and 6: the only endpoint there is gets a second chance, when that is likely to help. */
function pauseBeforeSame(fault: Fault | undefined): number | undefined {
  if (fault?.code === "upstream_failed") return sameEndpointPauseMs;
  if (fault?.code === "upstream_rate_limited" && fault.retryAfterMs !== undefined && fault.retryAfterMs <= retryAfterMsMax) return fault.retryAfterMs;
  return undefined;
}

function pause(run: Run, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    run.underWay.waitsFor = {
      abort: () => {
        clearTimeout(timer);
        resolve();
      },
    };
  });
}

async function attempt(run: Run, endpoint: Endpoint, isLast: boolean): Promise<Outcome> {
  const { deps, call, delivery } = run;
  const head: AnswerHead = { generationId: run.id, created: Math.floor(run.openedAt / 1000), model: endpoint.model, providerName: endpoint.providerName };
  const reading = emptyReading();
  const guard = call.request.stream ? delivery.attempt(head) : undefined;
  const adapter = adapterFor(endpoint.protocol);
  assert(adapter !== undefined, "only endpoints with an adapter are routable");
  const isHidden = hidesReasoning(call.request);
  started(deps.health, endpoint.id, endpoint.credentialId, deps.clock());
  const end = await runAttempt({
    request: call.request, endpoint, adapter, upstream: deps.upstream, timeouts: deps.timeouts,
    extraHeaders: endpoint.isSandbox && call.sandboxDirectives !== undefined ? { "x-windrose-sandbox": call.sandboxDirectives } : undefined,
    onOpen: (control) => {
      run.underWay.waitsFor = control;
      delivery.connect(control);
      if (run.isHungUp) control.abort(hungUp());
    },
    onChunks: (chunks) => {
      for (const chunk of chunks) meterChunk(reading, chunk);
      guard?.push(isHidden ? chunks.map(chunkWithoutReasoning) : chunks);
    },
  });
  if (end.answer !== undefined) meterAnswer(reading, end.answer);
  reading.usage ??= end.usage;
  let fault = run.isHungUp ? undefined : (end.fault ?? emptiness(reading, isLast));
  if (fault === undefined && !run.isHungUp) guard?.flush();
  else guard?.drop();
  let whole: string | undefined;
  if (fault === undefined && end.answer !== undefined) {
    // Here and not when it is sent, because an answer that cannot be told is one more way for an attempt to fail.
    const told = encodeWhole(run, head, end.answer, billOf(reading, run.planned.routing, endpoint));
    if (told instanceof Fault) fault = told;
    else whole = told;
  }
  learn(run, endpoint, end, fault, reading);
  return { endpoint, reading, end, fault, whole };
}

function encodeWhole({ call }: Run, head: AnswerHead, answer: ChatAnswer, bill: Bill): string | Fault {
  try {
    return call.surface.encodeAnswer(head, hidesReasoning(call.request) ? answerWithoutReasoning(answer) : answer, bill);
  } catch (error) {
    // Nested so deeply that no JSON can be made of it.
    return new Fault("upstream_garbled", "The provider's answer could not be read.", { cause: error });
  }
}

function hungUp(): Fault {
  return new Fault("client_closed", "The caller hung up.");
}

/** Fault matrix, row 20: an answer with nothing in it is tried elsewhere, and given as it is when it says it is complete. */
function emptiness(reading: Readonly<Reading>, isLast: boolean): Fault | undefined {
  if (reading.finishReason === "error") return new Fault("upstream_failed", "The provider ended its answer with an error.");
  const isEmpty = reading.outputBytes === 0 && (reading.usage?.completionTokens ?? 0) === 0;
  if (!isEmpty || (isLast && reading.finishReason !== null)) return undefined;
  return new Fault("empty_completion", "The provider's answer was empty.");
}

/** Step 14, and the record of the attempt. */
function learn(run: Run, endpoint: Endpoint, end: AttemptEnd, fault: Fault | undefined, reading: Readonly<Reading>): void {
  run.attempts.push({
    endpointId: endpoint.id, providerName: endpoint.providerName, model: endpoint.model, status: end.status,
    faultCode: fault?.code ?? null, latencyMs: Math.round((end.firstContentAt ?? end.endedAt) - end.startedAt), kind: "try", cost: zeroNanodollars,
  });
  if (fault !== undefined) run.retryHints.push(fault.retryAfterMs);
  // A fault that a caller has ordered says nothing about the simulated provider that plays it.
  if (run.isHungUp || (endpoint.isSandbox && run.call.sandboxDirectives !== undefined)) return;
  observe(run.deps.health, {
    endpointId: endpoint.id, credentialId: endpoint.credentialId, faultCode: fault?.code,
    latencyMs: end.firstContentAt === undefined ? undefined : end.firstContentAt - end.startedAt,
    outputTokens: reading.usage?.completionTokens,
    generationMs: end.endedAt - end.startedAt,
    retryAfterMs: fault?.retryAfterMs,
  }, run.deps.clock());
  if (fault?.code === "upstream_garbled") run.deps.log.warn({ endpoint: endpoint.id, error: fault.cause }, "a provider's answer could not be read");
  if (fault?.code === "upstream_model_missing") run.deps.onModelMissing(endpoint, fault.message);
}

/** Steps 12 and 13, then the end of the answer: what was used is safe on disk before the caller hears the last of it. */
async function conclude(run: Run, outcome: Outcome): Promise<void> {
  const { delivery, call } = run;
  const fault = outcome.fault === undefined ? undefined : forCaller(run, outcome.fault);
  const bill = billFor(run, outcome);
  await book(run, outcome, bill, fault);
  if (run.isHungUp) return;
  if (fault !== undefined) {
    if (!delivery.isStarted()) throw fault;
    delivery.fail(fault, call.requestId);
  } else if (outcome.whole !== undefined) {
    delivery.finishWhole(outcome.whole);
  } else {
    delivery.finish(bill);
  }
}

async function book(run: Run, outcome: Outcome, bill: Bill, fault: Fault | undefined): Promise<void> {
  const { call, deps, planned } = run;
  try {
    await deps.recorder.append(recordOf({
      id: run.id, requestId: call.requestId, createdAt: run.openedAt, acceptedAt: run.acceptedAt, key: call.key, surface: call.surface.name,
      request: call.request, app: call.app, router: planned.router, plan: planned.plan, isSandbox: planned.isSandbox, isHungUp: run.isHungUp,
      endpoint: outcome.endpoint, end: outcome.end, reading: outcome.reading, bill, fault, attempts: run.attempts,
    }));
  } catch (error) {
    // Nothing is charged that is not on record. An answer that the caller has begun to read is told to its end all the
    // same; the requests after it are refused until the disk takes records again.
    deps.log.error({ generationId: run.id, error }, "a generation could not be written to the journal");
    if (!run.delivery.isStarted() && !run.isHungUp) throw error;
    return;
  }
  deps.ledger.settle(run.hold, bill.total);
}

/** A failed or empty answer is free (contract §4.8); so is one that the caller abandoned before hearing any of it. */
function billFor(run: Run, outcome: Outcome): Bill {
  const heardNothing = run.isHungUp && !run.delivery.hasContent();
  if (outcome.fault !== undefined || heardNothing) return freeBill;
  const { reading } = outcome;
  if (reading.finishReason === null && reading.outputBytes === 0) return freeBill;
  return billOf(reading, run.planned.routing, outcome.endpoint);
}

const freeBill: Bill = { usage: { promptTokens: 0, completionTokens: 0 }, isEstimated: false, total: zeroNanodollars, prompt: zeroNanodollars, completion: zeroNanodollars };

/** The last fault, with who was tried before (contract §4.4). A hint to retry is given only when every provider gave one. */
function forCaller(run: Run, fault: Fault): Fault {
  const tried = run.attempts.filter((one) => one.faultCode !== null);
  const last = tried.at(-1);
  const hints = run.retryHints.filter((hint) => hint !== undefined);
  const retryAfterMs = hints.length === run.retryHints.length ? Math.min(...hints) : undefined;
  const availability = availabilityOfFailure(fault.code, { requestedModels: run.call.request.models, providers: [...new Set(tried.map((one) => one.providerName))], retryAfterMs });
  const previous = tried.slice(0, -1).map((one) => ({ provider: one.providerName, code: one.faultCode, status: one.status }));
  return new Fault(fault.code, fault.message, {
    metadata: { ...fault.metadata, ...(last === undefined ? {} : { provider_name: last.providerName }), ...(previous.length === 0 ? {} : { previous_errors: previous }) },
    ...(availability === undefined ? {} : { availability: { ...availability } }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: fault,
  });
}
