/**
 * Auto Exacto: for requests with tools, endpoints whose tool calls fail, or that are slow, far more than their peers' stand
 * behind the others. Source: contract §5.5. Of its three signals there are two: no benchmarks are run here.
 */

import { isClosed } from "./breaker.ts";
import { uniformOf } from "./dice.ts";
import { halfHourOf } from "./health.ts";
import type { Scored, Scoring } from "./score.ts";
import { recentToolCalls } from "./tool-calls.ts";
import type { Track } from "./track.ts";

/** In the order of the plan. */
const good = 0;
const insufficientData = 1;
const deprioritized = 2;

/** What an endpoint is judged by, and how many must be judged for it to mean anything. */
const requestsMin = 100;
const toolAnswersMin = 200;
const judgedMin = 4;

/** How many deviations below the median are too many. */
const throughputDeviations = 1.5;
const successDeviations = 2;
/** The median deviation of a normal distribution, turned into the standard one. */
const deviationPerMad = 1.4826;
/**
 * Peers that are all alike deviate by nothing, and the next one would be an outlier by nothing. A tenth of the median is what
 * the bins of a histogram blur; a hundredth is the luck of 200 answers of which one in fifty is bad.
 */
const throughputDeviationLeast = 0.1;
const successDeviationLeast = 0.01;

/** The key of a die that is not an endpoint's. */
const exploration = 4;

/** Sets the quality of one model's admitted endpoints; all are alike while fewer than four of them are known well enough. */
export function judgeQuality(peers: readonly Scored[], { health, now, seed }: Scoring): void {
  if (peers.length < judgedMin) return;
  const live: Signals[] = [];
  for (const { track } of peers) {
    const signals = track === undefined || !isClosed(track.breaker) ? undefined : signalsOf(track, now);
    if (signals !== undefined) live.push(signals);
  }
  // Who stands behind must be heard of now and then.
  if (live.length < judgedMin || uniformOf(seed, exploration) < health.policy.explored) return;
  const speeds = spreadOf(live.map(({ throughput }) => throughput));
  const rates = spreadOf(live.map(({ success }) => success));
  const throughputLeast = speeds.median - throughputDeviations * Math.max(speeds.deviation, throughputDeviationLeast * speeds.median);
  const successLeast = rates.median - successDeviations * Math.max(rates.deviation, successDeviationLeast);
  for (const peer of peers) {
    const signals = peer.track === undefined ? undefined : signalsOf(peer.track, now);
    if (signals === undefined) peer.quality = insufficientData;
    else peer.quality = signals.throughput < throughputLeast || signals.success < successLeast ? deprioritized : good;
  }
}

interface Signals {
  /** The median of half an hour, in tokens per second. */
  readonly throughput: number;
  /** The share of answers of two hours whose tool calls were all good. */
  readonly success: number;
}

interface Remembered {
  readonly answers: number;
  readonly epoch: number;
  readonly signals: Signals | undefined;
}

/** All windows that the signals are made of move on at multiples of this, and nothing else but an answer changes them. */
const epochMs = 30_000;
const remembered = new WeakMap<Track, Remembered>();

/** Undefined under 100 requests in half an hour or 200 answers with tool calls in two hours. */
function signalsOf(track: Track, now: number): Signals | undefined {
  if (track.toolCalls === undefined) return undefined;
  const epoch = Math.floor(now / epochMs);
  const before = remembered.get(track);
  if (before?.answers === track.answers && before.epoch === epoch) return before.signals;
  const { successes, failures } = recentToolCalls(track.toolCalls, now);
  const { requests, throughput } = halfHourOf(track, now);
  const isKnown = requests >= requestsMin && successes + failures >= toolAnswersMin && throughput !== undefined;
  const signals = isKnown ? { throughput, success: successes / (successes + failures) } : undefined;
  remembered.set(track, { answers: track.answers, epoch, signals });
  return signals;
}

/** The median, and the standard deviation judged by the median one, which outliers do not move. */
function spreadOf(values: number[]): { readonly median: number; readonly deviation: number } {
  const median = medianOf(values);
  return { median, deviation: deviationPerMad * medianOf(values.map((value) => Math.abs(value - median))) };
}

function medianOf(values: number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
