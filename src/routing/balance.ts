/**
 * How the default order shares the load between endpoints that nothing else tells apart: cheap, quick and sound ones, drawn
 * by the inverse square of their price, and the rest behind them as fallbacks.
 */

import { isClosed, isHalfOpen, rampOf } from "./breaker.ts";
import type { Candidate } from "./candidate.ts";
import { uniformOf } from "./dice.ts";
import { paceMs, usualMs } from "./estimate.ts";
import { expectedFailures } from "./health.ts";
import { roomOf } from "./hold.ts";
import type { Policy } from "./policy.ts";
import type { Scored, Scoring } from "./score.ts";
import { priceFloor, traitsOf } from "./traits.ts";

/** In the order of the plan. */
const probe = 0;
const drawn = 1;
const fallback = 2;
/** It refuses what is too much: no place to turn to when another has failed. */
const crowded = 3;
/** It was down when last heard of, and this request is not to find out whether it still is. */
const broken = 4;

interface Place {
  rank: number;
  readonly scored: Scored;
  /** In cheapest prices; undefined while too little is known of the endpoint. */
  readonly cost: number | undefined;
  /** What it would cost if it were as well as ever. */
  readonly wellCost: number;
  readonly isBroken: boolean;
}

/** Reorders `run`, which comes ordered by the draw. */
export function balance<Step extends Candidate>(run: Scored<Step>[], { health: { policy }, now, seed }: Scoring): Scored<Step>[] {
  let cheapest = Infinity;
  for (const { candidate } of run) cheapest = Math.min(cheapest, priceOf(candidate));
  const places = run.map((scored) => placeOf(scored, cheapest, policy, now));
  let best = Infinity;
  for (const { cost = Infinity, isBroken } of places) if (!isBroken) best = Math.min(best, cost);
  // Nothing is known of any: the published order stands.
  if (best === Infinity && places.every(({ isBroken, scored: { track } }) => !isBroken && (track === undefined || track.room.share >= 1))) return run;
  const limit = best * (1 + policy.band);
  const explores = uniformOf(seed, exploration) < policy.explored;
  for (const place of places) place.rank = rankOf(place, { limit, explores, policy, now, seed });
  places.sort(compare);
  // One probe is enough: behind it must stand those that will answer.
  const [first, ...rest] = places;
  if (first?.rank === probe && rest.some(({ rank }) => rank === probe)) {
    for (const place of rest) if (place.rank === probe) place.rank = place.isBroken ? broken : drawn;
    rest.sort(compare);
    places.splice(1, rest.length, ...rest);
  }
  return places.map(({ scored }) => scored as Scored<Step>);
}

/** Keys of the dice that are not an endpoint's. */
const exploration = 1;
const ramping = 2;
const crowding = 3;

function placeOf(scored: Scored, cheapest: number, policy: Policy, now: number): Place {
  const { candidate, track } = scored;
  const price = priceOf(candidate) / cheapest;
  const isBroken = track !== undefined && !isClosed(track.breaker);
  if (track === undefined || track.answers < policy.trialAnswers) return { rank: drawn, scored, cost: undefined, wellCost: price, isBroken };
  const latency = (policy.perSecond * paceMs(track.pace, policy, now)) / 1000;
  return { rank: fallback, scored, cost: price + latency + policy.perFailure * expectedFailures(track, policy, now), wellCost: price + (policy.perSecond * usualMs(track.pace)) / 1000, isBroken };
}

interface Ranking {
  readonly limit: number;
  readonly explores: boolean;
  readonly policy: Policy;
  readonly now: number;
  readonly seed: number;
}

function rankOf({ scored: { track, candidate }, cost, wellCost, rank, isBroken }: Place, { limit, explores, policy, now, seed }: Ranking): number {
  if (track === undefined) return rank;
  const room = roomOf(track.room, policy.room, now);
  if (room < 1 && uniformOf(seed, traitsOf(candidate).hash + crowding) > room) return crowded;
  if (isBroken) return isHalfOpen(track.breaker, now) && wellCost <= limit ? probe : broken;
  if (cost === undefined) return rank;
  if (cost > limit) return explores && wellCost <= limit ? probe : fallback;
  const ramp = rampOf(track.breaker, policy.breaker, now);
  return ramp < 1 && uniformOf(seed, traitsOf(candidate).hash + ramping) > ramp ? fallback : drawn;
}

function compare(left: Place, right: Place): number {
  if (left.rank !== right.rank) return left.rank - right.rank;
  // Of those that are down, the one that has had the longest time to recover.
  if (left.rank === broken) return (left.scored.track?.breaker.until ?? 0) - (right.scored.track?.breaker.until ?? 0);
  return left.rank >= fallback ? (left.cost ?? left.wellCost) - (right.cost ?? right.wellCost) : left.scored.draw - right.scored.draw;
}

function priceOf(candidate: Candidate): number {
  return Math.max(traitsOf(candidate).price, priceFloor);
}
