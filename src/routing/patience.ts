/** How long to wait for an endpoint: before it is given up, and before another one is started beside it. */

import { isClosed } from "./breaker.ts";
import { isSlow, usualMs } from "./estimate.ts";
import { expectedFailures, isCallable, recentLatency, recentThroughput, recentWhole, trackOf, type Health } from "./health.ts";
import type { Track } from "./track.ts";

export interface Wait {
  readonly endpointId: string;
  readonly credentialId: string;
  /** The longest wait of the request's class: models that reason before they speak are given more than others. */
  readonly mostMs: number;
  readonly promptTokens: number;
  /** Reasoning is asked for: judged by others who did, and by nobody's haste. */
  readonly reasons?: boolean | undefined;
  /** The most that the answer may say; undefined where nobody has said, and 0 where it is no text. */
  readonly outputTokensMax?: number | undefined;
  /** Where the request would go instead. Without that, or when it is down or on hold, the wait is the longest one. */
  readonly next: { readonly endpointId: string; readonly credentialId: string } | undefined;
}

/** Milliseconds to wait for the first content of an attempt, by what this endpoint usually takes. */
export function firstContentTimeoutMs(health: Health, { endpointId, credentialId, mostMs, promptTokens, reasons = false, next }: Wait, now: number): number {
  const { policy } = health;
  const track = trackOf(health, endpointId, credentialId);
  const pace = reasons ? track?.reasoningPace : track?.pace;
  if (track === undefined || pace === undefined || pace.answers < policy.trialAnswers) return mostMs;
  if (next === undefined || !isCallable(health, next.endpointId, next.credentialId, now)) return mostMs;
  const isSuspect = !isClosed(track.breaker) || expectedFailures(track, policy, now) > policy.suspectFrom || isSlow(pace, policy.suspectSlowness, policy, now);
  const usual = usualMs(pace, isSuspect ? policy.suspectDeviations : policy.timeoutDeviations) + (promptTokens * policy.timeoutPerThousandTokensMs) / 1000;
  return Math.min(mostMs, Math.max(policy.timeoutLeastMs, usual));
}

/**
 * Milliseconds to wait for an answer that is not streamed: nothing is heard before its end, so slowness is judged by that, but
 * never before a text as long as was asked for could have been written.
 */
export function wholeAnswerTimeoutMs(health: Health, { endpointId, credentialId, mostMs, next, outputTokensMax, reasons = false }: Omit<Wait, "promptTokens">, now: number): number {
  // How long a model thinks is not bounded by what it may say.
  if (reasons || outputTokensMax === undefined || next === undefined || !isCallable(health, next.endpointId, next.credentialId, now)) return mostMs;
  const track = trackOf(health, endpointId, credentialId);
  if (track === undefined || track.answers < health.policy.trialAnswers) return mostMs;
  const usual = recentWhole(track, wholeQuantile, now);
  const writing = writingMs(track, outputTokensMax, now);
  return usual === undefined || writing === undefined ? mostMs : Math.min(mostMs, Math.max(wholeLeastMs, wholeFactor * usual, writing));
}

/** Three times what 99 per cent of its answers take: how long an answer is lies with the request, not with the endpoint. */
const wholeQuantile = 0.99;
const wholeFactor = 3;
const wholeLeastMs = 30_000;

/** Milliseconds that an answer which is not streamed may take as things are, so that less is no failure; undefined where that cannot be said. */
export function mayTakeMs(health: Health, { endpointId, credentialId, outputTokensMax = longAnswerTokens }: Pick<Wait, "endpointId" | "credentialId" | "outputTokensMax">, now: number): number | undefined {
  const track = trackOf(health, endpointId, credentialId);
  return track === undefined ? undefined : writingMs(track, outputTokensMax, now);
}

/** Where nobody has said how long it may be: few are longer. */
const longAnswerTokens = 8_192;

/** Milliseconds for so many tokens at the pace that nine of ten answers reach. */
function writingMs(track: Track, tokens: number, now: number): number | undefined {
  if (tokens === 0) return 0;
  const perSecond = recentThroughput(track, 0.9, now);
  return perSecond === undefined ? undefined : (1000 * tokens) / perSecond;
}

/**
 * Milliseconds after which a second endpoint is started beside this one: what 95 per cent of its answers stay under, to their
 * first content or, where they are not streamed, to their end. Undefined while too little is known of it.
 */
export function hedgeAfterMs(health: Health, { endpointId, credentialId, isStream, reasons = false }: Pick<Wait, "endpointId" | "credentialId" | "reasons"> & { readonly isStream: boolean }, now: number): number | undefined {
  const { policy } = health;
  const track = trackOf(health, endpointId, credentialId);
  if (track === undefined || track.answers < policy.trialAnswers) return undefined;
  if (reasons) return isStream && track.reasoningPace.answers >= policy.trialAnswers ? Math.max(policy.hedgeLeastMs, usualMs(track.reasoningPace, hedgeDeviations)) : undefined;
  const usual = isStream ? recentLatency(track, policy.hedgeQuantile, now) : recentWhole(track, policy.hedgeQuantile, now);
  return usual === undefined ? undefined : Math.max(policy.hedgeLeastMs, usual);
}

/** Mean deviations above what is usual that 95 per cent stay under. */
const hedgeDeviations = 2;
