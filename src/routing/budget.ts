/** How much may be tried twice. */

import { faults, type FaultCode } from "../base/fault.ts";
import type { Health } from "./health.ts";
import type { RetryPolicy } from "./policy.ts";

/** Whose purse it is: a model's, and of the simulated providers' answers apart, because they say nothing of the real ones. */
export interface PurseOwner {
  readonly model?: string | undefined;
  readonly isSandbox?: boolean | undefined;
}

export function purseName({ model = "", isSandbox = false }: PurseOwner): string {
  return isSandbox ? `sandbox ${model}` : model;
}

/**
 * One purse a model. Failures empty it, answers fill it: when most of what is sent fails, sending it all again helps nobody and
 * keeps the providers down.
 */
export interface Purse {
  coins: number;
  at: number;
  /** Milliseconds between the ends of attempts, on average of late. */
  gapMs: number;
}

const gapWeight = 1 / 16;
const gapMostMs = 20_000;

export function createPurse({ most }: RetryPolicy, now: number): Purse {
  return { coins: most, at: now, gapMs: 0 };
}

export function settlePurse(purse: Purse, isSuccess: boolean, policy: RetryPolicy, now: number): void {
  const passedMs = Math.max(0, now - purse.at);
  purse.gapMs += (Math.min(passedMs, gapMostMs) - purse.gapMs) * gapWeight;
  const earned = (passedMs * policy.perSecond) / 1000 + (isSuccess ? policy.perSuccess : -1);
  purse.coins = Math.min(policy.most, Math.max(0, purse.coins + earned));
  purse.at = Math.max(purse.at, now);
}

/**
 * May a request for this model that just failed in this way be tried at another endpoint? Refusals for capacity always may:
 * they cost nothing, and a refused endpoint is on hold.
 */
export function mayRetry(health: Health, owner: PurseOwner, faultCode: FaultCode, now: number): boolean {
  if (!faults[faultCode].elsewhere) return false;
  if (faults[faultCode].blames !== "endpoint") return true;
  const purse = health.purses.get(purseName(owner));
  if (purse === undefined) return true;
  const { most, perSecond } = health.policy.retry;
  return purse.coins + (Math.max(0, now - purse.at) * perSecond) / 1000 >= most / 2;
}

/** What may be spent on hedges: a share of what is spent on answers, or of the answers where those cost nothing. In whatever unit the caller counts in. */
export interface HedgeAllowance {
  left: number;
}

export function createHedgeAllowance(): HedgeAllowance {
  return { left: 0 };
}

/** An answer was paid for. What is saved up covers three hundred such answers' share, so that a calm day buys no storm of hedges. */
export function earnHedges(allowance: HedgeAllowance, cost: number, share: number): void {
  allowance.left = Math.min(allowance.left + share * cost, Math.max(allowance.left, 300 * share * cost));
}

/** Takes the cost of a hedge's loser from the allowance, if there is enough. */
export function takeHedge(allowance: HedgeAllowance, cost: number): boolean {
  if (allowance.left < cost) return false;
  allowance.left -= cost;
  return true;
}
