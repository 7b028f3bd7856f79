/** Durations and dates as text. Dates are UTC: the same page says the same day to everybody. */

import { missing } from "./price.ts";

/** "268 ms", "1.3 s", "2 m 10 s", "3 h 5 m", "4 d 2 h". */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return missing;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3_600) return pair([Math.floor(seconds / 60), "m"], [seconds % 60, "s"]);
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return pair([Math.floor(minutes / 60), "h"], [minutes % 60, "m"]);
  const hours = Math.round(minutes / 60);
  return pair([Math.floor(hours / 24), "d"], [hours % 24, "h"]);
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** Milliseconds since the epoch as "Dec 2, 2025". */
export function date(ms: number | undefined): string {
  if (ms === undefined) return missing;
  const day = new Date(ms);
  return `${months[day.getUTCMonth()]} ${day.getUTCDate()}, ${day.getUTCFullYear()}`;
}

/** "2025-12-02" as "Dec 2, 2025", "2024-10" as "Oct 2024": no more is said than is known. */
export function writtenDate(text: string): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return text;
  return /^\d{4}-\d\d$/.test(text) ? date(ms).replace(/ \d+,/, "") : date(ms);
}

/** "Dec 2", where the year goes without saying. */
export function dayAndMonth(ms: number): string {
  return date(ms).replace(/, \d+$/, "");
}

/** "2025-12-02", for `datetime` attributes and tables of data. */
export function isoDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** "2025-12-02 14:05:09Z", for logs. */
export function isoTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** "Dec 2, 14:05 UTC", for "as of". */
export function asOf(ms: number): string {
  const time = new Date(ms);
  return `${months[time.getUTCMonth()]} ${time.getUTCDate()}, ${time.toISOString().slice(11, 16)} UTC`;
}

/** "3 days ago"; stands beside an absolute date, never alone. */
export function ago(ms: number, now: number): string {
  const past = Math.max(0, now - ms);
  const [size, unit] = spans.find(([span]) => past >= span) ?? [1, "moment"];
  if (unit === "moment") return "just now";
  const count = Math.floor(past / size);
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

const dayMs = 86_400_000;
const spans = [
  [365 * dayMs, "year"],
  [30 * dayMs, "month"],
  [dayMs, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
] as const;

function pair([large, largeUnit]: readonly [number, string], [small, smallUnit]: readonly [number, string]): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
