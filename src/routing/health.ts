/**
 * How endpoints have done lately, per endpoint and credential: what the relay observes and what planning and the pages
 * read. Every number is fixed in size, and so is how many are kept. Source: contract §5.3 (what counts), §5.2 (outages);
 * docs/routing.md states the numbers that the contract leaves open.
 */

import { faults, type FaultCode } from "../base/fault.ts";
import { endProbe, isClosed, isHalfOpen, startProbe, trip } from "./breaker.ts";
import { createPurse, purseName, settlePurse, type Purse, type PurseOwner } from "./budget.ts";
import { createMemory, failureShare, learnPace, learnWait, remember, type Pace } from "./estimate.ts";
import { cleared, createDistribution, gather, quantileOf, sample, sliceMs, slices, type Histogram } from "./histogram.ts";
import { credentialRefused, extend, noHold, rateLimited, shrinkRoom, type Hold } from "./hold.ts";
import { defaultPolicy, type Policy } from "./policy.ts";
import { countToolCalls, createToolCalls } from "./tool-calls.ts";
import { createTrack, latencyLeast, throughputLeast, type Track } from "./track.ts";
import { addTo, count, noTally, type Tally } from "./window.ts";

/** What became of one attempt. It fills or empties its owner's purse of retries (budget.ts). */
export interface Outcome extends PurseOwner {
  readonly endpointId: string;
  readonly credentialId: string;
  /** Undefined for a success. The table of faults says whom it counts against. */
  readonly faultCode: FaultCode | undefined;
  /** The upstream's HTTP status; null when it never answered. */
  readonly status?: number | null | undefined;
  /** Milliseconds from the call to the first content of a stream. */
  readonly latencyMs?: number | undefined;
  /** Milliseconds from the call to an answer that was not streamed: says when it was finished, not how soon it began. */
  readonly wholeMs?: number | undefined;
  /** Reasoning was asked for. */
  readonly reasons?: boolean | undefined;
  /** Milliseconds that an answer as long as was asked for may take here, where it is not streamed and that can be said. */
  readonly mayTakeMs?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** Milliseconds from the call to the last byte: queueing counts, as the contract has it. */
  readonly generationMs?: number | undefined;
  /** What the upstream asked to wait. */
  readonly retryAfterMs?: number | undefined;
  /** For a success that called tools: whether the caller can run all the calls. */
  readonly toolCalls?: "valid" | "invalid" | undefined;
}

/** Opaque to all but this file. */
export interface Health {
  readonly tracks: Map<string, Map<string, Track>>;
  /** Accounts that cannot pay; they hold every endpoint called with them. */
  readonly accounts: Map<string, Hold>;
  /** What may be retried, by the purse's name. */
  readonly purses: Map<string, Purse>;
  readonly policy: Policy;
  readonly tracksMax: number;
  trackCount: number;
}

/** 0: none, or ready for a probe; 1: degraded, used after the others; 2: a recent outage or down, used last. */
export type Strain = 0 | 1 | 2;

const second = 1000;
const minute = 60 * second;
const halfHour = 30 * minute;

/** Uptime means nothing under so many requests. Source: contract §5.3. */
const uptimeRequestsMin = 100;
const degradedBelow = 0.95;

/** Recent percentiles are of 5 minutes where those hold so many samples, else of 30. */
const recentSamplesMin = 20;
const recentSlices = (5 * minute) / sliceMs;

/** Remembers at most `tracksMax` pairs of endpoint and credential (about 7 kB each); the longest unseen is forgotten. */
export function createHealth(tracksMax = 4096, policy = defaultPolicy): Health {
  return { tracks: new Map(), accounts: new Map(), purses: new Map(), policy, tracksMax, trackCount: 0 };
}

/** An attempt begins. Where an endpoint is only being probed, this one is the probe, and keeps the others out. */
export function started(health: Health, endpointId: string, credentialId: string, now: number): void {
  const track = trackOf(health, endpointId, credentialId);
  if (track !== undefined) startProbe(track.breaker, health.policy.breaker, now);
}

/** The attempt came to no verdict: it says nothing of the endpoint, and another one may be its probe. */
export function released(health: Health, endpointId: string, credentialId: string): void {
  const track = trackOf(health, endpointId, credentialId);
  if (track !== undefined) track.breaker.probeUntil = 0;
}

