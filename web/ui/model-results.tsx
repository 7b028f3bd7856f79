/** A list of models with its count and what it is filtered by: the same from the server and in the browser. */

import type { ReactNode } from "react";
import { listAddress, plainView, type View } from "../catalog/address.ts";
import type { ModelRow } from "../catalog/model-row.ts";
import { wishesIn, type Relaxation } from "../catalog/wishes.ts";
import { counted } from "../format/number.ts";
import { EmptyState } from "./empty-state.tsx";
import { Link, useHref } from "./link.tsx";
import { ModelCards, ModelTable, type ColumnSort } from "./model-list.tsx";

interface ModelResultsProps {
  readonly models: readonly ModelRow[];
  readonly total: number;
  /** The API's query. */
  readonly query: URLSearchParams;
  readonly view: View;
  /** Where nothing was found: what to let go of. */
  readonly relaxations: readonly Relaxation[];
  /** Draws them all, in the view that does. */
  readonly scatter: ReactNode;
  /** What leads to the rest. */
  readonly more?: ReactNode;
}

export function ModelResults({ models, total, query, view, relaxations, scatter, more }: ModelResultsProps) {
  const { format, compared } = view;
  return (
    <>
      <div className="results-head">
        {/* Said after a pause, and not at every key stroke. */}
        <p role="status" aria-live="off" aria-label={counted(total, "model")}><strong>{counted(total, "model")}</strong></p>
        <ActiveFilters query={query} view={view} />
      </div>
      {total === 0 ? <Nothing view={view} relaxations={relaxations} />
        : format === "cards" ? <ModelCards models={models} compared={compared} />
        : format === "table" ? <SortableTable models={models} query={query} view={view} />
        : scatter}
      {format !== "scatter" && more}
      {total > 0 && <SameList query={query} />}
    </>
  );
}

function SameList({ query }: Pick<ModelResultsProps, "query">) {
  const whole = new URLSearchParams([...query].filter(([name]) => name !== "offset" && name !== "limit"));
  const feed = new URLSearchParams([...whole, ["use_rss", "true"]]);
  return <p className="as-of">The same list: <Link to={`/api/v1/models?${whole}`.replace(/\?$/, "")}>JSON of the API</Link> · <Link to={`/api/v1/models?${feed}`}>RSS</Link></p>;
}

/** Columns that the list can be sorted by; the first way comes first, a second click gives the other. */
const columnSorts: Readonly<Record<string, readonly { readonly sort: string; readonly sorted: "ascending" | "descending" }[]>> = {
  "Input": [{ sort: "pricing-low-to-high", sorted: "ascending" }, { sort: "pricing-high-to-low", sorted: "descending" }],
  "Context": [{ sort: "context-high-to-low", sorted: "descending" }],
  "This week": [{ sort: "top-weekly", sorted: "descending" }],
  "Throughput": [{ sort: "throughput-high-to-low", sorted: "descending" }],
  "First content": [{ sort: "latency-low-to-high", sorted: "ascending" }],
  "Released": [{ sort: "newest", sorted: "descending" }],
};

function SortableTable({ models, query, view }: Pick<ModelResultsProps, "models" | "query" | "view">) {
  const href = useHref();
  const current = query.get("sort") === "most-popular" ? "top-weekly" : query.get("sort");
  const sorts = Object.entries(columnSorts).map(([column, ways]): readonly [string, ColumnSort] => {
    const at = ways.findIndex(({ sort }) => sort === current);
    const next = new URLSearchParams(query);
    next.delete("offset");
    next.set("sort", ways[(at + 1) % ways.length]?.sort ?? "");
    const sorted = ways[at]?.sorted;
    return [column, { href: href(listAddress(next, view)), ...(sorted === undefined ? {} : { sorted }) }];
  });
  return <ModelTable caption="Models" models={models} sorts={Object.fromEntries(sorts)} compared={view.compared} />;
}

/** One chip a wish, each a link to the list without it. */
function ActiveFilters({ query, view }: Pick<ModelResultsProps, "query" | "view">) {
  const wishes = wishesIn(query);
  if (wishes.length === 0) return null;
  return (
    <ul className="chips" aria-label="Active filters">
      {wishes.map(({ label, rest }) => (
        <li key={label}><Link to={listAddress(rest, view)} className="chip" aria-label={`Remove ${label}`}>{label} ×</Link></li>
      ))}
      <li><Link to={listAddress(unfiltered(query), view)} className="chip">Clear filters</Link></li>
    </ul>
  );
}

function Nothing({ view, relaxations }: Pick<ModelResultsProps, "view" | "relaxations">) {
  const links = relaxations.slice(0, relaxationsShown).map(({ label, rest, count }, index) => (
    <span key={label}>{index > 0 && " · "}Without <Link to={listAddress(rest, view)}>{label}</Link>: {counted(count, "model")}</span>
  ));
  return <EmptyState reason="No model fits all of these filters." action={links.length > 0 ? links : <Link to={listAddress(new URLSearchParams(), { ...plainView, compared: view.compared })}>Show all models</Link>} />;
}

const relaxationsShown = 3;

function unfiltered(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...query].filter(([name]) => name === "sort"));
}
