/** The order in which admitted endpoints are tried. */

import { balance } from "./balance.ts";
import type { Candidate } from "./candidate.ts";
import type { Scored, Scoring } from "./score.ts";
import { stayFirst } from "./stay.ts";

/**
 * Model by model (unless they are sorted together), and within one:
 * endpoints that asked to be left alone last of all; then by standing; those that surely fit before those that may not;
 * those that miss a preferred speed later; as listed in `order`; the service tier asked for; those without a recent
 * outage; those whose tool calls are sound, where there are tools; by score, or by the balance of the default order; and equals by the draw. The sort is stable, so that the same
 * input always gives the same order. In the default order a conversation then goes back to where it was, if that pays.
 */
export function inOrder<Step extends Candidate>(candidates: Scored<Step>[], scoring: Scoring): Scored<Step>[] {
  candidates.sort((left, right) => compareRank(left, right) || left.score - right.score || left.draw - right.draw || 0);
  return scoring.by === "balance" ? candidates.length < 2 ? candidates : balanced(candidates, scoring) : candidates;
}

function balanced<Step extends Candidate>(candidates: Scored<Step>[], scoring: Scoring): Scored<Step>[] {
  const ordered: Scored<Step>[] = [];
  for (let from = 0; from < candidates.length; ) {
    let to = from + 1;
    while (to < candidates.length && compareRank(candidates[from] as Scored, candidates[to] as Scored) === 0) to += 1;
    ordered.push(...balance(candidates.slice(from, to), scoring));
    from = to;
  }
  return scoring.stay === undefined ? ordered : stayFirst(ordered, scoring, (one, other) => compareAsked(one, other) === 0);
}

/** What comes before any score. */
export function compareRank(left: Scored, right: Scored): number {
  return compareAsked(left, right) || left.quality - right.quality;
}

/** What comes before what is measured of its answers: what was asked for, and whether it is up. */
function compareAsked(left: Scored, right: Scored): number {
  return (
    left.group - right.group ||
    left.held - right.held ||
    left.standing - right.standing ||
    left.tight - right.tight ||
    left.slow - right.slow ||
    left.listed - right.listed ||
    left.tier - right.tier ||
    left.strain - right.strain
  );
}
