/** `/docs`, the pages that are documents of docs/, and the same as Markdown. */

import { findPlaces } from "../../../../web/catalog/find-places.ts";
import { docsIndexPage, documentPage, type DocsIndexData } from "../../../../web/pages/docs/page.tsx";
import type { PageReads, PageRoute } from "../page-route.ts";
import { contents } from "./contents.ts";
import { documentedPlaces } from "./search.ts";
import { chaptersOf, linksOn } from "./shelf.ts";

const apiSummary = "Every operation of this gateway, from its own OpenAPI document, with a way to try each.";

export const docsIndexRoute: PageRoute = {
  path: "/docs",
  answer: async (reads, { origin, query }) => docsIndexPage({
    ...(await searched(reads, origin, query.get("q") ?? "")),
    chapters: chaptersOf(reads, origin).map((chapter, index) => ({
      ...chapter,
      summaries: Object.fromEntries((contents[index]?.pages ?? []).map(({ slug, file }) => [`/docs/${slug}`, file === undefined ? apiSummary : reads.manual.read(file, origin)?.summary ?? ""])),
    })),
  }),
};

const foundMax = 50;

async function searched(reads: PageReads, origin: string, text: string): Promise<Pick<DocsIndexData, "query" | "found">> {
  const query = text.trim().slice(0, 200);
  return { query, found: query === "" ? [] : findPlaces(await documentedPlaces(reads, origin), query, foundMax) };
}

const documents = contents.flatMap(({ pages }) => pages).flatMap(({ slug, file }) => (file === undefined ? [] : [{ path: `/docs/${slug}`, file }]));

/** Each has an address of its own in the list of routes, so that the map of the site names it. Errors have a page of another shape (errors.ts). */
export const documentRoutes: readonly PageRoute[] = documents.filter(({ path }) => path !== "/docs/errors").map(({ path, file }) => ({
  path,
  answer: (reads, request) => {
    const document = reads.manual.read(file, request.origin);
    return document === undefined ? undefined : documentPage({ ...document, path, chapters: chaptersOf(reads, request.origin), to: linksOn(request) });
  },
}));

export const markdownRoutes: readonly PageRoute[] = documents.map(({ path, file }) => ({
  path: `${path}.md`,
  answer: ({ manual }, { origin }) => {
    const document = manual.read(file, origin);
    return document === undefined ? undefined : { contentType: "text/markdown; charset=utf-8", body: `# ${document.title}\n\n${document.text}\n` };
  },
}));

/** The documents by their titles: what the text for language models lists. */
export function documentsIn({ manual }: PageReads, origin: string): readonly { readonly path: string; readonly title: string; readonly summary: string; readonly text: string }[] {
  return documents.flatMap(({ path, file }) => {
    const document = manual.read(file, origin);
    return document === undefined ? [] : [{ path, title: document.title, summary: document.summary, text: document.text }];
  });
}
