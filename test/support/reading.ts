/** What a reader of a page takes from it. */

import type { Locator } from "playwright-core";

/** The cells of a table, row by row, headings first, as they are shown. */
export function cellsOf(table: Locator): Promise<readonly (readonly string[])[]> {
  return table.evaluate((element) => [...(element as HTMLTableElement).rows].map((row) => [...row.cells].map((cell) => cell.innerText.replaceAll(/\s+/g, " ").trim())));
}

/** The fields of a CSV, row by row. */
export function fieldsOf(csv: string): readonly (readonly string[])[] {
  return csv.trim().split(/\r?\n/).map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain));
}

/** "1,234" as a number; a gap is undefined. */
export function count(text: string): number | undefined {
  return /^[\d,]+$/.test(text) ? Number(text.replaceAll(",", "")) : undefined;
}

/** The table of a figure, which is closed until it is asked for. */
export async function tableOf(figure: Locator): Promise<Locator> {
  const before = await figure.getByRole("table").count();
  await figure.getByText("View as table").filter({ visible: true }).click();
  const table = figure.getByRole("table").nth(before);
  await table.waitFor();
  return table;
}
