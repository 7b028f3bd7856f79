/** Who is used most: models, their authors and public apps, with what they were in the window before. */

import { nanodollars, type Nanodollars } from "../base/money.ts";
import type { Book, Span } from "./activity.store.ts";
import type { PublicApp } from "./directory.ts";
import { lastSpan, measured, spanBefore, windowOf, type Measured, type Window } from "./measured.ts";
import { readAppVolumes, readModelVolumes, type Volume } from "./rankings.store.ts";

/** 24 hours, 7 days, 30 days; the current one included. Apps are counted by days: "day" is today. */
export type Period = "day" | "week" | "month";

export interface Ranked {
  readonly rank: number;
  /** The model's slug, the author's, or the app's id. */
  readonly id: string;
  readonly requests: number;
  readonly tokens: number;
  readonly cost: Nanodollars;
  /** Of the tokens of all, between 0 and 1. */
  readonly share: number;
  /** In the window before; null for what was not there. */
  readonly previousRank: number | null;
  readonly previousTokens: number;
}

export interface Ranking extends Measured {
  readonly previousWindow: Window;
  readonly requests: number;
  readonly tokens: number;
  /** The one with most tokens first; all of them. */
  readonly rows: readonly Ranked[];
}

export async function modelRanking(book: Book, period: Period, now: number): Promise<Ranking> {
  const span = lastSpan(lengthOf[period], now);
  const [current, previous] = await Promise.all([readModelVolumes(book, span), readModelVolumes(book, spanBefore(span))]);
  return rank(current, previous, { span, now });
}

/** The same for whom the models are by: "mistralai" in "mistralai/ministral-8b". */
export async function authorRanking(book: Book, period: Period, now: number): Promise<Ranking> {
  const span = lastSpan(lengthOf[period], now);
  const [current, previous] = await Promise.all([readModelVolumes(book, span), readModelVolumes(book, spanBefore(span))]);
  return rank(byAuthor(current), byAuthor(previous), { span, now });
}

/** Of the apps in the directory, for one model or for all. */
export async function appRanking({ db }: Book, { period, model, apps, now }: { readonly period: Period; readonly model: string | undefined; readonly apps: ReadonlyMap<number, PublicApp>; readonly now: number }): Promise<Ranking> {
  const span = lastSpan({ unit: "day", count: daysOf[period] }, now);
  const [current, previous] = await Promise.all([span, spanBefore(span)].map(({ from, to }) => readAppVolumes(db, { from, to, model })));
  return rank(visible(current, apps), visible(previous, apps), { span, now });
}

const daysOf = { day: 1, week: 7, month: 30 } as const;
const lengthOf = { day: { unit: "hour", count: 24 }, week: { unit: "day", count: 7 }, month: { unit: "day", count: 30 } } as const;

function visible(volumes: ReadonlyMap<number, Volume> | undefined, apps: ReadonlyMap<number, PublicApp>): ReadonlyMap<string, Volume> {
  return new Map([...(volumes ?? [])].filter(([id]) => apps.has(id)).map(([id, volume]) => [String(id), volume]));
}

function byAuthor(models: ReadonlyMap<string, Volume>): ReadonlyMap<string, Volume> {
  const authors = new Map<string, Volume>();
  for (const [model, volume] of models) {
    const author = model.split("/")[0] ?? model;
    const known = authors.get(author);
    authors.set(author, known === undefined ? volume : added(known, volume));
  }
  return authors;
}

function rank(current: ReadonlyMap<string, Volume>, previous: ReadonlyMap<string, Volume>, { span, now }: { readonly span: Span; readonly now: number }): Ranking {
  const before = new Map(ordered(previous).map(([id, { tokens }], index) => [id, { rank: index + 1, tokens }]));
  const sorted = ordered(current);
  const tokens = sorted.reduce((sum, [, volume]) => sum + volume.tokens, 0);
  const requests = sorted.reduce((sum, [, volume]) => sum + volume.requests, 0);
  const rows = sorted.map(([id, volume], index) => ({
    rank: index + 1, id, requests: volume.requests, tokens: volume.tokens, cost: volume.cost,
    share: tokens === 0 ? 0 : volume.tokens / tokens,
    previousRank: before.get(id)?.rank ?? null, previousTokens: before.get(id)?.tokens ?? 0,
  }));
  return { ...measured(span, requests, now), previousWindow: windowOf(spanBefore(span), now), requests, tokens, rows };
}

/** By tokens; of equal ones the first in the alphabet. Who used none is not ranked. */
function ordered(volumes: ReadonlyMap<string, Volume>): (readonly [string, Volume & { readonly tokens: number }])[] {
  return [...volumes]
    .map(([id, volume]) => [id, { ...volume, tokens: tokensOf(volume) }] as const)
    .filter(([, { tokens }]) => tokens > 0)
    .sort(([one, more], [other, less]) => less.tokens - more.tokens || (one < other ? -1 : 1));
}

export function tokensOf({ promptTokens, completionTokens }: Volume): number {
  return promptTokens + completionTokens;
}

function added(one: Volume, other: Volume): Volume {
  return {
    requests: one.requests + other.requests, promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens, cost: nanodollars(one.cost + other.cost),
  };
}
