/** The catalog as the public API gives it. Contract §6.1, §6.3 and §1.3. Prices are decimal dollars per single unit. */

import { pricePerUnitText, type Picodollars } from "../base/money.ts";
import type { CatalogEndpoint, Model, Provider } from "./model.ts";
import type { Pricing, PricingOverride } from "./price.ts";

/** How an endpoint has been doing; null where there were too few requests to say. */
export interface EndpointHealth {
  /** Percent of requests that succeeded. */
  readonly uptimeLast5m: number | null;
  readonly uptimeLast30m: number | null;
  readonly uptimeLast1d: number | null;
  /** Milliseconds to the first content. */
  readonly latencyLast30m: PercentileStats | null;
  /** Output tokens a second: p90 is what 90 percent of requests reach at least. */
  readonly throughputLast30m: PercentileStats | null;
  /** Percent of answers with tool calls of which one could not be run. */
  readonly toolCallErrorsLast1d: number | null;
}

export interface PercentileStats {
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p99: number;
}

/** A row of `/models` (§6.1), with every key that the official SDK insists on. */
export function modelView(model: Model): object {
  const top = topEndpoint(model);
  return {
    id: model.slug,
    canonical_slug: model.canonicalSlug,
    hugging_face_id: model.huggingFaceId ?? null,
    name: model.name,
    created: model.createdAt,
    description: model.description,
    context_length: model.contextLength,
    architecture: architectureView(model),
    pricing: pricingView(model.pricing),
    top_provider: {
      context_length: top?.contextLength ?? model.contextLength,
      max_completion_tokens: (top === undefined ? model.outputTokensMax : top.outputTokensMax) ?? null,
      is_moderated: model.isModerated,
    },
    per_request_limits: null,
    supported_parameters: model.supportedParameters,
    default_parameters: model.defaultParameters ?? null,
    supported_voices: null,
    knowledge_cutoff: model.knowledgeCutoff ?? null,
    expiration_date: model.expirationDate ?? null,
    ...(model.reasoning === undefined ? {} : { reasoning: model.reasoning }),
    links: { details: `/api/v1/models/${model.slug}/endpoints` },
  };
}

/** The answer of `/models/{author}/{slug}/endpoints`: what is sold now, the surest first. */
export function modelEndpointsView(model: Model, healthOf: (endpointId: string) => EndpointHealth | undefined): object {
  return {
    id: model.slug,
    name: model.name,
    created: model.createdAt,
    description: model.description,
    architecture: architectureView(model),
    endpoints: endpointsForSale(model).map((endpoint) => endpointView(endpoint, model, healthOf(endpoint.id))),
  };
}

/** The endpoints that have a price and are not retired: active, then unverified, then historical. */
export function endpointsForSale(model: Model): readonly CatalogEndpoint[] {
  return model.endpoints
    .filter(({ pricing, status }) => pricing !== undefined && status !== "retired")
    .sort((one, other) => statusCodes[other.status] - statusCodes[one.status]);
}

/** One endpoint (§6.3). */
export function endpointView(endpoint: CatalogEndpoint, model: Model, health: EndpointHealth | undefined): object {
  const parameters = endpoint.supportedParameters ?? model.supportedParameters;
  const choosesTools = parameters.includes("tool_choice");
  return {
    name: `${endpoint.providerName} | ${model.canonicalSlug}`,
    model_id: model.canonicalSlug,
    model_name: model.name,
    context_length: endpoint.contextLength,
    pricing: pricingView(endpoint.pricing),
    provider_name: endpoint.providerName,
    tag: endpoint.tag,
    quantization: endpoint.quantization ?? "unknown",
    max_completion_tokens: endpoint.outputTokensMax ?? null,
    max_prompt_tokens: endpoint.promptTokensMax ?? null,
    supported_parameters: parameters,
    // The official SDK insists on this; the catalog knows of tool choice as a whole.
    supports_tool_choice: { auto: choosesTools, function: choosesTools, none: choosesTools, required: choosesTools },
    status: statusCodes[endpoint.status],
    uptime_last_5m: health?.uptimeLast5m ?? null,
    uptime_last_30m: health?.uptimeLast30m ?? null,
    uptime_last_1d: health?.uptimeLast1d ?? null,
    supports_implicit_caching: endpoint.supportsImplicitCaching,
    supports_voice_cloning: false,
    latency_last_30m: health?.latencyLast30m ?? null,
    throughput_last_30m: health?.throughputLast30m ?? null,
    // Ours: the contract has the rate, and no field for it.
    tool_call_error_rate_last_1d: health?.toolCallErrorsLast1d ?? null,
  };
}

/** A row of `/providers` (§1.3). */
export function providerView(provider: Provider): object {
  return {
    name: provider.name,
    slug: provider.slug,
    privacy_policy_url: provider.privacyPolicyUrl ?? null,
    terms_of_service_url: provider.termsOfServiceUrl ?? null,
    status_page_url: provider.statusPageUrl ?? null,
    headquarters: provider.headquarters ?? null,
    datacenters: provider.datacenters ?? null,
  };
}

// 0 is healthy; the contract says no more of the numbers below it than that they are worse.
const statusCodes = { active: 0, unverified: -1, historical: -2, retired: -10 } as const;

/** The endpoint that the listed price is from, else the first that is for sale. */
function topEndpoint(model: Model): CatalogEndpoint | undefined {
  const { pricing: listed } = model;
  const endpoints = endpointsForSale(model);
  return endpoints.find(({ pricing }) => pricing?.prompt === listed?.prompt && pricing?.completion === listed?.completion) ?? endpoints[0];
}

function architectureView(model: Model): object {
  return {
    modality: `${joined(model.inputModalities)}->${joined(model.outputModalities)}`,
    input_modalities: model.inputModalities,
    output_modalities: model.outputModalities,
    tokenizer: model.tokenizer,
    instruct_type: model.instructType ?? null,
  };
}

const modalityOrder = ["text", "image", "file", "audio", "video"];

function joined(modalities: readonly string[]): string {
  return [...modalities].sort((one, other) => modalityOrder.indexOf(one) - modalityOrder.indexOf(other)).join("+");
}

const priceKeys = [
  ["prompt", "prompt"], ["completion", "completion"], ["request", "request"], ["image", "image"], ["audio", "promptAudio"],
  ["audio_output", "completionAudio"], ["web_search", "webSearch"], ["internal_reasoning", "reasoning"],
  ["input_cache_read", "cacheRead"], ["input_cache_write", "cacheWrite"], ["input_cache_write_1h", "cacheWriteHour"], ["image_output", "imageOutput"],
  // Beyond the contract, which has no words for these units.
  ["search", "search"], ["character", "character"], ["second", "second"],
] as const;

/** Prices under their public names (§6.2). Where the price is unknown it is "-1", as it is for what has no fixed price. */
function pricingView(pricing: Pricing | undefined): object {
  if (pricing === undefined) return { prompt: "-1", completion: "-1" };
  const overrides = pricing.overrides?.map((override) => ({ min_prompt_tokens: override.promptTokensOver, ...priceTexts(override) }));
  return { ...priceTexts(pricing), ...(overrides === undefined ? {} : { overrides }) };
}

function priceTexts(prices: Pricing | PricingOverride): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [key, field] of priceKeys) {
    const price: Picodollars | undefined = prices[field];
    if (price !== undefined) texts[key] = pricePerUnitText(price);
  }
  return texts;
}
