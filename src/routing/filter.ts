/**
 * Which endpoints may serve the request. Every rule is hard and says what would have let the endpoint in, except the two
 * of `narrow`, which apply only where some endpoint of the model passes them. Source: contract §2.2, §5.1 (steps 4, 5), §5.9.
 */

import type { Candidate, Rejection, RoutingRequest, Rule, ServiceTier } from "./candidate.ts";
import { traitsOf, type Traits } from "./traits.ts";

/** A request's wishes in the shape that the rules compare with; made once per decision. Empty lists count as absent. */
export interface Wishes {
  readonly request: RoutingRequest;
  readonly only: readonly string[] | undefined;
  readonly ignore: readonly string[] | undefined;
  readonly order: readonly string[] | undefined;
  readonly quantizations: readonly string[] | undefined;
  readonly parameters: readonly string[];
  /** The tier asked for by `service_tier`. */
  readonly tier: ServiceTier | undefined;
  /** The tier that a suffix of the model's name lets in beside the others. */
  readonly tierBeside: ServiceTier | undefined;
}

export function wishesOf(request: RoutingRequest): Wishes {
  const { preferences, serviceTier, variant } = request;
  const order = lowerCase(preferences.order);
  return {
    request,
    only: lowerCase(preferences.only),
    ignore: lowerCase(preferences.ignore),
    order,
    quantizations: lowerCase(preferences.quantizations),
    parameters: [...request.parameters],
    tier: tierOf(serviceTier),
    tierBeside: order !== undefined || serviceTier === "default" ? undefined : variant?.tier,
  };
}

/**
 * Could one of these endpoints serve the request with all that it is built on? For choosing between models, where a lack that
 * `narrow` forgives a model that was asked for by name is a reason to take another.
 */
export function canServe(candidates: readonly Candidate[], wishes: Wishes): boolean {
  return candidates.some((candidate) => isAble(candidate, wishes) && rejectionOf(candidate, wishes) === undefined);
}

function isAble(candidate: Candidate, { request: { parameters } }: Wishes): boolean {
  for (const name of neededParameters) if (parameters.has(name) && !takes(candidate, name)) return false;
  return true;
}

const neededParameters = ["tools", "structured_outputs", "response_format"];

/** The endpoints that no rule rejects, in the given order; the others go to `rejected` with the first rule they break. */
export function admit<Step extends Candidate>(candidates: readonly Step[], wishes: Wishes, rejected: Rejection[]): Step[] {
  const admitted: Step[] = [];
  for (const candidate of candidates) {
    const rejection = rejectionOf(candidate, wishes);
    if (rejection === undefined) admitted.push(candidate);
    else rejected.push(rejection);
  }
  return admitted;
}

function rejectionOf(candidate: Candidate, wishes: Wishes): Rejection | undefined {
  const traits = traitsOf(candidate);
  for (const [rule, admittedBy] of rules) {
    const remedy = admittedBy(candidate, wishes, traits);
    if (remedy !== undefined) return { candidate, rule, admittedBy: remedy };
  }
  return undefined;
}

/**
 * Of one model's admitted endpoints, those that take what the request is built on (tools, structured output, verbosity,
 * files) and, when flex is asked for, those of the flex tier: each only if there are any. Never empties a model.
 */
export function narrow<Step extends Candidate>(admitted: Step[], wishes: Wishes, rejected: Rejection[]): Step[] {
  let left = admitted;
  for (const name of preferredParameters) {
    if (!wishes.request.parameters.has(name) || !left.some((candidate) => takes(candidate, name))) continue;
    const isKept = (candidate: Candidate) => candidate.parameters === undefined || takes(candidate, name);
    left = keep(left, rejected, { rule: "preferred_parameters", admittedBy: `without ${name}`, isKept });
  }
  if (wishes.request.filesAreRead === "where_needed" && left.some(takesFiles)) {
    left = keep(left, rejected, { rule: "input_modalities", admittedBy: "plugins with file-parser and an engine that reads", isKept: takesFiles });
  }
  if (wishes.tier === "flex" && left.some(isFlex)) {
    left = keep(left, rejected, { rule: "service_tier", admittedBy: "without service_tier flex", isKept: isFlex });
  }
  return left;
}

/** Those whose lack would change the answer's kind, not its flavour. Source: contract §5.1, step 5. */
const preferredParameters = [...neededParameters, "verbosity"];

/**
 * The place in `entries` that names this endpoint, or -1. A provider's slug or display name names all its endpoints, but
 * those of a service tier only when the request asks for that tier; a tag names exactly its own.
 */
