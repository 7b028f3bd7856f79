/**
 * A budget: what a workspace or a key may spend. Budgets live in two books, live and sandbox, because simulated money
 * must never touch the real. The pure part: names, windows, and how much a node takes at a time.
 */

import { nanodollars, type Nanodollars } from "../base/money.ts";

export type LimitReset = "daily" | "weekly" | "monthly";

/** What was spent: ever, and in the current UTC day, Monday-to-Sunday week and calendar month. */
export interface Spent {
  readonly total: Nanodollars;
  readonly daily: Nanodollars;
  readonly weekly: Nanodollars;
  readonly monthly: Nanodollars;
}

export function workspaceBudget(workspaceId: string, isSandbox: boolean): string {
  return isSandbox ? `sandbox/workspace:${workspaceId}` : `workspace:${workspaceId}`;
}

export function keyBudget(keyHash: string, isSandbox: boolean): string {
  return isSandbox ? `sandbox/key:${keyHash}` : `key:${keyHash}`;
}

/** Whole UTC days since the epoch. */
export function dayOf(time: number): number {
  return Math.floor(time / dayMs);
}

/** The first day of each current window. The epoch was a Thursday, so Mondays are the days 4, 11, 18, … */
export function windowStarts(now: number): Readonly<Record<LimitReset, number>> {
  const day = dayOf(now);
  const date = new Date(now);
  return { daily: day, weekly: day - ((day + 3) % 7), monthly: dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)) };
}

/** The part of what was spent that counts against a limit with this reset. */
export function spentAgainst(spent: Spent, reset: LimitReset | null): Nanodollars {
  return reset === null ? spent.total : spent[reset];
}

/**
 * How much to lease when `need` is lacking and the store has `remaining`: a quarter of it, so that leases shrink as the
 * balance falls and other nodes find something too, but never less than the need. Undefined when it cannot be had.
 */
export function leaseSlice(need: bigint, remaining: bigint): Nanodollars | undefined {
  if (need > remaining) return undefined;
  const quarter = remaining / 4n;
  const share = quarter < sliceMax ? quarter : sliceMax;
  return nanodollars(share > need ? share : need);
}

const dayMs = 86_400_000;
/** What a node that dies can keep from the others until its leases are closed: 25 dollars a budget. */
const sliceMax = 25_000_000_000n;
