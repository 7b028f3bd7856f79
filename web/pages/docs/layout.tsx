/** The frame of every page of the documentation: contents on the left, what is on this page on the right, the neighbours below. */

import type { ReactNode } from "react";
import type { Heading } from "../../ui/markdown.tsx";
import { Link, useHref } from "../../ui/link.tsx";

export interface DocsEntry {
  readonly path: string;
  readonly name: string;
}

export interface DocsChapter {
  readonly name: string;
  readonly entries: readonly DocsEntry[];
}

interface DocsLayoutProps {
  readonly chapters: readonly DocsChapter[];
  /** Of the entry that this page is or belongs to. */
  readonly current: string;
  readonly headings: readonly Heading[];
  /** What is searched for. */
  readonly query?: string;
  readonly children: ReactNode;
}

export function DocsLayout({ chapters, current, headings, query = "", children }: DocsLayoutProps) {
  return (
    <div className="wide docs">
      <DocsRail chapters={chapters} current={current} query={query} />
      <div className="docs-body">
        {children}
        <Neighbours chapters={chapters} current={current} />
      </div>
      {headings.length > 1 && (
        <nav className="docs-here" aria-label="On this page">
          <p className="rail-group">On this page</p>
          <ul>{headings.map(({ id, text }) => <li key={id}><a href={`#${id}`}>{text}</a></li>)}</ul>
        </nav>
      )}
    </div>
  );
}

function DocsRail({ chapters, current, query }: Pick<DocsLayoutProps, "chapters" | "current" | "query">) {
  const href = useHref();
  return (
    <nav className="rail docs-rail" aria-label="Documentation" tabIndex={0}>
      <form action={href("/docs")} role="search" aria-label="Documentation" className="rail-search">
        <input className="input" type="search" name="q" defaultValue={query} placeholder="Search the documentation" aria-label="Search the documentation" autoComplete="off" data-page-search="" aria-keyshortcuts="/" />
      </form>
      <details className="rail-fold">
        <summary>Contents</summary>
        {chapters.map(({ name, entries }) => (
          <div key={name}>
            <p className="rail-group">{name}</p>
            <ul>{entries.map((entry) => <li key={entry.path}><Link to={entry.path} aria-current={entry.path === current ? "page" : undefined}>{entry.name}</Link></li>)}</ul>
          </div>
        ))}
      </details>
    </nav>
  );
}

function Neighbours({ chapters, current }: Pick<DocsLayoutProps, "chapters" | "current">) {
  const all = chapters.flatMap(({ entries }) => entries);
  const at = all.findIndex(({ path }) => path === current);
  const previous = at > 0 ? all[at - 1] : undefined;
  const next = all[at + 1];
  return (
    <nav className="neighbours" aria-label="Previous and next page">
      {previous !== undefined && <Link to={previous.path} rel="prev"><small>Previous</small>{previous.name}</Link>}
      {next !== undefined && <Link to={next.path} rel="next" className="next"><small>Next</small>{next.name}</Link>}
    </nav>
  );
}
