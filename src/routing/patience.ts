/** How long to wait for an endpoint: before it is given up, and before another one is started beside it. */

import { isClosed } from "./breaker.ts";
import { isSlow, usualMs } from "./estimate.ts";
import { expectedFailures, isCallable, recentLatency, recentWhole, trackOf, type Health } from "./health.ts";

export interface Wait {
  readonly endpointId: string;
  readonly credentialId: string;
  /** The longest wait of the request's class: models that reason before they speak are given more than others. */
  readonly mostMs: number;
  readonly promptTokens: number;
  /** Where the request would go instead. Without that, or when it is down or on hold, the wait is the longest one. */
  readonly next: { readonly endpointId: string; readonly credentialId: string } | undefined;
}

/** Milliseconds to wait for the first content of an attempt, by what this endpoint usually takes. */
export function firstContentTimeoutMs(health: Health, { endpointId, credentialId, mostMs, promptTokens, next }: Wait, now: number): number {
  const { policy } = health;
  const track = trackOf(health, endpointId, credentialId);
  if (track === undefined || track.pace.answers < policy.trialAnswers) return mostMs;
  if (next === undefined || !isCallable(health, next.endpointId, next.credentialId, now)) return mostMs;
  const isSuspect = !isClosed(track.breaker) || expectedFailures(track, policy, now) > policy.suspectFrom || isSlow(track.pace, policy.suspectSlowness, policy, now);
  const usual = usualMs(track.pace, isSuspect ? policy.suspectDeviations : policy.timeoutDeviations) + (promptTokens * policy.timeoutPerThousandTokensMs) / 1000;
  return Math.min(mostMs, Math.max(policy.timeoutLeastMs, usual));
}

/** Milliseconds to wait for an answer that is not streamed: nothing is heard before its end, so slowness is judged by that. */
export function wholeAnswerTimeoutMs(health: Health, { endpointId, credentialId, mostMs, next }: Omit<Wait, "promptTokens">, now: number): number {
  if (next === undefined || !isCallable(health, next.endpointId, next.credentialId, now)) return mostMs;
  const track = trackOf(health, endpointId, credentialId);
  if (track === undefined || track.answers < health.policy.trialAnswers) return mostMs;
  const usual = recentWhole(track, wholeQuantile, now);
  return usual === undefined ? mostMs : Math.min(mostMs, Math.max(wholeLeastMs, wholeFactor * usual));
}

/** Three times what 99 per cent of its answers take: how long an answer is lies with the request, not with the endpoint. */
const wholeQuantile = 0.99;
const wholeFactor = 3;
const wholeLeastMs = 30_000;

/**
 * Milliseconds after which a second endpoint is started beside this one: what 95 per cent of its answers stay under, to their
 * first content or, where they are not streamed, to their end. Undefined while too little is known of it.
 */
export function hedgeAfterMs(health: Health, { endpointId, credentialId, isStream }: { readonly endpointId: string; readonly credentialId: string; readonly isStream: boolean }, now: number): number | undefined {
  const { policy } = health;
  const track = trackOf(health, endpointId, credentialId);
  if (track === undefined || track.answers < policy.trialAnswers) return undefined;
  const usual = isStream ? recentLatency(track, policy.hedgeQuantile, now) : recentWhole(track, policy.hedgeQuantile, now);
  return usual === undefined ? undefined : Math.max(policy.hedgeLeastMs, usual);
}
