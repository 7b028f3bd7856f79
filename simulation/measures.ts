/** What is counted while a world runs. */

import { createTimes, quantile, type Times } from "../src/replay/times.ts";
import type { Focus } from "./world.ts";

export interface Tally {
  requests: number;
  /** Without a first content. */
  failures: number;
  /** Broken off in the middle. */
  broken: number;
  tries: number;
  hedges: number;
  /** First tries at an endpoint most of whose answers are errors just now. */
  doomed: number;
  /** What was paid for what callers got, at the endpoint's price and at the cheapest's. */
  paid: number;
  cheapest: number;
  /** What was billed to us and delivered to nobody. */
  wasted: number;
  readonly times: Times;
  readonly timesInFaults: Times;
  /** While the scenario's focus lasts. */
  readonly focus: { requests: number; tries: number; firstTries: number; failures: number };
  /** For each of the focus's spans, when its endpoint first served a first try well after the end. */
  readonly backAt: (number | undefined)[];
  /** Every decision and ending, folded. */
  log: number;
}

export function createTally(): Tally {
  return {
    requests: 0, failures: 0, broken: 0, tries: 0, hedges: 0, doomed: 0, paid: 0, cheapest: 0, wasted: 0,
    times: createTimes(), timesInFaults: createTimes(), focus: { requests: 0, tries: 0, firstTries: 0, failures: 0 }, backAt: [], log: 0,
  };
}

/** The figures of one run. Shares in per cent, times in seconds. */
export type Figures = Readonly<Record<Figure, number>>;

export const figures = [
  "failed", "broken", "p50", "p95", "p99", "p999", "price", "wasted", "tries", "hedged", "doomed", "p99InFaults",
  "focusShare", "focusTries", "focusFailed", "backAfter",
] as const;
export type Figure = (typeof figures)[number];

export function figuresOf(tally: Tally, focus: Focus | undefined): Figures {
  const { requests, focus: meanwhile } = tally;
  return {
    failed: percent(tally.failures, requests),
    broken: percent(tally.broken, requests),
    p50: quantile(tally.times, 0.5),
    p95: quantile(tally.times, 0.95),
    p99: quantile(tally.times, 0.99),
    p999: quantile(tally.times, 0.999),
    price: tally.paid / tally.cheapest,
    wasted: percent(tally.wasted, tally.paid + tally.wasted),
    tries: tally.tries / requests,
    hedged: percent(tally.hedges, requests),
    doomed: percent(tally.doomed, requests),
    p99InFaults: quantile(tally.timesInFaults, 0.99),
    focusShare: percent(meanwhile.firstTries, meanwhile.requests),
    focusTries: meanwhile.tries / meanwhile.requests,
    focusFailed: percent(meanwhile.failures, meanwhile.requests),
    backAfter: focus === undefined ? Number.NaN : backAfter(focus, tally.backAt),
  };
}

/** Seconds, the median of the spans. One that is not back before the next span counts up to there. */
function backAfter({ spans }: Focus, backAt: Tally["backAt"]): number {
  const waits = spans.map(({ to }, index) => (backAt[index] ?? spans[index + 1]?.from ?? Infinity) - to).sort((left, right) => left - right);
  const middle = waits.length >> 1;
  return (((waits[middle] ?? 0) + (waits[waits.length % 2 === 0 ? middle - 1 : middle] ?? 0)) / 2) / 1000;
}

function percent(part: number, whole: number): number {
  return (100 * part) / whole;
}
