/** The endpoints of a model: what each offers, asks, and how it has been doing. */

import { context, exact, rate, samplesMin, uptime } from "../../format/number.ts";
import { price } from "../../format/price.ts";
import { duration } from "../../format/time.ts";
import { Chip } from "../../ui/chip.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link } from "../../ui/link.tsx";
import type { EndpointRow, ModelPageData, Speed } from "./data.ts";

export function Providers({ data: { name, endpoints, places } }: { readonly data: ModelPageData }) {
  if (endpoints.length === 0) {
    return <EmptyState reason="The catalog knows no provider of this model." action={places.has("/docs/:page") ? <Link to="/docs/providers">Add one in the configuration</Link> : "An operator can add one in the configuration file."} />;
  }
  return (
    <>
      <DataTable caption={`Providers for ${name}`} isCaptionHidden reflows columns={endpoints.some(({ prices }) => prices.others.length > 0) ? columns : columns.filter((column) => column.name !== "Other prices")} rows={endpoints} keyOf={({ id }) => id} />
      <p className="as-of">
        Prices are dollars per million tokens, as listed by the provider. Speed is of the last 7 days and uptime of the last 3 days, both measured on this gateway;
        p90 is what nine requests in ten do at least as well as. Under {samplesMin} samples the count is shown instead.
      </p>
    </>
  );
}

const columns: readonly Column<EndpointRow>[] = [
  { name: "Provider", cell: ({ provider, providerPath, tag }) => <>{providerPath === undefined ? provider : <Link to={providerPath}>{provider}</Link>}<br /><code className="slug">{tag}</code></> },
  { name: "Status", wraps: true, cell: ({ status: { word, tone, note } }) => <><Chip {...(tone === undefined ? {} : { tone })}>{word}</Chip>{note !== "" && <span className="cell-note status-note">{note}</span>}</> },
  { name: "Context", isNumeric: true, cell: ({ context: tokens }) => <Tokens count={tokens} /> },
  { name: "Max output", isNumeric: true, cell: ({ outputMax }) => <Tokens count={outputMax} /> },
  { name: "Input", isNumeric: true, title: "Dollars per million input tokens", cell: ({ prices }) => <Amount dollars={prices.prompt} /> },
  { name: "Output", isNumeric: true, title: "Dollars per million output tokens", cell: ({ prices }) => <Amount dollars={prices.completion} /> },
  { name: "First content", isNumeric: true, title: "p50 and p90 of the time to the first content", cell: ({ latency }) => <Pair speed={latency} format={duration} /> },
  { name: "Throughput", isNumeric: true, title: "p50 and p90 of output tokens per second", cell: ({ throughput }) => <Pair speed={throughput} format={rate} /> },
  { name: "Uptime", isNumeric: true, title: "Share of the attempts that succeeded", cell: ({ uptime: seen }) => <Up seen={seen} /> },
  { name: "Cache read", isNumeric: true, title: "Dollars per million input tokens read from the provider's cache", cell: (row) => <><Amount dollars={row.prices.cacheRead} why="no price of its own" />{row.cachesByItself && <span className="cell-note">implicit</span>}</> },
  { name: "Cache write", isNumeric: true, title: "Dollars per million input tokens written to the provider's cache", cell: ({ prices }) => <Amount dollars={prices.cacheWrite} why="no price of its own" /> },
  { name: "Other prices", wraps: true, cell: ({ prices: { others } }) => (others.length === 0 ? <Missing why="none listed" /> : <ul className="cell-list">{others.map(({ of, text }) => <li key={of}>{of}: {text}</li>)}</ul>) },
  { name: "Quantization", cell: ({ quantization }) => quantization ?? <Missing why="not stated" /> },
  { name: "Data policy", wraps: true, cell: ({ policy }) => <span className="chips">{policy.map(({ word, note, tone }) => <Chip key={word} title={note} {...(tone === undefined ? {} : { tone })}>{word}</Chip>)}</span> },
  { name: "Does not take", wraps: true, title: "Parameters of this model that the endpoint does not take", cell: ({ gaps }) => <Gaps gaps={gaps} /> },
];

function Missing({ why }: { readonly why: string }) {
  return <span title={why}>—<span className="visually-hidden"> ({why})</span></span>;
}

function Tokens({ count }: { readonly count: number | undefined }) {
  return count === undefined ? <Missing why="not stated" /> : <span title={`${exact(count)} tokens`}>{context(count)}</span>;
}

function Amount({ dollars, why = "not known" }: { readonly dollars: string | undefined; readonly why?: string }) {
  if (dollars === undefined) return <Missing why={why} />;
  const shown = price(dollars);
  return Number(shown.replace(/[$,]/g, "")) === Number(dollars) ? <>{shown}</> : <span title={`$${dollars}`}>{shown}</span>;
}

function Pair({ speed, format }: { readonly speed: Speed | undefined; readonly format: (value: number) => string }) {
  if (speed === undefined) return <Missing why="no requests in 7 days" />;
  const { p50, p90, samples } = speed;
  if (p50 === undefined || p90 === undefined) return <span className="muted">n = {exact(samples)}</span>;
  return <span title={`n = ${exact(samples)}`}>{format(p50)} · {format(p90)}</span>;
}

function Up({ seen }: { readonly seen: EndpointRow["uptime"] }) {
  if (seen === undefined || seen.samples === 0) return <Missing why="no requests in 3 days" />;
  if (seen.samples < samplesMin) return <span className="muted">n = {exact(seen.samples)}</span>;
  return <span title={`n = ${exact(seen.samples)}`}>{uptime(seen.share)}</span>;
}

function Gaps({ gaps }: { readonly gaps: readonly string[] | undefined }) {
  if (gaps === undefined) return <span className="muted">not stated</span>;
  if (gaps.length === 0) return <>none</>;
  return <span className="cell-list">{gaps.join(", ")}</span>;
}
