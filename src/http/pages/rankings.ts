/** `/rankings`, and its figures as CSV. */

import { dollars, dollarsText, nanodollars, type Nanodollars } from "../../base/money.ts";
import { otherModels } from "../../usage/datasets.ts";
import type { Ranked, Ranking } from "../../usage/rankings.ts";
import type { AppRanking } from "../../usage/reads.ts";
import { dayMs, dayOf, weekStart } from "../../usage/spans.ts";
import { csvOf } from "../../../web/format/csv.ts";
import { daysSource, sourceOf } from "../../../web/format/measured.ts";
import { isoDate } from "../../../web/format/time.ts";
import { periods, rankedKinds, rankedBys, rankingsPage, type Order, type Period, type RankedKind, type RankedRow, type RankedSection } from "../../../web/pages/rankings/page.tsx";
import type { WeeklyShares } from "../../../web/pages/rankings/weekly-shares.tsx";
import { bookOf } from "./book.ts";
import { dailyTokens, type DailyTokens } from "./daily-tokens.ts";
import type { PageReads, PageRoute, PlainAnswer } from "./page-route.ts";

export const rankingsRoute: PageRoute = {
  path: "/rankings",
  answer: async (reads, { query }) => {
    const order = orderIn(query);
    const [models, authors, apps] = await Promise.all(rankedKinds.map((kind) => sectionOf(reads, kind, order)));
    if (models === undefined || authors === undefined || apps === undefined) return undefined;
    return rankingsPage({ order, book: bookOf(reads), models, authors, apps, rising: await risingModels(reads, order.period), weeks: await weeklyShares(reads) });
  },
};

/** The table of one ranking: `?of=models&period=week&by=tokens`. */
export const rankingsCsvRoute: PageRoute = {
  path: "/rankings.csv",
  answer: async (reads, { query }) => {
    const order = orderIn(query);
    const { rows, window, asOf } = await sectionOf(reads, kindIn(query), order);
    return csv([
      ["rank", "name", "id", "tokens", "share", "requests", "cost_usd", "previous_rank", `previous_${order.by === "cost" ? "cost_usd" : order.by}`, "from", "to", "as_of"],
      ...rows.map((row) => [row.rank ?? "", row.name, row.id, row.tokens, row.share, row.requests, row.costText, row.previousRank ?? "", row.previousAmount, ...[window.from, window.to, asOf].map((time) => new Date(time).toISOString())]),
    ]);
  },
};

/** The figures of one chart: a row a day, a column a series. */
export const rankingsDailyCsvRoute: PageRoute = {
  path: "/rankings/daily.csv",
  answer: async (reads, { query }) => {
    const kind = kindIn(query);
    if (kind === "apps") return { ...csv([["error"], ["of: expected models or authors"]]), status: 400 };
    const { series, days } = await chartOf(reads, kind, periodIn(query));
    return csv([["day", ...series, "total"], ...days.map(({ at, values = [] }) => [isoDate(at), ...values, values.reduce((sum, value) => sum + value, 0)])]);
  },
};

function csv(rows: Parameters<typeof csvOf>[0]): PlainAnswer {
  return { contentType: "text/csv; charset=utf-8", body: csvOf(rows) };
}

function orderIn(query: URLSearchParams): Order {
  return { period: periodIn(query), by: rankedBys.find((by) => by === query.get("by")) ?? "tokens" };
}

function periodIn(query: URLSearchParams): Period {
  return periods.find((period) => period === query.get("period")) ?? "week";
}

function kindIn(query: URLSearchParams): RankedKind {
  return rankedKinds.find((kind) => kind === query.get("of")) ?? "models";
}

/** The rest is one row. */
const rowsMax = 25;

async function sectionOf(reads: PageReads, kind: RankedKind, { period, by }: Order): Promise<RankedSection> {
  const ranking = kind === "apps" ? await reads.usage.appRanking(period, by) : await reads.usage.ranking(kind, period, by);
  const describing = describe(reads, kind, ranking);
  const rows = ranking.rows.slice(0, rowsMax).map((row) => rankedRow(row, describing));
  const rest = ranking.rows.slice(rowsMax);
  // The days are known of tokens alone.
  const chart = kind === "apps" || by !== "tokens" || ranking.rows.length === 0 ? undefined : await chartOf(reads, kind, period);
  return {
    kind, rows: rest.length === 0 ? rows : [...rows, together(rest)], count: ranking.rows.length, tokens: ranking.tokens, requests: ranking.requests,
    cost: dollars(nanodollars(ranking.rows.reduce((sum, { cost }) => sum + cost, 0n))), isThin: ranking.isThin,
    window: ranking.window, asOf: ranking.asOf, source: sourceOf(ranking, bookOf(reads)), ...(chart === undefined ? {} : { chart: { ...chart, source: daysSource(chart.days.length, ranking.asOf, bookOf(reads)) } }),
  };
}

type Description = Pick<RankedRow, "name"> & { readonly path?: string };
type Describe = (id: string) => Description;

