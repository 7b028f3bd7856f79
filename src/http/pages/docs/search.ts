/** What the search palette finds of the documentation: pages, their sections, error codes, operations. */

import { faults } from "../../../base/fault.ts";
import { headingsOf } from "../../../../web/ui/markdown.tsx";
import type { Place } from "../../../../web/catalog/load-places.ts";
import type { PageReads, PageRoute } from "../page-route.ts";
import { contents } from "./contents.ts";
import { referenceOf } from "./reference.ts";

export const docsSearchRoute: PageRoute = {
  path: "/api/ui/v1/docs",
  answer: async (reads, { origin }) => ({ contentType: "application/json", body: JSON.stringify(await placesOf(reads, origin)) }),
};

async function placesOf({ manual, apiDocument }: PageReads, origin: string): Promise<readonly Place[]> {
  const documents = contents.flatMap(({ pages }) => pages).flatMap(({ slug, file }) => {
    const document = file === undefined ? undefined : manual.read(file, origin);
    if (document === undefined) return [];
    const path = `/docs/${slug}`;
    return [{ name: document.title, detail: "Docs", path }, ...headingsOf(document.text, 2).map(({ id, text }) => ({ name: text, detail: `Docs: ${document.title}`, path: `${path}#${id}` }))];
  });
  const errors = Object.keys(faults).map((code) => ({ name: code, detail: "Docs: Errors", path: `/docs/errors#${code}` }));
  const operations = referenceOf(await apiDocument()).flatMap(({ path, operations: all }) => all.map(({ id, method, path: where, summary }) => ({ name: `${method} ${where}`, detail: summary, path: `${path}#${id}` })));
  return [...documents, { name: "API reference", detail: "Docs", path: "/docs/api" }, ...errors, ...operations];
}
