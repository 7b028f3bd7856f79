/** Steps 5 and 6 of the walk: from names to the endpoints to try, in order. */

import { nanodollars, type Nanodollars } from "../base/money.ts";
import type { Endpoint } from "../catalog/model.ts";
import { worstCost } from "../catalog/price.ts";
import type { Plan, RoutingRequest } from "../routing/candidate.ts";
import type { Health } from "../routing/health.ts";
import { decide } from "../routing/plan.ts";
import type { Stay } from "../routing/sticky.ts";
import type { ChatRequest } from "../wire/chat.ts";
import { fieldOf, type Field, type Naming, type Strategy } from "./names.ts";
import { webSearchesMost } from "./meter.ts";
import { nothingToTry } from "./refusal.ts";

export interface PlanInput extends Naming {
  readonly health: Health;
  readonly now: number;
  /** Where the conversation was last answered, for the first of these models that has an answer. */
  readonly stay?: (models: readonly string[]) => Stay | undefined;
}

/** What is decided before anything is tried. */
export interface Planned {
  /** How the models were found, in the contract's words (§5.10). */
  readonly strategy: Strategy;
  /** The router slug that chose the models. */
  readonly router: string | undefined;
  readonly plan: Plan<Endpoint>;
  readonly routing: RoutingRequest;
  readonly endpoints: readonly Endpoint[];
  /** Simulated providers answer: the key is a sandbox key, or no real provider is configured at all. */
  readonly isSandbox: boolean;
  /** It was asked for as free, and somebody else's machine gives it: what the limits of free models count (contract §7.5). */
  readonly isFreeUse: boolean;
}

export interface PlannedRequest extends Planned {
  /** The caller's request with what its variants and its router mean: what is sent. */
  readonly request: ChatRequest;
}

/** Endpoints of one model that a request may come to, and that its hold covers: three tries, and as many refusals. */
const endpointsPerModelMax = 6;

/** @throws Fault model_not_found, no_endpoints or context_length_exceeded, each saying what would have helped. */
export function planRequest(input: PlanInput): PlannedRequest {
  const field = fieldOf(input);
  const plan = planOver(field, input);
  if (plan.steps.length === 0) throw nothingToTry(input, field, plan);
  return { request: field.effective, ...plannedOver(field, plan) };
}

export function plannedOver(field: Pick<Field, "request" | "strategy" | "router" | "isSandbox" | "isForFree">, plan: Plan<Endpoint>): Planned {
  const endpoints = plan.steps.length <= endpointsPerModelMax ? plan.steps : withinReach(plan.steps);
  return {
    strategy: field.strategy, router: field.router, plan, routing: field.request, endpoints,
    isSandbox: field.isSandbox, isFreeUse: field.isForFree && endpoints.some(isForeignAndFree),
  };
}

/** A server that asks for no credential is the operator's own. */
function isForeignAndFree({ isFree, isSandbox, authorization }: Endpoint): boolean {
  return isFree === true && !isSandbox && authorization.scheme !== "none";
}

/** The plan over the whole field; its parts, where it has some, are decided apart and stand one after the other. */
export function planOver(field: Pick<Field, "groups" | "parts" | "request">, { health, now, seed, stay: stayAt }: Pick<PlanInput, "health" | "now" | "seed" | "stay">): Plan<Endpoint> {
  const stay = stayAt?.(field.groups.map(({ model }) => model));
  if (field.parts === undefined) return decide({ groups: field.groups, request: field.request, health, now, seed, stay });
  const plans = field.parts.map(({ groups, request }) => decide({ groups, request, health, now, seed, stay }));
  const steps = plans.flatMap((plan) => plan.steps);
  const rejected = plans.flatMap((plan) => plan.rejected);
  const reasons = plans.map((plan) => plan.reasons).join("");
  const { allowFallbacks, order = [] } = field.request.preferences;
  if (allowFallbacks || order.length > 0) return { steps, rejected, seed, reasons };
  const others = steps.slice(1).map((candidate) => ({ candidate, rule: "fallbacks_not_allowed", admittedBy: "allow_fallbacks" }) as const);
  return { steps: steps.slice(0, 1), rejected: [...rejected, ...others], seed, reasons: reasons.slice(0, 1) };
}

function withinReach(steps: readonly Endpoint[]): readonly Endpoint[] {
  const perModel = new Map<string, number>();
  return steps.filter(({ model }) => {
    const count = (perModel.get(model) ?? 0) + 1;
    perModel.set(model, count);
    return count <= endpointsPerModelMax;
  });
}

/** The most that any of the endpoints could cost for this request: what is held before the first is called. */
export function worstCaseOf(endpoints: readonly Endpoint[], routing: RoutingRequest): Nanodollars {
  let worst = nanodollars(0n);
  for (const endpoint of endpoints) {
    const room = Math.max(0, endpoint.contextLength - routing.prompt.low);
    const outputTokens = Math.min(routing.outputTokensMax ?? endpoint.outputTokensMax ?? room, room);
    const cost = worstCost(endpoint.pricing, {
      promptTokens: Math.min(routing.prompt.high, endpoint.contextLength), completionTokens: outputTokens,
      images: routing.images, webSearches: webSearchesMost(routing, endpoint), cachesForHour: routing.cachesForHour,
    });
    if (cost > worst) worst = cost;
  }
  return worst;
}
