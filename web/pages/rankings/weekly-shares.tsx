/** Which part of each week's tokens were to whose models. */

import { percent } from "../../format/number.ts";
import { dayAndMonth, date } from "../../format/time.ts";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { Link } from "../../ui/link.tsx";

export interface WeeklyShares {
  /** When each begins; the last is not over. */
  readonly weeks: readonly number[];
  /** The largest first; the last may be all others. A share is undefined where the week had no tokens. */
  readonly authors: readonly { readonly id: string; readonly name: string; readonly path?: string; readonly shares: readonly (number | undefined)[] }[];
}

export function WeeklySharesTable({ weeks, authors }: WeeklyShares) {
  const columns: readonly Column<WeeklyShares["authors"][number]>[] = [
    { name: "Author", cell: ({ name, path }) => (path === undefined ? name : <Link to={path}>{name}</Link>) },
    ...weeks.map((week, index) => ({
      name: index === weeks.length - 1 ? `${dayAndMonth(week)}, so far` : dayAndMonth(week), title: `The week from ${date(week)}`, isNumeric: true,
      cell: ({ shares }: WeeklyShares["authors"][number]) => (shares[index] === undefined ? "—" : percent(shares[index])),
    })),
  ];
  return <DataTable caption="Shares of tokens by author, week by week" columns={columns} rows={authors} keyOf={({ id }) => id} />;
}
