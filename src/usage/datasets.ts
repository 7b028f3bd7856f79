/** The public datasets: the tables behind rankings, for a span that the caller names. Source: contract §1.20. */

import type { Book, Reader } from "./activity.store.ts";
import { appCategories, type AppCategory } from "./apps.ts";
import type { PublicApp } from "./directory.ts";
import { readAppVolumes, readModelDays, type contextBuckets, type ModelDay, type Volume } from "./rankings.store.ts";
import { tokensOf } from "./rankings.ts";
import { monthStart, weekStart } from "./spans.ts";

/** Days, the last included. */
export interface Days {
  readonly from: number;
  readonly to: number;
}

export interface ModelDataset extends Days {
  readonly period: "day" | "week" | "month";
  readonly context: keyof typeof contextBuckets | undefined;
  /** Days on which it called no tool do not count. */
  readonly isToolCalling: boolean;
  /** Under which name a model is listed; undefined for one that is not. */
  readonly nameOf: (model: string) => string | undefined;
}

export interface ModelDatasetRow {
  /** The first day of the period. */
  readonly day: number;
  /** {@link otherModels} for all that are not among the first 50 of the period. */
  readonly model: string;
  readonly tokens: number;
}

export const otherModels = "other";
const listedMax = 50;

/** By time, then by tokens; of equal ones the first in the alphabet; the others last. Without what used no tokens. */
export async function modelDataset(book: Book, { period, context, isToolCalling, nameOf, ...days }: ModelDataset): Promise<readonly ModelDatasetRow[]> {
  const counted = (await readModelDays(book, { ...days, context })).filter(({ toolCalls }) => !isToolCalling || toolCalls > 0);
  const periods = new Map<number, Map<string, number>>();
  for (const { day, model, tokens } of counted) {
    const name = nameOf(model);
    if (name === undefined) continue;
    const start = startOf(period, day);
    const models = periods.get(start) ?? new Map<string, number>();
    periods.set(start, models.set(name, (models.get(name) ?? 0) + tokens));
  }
  return [...periods].toSorted(([one], [other]) => one - other).flatMap(([day, models]) => listed(day, models));
}

function startOf(period: ModelDataset["period"], day: ModelDay["day"]): number {
  switch (period) {
    case "day":
      return day;
    case "week":
      return weekStart(day);
    case "month":
      return monthStart(day);
  }
}

function listed(day: number, models: ReadonlyMap<string, number>): readonly ModelDatasetRow[] {
  const sorted = [...models].filter(([, tokens]) => tokens > 0).toSorted(([one, more], [other, less]) => less - more || (one < other ? -1 : 1));
  const rows = sorted.slice(0, listedMax).map(([model, tokens]) => ({ day, model, tokens }));
  const rest = sorted.slice(listedMax).reduce((sum, [, tokens]) => sum + tokens, 0);
  return rest === 0 ? rows : [...rows, { day, model: otherModels, tokens: rest }];
}

export interface AppDataset extends Days {
  readonly sort: "popular" | "trending";
  readonly category: AppCategory | undefined;
  readonly subcategory: string | undefined;
  readonly apps: ReadonlyMap<number, PublicApp>;
}

export interface AppDatasetRow {
  readonly rank: number;
  readonly app: PublicApp;
  readonly requests: number;
  readonly tokens: number;
}

/** All of them, in their order. Trending: by what they grew beyond the mean of the three windows before; who did not, is not there. */
export async function appDataset(db: Reader, { from, to, sort, category, subcategory, apps }: AppDataset): Promise<readonly AppDatasetRow[]> {
  const length = to - from + 1;
  const windows = sort === "popular" ? [0] : [0, 1, 2, 3];
  const [current = none, ...before] = await Promise.all(windows.map((ago) => readAppVolumes(db, { from: from - ago * length, to: to - ago * length, model: undefined })));
  const wanted = subcategory === undefined ? subcategoriesOf(category) : [subcategory];
  const scored = [...current].flatMap(([id, volume]) => {
    const app = apps.get(id);
    if (app === undefined || (wanted !== undefined && !app.categories.some((one) => wanted.includes(one)))) return [];
    const mean = before.reduce((sum, window) => sum + tokensOf(window.get(id) ?? nothing), 0) / 3;
    return [{ app, requests: volume.requests, tokens: tokensOf(volume), score: tokensOf(volume) - mean }];
  });
  return scored
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score || (one.app.name < other.app.name ? -1 : 1))
    .map(({ app, requests, tokens }, index) => ({ rank: index + 1, app, requests, tokens }));
}

function subcategoriesOf(category: AppCategory | undefined): readonly string[] | undefined {
  return category === undefined ? undefined : appCategories[category];
}

const none: ReadonlyMap<number, Volume> = new Map();
const nothing = { promptTokens: 0, completionTokens: 0 } as Volume;
