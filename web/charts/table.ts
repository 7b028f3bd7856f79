/** The numbers of a chart, as its figure shows them and as CSV. */

import { csvOf } from "../format/csv.ts";

export interface ChartTable {
  /** The first column names the row. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What is shown, and the exact value that goes into the CSV. */
export interface Cell {
  readonly text: string;
  readonly value?: number | string;
  /** Where the name of a row leads; Enter follows it from the drawing. */
  readonly to?: string;
}

export function csvOfTable({ columns, rows }: ChartTable): string {
  return csvOf([columns, ...rows.map((cells) => cells.map(({ text, value }) => value ?? text))]);
}