/** A hedge answered first, and this attempt was cancelled after so long without content: slow, at least. */
export function overtaken(health: Health, { endpointId, credentialId, reasons, waitedMs }: Pick<Outcome, "endpointId" | "credentialId" | "reasons"> & { readonly waitedMs: number }, now: number): void {
  const track = trackOf(health, endpointId, credentialId);
  if (track === undefined) return;
  if (isClosed(track.breaker)) learnWait(paceFor(track, reasons), waitedMs, health.policy, now);
  else endProbe(track.breaker, health.policy.breaker, { isSuccess: false, startedAt: now - waitedMs, now, gapMs: 0 });
}

/** Records how an attempt went. `now` in milliseconds, here and below. */
export function observe(health: Health, outcome: Outcome, now: number): void {
  const blames = outcome.faultCode === undefined ? "nobody" : faults[outcome.faultCode].blames;
  if (blames === "caller" || blames === "gateway") {
    released(health, outcome.endpointId, outcome.credentialId);
    return;
  }
  const track = trackFor(health, outcome, now);
  if (outcome.latencyMs !== undefined && outcome.latencyMs > 0) {
    sample(track.latency, outcome.latencyMs, now);
    learnPace(paceFor(track, outcome.reasons), outcome.latencyMs, health.policy, now);
  }
  if (outcome.wholeMs !== undefined && outcome.wholeMs > 0 && outcome.reasons !== true) sample(track.whole, outcome.wholeMs, now);
  if (wasCutShort(track, outcome)) return;
  if (blames === "capacity") observeRateLimit(health, track, outcome, now);
  else if (blames === "credential") observeRefusal(health, track, outcome, now);
  else if (blames === "endpoint") observeFailure(health, track, outcome, now);
  else observeSuccess(health, track, outcome, now);
}

/** Undefined while nothing is known of the pair. */
export function trackOf(health: Health, endpointId: string, credentialId: string): Track | undefined {
  return health.tracks.get(endpointId)?.get(credentialId);
}

/** Until when the pair has asked not to be called (Retry-After, a refused credential); 0 when it has not. */
export function heldUntil(health: Health, endpointId: string, credentialId: string): number {
  const own = trackOf(health, endpointId, credentialId)?.hold.until ?? 0;
  return Math.max(own, health.accounts.get(credentialId)?.until ?? 0);
}

/** Does the pair rest because it refused what was too much, and not because it refused us? */
export function isForCapacity(health: Health, endpointId: string, credentialId: string, now: number): boolean {
  const hold = trackOf(health, endpointId, credentialId)?.hold;
  return hold !== undefined && hold.until > now && hold.reason === "capacity";
}

/** Until when the pair is not to be called: it asked for time, or is down and its next probe is not due, or under way. 0: it may be. */
export function restsUntil(health: Health, endpointId: string, credentialId: string, now: number): number {
  const breaker = trackOf(health, endpointId, credentialId)?.breaker;
  const until = Math.max(heldUntil(health, endpointId, credentialId), breaker === undefined || isClosed(breaker) ? 0 : Math.max(breaker.until, breaker.probeUntil));
  return until > now ? until : 0;
}

/** Neither down nor on hold: somewhere to turn to. */
export function isCallable(health: Health, endpointId: string, credentialId: string, now: number): boolean {
  const track = trackOf(health, endpointId, credentialId);
  return (track === undefined || isClosed(track.breaker)) && heldUntil(health, endpointId, credentialId) <= now;
}

export function strainOf(track: Track | undefined, now: number): Strain {
  if (track === undefined) return 0;
  if (!isClosed(track.breaker)) return isHalfOpen(track.breaker, now) ? 0 : 2;
  // No failure in the span looked at: the common case, and the cheap one. What was before an outage's end counts no more.
  const span = 5 * minute;
  if (now - track.lastFailureAt > span + second * 5 || now - track.breaker.closedAt < span) return 0;
  const uptime = uptimeOf(addTo(noTally(), track.minutes, span, now));
  return uptime === undefined || uptime >= degradedBelow ? 0 : 1;
}

/**
 * The share of the next answers that will be failures: the worse of two memories. The quick one sees a fault begin, the slow
 * one knows an endpoint that fails again and again.
 */
export function expectedFailures(track: Track, policy: Policy, now: number): number {
  const slow = failureShare(track.slow, policy.slowHalfLifeMs, policy.priorSuccesses, now);
  // The quick one is of the outage that a probe is to find the end of.
  if (!isClosed(track.breaker)) return slow;
  return Math.max(slow, failureShare(track.quick, policy.quickHalfLifeMs, policy.priorSuccesses, now));
}

