/** How long to wait for an endpoint: before it is given up, and before another one is started beside it. */

import { isClosed } from "./breaker.ts";
import { isSlow, usualMs } from "./estimate.ts";
import { expectedFailures, isCallable, recentLatency, trackOf, type Health } from "./health.ts";

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

/**
 * Milliseconds after which a second endpoint is started beside this one: what 95 per cent of its answers stay under. Undefined
 * while too little is known of it.
 */
export function hedgeAfterMs(health: Health, endpointId: string, credentialId: string, now: number): number | undefined {
  const { policy } = health;
  const track = trackOf(health, endpointId, credentialId);
  if (track === undefined || track.pace.answers < policy.trialAnswers) return undefined;
  const usual = recentLatency(track, policy.hedgeQuantile, now);
  return usual === undefined ? undefined : Math.max(policy.hedgeLeastMs, usual);
}
