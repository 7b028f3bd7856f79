/**
 * Step 5 of the walk: what the names in a request mean. A name is a model, a model with suffixes, the latest of a family, or a
 * router that chooses models; each gives the endpoints to choose from, and what they must be.
 */

import { chooseAuto, chooseFree } from "../catalog/auto.ts";
import { readAutoOptions } from "../catalog/auto-options.ts";
import type { Catalog } from "../catalog/load.ts";
import type { Endpoint, Model } from "../catalog/model.ts";
import { poolOf } from "../catalog/pool.ts";
import { isVariant, readSlug, type Variant } from "../catalog/slug.ts";
import { filesAreRead } from "../plugins/plugins.ts";
import type { CandidateGroup, RoutingRequest, VariantWishes } from "../routing/candidate.ts";
import { wishesOf } from "../routing/filter.ts";
import { routingRequestOf } from "../routing/prompt-size.ts";
import type { ChatParameters, ChatRequest, ProviderPreferences } from "../wire/chat.ts";
import { cannotReason, unknownModel, unknownVariant, unofferedRouter } from "./refusal.ts";

export type Strategy = "direct" | "auto" | "free" | "latest" | "alias" | "fallback";

/** What a plan is decided over: the endpoints of the request's models, and what routing must know of the request. */
export interface Field extends Part {
  /** Where the models' names ask for different things: the parts that are planned apart, in order. */
  readonly parts: readonly Part[] | undefined;
  readonly isSandbox: boolean;
  /** The caller's request with what its variants mean: what is sent. The same object when they mean nothing for it. */
  readonly effective: ChatRequest;
  /** How the models were found, in the contract's words (§5.10). */
  readonly strategy: Strategy;
  /** The router slug that chose the models. */
  readonly router: string | undefined;
  /** Free endpoints were asked for as such, by `:free` or the free router. */
  readonly isForFree: boolean;
}

export interface Part {
  readonly groups: readonly CandidateGroup<Endpoint>[];
  readonly request: RoutingRequest;
}

export interface Naming {
  readonly catalog: Catalog;
  readonly request: ChatRequest;
  /** The key is for the sandbox alone. */
  readonly isSandbox: boolean;
  readonly seed: number;
  /** The model that a router has chosen for this conversation before. */
  readonly routed?: (router: string) => string | undefined;
}

/** @throws Fault model_not_found; invalid_request for a router's options. */
export function fieldOf(naming: Naming): Field {
  return plainField(naming) ?? variedField(naming);
}

/** Without a suffix or a plugin there is nothing to work out: nearly every request. */
function plainField({ catalog, request, isSandbox: wantsSandbox }: Naming): Field | undefined {
  if (request.gateway.plugins !== undefined) return undefined;
  const isSandbox = wantsSandbox || !catalog.hasLive;
  const groups: CandidateGroup<Endpoint>[] = [];
  let strategy: Strategy = "direct";
  let isForFree = false;
  for (const slug of request.models) {
    const model = catalog.find(slug);
    if (model === undefined) return undefined;
    if (model.slug !== slug) strategy = strategyOf(slug, model);
    isForFree ||= model.slug.endsWith(freeRow);
    groups.push(groupOf(catalog, model, isSandbox));
  }
  if (groups.length > 1) strategy = "fallback";
  return { groups, request: surveyed(request), parts: undefined, isSandbox, effective: request, strategy, router: undefined, isForFree };
}

/** What routing must know of the request, with what plugins make of its files. */
function surveyed(request: ChatRequest): RoutingRequest {
  const routing = routingRequestOf(request);
  return routing.inputModalities.has("file") ? { ...routing, filesAreRead: filesAreRead(request) } : routing;
}

const freeRow = ":free";

function groupOf(catalog: Catalog, model: Model, isSandbox: boolean): CandidateGroup<Endpoint> {
  return { model: model.slug, candidates: isSandbox ? catalog.sandboxed(model) : catalog.live(model) };
}

export function strategyOf(slug: string, model: Model): Strategy {
  if (slug.startsWith("~")) return "latest";
  const name = withoutSuffixes(slug);
  return name === withoutSuffixes(model.slug) || name === withoutSuffixes(model.canonicalSlug) ? "direct" : "alias";
}

