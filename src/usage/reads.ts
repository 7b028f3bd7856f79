/**
 * What pages and datasets read of this installation's traffic: sums of the rollups, never of generations. Every figure says
 * its window, its samples and its time. What is the same for many readers (all models, all apps, the page of one model) is kept
 * for ten seconds.
 */

import type { Clock } from "../base/clock.ts";
import { modelActivity, modelSpeed, modelSpeeds, modelSummary, modelUptime, providerActivity, providersActivity, providersUptime, providerUptime, type Activity, type EndpointSpeed, type ModelSpeeds, type ModelSummary, type speedSpans, type Uptime, type UptimeSeries } from "./activity.ts";
import { readProviders, type Reader, type Span } from "./activity.store.ts";
import { appActivity, type AppActivity } from "./app-activity.ts";
import { originOf } from "./apps.ts";
import { appDataset, modelDataset, type AppDataset, type AppDatasetRow, type ModelDataset, type ModelDatasetRow } from "./datasets.ts";
import { readDirectory, type PublicApp } from "./directory.ts";
import { keeping, lastSpan, measured, sharing, type Measured } from "./measured.ts";
import { readModelVolumes, readTotals, type Volume } from "./rankings.store.ts";
import { appRanking, authorRanking, modelRanking, tokensOf, type Order, type Period, type RankedBy, type Ranking } from "./rankings.ts";

export interface UsageReads {
  modelSummary(model: string): Promise<ModelSummary>;
  /** Tokens per day by provider; 90 days unless told otherwise. */
  modelActivity(model: string, days?: number): Promise<Activity>;
  /** The last 72 hours or the last 90 days. */
  modelUptime(model: string, unit: Span["unit"]): Promise<Uptime>;
  modelSpeed(model: string, over: keyof typeof speedSpans): Promise<readonly EndpointSpeed[]>;
  /** The public apps that used a model in the last seven days, the busiest first. */
  modelApps(model: string): Promise<AppRanking>;

  /** Slugs of the providers that were ever called. */
  providers(): Promise<readonly string[]>;
  providerActivity(provider: string, days?: number): Promise<Activity>;
  providerUptime(provider: string, unit: Span["unit"]): Promise<UptimeSeries>;
  /** The same of every provider that was called in that time. */
  providersActivity(days: number): Promise<ReadonlyMap<string, Activity>>;
  providersUptime(unit: Span["unit"]): Promise<readonly UptimeSeries[]>;

  /** By tokens unless told otherwise. */
  ranking(of: "models" | "authors", period: Period, by?: RankedBy): Promise<Ranking>;
  appRanking(period: Period, by?: RankedBy): Promise<AppRanking>;
  /** By its id, its slug or any URL of its origin; undefined for one that is not public. */
  app(name: string): Promise<AppReading | undefined>;

  /** Everything together, over 24 hours and over 7 days. */
  totals(): Promise<{ readonly day: Totals; readonly week: Totals }>;
  /** Tokens of the last seven days by the model's slug: what "popular" means. */
  weeklyTokens(): Promise<ReadonlyMap<string, number>>;
  /** How fast models were in the same days: what "throughput" and "latency" mean. */
  modelSpeeds(): Promise<ModelSpeeds>;

  modelDataset(query: ModelDataset): Promise<readonly ModelDatasetRow[]>;
  appDataset(query: Omit<AppDataset, "apps">): Promise<readonly AppDatasetRow[]>;
}

export interface AppRanking extends Ranking {
  /** Those of the rows, by their id. */
  readonly apps: ReadonlyMap<string, PublicApp>;
}

export interface Totals extends Measured {
  readonly requests: number;
  /** Requests that ended without an answer, and not because of the caller. */
  readonly failures: number;
  readonly tokens: number;
  readonly cost: Volume["cost"];
}

export interface AppReading extends AppActivity {
  readonly app: PublicApp;
  /** Among public apps, over seven days; null for one that used nothing. */
  readonly rank: number | null;
}

export interface UsageSources {
  readonly db: Reader;
  readonly clock: Clock;
  /** Read the sandbox's book instead of the real one. It has no apps. */
  readonly isSandbox?: boolean;
}

const keptMs = 10_000;
const activityDays = 90;
const uptimeCounts = { hour: 72, day: 90 } as const;

