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
import { firstContentTimeoutMs, wholeAnswerTimeoutMs } from "../routing/patience.ts";
import type { AttemptKind } from "../usage/generation.ts";
import type { ChatRequest } from "../wire/chat.ts";
import type { AttemptTimeouts } from "./attempt.ts";
import { takeTurn } from "./hedge.ts";
import type { LegInput } from "./leg.ts";
import type { Outcome, Run } from "./run.ts";

/** Tries of one model's endpoints. Refusals for capacity are free and at once, and do not count. */
const triesPerModelMax = 3;

const sameEndpointPauseMostMs = 500;
const retryAfterMsMax = 2_000;
/** A key of the dice that no endpoint has. */
const backingOff = 7;

/** Resolves with the attempt that answered, or with the one after which there was nothing left to try. */
export async function pursue(run: Run): Promise<Outcome> {
  const { endpoints } = run;
  let last: Outcome | undefined;
  for (let place = 0; place < endpoints.length; ) {
    const other = endpoints[place + 1];
    const { outcome, used } = await takeTurn(run, legAt(run, place, "try"), other && { endpoint: other, leg: () => legAt(run, place + 1, "hedge") });
    last = outcome;
    if (outcome.fault === undefined || isOver(run)) return outcome;
    place = nextPlace(run, place + used, outcome);
  }
  assert(last !== undefined, "a plan without steps is refused before anything is held");
  const pauseMs = endpoints.length === 1 ? pauseBeforeSame(run, last) : undefined;
  if (pauseMs === undefined) return last;
  await pause(run, pauseMs);
  return run.isHungUp ? last : (await takeTurn(run, legAt(run, 0, "retry"))).outcome;
}

function legAt(run: Run, place: number, kind: AttemptKind): LegInput {
  const { endpoints, planned } = run;
  const endpoint = endpoints[place] as Endpoint;
  const next = endpoints[place + 1];
  return { endpoint, kind, request: planned.request, isLast: next === undefined, timeouts: timeoutsFor(run, endpoint, next) };
}

/** Nobody listens any more, there is an answer that must not be spliced, or there is no time left. */
function isOver(run: Run): boolean {
  return run.isHungUp || run.delivery.hasContent() || leftMs(run) <= 0;
}

/**
 * After a failure the next endpoint of the model. The next model of the caller's own list instead, where there is one, after
 * what another endpoint of the same model would refuse as well (contract §5.6), after so many tries, and when most of what
 * was sent to this model's endpoints of late has failed.
 */
function nextPlace(run: Run, from: number, outcome: Outcome): number {
  const { endpoints } = run;
  const mayStay = isWorthwhile(run, outcome);
  const next = endpoints.findIndex((one, place) => place >= from && (one.model === outcome.endpoint.model ? mayStay && mayDoBetter(run, one, outcome) : true));
  return next === -1 ? endpoints.length : next;
}

/** Is the same model to be tried at another endpoint? */
function isWorthwhile({ deps, attempts }: Run, { fault, endpoint }: Outcome): boolean {
  assert(fault !== undefined, "what answered is not followed");
  const faultCodes = attempts.filter(({ model, faultCode }) => model === endpoint.model && faultCode !== "upstream_rate_limited").map(({ faultCode }) => faultCode);
  // Row 26: once, because the next one would be the third to refuse.
  const isRefusedAgain = fault.code === "unsupported_parameter" && faultCodes.filter((code) => code === fault.code).length > 1;
  return faults[fault.code].elsewhere && !isRefusedAgain && faultCodes.length < triesPerModelMax && mayRetry(deps.health, endpoint.model, fault.code, deps.clock());
}

/** Rows 25 and 26: what one refused goes to those that are known to take it. */
function mayDoBetter({ planned }: Run, candidate: Endpoint, { fault, endpoint }: Outcome): boolean {
  if (fault?.code === "context_length_exceeded") return candidate.contextLength > endpoint.contextLength;
  if (fault?.code === "unsupported_parameter") return [...planned.routing.parameters].every((name) => takes(candidate, name));
  return true;
}

/** Rows 1 and 6: the only endpoint there is gets a second chance, when that is likely to help. */
function pauseBeforeSame(run: Run, { fault, end }: Outcome): number | undefined {
  const isAnsweredFailure = fault?.code === "upstream_failed" || (fault?.code === "upstream_timeout" && end.status !== null && end.status >= 500);
  if (isAnsweredFailure) return sameEndpointPauseMostMs * uniformOf(run.planned.plan.seed, backingOff);
  if (fault?.code === "upstream_rate_limited" && fault.retryAfterMs !== undefined && fault.retryAfterMs <= retryAfterMsMax) return fault.retryAfterMs;
  return undefined;
}

function pause(run: Run, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    run.underWay.waitsFor = {
      abort: () => {
        clearTimeout(timer);
        resolve();
      },
    };
  });
}

/** Who asked for reasoning waits for it. */
function reasons({ parameters: { reasoning } }: ChatRequest): boolean {
  return reasoning !== undefined && reasoning.effort !== "none" && reasoning.enabled !== false;
}

/** What all attempts together may take until the first content, or until a whole answer. */
function mostMs({ deps, planned: { request } }: Run): number {
  const { firstContentMs, firstContentAliveMs, wholeAnswerMs } = deps.timeouts;
  if (!request.stream) return wholeAnswerMs;
  return reasons(request) ? Math.max(firstContentMs, firstContentAliveMs) : firstContentMs;
}

function leftMs(run: Run): number {
  return mostMs(run) - (monotonic() - run.acceptedAt);
}

/** One attempt's share of the time: what its endpoint usually takes, and half of what is left as long as there is another to turn to. */
function timeoutsFor(run: Run, endpoint: Endpoint, next: Endpoint | undefined): AttemptTimeouts {
  const { deps, planned } = run;
  const { health, timeouts } = deps;
  const now = deps.clock();
  const left = Math.max(1, leftMs(run));
  const share = next !== undefined && isCallable(health, next.id, next.credentialId, now) ? left / 2 : left;
  const wait = { endpointId: endpoint.id, credentialId: endpoint.credentialId, mostMs: share, next: next === undefined ? undefined : { endpointId: next.id, credentialId: next.credentialId } };
  if (!planned.request.stream) return { ...timeouts, wholeAnswerMs: Math.ceil(wholeAnswerTimeoutMs(health, wait, now)) };
  const { low, high } = planned.routing.prompt;
  return { ...timeouts, firstContentMs: Math.ceil(firstContentTimeoutMs(health, { ...wait, promptTokens: Math.sqrt(low * high) }, now)) };
}
