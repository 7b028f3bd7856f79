/** The endpoints of a model: what each offers, asks, and how it has been doing. */

import { UptimeStrip } from "../../charts/uptime-strip.tsx";
import { context, counted, exact, rate, samplesMin, uptime } from "../../format/number.ts";
import { price } from "../../format/price.ts";
import { duration } from "../../format/time.ts";
import { Chip } from "../../ui/chip.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Link, useHref } from "../../ui/link.tsx";
import { endpointOrders, type EndpointColumn, type EndpointRow, type ModelPageData, type Speed } from "./data.ts";
import { Missing, MoreOfEndpoint } from "./endpoint-details.tsx";

export function Providers({ data }: { readonly data: ModelPageData }) {
  const href = useHref();
  const { name, slug, askedSlug, endpoints, order, places, parameters, samples: { kind } } = data;
  if (endpoints.length === 0) {
    return <EmptyState reason="The catalog knows no provider of this model." action={places.has("/docs/:page") ? <Link to="/docs/providers">Add one in the configuration</Link> : "An operator can add one in the configuration file."} />;
  }
  const columns = columnsFor(kind === "chat" ? parameters.length : 0).map(({ by, ...column }): Column<EndpointRow> => {
    if (by === undefined || endpoints.length < 2) return column;
    const isTurned = order?.by === by && order.direction === endpointOrders[by];
    return { ...column, sortHref: href(`/${askedSlug}?order=${isTurned ? "-" : ""}${by}#providers`), ...(order?.by === by ? { sorted: order.direction } : {}) };
  });
  return (
    <>
      <DataTable caption={`Providers for ${name}`} isCaptionHidden reflows columns={columns} rows={endpoints} keyOf={({ id }) => id} more={(row) => <MoreOfEndpoint row={row} slug={slug} at={endpoints.indexOf(row)} converses={kind === "chat"} />} />
      <p className="as-of">
        Prices are dollars per million tokens, as listed by the provider. Speed is of the last 7 days and uptime of the last 24 hours, both measured on this gateway;
        p90 is what nine requests in ten do at least as well as. Under {samplesMin} samples the count is shown instead.
        {order !== undefined && <> Ordered by {order.by}; <Link to={`/${askedSlug}#providers`}>back to the usual order</Link>.</>}
      </p>
    </>
  );
}

type OrderedColumn = Column<EndpointRow> & { readonly by?: EndpointColumn };

function columnsFor(parameterCount: number): readonly OrderedColumn[] {
  return [
    { name: "Provider", by: "provider", cell: (row) => <Who row={row} /> },
    { name: "Status", wraps: true, cell: ({ status: { word, tone, note } }) => <><Chip {...(tone === undefined ? {} : { tone })}>{word}</Chip>{note !== "" && <span className="cell-note">{note}</span>}</> },
    { name: "Context", by: "context", isNumeric: true, title: "Tokens of prompt and answer together, and the most of an answer", cell: ({ context: tokens, outputMax }) => <><Tokens count={tokens} />{outputMax !== undefined && <span className="cell-note" title={`at most ${exact(outputMax)} tokens of answer`}>{context(outputMax)} out</span>}</> },
    { name: "Input", by: "input", isNumeric: true, title: "Dollars per million input tokens", cell: ({ prices }) => <><Amount dollars={prices.prompt} />{prices.over !== undefined && <span className="cell-note">other over {context(prices.over)}</span>}</> },
    { name: "Output", by: "output", isNumeric: true, title: "Dollars per million output tokens", cell: ({ prices }) => <Amount dollars={prices.completion} /> },
    { name: "Cache", wraps: true, title: "Dollars per million input tokens read from the provider's cache, and written to it", cell: (row) => <Cache row={row} /> },
    { name: "First content", by: "latency", isNumeric: true, title: "Time to the first content: median, and p90", cell: ({ latency }) => <Pair speed={latency} format={duration} /> },
    { name: "Throughput", by: "throughput", isNumeric: true, title: "Output tokens per second: median, and p90", cell: ({ throughput }) => <Pair speed={throughput} format={rate} /> },
    { name: "Uptime, 24 h", by: "uptime", isNumeric: true, title: "Share of the attempts that succeeded, and hour by hour", cell: ({ provider, uptime: seen }) => <Up provider={provider} seen={seen} /> },
    { name: "Data policy", wraps: true, cell: ({ policy }) => <span className="chips">{policy.map(({ word, note, tone }) => <Chip key={word} title={note} {...(tone === undefined ? {} : { tone })}>{word}</Chip>)}</span> },
    ...(parameterCount === 0 ? [] : [{ name: "Takes", wraps: true, title: "Parameters of this model that the endpoint takes", cell: (row: EndpointRow) => <Takes row={row} count={parameterCount} /> }]),
  ];
}

