/** `/apps/{slug}`, and its activity as CSV. */

import { dollars, dollarsText } from "../../base/money.ts";
import { dayMs } from "../../usage/spans.ts";
import { csvOf } from "../../../web/format/csv.ts";
import { sourceOf } from "../../../web/format/measured.ts";
import { appPage } from "../../../web/pages/app/page.tsx";
import { bookOf } from "./book.ts";
import { stacked } from "./daily-tokens.ts";
import type { PageReads, PageRoute } from "./page-route.ts";

type AppReading = NonNullable<Awaited<ReturnType<PageReads["usage"]["app"]>>>;

export const appRoute: PageRoute = {
  path: "/apps/:slug",
  answer: async (reads, { steps: { slug = "" } }) => {
    const reading = await reads.usage.app(slug);
    if (reading === undefined) return undefined;
    const { app, rank, days, tokens, requests } = reading;
    // By its number or its URL it is found, too; its page has one address.
    if (app.slug !== slug) return { redirect: `/apps/${encodeURIComponent(app.slug)}`, isPermanent: true };
    const book = bookOf(reads);
    const sum = (count: (day: AppReading["days"][number]) => number) => days.reduce((all, day) => all + count(day), 0);
    return appPage({
      app, rank, book, tokens, requests, promptTokens: sum((day) => day.promptTokens), completionTokens: sum((day) => day.completionTokens), cost: sum(({ cost }) => dollars(cost)),
      source: sourceOf(reading, book), isThin: reading.isThin, activity: activityOf(reads, reading), models: mixOf(reads, reading),
    });
  },
};

export const appCsvRoute: PageRoute = {
  path: "/apps/:slug/activity.csv",
  answer: async (reads, { steps: { slug = "" } }) => {
    const reading = await reads.usage.app(slug);
    if (reading === undefined) return undefined;
    const { days, models } = reading;
    return {
      contentType: "text/csv; charset=utf-8",
      body: csvOf([
        ["day", "requests", "prompt_tokens", "completion_tokens", "cost_usd", ...models],
        ...days.map(({ date, requests, promptTokens, completionTokens, cost, tokensByModel }) => [date, requests, promptTokens, completionTokens, dollarsText(cost), ...models.map((model) => tokensByModel[model] ?? 0)]),
      ]),
    };
  },
};

function nameOf({ catalog }: PageReads, slug: string): string {
  return catalog.find(slug)?.name ?? slug;
}

function activityOf(reads: PageReads, { days }: AppReading): ReturnType<typeof stacked> {
  const numbered = days.map((day) => ({ ...day, day: Date.parse(day.date) / dayMs }));
  const shares = numbered.flatMap(({ day, tokensByModel, promptTokens, completionTokens }) => {
    const named = Object.entries(tokensByModel).map(([model, tokens]) => ({ day, name: nameOf(reads, model), tokens }));
    const rest = promptTokens + completionTokens - named.reduce((sum, { tokens }) => sum + tokens, 0);
    return rest > 0 ? [...named, { day, name: "Other", tokens: rest }] : named;
  });
  return stacked(shares, { from: numbered[0]?.day ?? 0, to: numbered.at(-1)?.day ?? -1 });
}

const mixDays = 30;

/** What it used in the last 30 days, by model. */
function mixOf(reads: PageReads, { days, models }: AppReading) {
  const recent = days.slice(-mixDays);
  const total = recent.reduce((sum, { promptTokens, completionTokens }) => sum + promptTokens + completionTokens, 0);
  return models.map((model) => {
    const tokens = recent.reduce((sum, { tokensByModel }) => sum + (tokensByModel[model] ?? 0), 0);
    return { slug: model, name: nameOf(reads, model), isKnown: reads.catalog.find(model) !== undefined, tokens, share: total === 0 ? 0 : tokens / total };
  });
}
