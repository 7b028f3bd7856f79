/** What the pages and the API show of how endpoints have done lately. */

import { isClosed } from "./breaker.ts";
import type { Percentiles } from "./candidate.ts";
import { heldUntil, strainOf, uptimeOf, type Health } from "./health.ts";
import { createDistribution, gather, quantileOf, slices } from "./histogram.ts";
import { addDay, toolCallErrorRate } from "./tool-calls.ts";
import { latencyLeast, throughputLeast } from "./track.ts";
import { addTo, noTally, type Tally } from "./window.ts";

export interface Snapshot {
  /** Per cent of counted requests; null under 100 of them. */
  readonly uptime5m: number | null;
  readonly uptime30m: number | null;
  readonly uptime1d: number | null;
  /** Milliseconds to first content, over 30 minutes. */
  readonly latency: Required<Percentiles> | null;
  /** Tokens per second that 50, 75, 90 and 99 per cent of answers reach at least, over 30 minutes. */
  readonly throughput: Required<Percentiles> | null;
  /** Per cent of the answers that called tools; null under 100 of them. */
  readonly toolCallErrors1d: number | null;
  readonly status: "healthy" | "degraded" | "down" | "rate_limited";
}

const minute = 60_000;
const halfHour = 30 * minute;
const day = 24 * 60 * minute;

/** What is known of an endpoint, whoever's credential it was called with. */
export function snapshot(health: Health, endpointId: string, now: number): Snapshot {
  const tallies = { minutes: noTally(), halfHour: noTally(), day: noTally(), toolCalls: noTally() };
  const latency = createDistribution(latencyLeast);
  const throughput = createDistribution(throughputLeast);
  let status: Snapshot["status"] | undefined;
  for (const [credentialId, track] of health.tracks.get(endpointId) ?? []) {
    addTo(tallies.minutes, track.minutes, 5 * minute, now);
    addTo(tallies.halfHour, track.halfHour, halfHour, now);
    addTo(tallies.day, track.day, day, now);
    if (track.toolCalls !== undefined) addDay(tallies.toolCalls, track.toolCalls, now);
    gather(latency, track.latency, slices, now);
    gather(throughput, track.throughput, slices, now);
    const own = heldUntil(health, endpointId, credentialId) > now ? "rate_limited" : isClosed(track.breaker) ? statuses[strainOf(track, now)] : "down";
    if (status === undefined || severity[own] < severity[status]) status = own;
  }
  return {
    uptime5m: percent(tallies.minutes),
    uptime30m: percent(tallies.halfHour),
    uptime1d: percent(tallies.day),
    latency: percentilesOf((quantile) => quantileOf(latency, quantile), 0),
    throughput: percentilesOf((quantile) => quantileOf(throughput, 1 - quantile), 1),
    toolCallErrors1d: toolCallErrorRate(tallies.toolCalls),
    status: status ?? "healthy",
  };
}

/** Attempts that counted in 5 minutes, 30 minutes and a day. */
export interface RecentAnswers {
  readonly minutes: Tally;
  readonly halfHour: Tally;
  readonly day: Tally;
}

/** By endpoint, whoever's credential it was called with. */
export function recentAnswers(health: Health, now: number): ReadonlyMap<string, RecentAnswers> {
  return new Map([...health.tracks].map(([endpointId, tracks]) => {
    const tallies = { minutes: noTally(), halfHour: noTally(), day: noTally() };
    for (const track of tracks.values()) {
      addTo(tallies.minutes, track.minutes, 5 * minute, now);
      addTo(tallies.halfHour, track.halfHour, halfHour, now);
      addTo(tallies.day, track.day, day, now);
    }
    return [endpointId, tallies];
  }));
}

const statuses = ["healthy", "degraded", "down"] as const;
/** Of several credentials the best one speaks for the endpoint. */
const severity = { healthy: 0, degraded: 1, rate_limited: 2, down: 3 } as const;

function percent(tally: Tally): number | null {
  const uptime = uptimeOf(tally);
  return uptime === undefined ? null : round(uptime * 100, 2);
}

function percentilesOf(quantile: (share: number) => number | undefined, decimals: number): Required<Percentiles> | null {
  const [p50, p75, p90, p99] = [quantile(0.5), quantile(0.75), quantile(0.9), quantile(0.99)];
  if (p50 === undefined || p75 === undefined || p90 === undefined || p99 === undefined) return null;
  return { p50: round(p50, decimals), p75: round(p75, decimals), p90: round(p90, decimals), p99: round(p99, decimals) };
}

function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}
