/**
 * The numbers of the default order, in one place: data, so that another policy can be replayed over the same traffic.
 * docs/routing.md states each with its reason; simulation/ shows what they make of a bad day.
 */

import { Fault } from "../base/fault.ts";
import type { RoomPolicy } from "./hold.ts";

export interface Policy {
  /** Endpoints whose cost is within this share of the best one's share the load. */
  readonly band: number;
  /** What one second to the first content is worth, as a share of the cheapest price. */
  readonly perSecond: number;
  /** What a certain failure would cost, in cheapest prices. */
  readonly perFailure: number;
  /** How many times as much slowness and failures weigh where a request goes that has failed already. */
  readonly fallbackUrgency: number;
  /** With fewer answers than this an endpoint is not judged: it is drawn by its price, as the contract publishes. */
  readonly trialAnswers: number;
  /** The share of requests that go to an endpoint which its past alone keeps out of the band. */
  readonly explored: number;
  /** How fast the two memories of failures fade, and how many successes they begin with. */
  readonly quickHalfLifeMs: number;
  readonly slowHalfLifeMs: number;
  readonly priorSuccesses: number;
  /** How far the level of latency moves with a slower and with a quicker answer, and how fast it is forgotten. */
  readonly latencyRise: number;
  readonly latencyFall: number;
  readonly latencyHalfLifeMs: number;
  readonly breaker: BreakerPolicy;
  readonly room: RoomPolicy;
  /** An attempt without content is given up so many deviations above what is usual for its endpoint. */
  readonly timeoutDeviations: number;
  /** The same for a probe, and for an endpoint that has failed lately: more than this share of the time, */
  readonly suspectDeviations: number;
  readonly suspectFrom: number;
  /** or takes so many times as long as usual. */
  readonly suspectSlowness: number;
  readonly timeoutLeastMs: number;
  /** Each thousand tokens of the prompt adds to the wait. */
  readonly timeoutPerThousandTokensMs: number;
  readonly retry: RetryPolicy;
  /** What hedges may cost, as a share of what is spent. */
  readonly hedgeShare: number;
  readonly hedgeQuantile: number;
  readonly hedgeLeastMs: number;
}

export interface BreakerPolicy {
  /** Failures in a row that open it; */
  readonly inRow: number;
  /** or this many within a span, if they are more than this share. */
  readonly errors: number;
  readonly spanMs: number;
  readonly share: number;
  /** The first wait and the longest; each failed probe doubles it, give or take `jitter`. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** Where so many requests come sooner than the longest wait, it is as long as they take, but no less than this. */
  readonly requestsPerProbe: number;
  readonly mostBusyMs: number;
  readonly jitter: number;
  /** Probes that must succeed, one at a time, and when a probe that was never heard of again is given up. */
  readonly probes: number;
  readonly probeLostMs: number;
  /** How long after closing its share of the load grows back. */
  readonly rampMs: number;
}

export interface RetryPolicy {
  /** A full purse; retries stop below half of it. */
  readonly most: number;
  /** What a success and a second earn; a failure costs 1. */
  readonly perSuccess: number;
  readonly perSecond: number;
}

export const defaultPolicy: Policy = {
  band: 0.09,
  perSecond: 0.1,
  perFailure: 3,
  fallbackUrgency: 3,
  trialAnswers: 20,
  explored: 0.01,
  quickHalfLifeMs: 20_000,
  slowHalfLifeMs: 600_000,
  priorSuccesses: 2,
  latencyRise: 1 / 5,
  latencyFall: 1 / 16,
  latencyHalfLifeMs: 480_000,
  breaker: { inRow: 2, spanMs: 30_000, errors: 3, share: 0.2, firstMs: 5000, mostMs: 54_500, requestsPerProbe: 70, mostBusyMs: 35_000, jitter: 0.2, probes: 2, probeLostMs: 30_000, rampMs: 10_000 },
  room: { perRefusal: 0.6, perSecond: 0.01, least: 0.05 },
  timeoutDeviations: 3.5,
  suspectDeviations: 1.4,
  suspectFrom: 0.15,
  suspectSlowness: 2,
  timeoutLeastMs: 2500,
  timeoutPerThousandTokensMs: 330,
  retry: { most: 40, perSuccess: 2, perSecond: 0.1 },
  hedgeShare: 0.0305,
  hedgeQuantile: 0.95,
  hedgeLeastMs: 500,
};

/**
 * The default policy with some of its numbers replaced, as a file gives them: `{ "band": 0.2, "breaker": { "inRow": 3 } }`.
 * @throws Fault invalid_request naming every field that is not the policy's, or not a number from 0 on.
 */
export function policyWith(overrides: unknown): Policy {
  const complaints: string[] = [];
  const policy = withNumbers(defaultPolicy, overrides, { name: "", complaints });
  if (complaints.length > 0) throw new Fault("invalid_request", `The policy cannot stand: ${complaints.join("; ")}.`);
  return policy;
}

function withNumbers<Numbers extends object>(numbers: Numbers, overrides: unknown, { name, complaints }: { readonly name: string; readonly complaints: string[] }): Numbers {
  if (typeof overrides !== "object" || overrides === null || Array.isArray(overrides)) {
    complaints.push(`${name === "" ? "it" : name} must hold fields and their numbers`);
    return numbers;
  }
  const known = new Map<string, unknown>(Object.entries(numbers));
  for (const [field, value] of Object.entries(overrides)) {
    const path = name === "" ? field : `${name}.${field}`;
    const standing = known.get(field);
    if (standing === undefined) complaints.push(`${path} is not one of ${[...known.keys()].join(", ")}`);
    else if (typeof standing === "object" && standing !== null) known.set(field, withNumbers(standing, value, { name: path, complaints }));
    else if (typeof value !== "number" || !Number.isFinite(value) || value < 0) complaints.push(`${path} must be a number from 0 on`);
    else known.set(field, value);
  }
  // Decoded: the fields are those of the given numbers, and so are their types.
  return Object.fromEntries(known) as Numbers;
}
