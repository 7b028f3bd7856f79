/** `/compare?models=a/x,b/y`, and the same table as Markdown and as CSV. */

import { pricePerMillionText } from "../../base/money.ts";
import type { Model } from "../../catalog/model.ts";
import type { Pricing } from "../../catalog/price.ts";
import { endpointsForSale } from "../../catalog/view.ts";
import type { ModelSummary, EndpointSpeed } from "../../usage/activity.ts";
import { workloadOf, type ListPrices } from "../../../web/catalog/cost.ts";
import { csvOf } from "../../../web/format/csv.ts";
import { asOf } from "../../../web/format/time.ts";
import type { PricedModel } from "../../../web/islands/cost-calculator.tsx";
import { comparedMax, type Comparison } from "../../../web/catalog/comparison.ts";
import { comparePage, type CompareData } from "../../../web/pages/compare/page.tsx";
import { comparedRows, differing, markdownOf, priceNames, type ComparedModel, type ComparedRow } from "../../../web/pages/compare/rows.ts";
import { bookOf } from "./book.ts";
import { pricesOf as allPricesOf } from "./model-endpoints.ts";
import type { PageReads, PageRoute } from "./page-route.ts";
import { similarTo, siblingsOf } from "./similar-models.ts";

export const compareRoute: PageRoute = {
  path: "/compare",
  answer: async (reads, { query }) => {
    const { models, unknown, leftOut } = chosen(reads, query);
    const { catalog } = reads;
    return comparePage({
      comparison: comparisonOf(reads, models, query), models: await Promise.all(models.map((model) => compared(reads, model))),
      priced: models.map(priced), book: bookOf(reads), unknown: unknown.map((slug) => ({ slug, nearest: catalog.suggest(slug) })), leftOut,
      suggestions: models.length < 2 ? await suggestions(reads, models[0]) : [],
      choices: models.length < comparedMax ? catalog.models.filter(({ isListed }) => isListed).map(({ slug, name }) => ({ slug, name })) : [],
      asOf: asOf(reads.clock()),
    });
  },
};

export const compareMarkdownRoute: PageRoute = {
  path: "/compare.md",
  answer: async (reads, { query }) => {
    const { models, rows } = await tableOf(reads, query);
    return { contentType: "text/markdown; charset=utf-8", body: markdownOf(models, rows) };
  },
};

export const compareCsvRoute: PageRoute = {
  path: "/compare.csv",
  answer: async (reads, { query }) => {
    const { models, rows } = await tableOf(reads, query);
    return { contentType: "text/csv; charset=utf-8", body: csvOf([["group", "attribute", ...models.map(({ slug }) => slug)], ...rows.map(({ group, name, cells }) => [group, name, ...cells])]) };
  },
};

async function tableOf(reads: PageReads, query: URLSearchParams): Promise<{ readonly models: readonly Model[]; readonly rows: readonly ComparedRow[] }> {
  const { models } = chosen(reads, query);
  const { isDifferenceOnly, baseline } = comparisonOf(reads, models, query);
  const rows = comparedRows(await Promise.all(models.map((model) => compared(reads, model))), baseline);
  return { models, rows: isDifferenceOnly ? differing(rows) : rows };
}

function comparisonOf({ catalog }: Pick<PageReads, "catalog">, models: readonly Model[], query: URLSearchParams): Comparison {
  const baseline = catalog.find(query.get("base") ?? "");
  return {
    slugs: models.map(({ slug }) => slug), isDifferenceOnly: query.get("diff") === "1", workload: workloadOf(query),
    baseline: baseline !== undefined && models.includes(baseline) ? baseline.slug : undefined,
  };
}

interface Chosen {
  readonly models: readonly Model[];
  readonly unknown: readonly string[];
  readonly leftOut: number;
}

/** More than this in one address is nobody's wish, and each unknown one costs a search. */
const namedMax = 20;

function chosen({ catalog }: Pick<PageReads, "catalog">, query: URLSearchParams): Chosen {
  const named = [...query.getAll("models"), ...query.getAll("add")].flatMap((text) => text.split(",")).map((slug) => slug.trim()).filter((slug) => slug !== "");
  const found = [...new Set(named)].slice(0, namedMax).map((slug) => ({ slug, model: catalog.find(slug) }));
  const models = [...new Set(found.flatMap(({ model }) => model ?? []))];
  return { models: models.slice(0, comparedMax), unknown: found.filter(({ model }) => model === undefined).map(({ slug }) => slug), leftOut: Math.max(0, models.length - comparedMax) };
}

