/** The operator's own endpoints: what the config file adds to the catalog or says otherwise. */

import { Fault } from "../base/fault.ts";
import { parsePricePerUnit } from "../base/money.ts";
import { isOwnMachine, type KnownProvider } from "./access.ts";
import type { ConfiguredEndpoint } from "./model.ts";
import { parsePricing, type EndpointRecord, type ModelRecord, type PriceRecord } from "./records.ts";

/**
 * The record of an endpoint that the operator configured, over the catalog's record of the same endpoint if it has one.
 * @throws Fault invalid_request naming the provider, the model and what to add.
 */
export function configuredEndpoint(
  provider: KnownProvider,
  entry: ConfiguredEndpoint,
  model: ModelRecord | undefined,
): EndpointRecord {
  const tag = entry.tag ?? provider.slug;
  const id = `${entry.model}@${tag}`;
  const listed = model?.endpoints.find((candidate) => candidate.id === id);
  return {
    ...listed,
    id,
    provider: provider.slug,
    tag,
    upstream_model: entry.upstreamModel ?? listed?.upstream_model ?? entry.model,
    ...given("context_length", entry.contextLength),
    ...given("max_output_tokens", entry.outputTokensMax),
    ...given("quantization", entry.quantization),
    ...given("supported_parameters", entry.supportedParameters),
    ...given("input_modalities", entry.inputModalities),
    ...priceOf(provider, entry, listed),
    zero_price_unverified: false,
    status: "active",
    as_of: listed?.as_of ?? "",
  };
}

/**
 * A model that the catalog does not know, from the first endpoint that serves it.
 * @throws Fault invalid_request when the slug is not `author/name` or the context length is missing.
 */
export function configuredModel(provider: KnownProvider, entry: ConfiguredEndpoint): ModelRecord {
  const [author, name] = /^([^/@\s]+)\/([^/\s]+)$/.exec(entry.model)?.slice(1) ?? [];
  if (author === undefined || name === undefined) {
    throw new Fault("invalid_request", `${where(provider, entry)}: a model is called "author/name".`);
  }
  if (entry.contextLength === undefined) {
    throw new Fault("invalid_request", `${where(provider, entry)}: the catalog does not know this model: add its context_length.`);
  }
  return {
    slug: entry.model,
    author,
    author_name: author,
    name: `${author}: ${name}`,
    description: `${name}, served by ${provider.name}.`,
    // Nobody said when; the oldest of all sorts last.
    created: 0,
    context_length: entry.contextLength,
    ...given("max_output_tokens", entry.outputTokensMax),
    input_modalities: entry.inputModalities ?? ["text"],
    output_modalities: entry.outputModalities ?? ["text"],
    tokenizer: "Other",
    supported_parameters: entry.supportedParameters ?? ["max_tokens", "temperature", "top_p", "stop"],
    ...priceOf(provider, entry, undefined),
    endpoints: [],
  };
}

function priceOf(
  provider: KnownProvider,
  entry: ConfiguredEndpoint,
  listed: EndpointRecord | undefined,
): { readonly pricing: PriceRecord } {
  if (entry.pricing !== undefined) {
    const { cacheRead, cacheWrite, cacheWriteHour, webSearch, audioOutput, imageOutput, ...prices } = entry.pricing;
    const pricing = {
      ...prices, ...given("input_cache_read", cacheRead), ...given("input_cache_write", cacheWrite), ...given("input_cache_write_1h", cacheWriteHour),
      ...given("web_search", webSearch), ...given("audio_output", audioOutput), ...given("image_output", imageOutput),
    };
    if (parsePricing(pricing) !== undefined) return { pricing };
    throw new Fault("invalid_request", `${where(provider, entry)}: ${wrongPrice(pricing)}`);
  }
  if (listed?.pricing !== undefined && listed.zero_price_unverified !== true) return { pricing: listed.pricing };
  if (isOwnMachine(provider)) return { pricing: { prompt: "0", completion: "0" } };
  throw new Fault(
    "invalid_request",
    `${where(provider, entry)}: the price is unknown: add pricing, for example { prompt: "0.15", completion: "0.6" }, dollars per million tokens ("0" where it is free).`,
  );
}

function wrongPrice(pricing: PriceRecord): string {
  const [field, text] = Object.entries(pricing).find(([, value]) => parsePricePerUnit(String(value)) === undefined) ?? [];
  return field === undefined
    ? "pricing needs both prompt and completion."
    : `pricing.${field} is "${String(text)}": write dollars as plain decimal text ("0.15").`;
}

function where(provider: KnownProvider, entry: ConfiguredEndpoint): string {
  return `Provider "${provider.slug}", model "${entry.model}"`;
}

/** A field only when there is a value for it, so that an absent one overrides nothing. */
function given<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [Field in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [Field in Key]?: Value });
}
