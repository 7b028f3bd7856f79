/** From a plan's rejections to an answer that says what stood in the way. Source: contract §4.5. */

import { Fault, faults, type FaultCode } from "../base/fault.ts";
import type { Candidate, CandidateGroup, Rejection, RoutingRequest, Rule } from "./candidate.ts";
import { grouped, takes } from "./filter.ts";
import { traitsOf } from "./traits.ts";

export interface Refusal {
  /** As the caller wrote them. */
  readonly requestedModels: readonly string[];
  readonly groups: readonly CandidateGroup[];
  readonly rejected: readonly Rejection[];
  readonly request: RoutingRequest;
  /** Other models that would take the request as it is. */
  readonly fallbackModels?: readonly string[];
}

/** `error.availability` of the contract: what is absent is unknown or does not apply. */
export interface Availability {
  readonly code:
    | "model_not_found" | "wrong_endpoint" | "no_endpoints" | "model_deprecated" | "model_unavailable_upstream" | "capacity_exhausted"
    | "temporarily_unavailable" | "privacy_restricted" | "constraint_filtered" | "free_variant_ended";
  readonly retryable: boolean;
  readonly requested_models: readonly string[];
  readonly docs_url: string;
  /** Seconds. */
  readonly retry_after?: number;
  readonly affected_providers?: readonly string[];
  readonly excluded_by?: readonly string[];
  readonly fallback_models?: readonly string[];
  readonly constraint?: { readonly field: string; readonly detail: string };
}

export const docsUrl = "/docs/errors";
/** A message names so many at most. */
const namesMax = 12;

/**
 * The fault for a plan without steps: `no_endpoints`, or `context_length_exceeded` when no endpoint of the requested models,
 * however filtered, could take so long a prompt.
 */
export function noEndpointsFault(refusal: Refusal): Fault {
  const { requestedModels, request, fallbackModels = [] } = refusal;
  const fallback = fallbackModels.length === 0 ? {} : { fallback_models: fallbackModels };
  const rejected = telling(refusal.rejected);
  const first = rejected[0];
  if (first === undefined) {
    const availability = { code: "no_endpoints", retryable: false, requested_models: requestedModels, docs_url: docsUrl, ...fallback } satisfies Availability;
    return new Fault("no_endpoints", `No endpoints found for ${requestedModels.join(", ")}.`, { availability: { ...availability } });
  }
  const roomMax = refusal.groups.flatMap((group) => group.candidates).reduce((most, candidate) => Math.max(most, roomOf(candidate)), 0);
  const availability = { ...availabilityOf(requestedModels, rejected), ...fallback };
  if (request.prompt.low > roomMax && rejected.some(({ rule }) => rule === "context_length")) {
    return new Fault("context_length_exceeded", tooLong(roomMax, request), { metadata: { provider_name: null }, availability });
  }
  return new Fault("no_endpoints", messageOf(rejected, request), { availability });
}

export interface Failure {
  readonly requestedModels: readonly string[];
  readonly providers: readonly string[];
  readonly retryAfterMs?: number | undefined;
  readonly fallbackModels?: readonly string[];
}

/** Availability for a request whose last attempt failed; undefined where the contract has no code for it. */
export function availabilityOfFailure(code: FaultCode, failure: Failure): Availability | undefined {
  const about = failureCodes[faults[code].type];
  if (about === undefined || faults[code].blames === "caller" || faults[code].blames === "gateway") return undefined;
  return {
    ...about,
    requested_models: failure.requestedModels,
    docs_url: docsUrl,
    ...(failure.retryAfterMs === undefined ? {} : { retry_after: Math.ceil(failure.retryAfterMs / 1000) }),
    ...(failure.providers.length === 0 ? {} : { affected_providers: [...new Set(failure.providers)] }),
    ...(failure.fallbackModels === undefined || failure.fallbackModels.length === 0 ? {} : { fallback_models: failure.fallbackModels }),
  };
}

const failureCodes: Readonly<Record<string, Pick<Availability, "code" | "retryable">>> = {
  rate_limit_exceeded: { code: "capacity_exhausted", retryable: true },
  provider_overloaded: { code: "temporarily_unavailable", retryable: true },
  provider_unavailable: { code: "temporarily_unavailable", retryable: true },
  timeout: { code: "temporarily_unavailable", retryable: true },
  not_found: { code: "model_unavailable_upstream", retryable: false },
};

