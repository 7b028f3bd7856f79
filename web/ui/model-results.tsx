/** A list of models with its count and what it is filtered by: the same from the server and in the browser. */

import type { ReactNode } from "react";
import { listAddress, type ListFormat } from "../catalog/address.ts";
import { wishesIn, type Relaxation } from "../catalog/facets.ts";
import type { ModelRow } from "../catalog/model-row.ts";
import { counted } from "../format/number.ts";
import { EmptyState } from "./empty-state.tsx";
import { Link, useHref } from "./link.tsx";
import { ModelCards, ModelTable } from "./model-list.tsx";

interface ModelResultsProps {
  readonly models: readonly ModelRow[];
  readonly total: number;
  /** The API's query. */
  readonly query: URLSearchParams;
  readonly format: ListFormat;
  /** Where nothing was found: what to let go of. */
  readonly relaxations?: readonly Relaxation[];
  /** What leads to the rest. */
  readonly more?: ReactNode;
}

export function ModelResults({ models, total, query, format, relaxations = [], more }: ModelResultsProps) {
  return (
    <>
      <div className="results-head">
        <p role="status" aria-label={counted(total, "model")}><strong>{counted(total, "model")}</strong></p>
        <ActiveFilters query={query} format={format} />
      </div>
      {total === 0 ? <Nothing query={query} format={format} relaxations={relaxations} /> : <List models={models} query={query} format={format} />}
      {more}
    </>
  );
}

function List({ models, query, format }: Pick<ModelResultsProps, "models" | "query" | "format">) {
  const href = useHref();
  if (format === "cards") return <ModelCards models={models} />;
  const sort = query.get("sort");
  const sortHref = (name: string) => href(listAddress(withParam(query, "sort", name), format));
  return (
    <ModelTable
      caption="Models" models={models}
      sorts={{
        Input: {
          href: sortHref(sort === "pricing-low-to-high" ? "pricing-high-to-low" : "pricing-low-to-high"),
          sorted: sort === "pricing-low-to-high" ? "ascending" : sort === "pricing-high-to-low" ? "descending" : undefined,
        },
        Context: { href: sortHref("context-high-to-low"), sorted: sort === "context-high-to-low" ? "descending" : undefined },
        Released: { href: sortHref("newest"), sorted: sort === "newest" ? "descending" : undefined },
      }}
    />
  );
}

/** One chip a wish, each a link to the list without it. */
function ActiveFilters({ query, format }: Pick<ModelResultsProps, "query" | "format">) {
  const wishes = wishesIn(query);
  if (wishes.length === 0) return null;
  return (
    <ul className="chips" aria-label="Active filters">
      {wishes.map(([name, value]) => (
        <li key={name} className="chips"><Link to={listAddress(without(query, name), format)} className="chip" aria-label={`Remove ${describe(name, value)}`}>{describe(name, value)} ×</Link></li>
      ))}
      {wishes.length > 1 && <li className="chips"><Link to={listAddress(new URLSearchParams(), format)} className="chip">Clear all</Link></li>}
    </ul>
  );
}

function Nothing({ query, format, relaxations }: Required<Pick<ModelResultsProps, "query" | "format" | "relaxations">>) {
  const all = <Link to={listAddress(new URLSearchParams(), format)}>Show all models</Link>;
  const links = relaxations.slice(0, relaxationsShown).map(({ name, value, count }, index) => (
    <span key={name}>{index > 0 && " · "}Without <Link to={listAddress(without(query, name), format)}>{describe(name, value)}</Link>: {counted(count, "model")}</span>
  ));
  return <EmptyState reason="No model fits all of these filters." action={links.length > 0 ? links : all} />;
}

const relaxationsShown = 3;

function describe(name: string, value: string): string {
  return `${name.replaceAll("_", " ")}: ${value.replaceAll(",", ", ").slice(0, 60)}`;
}

function without(query: URLSearchParams, name: string): URLSearchParams {
  const rest = new URLSearchParams(query);
  rest.delete(name);
  rest.delete("offset");
  return rest;
}

function withParam(query: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = without(query, name);
  next.set(name, value);
  return next;
}