function Who({ row: { provider, providerPath, tag, listing, region, quantization } }: { readonly row: EndpointRow }) {
  return (
    <>
      {providerPath === undefined ? provider : <Link to={providerPath}>{provider}</Link>}
      <span className="cell-note"><code>{tag}</code>{quantization !== undefined && <> · {quantization}</>}</span>
      {listing !== undefined && <span className="cell-note">as <code>{listing}</code></span>}
      {region !== undefined && <span className="cell-note">{region}</span>}
    </>
  );
}

function Tokens({ count }: { readonly count: number | undefined }) {
  return count === undefined ? <Missing why="not stated" /> : <span title={`${exact(count)} tokens`}>{context(count)}</span>;
}

function Amount({ dollars, why = "not known" }: { readonly dollars: string | undefined; readonly why?: string }) {
  if (dollars === undefined) return <Missing why={why} />;
  const shown = price(dollars);
  return Number(shown.replace(/[$,]/g, "")) === Number(dollars) ? <>{shown}</> : <span title={`$${dollars}`}>{shown}</span>;
}

function Cache({ row: { prices: { cacheRead, cacheWrite }, cachesByItself } }: { readonly row: EndpointRow }) {
  if (cacheRead === undefined && cacheWrite === undefined) return cachesByItself ? <>implicit</> : <Missing why="no price of its own" />;
  return (
    <>
      {cacheRead !== undefined && <span className="cell-line"><Amount dollars={cacheRead} /> read</span>}
      {cacheWrite !== undefined && <span className="cell-line"><Amount dollars={cacheWrite} /> write</span>}
      {cachesByItself && <span className="cell-note">implicit</span>}
    </>
  );
}

function Pair({ speed, format }: { readonly speed: Speed | undefined; readonly format: (value: number) => string }) {
  if (speed === undefined) return <Missing why="no requests in 7 days" />;
  const { percentiles, samples } = speed;
  if (percentiles === undefined) return <Few samples={samples} />;
  return <span title={`n = ${exact(samples)}`}>{format(percentiles.p50)}<span className="cell-note">p90 {format(percentiles.p90)}</span></span>;
}

function Few({ samples }: { readonly samples: number }) {
  return <span className="muted" title="not enough data">n = {exact(samples)}</span>;
}

function Up({ provider, seen }: { readonly provider: string; readonly seen: EndpointRow["uptime"] }) {
  if (seen === undefined || seen.samples === 0) return <Missing why="no requests in 24 hours" />;
  return (
    <>
      {seen.samples < samplesMin ? <Few samples={seen.samples} /> : <span title={`n = ${exact(seen.samples)}`}>{uptime(seen.share)}</span>}
      <UptimeStrip label={`${provider}, 24 hours`} ticks={seen.ticks} isPlain />
    </>
  );
}

function Takes({ row: { gaps }, count }: { readonly row: EndpointRow; readonly count: number }) {
  if (gaps === undefined) return <span className="muted">not stated</span>;
  return <span title={`${counted(count - gaps.length, "parameter")} of ${count}`}>{gaps.length === 0 ? `all ${count}` : `${count - gaps.length} of ${count}`}</span>;
}