export function openUsageReads({ db: source, clock, isSandbox = false }: UsageSources): UsageReads {
  const db = sharing(source);
  const book = { db, isSandbox };
  const rankings = keeping<Ranking>(clock, keptMs);
  const appRankings = keeping<AppRanking>(clock, keptMs);
  const activities = keeping<AppActivity>(clock, keptMs);
  const directories = keeping<ReadonlyMap<number, PublicApp>>(clock, keptMs);
  const modelActivities = keeping<Activity>(clock, keptMs);
  const modelUptimes = keeping<Uptime>(clock, keptMs);
  const endpointSpeeds = keeping<readonly EndpointSpeed[]>(clock, keptMs);
  const sums = keeping<{ readonly day: Totals; readonly week: Totals }>(clock, keptMs);
  const weeks = keeping<ReadonlyMap<string, number>>(clock, keptMs);
  const fleetActivities = keeping<ReadonlyMap<string, Activity>>(clock, keptMs);
  const fleetUptimes = keeping<readonly UptimeSeries[]>(clock, keptMs);
  const speeds = keeping<ModelSpeeds>(clock, keptMs);
  const directory = () => directories("", () => readDirectory(db));

  const rankApps = async (order: Order, model?: string): Promise<AppRanking> => {
    const apps = await directory();
    const ranking = await appRanking(book, { ...order, model, apps, now: clock() });
    const ranked = ranking.rows.flatMap(({ id }) => apps.get(Number(id)) ?? []);
    return { ...ranking, apps: new Map(ranked.map((app) => [String(app.id), app])) };
  };
  const appRankingKept = (period: Period, by: RankedBy = "tokens") => appRankings(`${period} ${by}`, () => rankApps({ period, by }));

  const totalsOver = async (span: Span): Promise<Totals> => {
    const { requests, failures, cost, ...tokens } = await readTotals(book, span);
    return { ...measured(span, requests, clock()), requests, failures, cost, tokens: tokens.promptTokens + tokens.completionTokens };
  };

  return {
    modelSummary: (model) => modelSummary(book, model, clock()),
    modelActivity: (model, days = activityDays) => modelActivities(`${model} ${days}`, () => modelActivity(book, model, { days, now: clock() })),
    modelUptime: (model, unit) => modelUptimes(`${model} ${unit}`, () => modelUptime(book, model, { unit, count: uptimeCounts[unit], now: clock() })),
    modelSpeed: (model, over) => endpointSpeeds(`${model} ${over}`, () => modelSpeed(book, model, { over, now: clock() })),
    modelApps: (model) => appRankings(`week of ${model}`, () => rankApps({ period: "week", by: "tokens" }, model)),

    providers: () => readProviders(book),
    providerActivity: (provider, days = activityDays) => providerActivity(book, provider, { days, now: clock() }),
    providerUptime: (provider, unit) => providerUptime(book, provider, { unit, count: uptimeCounts[unit], now: clock() }),

    providersActivity: (days) => fleetActivities(String(days), () => providersActivity(book, { days, now: clock() })),
    providersUptime: (unit) => fleetUptimes(unit, () => providersUptime(book, { unit, count: uptimeCounts[unit], now: clock() })),

    ranking: (of, period, by = "tokens") => rankings(`${of} ${period} ${by}`, () => (of === "models" ? modelRanking : authorRanking)(book, { period, by }, clock())),
    appRanking: appRankingKept,

    async app(name) {
      const apps = await directory();
      const app = [...apps.values()].find(({ id, slug, origin }) => slug === name || String(id) === name || origin === originOf(name));
      if (app === undefined) return undefined;
      const [activity, { rows }] = await Promise.all([
        activities(String(app.id), () => appActivity(db, app.id, { days: activityDays, now: clock() })),
        appRankingKept("week"),
      ]);
      return { app, rank: rows.find(({ id }) => id === String(app.id))?.rank ?? null, ...activity };
    },

    totals: () => sums("", async () => {
      const [day, week] = await Promise.all([totalsOver(lastSpan({ unit: "hour", count: 24 }, clock())), totalsOver(lastSpan({ unit: "day", count: 7 }, clock()))]);
      return { day, week };
    }),

    weeklyTokens: () => weeks("", async () => {
      const volumes = await readModelVolumes(book, lastSpan({ unit: "day", count: 7 }, clock()));
      return new Map([...volumes].map(([model, volume]) => [model, tokensOf(volume)]));
    }),

    modelSpeeds: () => speeds("", () => modelSpeeds(book, clock())),

    modelDataset: (query) => modelDataset(book, query),
    appDataset: async (query) => appDataset(db, { ...query, apps: await directory() }),
  };
}
