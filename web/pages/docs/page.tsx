/** The documentation's front page, and a page that shows one document. */

import type { Place } from "../../catalog/find-places.ts";
import { counted } from "../../format/number.ts";
import type { Page } from "../../shell/page.ts";
import { Link } from "../../ui/link.tsx";
import { headingsOf, Markdown, plainText, type ManualLinks } from "../../ui/markdown.tsx";
import { AsMarkdown } from "./as-markdown.tsx";
import { DocsLayout, type DocsChapter } from "./layout.tsx";

export interface DocsIndexData {
  readonly chapters: readonly (DocsChapter & { readonly summaries: Readonly<Record<string, string>> })[];
  /** What is searched for; "" for nothing. */
  readonly query: string;
  readonly found: readonly Place[];
}

export function docsIndexPage({ chapters, query, found }: DocsIndexData): Page {
  if (query !== "") return resultsPage({ chapters, query, found });
  return {
    title: "Documentation", description: "How to call every model through this gateway, how it routes, what goes wrong, and how to run it.", path: "/docs",
    body: (
      <DocsLayout chapters={chapters} current="/docs" headings={[]}>
        <div className="page-head">
          <h1>Documentation</h1>
          <p className="lede">Everything about this gateway, on this gateway: it needs no other host. New here? <Link to="/docs/quickstart">The quickstart</Link> is three steps.</p>
        </div>
        {chapters.map(({ name, entries, summaries }) => (
          <section key={name} className="section" aria-labelledby={`chapter-${name}`}>
            <h2 id={`chapter-${name}`}>{name}</h2>
            <dl className="docs-list">{entries.map((entry) => <div key={entry.path}><dt><Link to={entry.path}>{entry.name}</Link></dt><dd>{firstSentence(summaries[entry.path] ?? "")}</dd></div>)}</dl>
          </section>
        ))}
      </DocsLayout>
    ),
  };
}

function resultsPage({ chapters, query, found }: DocsIndexData): Page {
  return {
    title: `Documentation: ${query.slice(0, 30)}`, description: "What the documentation has on this.", path: "/docs", isPrivate: true,
    body: (
      <DocsLayout chapters={chapters} current="/docs" headings={[]} query={query}>
        <div className="page-head">
          <h1>Documentation</h1>
          <p className="lede" role="status">{found.length === 0 ? <>Nothing has “{query}” in its name. One word may find more.</> : <>{counted(found.length, "place")} for “{query}”.</>}</p>
        </div>
        {found.length === 0
          ? <p><Link to="/docs">All documents</Link></p>
          : <dl className="docs-list">{found.map(({ name, detail, path }) => <div key={path}><dt><Link to={path}>{name}</Link></dt><dd>{detail}</dd></div>)}</dl>}
      </DocsLayout>
    ),
  };
}

export interface DocumentData {
  readonly chapters: readonly DocsChapter[];
  readonly path: string;
  readonly title: string;
  readonly summary: string;
  readonly text: string;
  readonly to: ManualLinks["to"];
}

export function documentPage({ chapters, path, title, summary, text, to }: DocumentData): Page {
  return {
    title, description: shortened(plainText(summary)), path,
    jsonLd: { "@context": "https://schema.org", "@type": "TechArticle", headline: title, description: shortened(plainText(summary)), inLanguage: "en" },
    body: (
      <DocsLayout chapters={chapters} current={path} headings={headingsOf(text, 2).map((heading) => ({ ...heading, text: heading.text.replace(sourceFiles, "") }))}>
        <div className="page-head"><h1>{title}</h1></div>
        <Markdown text={text} headingLevel={1} manual={{ to }} />
        <AsMarkdown path={path} text={`# ${title}\n\n${text}\n`} />
      </DocsLayout>
    ),
  };
}

/** "(filter.ts)" at the end of a heading is for those who read the sources. */
const sourceFiles = / \([^()]*\.ts[^()]*\)$/;

/** As much as a search engine shows. */
export function shortened(text: string): string {
  return text.length <= 160 ? text : `${text.slice(0, 157).replace(/\s+\S*$/, "")}…`;
}

function firstSentence(markdown: string): string {
  const text = plainText(markdown);
  return /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, ".") ?? text;
}
