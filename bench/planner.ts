/**
 * What deciding costs: the processor time of `decide`, in this process, over endpoints that have been answering for an hour. Warm
 * health is the dear case: every window, histogram and memory that a decision may read is full.
 */

import { assert } from "../src/base/assert.ts";
import type { Candidate, CandidateGroup, RoutingRequest } from "../src/routing/candidate.ts";
import { createHealth, observe, type Health } from "../src/routing/health.ts";
import { decide } from "../src/routing/plan.ts";
import type { Figure } from "./table.ts";

const noon = Date.UTC(2026, 0, 5, 12);
const model = "bench/model";
const text = new Set(["text"]);

/** What callers send: a prompt, a limit, a tool, sampling; and, in the dearer case, every preference that must be measured. */
const usual: RoutingRequest = {
  prompt: { low: 300, high: 1200 }, outputTokensMax: 500, parameters: new Set(["max_tokens", "temperature", "tools", "tool_choice"]),
  inputModalities: text, outputModalities: text, images: 0, serviceTier: undefined,
  preferences: {
    allowFallbacks: true, requireParameters: false, dataCollection: "deny", zdr: false, enforceDistillableText: false,
    ignore: ["provider-3"], maxPrice: { prompt: 50, completion: 100 },
  },
};
const choosy: RoutingRequest = {
  ...usual, preferences: { ...usual.preferences, requireParameters: true, preferredMinThroughput: { p50: 20, p90: 5 }, preferredMaxLatency: { p50: 5, p99: 60 } },
};

/** `rounds` is how many samples are taken; the figure is their median. */
export function plannerFigures(rounds: number): Figure[] {
  return [
    { name: "CPU per plan, 20 endpoints", unit: "µs", gateway: microsecondsPerPlan(20, usual, rounds), target: { of: "gateway", most: 30 } },
    { name: "CPU per plan, 60 endpoints", unit: "µs", gateway: microsecondsPerPlan(60, usual, rounds), target: { of: "gateway", most: 100 } },
    { name: "CPU per plan, 20 endpoints, preferred speeds", unit: "µs", gateway: microsecondsPerPlan(20, choosy, rounds) },
  ];
}

function microsecondsPerPlan(endpoints: number, request: RoutingRequest, rounds: number): number {
  const candidates = Array.from({ length: endpoints }, (_, place) => candidateOf(place));
  const groups: readonly CandidateGroup[] = [{ model, candidates }];
  const health = createHealth();
  warm(health, candidates);
  let seed = 0;
  let steps = 0;
  const decideMany = (count: number) => {
    for (let index = 0; index < count; index++) {
      seed += 1;
      // A busy gateway decides a few times a millisecond.
      steps += decide({ groups, request, health, now: noon + seed / 4, seed }).steps.length;
    }
  };
  const plansPerRound = 2000;
  decideMany(5 * plansPerRound);
  const times = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    decideMany(plansPerRound);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / plansPerRound;
  });
  assert(steps > 0, "the bench's request is served by some endpoint");
  return times.toSorted((left, right) => left - right)[times.length >> 1] ?? Number.NaN;
}

/** An hour of answers, now and then a failure, at most an hour ago and at least a moment. */
function warm(health: Health, candidates: readonly Candidate[]): void {
  for (const [place, { id, credentialId }] of candidates.entries()) {
    for (let index = 0; index < 600; index++) {
      const isBad = (index + place) % 97 === 0;
      observe(health, {
        endpointId: id, credentialId, model, faultCode: isBad ? "upstream_failed" : undefined,
        ...(isBad ? {} : { latencyMs: 400 + 37 * ((index * 7 + place) % 50), outputTokens: 250, generationMs: 3000 + 20 * place }),
      }, noon - (600 - index) * 6000);
    }
  }
}

function candidateOf(place: number): Candidate {
  const provider = `provider-${place}`;
  const price = 0.5 + 0.05 * place;
  return {
    id: `${model}@${provider}`, model, provider, providerName: `Provider ${place}`, tag: provider, credentialId: `${provider}/config`, standing: "active",
    contextLength: 128_000, promptTokensMax: undefined, outputTokensMax: 16_000,
    parameters: new Set(["max_tokens", "temperature", "top_p", "tools", "tool_choice", "response_format", "seed", "stop"]), inputModalities: text, outputModalities: text,
    quantization: "fp8", price: { prompt: price, completion: 3 * price, request: 0, image: 0 },
    dataPolicy: { trains: false, retains: false, zdr: true }, distillable: true, serviceTier: undefined,
  };
}
