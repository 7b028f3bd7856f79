/**
 * Keeps requests away from an endpoint that fails, and finds out with one request at a time when it answers again.
 * Closed; open until a time; then half-open: one probe, and while it is under way nobody else.
 */

import { uniformOf } from "./dice.ts";
import type { BreakerPolicy } from "./policy.ts";

export interface Breaker {
  /** Infinity while closed. */
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

/** Told of a failure while closed: enough of them? */
export function trip(breaker: Breaker, policy: BreakerPolicy, now: number): void {
  // An outage that comes back soon after its end is the same outage.
  const isRelapse = now - breaker.closedAt < 2 * breaker.lastMs;
  open(breaker, policy, { now, waitMs: isRelapse ? 2 * breaker.lastMs : policy.firstMs });
}

/** Told of the end of a request that began while it was not closed. True when that closes it. */
export function endProbe(breaker: Breaker, policy: BreakerPolicy, { isSuccess, startedAt, now }: { readonly isSuccess: boolean; readonly startedAt: number; readonly now: number }): boolean {
  // What was under way when it opened says nothing about how things are now.
  if (startedAt < breaker.until) return false;
  breaker.probeUntil = 0;
  if (!isSuccess) {
    open(breaker, policy, { now, waitMs: 2 * breaker.lastMs });
    return false;
  }
  breaker.probesPassed += 1;
  if (breaker.probesPassed < policy.probes) return false;
  breaker.openedAt = Infinity;
  breaker.closedAt = now;
  breaker.failures = 0;
  return true;
}

function open(breaker: Breaker, policy: BreakerPolicy, { now, waitMs }: { readonly now: number; readonly waitMs: number }): void {
  breaker.lastMs = Math.min(waitMs, policy.mostMs);
  // Nodes that failed together must not come back together.
  const jitter = 1 + policy.jitter * (2 * uniformOf(now, breaker.failures) - 1);
  if (breaker.openedAt === Infinity) breaker.openedAt = now;
  breaker.until = now + breaker.lastMs * jitter;
  breaker.probesPassed = 0;
  breaker.probeUntil = 0;
}
