/** Steps 5 and 6 of the walk: from slugs to the endpoints to try, in order. */

import { Fault } from "../base/fault.ts";
import { nanodollars, type Nanodollars } from "../base/money.ts";
import type { Catalog } from "../catalog/load.ts";
import type { Endpoint, Model } from "../catalog/model.ts";
import { worstCost } from "../catalog/price.ts";
import type { CandidateGroup, Plan, RoutingRequest } from "../routing/candidate.ts";
import { noEndpointsFault } from "../routing/explain.ts";
import type { Health } from "../routing/health.ts";
import { decide } from "../routing/plan.ts";
import { routingRequestOf } from "../routing/prompt-size.ts";
import type { ChatRequest } from "../wire/chat.ts";

export interface PlanInput {
  readonly catalog: Catalog;
  readonly health: Health;
  readonly request: ChatRequest;
  /** The key is for the sandbox alone. */
  readonly isSandbox: boolean;
  readonly now: number;
  readonly seed: number;
}

export type Strategy = "direct" | "auto" | "free" | "latest" | "alias" | "fallback";

export interface PlannedRequest {
  /** The caller's request with what its variants and its router mean: what is sent. */
  readonly request: ChatRequest;
  /** How the models were found, in the contract's words (§5.10). */
  readonly strategy: Strategy;
  /** The router slug that chose the models. */
  readonly router: string | undefined;
  readonly plan: Plan;
  readonly routing: RoutingRequest;
  readonly endpoints: readonly Endpoint[];
  /** Simulated providers answer: the key is a sandbox key, or no real provider is configured at all. */
  readonly isSandbox: boolean;
}

/** How many endpoints of one model are tried before the next model's turn. */
const triesPerModelMax = 3;

/** @throws Fault model_not_found, no_endpoints or context_length_exceeded, each saying what would have helped. */
export function planRequest(input: PlanInput): PlannedRequest {
  const field = fieldOf(input);
  const plan = decide({ ...field, health: input.health, now: input.now, seed: input.seed });
  if (plan.steps.length === 0) throw nothingToTry(input, field, plan);
  const endpoints = plan.steps.length <= triesPerModelMax ? plan.steps : tries(plan.steps);
  return { request: input.request, strategy: "direct", router: undefined, plan, routing: field.request, endpoints, isSandbox: field.isSandbox };
}

/** What a plan is decided over: the endpoints of the request's models, and what routing must know of the request. */
export interface Field {
  readonly groups: readonly CandidateGroup<Endpoint>[];
  readonly request: RoutingRequest;
  readonly isSandbox: boolean;
}

/** @throws Fault model_not_found. */
export function fieldOf({ catalog, request, isSandbox: wantsSandbox }: Pick<PlanInput, "catalog" | "request" | "isSandbox">): Field {
  const isSandbox = wantsSandbox || !catalog.hasLive;
  const models = request.models.map((slug) => modelOf(catalog, slug));
  const groups = models.map((model) => ({ model: model.slug, candidates: isSandbox ? catalog.sandboxed(model) : catalog.live(model) }));
  return { groups, request: routingRequestOf(request), isSandbox };
}

/** Why a plan has no steps. */
export function nothingToTry({ catalog, request }: Pick<PlanInput, "catalog" | "request">, { groups, request: routing }: Field, plan: Plan): Fault {
  if (groups.every((group) => group.candidates.length === 0)) return nothingConfigured(catalog, groups.map((group) => modelOf(catalog, group.model)));
  return noEndpointsFault({ requestedModels: request.models, groups, rejected: plan.rejected, request: routing });
}

function tries(steps: readonly Endpoint[]): readonly Endpoint[] {
  const perModel = new Map<string, number>();
  return steps.filter(({ model }) => {
    const count = (perModel.get(model) ?? 0) + 1;
    perModel.set(model, count);
    return count <= triesPerModelMax;
  });
}

/** The most that any of the endpoints could cost for this request: what is held before the first is called. */
export function worstCaseOf(endpoints: readonly Endpoint[], routing: RoutingRequest): Nanodollars {
  let worst = nanodollars(0n);
  for (const endpoint of endpoints) {
    const room = Math.max(0, endpoint.contextLength - routing.prompt.low);
    const outputTokens = Math.min(routing.outputTokensMax ?? endpoint.outputTokensMax ?? room, room);
    const cost = worstCost(endpoint.pricing, Math.min(routing.prompt.high, endpoint.contextLength), outputTokens, routing.images);
    if (cost > worst) worst = cost;
  }
  return worst;
}

function modelOf(catalog: Catalog, slug: string): Model {
  const model = catalog.find(slug);
  if (model !== undefined) return model;
  const near = catalog.suggest(slug);
  throw new Fault("model_not_found", `${slug} is not a valid model ID.${near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`}`, {
    metadata: { field: "model" },
    availability: { code: "model_not_found", retryable: false, requested_models: [slug], docs_url: "/docs/errors", ...(near.length === 0 ? {} : { fallback_models: near }) },
  });
}

function nothingConfigured(catalog: Catalog, models: readonly Model[]): Fault {
  const slugs = models.map((model) => model.slug);
  const waiting = models.flatMap((model) => {
    const lacks = catalog.lacks(model);
    return model.endpoints.filter((endpoint) => lacks.get(endpoint.id) === "credential");
  });
  const providers = [...new Set(waiting.map((endpoint) => endpoint.providerName))];
  const served = providers.length === 0 ? "No provider that this installation could call serves it" : `Only a credential is missing for ${providers.join(", ")}`;
  return new Fault("no_endpoints", `No endpoints found for ${slugs.join(", ")}. ${served}. A sandbox key can call it.`, {
    availability: { code: "no_endpoints", retryable: false, requested_models: slugs, docs_url: "/docs/errors" },
  });
}
