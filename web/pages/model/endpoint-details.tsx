/** What a row of the providers' table folds away. */

import { exact, rate, samplesMin } from "../../format/number.ts";
import { duration } from "../../format/time.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Link } from "../../ui/link.tsx";
import type { EndpointRow, Speed } from "./data.ts";
import { json } from "./literals.ts";

interface MoreProps {
  readonly row: EndpointRow;
  /** Of the model. */
  readonly slug: string;
  /** The row's place in the table. */
  readonly at: number;
  /** What it takes is known of conversations alone. */
  readonly converses: boolean;
}

export function MoreOfEndpoint({ row, slug, at, converses }: MoreProps) {
  const { provider, tag, latency, throughput, prices: { others }, gaps } = row;
  return (
    <details className="endpoint-more">
      <summary>Details<span className="visually-hidden"> of {provider}, {tag}</span></summary>
      <div className="endpoint-parts">
        <div className="stack-small">
          {latency === undefined && throughput === undefined
            ? <p className="muted">No request has gone there in 7 days, so nothing is known of its speed.</p>
            : <Percentiles row={row} />}
          {others.length > 0 && <ul className="endpoint-prices">{others.map(({ of, text }) => <li key={of}>{of}: {text}</li>)}</ul>}
          {converses && <p>{gapWords(gaps)}</p>}
        </div>
        <div className="stack-small">
          <p>To have this provider alone answer, add to the body of a request:</p>
          <CodeBlock id={`pin-${at}`} code={`"provider": ${json({ only: [tag] })}`} what="snippet" language={`Pin ${tag}`} />
          <p><Link to={`/api/v1/models/${slug}/endpoints`}>As JSON, with all endpoints</Link></p>
        </div>
      </div>
    </details>
  );
}

export function Missing({ why }: { readonly why: string }) {
  return <span title={why}>—<span className="visually-hidden"> ({why})</span></span>;
}

const shown = ["p50", "p75", "p90", "p99"] as const;

function Percentiles({ row: { provider, tag, latency, throughput } }: { readonly row: EndpointRow }) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={`Speed of ${tag}`}>
      <table className="data-table percentiles">
        <caption>Speed of {provider}<span className="visually-hidden">, {tag}</span>, 7 days</caption>
        <thead><tr><td />{shown.map((name) => <th key={name} scope="col" className="numeric">{name}</th>)}<th scope="col" className="numeric">n</th></tr></thead>
        <tbody>
          <PercentileRow name="First content" speed={latency} format={duration} />
          <PercentileRow name="Throughput" speed={throughput} format={rate} />
        </tbody>
      </table>
    </div>
  );
}

function PercentileRow({ name, speed, format }: { readonly name: string; readonly speed: Speed | undefined; readonly format: (value: number | undefined) => string }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {speed?.percentiles === undefined
        ? <td colSpan={shown.length} className="muted">under {samplesMin} samples</td>
        : shown.map((percentile) => <td key={percentile} className="numeric">{format(speed.percentiles?.[percentile])}</td>)}
      <td className="numeric">{exact(speed?.samples ?? 0)}</td>
    </tr>
  );
}

function gapWords(gaps: EndpointRow["gaps"]) {
  if (gaps === undefined) return "Which parameters it takes is not stated.";
  if (gaps.length === 0) return "It takes every parameter of the model.";
  return <>It does not take {gaps.map((name, index) => <span key={name}>{index > 0 && ", "}<code>{name}</code></span>)}.</>;
}
