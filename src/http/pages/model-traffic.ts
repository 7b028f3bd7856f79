/** What this installation's rollups say of a model, in the shapes of its page. */

import type { Model } from "../../catalog/model.ts";
import type { Activity, EndpointSpeed, Uptime, UptimeSeries } from "../../usage/activity.ts";
import type { Measured } from "../../usage/measured.ts";
import type { AppRanking } from "../../usage/reads.ts";
import { seriesMax } from "../../../web/charts/hues.ts";
import { counted } from "../../../web/format/number.ts";
import { asOf, date } from "../../../web/format/time.ts";
import type { AppRow, EndpointRow, ModelPageData, UptimeDay, UptimeSeries as ShownSeries } from "../../../web/pages/model/data.ts";
import type { PageReads } from "./page-route.ts";

export interface Traffic extends Pick<ModelPageData, "week" | "apps" | "activity" | "uptime"> {
  /** By endpoint, over 7 days. */
  readonly speeds: ReadonlyMap<string, EndpointSpeed>;
  /** By endpoint, of the last 24 hours. */
  readonly recent: ReadonlyMap<string, NonNullable<EndpointRow["uptime"]>>;
}

export async function trafficOf({ usage, catalog, isDemo, isSandbox }: PageReads, model: Model, places: ReadonlySet<string>): Promise<Traffic> {
  const { slug } = model;
  // What can be summed from the days is, instead of being read again: most of a page's time is reading.
  const [activity, uptime, hours, speeds, apps] = await Promise.all([usage.modelActivity(slug), usage.modelUptime(slug, "day"), usage.modelUptime(slug, "hour"), usage.modelSpeed(slug, "7d"), usage.modelApps(slug)]);
  const source = (window: string, figures: Pick<Measured, "n" | "asOf">, noun: string) => `${window} · ${counted(figures.n, noun)} · as of ${asOf(figures.asOf)} · ${isDemo ? "demo data" : isSandbox ? "sandbox traffic" : "measured here"}`;
  return {
    week: weekOf(activity, (requests) => source("7 days", { n: requests, asOf: activity.asOf }, "request")),
    speeds: new Map(speeds.map((speed) => [speed.endpointId, speed])),
    recent: new Map(hours.each.map((series) => [series.of, recentOf(series)])),
    apps: { rows: appRows(apps, places), source: source("7 days", apps, "request") },
    activity: { ...stacked(activity, (provider) => catalog.findProvider(provider)?.name ?? provider), source: source("90 days", activity, "request") },
    uptime: { ...uptimeOf(uptime, model), source: source("90 days", uptime.all, "attempt") },
  };
}

/** Today and the six days before. */
function weekOf({ days }: Activity, note: (requests: number) => string): Traffic["week"] {
  const week = days.slice(-7);
  return { tokens: week.reduce((sum, { promptTokens, completionTokens }) => sum + promptTokens + completionTokens, 0), note: note(week.reduce((sum, { requests }) => sum + requests, 0)) };
}

const recentHours = 24;

function recentOf({ points }: UptimeSeries): NonNullable<EndpointRow["uptime"]> {
  const recent = points.slice(-recentHours);
  const samples = recent.reduce((sum, { n }) => sum + n, 0);
  const successes = recent.reduce((sum, { n, availability }) => sum + n * (availability ?? 0), 0);
  return { share: samples === 0 ? undefined : successes / samples, samples, ticks: recent.map(({ at, availability }) => ({ label: asOf(at), share: availability ?? undefined })) };
}

const appsMax = 10;

function appRows({ rows, apps }: AppRanking, places: ReadonlySet<string>): readonly AppRow[] {
  return rows.slice(0, appsMax).map(({ id, rank, tokens, share, previousRank }) => {
    const app = apps.get(id);
    return { rank, tokens, share, name: app?.name ?? id, path: app !== undefined && places.has("/apps/:slug") ? `/apps/${encodeURIComponent(app.slug)}` : undefined, previousRank: previousRank ?? undefined };
  });
}

/** The largest providers by name; the others together. */
function stacked({ days, providers }: Activity, nameOf: (provider: string) => string): Pick<ModelPageData["activity"], "series" | "days" | "total"> {
  const named = providers.length > seriesMax + 1 ? providers.slice(0, seriesMax) : providers;
  const isWhole = named.length === providers.length;
  const shown = days.map(({ date: day, tokensByProvider }) => {
    const values = named.map((provider) => tokensByProvider[provider] ?? 0);
    const others = Object.entries(tokensByProvider).reduce((sum, [provider, tokens]) => (named.includes(provider) ? sum : sum + tokens), 0);
    return { at: Date.parse(day), values: isWhole ? values : [...values, others] };
  });
  return { series: [...named.map(nameOf), ...(isWhole ? [] : ["Other"])], days: shown, total: shown.reduce((sum, { values }) => values.reduce((all, value) => all + value, sum), 0) };
}

function uptimeOf({ all, each }: Uptime, model: Model): Omit<ModelPageData["uptime"], "source"> {
  const names = new Map(model.endpoints.map(({ id, providerName, provider, tag }) => [id, tag === provider ? providerName : `${providerName} (${tag})`]));
  return {
    ...sharesOf({ ...all.overall, n: all.n }), days: all.points.map((point) => ({ at: point.at, ...sharesOf(point) })),
    each: each.map((series) => ({
      name: names.get(series.of) ?? series.of.slice(series.of.indexOf("@") + 1), ...sharesOf({ ...series.overall, n: series.n }), availability: series.overall.availability ?? undefined,
      ticks: series.points.map(({ at, n, availability }): ShownSeries["ticks"][number] => ({ label: n === 0 ? date(at) : `${date(at)} (n = ${n})`, share: availability ?? undefined })),
    })),
  };
}

function sharesOf({ n, withRouting, withoutRouting }: Pick<UptimeSeries["points"][number], "n" | "withRouting" | "withoutRouting">): Omit<UptimeDay, "at"> {
  return { attempts: n, withRouting: withRouting ?? undefined, withoutRouting: withoutRouting ?? undefined };
}