export function namedAt(entries: readonly string[], candidate: Candidate, wishes: Wishes): number {
  const traits = traitsOf(candidate);
  const tier = candidate.serviceTier;
  const byProvider = tier === undefined || tier === wishes.tier || tier === wishes.tierBeside;
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index];
    if (entry === traits.tag || (byProvider && (entry === traits.provider || entry === traits.providerName))) return index;
  }
  return -1;
}

/** Undefined when the endpoint passes; otherwise what in the request would have let it in. */
type Admission = (candidate: Candidate, wishes: Wishes, traits: Traits) => string | undefined;

// The caller's own choice of providers first, what the prompt's size allows last: a rejection for size then says that
// nothing else stood in the way.
const rules: readonly (readonly [Rule, Admission])[] = [
  ["service_tier", inTier],
  ["variant", isOfVariant],
  ["web_search", searchesWeb],
  ["allowed_providers", amongOnly],
  ["ignored_providers", notIgnored],
  ["fallbacks_not_allowed", inOrder],
  ["data_policy:training", keepsPromptsPrivate],
  ["data_policy:zdr", retainsNothing],
  ["distillable_text", isDistillable],
  ["quantization", isQuantized],
  ["input_modalities", takesInput],
  ["output_modalities", givesOutput],
  ["require_parameters", takesParameters],
  ["max_price", isAffordable],
  ["output_length", writesEnough],
  ["context_length", fitsPrompt],
];

function inTier(candidate: Candidate, wishes: Wishes, traits: Traits): string | undefined {
  const tier = candidate.serviceTier;
  if (tier === undefined || tier === wishes.tier || tier === wishes.tierBeside) return undefined;
  if (wishes.only?.includes(traits.tag) === true || wishes.order?.includes(traits.tag) === true) return undefined;
  return `service_tier ${tier}, or ${candidate.tag} in only or order`;
}

function isOfVariant(candidate: Candidate, { request: { variant } }: Wishes): string | undefined {
  if (variant === undefined) return undefined;
  if (variant.isFree === true && candidate.isFree !== true) return "without :free";
  if (variant.reasons === true && candidate.parameters !== undefined && !takes(candidate, "reasoning")) return "without :thinking";
  return candidate.contextLength < (variant.contextLengthMin ?? 0) ? "without :extended" : undefined;
}

/** Windrose has no search engine: what searches is the provider, and one whose list does not say so may not. */
function searchesWeb(candidate: Candidate, { request: { variant } }: Wishes): string | undefined {
  return variant?.searchesWeb === true && !takes(candidate, "web_search_options") ? "without web search" : undefined;
}

function amongOnly(candidate: Candidate, wishes: Wishes): string | undefined {
  if (wishes.only === undefined || namedAt(wishes.only, candidate, wishes) >= 0) return undefined;
  return `only with ${candidate.tag}`;
}

function notIgnored(candidate: Candidate, wishes: Wishes): string | undefined {
  if (wishes.ignore === undefined) return undefined;
  const place = namedAt(wishes.ignore, candidate, wishes);
  return place < 0 ? undefined : `ignore without ${wishes.ignore[place]}`;
}

function inOrder(candidate: Candidate, wishes: Wishes): string | undefined {
  if (wishes.order === undefined || wishes.request.preferences.allowFallbacks) return undefined;
  return namedAt(wishes.order, candidate, wishes) >= 0 ? undefined : `allow_fallbacks, or order with ${candidate.tag}`;
}

function keepsPromptsPrivate(candidate: Candidate, { request }: Wishes): string | undefined {
  const { trains, retains } = candidate.dataPolicy;
  return request.preferences.dataCollection === "deny" && (trains || retains) ? "data_collection allow" : undefined;
}

function retainsNothing(candidate: Candidate, { request }: Wishes): string | undefined {
  return request.preferences.zdr && !candidate.dataPolicy.zdr ? "without zdr" : undefined;
}

function isDistillable(candidate: Candidate, { request }: Wishes): string | undefined {
  return request.preferences.enforceDistillableText && !candidate.distillable ? "without enforce_distillable_text" : undefined;
}

function isQuantized(_candidate: Candidate, wishes: Wishes, traits: Traits): string | undefined {
  const asked = wishes.quantizations;
  if (asked === undefined || asked.includes(traits.quantization)) return undefined;
  const family = families[traits.quantization];
  return family !== undefined && asked.includes(family) ? undefined : `quantizations with ${traits.quantization}`;
}

/** A family's name asks for its members too. Source: contract §2.2, `quantizations`. */
const families: Readonly<Record<string, string>> = { mxfp4: "fp4", nvfp4: "fp4", mxfp8: "fp8" };

