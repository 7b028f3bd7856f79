/**
 * What an endpoint would have answered at a time, from what is on record: its own answer to this very request; else one of the
 * answers it gave to others around that time; else one of any time in the window; else one of any endpoint of the model.
 * Which one is luck by request and endpoint, so that every policy meets the same answer.
 */

import { faults } from "../base/fault.ts";
import type { Candidate } from "../routing/candidate.ts";
import { uniformOf } from "../routing/dice.ts";
import { traitsOf } from "../routing/traits.ts";
import type { Recorded, Sample } from "./recorded.ts";

/** How an answer is known, the best first. */
export const sources = ["recorded", "neighbours", "overall", "model"] as const;
export type Source = (typeof sources)[number];

export interface Answer {
  readonly sample: Sample;
  readonly source: Source;
}

export interface Conditions {
  /** Tells of every request once, before the first question: what endpoints do as a rule. */
  readonly survey: (recorded: Recorded) => void;
  /** Tells of every request again, in order, ahead of the questions by {@link nearMs} at least. */
  readonly add: (recorded: Recorded) => void;
  /** Forgets what no question after this time asks for. */
  readonly trim: (now: number) => void;
  readonly answerOf: (candidate: Candidate, recorded: Recorded) => Answer;
}

/** Neighbours are attempts that began at most so much earlier or later; of those, the nearest. */
export const nearMs = 5 * 60_000;
const neighboursMost = 8;
const reservoirMost = 256;
/** Keys of the dice that are not the planner's. */
const answering = 11;
const keeping = 12;

export function createConditions(): Conditions {
  const near = new Map<string, Sample[]>();
  const overall = new Map<string, Reservoir>();
  const ofModel = new Map<string, Reservoir>();
  return {
    survey: (recorded) => {
      for (const sample of recorded.samples.filter(isTelling)) {
        keep(overall, seriesOf(sample.endpointId, recorded), sample);
        keep(ofModel, seriesOf(recorded.model, recorded), sample);
      }
    },
    add: (recorded) => {
      for (const sample of recorded.samples.filter(isTelling)) insert(near, seriesOf(sample.endpointId, recorded), sample);
    },
    trim: (now) => {
      for (const [series, samples] of near) {
        const from = firstFrom(samples, now - nearMs);
        if (from === samples.length) near.delete(series);
        else if (from > samples.length / 2) samples.splice(0, from);
      }
    },
    answerOf: (candidate, recorded) => {
      const own = recorded.samples.find(({ endpointId }) => endpointId === candidate.id);
      if (own !== undefined) return { sample: own, source: "recorded" };
      const luck = uniformOf(recorded.seed, traitsOf(candidate).hash + answering);
      const series = seriesOf(candidate.id, recorded);
      const neighbour = oneOf(nearest(near.get(series) ?? [], recorded.at), luck);
      if (neighbour !== undefined) return { sample: neighbour, source: "neighbours" };
      const usual = oneOf(overall.get(series)?.samples ?? [], luck);
      if (usual !== undefined) return { sample: usual, source: "overall" };
      // The request's own attempts are among the model's, if nothing else is.
      return { sample: oneOf(ofModel.get(seriesOf(recorded.model, recorded))?.samples ?? recorded.samples, luck) as Sample, source: "model" };
    },
  };
}

/** What a caller did wrong says nothing of the endpoint. */
function isTelling({ faultCode }: Sample): boolean {
  return faultCode === undefined || (faults[faultCode].blames !== "caller" && faults[faultCode].blames !== "gateway");
}

/** A stream's first content and a whole answer are not to be compared. */
function seriesOf(name: string, { isStream }: Recorded): string {
  return isStream ? `${name} stream` : name;
}

/** A fair sample of any number of samples, in fixed memory. */
interface Reservoir {
  readonly samples: Sample[];
  seen: number;
}

function keep(reservoirs: Map<string, Reservoir>, series: string, sample: Sample): void {
  let reservoir = reservoirs.get(series);
  if (reservoir === undefined) reservoirs.set(series, (reservoir = { samples: [], seen: 0 }));
  const place = reservoir.seen < reservoirMost ? reservoir.seen : Math.floor(uniformOf(reservoir.seen, keeping) * (reservoir.seen + 1));
  if (place < reservoirMost) reservoir.samples[place] = sample;
  reservoir.seen += 1;
}

/** By time: attempts come nearly in order. */
function insert(near: Map<string, Sample[]>, series: string, sample: Sample): void {
  const samples = near.get(series);
  if (samples === undefined) {
    near.set(series, [sample]);
    return;
  }
  let place = samples.length;
  while (place > 0 && (samples[place - 1] as Sample).at > sample.at) place -= 1;
  samples.splice(place, 0, sample);
}

function nearest(samples: readonly Sample[], now: number): readonly Sample[] {
  let to = firstFrom(samples, now);
  let from = to;
  while (to - from < neighboursMost) {
    const before = from > 0 ? now - (samples[from - 1] as Sample).at : Infinity;
    const after = to < samples.length ? (samples[to] as Sample).at - now : Infinity;
    if (Math.min(before, after) > nearMs) break;
    if (before <= after) from -= 1;
    else to += 1;
  }
  return samples.slice(from, to);
}

/** The place of the first that is not before a time. */
function firstFrom(samples: readonly Sample[], time: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle] as Sample).at < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function oneOf(samples: readonly Sample[], luck: number): Sample | undefined {
  return samples[Math.floor(luck * samples.length)];
}