function withoutSuffixes(slug: string): string {
  return slug.split(":", 1)[0] as string;
}

/** One name of the request: a model or a router, with its suffixes. */
interface Named {
  readonly slug: string;
  readonly model: Model | undefined;
  readonly variants: readonly Variant[];
}

function variedField({ catalog, request, isSandbox: wantsSandbox, seed, routed }: Naming): Field {
  const isSandbox = wantsSandbox || !catalog.hasLive;
  const names = request.models.map((slug) => readName(catalog, slug));
  const effective = effectiveRequest(request, names);
  const base = surveyed(effective);
  const parts = names.flatMap((named) => partsOf(named, { catalog, isSandbox, effective, base, seed, routed }));
  const merged = mergeAlike(parts);
  const [first] = merged;
  const router = names.find(({ model }) => model === undefined)?.slug;
  const strategy = names.length > 1 ? "fallback" : nameStrategy(names[0] as Named);
  return {
    groups: parts.flatMap(({ groups }) => groups),
    request: merged.length === 1 && first !== undefined ? first.request : base,
    parts: merged.length > 1 ? merged : undefined,
    isSandbox, effective, strategy, router,
    isForFree: names.some(({ slug, model, variants }) => (model?.slug.endsWith(freeRow) ?? slug === freeRouter) || variants.includes("free")),
  };
}

const freeRouter = "openrouter/free";
/** Each reads its options from the plugin of its own name. */
const autoPlugins: Readonly<Record<string, string>> = { "openrouter/auto": "auto-router", "openrouter/auto-beta": "auto-beta-router" };

function nameStrategy({ slug, model }: Named): Strategy {
  if (model === undefined) return slug === freeRouter ? "free" : "auto";
  return strategyOf(slug, model);
}

/** @throws Fault model_not_found, for a router as well. */
export function readModel(catalog: Catalog, slug: string): { readonly model: Model; readonly variants: readonly Variant[] } {
  const read = readSlug(slug, catalog.find);
  if (read.model === undefined) throw unknownModel(catalog, slug);
  if ("unknownSuffix" in read) throw unknownVariant(slug, read.unknownSuffix);
  return read;
}

function readName(catalog: Catalog, slug: string): Named {
  if (readSlug(slug, catalog.find).model === undefined) return readRouter(catalog, slug);
  const read = readModel(catalog, slug);
  if (read.variants.includes("thinking") && !mayReason(read.model)) throw cannotReason(slug, read.model.slug);
  return { slug, model: read.model, variants: read.variants };
}

function readRouter(catalog: Catalog, slug: string): Named {
  const [router = "", ...suffixes] = slug.split(":");
  if (router !== freeRouter && !Object.hasOwn(autoPlugins, router)) throw unofferedRouter(router) ?? unknownModel(catalog, slug);
  const unknown = suffixes.find((suffix) => !isVariant(suffix));
  if (unknown !== undefined) throw unknownVariant(slug, unknown);
  return { slug: router, model: undefined, variants: suffixes.filter(isVariant) };
}

/** Does any endpoint take reasoning parameters, or one whose list is not known? */
function mayReason({ supportedParameters, endpoints }: Model): boolean {
  return [supportedParameters, ...endpoints.map((endpoint) => endpoint.supportedParameters)].some((listed) => listed === undefined || listed.includes("reasoning") || listed.includes("reasoning_effort"));
}

/** Parameters are one request's, whichever of its models asks for them; an endpoint that does not take one is not sent it. */
function effectiveRequest(request: ChatRequest, names: readonly Named[]): ChatRequest {
  const added: { -readonly [Name in "reasoning" | "web_search_options"]?: NonNullable<ChatParameters[Name]> } = {};
  const { reasoning, web_search_options } = request.parameters;
  const isSilent = reasoning?.effort === undefined && reasoning?.max_tokens === undefined && reasoning?.enabled === undefined;
  if (isSilent && names.some(({ variants }) => variants.includes("thinking"))) added.reasoning = { ...reasoning, enabled: true };
  if (web_search_options === undefined && (wantsWeb(request) || names.some(({ variants }) => variants.includes("online")))) added.web_search_options = {};
  return Object.keys(added).length === 0 ? request : { ...request, parameters: { ...request.parameters, ...added } };
}

