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

/** What each workspace's own answers have earned it in hedges, by what they are paid with. The longest unused is forgotten. */
export type HedgeAllowances = Map<string, HedgeAllowance>;

const allowancesMax = 4_096;

/** An answer earns a share of its cost, in nano-dollars; one that cost nothing earns as much of an attempt as there are late ones. */
export function earnHedge({ deps: { health: { policy }, hedges }, call, planned }: Pick<Run, "deps" | "call" | "planned">, cost: Nanodollars): void {
  const isFree = cost === 0n;
  const purse = purseOf(call.key.workspaceId, { isSandbox: planned.isSandbox, isFree });
  const allowance = hedges.get(purse) ?? createHedgeAllowance();
  hedges.delete(purse);
  hedges.set(purse, allowance);
  if (hedges.size > allowancesMax) hedges.delete(hedges.keys().next().value as string);
  if (isFree) earnHedges(allowance, 1, 1 - policy.hedgeQuantile);
  else earnHedges(allowance, Number(cost), policy.hedgeShare);
}

/** Play money buys nothing real, and what is free is counted in attempts: somebody gives them away. */
function purseOf(workspaceId: string, { isSandbox, isFree }: { readonly isSandbox: boolean; readonly isFree: boolean }): string {
  return [workspaceId, ...(isSandbox ? ["sandbox"] : []), ...(isFree ? ["free"] : [])].join(" ");
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

/** Whichever of them loses has taken the prompt in; that much must have been earned, or an attempt where it costs nothing. */
function mayHedge({ deps, call, planned }: Run, endpoints: readonly Endpoint[]): boolean {
  const { prompt, images } = planned.routing;
  const usage = { promptTokens: Math.ceil(Math.sqrt(prompt.low * prompt.high)), completionTokens: 0 };
  const cost = Math.max(...endpoints.map(({ pricing }) => Number(costOf(pricing, usage, images).total)));
  const isFree = cost === 0;
  const allowance = deps.hedges.get(purseOf(call.key.workspaceId, { isSandbox: planned.isSandbox, isFree }));
  return allowance !== undefined && takeHedge(allowance, isFree ? 1 : cost);
}