/** Endpoints of a tier that was not asked for are never news, unless there is no other news. */
function telling(rejected: readonly Rejection[]): readonly Rejection[] {
  const others = rejected.filter(({ rule }) => rule !== "service_tier");
  return others.length === 0 ? rejected : others;
}

function availabilityOf(requestedModels: readonly string[], rejected: readonly Rejection[]): Availability {
  const isPrivacy = rejected.every(({ rule }) => rule.startsWith("data_policy:"));
  const excludedBy = new Set<string>();
  for (const { rule } of rejected) {
    const word = exclusions[rule];
    if (word !== undefined) excludedBy.add(word);
  }
  const nearest = nearestOf(rejected);
  return {
    code: isPrivacy ? "privacy_restricted" : "constraint_filtered",
    retryable: false,
    requested_models: requestedModels,
    docs_url: docsUrl,
    affected_providers: [...new Set(rejected.map(({ candidate }) => candidate.provider))],
    ...(excludedBy.size === 0 ? {} : { excluded_by: [...excludedBy] }),
    ...(nearest === undefined ? {} : { constraint: { field: fields[nearest.rule], detail: remedy(nearest) } }),
  };
}

/** The contract's `excluded_by` words; a rule without one is told by `constraint.field`. */
const exclusions: Readonly<Partial<Record<Rule, string>>> = {
  "context_length": "context_length",
  "output_length": "context_length",
  "require_parameters": "require_parameters",
  "input_modalities": "require_parameters",
  "output_modalities": "require_parameters",
  "web_search": "require_parameters",
  "max_price": "max_price",
  "data_policy:training": "data_policy:training",
  "data_policy:zdr": "data_policy:zdr",
  "quantization": "quantization",
  "allowed_providers": "allowed_providers",
  "ignored_providers": "allowed_providers",
  "fallbacks_not_allowed": "allowed_providers",
};

/** Where in the request each rule is set. */
const fields: Readonly<Record<Rule, string>> = {
  "context_length": "messages",
  "output_length": "max_tokens",
  "require_parameters": "provider.require_parameters",
  "preferred_parameters": "tools",
  "input_modalities": "messages",
  "output_modalities": "modalities",
  "max_price": "provider.max_price",
  "data_policy:training": "provider.data_collection",
  "data_policy:zdr": "provider.zdr",
  "quantization": "provider.quantizations",
  "allowed_providers": "provider.only",
  "ignored_providers": "provider.ignore",
  "distillable_text": "provider.enforce_distillable_text",
  "service_tier": "service_tier",
  "variant": "model",
  "web_search": "plugins",
  "fallbacks_not_allowed": "provider.order",
};

/**
 * The endpoint that was let through furthest: the rules run from the caller's choice of providers to the prompt's size, so
 * the later one fails, the fewer remain. Among equals the one that asks for the smaller step, then the first in catalog order.
 */
function nearestOf(rejected: readonly Rejection[]): Rejection | undefined {
  let nearest: Rejection | undefined;
  for (const one of rejected) if (nearest === undefined || (distance[one.rule] - distance[nearest.rule] || stepOf(one) - stepOf(nearest)) < 0) nearest = one;
  return nearest;
}

/** How far the request would have to go, for comparing endpoints that broke the same rule. */
function stepOf({ candidate, rule }: Rejection): number {
  switch (rule) {
    case "max_price": return traitsOf(candidate).price;
    case "context_length": return -roomOf(candidate);
    case "output_length": return -(candidate.outputTokensMax ?? 0);
    default: return 0;
  }
}

const distance: Readonly<Record<Rule, number>> = {
  "context_length": 0, "output_length": 1, "max_price": 2, "require_parameters": 3, "preferred_parameters": 3, "output_modalities": 4,
  "input_modalities": 5, "quantization": 6, "distillable_text": 7, "data_policy:zdr": 8, "data_policy:training": 9,
  "fallbacks_not_allowed": 10, "ignored_providers": 11, "allowed_providers": 12, "web_search": 13, "variant": 14, "service_tier": 15,
};

