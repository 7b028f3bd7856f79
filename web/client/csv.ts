/** Buttons with `data-csv` give the table of that id as a file: the exact values, where cells have them. */

import { csvOf as csvTextOf } from "../format/csv.ts";

export function downloadCsvOnClick(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-csv]") : null;
    const table = document.getElementById(button?.dataset["csv"] ?? "");
    if (table instanceof HTMLTableElement) download(`${table.id.replace(/-table$/, "")}.csv`, csvOf(table));
  });
}

function csvOf(table: HTMLTableElement): string {
  return csvTextOf([...table.rows].map((row) => [...row.cells].map((cell) => cell.dataset["value"] ?? cell.textContent)));
}

function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
