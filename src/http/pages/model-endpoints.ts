/** Endpoints as the page of a model shows them: what they offer, what they lack, how they have been doing. */

import { pricePerMillionText, pricePerUnitText, type Picodollars } from "../../base/money.ts";
import type { Lack } from "../../catalog/endpoint.ts";
import type { CatalogEndpoint, Model, Provider } from "../../catalog/model.ts";
import type { Pricing, PricingOverride } from "../../catalog/price.ts";
import { country } from "../../../web/format/country.ts";
import { context, samplesMin } from "../../../web/format/number.ts";
import { price, pricePerUnit } from "../../../web/format/price.ts";
import { endpointOrders, type EndpointColumn, type EndpointOrder, type EndpointRow, type Prices, type Speed } from "../../../web/pages/model/data.ts";
import type { PageReads } from "./page-route.ts";
import type { Traffic } from "./model-traffic.ts";
import { listingOf } from "./provider-offers.ts";

interface Setting {
  readonly places: ReadonlySet<string>;
  readonly traffic: Pick<Traffic, "speeds" | "recent">;
  readonly order: EndpointOrder | undefined;
}

/** What can be called first, then what an operator could make callable, by standing and by price; or as the reader asks, and what lacks that figure last. */
export function endpointRows(reads: PageReads, model: Model, setting: Setting): readonly EndpointRow[] {
  const lacks = reads.routing.lacks(model);
  const rows = model.endpoints
    .map((endpoint) => ({ endpoint, lack: lacks.get(endpoint.id) }))
    .sort((one, other) => remoteness(one.lack) - remoteness(other.lack) || order[one.endpoint.status] - order[other.endpoint.status] || costliness(one.endpoint) - costliness(other.endpoint))
    .map(({ endpoint, lack }) => rowOf(endpoint, { reads, model, lack, setting }));
  return setting.order === undefined ? rows : ordered(rows, setting.order);
}

/** "latency", or "-latency" for the other end first; undefined for what is no column. */
export function endpointOrderIn(query: URLSearchParams): EndpointOrder | undefined {
  const [, turn, name] = /^(-?)(\w+)$/.exec(query.get("order") ?? "") ?? [];
  const by = endpointColumns.find((column) => column === name);
  if (by === undefined) return undefined;
  const usual = endpointOrders[by];
  return { by, direction: turn === "" ? usual : usual === "ascending" ? "descending" : "ascending" };
}

const endpointColumns = Object.keys(endpointOrders) as readonly EndpointColumn[];

function ordered(rows: readonly EndpointRow[], { by, direction }: EndpointOrder): readonly EndpointRow[] {
  const sign = direction === "ascending" ? 1 : -1;
  return rows.toSorted((one, other) => {
    const [left, right] = [figureOf(one, by), figureOf(other, by)];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    return left === right ? 0 : left < right ? -sign : sign;
  });
}

/** By what is shown: where a percentile is not, there is nothing to order by. */
function figureOf({ provider, context: tokens, prices, latency, throughput, uptime }: EndpointRow, by: EndpointColumn): number | string | undefined {
  switch (by) {
    case "provider": return provider.toLowerCase();
    case "context": return tokens;
    case "input": return prices.prompt === undefined ? undefined : Number(prices.prompt);
    case "output": return prices.completion === undefined ? undefined : Number(prices.completion);
    case "latency": return latency?.percentiles?.p50;
    case "throughput": return throughput?.percentiles?.p50;
    case "uptime": return uptime === undefined || uptime.samples < samplesMin ? undefined : uptime.share;
  }
}

const order = { active: 0, unverified: 1, historical: 2, retired: 3 } as const;

/** A credential or an address is set in a minute; what the catalog itself lacks is not. */
function remoteness(lack: Lack | undefined): number {
  return lack === undefined ? 0 : lack === "credential" || lack === "base URL" ? 1 : 2;
}