const suggestedMax = 6;

async function suggestions({ catalog, usage }: PageReads, model: Model | undefined): Promise<CompareData["suggestions"]> {
  if (model !== undefined) {
    const own = siblingsOf(catalog.models, model).slice(0, suggestedMax / 2).map(({ slug, name }) => ({ slug, name, reason: `Also by ${model.authorName}` }));
    return [...own, ...similarTo(catalog.models, model).map(({ slug, name, reason = "Alike" }) => ({ slug, name, reason }))].slice(0, suggestedMax);
  }
  const weekly = await usage.weeklyTokens();
  const listed = catalog.models.filter(({ isListed }) => isListed);
  const used = listed.filter(({ slug }) => weekly.has(slug)).toSorted((one, other) => (weekly.get(other.slug) ?? 0) - (weekly.get(one.slug) ?? 0));
  const popular = used.slice(0, suggestedMax).map(({ slug, name }) => ({ slug, name, reason: "Used most here this week" }));
  const newest = listed.filter(({ slug }) => !weekly.has(slug)).map(({ slug, name }) => ({ slug, name, reason: "New in the catalog" }));
  return [...popular, ...newest].slice(0, suggestedMax);
}

async function compared({ catalog, usage }: PageReads, model: Model): Promise<ComparedModel> {
  const [speeds, uptime, summary] = await Promise.all([usage.modelSpeed(model.slug, "7d"), usage.modelUptime(model.slug, "hour"), usage.modelSummary(model.slug)]);
  const endpoints = endpointsForSale(model);
  const sellers = [...new Map(endpoints.map(({ provider, providerName }) => [provider, providerName]))];
  const policies = sellers.map(([slug]) => catalog.findProvider(slug)?.dataPolicy);
  return {
    slug: model.slug, name: model.name, authorName: model.authorName, createdAt: model.createdAt * 1000, context: model.contextLength, outputMax: model.outputTokensMax,
    inputs: model.inputModalities, outputs: model.outputModalities, parameters: model.supportedParameters, prices: pricesOf(model.pricing), otherPrices: allPricesOf(model.pricing).others, tokenizer: model.tokenizer,
    knowledgeCutoff: model.knowledgeCutoff, isOpenWeights: model.huggingFaceId !== undefined, expires: model.expirationDate,
    providers: sellers.map(([, name]) => name), zdr: policies.filter((policy) => policy?.zdr === true).length, noTraining: policies.filter((policy) => policy?.training === false).length,
    quantizations: [...new Set(endpoints.flatMap(({ quantization }) => quantization ?? []))].toSorted(),
    speed: speedOf(model, speeds), uptime: { share: uptime.all.overall.withRouting ?? undefined, n: uptime.all.n }, week: weekOf(summary),
  };
}

function weekOf({ week }: ModelSummary): ComparedModel["week"] {
  return { tokens: week.tokens, requests: week.requests };
}

function speedOf(model: Model, [busiest]: readonly EndpointSpeed[]): ComparedModel["speed"] {
  if (busiest === undefined) return undefined;
  const provider = model.endpoints.find(({ id }) => id === busiest.endpointId)?.providerName ?? busiest.endpointId.slice(busiest.endpointId.indexOf("@") + 1);
  return { provider, latency: busiest.latency?.p50, throughput: busiest.throughput?.p50, n: busiest.n };
}

function pricesOf(pricing: Pricing | undefined): ComparedModel["prices"] {
  return Object.fromEntries(priceNames.flatMap(([name]) => {
    const price = pricing?.[name];
    return price === undefined ? [] : [[name, pricePerMillionText(price)]];
  }));
}

function priced(model: Model): PricedModel {
  const { slug, name, pricing } = model;
  return {
    slug, name, ...(pricing === undefined ? {} : { listed: listPrices(pricing) }),
    offers: endpointsForSale(model).flatMap(({ providerName, pricing: own }) => (own === undefined ? [] : [{ provider: providerName, ...listPrices(own) }])),
  };
}

function listPrices({ prompt, completion, cacheRead }: Pricing): ListPrices {
  return { prompt: pricePerMillionText(prompt), completion: pricePerMillionText(completion), ...(cacheRead === undefined ? {} : { cacheRead: pricePerMillionText(cacheRead) }) };
}
