/**
 * The query of `/models` over the index, for the browser: the same parameters, the same models in the same order as the API
 * (src/catalog/query.ts). src/http/pages/models.test.ts holds the two together.
 */

import type { IndexedModel, ModelIndex } from "./indexed-model.ts";

/** The models that fit, in the order of the query. What the API would refuse is left out of account. */
export function select({ models, now }: ModelIndex, params: URLSearchParams): readonly IndexedModel[] {
  const wanted = wishes(params, now);
  const found = models.filter((model) => wanted.every((fits) => fits(model)));
  const key = sortKeys[text(params, "sort") ?? ""];
  return key === undefined ? found : sorted(found, key);
}

type Wish = (model: IndexedModel) => boolean;

function wishes(params: URLSearchParams, now: number): readonly Wish[] {
  const wanted: Wish[] = [];
  const outputs = list(params, "output_modalities");
  if (!outputs.includes("all")) {
    const some = outputs.length === 0 ? ["text"] : outputs;
    wanted.push((model) => some.some((modality) => model.outputs.includes(modality)));
  }
  const words = text(params, "q")?.toLowerCase().split(/\s+/);
  if (words !== undefined) {
    wanted.push((model) => {
      const searched = `${model.slug} ${model.name}`.toLowerCase();
      return words.every((word) => searched.includes(word));
    });
  }
  const parameters = list(params, "supported_parameters");
  if (parameters.length > 0) wanted.push((model) => parameters.every((parameter) => model.parameters.includes(parameter)));
  const inputs = list(params, "input_modalities");
  if (inputs.length > 0) wanted.push((model) => inputs.every((modality) => model.inputs.includes(modality)));
  const context = number(params, "context");
  if (context !== undefined) wanted.push((model) => model.context >= context);
  bounded(wanted, params, "price", (model) => decimal(model.prompt));
  bounded(wanted, params, "output_price", (model) => decimal(model.completion));
  const arch = text(params, "arch")?.toLowerCase();
  if (arch !== undefined) wanted.push((model) => [model.tokenizer, model.family ?? ""].some((name) => name.toLowerCase() === arch));
  const authors = list(params, "model_authors");
  if (authors.length > 0) wanted.push((model) => authors.includes(model.author));
  const distillable = text(params, "distillable");
  if (distillable !== undefined) wanted.push((model) => (model.distillable === true) === (distillable === "true"));
  bounded(wanted, params, "age_days", (model) => Math.floor((now - model.createdAt) / 86_400_000));
  for (const measure of measures) bounded(wanted, params, measure, (model) => model.measures?.[measure]);
  offered(wanted, params);
  return wanted;
}

const measures = ["intelligence_index", "coding_index", "agentic_index", "tool_success_rate"] as const;

/** One and the same endpoint has to fit all that is wished of endpoints. */
function offered(wanted: Wish[], params: URLSearchParams): void {
  const providers = list(params, "providers").map((name) => name.toLowerCase());
  const zdr = text(params, "zdr") === "true";
  const region = text(params, "region");
  if (providers.length === 0 && !zdr && region === undefined) return;
  wanted.push((model) => model.offers.some((offer) =>
    (providers.length === 0 || providers.includes(offer.slug) || providers.includes(offer.name.toLowerCase())) &&
    (!zdr || offer.zdr === true) &&
    (region === undefined || (region === "eu" ? offer.eu : offer.us) === true)));
}

function bounded(wanted: Wish[], params: URLSearchParams, name: string, valueOf: (model: IndexedModel) => number | undefined): void {
  const min = number(params, `min_${name}`);
  const max = number(params, `max_${name}`);
  if (min === undefined && max === undefined) return;
  wanted.push((model) => {
    const value = valueOf(model);
    return value !== undefined && (min === undefined || value >= min) && (max === undefined || value <= max);
  });
}

/** Larger first. */
const sortKeys: Readonly<Record<string, (model: IndexedModel) => number | undefined>> = {
  "newest": (model) => model.createdAt,
  "context-high-to-low": (model) => model.context,
  "pricing-high-to-low": averagePrice,
  "pricing-low-to-high": (model) => negative(averagePrice(model)),
  "latency-low-to-high": (model) => negative(model.measures?.["latency"]),
  "throughput-high-to-low": (model) => model.measures?.["throughput"],
  "most-popular": (model) => model.measures?.["weekly_tokens"],
  "top-weekly": (model) => model.measures?.["weekly_tokens"],
  "intelligence-high-to-low": (model) => model.measures?.["intelligence_index"],
  "coding-high-to-low": (model) => model.measures?.["coding_index"],
  "agentic-high-to-low": (model) => model.measures?.["agentic_index"],
  "design-arena-elo-high-to-low": (model) => model.measures?.["design_arena_elo"],
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

function text(params: URLSearchParams, name: string): string | undefined {
  const value = params.get(name)?.trim();
  return value === "" ? undefined : value;
}

function list(params: URLSearchParams, name: string): readonly string[] {
  return (text(params, name)?.split(",") ?? []).map((item) => item.trim()).filter((item) => item !== "");
}

function number(params: URLSearchParams, name: string): number | undefined {
  const value = text(params, name);
  return value !== undefined && /^\d{1,16}(?:\.\d{1,15})?$/.test(value) ? Number(value) : undefined;
}
