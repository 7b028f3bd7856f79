/**
 * The dry run of step 6: what would be tried for a request, in which order and at what chance, and what would not and why. By
 * the code that routes live requests, with the health it would see now; no provider is called and nothing is held.
 */

import type { Fault } from "../base/fault.ts";
import { dollars, type Nanodollars } from "../base/money.ts";
import { costOf } from "../catalog/price.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { Plan, RoutingRequest } from "../routing/candidate.ts";
import { snapshot } from "../routing/snapshot.ts";
import { webSearchesMost } from "./meter.ts";
import { fieldOf, type Field, type Strategy } from "./names.ts";
import { planOver, type PlanInput } from "./plan.ts";
import { nothingToTry } from "./refusal.ts";
import { nothingToDo, taskFieldOf, type TaskPlanInput } from "./task-plan.ts";
import { sizeOf } from "./task-size.ts";

export interface RouteExplanation {
  /** As the caller wrote them. */
  readonly requested: readonly string[];
  /** What those names mean here, in order. */
  readonly models: readonly string[];
  readonly strategy: Strategy;
  /** The router that chose the models; null when the caller named them. */
  readonly router: string | null;
  /** Simulated providers would answer. */
  readonly sandbox: boolean;
  readonly seed: number;
  /** Bounds of the prompt in tokens. */
  readonly prompt_tokens: { readonly low: number; readonly high: number };
  /** In the order of this seed. */
  readonly candidates: readonly RouteCandidate[];
  readonly rejected: readonly { readonly endpoint: string; readonly model: string; readonly provider: string; readonly rule: string; readonly admitted_by: string }[];
  /** Why nothing would be tried; null when something would. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** The refusal's `error.availability`; null when something would be tried. */
  readonly availability: Readonly<Record<string, unknown>> | null;
}

export interface RouteCandidate {
  readonly endpoint: string;
  readonly model: string;
  readonly provider: string;
  readonly tag: string;
  readonly standing: string;
  /** `default` where it is of no tier of its own. */
  readonly service_tier: string;
  /** How often it is tried first, over draws with other seeds. */
  readonly first_try_probability: number;
  /** Dollars, for a prompt of middling estimate and an answer of `max_tokens`, or of 500 tokens where none is asked for; with one search of the web where there may be some. For a task of its size. */
  readonly predicted_cost: number;
  /** Median milliseconds to the first content over the last 30 minutes; null when too few were seen. */
  readonly predicted_latency_ms: number | null;
  readonly uptime_last_30m: number | null;
}

const draws = 256;
const answerTokensUsual = 500;

/** @throws Fault model_not_found, and invalid_request for a router's options. Everything else that would stop the request is told in `error`. */
export function explainRoute(input: PlanInput): RouteExplanation {
  const field = fieldOf(input);
  return explained(input, field, { refusal: (plan) => nothingToTry(input, field, plan), costAt: (endpoint) => costOfAnswer(endpoint, field.request) });
}

/** The same for a task. @throws Fault model_not_found, and invalid_request for a model that is made for something else. */
export function explainTask(asked: Omit<TaskPlanInput, "size">): RouteExplanation {
  const size = sizeOf(asked.request);
  const input: TaskPlanInput = { ...asked, size };
  const field = taskFieldOf(input);
  return explained(input, field, { refusal: (plan) => nothingToDo(input, field, plan), costAt: ({ pricing }) => costOf(pricing, size.guess, size.images).total });
}

type Asked = Pick<PlanInput, "health" | "now" | "seed" | "stay"> & { readonly request: Pick<PlanInput["request"], "models"> };
type Decided = Omit<Field, "effective">;

interface Telling {
  /** Why there is nothing to try. */
  readonly refusal: (plan: Plan<Endpoint>) => Fault;
  readonly costAt: (endpoint: Endpoint) => Nanodollars;
}

function explained(input: Asked, field: Decided, { refusal, costAt }: Telling): RouteExplanation {
  const plan = planOver(field, input);
  const chances = firstTries(input, field);
  const fault = plan.steps.length === 0 ? refusal(plan) : undefined;
  return {
    requested: input.request.models,
    models: [...new Set(field.groups.map(({ model }) => model))],
    strategy: field.strategy,
    router: field.router ?? null,
    sandbox: field.isSandbox,
    seed: plan.seed,
    prompt_tokens: { low: field.request.prompt.low, high: field.request.prompt.high },
    candidates: plan.steps.map((endpoint) => candidateOf(endpoint, input, { chance: chances.get(endpoint.id) ?? 0, cost: costAt(endpoint) })),
    rejected: plan.rejected.map(({ candidate, rule, admittedBy }) => ({ endpoint: candidate.id, model: candidate.model, provider: candidate.providerName, rule, admitted_by: admittedBy })),
    error: fault === undefined ? null : { code: fault.code, message: fault.message },
    availability: fault?.availability ?? null,
  };
}

function firstTries(input: Asked, field: Decided): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    // Neighbouring seeds give unrelated draws (see routing/dice.ts), so counting up is as good as chance, and replays.
    const first = planOver(field, { ...input, seed: (input.seed + draw) >>> 0 }).steps[0];
    if (first !== undefined) counts.set(first.id, (counts.get(first.id) ?? 0) + 1);
  }
  return new Map([...counts].map(([id, count]) => [id, count / draws]));
}

function costOfAnswer(endpoint: Endpoint, request: RoutingRequest): Nanodollars {
  const usage = {
    promptTokens: Math.ceil(Math.sqrt(request.prompt.low * request.prompt.high)), completionTokens: request.outputTokensMax ?? answerTokensUsual,
    webSearches: webSearchesMost(request, endpoint) === 0 ? 0 : 1,
  };
  return costOf(endpoint.pricing, usage, request.images).total;
}

function candidateOf(endpoint: Endpoint, { health, now }: Asked, { chance, cost }: { readonly chance: number; readonly cost: Nanodollars }): RouteCandidate {
  const seen = snapshot(health, endpoint.id, now);
  return {
    endpoint: endpoint.id,
    model: endpoint.model,
    provider: endpoint.providerName,
    tag: endpoint.tag,
    standing: endpoint.standing,
    service_tier: endpoint.serviceTier ?? "default",
    first_try_probability: chance,
    predicted_cost: dollars(cost),
    predicted_latency_ms: seen.latency?.p50 ?? null,
    uptime_last_30m: seen.uptime30m,
  };
}
