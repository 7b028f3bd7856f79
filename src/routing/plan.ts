/** Step 6 of the walk: filter, score, order. Pure: time and chance are arguments. */

import type { Candidate, CandidateGroup, Plan, Rejection, RoutingRequest } from "./candidate.ts";
import { admit, narrow, wishesOf } from "./filter.ts";
import type { Health } from "./health.ts";
import { inOrder } from "./order.ts";
import { scored, scoringBy, type Scored, type Scoring } from "./score.ts";

export interface DecideInput<Step extends Candidate = Candidate> {
  /** The request's models in order, each with its endpoints. */
  readonly groups: readonly CandidateGroup<Step>[];
  readonly request: RoutingRequest;
  readonly health: Health;
  /** Milliseconds. */
  readonly now: number;
  /** 32 bits; see `randomSeed`. */
  readonly seed: number;
}

/**
 * The endpoints to try, in order, and why not the others: each candidate is in the one list or the other, once. The same
 * input gives the same plan, byte for byte.
 */
export function decide<Step extends Candidate>({ groups, request, health, now, seed }: DecideInput<Step>): Plan<Step> {
  const wishes = wishesOf(request);
  const scoring: Scoring = { wishes, health, now, seed, by: scoringBy(wishes) };
  const isTogether = request.preferences.sort?.partition === "none";
  const rejected: Rejection[] = [];
  const admitted: Scored<Step>[] = [];
  for (const [index, group] of groups.entries()) {
    // A model named twice, perhaps under an alias, is one model.
    if (groups.findIndex((other) => other.model === group.model) < index) continue;
    for (const candidate of narrow(admit(group.candidates, wishes, rejected), wishes, rejected)) {
      admitted.push(scored(candidate, isTogether ? 0 : index, scoring));
    }
  }
  const steps: Step[] = [];
  // With an `order`, the filter has already left only what it lists.
  const onlyFirst = !request.preferences.allowFallbacks && wishes.order === undefined;
  for (const { candidate } of inOrder(admitted, scoring)) {
    if (onlyFirst && steps.length === 1) rejected.push({ candidate, rule: "fallbacks_not_allowed", admittedBy: "allow_fallbacks" });
    else steps.push(candidate);
  }
  return { steps, rejected, seed };
}
