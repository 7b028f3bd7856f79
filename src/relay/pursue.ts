/**
 * From a plan to an answer: one endpoint after the other until one answers, as the fault matrix says (docs/faults.md), within
 * one deadline, and no further than it helps.
 */

import { assert } from "../base/assert.ts";
import { monotonic } from "../base/clock.ts";
import { faults } from "../base/fault.ts";
import type { Endpoint } from "../catalog/model.ts";
import { mayRetry } from "../routing/budget.ts";
import { uniformOf } from "../routing/dice.ts";
import { takes } from "../routing/filter.ts";
import { isCallable } from "../routing/health.ts";
import type { Wait } from "../routing/patience.ts";
import type { Pursuit, Tried } from "./run.ts";

/** Tries of one model's endpoints. Refusals for capacity are free and at once, and do not count. */
const triesPerModelMax = 3;

const sameEndpointPauseMostMs = 500;
const retryAfterMsMax = 2_000;
/** A key of the dice that no endpoint has. */
const backingOff = 7;

/** How the endpoints of a plan are tried. */
export interface Road<Result extends Tried> {
  /** An attempt at the endpoint of this place, and how many endpoints it took. */
  readonly turn: (place: number, kind: "try" | "retry") => Promise<{ readonly outcome: Result; readonly used: number }>;
  /** Has the caller heard what must not be spliced? */
  readonly isCommitted: () => boolean;
  /** What all attempts together may take until there is an answer. */
  readonly mostMs: number;
}

/** Resolves with the attempt that answered, or with the one after which there was nothing left to try. */
export async function pursue<Result extends Tried>(run: Pursuit, road: Road<Result>): Promise<Result> {
  const { endpoints } = run;
  const isOver = ({ fault }: Result): boolean =>
    fault === undefined || run.isHungUp || road.isCommitted() || leftMs(run, road.mostMs) <= 0 || faults[fault.code].blames === "gateway";
  let last: Result | undefined;
  for (let place = 0; place < endpoints.length; ) {
    const { outcome, used } = await road.turn(place, "try");
    last = outcome;
    if (isOver(outcome)) return outcome;
    place = nextPlace(run, place + used, outcome);
  }
  assert(last !== undefined, "a plan without steps is refused before anything is held");
  const pauseMs = endpoints.length === 1 ? pauseBeforeSame(run, last) : undefined;
  if (pauseMs === undefined) return last;
  const isUndisturbed = await pause(run, pauseMs);
  return isUndisturbed ? (await road.turn(0, "retry")).outcome : last;
}

/**
 * After a failure the next endpoint of the model. The next model of the caller's own list instead, where there is one, after
 * what another endpoint of the same model would refuse as well (contract §5.6), after so many tries, and when most of what
 * was sent to this model's endpoints of late has failed.
 */
function nextPlace(run: Pursuit, from: number, outcome: Tried): number {
  const { endpoints } = run;
  const mayStay = isWorthwhile(run, outcome);
  const next = endpoints.findIndex((one, place) => place >= from && (one.model === outcome.endpoint.model ? mayStay && mayDoBetter(run, one, outcome) : true));
  return next === -1 ? endpoints.length : next;
}

/** Is the same model to be tried at another endpoint? */
function isWorthwhile({ deps, attempts }: Pursuit, { fault, endpoint }: Tried): boolean {
  assert(fault !== undefined, "what answered is not followed");
  const faultCodes = attempts.filter(({ model, faultCode }) => model === endpoint.model && faultCode !== "upstream_rate_limited").map(({ faultCode }) => faultCode);
  // Row 26: once, because the next one would be the third to refuse.
  const isRefusedAgain = fault.code === "unsupported_parameter" && faultCodes.filter((code) => code === fault.code).length > 1;
  return faults[fault.code].elsewhere && !isRefusedAgain && faultCodes.length < triesPerModelMax && mayRetry(deps.health, endpoint, fault.code, deps.clock());
}

/** Rows 25 and 26: what one refused goes to those that are known to take it. */
function mayDoBetter({ planned }: Pursuit, candidate: Endpoint, { fault, endpoint }: Tried): boolean {
  if (fault?.code === "context_length_exceeded") return candidate.contextLength > endpoint.contextLength;
  if (fault?.code === "unsupported_parameter") return [...planned.routing.parameters].every((name) => takes(candidate, name));
  return true;
}

/** Rows 1 and 6: the only endpoint there is gets a second chance, when that is likely to help. */
function pauseBeforeSame(run: Pursuit, { fault, end, endpoint }: Tried): number | undefined {
  const { deps: { clock, health } } = run;
  const isAnsweredFailure = fault?.code === "upstream_failed" || (fault?.code === "upstream_timeout" && end.status !== null && end.status >= 500);
  if (isAnsweredFailure && isCallable(health, endpoint.id, endpoint.credentialId, clock()) && mayRetry(health, endpoint, fault.code, clock())) return sameEndpointPauseMostMs * uniformOf(run.planned.plan.seed, backingOff);
  if (fault?.code === "upstream_rate_limited" && fault.retryAfterMs !== undefined && fault.retryAfterMs <= retryAfterMsMax) return fault.retryAfterMs;
  return undefined;
}

/** False when it was cut short: the caller is gone, or the node stops. */
function pause(run: Pursuit, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), ms);
    run.underWay.waitsFor = {
      abort: () => {
        clearTimeout(timer);
        resolve(false);
      },
    };
  });
}

function leftMs(run: Pursuit, mostMs: number): number {
  return mostMs - (monotonic() - run.acceptedAt);
}

/** Whom one attempt waits for, and how long at most: half of what is left as long as there is another to turn to. */
export function waitFor(run: Pursuit, mostMs: number, place: number): Omit<Wait, "promptTokens"> {
  const { endpoints, deps: { clock, health }, planned: { routing } } = run;
  const endpoint = endpoints[place] as Endpoint;
  const next = endpoints[place + 1];
  const left = Math.max(1, leftMs(run, mostMs));
  const share = next !== undefined && isCallable(health, next.id, next.credentialId, clock()) ? left / 2 : left;
  return {
    endpointId: endpoint.id, credentialId: endpoint.credentialId, mostMs: share, reasons: routing.reasons,
    outputTokensMax: routing.outputModalities.has("text") ? routing.outputTokensMax : 0,
    next: next === undefined ? undefined : { endpointId: next.id, credentialId: next.credentialId },
  };
}
