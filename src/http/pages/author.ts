/** `/{author}`. */

import { pricePerMillionText } from "../../base/money.ts";
import { dayOf } from "../../usage/spans.ts";
import { daysSource, sourceOf } from "../../../web/format/measured.ts";
import { authorPage } from "../../../web/pages/author/page.tsx";
import { readMeasure } from "../measures.ts";
import { bookOf } from "./book.ts";
import { dailyTokens } from "./daily-tokens.ts";
import { modelRow } from "./model-row.ts";
import type { PageReads, PageRoute } from "./page-route.ts";

const activityDays = 90;

export const authorRoute: PageRoute = {
  path: "/:author",
  // Places of the site stand before this one; a name that will be a place is no author's either.
  accepts: ({ catalog }, { author = "" }) => !reserved.has(author) && catalog.models.some((model) => model.author === author),
  answer: async (reads, { steps: { author = "" } }) => {
    const { usage, catalog } = reads;
    const models = catalog.models.filter((model) => model.author === author);
    const [first] = models;
    if (first === undefined) return undefined;
    const to = dayOf(reads.clock());
    const names = new Map(models.map(({ slug, name }) => [slug, name]));
    const nameOf = (slug: string) => (slug.startsWith(`${author}/`) ? (names.get(slug) ?? slug) : undefined);
    const [measure, ranking, activity] = await Promise.all([readMeasure(usage), usage.ranking("authors", "week"), dailyTokens(reads, { from: to - activityDays + 1, to, nameOf })]);
    const row = ranking.rows.find(({ id }) => id === author);
    const listed = models.filter(({ isListed }) => isListed);
    return authorPage({
      author, name: first.authorName, book: bookOf(reads),
      models: listed.map((model) => modelRow(model, measure)),
      unlisted: models.filter(({ isListed }) => !isListed).map(({ slug, name }) => ({ slug, name })),
      cheapest: cheapestOf(listed),
      week: { tokens: row?.tokens ?? 0, requests: row?.requests ?? 0, share: row?.share ?? 0, rank: row?.rank, of: ranking.rows.length, isThin: ranking.isThin, source: sourceOf(ranking, bookOf(reads)) },
      activity: { ...activity, source: daysSource(activityDays, reads.clock(), bookOf(reads)) },
    });
  },
};

function cheapestOf(models: PageReads["catalog"]["models"]): { readonly slug: string; readonly prompt: string } | undefined {
  const priced = models.flatMap(({ slug, pricing }) => (pricing === undefined || pricing.prompt === 0n ? [] : [{ slug, price: pricing.prompt }]));
  const [least] = priced.toSorted((one, other) => (one.price < other.price ? -1 : one.price > other.price ? 1 : 0));
  return least === undefined ? undefined : { slug: least.slug, prompt: pricePerMillionText(least.price) };
}

/** First segments of places that are here or are to come: no author of a catalog may take one of them away. */
const reserved: ReadonlySet<string> = new Set([
  "setup", "login", "logout", "auth", "models", "compare", "collections", "benchmarks", "rankings", "apps", "providers", "provider", "chat", "playground", "request-builder",
  "activity", "logs", "settings", "keys", "credits", "workspaces", "status", "docs", "changelog", "api", "static", "assets", "healthz", ".well-known",
]);
