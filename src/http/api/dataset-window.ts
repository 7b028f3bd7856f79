/** From when to when a dataset is asked for. Source: contract §1.20. */

import { z } from "@hono/zod-openapi";
import { Fault } from "../../base/fault.ts";
import type { Days } from "../../usage/datasets.ts";
import { dateOf, dayMs, dayOf } from "../../usage/spans.ts";

/** Datasets begin on the first of January 2025. */
const firstDay = dayOf(Date.UTC(2025, 0, 1));
const daysMax = 366;
const daysUsual = 30;

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "expected a date such as 2026-05-11").optional();

export const windowQuery = {
  start_date: date.openapi({ description: "First day, in UTC; 30 days in all unless told otherwise" }),
  end_date: date.openapi({ description: "Last day; the last that is over unless told otherwise" }),
};

export const datasetMeta = z.object({ as_of: z.iso.datetime(), version: z.literal("v1"), start_date: z.string(), end_date: z.string() }).openapi("DatasetMeta");

/** @throws Fault invalid_request naming the date. */
export function daysOf(query: { readonly start_date?: string | undefined; readonly end_date?: string | undefined }, now: number): Days {
  const to = query.end_date === undefined ? dayOf(now) - 1 : dayNamed(query.end_date, "end_date");
  if (to < firstDay) throw new Fault("invalid_request", `end_date: the dataset begins on ${dateOf(firstDay)}`);
  const asked = query.start_date === undefined ? to - daysUsual + 1 : dayNamed(query.start_date, "start_date");
  const from = Math.max(asked, firstDay);
  if (from > to) throw new Fault("invalid_request", "start_date: expected a day that is not after end_date");
  if (to - from >= daysMax) throw new Fault("invalid_request", `start_date: expected at most ${daysMax} days up to end_date`);
  return { from, to };
}

export function metaOf({ from, to }: Days, now: number): z.input<typeof datasetMeta> {
  return { as_of: new Date(now).toISOString(), version: "v1", start_date: dateOf(from), end_date: dateOf(to) };
}

/** The calendar knows no 30th of February. */
function dayNamed(text: string, field: string): number {
  const time = Date.parse(`${text}T00:00:00Z`);
  const day = Math.floor(time / dayMs);
  if (Number.isNaN(time) || dateOf(day) !== text) throw new Fault("invalid_request", `${field}: there is no ${text}`);
  return day;
}