/** Milliseconds to first content that a share of `quantile` of recent requests stays under; undefined when unmeasured. */
export function recentLatency(track: Track | undefined, quantile: number, now: number): number | undefined {
  return track === undefined ? undefined : recentQuantile(track.latency, quantile, now);
}

/** Milliseconds to an answer that is not streamed, likewise. */
export function recentWhole(track: Track | undefined, quantile: number, now: number): number | undefined {
  return track === undefined ? undefined : recentQuantile(track.whole, quantile, now);
}

/** Tokens per second that a share of `quantile` of recent answers reaches at least; undefined when unmeasured. */
export function recentThroughput(track: Track | undefined, quantile: number, now: number): number | undefined {
  return track === undefined ? undefined : recentQuantile(track.throughput, 1 - quantile, now);
}

/** Answers counted in half an hour, and the median of their tokens per second. */
export function halfHourOf(track: Track, now: number): { readonly requests: number; readonly throughput: number | undefined } {
  const { successes, failures } = addTo(noTally(), track.halfHour, halfHour, now);
  return { requests: successes + failures, throughput: quantileOf(gather(cleared(scratch, throughputLeast), track.throughput, slices, now), 0.5) };
}

/** As many waits without an answer between them are silence, not length. */
const cutShortMax = 2;

/** It may yet have answered. */
function wasCutShort(track: Track, { faultCode, generationMs = 0, mayTakeMs = 0 }: Outcome): boolean {
  if (faultCode !== "upstream_timeout" || generationMs >= mayTakeMs || track.cutShort === cutShortMax) return false;
  track.cutShort += 1;
  // A probe that found out nothing; the next one may.
  track.breaker.probeUntil = 0;
  return true;
}

function paceFor(track: Track, reasons = false): Pace {
  return reasons ? track.reasoningPace : track.pace;
}

function observeSuccess(health: Health, track: Track, outcome: Outcome, now: number): void {
  record(health, track, { isSuccess: true, outcome, now });
  // An answer that was under way before the refusal says nothing about it; one that comes after the hold ends it.
  if (now >= track.hold.until) track.hold.lastMs = 0;
  if (now >= (health.accounts.get(outcome.credentialId)?.until ?? Infinity)) health.accounts.delete(outcome.credentialId);
  const { outputTokens = 0, generationMs = 0 } = outcome;
  if (outputTokens > 0 && generationMs > 0) sample(track.throughput, (outputTokens * second) / generationMs, now);
  if (outcome.toolCalls !== undefined) countToolCalls((track.toolCalls ??= createToolCalls()), outcome.toolCalls === "valid", now);
}

function observeFailure(health: Health, track: Track, outcome: Outcome, now: number): void {
  record(health, track, { isSuccess: false, outcome, now });
  track.lastFailureAt = now;
  // Silence of an endpoint that is down is not slowness.
  if (outcome.faultCode === "upstream_timeout" && outcome.generationMs !== undefined && isClosed(track.breaker)) learnWait(paceFor(track, outcome.reasons), outcome.generationMs, health.policy, now);
  // An overloaded upstream may say for how long; without a word it is judged by its failures alone.
  if (outcome.retryAfterMs !== undefined) extend(track.hold, rateLimited, { now, askedMs: outcome.retryAfterMs });
}

function observeRateLimit({ policy }: Health, track: Track, outcome: Outcome, now: number): void {
  // Refusals of requests that were already under way are one refusal.
  if (now >= track.hold.until) shrinkRoom(track.room, policy.room, now);
  extend(track.hold, rateLimited, { now, askedMs: outcome.retryAfterMs });
  // A probe that was refused has found out nothing; the next one may.
  track.breaker.probeUntil = 0;
}

/** An unpaid account and an unknown credential fail everywhere; one that is known may be refused for this endpoint alone. */
function observeRefusal(health: Health, track: Track, outcome: Outcome, now: number): void {
  const refusal = { now, askedMs: outcome.retryAfterMs };
  // Counted (contract §5.3), but the endpoint is no worse for it.
  for (const window of [track.minutes, track.halfHour, track.day]) count(window, false, now);
  if (outcome.faultCode !== "upstream_billing" && outcome.status !== 401) {
    extend(track.hold, credentialRefused, refusal);
    return;
  }
  const account = health.accounts.get(outcome.credentialId) ?? noHold();
  extend(account, credentialRefused, refusal);
  health.accounts.delete(outcome.credentialId);
  health.accounts.set(outcome.credentialId, account);
  if (health.accounts.size > health.tracksMax) health.accounts.delete(health.accounts.keys().next().value ?? "");
}

interface Ending {
  readonly isSuccess: boolean;
  readonly outcome: Outcome;
  readonly now: number;
}

