/** Endpoints as the page of a model shows them: what they offer, what they lack, how they have been doing. */

import { pricePerMillionText, pricePerUnitText, type Picodollars } from "../../base/money.ts";
import type { Lack } from "../../catalog/endpoint.ts";
import type { CatalogEndpoint, Model, Provider } from "../../catalog/model.ts";
import type { Pricing, PricingOverride } from "../../catalog/price.ts";
import { context } from "../../../web/format/number.ts";
import { price, pricePerUnit } from "../../../web/format/price.ts";
import type { EndpointRow, Prices, Speed } from "../../../web/pages/model/data.ts";
import type { PageReads } from "./page-route.ts";
import type { Traffic } from "./model-traffic.ts";

interface Setting {
  readonly places: ReadonlySet<string>;
  readonly traffic: Pick<Traffic, "speeds" | "recent">;
}

/** What can be called first, then by standing, then by price. */
export function endpointRows(reads: PageReads, model: Model, setting: Setting): readonly EndpointRow[] {
  const lacks = reads.routing.lacks(model);
  return model.endpoints
    .map((endpoint) => ({ endpoint, lack: lacks.get(endpoint.id) }))
    .sort((one, other) => Number(one.lack !== undefined) - Number(other.lack !== undefined) || order[one.endpoint.status] - order[other.endpoint.status] || costliness(one.endpoint) - costliness(other.endpoint))
    .map(({ endpoint, lack }) => rowOf(endpoint, { reads, model, lack, setting }));
}

const order = { active: 0, unverified: 1, historical: 2, retired: 3 } as const;

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
    id: endpoint.id, provider: endpoint.providerName, tag: endpoint.tag,
    providerPath: places.has("/provider/:slug") ? `/provider/${endpoint.provider}` : undefined,
    status: statusOf(endpoint, { lack, provider, reads }),
    quantization: endpoint.quantization,
    context: limitOf(endpoint.contextLength), outputMax: limitOf(endpoint.outputTokensMax),
    prices: pricesOf(endpoint.pricing), latency, throughput,
    uptime: traffic.recent.get(endpoint.id),
    policy: provider === undefined ? [] : policyOf(provider),
    gaps: endpoint.supportedParameters && model.supportedParameters.filter((name) => endpoint.supportedParameters?.includes(name) === false),
    cachesByItself: endpoint.supportsImplicitCaching,
  };
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
  return {
    latency: latencySamples === 0 ? undefined : { samples: latencySamples, ...(latency === null ? {} : { p50: latency.p50, p90: latency.p90 }) },
    throughput: throughputSamples === 0 ? undefined : { samples: throughputSamples, ...(throughput === null ? {} : { p50: throughput.p50, p90: throughput.p90 }) },
  };
}

export function pricesOf(pricing: Pricing | undefined): Prices {
  if (pricing === undefined) return { others: [] };
  return {
    prompt: pricePerMillionText(pricing.prompt), completion: pricePerMillionText(pricing.completion),
    ...(pricing.cacheRead === undefined ? {} : { cacheRead: pricePerMillionText(pricing.cacheRead) }),
    ...(pricing.cacheWrite === undefined ? {} : { cacheWrite: pricePerMillionText(pricing.cacheWrite) }),
    others: [...tokenPrices(pricing), ...unitPrices(pricing), ...(pricing.overrides ?? []).map(overrideText)],
  };
}

type OtherPrice = Prices["others"][number];

const tokenKinds = [["reasoning", "reasoning"], ["promptAudio", "audio in"], ["completionAudio", "audio out"], ["character", "characters"]] as const;
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
