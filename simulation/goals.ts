/** What our policy is to reach in which world, and whether it does: the rows that run live, with time-outs that adapt. */

import type { Figure } from "./measures.ts";
import { mean, titleOf, type Row } from "./report.ts";

interface Goal {
  /** Of the world's name. */
  readonly worlds: RegExp;
  readonly figure: Figure;
  readonly most: number;
  /** Where hedging is on, if that differs. */
  readonly mostHedged?: number;
}

const everywhereButBlackout = /^(?:ref|stress|low traffic|hard down|grey)/;

const goals: readonly Goal[] = [
  { worlds: /^ref/, figure: "failed", most: 0.01 },
  { worlds: /^(?:stress|low traffic)/, figure: "failed", most: 0.02 },
  { worlds: everywhereButBlackout, figure: "price", most: 1.12 },
  { worlds: everywhereButBlackout, figure: "p99InFaults", most: 7, mostHedged: 5 },
  { worlds: everywhereButBlackout, figure: "wasted", most: 1, mostHedged: 3.5 },
  { worlds: /^hard down, 0.2/, figure: "focusShare", most: 10 },
  { worlds: /^hard down, 1 /, figure: "focusShare", most: 2 },
  { worlds: /^hard down, 10/, figure: "focusShare", most: 0.5 },
  { worlds: /^hard down/, figure: "backAfter", most: 30 },
  { worlds: /^blackout/, figure: "focusTries", most: 1.15 },
];

/** Lower is better, at the precision of the table; and a rival that does not mind the price is not beaten by being cheaper alone. */
const contested: readonly { readonly figure: Figure; readonly decimals: number }[] = [
  { figure: "failed", decimals: 3 },
  { figure: "p99InFaults", decimals: 2 },
  { figure: "p99", decimals: 2 },
  { figure: "price", decimals: 3 },
];

const adaptive = "ours + adaptive timeout";
const hedged = "ours + adaptive timeout + hedge";

/** A Markdown list: each goal of this world with what was reached, and where a rival is better. */
export function verdicts(world: string, rows: readonly Row[]): string {
  const lines = [adaptive, hedged].flatMap((policy) => goals.flatMap((goal) => verdictOn(goal, world, rows.find((row) => row.policy === policy))));
  return [...lines, ...defeats(rows)].join("\n");
}

function verdictOn({ worlds, figure, most, mostHedged }: Goal, world: string, row: Row | undefined): string[] {
  if (row === undefined || !worlds.test(world)) return [];
  const bound = row.policy === hedged ? (mostHedged ?? most) : most;
  const reached = averageOf(row, figure);
  return [`- ${row.policy}: ${titleOf(figure)} ${Number(reached.toFixed(3))}, at most ${bound}: ${reached <= bound ? "met" : "MISSED"}`];
}

function defeats(rows: readonly Row[]): string[] {
  const own = rows.find(({ policy }) => policy === adaptive);
  const others = rows.filter(({ policy }) => !policy.startsWith("ours") && !policy.startsWith("clairvoyant"));
  if (own === undefined || others.length === 0) return [];
  const found = others.flatMap((rival) => {
    const lost = contested.filter(({ figure, decimals }) => averageOf(rival, figure).toFixed(decimals) !== averageOf(own, figure).toFixed(decimals) && averageOf(rival, figure) < averageOf(own, figure));
    return lost.length === 0 ? [] : [`${rival.policy} (${lost.map(({ figure, decimals }) => `${titleOf(figure)} ${averageOf(rival, figure).toFixed(decimals)} against ${averageOf(own, figure).toFixed(decimals)}`).join(", ")})`];
  });
  return [`- better than ${adaptive}: ${found.length === 0 ? "no rival, in any of failures, tail and price" : found.join("; ")}`];
}

function averageOf({ runs }: Row, figure: Figure): number {
  return mean(runs.map((run) => run[figure]).filter((value) => !Number.isNaN(value)));
}
