/** Whether a conversation goes back to the endpoint that has its prompt in the cache: when that costs the least, all in all. */

import { costOf, isKnown, isLeftOut } from "./balance.ts";
import { isClosed } from "./breaker.ts";
import type { Candidate, RoutingRequest } from "./candidate.ts";
import type { Scored, Scoring } from "./score.ts";
import type { Stay } from "./sticky.ts";
import { priceFloor } from "./traits.ts";

/** An answer of unknown length: what predictions of its price count with, if `max_tokens` is not less. */
const answerTokensUsual = 500;

/**
 * Moves the endpoint of `stay` to the head of its model, if it costs the least of those that might be there; else nothing is
 * moved. `isPeer` says whether two endpoints differ in nothing that comes before any cost.
 */
export function stayFirst<Step extends Candidate>(ordered: Scored<Step>[], scoring: Scoring, isPeer: (one: Scored, other: Scored) => boolean): Scored<Step>[] {
  const { stay } = scoring;
  const place = stay === undefined ? -1 : ordered.findIndex(({ candidate }) => candidate.id === stay.endpointId);
  const staying = ordered[place];
  if (stay === undefined || staying === undefined) return ordered;
  const head = ordered.findIndex(({ group }) => group === staying.group);
  const first = ordered[head];
  if (first === undefined || first === staying || !isPeer(first, staying) || !isWell(staying, scoring)) return ordered;
  const rivals = ordered.filter((one) => one.quality === first.quality && isPeer(one, first) && isUp(one));
  if (!isCheapest(staying, rivals, stay, scoring)) return ordered;
  staying.reason = "s";
  const moved = ordered.slice();
  moved.splice(place, 1);
  moved.splice(head, 0, staying);
  return moved;
}

function isWell(staying: Scored, scoring: Scoring): boolean {
  return staying.held === 0 && staying.strain === 0 && isUp(staying) && !isLeftOut(staying, scoring);
}

function isUp({ track }: Scored): boolean {
  return track === undefined || isClosed(track.breaker);
}

function isCheapest(staying: Scored, rivals: readonly Scored[], { cachedTokens }: Stay, { wishes: { request }, health: { policy }, now }: Scoring): boolean {
  const price = priceHere(staying.candidate, request, cachedTokens);
  let cheapest = priceHere(staying.candidate, request, 0);
  if (price >= cheapest) return false;
  for (const { candidate } of rivals) cheapest = Math.min(cheapest, priceHere(candidate, request, 0));
  const costHere = ({ track }: Scored, own: number): number => (isKnown(track, policy) ? costOf(track, own / cheapest, policy, now) : own / cheapest);
  const cost = costHere(staying, price);
  return rivals.every((rival) => rival === staying || cost <= costHere(rival, priceHere(rival.candidate, request, 0)));
}

/** Dollars per million tokens of this very request, of whose prompt so many tokens are read from the endpoint's cache. */
function priceHere({ price }: Candidate, { prompt, outputTokensMax = answerTokensUsual, images }: RoutingRequest, cachedTokens: number): number {
  const promptTokens = Math.sqrt(prompt.low * prompt.high);
  const answerTokens = Math.min(outputTokensMax, answerTokensUsual);
  const cached = Math.min(cachedTokens, promptTokens);
  const saved = cached * Math.max(0, price.prompt - (price.cacheRead ?? price.prompt));
  const dollars = promptTokens * price.prompt + answerTokens * price.completion - saved + (price.request + images * price.image) * 1_000_000;
  return Math.max(dollars / Math.max(1, promptTokens + answerTokens), priceFloor);
}
