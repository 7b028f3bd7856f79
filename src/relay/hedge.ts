/**
 * One turn of a run: an attempt, and when it is slower than its endpoint usually is, and the caller wants it, another one
 * beside it. The first to give content answers; the other is cancelled, and what it may cost is on record.
 */

import { costOf } from "../catalog/price.ts";
import type { Endpoint } from "../catalog/model.ts";
import { createHedgeAllowance, earnHedges, takeHedge, type HedgeAllowance } from "../routing/budget.ts";
import { isCallable } from "../routing/health.ts";
import { hedgeAfterMs } from "../routing/patience.ts";
import type { Nanodollars } from "../base/money.ts";
import { startLeg, type Leg, type LegInput } from "./leg.ts";
import type { Outcome, Run } from "./run.ts";

/** What each workspace's own spending has earned it in hedges, in nano-dollars. The longest unused is forgotten. */
export type HedgeAllowances = Map<string, HedgeAllowance>;

const allowancesMax = 4_096;

/** What was spent on an answer earns its share. */
export function earnHedge({ deps, call }: Run, cost: Nanodollars): void {
  const { workspaceId } = call.key;
  const allowance = deps.hedges.get(workspaceId) ?? createHedgeAllowance();
  deps.hedges.delete(workspaceId);
  deps.hedges.set(workspaceId, allowance);
  if (deps.hedges.size > allowancesMax) deps.hedges.delete(deps.hedges.keys().next().value as string);
  earnHedges(allowance, Number(cost), deps.health.policy.hedgeShare);
}

export interface Turn {
  readonly outcome: Outcome;
  /** How many endpoints were called: 2 with a hedge. */
  readonly used: number;
}

/** A leg that is to know by itself whether it was the last. */
export type Place = Omit<LegInput, "isLast">;

export interface TurnInput {
  readonly first: Place;
  /** Where the request may go besides. */
  readonly second?: { readonly endpoint: Endpoint; readonly leg: () => Place } | undefined;
  /** Is there nothing to turn to when so many endpoints were called? */
  readonly isLast: (used: number) => boolean;
}

/** Calls `first`, and perhaps `second` beside it. Resolves with the one that answered, else with the last that failed. */
export function takeTurn(run: Run, { first, second, isLast }: TurnInput): Promise<Turn> {
  const legs: Leg[] = [];
  return new Promise((resolve) => {
    let open = 0;
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer);
      resolve({ outcome, used: legs.length });
    };
    const launch = (input: Place): void => {
      open += 1;
      const leg = startLeg(run, {
        ...input,
        isLast: () => open === 1 && isLast(legs.length),
        onCommit: () => {
          clearTimeout(timer);
          overtakeOthers(legs, leg);
        },
      });
      legs.push(leg);
      void leg.done.then((outcome) => {
        open -= 1;
        if (outcome.isOvertaken) return;
        if (outcome.fault === undefined) overtakeOthers(legs, leg);
        // While another one is under way, a failure is no news; after content there is no other.
        if (outcome.fault === undefined || open === 0) finish(outcome);
      });
    };
    const afterMs = second === undefined ? undefined : hedgeDelay(run, first.endpoint, second.endpoint);
    const timer = afterMs === undefined || second === undefined ? undefined : setTimeout(() => {
      if (!run.isHungUp && mayHedge(run, [first.endpoint, second.endpoint])) launch(second.leg());
    }, afterMs);
    run.underWay.waitsFor = { abort: (fault) => legs.forEach((leg) => leg.abort(fault)) };
    launch(first);
  });
}

function overtakeOthers(legs: readonly Leg[], winner: Leg): void {
  for (const leg of legs) if (leg !== winner) leg.overtake();
}

/** Undefined when there is to be no hedge. */
function hedgeDelay({ call, deps, planned: { request, routing } }: Run, first: Endpoint, second: Endpoint): number | undefined {
  const isWanted = request.provider.hedge ?? call.key.hedge;
  // Two answers that call a tool may be two calls of it.
  if (!isWanted || request.parameters.tools !== undefined) return undefined;
  const now = deps.clock();
  if (!isCallable(deps.health, second.id, second.credentialId, now)) return undefined;
  return hedgeAfterMs(deps.health, { endpointId: first.id, credentialId: first.credentialId, isStream: request.stream, reasons: routing.reasons }, now);
}

/** Whichever of them loses has taken the prompt in; that much must have been earned. */
function mayHedge({ deps, call, planned }: Run, endpoints: readonly Endpoint[]): boolean {
  const { prompt, images } = planned.routing;
  const usage = { promptTokens: Math.ceil(Math.sqrt(prompt.low * prompt.high)), completionTokens: 0 };
  const cost = Math.max(...endpoints.map(({ pricing }) => Number(costOf(pricing, usage, images).total)));
  const allowance = deps.hedges.get(call.key.workspaceId);
  return cost === 0 || (allowance !== undefined && takeHedge(allowance, cost));
}
