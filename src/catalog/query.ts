/** The filters, sorts and pages of `/models`. Contract §1.2. */

import { Fault } from "../base/fault.ts";
import { pricePerMillionText, type Picodollars } from "../base/money.ts";
import type { Model, Provider } from "./model.ts";

export const modelSorts = [
  "most-popular", "newest", "top-weekly", "pricing-low-to-high", "pricing-high-to-low", "context-high-to-low",
  "throughput-high-to-low", "latency-low-to-high", "intelligence-high-to-low", "coding-high-to-low",
  "agentic-high-to-low", "design-arena-elo-high-to-low",
] as const;

export type ModelSort = (typeof modelSorts)[number];

export const modelCategories = [
  "programming", "roleplay", "marketing", "marketing/seo", "technology", "science", "translation", "legal", "finance",
  "health", "trivia", "academia",
] as const;

/** Inclusive on both sides. */
interface Range {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface ModelQuery {
  /** Of the search, in lower case. */
  readonly words: readonly string[];
  /** Accepted; the catalog has no categories to filter by. */
  readonly category: string | undefined;
  readonly supportedParameters: readonly string[];
  readonly inputModalities: readonly string[];
  /** "all" for no filter. */
  readonly outputModalities: readonly string[] | "all";
  readonly contextMin: number | undefined;
  /** Dollars per million tokens. */
  readonly promptPrice: Range;
  readonly completionPrice: Range;
  readonly arch: string | undefined;
  readonly authors: readonly string[];
  /** Names or slugs. */
  readonly providers: readonly string[];
  readonly distillable: boolean | undefined;
  readonly zdr: boolean;
  readonly region: "eu" | "us" | undefined;
  readonly ageDays: Range;
  /** Bounds on benchmarks and success rates. Nothing that was not measured meets one. */
  readonly measured: Readonly<Record<string, Range>>;
  readonly sort: ModelSort | undefined;
  readonly offset: number | undefined;
  readonly limit: number | undefined;
}

/** What filters and sorts need beside the models themselves. */
export interface QueryFacts {
  readonly findProvider: (slug: string) => Provider | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A number from outside the catalog (tokens a week, tokens a second, an index); undefined where there is none. */
  readonly measure?: (model: Model, what: string) => number | undefined;
}

/** The listed models that fit, in the order of the query. */
export function queryModels(models: readonly Model[], query: ModelQuery, facts: QueryFacts): readonly Model[] {
  const found = models.filter((model) => model.isListed && fits(model, query, facts));
  return query.sort === undefined ? found : sorted(found, query.sort, facts);
}

export interface ModelPage {
  readonly models: readonly Model[];
  readonly total: number;
  /** A relative URL, ready to be called; null on the last page and when no page was asked for. */
  readonly next: string | null;
}

/** One page of what was found; all of it when the query names neither offset nor limit. */
export function pageOf(found: readonly Model[], query: ModelQuery, url: { readonly path: string; readonly params: URLSearchParams }): ModelPage {
  if (query.offset === undefined && query.limit === undefined) return { models: found, total: found.length, next: null };
  const offset = query.offset ?? 0;
  const limit = query.limit ?? 500;
  const end = offset + limit;
  const params = new URLSearchParams(url.params);
  params.set("offset", String(end));
  params.set("limit", String(limit));
  return { models: found.slice(offset, end), total: found.length, next: end < found.length ? `${url.path}?${params}` : null };
}

/**
 * Reads the query of `/models`. Parameters that we do not know are ignored, empty ones are absent.
 * @throws Fault invalid_request naming the parameter and what it takes.
 */
export function parseModelQuery(params: URLSearchParams): ModelQuery {
  const outputs = list(params, "output_modalities");
  return {
    words: [...new Set(text(params, "q")?.toLowerCase().split(/\s+/))],
    category: oneOf(params, "category", modelCategories),
    supportedParameters: list(params, "supported_parameters"),
    inputModalities: list(params, "input_modalities"),
    outputModalities: outputs.includes("all") ? "all" : outputs.length === 0 ? ["text"] : outputs,
    contextMin: integer(params, "context", { min: 1, max: Number.MAX_SAFE_INTEGER }),
    promptPrice: range(params, "price"),
    completionPrice: range(params, "output_price"),
    arch: text(params, "arch")?.toLowerCase(),
    authors: list(params, "model_authors"),
    providers: list(params, "providers").map((name) => name.toLowerCase()),
    distillable: truth(oneOf(params, "distillable", ["true", "false"])),
    zdr: oneOf(params, "zdr", ["true", "false"]) === "true",
    region: oneOf(params, "region", ["eu", "us"]),
    ageDays: range(params, "age_days"),
    measured: measuredBounds(params),
    sort: oneOf(params, "sort", modelSorts),
    offset: integer(params, "offset", { min: 0, max: Number.MAX_SAFE_INTEGER }),
    limit: integer(params, "limit", { min: 1, max: 1000 }),
  };
}

function fits(model: Model, query: ModelQuery, facts: QueryFacts): boolean {
  const { outputModalities: outputs, words, arch } = query;
  return (
    (outputs === "all" || outputs.some((modality) => model.outputModalities.includes(modality))) &&
    hasWords(model, words) &&
    query.supportedParameters.every((parameter) => model.supportedParameters.includes(parameter)) &&
    query.inputModalities.every((modality) => model.inputModalities.includes(modality)) &&
    (query.contextMin === undefined || model.contextLength >= query.contextMin) &&
    priceWithin(model.pricing?.prompt, query.promptPrice) &&
    priceWithin(model.pricing?.completion, query.completionPrice) &&
    (arch === undefined || [model.tokenizer, model.family ?? ""].some((family) => family.toLowerCase() === arch)) &&
    (query.authors.length === 0 || query.authors.includes(model.author)) &&
    (query.distillable === undefined || model.distillable === query.distillable) &&
    within(Math.floor((facts.now / 1000 - model.createdAt) / 86_400), query.ageDays) &&
    Object.entries(query.measured).every(([what, bounds]) => within(facts.measure?.(model, what), bounds)) &&
    hasEndpoint(model, query, facts)
  );
}

function hasWords({ slug, name }: Model, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const searched = `${slug} ${name}`.toLowerCase();
  return words.every((word) => searched.includes(word));
}

/** Is there one endpoint that all the wishes about endpoints fit at once? */
function hasEndpoint(model: Model, { providers, zdr, region }: ModelQuery, facts: QueryFacts): boolean {
  if (providers.length === 0 && !zdr && region === undefined) return true;
  return model.endpoints.some((endpoint) => {
    if (endpoint.status === "retired") return false;
    const provider = facts.findProvider(endpoint.provider);
    return (
      (providers.length === 0 || providers.includes(endpoint.provider) || providers.includes(endpoint.providerName.toLowerCase())) &&
      (!zdr || provider?.dataPolicy.zdr === true) &&
      (region === undefined || isOfferedIn(region, endpoint.tag, provider))
    );
  });
}

// The members of the European Union, as providers write their datacenters' countries.
const euCountries = new Set("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK EU".split(" "));

/** An endpoint is in a region when its tag says so ("amazon-bedrock/eu-west-1"), or when its provider is nowhere else. */
export function isOfferedIn(region: "eu" | "us", tag: string, provider: Provider | undefined): boolean {
  const place = tag.split("/")[1];
  if (place === region || place?.startsWith(`${region}-`) === true) return true;
  const countries = provider?.datacenters ?? [];
  return countries.length > 0 && countries.every((country) => (region === "us" ? country === "US" : euCountries.has(country)));
}

function priceWithin(price: Picodollars | undefined, bounds: Range): boolean {
  return within(price === undefined ? undefined : Number(pricePerMillionText(price)), bounds);
}

/** What is unknown lies within no bounds. */
function within(value: number | undefined, { min, max }: Range): boolean {
  if (min === undefined && max === undefined) return true;
  return value !== undefined && (min === undefined || value >= min) && (max === undefined || value <= max);
}

/** What each sort goes by, larger first. Facts of the catalog are told here, all others are asked for. */
function sortKey(model: Model, sort: ModelSort, facts: QueryFacts): number | undefined {
  switch (sort) {
    case "newest":
      return model.createdAt;
    case "context-high-to-low":
      return model.contextLength;
    case "pricing-high-to-low":
      return averagePrice(model);
    case "pricing-low-to-high":
      return negative(averagePrice(model));
    case "latency-low-to-high":
      return negative(facts.measure?.(model, "latency"));
    case "throughput-high-to-low":
      return facts.measure?.(model, "throughput");
    case "most-popular":
    case "top-weekly":
      return facts.measure?.(model, "weekly_tokens");
    case "intelligence-high-to-low":
      return facts.measure?.(model, "intelligence_index");
    case "coding-high-to-low":
      return facts.measure?.(model, "coding_index");
    case "agentic-high-to-low":
      return facts.measure?.(model, "agentic_index");
    case "design-arena-elo-high-to-low":
      return facts.measure?.(model, "design_arena_elo");
  }
}

function averagePrice({ pricing }: Model): number | undefined {
  return pricing === undefined ? undefined : Number(pricing.prompt + pricing.completion) / 2;
}

function negative(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value;
}

/** Stable: equal models, and the unknown at the end, keep the order they came in. */
function sorted(models: readonly Model[], sort: ModelSort, facts: QueryFacts): readonly Model[] {
  return models
    .map((model) => ({ model, key: sortKey(model, sort, facts) }))
    .sort((one, other) => {
      if (one.key === undefined || other.key === undefined) return Number(one.key === undefined) - Number(other.key === undefined);
      return other.key - one.key;
    })
    .map(({ model }) => model);
}

const measuredNames = ["intelligence_index", "coding_index", "agentic_index", "tool_success_rate"] as const;

function measuredBounds(params: URLSearchParams): Readonly<Record<string, Range>> {
  const bounds = measuredNames.map((name) => [name, range(params, name)] as const);
  return Object.fromEntries(bounds.filter(([, { min, max }]) => min !== undefined || max !== undefined));
}

/** More than all authors or all providers of the catalog take. Every model is held against every value, for anybody who asks. */
const charactersMax = 4000;
const valuesMax = 200;

function text(params: URLSearchParams, name: string): string | undefined {
  const value = params.get(name)?.trim() ?? "";
  if (value.length > charactersMax) throw invalid(name, `must have at most ${charactersMax} characters`);
  return value === "" ? undefined : value;
}

function list(params: URLSearchParams, name: string): readonly string[] {
  const values = new Set((text(params, name)?.split(",") ?? []).map((item) => item.trim()).filter((item) => item !== ""));
  if (values.size > valuesMax) throw invalid(name, `must have at most ${valuesMax} values`);
  return [...values];
}

function oneOf<Choice extends string>(params: URLSearchParams, name: string, choices: readonly Choice[]): Choice | undefined {
  const value = text(params, name);
  const choice = choices.find((candidate) => candidate === value);
  if (value !== undefined && choice === undefined) throw invalid(name, `must be one of ${choices.join(", ")}`);
  return choice;
}

function truth(value: "true" | "false" | undefined): boolean | undefined {
  return value === undefined ? undefined : value === "true";
}

function integer(params: URLSearchParams, name: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
  const value = text(params, name);
  if (value === undefined) return undefined;
  const parsed = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (parsed >= min && parsed <= max) return parsed;
  throw invalid(name, max === Number.MAX_SAFE_INTEGER ? `must be a whole number of at least ${min}` : `must be a whole number from ${min} to ${max}`);
}

/** `min_<name>` and `max_<name>`. */
function range(params: URLSearchParams, name: string): Range {
  return { min: bound(params, `min_${name}`), max: bound(params, `max_${name}`) };
}

function bound(params: URLSearchParams, name: string): number | undefined {
  const value = text(params, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,15}(?:\.\d{1,15})?$/.test(value)) throw invalid(name, "must be a number that is not negative");
  return Number(value);
}

function invalid(parameter: string, why: string): Fault {
  return new Fault("invalid_request", `Invalid request parameters: ${parameter} ${why}`, { metadata: { field: parameter } });
}
