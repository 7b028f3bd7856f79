/** Who asks when, and for how much. The same for every policy. */

import { draw, exponential, lognormal } from "./random.ts";
import { day, hour, isWeekend, minute, type World } from "./world.ts";

export interface Arrival {
  readonly id: number;
  readonly at: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

const purposes = { gap: 21, thinning: 22, prompt: 23, output: 25, burst: 27 } as const;

/** Bursts of four times the traffic, every two hours for a minute on average. */
const burst = { factor: 4, meanGapMs: 2 * hour, meanLengthMs: minute } as const;
/** The day swings by 50 per cent around its mean; a weekend day sees 0.6 of a weekday. */
const swing = 0.5;
const weekend = 0.6;
/** The mean of all that over a week is 1. */
const weekMean = ((5 + 2 * weekend) / 7) * (1 + ((burst.factor - 1) * burst.meanLengthMs) / (burst.meanGapMs + burst.meanLengthMs));
const peak = ((1 + swing) * burst.factor) / weekMean;

/** The mean load of a weekday's busiest hour, in units of the week's mean. Rate limits are bought for that hour. */
export function busiestHour({ isSeasonal }: World): number {
  return isSeasonal ? (1 + swing) / weekMean : 1;
}

/** The arrivals of a world one after the other; undefined after the last. */
export function createTraffic(world: World): () => Arrival | undefined {
  const isBurst = createBursts(world);
  const perMs = world.requestsPerSecond / 1000;
  const most = world.isSeasonal ? peak : 1;
  let at = world.start;
  let turn = 0;
  let id = 0;
  return () => {
    for (;;) {
      at += exponential(draw(world.seed, turn, 0, purposes.gap), 1 / (perMs * most));
      if (at >= world.end) return undefined;
      const isKept = !world.isSeasonal || draw(world.seed, turn, 0, purposes.thinning) * most < intensity(at, isBurst(at));
      turn += 1;
      if (!isKept) continue;
      id += 1;
      return { id, at, promptTokens: tokens(world.seed, id, purposes.prompt, { median: 1200, sigma: 1, most: 100_000 }), outputTokens: tokens(world.seed, id, purposes.output, { median: 250, sigma: 0.8, most: 4000 }) };
    }
  };
}

/** The load at a time, in units of its mean. */
function intensity(at: number, isBurst: boolean): number {
  const season = 1 + swing * Math.sin((2 * Math.PI * ((at % day) - 9 * hour)) / day);
  return (season * (isWeekend(at) ? weekend : 1) * (isBurst ? burst.factor : 1)) / weekMean;
}

function createBursts(world: World): (at: number) => boolean {
  let from = world.start;
  let to = world.start;
  let index = 0;
  return (at) => {
    while (at >= to) {
      from = to + exponential(draw(world.seed, index, 1, purposes.burst), burst.meanGapMs);
      to = from + exponential(draw(world.seed, index, 2, purposes.burst), burst.meanLengthMs);
      index += 1;
    }
    return at >= from;
  };
}

interface Spread {
  readonly median: number;
  readonly sigma: number;
  readonly most: number;
}

function tokens(seed: number, id: number, purpose: number, { median, sigma, most }: Spread): number {
  return Math.min(most, Math.max(1, Math.round(lognormal(draw(seed, id, 0, purpose), draw(seed, id, 0, purpose + 1), median, sigma))));
}
