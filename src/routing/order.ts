/** The order in which admitted endpoints are tried. */

import type { Candidate } from "./candidate.ts";
import type { Scored } from "./score.ts";

/**
 * Model by model (unless they are sorted together), and within one:
 * endpoints that asked to be left alone last of all; then by standing; those that surely fit before those that may not;
 * those that miss a preferred speed later; as listed in `order`; the service tier asked for; those without a recent
 * outage; by score; and equals by the draw. The sort is stable, so that the same input always gives the same order.
 */
export function inOrder<Step extends Candidate>(candidates: Scored<Step>[]): Scored<Step>[] {
  return candidates.sort(compare);
}

// Infinity minus Infinity is NaN, which is falsy: two that are both unmeasured go on to the next line.
function compare(left: Scored, right: Scored): number {
  return (
    left.group - right.group ||
    left.held - right.held ||
    left.standing - right.standing ||
    left.tight - right.tight ||
    left.slow - right.slow ||
    left.listed - right.listed ||
    left.tier - right.tier ||
    left.strain - right.strain ||
    left.score - right.score ||
    left.draw - right.draw ||
    0
  );
}
