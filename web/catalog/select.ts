/**
 * The query of `/models` over the index, for the browser: the same parameters, the same models in the same order as the API
 * (src/catalog/query.ts). src/http/pages/models.test.ts holds the two together.
 */

import { indices } from "./address.ts";
import type { IndexedModel, ModelIndex, Offer } from "./indexed-model.ts";

/** The models that fit, in the order of the query. What the API would refuse is left out of account. */
export function select({ models, now }: ModelIndex, params: URLSearchParams): readonly IndexedModel[] {
  const wanted = conditionsOf(params, now);
  return inOrder(models.filter((model) => wanted.every(({ fits }) => fits(model))), params);
}

/** Models in the order that the query asks for. */
export function inOrder(models: readonly IndexedModel[], params: URLSearchParams): readonly IndexedModel[] {
  const key = sortKeys[text(params, "sort") ?? ""];
  return key === undefined ? models : sorted(models, key);
}

/** One thing that a query asks of a model. */
export interface Condition {
  /** The parameter; "offers" for all those that one endpoint has to fit together. */
  readonly of: string;
  readonly fits: (model: IndexedModel) => boolean;
}

export function conditionsOf(params: URLSearchParams, now: number): readonly Condition[] {
  const wanted: Condition[] = [];
  const add = (of: string, fits: Condition["fits"]): unknown => wanted.push({ of, fits });
  const outputs = list(params, "output_modalities");
  if (!outputs.includes("all")) {
    const some = outputs.length === 0 ? ["text"] : outputs;
    add("output_modalities", (model) => some.some((modality) => model.outputs.includes(modality)));
  }
  const words = [...new Set(text(params, "q")?.toLowerCase().split(/\s+/))];
  if (words.length > 0) add("q", (model) => words.every((word) => searchedText(model).includes(word)));
  const parameters = list(params, "supported_parameters");
  if (parameters.length > 0) add("supported_parameters", (model) => parameters.every((parameter) => model.parameters.includes(parameter)));
  const inputs = list(params, "input_modalities");
  if (inputs.length > 0) add("input_modalities", (model) => inputs.every((modality) => model.inputs.includes(modality)));
  const context = number(params, "context");
  if (context !== undefined) add("context", (model) => model.context >= context);
  bounded(wanted, params, "price", (model) => decimal(model.prompt));
  bounded(wanted, params, "output_price", (model) => decimal(model.completion));
  const arch = text(params, "arch")?.toLowerCase();
  if (arch !== undefined) add("arch", (model) => families(model).includes(arch));
  const authors = list(params, "model_authors");
  if (authors.length > 0) add("model_authors", (model) => authors.includes(model.author));
  const distillable = text(params, "distillable");
  if (distillable !== undefined) add("distillable", (model) => (model.distillable === true) === (distillable === "true"));
  bounded(wanted, params, "age_days", (model) => Math.floor((now - model.createdAt) / 86_400_000));
  for (const index of indices) bounded(wanted, params, index, (model) => model.figures?.[index]);
  const offer = offerWish(params);
  if (Object.keys(offer).length > 0) add("offers", (model) => model.offers.some((one) => fitsOffer(one, offer)));
  return wanted;
}

/** What `arch` may be, in lower case. */
export function families({ tokenizer, family = "" }: IndexedModel): readonly string[] {
  return [tokenizer.toLowerCase(), family.toLowerCase()];
}

/** What is wished of endpoints: one and the same has to fit all of it. */
export interface OfferWish {
  /** Slugs or names in lower case. */
  readonly providers?: readonly string[];
  readonly zdr?: true;
  readonly region?: string;
}

export function offerWish(params: URLSearchParams): OfferWish {
  const providers = list(params, "providers").map((name) => name.toLowerCase());
  const region = text(params, "region");
  return { ...(providers.length === 0 ? {} : { providers }), ...(text(params, "zdr") === "true" ? { zdr: true } : {}), ...(region === undefined ? {} : { region }) };
}