function costliness({ pricing }: CatalogEndpoint): number {
  return pricing === undefined ? Number.MAX_SAFE_INTEGER : Number(pricing.prompt + pricing.completion);
}

interface Row {
  readonly reads: PageReads;
  readonly model: Model;
  readonly lack: Lack | undefined;
  readonly setting: Setting;
}

function rowOf(endpoint: CatalogEndpoint, { reads, model, lack, setting: { places, traffic } }: Row): EndpointRow {
  const provider = reads.catalog.findProvider(endpoint.provider);
  const { latency, throughput } = speedOf(traffic.speeds.get(endpoint.id));
  return {
    id: endpoint.id, provider: endpoint.providerName, tag: endpoint.tag, ...listingOf(model, endpoint),
    providerPath: places.has("/provider/:slug") ? `/provider/${endpoint.provider}` : undefined,
    region: regionOf(provider),
    status: statusOf(endpoint, { lack, provider, reads }),
    quantization: endpoint.quantization,
    context: limitOf(endpoint.contextLength), outputMax: givesTokens(model) ? limitOf(endpoint.outputTokensMax) : undefined,
    prices: pricesOf(endpoint.pricing), latency, throughput,
    uptime: traffic.recent.get(endpoint.id),
    policy: provider === undefined ? [] : policyOf(provider),
    gaps: endpoint.supportedParameters && model.supportedParameters.filter((name) => endpoint.supportedParameters?.includes(name) === false),
    cachesByItself: endpoint.supportsImplicitCaching,
  };
}

/** The countries of its data centres, as far as they are few; else where it is at home. */
function regionOf(provider: Provider | undefined): string | undefined {
  const countries = provider?.datacenters ?? [];
  if (countries.length > 0) return countries.length > regionsMax ? `${countries.length} countries` : countries.map(country).join(", ");
  return provider?.headquarters === undefined ? undefined : country(provider.headquarters);
}

const regionsMax = 2;

/** What the catalog has as the longest answer of an embedding is the length of its vectors. */
export function givesTokens({ outputModalities }: Model): boolean {
  return !outputModalities.includes("embeddings") && !outputModalities.includes("rerank");
}

/** The catalog has a zero where a model counts no tokens, as one that makes pictures. */
export function limitOf(tokens: number | undefined): number | undefined {
  return tokens === 0 ? undefined : tokens;
}

type Status = EndpointRow["status"];

function statusOf(endpoint: CatalogEndpoint, { lack, provider, reads }: Pick<Row, "lack" | "reads"> & { readonly provider: Provider | undefined }): Status {
  const standing = standings[endpoint.status];
  if (lack !== undefined) {
    const [word, note] = lackWords(lack, endpoint, provider);
    return { word, note: [note, standing].filter((part) => part !== "").join("; ") };
  }
  if (reads.routing.switchedOff.has(endpoint.id)) return { word: "Switched off", tone: "needle", note: "its provider answered that it has no such model" };
  return { ...healthWords[reads.health(endpoint.id)?.status ?? "healthy"], note: standing };
}

const standings = { active: "", unverified: "price not verified", historical: "last known price", retired: "" } as const;

const healthWords = {
  healthy: { word: "Callable", tone: "fair" }, degraded: { word: "Degraded", tone: "brass" }, down: { word: "Down", tone: "needle" }, rate_limited: { word: "Rate limited", tone: "brass" },
} as const;

/** What it lacks to be called, and what would help. */
function lackWords(lack: Lack, { protocol }: CatalogEndpoint, provider: Provider | undefined): readonly [string, string] {
  switch (lack) {
    case "not retired": return ["Retired", "its provider no longer sells it"];
    case "price": return ["No price", "an unknown price is not routed to"];
    case "upstream model": return ["No model id", "the provider's name for it is not known"];
    case "adapter": return ["No adapter", `${protocol} is not spoken here`];
    case "credential": return ["No credential", provider?.credentialEnv[0] === undefined ? "its provider must be configured" : `needs ${provider.credentialEnv[0]}`];
    case "base URL": return ["No address", `needs ${/\$\{(\w+)\}/.exec(provider?.baseUrl ?? "")?.[1] ?? "a base URL"}`];
  }
}

