/** Means over seeds with their 95 per cent intervals, as tables. */

import type { Figure, Figures } from "./measures.ts";

export interface Row {
  readonly policy: string;
  readonly runs: readonly Figures[];
}

const columns: readonly { readonly figure: Figure; readonly title: string; readonly decimals: number; readonly isFocus: boolean }[] = [
  { figure: "failed", title: "failed %", decimals: 3, isFocus: false },
  { figure: "broken", title: "broken %", decimals: 2, isFocus: false },
  { figure: "p50", title: "p50 s", decimals: 2, isFocus: false },
  { figure: "p99", title: "p99 s", decimals: 2, isFocus: false },
  { figure: "p999", title: "p99.9 s", decimals: 1, isFocus: false },
  { figure: "p99InFaults", title: "p99 in faults s", decimals: 2, isFocus: false },
  { figure: "price", title: "price", decimals: 3, isFocus: false },
  { figure: "wasted", title: "wasted %", decimals: 2, isFocus: false },
  { figure: "tries", title: "tries", decimals: 3, isFocus: false },
  { figure: "hedged", title: "hedged %", decimals: 1, isFocus: false },
  { figure: "doomed", title: "doomed %", decimals: 2, isFocus: false },
  { figure: "focusShare", title: "first tries to it %", decimals: 2, isFocus: true },
  { figure: "focusTries", title: "tries meanwhile", decimals: 3, isFocus: true },
  { figure: "focusFailed", title: "failed meanwhile %", decimals: 2, isFocus: true },
  { figure: "backAfter", title: "back after s", decimals: 0, isFocus: true },
];

/** A Markdown table of one world; the focus's columns where it has one. */
export function table(rows: readonly Row[], hasFocus: boolean): string {
  const shown = columns.filter((column) => hasFocus || !column.isFocus);
  const lines = [
    `| policy | ${shown.map(({ title }) => title).join(" | ")} |`,
    `| --- |${" --- |".repeat(shown.length)}`,
    ...rows.map(({ policy, runs }) => `| ${policy} | ${shown.map(({ figure, decimals }) => summary(runs.map((run) => run[figure]), decimals)).join(" | ")} |`),
  ];
  return lines.join("\n");
}

export function titleOf(figure: Figure): string {
  return columns.find((column) => column.figure === figure)?.title ?? figure;
}

/** Student's t for a two-sided 95 per cent interval, by degrees of freedom. */
const student = [Number.NaN, 12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26];

/** "1.09 ± 0.01"; without the interval when there is but one run. */
function summary(values: readonly number[], decimals: number): string {
  const known = values.filter((value) => !Number.isNaN(value));
  const average = mean(known);
  if (Number.isNaN(average)) return "-";
  if (known.length < 2) return average.toFixed(decimals);
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - average) ** 2, 0) / (known.length - 1));
  const half = ((student[known.length - 1] ?? 1.96) * deviation) / Math.sqrt(known.length);
  return `${average.toFixed(decimals)} ± ${half.toFixed(decimals)}`;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
