/** From what the catalog lists to what can be called: which endpoints are routable, and why the others are not. */

import { pricePerMillionText, pricePerUnitText, picodollars, type Picodollars } from "../base/money.ts";
import type { Quirks } from "../providers/quirks.ts";
import type { CandidatePrice, ServiceTier } from "../routing/candidate.ts";
import { dataPolicyOf, resolveBaseUrl, type CredentialSource, type KnownProvider } from "./access.ts";
import type { CatalogEndpoint, Endpoint, Model } from "./model.ts";
import { isFree, type Pricing } from "./price.ts";

/** A listed endpoint with what only calling it needs. */
export interface KnownEndpoint extends CatalogEndpoint {
  readonly baseUrl: string | undefined;
  readonly inputModalities: readonly string[] | undefined;
}

/** The first thing that an endpoint lacks to be called; for the operator's eyes. */
export type Lack = "not retired" | "price" | "upstream model" | "adapter" | "credential" | "base URL";

export interface RoutingMeans {
  readonly credential: CredentialSource;
  /** Those that converse. */
  readonly protocols: ReadonlySet<string>;
  /** Those that do tasks, such as embeddings. */
  readonly taskProtocols?: ReadonlySet<string> | undefined;
}

/** The endpoint as routing and the relay need it, or what it lacks. */
export function toEndpoint(known: KnownEndpoint, model: Model, provider: KnownProvider, means: RoutingMeans): Endpoint | Lack {
  if (known.status === "retired") return "not retired";
  if (known.pricing === undefined || !isMeterable(model, known.pricing)) return "price";
  if (known.upstreamModel === undefined) return "upstream model";
  const isSpoken = means.protocols.has(known.protocol) || (!model.outputModalities.includes("text") && means.taskProtocols?.has(known.protocol) === true);
  if (!isSpoken) return "adapter";
  if (provider.access === undefined) return "credential";
  const baseUrl = known.baseUrl === undefined ? undefined : resolveBaseUrl(known.baseUrl, means.credential);
  if (baseUrl === undefined) return "base URL";
  const serviceTier = serviceTierOf(known.tag);
  const parameters = known.supportedParameters && setOf(known.supportedParameters.filter((name) => !refuses(provider.quirks, name)));
  return {
    id: known.id,
    model: model.slug,
    provider: known.provider,
    providerName: known.providerName,
    tag: known.tag,
    credentialId: provider.access.credentialId,
    standing: known.status,
    contextLength: known.contextLength,
    promptTokensMax: known.promptTokensMax,
    outputTokensMax: known.outputTokensMax,
    parameters,
    inputModalities: setOf(known.inputModalities ?? model.inputModalities),
    outputModalities: setOf(model.outputModalities),
    quantization: known.quantization,
    price: candidatePrice(known.pricing),
    dataPolicy: dataPolicyOf(provider),
    distillable: model.distillable,
    serviceTier,
    isFree: isFree(known.pricing),
    protocol: known.protocol,
    target: { baseUrl, upstreamModel: known.upstreamModel, parameters, outputTokensMax: known.outputTokensMax, serviceTier, quirks: provider.quirks },
    authorization: provider.access.authorization,
    pricing: known.pricing,
    isSandbox: false,
  };
}

/** Who hears speech is paid for sound. A price of words alone is one of another unit, which the source has not said. */
function isMeterable({ outputModalities }: Model, pricing: Pricing): boolean {
  const hearsOnly = outputModalities.length === 1 && outputModalities[0] === "transcription";
  return !hearsOnly || pricing.second !== undefined || pricing.promptAudio !== undefined || isFree(pricing);
}

/** What a provider never takes, no endpoint of it takes, whatever a list says. */
function refuses(quirks: Quirks, name: string): boolean {
  return (quirks.refuses as readonly string[]).includes(name);
}

