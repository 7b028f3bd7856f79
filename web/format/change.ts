/** What became of a figure since the window before, in words. */

import { compact, counted } from "./number.ts";

/** "up 3 places", "down 1 place", "same place", "new". */
export function rankChange(rank: number, previous: number | null): string {
  if (previous === null) return "new";
  if (rank === previous) return "same place";
  return `${rank < previous ? "up" : "down"} ${counted(Math.abs(rank - previous), "place")}`;
}

/** "12.5% more", "3.0% less", "2.4 times as much", "none before". */
export function amountChange(amount: number, previous: number): string {
  if (previous === 0) return amount === 0 ? "none, as before" : "none before";
  const factor = amount / previous;
  if (factor >= 2) return `${factor < 10 ? factor.toFixed(1) : compact(factor)} times as much`;
  const percents = Math.abs(factor - 1) * 100;
  if (percents < 0.05) return "as much as before";
  return `${percents.toFixed(1)}% ${factor > 1 ? "more" : "less"}`;
}
