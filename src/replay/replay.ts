/** Two policies over the recorded traffic of an installation, side by side with what happened. */

import type { Endpoint } from "../catalog/model.ts";
import type { Policy } from "../routing/policy.ts";
import type { Generation } from "../usage/generation.ts";
import { createConditions, nearMs } from "./conditions.ts";
import { isOrderedByCaller, isRedrawn } from "./draws.ts";
import { recordedOf, type Recorded } from "./recorded.ts";
import { cheapestOf, createRun, createTally, type Run, type RunInput, type Subject, type Tally } from "./run.ts";
import { addTime } from "./times.ts";

export interface ReplayInput {
  /** The records of the window and of an hour before it, nearly in order; each call reads them anew. */
  readonly pages: () => AsyncIterable<readonly Generation[]>;
  /** Milliseconds: where the window begins. What is earlier teaches health and counts nowhere. */
  readonly from: number;
  /** As it is configured today; undefined when it no longer is. */
  readonly endpointOf: (endpointId: string) => Endpoint | undefined;
  readonly policy: Policy;
  readonly other: Policy;
  readonly timeouts: RunInput["timeouts"];
}

export interface Comparison {
  readonly recorded: Tally;
  readonly policy: Tally;
  readonly other: Tally;
  /** Requests that the two policies send to different endpoints first; and with another one among the first three. */
  readonly firstDiffers: number;
  readonly planDiffers: number;
  /** Requests that the first policy sends where the gateway did send them first. */
  readonly firstAsRecorded: number;
  /** Recorded plans whose drawn endpoints stand as their seed draws them, and of how many that can be said. */
  readonly redrawn: { readonly agreeing: number; readonly compared: number };
  /** No policy could have changed them: stored answers, hang-ups before any content, mistakes and orders of the caller's own. */
  readonly untold: number;
  /** None of their endpoints is configured today. */
  readonly unknown: number;
}

/** Reads the records twice, a page at a time: once for what endpoints do as a rule, once for what they did when. */
export async function replay(input: ReplayInput): Promise<Comparison> {
  const conditions = createConditions();
  const usage = createMeans();
  for await (const page of input.pages()) {
    for (const recorded of page.map(recordedOf)) {
      if (recorded === undefined) continue;
      conditions.survey(recorded);
      usage.add(recorded);
    }
  }
  const book = createBook();
  const { timeouts } = input;
  const runs = [
    createRun({ policy: input.policy, conditions, timeouts, onDecision: book.decided }),
    createRun({ policy: input.other, conditions, timeouts, onDecision: book.decidedOtherwise }),
  ] as const;
  const counts = { untold: 0, unknown: 0 };
  for await (const page of input.pages()) {
    for (const generation of page) {
      const recorded = recordedOf(generation);
      const isWarmUp = generation.createdAt < input.from;
      if (recorded !== undefined) conditions.add(recorded);
      const subject = recorded === undefined || isOrderedByCaller(recorded) ? undefined : subjectOf(recorded, { endpointOf: input.endpointOf, usage: usage.of(recorded), isWarmUp });
      if (subject !== undefined) {
        for (const run of runs) run.accept(subject);
        if (!isWarmUp) book.happened(subject, isRedrawn(subject.recorded, input.endpointOf));
      } else if (!isWarmUp) counts[recorded === undefined || isOrderedByCaller(recorded) ? "untold" : "unknown"] += 1;
    }
    advance(runs, (page.at(-1)?.createdAt ?? input.from) - nearMs - disorderMs);
    conditions.trim((page.at(-1)?.createdAt ?? input.from) - nearMs - disorderMs - nearMs);
  }
  advance(runs, Infinity);
  return { ...book.totals(), ...counts, policy: runs[0].tally, other: runs[1].tally };
}

/** Records come by the second in which they began. */
const disorderMs = 2000;

function advance(runs: readonly Run[], until: number): void {
  for (const run of runs) run.advance(until);
}

interface Known {
  readonly endpointOf: ReplayInput["endpointOf"];
  readonly usage: Subject["usage"];
  readonly isWarmUp: boolean;
}

function subjectOf(recorded: Recorded, { endpointOf, usage, isWarmUp }: Known): Subject | undefined {
  const endpoints = recorded.steps.flatMap((id) => endpointOf(id) ?? []);
  return endpoints.length === 0 ? undefined : { recorded, endpoints, usage, isWarmUp };
}

/** The tokens of a request, or of its model's answers on average where it has none. */
function createMeans(): { add(recorded: Recorded): void; of(recorded: Recorded): Subject["usage"] } {
  const sums = new Map<string, { answers: number; prompt: number; completion: number }>();
  return {
    add: ({ model, promptTokens, completionTokens }) => {
      if (promptTokens === 0) return;
      const sum = sums.get(model) ?? { answers: 0, prompt: 0, completion: 0 };
      sums.set(model, { answers: sum.answers + 1, prompt: sum.prompt + promptTokens, completion: sum.completion + completionTokens });
    },
    of: ({ model, promptTokens, completionTokens, cachedTokens }) => {
      const sum = sums.get(model);
      if (promptTokens > 0 || sum === undefined) return { promptTokens, completionTokens, cachedTokens };
      return { promptTokens: Math.round(sum.prompt / sum.answers), completionTokens: Math.round(sum.completion / sum.answers), cachedTokens: 0 };
    },
  };
}

const comparedSteps = 3;

/** What happened, and in how many decisions the two policies part. */
function createBook() {
  const recorded = createTally();
  const waiting = new Map<string, readonly Endpoint[]>();
  const differing = { firstDiffers: 0, planDiffers: 0, firstAsRecorded: 0 };
  const redrawn = { agreeing: 0, compared: 0 };
  return {
    happened: ({ recorded: request, endpoints, usage }: Subject, agrees: boolean | undefined) => {
      const [first] = request.samples;
      redrawn.compared += agrees === undefined ? 0 : 1;
      redrawn.agreeing += agrees === true ? 1 : 0;
      recorded.requests += 1;
      recorded.tries += request.samples.length;
      if (request.hadContent) addTime(recorded.times, request.latencyMs ?? 0);
      else recorded.failures += 1;
      if (first !== undefined) recorded.firstTries.set(first.providerName, (recorded.firstTries.get(first.providerName) ?? 0) + 1);
      recorded.costNano += request.costNano;
      if (request.costNano > 0) recorded.cheapestNano += cheapestOf(endpoints, usage);
    },
    decided: (request: Recorded, steps: readonly Endpoint[]) => {
      waiting.set(request.id, steps);
      if (steps[0]?.id === request.samples[0]?.endpointId) differing.firstAsRecorded += 1;
    },
    decidedOtherwise: ({ id }: Recorded, steps: readonly Endpoint[]) => {
      const before = waiting.get(id) ?? [];
      waiting.delete(id);
      if (before[0] !== steps[0]) differing.firstDiffers += 1;
      if (steps.slice(0, comparedSteps).some((step, place) => step !== before[place])) differing.planDiffers += 1;
    },
    totals: () => ({ recorded, redrawn, ...differing }),
  };
}
