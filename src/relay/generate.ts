/**
 * Steps 4 to 14 of the walk: from a parsed request to a settled generation. The road is the same for streamed and whole
 * answers, for success, failure and hang-up: open, plan, hold, attempt until one answers, meter, settle, observe.
 */

import { monotonic, randomSeed, type Clock } from "../base/clock.ts";
import { generationId } from "../base/ids.ts";
import { nanodollars } from "../base/money.ts";
import type { Log } from "../base/log.ts";
import type { Catalog } from "../catalog/load.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { Key } from "../keys/key.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { pipelineOf } from "../plugins/plugins.ts";
import type { Health } from "../routing/health.ts";
import type { Sticky } from "../routing/sticky.ts";
import type { Bill, Surface } from "../surfaces/surface.ts";
import type { Attribution, Generation } from "../usage/generation.ts";
import type { ChatRequest } from "../wire/chat.ts";
import type { AccessTokens } from "./access-tokens.ts";
import type { AnswerListener } from "./answer-listener.ts";
import type { AttemptTimeouts } from "./attempt.ts";
import { book, forCaller, freeBill } from "./conclusion.ts";
import { continueElsewhere } from "./continuation.ts";
import { conversationIn, keepStay, memoryOf } from "./conversation.ts";
import { createDelivery, type Reply } from "./delivery.ts";
import { withFiles } from "./finishing.ts";
import { createFitting, type FittingMeans } from "./fitting.ts";
import type { FreeLimits } from "./free-limits.ts";
import { earnHedge, type HedgeAllowances } from "./hedge.ts";
import { holdFor, type Held } from "./hold.ts";
import { routingOf } from "./metadata.ts";
import { chargeOf } from "./meter.ts";
import { planRequest, worstCaseOf, type PlannedRequest } from "./plan.ts";
import { pursue } from "./pursue.ts";
import type { Outcome, Run } from "./run.ts";
import { isContinuable } from "./transcript.ts";
import { turnsOf } from "./turns.ts";
import { goUnderWay, planned } from "./under-way.ts";
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
  readonly accessTokens: AccessTokens;
  /** How requests are made ready for endpoints that cannot take them as they are. */
  readonly media: FittingMeans;
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

/** What of an accepted, authenticated, parsed request the relay needs, whatever it asks for. */
export interface CallHead {
  readonly requestId: string;
  readonly surface: { readonly name: string };
  readonly request: Pick<ChatRequest, "models" | "gateway" | "stream">;
  readonly key: Key;
  readonly app: Attribution;
  /** Directives for the sandbox; only a sandbox endpoint ever sees them. */
  readonly sandboxDirectives: string | undefined;
  /** `X-OpenRouter-Metadata: enabled`. */
  readonly wantsMetadata: boolean;
}

/** A request for a conversation. */
export interface Call extends CallHead {
  readonly surface: Surface;
  readonly request: ChatRequest;
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
  const pipeline = pipelineOf(call.request);
  const plan = planned(deps, call, openedAt, () => planRequest({
    catalog: deps.catalog, health: deps.health, request: call.request, isSandbox: call.key.isSandbox, now: openedAt, seed: randomSeed(), ...memoryOf(deps.sticky, conversation, openedAt),
  }));
  const counted = plan.isFreeUse ? countFree(deps, call, openedAt) : undefined;
  if (counted !== undefined) await counted;
  const asked = hold(deps.ledger, call.key, plan);
  const held = asked instanceof Promise ? await asked : asked;
  const delivery = createDelivery({
    surface: call.surface, reply: call.reply, request: call.request, generationId: id, keepAliveMs: deps.keepAliveMs, readerMs: deps.readerMs, listener: call.listener,
  });
  const fitting = isTextAlone(plan) ? undefined : createFitting(pipeline, deps.media);
  const run: Run = {
    deps, call, conversation, id, openedAt, acceptedAt, planned: plan, endpoints: held.endpoints, hold: held.hold, delivery, pipeline, fitting,
    attempts: [], retryHints: [], seams: [], isHungUp: false, underWay: { waitsFor: undefined },
  };
  return goUnderWay(run, {
    onHangUp: call.reply.onHangUp,
    walk: async () => conclude(run, await pursue(run, turnsOf(run))),
    leave: () => {
      delivery.stop();
      fitting?.close();
    },
  });
}

/** Where another endpoint may go on, both are held for; who cannot have that much set aside is answered by one. */
function hold(ledger: Ledger, key: Key, { endpoints, isSandbox, request, routing }: PlannedRequest): Held | Promise<Held> {
  const holdTimes = (factor: bigint): Held | Promise<Held> =>
    holdFor(ledger, { key, isSandbox }, endpoints, (those) => nanodollars(factor * worstCaseOf(those, routing)));
  const asked = isContinuable(request) ? holdTimes(2n) : holdTimes(1n);
  return asked instanceof Promise && isContinuable(request) ? asked.catch(() => holdTimes(1n)) : asked;
}

/** There is nothing to fetch for anybody, and nothing to read. */
function isTextAlone({ routing: { inputModalities } }: PlannedRequest): boolean {
  return inputModalities.size === 1 && inputModalities.has("text");
}

/** @throws Fault rate_limit_exceeded. */
export function countFree({ freeLimits, ledger }: RelayDeps, { key: { workspaceId } }: CallHead, now: number): undefined | Promise<void> {
  return freeLimits.take(workspaceId, now, async () => (await ledger.credits(workspaceId)).totalCredits);
}

/** Steps 12 and 13, then the end of the answer: what was used is safe on disk before the caller hears the last of it. */
async function conclude(run: Run, pursued: Outcome): Promise<void> {
  const { delivery, call } = run;
  const continued = pursued.fault !== undefined && delivery.hasContent() && !run.isHungUp ? await continueElsewhere(run, pursued) : undefined;
  const outcome = continued?.outcome ?? pursued;
  const fault = outcome.fault === undefined ? undefined : withFiles(forCaller(run, outcome.fault), run.fitting?.annotations());
  const bill = continued?.bill ?? billFor(run, outcome);
  if (fault === undefined) {
    keepStay(run.deps.sticky, run.conversation, { endpoint: outcome.endpoint, usage: outcome.reading.usage, router: run.planned.router }, run.deps.clock());
  }
  const isBooked = await book(run, { outcome, bill, fault, canFail: !delivery.isStarted() });
  if (isBooked && (fault === undefined || bill.total > 0n)) earnHedge(run, bill.total);
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

/** A failed or empty answer is free (contract §4.8); so is one that the caller abandoned before hearing any of it. */
function billFor(run: Run, outcome: Outcome): Bill {
  const heardNothing = run.isHungUp && !run.delivery.hasContent();
  return outcome.fault !== undefined || heardNothing ? freeBill : chargeOf(outcome.reading, run.planned.routing, outcome.endpoint);
}