function messageOf(rejected: readonly Rejection[], request: RoutingRequest): string {
  const rules = new Set(rejected.map(({ rule }) => rule));
  const [only] = rules;
  const nearest = nearestOf(rejected);
  const cure = nearest === undefined ? "" : ` Nearest: ${remedy(nearest)}.`;
  if (rules.size === 1 && only === "allowed_providers") {
    return `No allowed providers are available for the selected model. ${serving(rejected)}, but your request's provider.only preference permits only: ${list(request.preferences.only ?? [])}.`;
  }
  const why = rules.size === 1 && only !== undefined ? reason(only, rejected, request) : `that satisfy the whole request (${list([...rules].map((rule) => fields[rule]))})`;
  return `No endpoints found ${why}. ${serving(rejected)}.${cure}`;
}

/** Completes "No endpoints found …". */
function reason(rule: Rule, rejected: readonly Rejection[], request: RoutingRequest): string {
  const { preferences } = request;
  switch (rule) {
    case "context_length": return `that take a prompt of at least ${grouped(request.prompt.low)} tokens`;
    case "output_length": return `that can write ${grouped(request.outputTokensMax ?? 0)} tokens (max_tokens)`;
    case "require_parameters":
    case "preferred_parameters": return `that can handle the requested parameters: ${lacking(rejected, request.parameters, takes)}`;
    case "input_modalities": return `that support ${lacking(rejected, request.inputModalities, (candidate, one) => candidate.inputModalities.has(one))} input`;
    case "output_modalities": return `that support ${lacking(rejected, request.outputModalities, (candidate, one) => candidate.outputModalities.has(one))} output`;
    case "max_price": return `within max_price (${Object.entries(preferences.maxPrice ?? {}).map(([field, price]) => `${field} ${price}`).join(", ")})`;
    case "data_policy:training": return "matching your data policy (data_collection: deny)";
    case "data_policy:zdr": return "matching your data policy (zero data retention)";
    case "quantization": return `served at ${list(preferences.quantizations ?? [])}`;
    case "allowed_providers": return `on provider.only (${list(preferences.only ?? [])})`;
    case "ignored_providers": return `besides provider.ignore (${list(preferences.ignore ?? [])})`;
    case "distillable_text": return "that allow distillation (enforce_distillable_text)";
    case "service_tier": return `in the service tier ${request.serviceTier ?? "default"}`;
    case "variant": return `of the kind that the model's name asks for (${list(rejected.map(({ admittedBy }) => admittedBy.replace("without ", "")))})`;
    case "web_search": return "that search the web by themselves (web_search_options), and Windrose has no search engine of its own";
    case "fallbacks_not_allowed": return `on provider.order (${list(preferences.order ?? [])}), and allow_fallbacks is false`;
  }
}

/** In the words that clients look for; numbers without separators, because they parse them. */
function tooLong(roomMax: number, { prompt, outputTokensMax }: RoutingRequest): string {
  const output = outputTokensMax === undefined ? "" : `, ${outputTokensMax} in the output`;
  return `This endpoint's maximum context length is ${roomMax} tokens. However, you requested at least ${prompt.low + (outputTokensMax ?? 0)} tokens (${prompt.low} of input${output}). Please shorten the prompt, or choose a model with a longer context.`;
}

function roomOf(candidate: Candidate): number {
  return Math.min(candidate.contextLength, candidate.promptTokensMax ?? Infinity);
}

function remedy({ candidate, admittedBy }: Rejection): string {
  return `${candidate.providerName} serves ${candidate.model} ${admittedBy.startsWith("without") ? admittedBy : `with ${admittedBy}`}`;
}

function serving(rejected: readonly Rejection[]): string {
  const models = [...new Set(rejected.map(({ candidate }) => candidate.model))];
  return `Providers serving ${models.join(", ")}: ${list(rejected.map(({ candidate }) => candidate.providerName))}`;
}

/** Which of the wanted things some of the rejected lack. */
function lacking(rejected: readonly Rejection[], wanted: ReadonlySet<string>, has: (candidate: Candidate, one: string) => boolean): string {
  return list([...wanted].filter((one) => rejected.some(({ candidate }) => !has(candidate, one))));
}

function list(words: readonly string[]): string {
  const distinct = [...new Set(words)];
  const named = distinct.slice(0, namesMax).join(", ");
  return distinct.length <= namesMax ? named : `${named} and ${distinct.length - namesMax} more`;
}
