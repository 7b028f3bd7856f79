/** What a routing policy is to the simulator: it plans, it is told what happened, and it says how long to wait. */

import type { FaultCode } from "../src/base/fault.ts";
import type { Arrival } from "./traffic.ts";
import type { World } from "./world.ts";

export interface Policy {
  readonly name: string;
  /** A policy as it stands after a fresh start, in this world. */
  readonly start: (world: World) => Router;
}

export interface Router {
  /** The places of the endpoints to try, in order. The first three are. */
  readonly plan: (arrival: Arrival, now: number) => readonly number[];
  readonly started: (endpoint: number, now: number) => void;
  readonly ended: (ending: Ending, arrival: Arrival, now: number) => void;
  /** A hedge answered first, and this attempt was cancelled after so long. */
  readonly overtaken: (endpoint: number, waitedMs: number, now: number) => void;
  /** May a failed request be tried elsewhere? */
  readonly mayRetry: (faultCode: FaultCode, now: number) => boolean;
  /** How long to wait for the first content. `next`: where the request would go instead. */
  readonly timeoutMs: (endpoint: number, arrival: Arrival, call: { readonly next: number | undefined; readonly now: number }) => number;
  /** When to start a second attempt beside the first; undefined for never. */
  readonly hedgeAfterMs: (endpoint: number, now: number) => number | undefined;
  /** Asked when that time has come: may it cost what a lost prompt costs at the dearer of the two? */
  readonly mayHedge: (endpoints: readonly number[], arrival: Arrival) => boolean;
}

export interface Ending {
  readonly endpoint: number;
  readonly faultCode: FaultCode | undefined;
  /** Undefined when no content came. */
  readonly latencyMs: number | undefined;
  readonly outputTokens: number;
  readonly totalMs: number;
  readonly retryAfterMs: number | undefined;
}

/** What all policies do unless they have a better idea: another endpoint at once, ten seconds to the first content. */
export const plainRouter: Omit<Router, "plan"> = {
  started: () => {},
  ended: () => {},
  overtaken: () => {},
  mayRetry: () => true,
  timeoutMs: () => 10_000,
  hedgeAfterMs: () => undefined,
  mayHedge: () => false,
};
