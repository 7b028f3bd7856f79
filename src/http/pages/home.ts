/** `/`. */

import type { Model } from "../../catalog/model.ts";
import { parseModelQuery, queryModels } from "../../catalog/query.ts";
import { endpointsForSale } from "../../catalog/view.ts";
import type { UptimeSeries } from "../../usage/activity.ts";
import { samplesMin } from "../../../web/format/number.ts";
import { sourceOf } from "../../../web/format/measured.ts";
import { homePage, type HomeTraffic } from "../../../web/pages/home/page.tsx";
import { readMeasure } from "../measures.ts";
import { bookOf } from "./book.ts";
import { modelRow } from "./model-row.ts";
import type { PageReads, PageRoute } from "./page-route.ts";
import { risingModels } from "./rankings.ts";
import { lastDay, pointOf, sumOf } from "./uptime-points.ts";

const familiarModel = "mistralai/ministral-8b";
const latestCount = 6;

export const homeRoute: PageRoute = {
  path: "/",
  answer: async (reads, { origin }) => {
    const { catalog, usage, clock } = reads;
    const measure = await readMeasure(usage);
    const query = (text: string): readonly Model[] => queryModels(catalog.models, parseModelQuery(new URLSearchParams(text)), { findProvider: catalog.findProvider, now: clock() });
    const listed = query("output_modalities=all");
    const endpoints = listed.flatMap(endpointsForSale);
    return homePage({
      baseUrl: `${origin}/api/v1`, sampleModel: catalog.find(familiarModel)?.slug ?? listed[0]?.slug ?? familiarModel,
      models: listed.length, authors: new Set(listed.map(({ author }) => author)).size,
      providers: new Set(endpoints.map(({ provider }) => provider)).size, endpoints: endpoints.length,
      free: query("max_price=0&max_output_price=0").length,
      latest: query("sort=newest").slice(0, latestCount).map((model) => modelRow(model, measure)),
      ...(await trafficOf(reads)),
    });
  },
};

const appsMax = 6;
const healthMax = 6;

/** What went through here lately; the day counts for the figures, the week for who leads. */
async function trafficOf(reads: PageReads): Promise<HomeTraffic> {
  const { usage } = reads;
  const [{ day, week }, rising, { rows, apps }, uptimes] = await Promise.all([usage.totals(), risingModels(reads, "week"), usage.appRanking("week"), usage.providersUptime("hour")]);
  const book = bookOf(reads);
  const health = healthOf(reads, uptimes);
  return {
    book, day: { ...day, source: sourceOf(day, book) }, week: { ...week, source: sourceOf(week, book) }, rising: week.isThin ? [] : rising,
    health, healthSource: sourceOf({ ...day, n: health.reduce((sum, { n }) => sum + n, 0) }, book, "attempt"),
    apps: rows.slice(0, appsMax).flatMap(({ id, rank, tokens }) => {
      const app = apps.get(id);
      return app === undefined ? [] : [{ rank, tokens, name: app.name, path: `/apps/${encodeURIComponent(app.slug)}` }];
    }),
  };
}

/** Those of which 24 hours allow a share, the busiest first. */
function healthOf({ catalog }: PageReads, uptimes: readonly UptimeSeries[]): HomeTraffic["health"] {
  const rows = uptimes.map(({ of, points }) => {
    const hours = lastDay(points);
    const { successes, n } = sumOf(hours);
    return { slug: of, name: catalog.findProvider(of)?.name ?? of, n, share: n === 0 ? 0 : successes / n, hours: hours.map(pointOf) };
  });
  return rows.filter(({ n }) => n >= samplesMin).toSorted((one, other) => other.n - one.n).slice(0, healthMax);
}
