/** Models of the catalog as lists show and filter them. */

import { pricePerMillionText, type Picodollars } from "../../base/money.ts";
import type { Model, Provider } from "../../catalog/model.ts";
import { isOfferedIn, type QueryFacts } from "../../catalog/query.ts";
import { endpointsForSale } from "../../catalog/view.ts";
import type { IndexedModel, ModelIndex, Offer } from "../../../web/catalog/indexed-model.ts";
import type { ModelRow } from "../../../web/catalog/model-row.ts";
import { plainText } from "../../../web/ui/markdown.tsx";
import type { PageReads } from "./page-route.ts";

// A model never changes while the catalog is loaded.
const rows = new WeakMap<Model, ModelRow>();

export function modelRow(model: Model, measure?: QueryFacts["measure"]): ModelRow {
  const row = rows.get(model) ?? newRow(model);
  rows.set(model, row);
  const weeklyTokens = measure?.(model, "weekly_tokens");
  return weeklyTokens === undefined ? row : { ...row, weeklyTokens };
}

const indexed = new WeakMap<Model, Omit<IndexedModel, "measures" | "weeklyTokens">>();

/** The listed models with all that they are filtered by. */
export function modelIndex({ catalog, measure, clock }: PageReads): ModelIndex {
  const models = catalog.models.filter(({ isListed }) => isListed).map((model): IndexedModel => {
    const facts = indexed.get(model) ?? { ...modelRow(model), ...filterFacts(model, catalog.findProvider) };
    indexed.set(model, facts);
    const measures = measured(model, measure);
    const weeklyTokens = measures?.["weekly_tokens"];
    return { ...facts, ...(measures === undefined ? {} : { measures }), ...(weeklyTokens === undefined ? {} : { weeklyTokens }) };
  });
  return { now: clock(), models };
}

const summaryLength = 180;

function newRow(model: Model): ModelRow {
  const { pricing, outputTokensMax } = model;
  const summary = plainText(model.description);
  return {
    slug: model.slug, name: model.name, author: model.author, authorName: model.authorName,
    summary: summary.length > summaryLength ? `${summary.slice(0, summaryLength).replace(/\s+\S*$/, "")}…` : summary,
    createdAt: model.createdAt * 1000, context: model.contextLength,
    inputs: model.inputModalities, outputs: model.outputModalities, parameters: model.supportedParameters,
    providers: new Set(endpointsForSale(model).map(({ provider }) => provider)).size,
    ...(outputTokensMax === undefined ? {} : { outputMax: outputTokensMax }),
    ...optional("prompt", pricing?.prompt), ...optional("completion", pricing?.completion), ...optional("cacheRead", pricing?.cacheRead),
    ...(model.expirationDate === undefined ? {} : { expires: model.expirationDate }),
    ...(model.huggingFaceId === undefined ? {} : { openWeights: true }),
  };
}

function optional<Name extends string>(name: Name, price: Picodollars | undefined): { readonly [N in Name]?: string } {
  return price === undefined ? {} : ({ [name]: pricePerMillionText(price) } as { readonly [N in Name]: string });
}

function filterFacts(model: Model, findProvider: (slug: string) => Provider | undefined): Pick<IndexedModel, "tokenizer" | "family" | "distillable" | "offers"> {
  const offers = model.endpoints.filter(({ status }) => status !== "retired").map(({ provider: slug, providerName: name, tag }): Offer => {
    const provider = findProvider(slug);
    return {
      slug, name,
      ...(provider?.dataPolicy.zdr === true ? { zdr: true } : {}),
      ...(isOfferedIn("eu", tag, provider) ? { eu: true } : {}), ...(isOfferedIn("us", tag, provider) ? { us: true } : {}),
    };
  });
  return {
    tokenizer: model.tokenizer, offers: unique(offers),
    ...(model.family === undefined ? {} : { family: model.family }), ...(model.distillable ? { distillable: true } : {}),
  };
}

/** A provider's tiers often differ in nothing that is filtered by. */
function unique(offers: readonly Offer[]): readonly Offer[] {
  return [...new Map(offers.map((offer) => [JSON.stringify(offer), offer])).values()];
}

const measureNames = ["weekly_tokens", "latency", "throughput", "intelligence_index", "coding_index", "agentic_index", "tool_success_rate", "design_arena_elo"] as const;

function measured(model: Model, measure: QueryFacts["measure"]): Readonly<Record<string, number>> | undefined {
  if (measure === undefined) return undefined;
  const known = measureNames.flatMap((name) => {
    const value = measure(model, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return known.length === 0 ? undefined : Object.fromEntries(known);
}
