/** Uptimes as the pages take them. */

import type { UptimePoint as MeasuredPoint } from "../../usage/activity.ts";
import type { UptimePoint } from "../../../web/charts/uptime-figure.tsx";

/** Of attempts. */
export interface Succeeded {
  readonly successes: number;
  readonly n: number;
}

/** The last 24 of the hours. */
export function lastDay(hours: readonly MeasuredPoint[]): readonly MeasuredPoint[] {
  return hours.slice(-24);
}

export function sumOf(points: readonly MeasuredPoint[]): Succeeded {
  return points.reduce((sum, { availability, n }) => ({ successes: sum.successes + Math.round((availability ?? 0) * n), n: sum.n + n }), { successes: 0, n: 0 });
}

export function pointOf({ at, availability, n }: MeasuredPoint): UptimePoint {
  return { at, share: availability ?? undefined, n };
}
