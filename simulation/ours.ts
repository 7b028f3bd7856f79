/** Windrose's own policy: the very functions that the relay calls, told of virtual attempts. */

import { createHedgeAllowance, earnHedges, mayRetry, takeHedge } from "../src/routing/budget.ts";
import type { Candidate, CandidateGroup, RoutingRequest } from "../src/routing/candidate.ts";
import { createHealth, observe, overtaken, started } from "../src/routing/health.ts";
import { firstContentTimeoutMs, hedgeAfterMs } from "../src/routing/patience.ts";
import { decide } from "../src/routing/plan.ts";
import { defaultPolicy, type Policy as Numbers } from "../src/routing/policy.ts";
import { plainRouter, type Policy, type Router } from "./policy.ts";
import { draw } from "./random.ts";
import { priceOf, type World } from "./world.ts";

export interface Options {
  readonly adaptsTimeout: boolean;
  readonly hedges: boolean;
  readonly numbers?: Numbers;
}

export function windrose(name: string, options: Options): Policy {
  return { name, start: (world) => startRouter(world, options) };
}

export const ours: readonly Policy[] = [
  windrose("ours", { adaptsTimeout: false, hedges: false }),
  windrose("ours + adaptive timeout", { adaptsTimeout: true, hedges: false }),
  windrose("ours + adaptive timeout + hedge", { adaptsTimeout: true, hedges: true }),
];

const model = "author/model";
const waitMostMs = 10_000;

function startRouter(world: World, { adaptsTimeout, hedges, numbers = defaultPolicy }: Options): Router {
  const health = createHealth(undefined, numbers);
  const allowance = createHedgeAllowance();
  const candidates = world.endpoints.map(({ name, price }) => candidateOf(name, price));
  const groups: readonly CandidateGroup[] = [{ model, candidates }];
  const places = new Map(candidates.map((candidate, place) => [candidate, place]));
  const pair = (endpoint: number) => {
    const { id, credentialId } = candidates[endpoint] as Candidate;
    return { endpointId: id, credentialId };
  };
  return {
    ...plainRouter,
    plan: ({ id }, now) => decide({ groups, request, health, now, seed: Math.floor(draw(world.seed, id, 0, 71) * 2 ** 32) }).steps.map((step) => places.get(step) ?? 0),
    started: (endpoint, now) => started(health, pair(endpoint).endpointId, pair(endpoint).credentialId, now),
    ended: ({ endpoint, faultCode, latencyMs, outputTokens, totalMs, retryAfterMs }, arrival, now) => {
      observe(health, { ...pair(endpoint), model, faultCode, latencyMs, outputTokens, generationMs: totalMs, retryAfterMs }, now);
      if (faultCode === undefined) earnHedges(allowance, priceOf(world.endpoints[endpoint], arrival, 1), numbers.hedgeShare);
    },
    overtaken: (endpoint, waitedMs, now) => overtaken(health, { ...pair(endpoint), waitedMs }, now),
    mayRetry: (faultCode, now) => mayRetry(health, { model }, faultCode, now),
    timeoutMs: (endpoint, { promptTokens }, { next, now }) =>
      adaptsTimeout ? firstContentTimeoutMs(health, { ...pair(endpoint), mostMs: waitMostMs, promptTokens, next: next === undefined ? undefined : pair(next) }, now) : waitMostMs,
    hedgeAfterMs: (endpoint, now) => (hedges ? hedgeAfterMs(health, { ...pair(endpoint), isStream: true }, now) : undefined),
    mayHedge: (endpoints, arrival) => takeHedge(allowance, Math.max(...endpoints.map((endpoint) => priceOf(world.endpoints[endpoint], arrival, 0)))),
  };
}

const text = new Set(["text"]);

const request: RoutingRequest = {
  prompt: { low: 100, high: 10_000 }, outputTokensMax: undefined, parameters: new Set(), inputModalities: text, outputModalities: text, images: 0, serviceTier: undefined,
  preferences: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false },
};

function candidateOf(name: string, price: number): Candidate {
  return {
    id: `${model}@${name}`, model, provider: name, providerName: name, tag: name, credentialId: `operator:${name}`, standing: "active",
    contextLength: 1_000_000, promptTokensMax: undefined, outputTokensMax: undefined, parameters: undefined, inputModalities: text, outputModalities: text,
    quantization: undefined, price: { prompt: price / 4, completion: price, request: 0, image: 0 },
    dataPolicy: { trains: false, retains: false, zdr: true }, distillable: true, serviceTier: undefined,
  };
}