function takesInput(candidate: Candidate, { request }: Wishes): string | undefined {
  const missing = missingFrom(candidate.inputModalities, request.inputModalities, request.filesAreRead === undefined ? undefined : "file");
  return missing === undefined ? undefined : `without ${missing} input`;
}

function givesOutput(candidate: Candidate, { request }: Wishes): string | undefined {
  const missing = missingFrom(candidate.outputModalities, request.outputModalities);
  return missing === undefined ? undefined : `modalities without ${missing}`;
}

function takesParameters(candidate: Candidate, { request, parameters }: Wishes): string | undefined {
  if (!request.preferences.requireParameters || parameters.length === 0) return undefined;
  // What it takes is not known, so nothing can be promised.
  if (candidate.parameters === undefined) return "without require_parameters";
  let missing: string | undefined;
  for (const name of parameters) {
    if (!takes(candidate, name)) missing = missing === undefined ? name : `${missing}, ${name}`;
  }
  return missing === undefined ? undefined : `without ${missing}`;
}

function isAffordable(candidate: Candidate, { request }: Wishes): string | undefined {
  const most = request.preferences.maxPrice;
  if (most === undefined) return undefined;
  const { price } = candidate;
  const audio = request.inputModalities.has("audio") ? (price.audio ?? price.prompt) : 0;
  let over: string | undefined;
  if (price.prompt > (most.prompt ?? Infinity)) over = cap(over, "prompt", price.prompt);
  if (price.completion > (most.completion ?? Infinity)) over = cap(over, "completion", price.completion);
  if (price.request > (most.request ?? Infinity)) over = cap(over, "request", price.request);
  if (price.image > (most.image ?? Infinity)) over = cap(over, "image", price.image);
  if (audio > (most.audio ?? Infinity)) over = cap(over, "audio", audio);
  return over;
}

function cap(others: string | undefined, field: string, price: number): string {
  const one = `max_price.${field} of at least ${price}`;
  return others === undefined ? one : `${others} and ${one}`;
}

function writesEnough(candidate: Candidate, { request }: Wishes): string | undefined {
  const most = candidate.outputTokensMax;
  if (most === undefined || request.outputTokensMax === undefined || request.outputTokensMax <= most) return undefined;
  return `max_tokens of at most ${grouped(most)}`;
}

function fitsPrompt(_candidate: Candidate, { request }: Wishes, traits: Traits): string | undefined {
  return request.prompt.low > traits.promptTokensMax ? `a prompt of at most ${grouped(traits.promptTokensMax)} tokens` : undefined;
}

/** Does it surely take this parameter? */
export function takes(candidate: Candidate, name: string): boolean {
  const known = candidate.parameters;
  if (known === undefined) return false;
  const stronger = impliedBy[name];
  return known.has(name) || (stronger !== undefined && known.has(stronger));
}

/** Catalogs list the one name or the other for the same ability. */
const impliedBy: Readonly<Record<string, string>> = {
  max_tokens: "max_completion_tokens",
  reasoning: "reasoning_effort",
  response_format: "structured_outputs",
};

function missingFrom(offered: ReadonlySet<string>, wanted: ReadonlySet<string>, dispensable?: string): string | undefined {
  for (const one of wanted) if (!offered.has(one) && one !== dispensable) return one;
  return undefined;
}

function takesFiles(candidate: Candidate): boolean {
  return candidate.inputModalities.has("file");
}

function isFlex(candidate: Candidate): boolean {
  return candidate.serviceTier === "flex";
}

interface Preference {
  readonly rule: Rule;
  readonly admittedBy: string;
  readonly isKept: (candidate: Candidate) => boolean;
}

function keep<Step extends Candidate>(candidates: readonly Step[], rejected: Rejection[], { rule, admittedBy, isKept }: Preference): Step[] {
  const kept: Step[] = [];
  for (const candidate of candidates) {
    if (isKept(candidate)) kept.push(candidate);
    else rejected.push({ candidate, rule, admittedBy });
  }
  return kept;
}

function lowerCase(entries: readonly string[] | undefined): readonly string[] | undefined {
  return entries === undefined || entries.length === 0 ? undefined : entries.map((entry) => entry.toLowerCase());
}

function tierOf(serviceTier: string | undefined): ServiceTier | undefined {
  if (serviceTier === "flex") return "flex";
  return serviceTier === "priority" || serviceTier === "fast" ? "priority" : undefined;
}

/** 4,096: for people. Not `toLocaleString`, which costs more than the whole rule. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
