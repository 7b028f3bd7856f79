/** Who is used most: models, their authors and public apps, with what they were in the window before. */

import { dollars, nanodollars, type Nanodollars } from "../base/money.ts";
import type { Book, Span } from "./activity.store.ts";
import type { PublicApp } from "./directory.ts";
import { lastSpan, measured, spanBefore, windowOf, type Measured, type Window } from "./measured.ts";
import { readAppVolumes, readFirstDay, readModelVolumes, type Volume } from "./rankings.store.ts";
import { dayMs, dayOf, hourMs, hourOf } from "./spans.ts";

/** 24 hours, 7 days, 30 days, all that is on record; the current one included. Apps are counted by days: "day" is today. */
export type Period = "day" | "week" | "month" | "all";

/** What is the most: tokens, requests, or dollars. */
export type RankedBy = "tokens" | "requests" | "cost";

export interface Order {
  readonly period: Period;
  readonly by: RankedBy;
}

export interface Ranked {
  readonly rank: number;
  /** The model's slug, the author's, or the app's id. */
  readonly id: string;
  readonly requests: number;
  readonly tokens: number;
  readonly cost: Nanodollars;
  /** Of what it is ranked by, of all together: between 0 and 1. */
  readonly share: number;
  /** In the window before; null for what was not there. */
  readonly previousRank: number | null;
  /** Of what it is ranked by. */
  readonly previousAmount: number;
}

export interface Ranking extends Measured {
  readonly previousWindow: Window;
  readonly requests: number;
  readonly tokens: number;
  /** The one with most first; all of them. */
  readonly rows: readonly Ranked[];
}

export async function modelRanking(book: Book, order: Order, now: number): Promise<Ranking> {
  const span = await spanOf(book, order.period, now);
  const [current, previous] = await Promise.all([readModelVolumes(book, span), volumesBefore(book, span, now)]);
  return rank(current, previous, { span, previousWindow: elapsedBefore(span, now), now, by: order.by });
}

/** The same for whom the models are by: "mistralai" in "mistralai/ministral-8b". */
export async function authorRanking(book: Book, order: Order, now: number): Promise<Ranking> {
  const span = await spanOf(book, order.period, now);
  const [current, previous] = await Promise.all([readModelVolumes(book, span), volumesBefore(book, span, now)]);
  return rank(byAuthor(current), byAuthor(previous), { span, previousWindow: elapsedBefore(span, now), now, by: order.by });
}

/**
 * In the window before, as far into it as this one has come: today, which is not over, is held against the same hours of the day that
 * many days ago. By hours it is no more than one hour off.
 */
async function volumesBefore(book: Book, span: Span, now: number): Promise<ReadonlyMap<string, Volume>> {
  const before = spanBefore(span);
  if (span.unit === "hour") return readModelVolumes(book, before);
  const [days, hours] = await Promise.all([
    readModelVolumes(book, { ...before, to: before.to - 1 }),
    readModelVolumes(book, { unit: "hour", from: before.to * hoursADay, to: hourOf(now) - (span.to - before.to) * hoursADay }),
  ]);
  const volumes = new Map(days);
  for (const [model, volume] of hours) volumes.set(model, addedTo(volumes.get(model), volume));
  return volumes;
}

function elapsedBefore(span: Span, now: number): Window {
  const before = spanBefore(span);
  return windowOf(before, span.unit === "hour" ? now : now - (span.to - before.to) * dayMs);
}

const hoursADay = dayMs / hourMs;

/** Of the apps in the directory, for one model or for all. They are counted by days: today is held against the whole of its day before. */
export async function appRanking(book: Book, { period, by, model, apps, now }: Order & { readonly model: string | undefined; readonly apps: ReadonlyMap<number, PublicApp>; readonly now: number }): Promise<Ranking> {
  const span = period === "day" ? lastSpan({ unit: "day", count: 1 }, now) : await spanOf(book, period, now);
  const [current, previous] = await Promise.all([span, spanBefore(span)].map(({ from, to }) => readAppVolumes(book.db, { from, to, model })));
  return rank(visible(current, apps), visible(previous, apps), { span, previousWindow: windowOf(spanBefore(span), now), now, by });
}

async function spanOf(book: Book, period: Period, now: number): Promise<Span> {
  if (period !== "all") return lastSpan(lengthOf[period], now);
  const to = dayOf(now);
  return { unit: "day", from: (await readFirstDay(book)) ?? to, to };
}

const lengthOf = { day: { unit: "hour", count: 24 }, week: { unit: "day", count: 7 }, month: { unit: "day", count: 30 } } as const;

function visible(volumes: ReadonlyMap<number, Volume> | undefined, apps: ReadonlyMap<number, PublicApp>): ReadonlyMap<string, Volume> {
  return new Map([...(volumes ?? [])].filter(([id]) => apps.has(id)).map(([id, volume]) => [String(id), volume]));
}

function byAuthor(models: ReadonlyMap<string, Volume>): ReadonlyMap<string, Volume> {
  const authors = new Map<string, Volume>();
  for (const [model, volume] of models) {
    const author = model.split("/")[0] ?? model;
    authors.set(author, addedTo(authors.get(author), volume));
  }
  return authors;
}

interface Ranks {
  readonly span: Span;
  readonly previousWindow: Window;
  readonly now: number;
  readonly by: RankedBy;
}

function rank(current: ReadonlyMap<string, Volume>, previous: ReadonlyMap<string, Volume>, { span, previousWindow, now, by }: Ranks): Ranking {
  const before = new Map(ordered(previous, by).map(([id, { amount }], index) => [id, { rank: index + 1, amount }]));
  const sorted = ordered(current, by);
  const sum = (count: (volume: Volume & { readonly amount: number }) => number) => sorted.reduce((all, [, volume]) => all + count(volume), 0);
  const [whole, requests] = [sum(({ amount }) => amount), sum((volume) => volume.requests)];
  const rows = sorted.map(([id, volume], index) => ({
    rank: index + 1, id, requests: volume.requests, tokens: tokensOf(volume), cost: volume.cost,
    share: whole === 0 ? 0 : volume.amount / whole,
    previousRank: before.get(id)?.rank ?? null, previousAmount: before.get(id)?.amount ?? 0,
  }));
  return { ...measured(span, requests, now), previousWindow, requests, tokens: sum(tokensOf), rows };
}

/** By what is asked for; of equal ones the first in the alphabet. Who has none of it is not ranked. */
function ordered(volumes: ReadonlyMap<string, Volume>, by: RankedBy): (readonly [string, Volume & { readonly amount: number }])[] {
  return [...volumes]
    .map(([id, volume]) => [id, { ...volume, amount: amountOf(volume, by) }] as const)
    .filter(([, { amount }]) => amount > 0)
    .sort(([one, more], [other, less]) => less.amount - more.amount || (one < other ? -1 : 1));
}

function amountOf(volume: Volume, by: RankedBy): number {
  switch (by) {
    case "tokens":
      return tokensOf(volume);
    case "requests":
      return volume.requests;
    case "cost":
      return dollars(volume.cost);
  }
}

export function tokensOf({ promptTokens, completionTokens }: Volume): number {
  return promptTokens + completionTokens;
}

function addedTo(one: Volume | undefined, other: Volume): Volume {
  return one === undefined ? other : {
    requests: one.requests + other.requests, promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens, cost: nanodollars(one.cost + other.cost),
  };
}
