/**
 * Steps 4 to 14 of the walk: from a parsed request to a settled generation. The road is the same for streamed and whole
 * answers, for success, failure and hang-up: open, plan, hold, attempt until one answers, meter, settle, observe.
 */

import { monotonic, randomSeed, type Clock } from "../base/clock.ts";
import { asFault, Fault } from "../base/fault.ts";
import { generationId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { zeroNanodollars } from "../base/money.ts";
import type { Catalog } from "../catalog/load.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { Key } from "../keys/key.ts";
import type { Hold, Ledger } from "../ledger/ledger.ts";
import { availabilityOfFailure } from "../routing/explain.ts";
import type { Health } from "../routing/health.ts";
import type { Sticky } from "../routing/sticky.ts";
import type { Bill, Surface } from "../surfaces/surface.ts";
import type { Attribution, Generation } from "../usage/generation.ts";
import type { ChatRequest } from "../wire/chat.ts";
import type { AnswerListener } from "./answer-listener.ts";
import type { AttemptTimeouts } from "./attempt.ts";
import { continueElsewhere } from "./continuation.ts";
import { conversationIn, keepStay, memoryOf } from "./conversation.ts";
import { createDelivery, type Reply } from "./delivery.ts";
import type { FreeLimits } from "./free-limits.ts";
import { earnHedge, type HedgeAllowances } from "./hedge.ts";
import { routingOf, routingOfRefusal, withRouting } from "./metadata.ts";
import { chargeOf } from "./meter.ts";
import { planRequest, worstCaseOf, type PlannedRequest } from "./plan.ts";
import { pursue } from "./pursue.ts";
import { insteadOf } from "./refusal.ts";
import { restingFault } from "./resting.ts";
import type { Outcome, Run } from "./run.ts";
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
  readonly hedges: HedgeAllowances;
  readonly sticky: Sticky;
  readonly freeLimits: FreeLimits;
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
  /** `X-OpenRouter-Metadata: enabled`. */
  readonly wantsMetadata: boolean;
  readonly reply: Reply;
  /** Hears the answer as the caller does, before it is encoded: for the response cache. */
  readonly listener?: AnswerListener | undefined;
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
  const conversation = conversationIn(call.request, call.key.workspaceId);
  const planned = plan(deps, call, { now: openedAt, conversation });
  const counted = planned.isFreeUse ? countFree(deps, call, openedAt) : undefined;
  if (counted !== undefined) await counted;
  const asked = holdFor(deps, call, planned);
  const { hold, endpoints } = asked instanceof Promise ? await asked : asked;
  const delivery = createDelivery({
    surface: call.surface, reply: call.reply, request: call.request, generationId: id, keepAliveMs: deps.keepAliveMs, readerMs: deps.readerMs, listener: call.listener,
  });
  const underWay: UnderWay = { waitsFor: undefined };
  const run: Run = { deps, call, conversation, id, openedAt, acceptedAt, planned, endpoints, hold, delivery, attempts: [], retryHints: [], seams: [], isHungUp: false, underWay };
  call.reply.onHangUp(() => {
    run.isHungUp = true;
    underWay.waitsFor?.abort(new Fault("client_closed", "The caller hung up."));
  });
  deps.underWay.add(underWay);
  try {
    await conclude(run, await pursue(run));
  } finally {
    deps.underWay.delete(underWay);
    underWay.waitsFor = undefined;
    delivery.stop();
    if (hold.isOpen) deps.ledger.release(hold);
  }
}

/** @throws Fault where nothing is to be tried, with how that came about for a caller who wants to know. */
function plan({ catalog, health, sticky }: RelayDeps, call: Call, { now, conversation }: { readonly now: number; readonly conversation: Run["conversation"] }): PlannedRequest {
  try {
    const planned = planRequest({ catalog, health, request: call.request, isSandbox: call.key.isSandbox, now, seed: randomSeed(), ...memoryOf(sticky, conversation, now) });
    const resting = restingFault(health, planned.endpoints, now);
    if (resting !== undefined) throw resting;
    return planned;
  } catch (error) {
    throw call.wantsMetadata ? withRouting(asFault(error), routingOfRefusal(call.request.models[0] as string)) : error;
  }
}

/** @throws Fault rate_limit_exceeded. */
function countFree({ freeLimits, ledger }: RelayDeps, { key: { workspaceId } }: Call, now: number): undefined | Promise<void> {
  return freeLimits.take(workspaceId, now, async () => (await ledger.credits(workspaceId)).totalCredits);
}

interface Held {
  readonly hold: Hold;
  readonly endpoints: readonly Endpoint[];
}

