/** What is not there, and what may have been meant. */

import type { Page } from "../../shell/page.ts";
import { Link, useHref } from "../../ui/link.tsx";

export interface ErrorData {
  readonly status: 404 | 500;
  readonly path: string;
  /** Places that look like what was asked for. */
  readonly suggestions: readonly { readonly path: string; readonly name: string }[];
  readonly requestId?: string;
}

export function errorPage(data: ErrorData): Page {
  const isMissing = data.status === 404;
  return {
    title: isMissing ? "Page not found" : "Something went wrong here",
    description: isMissing ? "There is no page at this address." : "This page could not be made.",
    path: data.path, status: data.status, isPrivate: true,
    body: isMissing ? <Missing data={data} /> : <Broken requestId={data.requestId} />,
  };
}

/** "mistral small" of "/mistralai/mistral-small": what may find it. */
function lastWords(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, 200).replaceAll(/[-_:]+/g, " ").trim();
}

function Missing({ data: { path, suggestions } }: { readonly data: ErrorData }) {
  const href = useHref();
  return (
    <div className="wide page">
      <div className="page-head">
        <h1>Off the chart</h1>
        <p className="lede">There is no page at <code>{path.slice(0, 200)}</code>.</p>
      </div>
      {suggestions.length > 0 && (
        <section className="section" aria-labelledby="meant">
          <h2 id="meant">Did you mean</h2>
          <ul>{suggestions.map(({ path: near, name }) => <li key={near}><Link to={near}>{name}</Link> <code className="slug">{near}</code></li>)}</ul>
        </section>
      )}
      <form action={href("/models")} className="filter-bar" role="search" aria-label="Models">
        <label className="field compare-add"><span>Search the models</span><input className="input" type="search" name="q" defaultValue={lastWords(path)} data-page-search="" aria-keyshortcuts="/" /></label>
        <button type="submit" className="button button-small">Search</button>
      </form>
      <p className="buttons"><Link className="button" to="/">Home</Link><Link className="button" to="/docs">Documentation</Link></p>
    </div>
  );
}

function Broken({ requestId }: { readonly requestId: string | undefined }) {
  return (
    <div className="wide page">
      <div className="page-head">
        <h1>Something went wrong here</h1>
        <p className="lede">This page could not be made. The gateway itself may be well: the log says what happened.</p>
      </div>
      {requestId !== undefined && <p>Request <code>{requestId}</code></p>}
      <p className="buttons"><Link className="button" to="/status">Status</Link><Link className="button" to="/">Home</Link></p>
    </div>
  );
}