function policyOf({ dataPolicy: { training, retainsPrompts, retentionDays, zdr } }: Provider): EndpointRow["policy"] {
  const trains = training === undefined ? { word: "training not stated", note: "taken as if it trained on prompts", tone: "brass" as const }
    : training ? { word: "trains", note: "may train on prompts", tone: "brass" as const } : { word: "no training", note: "does not train on prompts", tone: "fair" as const };
  if (zdr) return [trains, { word: "zero retention", note: "keeps no prompts", tone: "fair" }];
  if (retainsPrompts === undefined) return [trains, { word: "retention not stated", note: "taken as if it kept prompts" }];
  return [trains, { word: retentionDays === undefined ? "keeps prompts" : `keeps ${retentionDays} days`, note: "how long prompts are kept" }];
}

function speedOf(seen: Traffic["speeds"] extends ReadonlyMap<string, infer Seen> ? Seen | undefined : never): { readonly latency: Speed | undefined; readonly throughput: Speed | undefined } {
  if (seen === undefined) return { latency: undefined, throughput: undefined };
  const { latency, latencySamples, throughput, throughputSamples } = seen;
  return { latency: seenSpeed(latency, latencySamples), throughput: seenSpeed(throughput, throughputSamples) };
}

function seenSpeed(percentiles: Speed["percentiles"] | null, samples: number): Speed | undefined {
  return samples === 0 ? undefined : { samples, ...(percentiles === null || percentiles === undefined ? {} : { percentiles }) };
}

export function pricesOf(pricing: Pricing | undefined): Prices {
  if (pricing === undefined) return { others: [] };
  return {
    prompt: pricePerMillionText(pricing.prompt), completion: pricePerMillionText(pricing.completion),
    ...(pricing.cacheRead === undefined ? {} : { cacheRead: pricePerMillionText(pricing.cacheRead) }),
    ...(pricing.cacheWrite === undefined ? {} : { cacheWrite: pricePerMillionText(pricing.cacheWrite) }),
    others: [...tokenPrices(pricing), ...unitPrices(pricing), ...(pricing.overrides ?? []).map(overrideText)],
    ...(pricing.overrides?.[0] === undefined ? {} : { over: pricing.overrides[0].promptTokensOver }),
  };
}

type OtherPrice = Prices["others"][number];

const tokenKinds = [["cacheWriteHour", "cache write, an hour"], ["reasoning", "reasoning"], ["promptAudio", "audio in"], ["completionAudio", "audio out"], ["character", "characters"]] as const;
const unitKinds = [["request", "request", "each"], ["image", "image", "picture in"], ["imageOutput", "image", "picture out"], ["webSearch", "search", "web search"], ["search", "search", "search"], ["second", "second", "sound"]] as const;

function tokenPrices(pricing: Pricing): readonly OtherPrice[] {
  return tokenKinds.flatMap(([field, of]) => {
    const amount = pricing[field];
    return amount === undefined ? [] : [{ of, text: perMillion(amount) }];
  });
}

function unitPrices(pricing: Pricing): readonly OtherPrice[] {
  return unitKinds.flatMap(([field, unit, of]) => {
    const amount = pricing[field];
    return amount === undefined ? [] : [{ of, text: pricePerUnit(pricePerUnitText(amount), unit) }];
  });
}

function overrideText({ promptTokensOver, prompt, completion, cacheRead }: PricingOverride): OtherPrice {
  const parts = [[prompt, "in"], [completion, "out"], [cacheRead, "cache read"]] as const;
  return { of: `over ${context(promptTokensOver)} tokens`, text: parts.flatMap(([amount, word]) => (amount === undefined ? [] : [`${perMillion(amount)} ${word}`])).join(", ") };
}

function perMillion(amount: Picodollars): string {
  return price(pricePerMillionText(amount));
}
