import { Fragment, type ReactNode } from "react";

export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ReactNode;
  /** Right-aligned, with figures of one width. */
  readonly isNumeric?: boolean;
  /** Text that may take several lines; cells keep to one otherwise. */
  readonly wraps?: boolean;
  readonly title?: string;
  /** For a table that is sorted by this column. */
  readonly sorted?: "ascending" | "descending";
  /** A link that sorts by this column. */
  readonly sortHref?: string;
}

interface DataTableProps<Row> {
  /** The table's name: "Providers for Ministral 8B". */
  readonly caption: string;
  readonly isCaptionHidden?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** On a narrow screen each row becomes a card with its columns' names, for tables too wide to scroll through. */
  readonly reflows?: boolean;
  /** What a row folds away, in a row of its own below. */
  readonly more?: (row: Row) => ReactNode;
}

/** A real table: a caption, scopes, the first column names the row. Scrolls within itself where the page is narrow; a group and no landmark, because the section around it may have the same name. */
export function DataTable<Row>({ caption, isCaptionHidden = false, columns, rows, keyOf, reflows = false, more }: DataTableProps<Row>) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={caption}>
      <table className={reflows ? "data-table reflows" : "data-table"}>
        <caption className={isCaptionHidden ? "visually-hidden" : undefined}>{caption}</caption>
        <thead>
          <tr>{columns.map(({ name, isNumeric, title, sorted, sortHref }) => (
            <th key={name} scope="col" className={isNumeric === true ? "numeric" : undefined} title={title} aria-sort={sorted}>
              {sortHref === undefined ? name : <a href={sortHref}>{name}</a>}
            </th>
          ))}</tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Fragment key={keyOf(row)}>
              <tr>
                {columns.map(({ name, cell, isNumeric, wraps }, index) => {
                  const className = isNumeric === true ? "numeric" : wraps === true ? "wrap" : undefined;
                  return index === 0 ? <th key={name} scope="row">{cell(row)}</th> : <td key={name} className={className} data-label={reflows ? name : undefined}>{cell(row)}</td>;
                })}
              </tr>
              {more !== undefined && <tr className="more"><td colSpan={columns.length}>{more(row)}</td></tr>}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}