function describe(reads: PageReads, kind: RankedKind, ranking: Ranking | AppRanking): Describe {
  return "apps" in ranking ? appsNamed(ranking) : namedIn(reads, kind);
}

function namedIn({ catalog }: PageReads, kind: RankedKind): Describe {
  if (kind === "models") return (slug) => modelNamed(catalog, slug);
  const names = new Map(catalog.models.map(({ author, authorName }) => [author, authorName]));
  return (author) => {
    const name = names.get(author);
    return name === undefined ? { name: author } : { name, path: `/${author}` };
  };
}

function appsNamed({ apps }: AppRanking): Describe {
  return (id) => {
    const app = apps.get(id);
    return app === undefined ? { name: id } : { name: app.name, path: `/apps/${encodeURIComponent(app.slug)}` };
  };
}

/** A model that has left the catalog keeps its slug. */
function modelNamed(catalog: PageReads["catalog"], slug: string): Description {
  const model = catalog.find(slug);
  return model === undefined ? { name: slug } : { name: model.name, path: `/${model.slug}` };
}

function rankedRow({ cost, ...row }: Ranked, describing: Describe): RankedRow {
  return { ...row, ...describing(row.id), ...costOf(cost) };
}

function together(rows: readonly Ranked[]): RankedRow {
  const sum = (count: (row: Ranked) => number) => rows.reduce((all, row) => all + count(row), 0);
  return {
    rank: null, id: "other", name: `Other (${rows.length})`, previousRank: null, tokens: sum(({ tokens }) => tokens), requests: sum(({ requests }) => requests), share: sum(({ share }) => share),
    previousAmount: sum(({ previousAmount }) => previousAmount), ...costOf(nanodollars(rows.reduce((all, { cost }) => all + cost, 0n))),
  };
}

function costOf(cost: Nanodollars): Pick<RankedRow, "cost" | "costText"> {
  return { cost: dollars(cost), costText: dollarsText(cost) };
}

/** The period, and at least as much before it. */
const chartDays: Readonly<Record<Period, number>> = { day: 14, week: 28, month: 60, all: 90 };

async function chartOf(reads: PageReads, kind: "models" | "authors", period: Period): Promise<DailyTokens> {
  const to = dayOf(reads.clock());
  const nameOf = namedIn(reads, kind);
  const idOf = (slug: string) => (kind === "models" ? slug : (slug.split("/")[0] ?? slug));
  return dailyTokens(reads, { from: to - chartDays[period] + 1, to, nameOf: (slug) => nameOf(idOf(slug)).name });
}

const weeksMax = 8;
const authorsMax = 8;

/** Which part of each week's tokens were to whose models: the eight with most in all the weeks, and the rest together. */
async function weeklyShares(reads: PageReads): Promise<WeeklyShares> {
  const to = dayOf(reads.clock());
  const from = weekStart(to) - 7 * (weeksMax - 1);
  const nameOf = namedIn(reads, "authors");
  const rows = await reads.usage.modelDataset({ from, to, period: "week", context: undefined, isToolCalling: false, nameOf: (slug) => slug.split("/")[0] });
  const weeks = Array.from({ length: weeksMax }, (_, index) => from + 7 * index);
  const tokensIn = (week: number, isOf: (author: string) => boolean) => rows.reduce((sum, { day, model, tokens }) => (day === week && isOf(model) ? sum + tokens : sum), 0);
  const totals = weeks.map((week) => tokensIn(week, () => true));
  const all = new Map<string, number>();
  for (const { model, tokens } of rows) all.set(model, (all.get(model) ?? 0) + tokens);
  const first = [...all].filter(([author]) => author !== otherModels).toSorted(([one, more], [other, less]) => less - more || (one < other ? -1 : 1)).slice(0, authorsMax).map(([author]) => author);
  const sharesOf = (isOf: (author: string) => boolean) => weeks.map((week, index) => ((totals[index] ?? 0) === 0 ? undefined : tokensIn(week, isOf) / (totals[index] ?? 1)));
  const others = all.size > first.length ? [{ id: "other", name: "Other", shares: sharesOf((author) => !first.includes(author)) }] : [];
  return { weeks: weeks.map((week) => week * dayMs), authors: [...first.map((author) => ({ id: author, ...nameOf(author), shares: sharesOf((one) => one === author) })), ...others] };
}

const risingMax = 5;

/** The models whose tokens grew most since the window before. */
export async function risingModels(reads: PageReads, period: Period): Promise<readonly RankedRow[]> {
  const ranking = await reads.usage.ranking("models", period);
  const describing = (slug: string) => modelNamed(reads.catalog, slug);
  const grown = ranking.rows.filter(({ tokens, previousAmount }) => tokens > previousAmount && previousAmount > 0);
  return grown.toSorted((one, other) => other.tokens - other.previousAmount - (one.tokens - one.previousAmount)).slice(0, risingMax).map((row) => rankedRow(row, describing));
}
