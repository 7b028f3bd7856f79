/** Step 6 of the walk: filter, score, order. Pure: time and chance are arguments. */

import type { Candidate, CandidateGroup, Plan, Rejection, RoutingRequest } from "./candidate.ts";
import { judgeQuality } from "./exacto.ts";
import { admit, narrow, wishesOf } from "./filter.ts";
import type { Health } from "./health.ts";
import { compareRank, inOrder } from "./order.ts";
import { scored, scoringBy, type Scored, type Scoring } from "./score.ts";
import type { Stay } from "./sticky.ts";

export interface DecideInput<Step extends Candidate = Candidate> {
  /** The request's models in order, each with its endpoints. */
  readonly groups: readonly CandidateGroup<Step>[];
  readonly request: RoutingRequest;
  readonly health: Health;
  /** Milliseconds. */
  readonly now: number;
  /** 32 bits; see `randomSeed`. */
  readonly seed: number;
  /** Where the conversation was last answered (sticky.ts). */
  readonly stay?: Stay | undefined;
}

/**
 * The endpoints to try, in order, and why not the others: each candidate is in the one list or the other, once. The same
 * input gives the same plan, byte for byte.
 */
export function decide<Step extends Candidate>({ groups, request, health, now, seed, stay }: DecideInput<Step>): Plan<Step> {
  const wishes = wishesOf(request);
  const by = scoringBy(wishes);
  const sort = request.preferences.sort?.by;
  // A sort that was asked for, were it the default one, is kept to.
  const scoring: Scoring = { wishes, health, now, seed, by, stay: sort === undefined ? stay : undefined };
  const isJudged = by === "balance" && (sort === "exacto" || request.parameters.has("tools"));
  const isTogether = request.preferences.sort?.partition === "none";
  const rejected: Rejection[] = [];
  const admitted: Scored<Step>[] = [];
  for (const [index, group] of groups.entries()) {
    // A model named twice, perhaps under an alias, is one model.
    if (groups.findIndex((other) => other.model === group.model) < index) continue;
    const peers = narrow(admit(group.candidates, wishes, rejected), wishes, rejected).map((candidate) => scored(candidate, isTogether ? 0 : index, scoring));
    if (isJudged) judgeQuality(peers, scoring);
    admitted.push(...peers);
  }
  const steps: Step[] = [];
  let reasons = "";
  // With an `order`, the filter has already left only what it lists.
  const onlyFirst = !request.preferences.allowFallbacks && wishes.order === undefined;
  let before: Scored | undefined;
  for (const one of inOrder(admitted, scoring)) {
    const { candidate, reason } = one;
    if (onlyFirst && steps.length === 1) {
      rejected.push({ candidate, rule: "fallbacks_not_allowed", admittedBy: "allow_fallbacks" });
      continue;
    }
    steps.push(candidate);
    reasons += before === undefined || compareRank(before, one) !== 0 ? reason.toUpperCase() : reason;
    before = one;
  }
  return { steps, rejected, seed, reasons };
}
