/** A page as the bytes of an HTML document. */

import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { hrefFrom } from "../format/href.ts";
import { inScript, UsedIslands } from "../islands/island.tsx";
import type { IslandName } from "../islands/registry.ts";
import { RootContext } from "../ui/link.tsx";
import { Frame } from "./frame.tsx";
import type { Page, Site } from "./page.ts";
import { themeScript } from "./theme-script.ts";

/** Synchronous: all data is there before. The markup is static, because what is alive in it are islands. */
export function renderPage(page: Page, site: Site): string {
  const islands = new Set<IslandName>();
  // The body first: the head names the files of the islands that are in it.
  const body = renderToStaticMarkup(
    <RootContext value={site.root}><UsedIslands value={islands}><Frame site={site} path={page.path}>{page.body}</Frame></UsedIslands></RootContext>,
  );
  return `<!doctype html>${renderToStaticMarkup(<Document page={page} site={site} islands={islands} body={body} />)}`;
}

const titleMax = 60;

/** With the name of the site where there is room for it: search engines cut off what is longer. */
function titleOf({ path, title }: Pick<Page, "path" | "title">): string {
  const named = `${title} · Windrose`;
  return path === "/" || named.length > titleMax ? title : named;
}

interface DocumentProps {
  readonly page: Page;
  readonly site: Site;
  readonly islands: ReadonlySet<IslandName>;
  readonly body: string;
}

function Document({ page, site, islands, body }: DocumentProps): ReactNode {
  const { assets, root, origin } = site;
  const title = titleOf(page);
  const url = `${origin}${page.path}`;
  const modules = new Set([...islands].flatMap((island) => assets.islands[island] ?? []));
  return (
    <html lang="en" data-root={root}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <script dangerouslySetInnerHTML={{ __html: themeScript }} />
        <title>{title}</title>
        <meta name="description" content={page.description} />
        {page.isPrivate === true || (page.status ?? 200) >= 400 ? <meta name="robots" content="noindex" /> : <Shared page={page} url={url} card={`${origin}${assets.card}`} />}
        <meta name="theme-color" content="#FAF8F3" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#0A1217" media="(prefers-color-scheme: dark)" />
        <link rel="icon" href={hrefFrom(root, assets.icon)} type="image/svg+xml" />
        {assets.fonts.map((font) => <link key={font} rel="preload" href={hrefFrom(root, font)} as="font" type="font/woff2" crossOrigin="anonymous" />)}
        <link rel="stylesheet" href={hrefFrom(root, assets.style)} />
        {(page.feeds ?? []).map((feed) => <link key={feed.path} rel="alternate" type="application/rss+xml" title={feed.title} href={hrefFrom(root, feed.path)} />)}
        <script type="module" src={hrefFrom(root, assets.script)} />
        {[...modules].map((file) => <link key={file} rel="modulepreload" href={hrefFrom(root, file)} />)}
        {page.jsonLd !== undefined && <script type="application/ld+json" dangerouslySetInnerHTML={{ __html: inScript(page.jsonLd) }} />}
      </head>
      <body dangerouslySetInnerHTML={{ __html: body }} />
    </html>
  );
}

/** How a public page is known to search engines, and shown where its link is shared. */
function Shared({ page: { title, description }, url, card }: { readonly page: Page; readonly url: string; readonly card: string }) {
  const properties = { site_name: "Windrose", type: "website", title, description, url, image: card, "image:width": "1200", "image:height": "630", "image:alt": "Windrose: one API in front of every model" };
  return (
    <>
      <link rel="canonical" href={url} />
      {Object.entries(properties).map(([name, content]) => <meta key={name} property={`og:${name}`} content={content} />)}
      <meta name="twitter:card" content="summary_large_image" />
    </>
  );
}