function wantsWeb({ gateway: { plugins } }: ChatRequest): boolean {
  return plugins?.some((plugin) => plugin["id"] === "web" && plugin["enabled"] !== false) ?? false;
}

interface Setting {
  readonly catalog: Catalog;
  readonly isSandbox: boolean;
  readonly effective: ChatRequest;
  readonly base: RoutingRequest;
  readonly seed: number;
  readonly routed: Naming["routed"];
}

/** The models that a name stands for, each with the request as its suffixes have it. */
function partsOf({ slug, model, variants }: Named, setting: Setting): readonly Part[] {
  const { catalog, isSandbox, effective, base } = setting;
  const variant = variantOf(model === undefined && slug === freeRouter ? ["free", ...variants] : variants, wantsWeb(effective));
  const preferences = sortedBy(base.preferences, variants);
  const request = variant === undefined && preferences === base.preferences ? base : { ...base, preferences, ...(variant === undefined ? {} : { variant }) };
  const models = model === undefined ? choose(slug, request, setting) : [model];
  return models.map((one) => {
    const group = groupOf(catalog, one, isSandbox);
    if (!variants.includes("extended")) return { groups: [group], request };
    const contextLengthMin = group.candidates.reduce((longest, { contextLength }) => Math.max(longest, contextLength), 0);
    return { groups: [group], request: { ...request, variant: { ...variant, contextLengthMin } } };
  });
}

function choose(router: string, request: RoutingRequest, { catalog, isSandbox, effective, seed, routed }: Setting): readonly Model[] {
  const pool = poolOf(catalog, isSandbox);
  const wishes = wishesOf(request);
  const plugin = autoPlugins[router];
  const chosen = plugin === undefined
    ? chooseFree(pool, wishes, seed)
    : chooseAuto(pool, { request: effective, wishes, options: readAutoOptions(effective.gateway.plugins, plugin), before: routed?.(router) });
  return chosen.map(({ model }) => model);
}

export function variantOf(variants: readonly Variant[], searchesWeb: boolean): VariantWishes | undefined {
  let wishes: VariantWishes | undefined = searchesWeb ? { searchesWeb } : undefined;
  for (const variant of variants) wishes = { ...wishes, ...wishOf[variant] };
  return wishes;
}

const wishOf: Readonly<Record<Variant, VariantWishes | undefined>> = {
  free: { isFree: true },
  nitro: { tier: "priority" },
  floor: { tier: "flex" },
  online: { searchesWeb: true },
  thinking: { reasons: true },
  extended: undefined,
  exacto: undefined,
};

const sortOf = { nitro: "throughput", floor: "price", exacto: "exacto" } as const;

/** An explicit sort and an `order` stand before the suffix's; of several suffixes the last one counts. */
export function sortedBy(preferences: ProviderPreferences, variants: readonly Variant[]): ProviderPreferences {
  const { sort, order } = preferences;
  const last = variants.findLast((variant): variant is keyof typeof sortOf => variant in sortOf);
  if (last === undefined || sort?.by !== undefined || (order !== undefined && order.length > 0)) return preferences;
  return { ...preferences, sort: { by: sortOf[last], partition: sort?.partition ?? "model" } };
}

/** Neighbours that ask for the same are planned together, so that `partition: none` may sort them together. */
function mergeAlike(parts: readonly Part[]): readonly Part[] {
  const merged: Part[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (last !== undefined && isAlike(last.request, part.request)) merged[merged.length - 1] = { ...last, groups: [...last.groups, ...part.groups] };
    else merged.push(part);
  }
  return merged;
}

function isAlike(one: RoutingRequest, other: RoutingRequest): boolean {
  return one === other || (one.preferences.sort?.by === other.preferences.sort?.by && JSON.stringify(one.variant) === JSON.stringify(other.variant));
}
