/** Models of the catalog as lists show and filter them. */

import { pricePerMillionText, type Picodollars } from "../../base/money.ts";
import type { Model, Provider } from "../../catalog/model.ts";
import { isOfferedIn } from "../../catalog/query.ts";
import { endpointsForSale } from "../../catalog/view.ts";
import type { IndexedModel, ModelIndex, Offer } from "../../../web/catalog/indexed-model.ts";
import { figureNames, type ModelRow } from "../../../web/catalog/model-row.ts";
import { sourceOf } from "../../../web/format/measured.ts";
import { plainText } from "../../../web/ui/markdown.tsx";
import { readMeasure, type Measure } from "../measures.ts";
import { bookOf } from "./book.ts";
import type { PageReads } from "./page-route.ts";

// A model never changes while the catalog is loaded.
const rows = new WeakMap<Model, ModelRow>();

export function modelRow(model: Model, measure?: Measure): ModelRow {
  const row = rows.get(model) ?? newRow(model);
  rows.set(model, row);
  return withFigures(row, model, measure);
}

const indexed = new WeakMap<Model, IndexedModel>();

/** The listed models with all that they are filtered by. */
export async function readModelIndex({ catalog, usage, clock, ...book }: Pick<PageReads, "catalog" | "usage" | "clock" | "isDemo" | "isSandbox">): Promise<ModelIndex> {
  const [measure, speeds] = await Promise.all([readMeasure(usage), usage.modelSpeeds()]);
  return { now: clock(), source: sourceOf(speeds, bookOf(book)), models: indexedModels(catalog, measure) };
}

export function indexedModels(catalog: PageReads["catalog"], measure: Measure): ModelIndex["models"] {
  return catalog.models.filter(({ isListed }) => isListed).map((model) => {
    const facts = indexed.get(model) ?? { ...modelRow(model), ...filterFacts(model, catalog.findProvider) };
    indexed.set(model, facts);
    return withFigures(facts, model, measure);
  });
}

function withFigures<Row extends ModelRow>(row: Row, model: Model, measure: Measure | undefined): Row {
  const known = measure === undefined ? [] : figureNames.flatMap((name) => {
    const value = measure(model, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return known.length === 0 ? row : { ...row, figures: Object.fromEntries(known) };
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
