/** What the search finds of the documentation: pages, their sections, error codes, operations. */

import { faults } from "../../../base/fault.ts";
import { headingsOf } from "../../../../web/ui/markdown.tsx";
import type { Place } from "../../../../web/catalog/find-places.ts";
import type { PageReads, PageRoute } from "../page-route.ts";
import type { ApiDocument } from "./api-document.ts";
import { contents } from "./contents.ts";
import type { Manual } from "./manual.ts";
import { referenceOf } from "./reference.ts";

export const docsSearchRoute: PageRoute = {
  path: "/api/ui/v1/docs",
  answer: async (reads, { origin }) => ({ contentType: "application/json", body: JSON.stringify(await documentedPlaces(reads, origin)) }),
};

/** Kept: it takes a reading of every document, and names no host. */
const kept = new WeakMap<ApiDocument, readonly Place[]>();

export async function documentedPlaces({ apiDocument, manual }: PageReads, origin: string): Promise<readonly Place[]> {
  const document = await apiDocument();
  const places = kept.get(document) ?? placesOf(manual, document, origin);
  kept.set(document, places);
  return places;
}

function placesOf(manual: Manual, document: ApiDocument, origin: string): readonly Place[] {
  const documents = contents.flatMap(({ pages }) => pages).flatMap(({ slug, file }) => {
    const page = file === undefined ? undefined : manual.read(file, origin);
    if (page === undefined) return [];
    const path = `/docs/${slug}`;
    return [{ name: page.title, detail: "Docs", path }, ...headingsOf(page.text, 2).map(({ id, text }) => ({ name: text, detail: `Docs: ${page.title}`, path: `${path}#${id}` }))];
  });
  const errors = Object.keys(faults).map((code) => ({ name: code, detail: "Docs: Errors", path: `/docs/errors#${code}` }));
  const operations = referenceOf(document).flatMap(({ path, operations: all }) => all.map(({ id, method, path: where, summary }) => ({ name: `${method} ${where}`, detail: summary, path: `${path}#${id}` })));
  return [...documents, { name: "API reference", detail: "Docs", path: "/docs/api" }, ...errors, ...operations];
}
