/**
 * Keeps requests away from an endpoint that fails, and finds out with one request at a time when it answers again.
 * Closed; open until a time; then half-open: one probe, and while it is under way nobody else.
 */

import { uniformOf } from "./dice.ts";
import type { BreakerPolicy } from "./policy.ts";

export interface Breaker {
  /** When it last opened; Infinity while closed. */
  openedAt: number;
  until: number;
  /** The last wait, before jitter. */
  lastMs: number;
  closedAt: number;
  /** Failures in a row while closed; probes that succeeded since. */
  failures: number;
  probesPassed: number;
  /** Until when the probe under way keeps the others out. */
  probeUntil: number;
}

export function createBreaker(): Breaker {
  return { openedAt: Infinity, until: 0, lastMs: 0, closedAt: -Infinity, failures: 0, probesPassed: 0, probeUntil: 0 };
}

export function isClosed(breaker: Breaker): boolean {
  return breaker.openedAt === Infinity;
}

/** Is the next request to it a probe? */
export function isHalfOpen(breaker: Breaker, now: number): boolean {
  return breaker.openedAt !== Infinity && now >= breaker.until && now >= breaker.probeUntil;
}

/** How much of its usual load it gets: less than 1 for a while after it has closed. */
export function rampOf(breaker: Breaker, { rampMs }: BreakerPolicy, now: number): number {
  return Math.min(1, (now - breaker.closedAt) / rampMs);
}

export function startProbe(breaker: Breaker, { probeLostMs }: BreakerPolicy, now: number): void {
  if (isHalfOpen(breaker, now)) breaker.probeUntil = now + probeLostMs;
}

/** What a breaker must know of the moment: between requests for the model, `gapMs` pass on average. */
export interface Moment {
  readonly now: number;
  readonly gapMs: number;
}

/** Keeps requests away. */
export function trip(breaker: Breaker, policy: BreakerPolicy, moment: Moment): void {
  // An outage that comes back soon after its end is the same outage.
  const isRelapse = moment.now - breaker.closedAt < 2 * breaker.lastMs;
  open(breaker, policy, { ...moment, waitMs: isRelapse ? 2 * breaker.lastMs : policy.firstMs });
}

/** Told of the end of a request that began while it was not closed. True when that closes it. */
export function endProbe(breaker: Breaker, policy: BreakerPolicy, { isSuccess, startedAt, ...moment }: Moment & { readonly isSuccess: boolean; readonly startedAt: number }): boolean {
  // What was under way when it opened says nothing about how things are now.
  if (startedAt < breaker.openedAt) return false;
  breaker.probeUntil = 0;
  if (!isSuccess) {
    // Called for want of a better one, before its time: no news.
    if (moment.now >= breaker.until) open(breaker, policy, { ...moment, waitMs: 2 * breaker.lastMs });
    return false;
  }
  breaker.probesPassed += 1;
  if (breaker.probesPassed < policy.probes) return false;
  breaker.openedAt = Infinity;
  breaker.closedAt = moment.now;
  breaker.failures = 0;
  return true;
}

function open(breaker: Breaker, policy: BreakerPolicy, { now, gapMs, waitMs }: Moment & { readonly waitMs: number }): void {
  breaker.lastMs = Math.min(waitMs, policy.mostMs);
  // Nodes that failed together must not come back together. A probe needs a request, and that comes after the wait.
  const jitter = 1 + policy.jitter * (2 * uniformOf(now, breaker.failures) - 1);
  // Where there is much traffic, a probe costs little of it.
  const waitMost = Math.max(policy.mostBusyMs, policy.requestsPerProbe * gapMs);
  breaker.openedAt = now;
  breaker.until = now + Math.max(policy.firstMs / 2, Math.min(breaker.lastMs, waitMost) * jitter - gapMs);
  breaker.probesPassed = 0;
  breaker.probeUntil = 0;
}