/** A provider of our own that only pretends, reached like any other. */
export interface SimulatedProvider {
  readonly slug: string;
  readonly name: string;
  readonly baseUrl: string;
  /** Its prices as a multiple of the model's listed ones. */
  readonly priceFactor: number;
}

/** $1 per million tokens each way: what a model without a known price is metered at in the sandbox. */
const nominalPricing: Pricing = { prompt: picodollars(1_000_000n), completion: picodollars(1_000_000n) };

/** The model at a simulated provider, with the model's own facts. */
export function toSandboxEndpoint(simulated: SimulatedProvider, model: Model, quirks: Quirks): Endpoint {
  const parameters = setOf(model.supportedParameters);
  const pricing = scaled(model.pricing ?? nominalPricing, simulated.priceFactor);
  return {
    id: `${model.slug}@${simulated.slug}`,
    model: model.slug,
    provider: simulated.slug,
    providerName: simulated.name,
    tag: simulated.slug,
    credentialId: "sandbox",
    standing: "active",
    contextLength: model.contextLength,
    promptTokensMax: undefined,
    outputTokensMax: model.outputTokensMax,
    parameters,
    inputModalities: setOf(model.inputModalities),
    outputModalities: setOf(model.outputModalities),
    quantization: undefined,
    price: candidatePrice(pricing),
    dataPolicy: { trains: false, retains: false, zdr: true },
    distillable: model.distillable,
    serviceTier: undefined,
    isFree: isFree(pricing),
    protocol: "openai-chat",
    target: { baseUrl: simulated.baseUrl, upstreamModel: model.slug, parameters, outputTokensMax: model.outputTokensMax, serviceTier: undefined, quirks },
    authorization: { scheme: "none" },
    pricing,
    isSandbox: true,
  };
}

/** "openai/priority" and "openai/flex" are tiers of one endpoint; other suffixes ("turbo", "eu") are endpoints of their own. */
function serviceTierOf(tag: string): ServiceTier | undefined {
  const suffix = tag.split("/")[1];
  return suffix === "flex" || suffix === "priority" ? suffix : undefined;
}

function candidatePrice(pricing: Pricing): CandidatePrice {
  return {
    prompt: Number(pricePerMillionText(pricing.prompt)),
    completion: Number(pricePerMillionText(pricing.completion)),
    request: eachInDollars(pricing.request) + taskInDollars(pricing),
    image: eachInDollars(pricing.image),
    ...(pricing.promptAudio === undefined ? {} : { audio: Number(pricePerMillionText(pricing.promptAudio)) }),
    ...(pricing.cacheRead === undefined ? {} : { cacheRead: Number(pricePerMillionText(pricing.cacheRead)) }),
  };
}

/** What a task of usual size costs in units that no conversation has: a search, a picture, a thousand characters, a minute of sound. */
function taskInDollars({ search, imageOutput, character, second }: Pricing): number {
  return eachInDollars(search) + eachInDollars(imageOutput) + eachInDollars(character) * 1_000 + eachInDollars(second) * 60;
}

function eachInDollars(price: Picodollars | undefined): number {
  return price === undefined ? 0 : Number(pricePerUnitText(price));
}

function scaled(pricing: Pricing, factor: number): Pricing {
  const thousandths = BigInt(Math.round(factor * 1000));
  const scale = (prices: object): object =>
    Object.fromEntries(
      Object.entries(prices).map(([name, value]) => [
        name,
        typeof value === "bigint" ? (value * thousandths + 500n) / 1000n : Array.isArray(value) ? value.map(scale) : value,
      ]),
    );
  return scale(pricing) as Pricing;
}

// Endpoints share their parameter and modality lists by the hundred: one set serves all.
const sets = new Map<string, ReadonlySet<string>>();

function setOf(names: readonly string[]): ReadonlySet<string> {
  const key = names.join("\n");
  let set = sets.get(key);
  if (set === undefined) {
    set = new Set(names);
    sets.set(key, set);
  }
  return set;
}
