/**
 * How the default order shares the load between endpoints that nothing else tells apart: cheap, quick and sound ones, drawn
 * by the inverse square of their price, and the rest behind them as fallbacks.
 */

import { isClosed, isHalfOpen, rampOf } from "./breaker.ts";
import type { Candidate, Reason } from "./candidate.ts";
import { uniformOf } from "./dice.ts";
import { paceMs, usualMs } from "./estimate.ts";
import { expectedFailures } from "./health.ts";
import { roomOf } from "./hold.ts";
import type { Policy } from "./policy.ts";
import type { Scored, Scoring } from "./score.ts";
import { knownPace, type Track } from "./track.ts";
import { priceFloor, traitsOf } from "./traits.ts";

/** In the order of the plan. */
const probe = 0;
const drawn = 1;
const fallback = 2;
/** It refuses what is too much: no place to turn to when another has failed. */
const crowded = 3;
/** It was down when last heard of, and this request is not to find out whether it still is. */
const broken = 4;
const reasons: readonly Reason[] = ["p", "d", "f", "c", "b"];

interface Place {
  rank: number;
  readonly scored: Scored;
  /** In cheapest prices; undefined while too little is known of the endpoint. */
  readonly cost: number | undefined;
  /** What it would cost if it were as well as ever. */
  readonly wellCost: number;
  /** What it costs a request that another has failed already. */
  readonly fallbackCost: number;
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
  return places.map(({ scored, rank }) => {
    scored.reason = reasons[rank] ?? "d";
    return scored as Scored<Step>;
  });
}

/** Keys of the dice that are not an endpoint's. */
const exploration = 1;
const ramping = 2;
const crowding = 3;

function placeOf(scored: Scored, cheapest: number, policy: Policy, now: number): Place {
  const { candidate, track } = scored;
  const price = priceOf(candidate) / cheapest;
  const isBroken = track !== undefined && !isClosed(track.breaker);
  if (!isKnown(track, policy)) return { rank: drawn, scored, cost: undefined, wellCost: price, fallbackCost: price, isBroken };
  const trouble = troubleOf(track, policy, now);
  return {
    rank: fallback, scored, isBroken,
    cost: price + trouble, wellCost: price + (policy.perSecond * usualMs(knownPace(track))) / 1000, fallbackCost: price + policy.fallbackUrgency * trouble,
  };
}

export function isKnown(track: Track | undefined, { trialAnswers }: Policy): track is Track {
  return track !== undefined && track.answers >= trialAnswers;
}

/** What calling an endpoint costs all in all, in the unit of its `price`: cheapest prices. */
export function costOf(track: Track, price: number, policy: Policy, now: number): number {
  return price + troubleOf(track, policy, now);
}

/** Its slowness and its failures, in the same unit. */
function troubleOf(track: Track, policy: Policy, now: number): number {
  return (policy.perSecond * paceMs(knownPace(track), policy, now)) / 1000 + policy.perFailure * expectedFailures(track, policy, now);
}

/** Does this draw leave it out, because it refuses what is too much or has only just come back? */
export function isLeftOut({ track, candidate }: Scored, { health: { policy }, now, seed }: Scoring): boolean {
  if (track === undefined) return false;
  const { hash } = traitsOf(candidate);
  return uniformOf(seed, hash + crowding) > roomOf(track.room, policy.room, now) || uniformOf(seed, hash + ramping) > rampOf(track.breaker, policy.breaker, now);
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
  if (left.rank === broken) return compareBroken(left, right);
  return left.rank >= fallback ? left.fallbackCost - right.fallbackCost : left.scored.draw - right.scored.draw;
}

/** The one that answered last, since some are only slow and some have been dead for hours; then the one left alone longest. */
function compareBroken({ scored: left }: Place, { scored: right }: Place): number {
  return (right.track?.lastAnswerAt ?? 0) - (left.track?.lastAnswerAt ?? 0) || (left.track?.breaker.until ?? 0) - (right.track?.breaker.until ?? 0);
}

function priceOf(candidate: Candidate): number {
  return Math.max(traitsOf(candidate).price, priceFloor);
}