export function fitsOffer({ slug, name, zdr: keepsNothing, eu, us }: Offer, { providers, zdr, region }: OfferWish): boolean {
  return (
    (providers === undefined || providers.includes(slug) || providers.includes(name.toLowerCase())) &&
    (zdr === undefined || keepsNothing === true) &&
    (region === undefined || (region === "eu" ? eu : us) === true)
  );
}

/** Each bound is a condition of its own. */
function bounded(wanted: Condition[], params: URLSearchParams, name: string, valueOf: (model: IndexedModel) => number | undefined): void {
  const min = number(params, `min_${name}`);
  const max = number(params, `max_${name}`);
  if (min !== undefined) wanted.push({ of: `min_${name}`, fits: (model) => (valueOf(model) ?? Number.NaN) >= min });
  if (max !== undefined) wanted.push({ of: `max_${name}`, fits: (model) => (valueOf(model) ?? Number.NaN) <= max });
}

/** Larger first. */
const sortKeys: Readonly<Record<string, (model: IndexedModel) => number | undefined>> = {
  "newest": (model) => model.createdAt,
  "context-high-to-low": (model) => model.context,
  "pricing-high-to-low": averagePrice,
  "pricing-low-to-high": (model) => negative(averagePrice(model)),
  "latency-low-to-high": (model) => negative(model.figures?.latency),
  "throughput-high-to-low": (model) => model.figures?.throughput,
  "most-popular": (model) => model.figures?.weekly_tokens,
  "top-weekly": (model) => model.figures?.weekly_tokens,
  "intelligence-high-to-low": (model) => model.figures?.intelligence_index,
  "coding-high-to-low": (model) => model.figures?.coding_index,
  "agentic-high-to-low": (model) => model.figures?.agentic_index,
  "design-arena-elo-high-to-low": (model) => model.figures?.design_arena_elo,
};

/** Stable: the unknown stays at the end, in the order it came in. */
function sorted(models: readonly IndexedModel[], keyOf: (model: IndexedModel) => number | undefined): readonly IndexedModel[] {
  return models
    .map((model) => ({ model, key: keyOf(model) }))
    .sort((one, other) => {
      if (one.key === undefined || other.key === undefined) return Number(one.key === undefined) - Number(other.key === undefined);
      return other.key - one.key;
    })
    .map(({ model }) => model);
}

/** In millionths of a dollar, which are whole: the sum of two such prices rounds nothing. */
function averagePrice({ prompt, completion }: IndexedModel): number | undefined {
  return prompt === undefined || completion === undefined ? undefined : (Math.round(Number(prompt) * 1e6) + Math.round(Number(completion) * 1e6)) / 2;
}

function negative(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value;
}

function decimal(dollars: string | undefined): number | undefined {
  return dollars === undefined ? undefined : Number(dollars);
}

// Made once a model: every key stroke searches them all.
const searched = new WeakMap<IndexedModel, string>();

function searchedText(model: IndexedModel): string {
  const known = searched.get(model) ?? `${model.slug} ${model.name}`.toLowerCase();
  searched.set(model, known);
  return known;
}

/** The API refuses more. */
const charactersMax = 4000;
const valuesMax = 200;

function text(params: URLSearchParams, name: string): string | undefined {
  const value = params.get(name)?.trim() ?? "";
  return value === "" || value.length > charactersMax ? undefined : value;
}

/** The values of a parameter that holds several. */
export function list(params: URLSearchParams, name: string): readonly string[] {
  const values = new Set((text(params, name)?.split(",") ?? []).map((item) => item.trim()).filter((item) => item !== ""));
  return values.size > valuesMax ? [] : [...values];
}

function number(params: URLSearchParams, name: string): number | undefined {
  const value = text(params, name);
  return value !== undefined && /^\d{1,16}(?:\.\d{1,15})?$/.test(value) ? Number(value) : undefined;
}
