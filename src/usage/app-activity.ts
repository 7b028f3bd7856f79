/** What an app's page tells: its days, by the models that it uses most. */

import { zeroNanodollars, type Nanodollars } from "../base/money.ts";
import type { Reader } from "./activity.store.ts";
import { lastSpan, measured, type Measured } from "./measured.ts";
import { readAppDays, readAppModels, type AppDay } from "./rankings.store.ts";
import { tokensOf } from "./rankings.ts";
import { dateOf } from "./spans.ts";

export interface AppActivityDay {
  /** "2026-11-21". */
  readonly date: string;
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cost: Nanodollars;
  /** Prompt and completion together, of the models named in {@link AppActivity.models}; the rest is what they lack of all. */
  readonly tokensByModel: Readonly<Record<string, number>>;
}

export interface AppActivity extends Measured {
  readonly requests: number;
  readonly tokens: number;
  /** Every day of the window, the empty ones too. */
  readonly days: readonly AppActivityDay[];
  /** The eight used most in the last 30 days, the first of them first. */
  readonly models: readonly string[];
}

const modelsMax = 8;

export async function appActivity(db: Reader, appId: number, { days: count, now }: { readonly days: number; readonly now: number }): Promise<AppActivity> {
  const span = lastSpan({ unit: "day", count }, now);
  const [all, models] = await Promise.all([
    readAppDays(db, appId, { ...span, model: undefined }),
    readAppModels(db, appId, { ...lastSpan({ unit: "day", count: 30 }, now), most: modelsMax }),
  ]);
  const byModel = await Promise.all(models.map(async (model) => ({ model, days: tokensByDay(await readAppDays(db, appId, { ...span, model })) })));
  const byDay = new Map(all.map((day) => [day.day, day]));
  const days = Array.from({ length: count }, (_, index): AppActivityDay => {
    const day = span.from + index;
    const { requests = 0, promptTokens = 0, completionTokens = 0, cost = zeroNanodollars } = byDay.get(day) ?? {};
    const used = byModel.map(({ model, days: tokens }) => [model, tokens.get(day) ?? 0] as const).filter(([, tokens]) => tokens > 0);
    return { date: dateOf(day), requests, promptTokens, completionTokens, cost, tokensByModel: Object.fromEntries(used) };
  });
  const requests = all.reduce((sum, day) => sum + day.requests, 0);
  return { ...measured(span, requests, now), requests, tokens: all.reduce((sum, day) => sum + tokensOf(day), 0), days, models };
}

function tokensByDay(days: readonly AppDay[]): ReadonlyMap<number, number> {
  return new Map(days.map((day) => [day.day, tokensOf(day)]));
}
