/** `/models`, and the index that the browser filters. */

import { Fault } from "../../base/fault.ts";
import { parseModelQuery, queryModels, type ModelQuery } from "../../catalog/query.ts";
import { apiQuery, formatOf } from "../../../web/catalog/address.ts";
import { countFacets, relaxations } from "../../../web/catalog/facets.ts";
import type { ModelIndex } from "../../../web/catalog/indexed-model.ts";
import type { Choice } from "../../../web/islands/model-explorer.tsx";
import { modelsPage } from "../../../web/pages/models/page.tsx";
import type { CatalogReads } from "../api/models.ts";
import { modelIndex, modelRow } from "./model-row.ts";
import type { PageRoute } from "./page-route.ts";

/** Models on a page of the list, where the address does not say. */
const pageLength = 60;

export const modelsRoute: PageRoute = {
  path: "/models",
  answer: (reads, { query: params }) => {
    const { query, parsed, notes } = understood(apiQuery(params));
    const { catalog, measure } = reads;
    const found = queryModels(catalog.models, parsed, { findProvider: catalog.findProvider, now: reads.clock(), ...(measure === undefined ? {} : { measure }) });
    const offset = parsed.offset ?? 0;
    const length = parsed.limit ?? pageLength;
    const at = (first: number) => paged(query, first);
    const index = modelIndex(reads);
    return modelsPage({
      models: found.slice(offset, offset + length).map((model) => modelRow(model, measure)),
      total: found.length, query, format: formatOf(params), counts: countFacets(index, query), notes,
      relaxations: found.length === 0 ? relaxations(index, query) : [], ...choicesOf(catalog.models, index),
      ...(offset > 0 ? { previous: at(Math.max(0, offset - length)) } : {}), ...(offset + length < found.length ? { next: at(offset + length) } : {}),
    });
  },
};

export const modelIndexRoute: PageRoute = {
  path: "/api/ui/v1/models",
  answer: (reads) => ({ contentType: "application/json", body: JSON.stringify(modelIndex(reads)) }),
};

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

interface Choices {
  readonly authors: readonly Choice[];
  readonly providers: readonly Choice[];
}

const choices = new WeakMap<CatalogReads["models"], Choices>();

function choicesOf(catalog: CatalogReads["models"], index: ModelIndex): Choices {
  const known = choices.get(catalog) ?? newChoices(index);
  choices.set(catalog, known);
  return known;
}

function newChoices({ models }: ModelIndex): Choices {
  const authors = new Map(models.map(({ author, authorName }) => [author, authorName]));
  const providers = new Map(models.flatMap(({ offers }) => offers.map(({ slug, name }) => [slug, name] as const)));
  return { authors: sorted(authors), providers: sorted(providers) };
}

function sorted(names: ReadonlyMap<string, string>): readonly Choice[] {
  return [...names].map(([value, label]) => ({ value, label })).sort((one, other) => one.label.localeCompare(other.label, "en"));
}
