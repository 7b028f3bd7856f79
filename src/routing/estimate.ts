/** What the next answer of an endpoint will be like, judged by the last ones: how likely it fails, how long it takes. */

import type { Policy } from "./policy.ts";

/** Successes and failures that fade with age. */
export interface Memory {
  successes: number;
  failures: number;
  at: number;
}

export function createMemory(): Memory {
  return { successes: 0, failures: 0, at: 0 };
}

export function remember(memory: Memory, isSuccess: boolean, halfLifeMs: number, now: number): void {
  const left = fading(now - memory.at, halfLifeMs);
  memory.successes = memory.successes * left + (isSuccess ? 1 : 0);
  memory.failures = memory.failures * left + (isSuccess ? 0 : 1);
  memory.at = Math.max(memory.at, now);
}

/** From 0 to 1. Without memories, 0: an endpoint is innocent until it fails. */
export function failureShare(memory: Memory, halfLifeMs: number, priorSuccesses: number, now: number): number {
  // The common case, and the cheap one.
  if (memory.failures < 0.01) return 0;
  const left = fading(now - memory.at, halfLifeMs);
  return (memory.failures * left) / ((memory.successes + memory.failures) * left + priorSuccesses);
}

/** Time to first content, in the logarithm of milliseconds: tails are long, and a factor means the same everywhere. */
export interface Pace {
  /** Of late: quick to rise, slow to fall. */
  level: number;
  /** Over the last hundred answers or so: what the level goes back to while nothing is heard. */
  usual: number;
  /** How far answers are from what is usual, on average. */
  deviation: number;
  answers: number;
  at: number;
}

const usualWeight = 1 / 64;
/** A spell of slowness is not the endpoint's nature: farther away than this (sevenfold) counts as this. */
const awayMost = 2;
/** How much longer than we waited it would have taken, as a rule. */
const unseenFactor = 1.5;
/** Before anything is known: two answers of three within a factor of 1.6. */
const deviationAtFirst = 0.5;

export function createPace(): Pace {
  return { level: 0, usual: 0, deviation: deviationAtFirst, answers: 0, at: 0 };
}

export function learnPace(pace: Pace, latencyMs: number, policy: Policy, now: number): void {
  const heard = Math.log(latencyMs);
  const before = pace.answers === 0 ? heard : levelAt(pace, policy, now);
  const away = heard - before;
  pace.level = before + away * (away > 0 ? policy.latencyRise : policy.latencyFall);
  // The mean of the first answers, then a moving one.
  const fromUsual = pace.answers === 0 ? heard : Math.max(-awayMost, Math.min(awayMost, heard - pace.usual));
  pace.usual += fromUsual * Math.max(usualWeight, 1 / (pace.answers + 1));
  if (pace.answers > 0) pace.deviation += (Math.abs(fromUsual) - pace.deviation) * usualWeight;
  pace.answers += 1;
  pace.at = Math.max(pace.at, now);
}

/** It was given up after so long without content: it would have taken longer. Says nothing when that is no news. */
export function learnWait(pace: Pace, waitedMs: number, policy: Policy, now: number): void {
  if (pace.answers > 0 && Math.log(waitedMs) > levelAt(pace, policy, now)) learnPace(pace, unseenFactor * waitedMs, policy, now);
}

/** Milliseconds that the next answer takes, as things are now. */
export function paceMs(pace: Pace, policy: Policy, now: number): number {
  return Math.exp(levelAt(pace, policy, now));
}

/** Milliseconds that answers take, so many deviations above what is usual. */
export function usualMs({ usual, deviation }: Pace, deviations = 0): number {
  return Math.exp(usual + deviations * deviation);
}

/** Slower than usual by this factor. */
export function isSlow(pace: Pace, factor: number, policy: Policy, now: number): boolean {
  return levelAt(pace, policy, now) - pace.usual > Math.log(factor);
}

/** An endpoint that was slow once, and was left alone for it, would otherwise never be tried again. */
function levelAt(pace: Pace, { latencyHalfLifeMs }: Policy, now: number): number {
  return pace.usual + (pace.level - pace.usual) * fading(now - pace.at, latencyHalfLifeMs);
}

/** What is left after a time; a clock that runs backwards fades nothing. */
function fading(ageMs: number, halfLifeMs: number): number {
  return ageMs <= 0 ? 1 : 2 ** (-ageMs / halfLifeMs);
}
