/** What every chart has: a name, a sentence that says what is to be seen, the numbers as a table and as CSV. */

import type { ReactNode } from "react";
import { Link } from "../ui/link.tsx";
import type { Hue } from "./hues.ts";

export interface ChartTable {
  /** The first column names the row. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What is shown, and the exact value that goes into the CSV. */
export interface Cell {
  readonly text: string;
  readonly value?: number | string;
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
  readonly legend?: readonly { readonly name: string; readonly hue: Hue; readonly note?: string }[];
  /** The address of the same table as CSV; without one, the browser makes it of the table. */
  readonly csv?: string | undefined;
  /** The drawing; it says nothing that the table does not. */
  readonly children: ReactNode;
}

export function ChartFigure({ id, title, summary, source, table, legend = [], csv, children }: ChartFigureProps) {
  return (
    <figure className="chart" id={id} aria-labelledby={`${id}-title`} data-chart="">
      <figcaption>
        <span className="chart-title" id={`${id}-title`}>{title}</span>
        <span className="chart-summary">{summary}</span>
      </figcaption>
      {children}
      {legend.length > 0 && (
        <ul className="chart-legend">
          {legend.map(({ name, hue, note }) => (
            <li key={name}><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" rx="2" className={`series-${hue}`} /></svg>{name}{note !== undefined && <span className="muted">{note}</span>}</li>
          ))}
        </ul>
      )}
      <p className="as-of">{source}</p>
      <div className="chart-tools">
        <details>
          <summary>View as table</summary>
          <div className="table-scroll" tabIndex={0} role="region" aria-label={`${title}, table`}>
            <table className="data-table" id={`${id}-table`}>
              <thead><tr>{table.columns.map((name, index) => <th key={name} scope="col" className={index === 0 ? undefined : "numeric"}>{name}</th>)}</tr></thead>
              <tbody>
                {table.rows.map(([head, ...cells], at) => (
                  <tr key={at}>
                    <th scope="row" data-value={head?.value}>{head?.text}</th>
                    {cells.map(({ text, value }, index) => <td key={index} className="numeric" data-value={value}>{text}</td>)}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
        {csv === undefined
          ? <button type="button" className="copy needs-js" data-csv={`${id}-table`}>Download CSV</button>
          : <Link to={csv} className="copy" download="">Download CSV</Link>}
      </div>
    </figure>
  );
}
