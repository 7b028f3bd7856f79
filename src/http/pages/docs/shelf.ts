/** How documents name and link to each other on the site. */

import type { DocsChapter } from "../../../../web/pages/docs/layout.tsx";
import type { PageReads, PageRequest } from "../page-route.ts";
import { addressOfFile, contents } from "./contents.ts";

/** The left rail. */
export function chaptersOf({ manual }: PageReads, origin: string): readonly DocsChapter[] {
  return contents.map(({ name, pages }) => ({
    name,
    entries: pages.map((page) => ({ path: `/docs/${page.slug}`, name: page.name ?? (page.file === undefined ? undefined : manual.read(page.file, origin)?.title) ?? page.slug })),
  }));
}

/**
 * Where a link of a document leads: to the page of the other document, to a place of this site that it names by its usual address, or to a
 * section of its own. Undefined for what the site does not have, such as source files.
 */
export function linksOn({ origin }: Pick<PageRequest, "origin">): (href: string) => string | undefined {
  return (href) => {
    if (href.startsWith("#")) return href;
    if (href === origin || href.startsWith(`${origin}/`)) return href.slice(origin.length) || "/";
    const [file = "", anchor] = href.replace(/^\.\//, "").split("#");
    const address = addressOfFile[file];
    return address === undefined ? undefined : `${address}${anchor === undefined ? "" : `#${anchor}`}`;
  };
}
