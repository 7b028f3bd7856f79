/** Steps 5 and 6 for a task: its names are models, with or without suffixes, and each must be made for the task. */

import { Fault } from "../base/fault.ts";
import type { Catalog } from "../catalog/load.ts";
import type { Endpoint, Model } from "../catalog/model.ts";
import { modalityFor, routeOf } from "../catalog/task-models.ts";
import { taskAdapterFor } from "../providers/tasks.ts";
import type { CandidateGroup, Plan, RoutingRequest } from "../routing/candidate.ts";
import type { Health } from "../routing/health.ts";
import type { TaskName, TaskRequest } from "../wire/task.ts";
import { readModel, sortedBy, strategyOf, variantOf, type Field } from "./names.ts";
import { planOver, plannedOver, type Planned } from "./plan.ts";
import { nothingToTry } from "./refusal.ts";
import { routingOfTask, type TaskSize } from "./task-size.ts";

export interface TaskPlanInput {
  readonly catalog: Catalog;
  readonly health: Health;
  readonly request: TaskRequest;
  readonly size: TaskSize;
  readonly isSandbox: boolean;
  readonly now: number;
  readonly seed: number;
}

/** @throws Fault model_not_found, invalid_request for a model that is made for something else, no_endpoints. */
export function planTask(input: TaskPlanInput): Planned {
  const field = taskFieldOf(input);
  const plan = planOver(field, input);
  if (plan.steps.length === 0) throw nothingToDo(input, field, plan);
  return plannedOver(field, plan);
}

/** What a plan is decided over. For the sandbox there is nothing. */
export type TaskField = Omit<Field, "effective">;

/** @throws Fault model_not_found, invalid_request for a model that is made for something else. */
export function taskFieldOf({ catalog, request, size, isSandbox }: TaskPlanInput): TaskField {
  const names = request.models.map((slug) => ({ slug, ...readModel(catalog, slug) }));
  const groups = names.map(({ model }) => groupOf(catalog, model, request.task)).map((group) => (isSandbox ? { ...group, candidates: [] } : group));
  const variants = names.flatMap((name) => name.variants);
  const first = names[0]?.model as Model;
  return {
    groups, parts: undefined, isSandbox, router: undefined,
    request: withVariants(routingOfTask(request, size, modalityFor(request.task, first) as string), variants),
    strategy: names.length > 1 ? ("fallback" as const) : strategyOf(request.models[0] as string, first),
    isForFree: names.some(({ model, variants: own }) => model.slug.endsWith(":free") || own.includes("free")),
  };
}

export function nothingToDo(input: TaskPlanInput, field: TaskField, plan: Plan<Endpoint>): Fault {
  if (input.isSandbox) return new Fault("no_endpoints", "The sandbox holds conversations alone: use a key that is not for the sandbox.");
  return nothingToTry(input, field, plan);
}

function groupOf(catalog: Catalog, model: Model, task: TaskName): CandidateGroup<Endpoint> {
  if (modalityFor(task, model) === undefined) throw wrongRoute(model, task);
  return { model: model.slug, candidates: catalog.live(model).filter(({ protocol }) => taskAdapterFor(protocol, task) !== undefined) };
}

function withVariants(request: RoutingRequest, variants: Parameters<typeof variantOf>[0]): RoutingRequest {
  const variant = variantOf(variants, false);
  const preferences = sortedBy(request.preferences, variants);
  return { ...request, preferences, ...(variant === undefined ? {} : { variant }) };
}

function wrongRoute(model: Model, task: TaskName): Fault {
  const detail = `${model.slug} gives ${model.outputModalities.join(" and ")}. Use ${routeOf(model)}.`;
  return new Fault("invalid_request", `${model.slug} is not made for ${task}. ${detail}`, { metadata: { field: "model" } });
}
