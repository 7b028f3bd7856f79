/**
 * What every chart has: a name, a sentence that says what is to be seen, the numbers as a table and as CSV. Its points are the rows of the
 * table, in their order: what is drawn of row 3 has `data-point="3"`, what is drawn of the second entry of the legend `data-series="1"`.
 * The keys that walk it and the switches of the legend are client/charts.ts.
 */

import type { ReactNode } from "react";
import { Link } from "../ui/link.tsx";
import type { Hue } from "./hues.ts";
import { patternOf, Patterns } from "./patterns.tsx";
import type { ChartTable } from "./table.ts";

export interface LegendEntry {
  readonly name: string;
  readonly hue: Hue;
  readonly note?: string;
}

interface ChartFigureProps {
  /** Unique on the page. */
  readonly id: string;
  /** "Tokens processed per day": the figure's name. */
  readonly title: string;
  readonly summary: string;
  /** Window, count, time and source of the figures: "90 days · n = 1,204 · as of Nov 3, 12:00 UTC · measured here". */
  readonly source: string;
  readonly table: ChartTable;
  readonly legend?: readonly LegendEntry[];
  /** The address of the same table as CSV; without one, the browser makes it of the table. */
  readonly csv?: string | undefined;
  /** The drawing; it says nothing that the table does not, and holds nothing that takes the focus. */
  readonly children: ReactNode;
}

export function ChartFigure({ id, title, summary, source, table, legend = [], csv, children }: ChartFigureProps) {
  return (
    <figure className="chart" id={id} aria-labelledby={`${id}-title`} data-chart="">
      <figcaption>
        <span className="chart-title" id={`${id}-title`}>{title}</span>
        <span className="chart-summary">{summary}</span>
      </figcaption>
      {/* An application, because screen readers keep the arrow keys to themselves elsewhere. */}
      <div className="chart-drawing" tabIndex={0} role="application" aria-roledescription="chart" aria-label={title} aria-describedby={`${id}-readout`}>{children}</div>
      <p className="chart-readout needs-js" id={`${id}-readout`} role="status">Arrow keys walk the points, T changes chart and table.</p>
      {legend.length > 0 && <Legend id={id} title={title} entries={legend} />}
      <p className="as-of">{source}</p>
      <div className="chart-tools">
        <button type="button" className="copy needs-js" aria-pressed="false" aria-controls={`${id}-data`} data-chart-view="">View as table</button>
        {csv === undefined
          ? <button type="button" className="copy needs-js" data-csv={`${id}-table`}>Download CSV</button>
          : <Link to={csv} className="copy" download="">Download CSV</Link>}
      </div>
      <details className="chart-data" id={`${id}-data`}>
        <summary className="no-js">The numbers as a table</summary>
        <Numbers id={id} title={title} table={table} />
      </details>
    </figure>
  );
}

function Legend({ id, title, entries }: { readonly id: string; readonly title: string; readonly entries: readonly LegendEntry[] }) {
  return (
    <>
      <Patterns id={id} hues={entries.map(({ hue }) => hue)} />
      <ul className="chart-legend" aria-label={`Series of ${title}`}>
        {entries.map(({ name, hue, note }, index) => (
          <li key={name}>
            <button type="button" className="legend-entry" aria-pressed="true" data-switch={index}>
              <svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" rx="2" className={`series-${hue}`} fill={patternOf(id, index)} /></svg>
              {name}{note !== undefined && <span className="muted">{note}</span>}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Numbers({ id, title, table }: Pick<ChartFigureProps, "id" | "title" | "table">) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={`${title}, table`}>
      <table className="data-table" id={`${id}-table`}>
        <thead><tr>{table.columns.map((name, index) => <th key={name} scope="col" className={index === 0 ? undefined : "numeric"}>{name}</th>)}</tr></thead>
        <tbody>
          {table.rows.map(([head, ...cells], at) => (
            <tr key={at}>
              <th scope="row" data-value={head?.value}>{head?.to === undefined ? head?.text : <Link to={head.to}>{head.text}</Link>}</th>
              {cells.map(({ text, value }, index) => <td key={index} className="numeric" data-value={value}>{text}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
