/** `/rankings`, and its figures as CSV. */

import { dollars, dollarsText, nanodollars, type Nanodollars } from "../../base/money.ts";
import type { Ranked, Ranking } from "../../usage/rankings.ts";
import type { AppRanking } from "../../usage/reads.ts";
import { dayOf } from "../../usage/spans.ts";
import { csvOf } from "../../../web/format/csv.ts";
import { daysSource, sourceOf } from "../../../web/format/measured.ts";
import { isoDate } from "../../../web/format/time.ts";
import { periods, rankedKinds, rankingsPage, type Period, type RankedKind, type RankedRow, type RankedSection } from "../../../web/pages/rankings/page.tsx";
import { bookOf } from "./book.ts";
import { dailyTokens, type DailyTokens } from "./daily-tokens.ts";
import type { PageReads, PageRoute, PlainAnswer } from "./page-route.ts";

export const rankingsRoute: PageRoute = {
  path: "/rankings",
  answer: async (reads, { query }) => {
    const period = periodIn(query);
    const [models, authors, apps] = await Promise.all(rankedKinds.map((kind) => sectionOf(reads, kind, period)));
    if (models === undefined || authors === undefined || apps === undefined) return undefined;
    return rankingsPage({ period, book: bookOf(reads), models, authors, apps, rising: await risingModels(reads, period) });
  },
};

/** The table of one ranking: `?of=models&period=week`. */
export const rankingsCsvRoute: PageRoute = {
  path: "/rankings.csv",
  answer: async (reads, { query }) => {
    const { rows, window, asOf } = await sectionOf(reads, kindIn(query), periodIn(query));
    return csv([
      ["rank", "name", "id", "tokens", "share", "requests", "cost_usd", "previous_rank", "previous_tokens", "from", "to", "as_of"],
      ...rows.map((row) => [row.rank ?? "", row.name, row.id, row.tokens, row.share, row.requests, row.costText, row.previousRank ?? "", row.previousTokens, ...[window.from, window.to, asOf].map((time) => new Date(time).toISOString())]),
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

function periodIn(query: URLSearchParams): Period {
  return periods.find((period) => period === query.get("period")) ?? "week";
}

function kindIn(query: URLSearchParams): RankedKind {
  return rankedKinds.find((kind) => kind === query.get("of")) ?? "models";
}

/** The rest is one row. */
const rowsMax = 25;

async function sectionOf(reads: PageReads, kind: RankedKind, period: Period): Promise<RankedSection> {
  const ranking = kind === "apps" ? await reads.usage.appRanking(period) : await reads.usage.ranking(kind, period);
  const describing = describe(reads, kind, ranking);
  const rows = ranking.rows.slice(0, rowsMax).map((row) => rankedRow(row, describing));
  const rest = ranking.rows.slice(rowsMax);
  const chart = kind === "apps" || ranking.rows.length === 0 ? undefined : await chartOf(reads, kind, period);
  return {
    kind, rows: rest.length === 0 ? rows : [...rows, together(rest)], count: ranking.rows.length, tokens: ranking.tokens, requests: ranking.requests, isThin: ranking.isThin,
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
    previousTokens: sum(({ previousTokens }) => previousTokens), ...costOf(nanodollars(rows.reduce((all, { cost }) => all + cost, 0n))),
  };
}

function costOf(cost: Nanodollars): Pick<RankedRow, "cost" | "costText"> {
  return { cost: dollars(cost), costText: dollarsText(cost) };
}

/** The period, and at least as much before it. */
const chartDays: Readonly<Record<Period, number>> = { day: 14, week: 28, month: 60 };

async function chartOf(reads: PageReads, kind: "models" | "authors", period: Period): Promise<DailyTokens> {
  const to = dayOf(reads.clock());
  const nameOf = namedIn(reads, kind);
  const idOf = (slug: string) => (kind === "models" ? slug : (slug.split("/")[0] ?? slug));
  return dailyTokens(reads, { from: to - chartDays[period] + 1, to, nameOf: (slug) => nameOf(idOf(slug)).name });
}

const risingMax = 5;

/** The models whose tokens grew most since the window before. */
export async function risingModels(reads: PageReads, period: Period): Promise<readonly RankedRow[]> {
  const ranking = await reads.usage.ranking("models", period);
  const describing = (slug: string) => modelNamed(reads.catalog, slug);
  const grown = ranking.rows.filter(({ tokens, previousTokens }) => tokens > previousTokens && previousTokens > 0);
  return grown.toSorted((one, other) => other.tokens - other.previousTokens - (one.tokens - one.previousTokens)).slice(0, risingMax).map((row) => rankedRow(row, describing));
}
