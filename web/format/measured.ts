/** What a measured figure says of itself, so that no page words it in its own way. */

import { counted } from "./number.ts";
import { asOf, date } from "./time.ts";

/** Whose traffic figures are of: callers', the sandbox's where nothing else can answer, or invented. */
export type Book = "real" | "sandbox" | "demo";

/** Times are milliseconds since the epoch. */
export interface Sampled {
  readonly window: { readonly from: number; readonly to: number };
  readonly n: number;
  readonly asOf: number;
}

/** "Nov 15, 2026 to Nov 21, 2026 · n = 1,204 requests · as of Nov 21, 12:00 UTC · measured here". */
export function sourceOf({ window, n, asOf: at }: Sampled, book: Book, sample = "request"): string {
  return `${spanText(window)} · n = ${counted(n, sample)} · as of ${asOf(at)} · ${origins[book]}`;
}

/** The same of figures that are counted by something else than samples: "28 days, today so far · as of Nov 21, 12:00 UTC · measured here". */
export function daysSource(days: number, at: number, book: Book): string {
  return `${counted(days, "day")} by UTC, today so far · as of ${asOf(at)} · ${origins[book]}`;
}

const origins: Readonly<Record<Book, string>> = { real: "measured here", sandbox: "sandbox traffic", demo: "demo data" };

const twoDaysMs = 2 * 86_400_000;

/** Days for a long span, hours for a short one. */
function spanText({ from, to }: Sampled["window"]): string {
  if (to - from < twoDaysMs) return `${asOf(from)} to ${asOf(to)}`;
  return `${date(from)} to ${date(to - 1)}`;
}
