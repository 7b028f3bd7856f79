/** Candidates and requests for tests, with what a test does not care about filled in. */

import type { Candidate, CandidateGroup, RoutingRequest } from "./candidate.ts";
import { createHealth, observe, type Health } from "./health.ts";
import { decide } from "./plan.ts";
import type { ProviderPreferences } from "../wire/chat.ts";

/** An active endpoint of `author/model` at a provider, whose tag and name follow from it. */
export function candidate(provider: string, fields: Partial<Candidate> = {}): Candidate {
  const model = fields.model ?? "author/model";
  const tag = fields.tag ?? provider;
  return {
    id: `${model}@${tag}`, model, provider, providerName: provider.toUpperCase(), tag, credentialId: `operator:${provider}`, standing: "active",
    contextLength: 32_000, promptTokensMax: undefined, outputTokensMax: undefined, parameters: new Set(["max_tokens", "temperature"]),
    inputModalities: new Set(["text"]), outputModalities: new Set(["text"]), quantization: undefined,
    price: { prompt: 1, completion: 1, request: 0, image: 0 }, dataPolicy: { trains: false, retains: false, zdr: true },
    distillable: true, serviceTier: undefined, ...fields,
  };
}

export function priced(provider: string, price: number, fields: Partial<Candidate> = {}): Candidate {
  return candidate(provider, { price: { prompt: price, completion: price, request: 0, image: 0 }, ...fields });
}

export type Wanted = Partial<Omit<RoutingRequest, "preferences">> & { readonly preferences?: Partial<ProviderPreferences> };

export function routingRequest({ preferences, ...fields }: Wanted = {}): RoutingRequest {
  return {
    prompt: { low: 100, high: 300 }, outputTokensMax: undefined, parameters: new Set(), inputModalities: new Set(["text"]),
    outputModalities: new Set(["text"]), images: 0, serviceTier: undefined, ...fields,
    preferences: {
      allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false, ...preferences,
    },
  };
}

/** One group a model, in the order in which the models first appear. */
export function groupsOf(candidates: readonly Candidate[]): readonly CandidateGroup[] {
  const models = [...new Set(candidates.map((one) => one.model))];
  return models.map((model) => ({ model, candidates: candidates.filter((one) => one.model === model) }));
}

export const noon = Date.UTC(2026, 0, 1, 12);

export interface Situation {
  readonly health?: Health;
  readonly seed?: number;
}

export function plan(candidates: readonly Candidate[], wanted: Wanted = {}, { health = createHealth(), seed = 1 }: Situation = {}) {
  return decide({ groups: groupsOf(candidates), request: routingRequest(wanted), health, now: noon, seed });
}

/** The tags of a plan's steps. */
export function tags(candidates: readonly Candidate[], wanted: Wanted = {}, situation: Situation = {}): string[] {
  return plan(candidates, wanted, situation).steps.map((step) => step.tag);
}

/** Two failures, just now. */
export function breakDown(health: Health, broken: Candidate): void {
  for (const now of [noon - 2000, noon - 1000]) {
    observe(health, { endpointId: broken.id, credentialId: broken.credentialId, faultCode: "upstream_failed" }, now);
  }
}

/** `count` answers in the last minutes, each with the given first-content latency and speed. */
export function measure(health: Health, measured: Candidate, { latencyMs, tokensPerSecond, count = 40 }: { readonly latencyMs: number; readonly tokensPerSecond: number; readonly count?: number }): void {
  for (let index = 0; index < count; index++) {
    const outcome = { endpointId: measured.id, credentialId: measured.credentialId, faultCode: undefined, latencyMs, outputTokens: tokensPerSecond * 2, generationMs: 2000 };
    observe(health, outcome, noon - 60_000 + index);
  }
}
