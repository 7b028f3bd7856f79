/**
 * Who plays in the demonstration: models of the catalog with their endpoints, and apps with their keys. Providers that are to
 * fail are invented, so that nothing bad is said of a real one.
 */

import type { Chance } from "../base/clock.ts";
import type { CatalogEndpoint, Model } from "../catalog/model.ts";
import type { Pricing } from "../catalog/price.ts";

export interface Player {
  readonly model: Model;
  /** Its part of all requests, before its trend. */
  readonly weight: number;
  /** How often as busy at the end as at the beginning. */
  readonly growth: number;
  /** Milliseconds since the epoch: nobody calls a model before it is there. */
  readonly since: number;
  readonly endpoints: readonly PlayedEndpoint[];
}

export interface PlayedEndpoint {
  readonly id: string;
  readonly providerName: string;
  readonly pricing: Pricing;
  /** How often it is tried first, beside the others of the model. */
  readonly weight: number;
  /** The median milliseconds to first content, and tokens a second. */
  readonly firstContentMs: number;
  readonly tokensPerSecond: number;
  readonly failureShare: number;
  /** Fails nine requests in ten on these, of the days and hours since the beginning. */
  readonly outages: readonly { readonly fromHour: number; readonly toHour: number }[];
}

export interface PlayedApp {
  readonly name: string;
  /** Undefined for callers that name no app. */
  readonly origin: string | undefined;
  readonly categories: readonly string[];
  readonly isPublic: boolean;
  readonly weight: number;
  readonly growth: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Those whose pages the project began with are among the busiest. */
const leads = ["mistralai/ministral-8b", "mistralai/mistral-small", "mistralai/mixtral-8x7b-instruct", "mistralai/ministral-8b-2512", "mistralai/mistral-7b-instruct-v0.1"];
const leadWeight = 8;
const modelsMax = 70;

export function castModels(models: readonly Model[], { chance, days }: { readonly chance: Chance; readonly days: number }): readonly Player[] {
  const eligible = models.filter((model) => model.isListed && model.pricing !== undefined && model.pricing.prompt > 0n && model.outputModalities.includes("text") && !leads.includes(model.slug));
  const others = eligible.toSorted((one, other) => other.createdAt - one.createdAt || (one.slug < other.slug ? -1 : 1)).slice(0, modelsMax - leads.length);
  const first = leads.flatMap((slug) => models.filter((model) => model.slug === slug));
  return [...first, ...shuffled(others, chance)].map((model, rank) => ({
    model,
    weight: rank < first.length ? leadWeight * (1 - rank / 12) : 30 / (rank + 4),
    growth: 0.5 + 2.5 * chance() ** 2,
    since: model.createdAt * 1000,
    endpoints: castEndpoints(model, { chance, days }),
  }));
}

const invented = [
  { slug: "harbor", name: "Harbor", priceFactor: 160n, firstContentMs: 180, tokensPerSecond: 140, failureShare: 0.002, weight: 0.6 },
  { slug: "lantern", name: "Lantern", priceFactor: 80n, firstContentMs: 700, tokensPerSecond: 45, failureShare: 0.01, weight: 1.4 },
  { slug: "gale", name: "Gale", priceFactor: 90n, firstContentMs: 900, tokensPerSecond: 70, failureShare: 0.3, weight: 0.5 },
] as const;
const realMax = 3;

function castEndpoints(model: Model, { chance, days }: { readonly chance: Chance; readonly days: number }): readonly PlayedEndpoint[] {
  const listed = model.pricing;
  if (listed === undefined) return [];
  const real = new Map<string, CatalogEndpoint>();
  for (const endpoint of model.endpoints) {
    if (endpoint.status !== "retired" && endpoint.pricing !== undefined && real.size < realMax && !real.has(endpoint.provider)) real.set(endpoint.provider, endpoint);
  }
  return [
    ...[...real.values()].map((endpoint) => ({
      id: endpoint.id, providerName: endpoint.providerName, pricing: endpoint.pricing ?? listed, weight: 0.5 + 2 * chance(),
      firstContentMs: 200 + 600 * chance() ** 2, tokensPerSecond: 40 + 110 * chance(), failureShare: 0.001 + 0.004 * chance(), outages: [],
    })),
    ...invented.map(({ slug, name, priceFactor, ...manner }) => ({
      id: `${model.slug}@${slug}`, providerName: name, pricing: scaled(listed, priceFactor), ...manner, outages: slug === "harbor" ? [] : outagesOf(chance, days),
    })),
  ];
}

function scaled({ prompt, completion, ...rest }: Pricing, percent: bigint): Pricing {
  return { ...rest, prompt: ((prompt * percent) / 100n) as Pricing["prompt"], completion: ((completion * percent) / 100n) as Pricing["completion"] };
}

/** About one in three weeks, of two to eight hours. */
function outagesOf(chance: Chance, days: number): PlayedEndpoint["outages"] {
  return Array.from({ length: Math.round(days / 21) }, () => {
    const fromHour = Math.floor(chance() * days * 24);
    return { fromHour, toHour: fromHour + 2 + Math.floor(chance() * 6) };
  });
}

export const apps: readonly PlayedApp[] = [
  { name: "Helmsman", origin: "https://helmsman.example", categories: ["cli-agent"], isPublic: true, weight: 9, growth: 2.2, promptTokens: 9000, completionTokens: 500 },
  { name: "Sextant IDE", origin: "https://sextant.example", categories: ["ide-extension", "programming-app"], isPublic: true, weight: 7, growth: 1.4, promptTokens: 5000, completionTokens: 350 },
  { name: "Dockhand", origin: "https://dockhand.example", categories: ["cloud-agent"], isPublic: true, weight: 4, growth: 3, promptTokens: 12_000, completionTokens: 700 },
  { name: "Bluewater Chat", origin: "https://chat.bluewater.example", categories: ["general-chat"], isPublic: true, weight: 6, growth: 1.1, promptTokens: 900, completionTokens: 400 },
  { name: "Logbook", origin: "https://logbook.example", categories: ["writing-assistant"], isPublic: true, weight: 3, growth: 0.9, promptTokens: 1500, completionTokens: 800 },
  { name: "Fathom Legal", origin: "https://fathom.example", categories: ["legal"], isPublic: true, weight: 2, growth: 1.3, promptTokens: 20_000, completionTokens: 900 },
  { name: "Sirens", origin: "https://sirens.example", categories: ["roleplay", "creative-writing"], isPublic: true, weight: 4, growth: 1.6, promptTokens: 3500, completionTokens: 300 },
  { name: "Lighthouse Quest", origin: "https://lighthouse.example", categories: ["game"], isPublic: true, weight: 1.5, growth: 0.7, promptTokens: 2000, completionTokens: 200 },
  { name: "Sandbar", origin: "https://sandbar.example", categories: ["native-app-builder"], isPublic: true, weight: 2, growth: 2.6, promptTokens: 4000, completionTokens: 1500 },
  { name: "Quartermaster", origin: "https://quartermaster.example", categories: ["personal-agent"], isPublic: true, weight: 2.5, growth: 1.8, promptTokens: 2500, completionTokens: 300 },
  { name: "Internal tool", origin: "https://tools.internal.example", categories: [], isPublic: false, weight: 3, growth: 1, promptTokens: 1200, completionTokens: 250 },
  { name: "Scripts", origin: undefined, categories: [], isPublic: false, weight: 5, growth: 1, promptTokens: 700, completionTokens: 300 },
];

function shuffled<Item>(items: readonly Item[], chance: Chance): readonly Item[] {
  return items.map((item) => ({ item, key: chance() })).toSorted((one, other) => one.key - other.key).map(({ item }) => item);
}
