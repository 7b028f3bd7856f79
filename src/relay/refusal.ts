/** The answers to a name that means nothing here, and to a request that leaves nothing to try. Source: contract §4.5. */

import { Fault } from "../base/fault.ts";
import { alternativesTo } from "../catalog/alternatives.ts";
import type { Catalog } from "../catalog/load.ts";
import type { Model } from "../catalog/model.ts";
import { poolOf } from "../catalog/pool.ts";
import { variants } from "../catalog/slug.ts";
import { routeOf } from "../catalog/task-models.ts";
import type { Plan, RoutingRequest } from "../routing/candidate.ts";
import { docsUrl, noEndpointsFault, type Availability } from "../routing/explain.ts";
import { wishesOf } from "../routing/filter.ts";
import type { ChatRequest } from "../wire/chat.ts";
import type { Field } from "./names.ts";
import type { PlannedRequest } from "./plan.ts";

export function unknownModel(catalog: Catalog, slug: string): Fault {
  const near = catalog.suggest(slug.split(":")[0] as string);
  const callable = near.filter((name) => isCallable(catalog, catalog.find(name)));
  return notFound(slug, `${slug} is not a valid model ID.${near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`}`, callable);
}

function isCallable({ hasLive, live, sandboxed }: Catalog, model: Model | undefined): boolean {
  return model !== undefined && (hasLive ? live(model) : sandboxed(model)).length > 0;
}

export function unknownVariant(slug: string, suffix: string): Fault {
  const base = slug.slice(0, slug.indexOf(`:${suffix}`));
  return notFound(slug, `${slug} is not a valid model ID: there is no variant ":${suffix}". Known: ${variants.map((variant) => `:${variant}`).join(", ")}.`, [base]);
}

export function cannotReason(slug: string, model: string): Fault {
  return notFound(slug, `${slug} is not a valid model ID: ${model} has no :thinking variant, because no endpoint of it takes reasoning parameters.`, [model]);
}

/** The contract's routers that Windrose does not have, and what to use in their place; undefined for any other name. */
export function unofferedRouter(slug: string): Fault | undefined {
  const instead = Object.hasOwn(otherRouters, slug) ? otherRouters[slug] : undefined;
  return instead === undefined ? undefined : notFound(slug, `Windrose does not offer ${slug}. Use ${instead}.`, ["openrouter/auto"]);
}

const otherRouters: Readonly<Record<string, string>> = {
  "openrouter/pareto-code": "openrouter/auto, which takes a question about code to a model for code; cost_tier sets what it may cost",
  "openrouter/fusion": "openrouter/auto, or ask several models yourself and let one of them judge",
  "openrouter/fusion-flash": "openrouter/auto, or ask several models yourself and let one of them judge",
  "openrouter/bodybuilder": "any model with response_format json_schema to write request bodies",
};

function notFound(slug: string, message: string, near: readonly string[]): Fault {
  return new Fault("model_not_found", message, { metadata: { field: "model" }, availability: { ...availabilityOf("model_not_found", [slug], near) } });
}

function availabilityOf(code: Availability["code"], requestedModels: readonly string[], fallbackModels: readonly string[] = []): Availability {
  return { code, retryable: false, requested_models: requestedModels, docs_url: docsUrl, ...(fallbackModels.length === 0 ? {} : { fallback_models: fallbackModels }) };
}

export interface Refused {
  readonly catalog: Catalog;
  readonly request: Pick<ChatRequest, "models">;
  /** Milliseconds. */
  readonly now: number;
}

/** Why a plan has no steps, and what to do about it. */
export function nothingToTry({ catalog, request, now }: Refused, field: Pick<Field, "groups" | "request" | "isForFree" | "isSandbox">, plan: Plan): Fault {
  const models = field.groups.flatMap(({ model }) => catalog.find(model) ?? []);
  const candidates = field.groups.flatMap((group) => group.candidates);
  const requestedModels = request.models;
  if (models.length === 0) return noneChosen(field, requestedModels);
  if (models.every((model) => isForAnotherRoute(model, field.request))) return wrongRoute(models[0] as Model, requestedModels);
  if (field.isForFree && !candidates.some(({ isFree }) => isFree === true)) return freeEnded(catalog, models, requestedModels);
  const fallbackModels = alternativesTo(models, poolOf(catalog, field.isSandbox), wishesOf(withoutKind(field.request)));
  if (candidates.length === 0) return noneCallable({ catalog, models, now, availability: (code) => ({ ...availabilityOf(code, requestedModels, fallbackModels) }) });
  return noEndpointsFault({ requestedModels, groups: field.groups, rejected: plan.rejected, request: field.request, fallbackModels });
}

/** Other models for a request whose own a provider no longer has. */
export function insteadOf(catalog: Catalog, slugs: readonly string[], { routing, isSandbox }: Pick<PlannedRequest, "routing" | "isSandbox">): readonly string[] {
  return alternativesTo(slugs.flatMap((slug) => catalog.find(slug) ?? []), poolOf(catalog, isSandbox), wishesOf(withoutKind(routing)));
}

/** What suffixes ask of a model's endpoints is no part of the request for another model; a search is. */
function withoutKind({ variant, ...request }: RoutingRequest): RoutingRequest {
  return variant?.searchesWeb === true ? { ...request, variant: { searchesWeb: true } } : request;
}

function noneChosen({ isForFree }: Pick<Field, "isForFree">, requestedModels: readonly string[]): Fault {
  const message = isForFree ? "No free models can take this request" : "No models match your request and model restrictions";
  return new Fault("no_endpoints", message, {
    availability: {
      ...availabilityOf("constraint_filtered", requestedModels),
      constraint: isForFree
        ? { field: "model", detail: "No endpoint without a price can take the request as it is: name a model, or use openrouter/auto." }
        : { field: "plugins", detail: "Allow more models, or ask for less: the provider preferences, tools, output format, attachments and length of a request all restrict its models." },
    },
  });
}

/** Text is what this route gives, unless something else alone was asked for. */
function isForAnotherRoute({ outputModalities }: Model, { outputModalities: wanted }: RoutingRequest): boolean {
  return wanted.has("text") && !outputModalities.includes("text");
}

function wrongRoute({ slug, outputModalities }: Model, requestedModels: readonly string[]): Fault {
  const detail = `Use ${routeOf({ outputModalities })}.`;
  return new Fault("invalid_request", `${slug} gives ${outputModalities.join(" and ")} and no text, so it has no chat completions. ${detail}`, {
    metadata: { field: "model" },
    availability: { ...availabilityOf("wrong_endpoint", requestedModels), constraint: { field: "model", detail } },
  });
}

function freeEnded(catalog: Catalog, models: readonly Model[], requestedModels: readonly string[]): Fault {
  const paid = models.flatMap(({ slug }) => catalog.find(slug.replace(/:free$/, ""))?.slug ?? []).filter((slug) => !slug.endsWith(":free"));
  const instead = paid.length === 0 ? "" : ` The paid model is ${paid.join(", ")}.`;
  return new Fault("no_endpoints", `No endpoint serves ${requestedModels.join(", ")} for nothing (any more).${instead}`, {
    availability: { ...availabilityOf("free_variant_ended", requestedModels, paid) },
  });
}

interface Uncallable {
  readonly catalog: Catalog;
  readonly models: readonly Model[];
  readonly now: number;
  readonly availability: (code: Availability["code"]) => Readonly<Record<string, unknown>>;
}

function noneCallable({ catalog, models, now, availability }: Uncallable): Fault {
  const slugs = models.map(({ slug }) => slug).join(", ");
  if (models.every((model) => isDeprecated(catalog, model, now))) {
    return new Fault("no_endpoints", `No endpoints found for ${slugs}. It is deprecated: its providers have retired it.`, { availability: availability("model_deprecated") });
  }
  if (models.some((model) => model.endpoints.some(({ id }) => catalog.switchedOff.has(id)))) {
    return new Fault("no_endpoints", `No endpoints found for ${slugs}. Its providers say that they do not have it.`, { availability: availability("model_unavailable_upstream") });
  }
  const waiting = models.flatMap((model) => {
    const lacks = catalog.lacks(model);
    return model.endpoints.filter((endpoint) => lacks.get(endpoint.id) === "credential");
  });
  const providers = [...new Set(waiting.map((endpoint) => endpoint.providerName))];
  // The sandbox holds conversations alone.
  const hint = models.some(({ outputModalities }) => outputModalities.includes("text")) ? " A sandbox key can call it." : "";
  const served = providers.length === 0 ? "No provider that this installation could call serves it" : `Only a credential is missing for ${providers.join(", ")}`;
  return new Fault("no_endpoints", `No endpoints found for ${slugs}. ${served}.${hint}`, { availability: availability("no_endpoints") });
}

/** Past its own date, or with nothing left but endpoints past theirs; a credential would still open one of those. */
function isDeprecated(catalog: Catalog, model: Model, now: number): boolean {
  if (model.expirationDate !== undefined && Date.parse(model.expirationDate) < now) return true;
  if (model.endpoints.length === 0) return false;
  const lacks = catalog.lacks(model);
  return model.endpoints.every(({ id, status }) => status === "retired" || (status === "historical" && lacks.get(id) !== "credential"));
}
