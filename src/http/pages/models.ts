/** `/models`, and the index that the browser filters. */

import { Fault } from "../../base/fault.ts";
import { parseModelQuery, queryModels, type ModelQuery } from "../../catalog/query.ts";
import { apiQuery, notesOn, viewOf, type View } from "../../../web/catalog/address.ts";
import { choicesIn, countFacets, type Choices } from "../../../web/catalog/facets.ts";
import type { ModelIndex } from "../../../web/catalog/indexed-model.ts";
import { figureNames } from "../../../web/catalog/model-row.ts";
import { relaxations } from "../../../web/catalog/wishes.ts";
import { modelsPage } from "../../../web/pages/models/page.tsx";
import type { CatalogReads } from "../api/models.ts";
import { readMeasure } from "../measures.ts";
import { bookOf } from "./book.ts";
import { modelRow, readModelIndex } from "./model-row.ts";
import type { PageRoute } from "./page-route.ts";

/** Models on a page of the list, where the address does not say. */
const pageLength = 60;

export const modelsRoute: PageRoute = {
  path: "/models",
  answer: async (reads, { query: params }) => {
    const { query, parsed, notes } = understood(apiQuery(params));
    const { catalog, usage } = reads;
    const [measure, index] = await Promise.all([readMeasure(usage), readModelIndex(reads)]);
    const found = queryModels(catalog.models, parsed, { findProvider: catalog.findProvider, now: reads.clock(), measure });
    const { view, names, unknown } = tray(catalog, viewOf(params));
    const isWhole = view.format === "scatter";
    const offset = isWhole ? 0 : (parsed.offset ?? 0);
    const length = isWhole ? found.length : (parsed.limit ?? pageLength);
    const at = (first: number) => paged(query, first);
    return modelsPage({
      models: found.slice(offset, offset + length).map((model) => modelRow(model, measure)),
      total: found.length, query, view, counts: countFacets(index, query), choices: choicesOf(catalog.models, index), names, source: index.source, book: bookOf(reads),
      known: figureNames.filter((name) => index.models.some(({ figures }) => figures?.[name] !== undefined)),
      notes: [...notes, ...notesOn(params), ...unknown.map((slug) => `There is no model ${slug.slice(0, 80)} to compare.`)],
      relaxations: found.length === 0 ? relaxations(index, query) : [],
      ...(offset > 0 ? { previous: at(Math.max(0, offset - length)) } : {}), ...(offset + length < found.length ? { next: at(offset + length) } : {}),
    });
  },
};

export const modelIndexRoute: PageRoute = {
  path: "/api/ui/v1/models",
  answer: async (reads) => ({ contentType: "application/json", body: JSON.stringify(await readModelIndex(reads)) }),
};

interface Tray {
  readonly view: View;
  readonly names: Readonly<Record<string, string>>;
  readonly unknown: readonly string[];
}

/** The compare tray under the models' own names; what is no model's is left out. */
function tray(catalog: CatalogReads, view: View): Tray {
  const ticked = view.compared.map((slug) => ({ slug, model: catalog.find(slug) }));
  const models = [...new Set(ticked.flatMap(({ model }) => model ?? []))];
  return {
    view: { ...view, compared: models.map(({ slug }) => slug) }, names: Object.fromEntries(models.map(({ slug, name }) => [slug, name])),
    unknown: ticked.filter(({ model }) => model === undefined).map(({ slug }) => slug),
  };
}

interface Understood {
  readonly query: URLSearchParams;
  readonly parsed: ModelQuery;
  readonly notes: readonly string[];
}

/** A link with a mistake in it still leads to a list: what the API refuses is left out, and the page says so. */
function understood(query: URLSearchParams): Understood {
  const notes: string[] = [];
  for (;;) {
    try {
      return { query, parsed: parseModelQuery(query), notes };
    } catch (error) {
      const field = error instanceof Fault ? error.metadata["field"] : undefined;
      if (!(error instanceof Fault) || typeof field !== "string" || !query.has(field)) throw error;
      notes.push(`${error.message.replace(/^Invalid request parameters: /, "")}; it was left out.`);
      query.delete(field);
    }
  }
}

function paged(query: URLSearchParams, offset: number): URLSearchParams {
  const page = new URLSearchParams(query);
  page.delete("offset");
  if (offset > 0) page.set("offset", String(offset));
  return page;
}

const choices = new WeakMap<CatalogReads["models"], Choices>();

function choicesOf(catalog: CatalogReads["models"], index: ModelIndex): Choices {
  const known = choices.get(catalog) ?? choicesIn(index);
  choices.set(catalog, known);
  return known;
}
