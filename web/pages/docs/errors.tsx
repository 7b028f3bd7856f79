/** Every error, one by one: what the code means, what it counts against, what helps. */

import type { Page } from "../../shell/page.ts";
import { Markdown, type ManualLinks } from "../../ui/markdown.tsx";
import { Chip } from "../../ui/chip.tsx";
import { AsMarkdown } from "./as-markdown.tsx";
import { DocsLayout, type DocsChapter } from "./layout.tsx";

export interface ErrorEntry {
  readonly code: string;
  readonly status: number;
  readonly type: string;
  /** Is the next endpoint tried? */
  readonly elsewhere: boolean;
  readonly blames: string;
  /** When, and what helps: Markdown. */
  readonly help: string;
}

export interface ErrorGroup {
  readonly id: string;
  readonly name: string;
  readonly entries: readonly ErrorEntry[];
}

export interface ErrorsData {
  readonly chapters: readonly DocsChapter[];
  /** What stands before and after the table of the document: Markdown. */
  readonly before: string;
  readonly after: string;
  /** The whole document. */
  readonly markdown: string;
  readonly groups: readonly ErrorGroup[];
  readonly to: ManualLinks["to"];
}

const path = "/docs/errors";

export function errorsPage({ chapters, before, after, markdown, groups, to }: ErrorsData): Page {
  const headings = [...groups.map(({ id, name }) => ({ id, text: name })), { id: "the-matrix", text: "The matrix" }];
  return {
    title: "Errors, one by one", description: "Every error of this gateway: its code, its status, whether another provider is tried, and what helps.", path,
    body: (
      <DocsLayout chapters={chapters} current={path} headings={headings}>
        <div className="page-head"><h1>Errors</h1></div>
        <Markdown text={before} manual={{ to }} />
        <nav aria-label="Errors by code"><ul className="code-index">{groups.flatMap(({ entries }) => entries).map(({ code, status }) => <li key={code}><a href={`#${code}`}><code>{code}</code></a> <span className="muted">{status}</span></li>)}</ul></nav>
        {groups.map((group) => (
          <section key={group.id} className="section" aria-labelledby={group.id}>
            <h2 id={group.id}>{group.name}</h2>
            {group.entries.map((entry) => <ErrorSection key={entry.code} entry={entry} to={to} />)}
          </section>
        ))}
        <Markdown text={after} headingLevel={1} manual={{ to }} />
        <AsMarkdown path={path} text={markdown} />
      </DocsLayout>
    ),
  };
}

const blamed: Readonly<Record<string, string>> = {
  caller: "Counts against nobody.", endpoint: "Counts against the endpoint's uptime.", model: "Counts against the endpoint's tool calls, not its uptime.",
  credential: "Counts against the operator's credential, not the endpoint.", capacity: "The endpoint is left alone for a while; it does not count as down.", gateway: "Counts against this gateway.",
};

function ErrorSection({ entry: { code, status, type, elsewhere, blames, help }, to }: { readonly entry: ErrorEntry; readonly to: ManualLinks["to"] }) {
  return (
    <article className="error-entry" aria-labelledby={code}>
      <h3 id={code}><code>{code}</code> <a className="anchor" href={`#${code}`}><span aria-hidden="true">#</span><span className="visually-hidden">Link to this error</span></a></h3>
      <p className="chips"><Chip>{status}</Chip><Chip title="error.metadata.error_type">{type}</Chip>{elsewhere ? <Chip tone="fair">another provider is tried</Chip> : <Chip>no other provider is tried</Chip>}</p>
      <Markdown text={help} manual={{ to }} />
      <p className="small muted">{blamed[blames] ?? ""}</p>
    </article>
  );
}