function record(health: Health, track: Track, { isSuccess, outcome, now }: Ending): void {
  count(track.minutes, isSuccess, now);
  count(track.halfHour, isSuccess, now);
  count(track.day, isSuccess, now);
  track.answers += 1;
  if (isSuccess) {
    track.lastAnswerAt = now;
    track.cutShort = 0;
  }
  const { breaker } = track;
  const { policy } = health;
  const purse = purseFor(health, purseName(outcome), now);
  settlePurse(purse, isSuccess, policy.retry, now);
  const { gapMs } = purse;
  if (!isClosed(breaker)) {
    const startedAt = now - (outcome.generationMs ?? 0);
    if (endProbe(breaker, policy.breaker, { isSuccess, startedAt, now, gapMs })) Object.assign(track.quick, createMemory());
    return;
  }
  remember(track.quick, isSuccess, policy.quickHalfLifeMs, now);
  remember(track.slow, isSuccess, policy.slowHalfLifeMs, now);
  breaker.failures = isSuccess ? 0 : breaker.failures + (heavy.has(outcome.faultCode) ? 2 : 1);
  if (!isSuccess && isOutage(track, policy, now)) trip(breaker, policy.breaker, { now, gapMs });
}

/** Nobody is there, or somebody else: no request was lost, and the next one would not fare better (fault matrix, rows 8, 9). */
const heavy: ReadonlySet<FaultCode | undefined> = new Set<FaultCode>(["upstream_refused", "upstream_unconnected", "upstream_untrusted"]);

/** A significant outage, which the contract (§5.2) leaves open. */
function isOutage(track: Track, { breaker }: Policy, now: number): boolean {
  if (track.breaker.failures >= breaker.inRow) return true;
  // The failures of an outage that is over do not make the next one.
  if (now - track.breaker.closedAt < breaker.spanMs) return false;
  const { successes, failures } = addTo(noTally(), track.minutes, breaker.spanMs, now);
  return failures >= breaker.errors && failures > breaker.share * (successes + failures);
}

function purseFor(health: Health, name: string, now: number): Purse {
  let purse = health.purses.get(name);
  if (purse === undefined) {
    health.purses.set(name, (purse = createPurse(health.policy.retry, now)));
    if (health.purses.size > health.tracksMax) health.purses.delete(health.purses.keys().next().value ?? "");
  }
  return purse;
}

function recentQuantile(histogram: Histogram, quantile: number, now: number): number | undefined {
  const recent = gather(cleared(scratch, histogram.least), histogram, recentSlices, now);
  if (recent.total >= recentSamplesMin) return quantileOf(recent, quantile);
  return quantileOf(gather(cleared(scratch, histogram.least), histogram, slices, now), quantile);
}

/** One for all: a plan asks for dozens of percentiles, and an array each would cost more than the sums. */
const scratch = createDistribution(latencyLeast);

function trackFor(health: Health, { endpointId, credentialId }: Outcome, now: number): Track {
  let ofEndpoint = health.tracks.get(endpointId);
  if (ofEndpoint === undefined) health.tracks.set(endpointId, (ofEndpoint = new Map()));
  let track = ofEndpoint.get(credentialId);
  if (track === undefined) {
    track = createTrack();
    ofEndpoint.set(credentialId, track);
    health.trackCount += 1;
  }
  track.lastSeenAt = now;
  if (health.trackCount > health.tracksMax) forgetOldest(health, track);
  return track;
}

/** A walk over all pairs: only a new pair in a full memory pays for it. */
function forgetOldest(health: Health, newest: Track): void {
  let oldest: { endpointId: string; credentialId: string; seenAt: number } | undefined;
  for (const [endpointId, ofEndpoint] of health.tracks) {
    for (const [credentialId, track] of ofEndpoint) {
      if (track === newest || (oldest !== undefined && track.lastSeenAt >= oldest.seenAt)) continue;
      oldest = { endpointId, credentialId, seenAt: track.lastSeenAt };
    }
  }
  if (oldest === undefined) return;
  const ofEndpoint = health.tracks.get(oldest.endpointId);
  ofEndpoint?.delete(oldest.credentialId);
  if (ofEndpoint?.size === 0) health.tracks.delete(oldest.endpointId);
  health.trackCount -= 1;
}

/** From 0 to 1; undefined for so few that it means nothing. */
export function uptimeOf({ successes, failures }: Tally): number | undefined {
  const requests = successes + failures;
  return requests < uptimeRequestsMin ? undefined : successes / requests;
}
