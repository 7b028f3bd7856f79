/** The numbers that endpoints are compared by. */

import { uniformOf } from "./dice.ts";
import { heldUntil, recentLatency, recentThroughput, strainOf, trackOf, type Health } from "./health.ts";
import type { Candidate, Percentiles, Reason, RoutingRequest } from "./candidate.ts";
import { namedAt, type Wishes } from "./filter.ts";
import type { Stay } from "./sticky.ts";
import type { Track } from "./track.ts";
import { traitsOf } from "./traits.ts";

/** What a comparison needs of one candidate; lower goes first, field by field (order.ts). */
export interface Scored<Step extends Candidate = Candidate> {
  readonly candidate: Step;
  readonly track: Track | undefined;
  /** Which of the request's models, or 0 for all when they are sorted together. */
  readonly group: number;
  /** 1 when it asked to be left alone, 2 when it is down. */
  readonly held: number;
  readonly standing: number;
  /** 1 when the prompt and the answer asked for may not fit. */
  readonly tight: number;
  /** 1 when it misses a preferred throughput or latency. */
  readonly slow: number;
  /** Its place in `order`. */
  readonly listed: number;
  /** 0 for the service tier asked for. */
  readonly tier: number;
  readonly strain: number;
  /** How its answers with tools compare with its peers' (exacto.ts); 0 where that is not asked. */
  quality: number;
  readonly score: number;
  readonly draw: number;
  reason: Reason;
}

export interface Scoring {
  readonly wishes: Wishes;
  readonly health: Health;
  readonly now: number;
  readonly seed: number;
  readonly by: "price" | "throughput" | "latency" | "balance";
  /** Where the conversation was last answered; undefined where that does not count. */
  readonly stay: Stay | undefined;
}

/**
 * What decides between endpoints that are otherwise equal: the caller's `sort`; an `order`, which turns load balancing off
 * and leaves the price; the tier's own rule (contract §5.9); else the balance, which `exacto` is too.
 */
export function scoringBy({ request, order, tier }: Wishes): Scoring["by"] {
  const by = request.preferences.sort?.by;
  if (by !== undefined && by !== "exacto") return by;
  if (order !== undefined || tier === "flex") return "price";
  return tier === "priority" ? "throughput" : "balance";
}

export function scored<Step extends Candidate>(candidate: Step, group: number, scoring: Scoring): Scored<Step> {
  const { wishes, health, now, by } = scoring;
  const { request } = wishes;
  const traits = traitsOf(candidate);
  const track = trackOf(health, candidate.id, candidate.credentialId);
  const draw = drawOf(scoring.seed, traits.hash, traits.dearness);
  // A sort is strict: the caller wants that order whatever happened lately.
  const strain = by === request.preferences.sort?.by ? 0 : strainOf(track, now);
  const isHeld = heldUntil(health, candidate.id, candidate.credentialId) > now;
  return {
    candidate,
    track,
    group,
    // Who asked for a moment may have one to spare; who is down has nothing.
    held: by === "balance" && strain === 2 ? 2 : isHeld ? 1 : 0,
    standing: traits.standing,
    tight: mayNotFit(candidate, traits.promptTokensMax, request) ? 1 : 0,
    slow: missesPreference(track, request, now) ? 1 : 0,
    listed: wishes.order === undefined ? 0 : placeIn(wishes.order, candidate, wishes),
    tier: wishes.tier === undefined || candidate.serviceTier === wishes.tier ? 0 : 1,
    strain,
    quality: 0,
    reason: by === "balance" ? "d" : "-",
    score: scoreOf(by, traits.price, { track, now }) ?? draw,
    draw,
  };
}

/**
 * One of several exponential races, whose rate is 1 over the square of the price: the least is each candidate's with a
 * chance in proportion to that rate, and so is the next among the rest, and so on. Drawn from the seed and the endpoint
 * alone, so that an endpoint more or less in the list changes nobody else's luck.
 */
export function drawOf(seed: number, hash: number, dearness: number): number {
  return -Math.log(uniformOf(seed, hash)) * dearness;
}

/** Undefined for the balance, which is the draw. What is not measured goes last. */
function scoreOf(by: Scoring["by"], price: number, { track, now }: { readonly track: Track | undefined; readonly now: number }): number | undefined {
  switch (by) {
    case "price": return price;
    case "latency": return recentLatency(track, 0.5, now) ?? Infinity;
    case "throughput": return -(recentThroughput(track, 0.5, now) ?? -Infinity);
    case "balance": return undefined;
  }
}

function mayNotFit(candidate: Candidate, promptTokensMax: number, { prompt, outputTokensMax = 0 }: RoutingRequest): boolean {
  return prompt.high > promptTokensMax || prompt.high + outputTokensMax > candidate.contextLength;
}

function placeIn(order: readonly string[], candidate: Candidate, wishes: Wishes): number {
  const place = namedAt(order, candidate, wishes);
  return place < 0 ? order.length : place;
}

/** All given cut-offs must hold; what is not measured misses none. Source: contract §2.2. */
function missesPreference(track: Track | undefined, request: RoutingRequest, now: number): boolean {
  const { preferredMinThroughput, preferredMaxLatency } = request.preferences;
  if (track === undefined) return false;
  if (preferredMinThroughput !== undefined) {
    for (const [name, share] of shares) {
      const least = preferredMinThroughput[name];
      if (least !== undefined && (recentThroughput(track, share, now) ?? Infinity) < least) return true;
    }
  }
  if (preferredMaxLatency !== undefined) {
    for (const [name, share] of shares) {
      const most = preferredMaxLatency[name];
      // Preferences are in seconds, measurements in milliseconds.
      if (most !== undefined && (recentLatency(track, share, now) ?? 0) > most * 1000) return true;
    }
  }
  return false;
}

const shares: readonly (readonly [keyof Percentiles, number])[] = [["p50", 0.5], ["p75", 0.75], ["p90", 0.9], ["p99", 0.99]];