/**
 * Holds what the dearest endpoint could cost. Who cannot have so much set aside is served by the cheapest ones alone, if that
 * much there is (fault matrix, row 41).
 */
function holdFor({ ledger }: RelayDeps, { key }: Call, { endpoints, routing, isSandbox }: PlannedRequest): Held | Promise<Held> {
  const payer = { workspaceId: key.workspaceId, isSandbox, key };
  const hold = ledger.hold(payer, worstCaseOf(endpoints, routing));
  if (!(hold instanceof Promise)) return { hold, endpoints };
  return hold.then((given) => ({ hold: given, endpoints }), async (error: unknown) => {
    const cheapest = endpoints.map((endpoint) => worstCaseOf([endpoint], routing)).reduce((least, cost) => (cost < least ? cost : least));
    const affordable = endpoints.filter((endpoint) => worstCaseOf([endpoint], routing) === cheapest);
    const isShort = error instanceof Fault && (error.code === "payment_required" || error.code === "key_limit_exceeded");
    if (!isShort || affordable.length === endpoints.length) throw error;
    return { hold: await ledger.hold(payer, cheapest), endpoints: affordable };
  });
}

/** Steps 12 and 13, then the end of the answer: what was used is safe on disk before the caller hears the last of it. */
async function conclude(run: Run, pursued: Outcome): Promise<void> {
  const { delivery, call } = run;
  const continued = pursued.fault !== undefined && delivery.hasContent() && !run.isHungUp ? await continueElsewhere(run, pursued) : undefined;
  const outcome = continued?.outcome ?? pursued;
  const fault = outcome.fault === undefined ? undefined : forCaller(run, outcome.fault);
  const bill = continued?.bill ?? billFor(run, outcome);
  if (fault === undefined) {
    keepStay(run.deps.sticky, run.conversation, { endpoint: outcome.endpoint, usage: outcome.reading.usage, router: run.planned.router }, run.deps.clock());
  }
  await book(run, outcome, bill, fault);
  if (run.isHungUp) return;
  if (outcome.whole !== undefined) call.listener?.whole(outcome.whole.head, outcome.whole.answer);
  call.listener?.ended({ fault, finishReason: outcome.reading.finishReason, isSandbox: run.planned.isSandbox });
  if (fault !== undefined) {
    if (!delivery.isStarted()) throw fault;
    delivery.fail(fault, call.requestId, routingOf(run, undefined));
  } else if (outcome.whole !== undefined) {
    delivery.finishWhole(outcome.whole.text);
  } else {
    delivery.finish({ bill, endedAt: Math.floor(run.deps.clock() / 1000), routing: routingOf(run, outcome) });
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
  earnHedge(run, bill.total);
}

/** A failed or empty answer is free (contract §4.8); so is one that the caller abandoned before hearing any of it. */
function billFor(run: Run, outcome: Outcome): Bill {
  const heardNothing = run.isHungUp && !run.delivery.hasContent();
  return outcome.fault !== undefined || heardNothing ? freeBill : chargeOf(outcome.reading, run.planned.routing, outcome.endpoint);
}

const freeBill: Bill = { usage: { promptTokens: 0, completionTokens: 0 }, isEstimated: false, total: zeroNanodollars, prompt: zeroNanodollars, completion: zeroNanodollars };

/** The last fault, with who was tried before (contract §4.4). A hint to retry is given only when every provider gave one. */
function forCaller(run: Run, fault: Fault): Fault {
  const tried = run.attempts.filter((one) => one.faultCode !== null);
  const last = tried.at(-1);
  const hints = run.retryHints.filter((hint) => hint !== undefined);
  const retryAfterMs = hints.length === run.retryHints.length ? Math.min(...hints) : undefined;
  const providers = [...new Set(tried.map((one) => one.providerName))];
  const fallbackModels = fault.code === "upstream_model_missing" ? insteadOf(run.deps.catalog, tried.map((one) => one.model), run.planned) : [];
  const availability = availabilityOfFailure(fault.code, { requestedModels: run.call.request.models, providers, retryAfterMs, fallbackModels });
  const previous = tried.slice(0, -1).map((one) => ({ provider: one.providerName, code: one.faultCode, status: one.status }));
  const told = new Fault(fault.code, fault.message, {
    metadata: { ...fault.metadata, ...(last === undefined ? {} : { provider_name: last.providerName }), ...(previous.length === 0 ? {} : { previous_errors: previous }) },
    ...(availability === undefined ? {} : { availability: { ...availability } }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: fault,
  });
  const routing = routingOf(run, undefined);
  return routing === undefined ? told : withRouting(told, routing);
}
