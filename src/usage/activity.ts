/** What the pages of a model and of a provider tell of this installation's traffic. Pure sums over what activity.store.ts reads. */

import { zeroNanodollars, nanodollars } from "../base/money.ts";
import { latencyPercentiles, throughputPercentiles, totalOf, type Percentiles } from "./bins.ts";
import { readEndpointCalls, readHistograms, readModelHistograms, readProviderCalls, readProvidersCalls, type Book, type Calls, type CallsAt, type Span } from "./activity.store.ts";
import { lastSpan, measured, samplesMin, type Length, type Measured } from "./measured.ts";
import { providerOf } from "./rollup.ts";
import { dateOf, dayMs, hourMs } from "./spans.ts";

export interface Use extends Measured, Pick<Calls, "requests" | "promptTokens" | "completionTokens" | "reasoningTokens" | "cachedTokens" | "cost"> {
  readonly tokens: number;
}

export interface ModelSummary {
  /** Today and the six days before. */
  readonly week: Use;
  /** The current hour and the 23 before. */
  readonly day: Use;
}

export async function modelSummary(book: Book, model: string, now: number): Promise<ModelSummary> {
  const [week, day] = await Promise.all([lastSpan({ unit: "day", count: 7 }, now), lastSpan({ unit: "hour", count: 24 }, now)].map(async (span) => useOf(await readEndpointCalls(book, model, span), span, now)));
  return { week: week as Use, day: day as Use };
}

function useOf(calls: readonly CallsAt[], span: Span, now: number): Use {
  const { requests, promptTokens, completionTokens, reasoningTokens, cachedTokens, cost } = calls.reduce<Calls>(together, nothing);
  return { ...measured(span, requests, now), requests, promptTokens, completionTokens, reasoningTokens, cachedTokens, cost, tokens: promptTokens + completionTokens };
}

export interface ActivityDay {
  /** "2026-11-21". */
  readonly date: string;
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the completion. */
  readonly reasoningTokens: number;
  /** Of the prompt. */
  readonly cachedTokens: number;
  readonly cost: Calls["cost"];
  /** Prompt and completion together, by the provider's slug. */
  readonly tokensByProvider: Readonly<Record<string, number>>;
}

export interface Activity extends Measured {
  /** Every day of the window, the empty ones too. */
  readonly days: readonly ActivityDay[];
  /** Slugs, the one with most tokens first. */
  readonly providers: readonly string[];
}

export async function modelActivity(book: Book, model: string, { days, now }: { readonly days: number; readonly now: number }): Promise<Activity> {
  const span = lastSpan({ unit: "day", count: days }, now);
  return activityOf(await readEndpointCalls(book, model, span), span, now);
}

export async function providerActivity(book: Book, provider: string, { days, now }: { readonly days: number; readonly now: number }): Promise<Activity> {
  const span = lastSpan({ unit: "day", count: days }, now);
  return activityOf(await readProviderCalls(book, provider, span), span, now);
}

/** Of each provider that was called in this time, by its slug. */
export async function providersActivity(book: Book, { days, now }: { readonly days: number; readonly now: number }): Promise<ReadonlyMap<string, Activity>> {
  const span = lastSpan({ unit: "day", count: days }, now);
  return new Map([...groupBy(await readProvidersCalls(book, span), ({ of }) => of)].map(([provider, calls]) => [provider, activityOf(calls, span, now)]));
}

function activityOf(calls: readonly CallsAt[], span: Span, now: number): Activity {
  const byDay = groupBy(calls, ({ at }) => at);
  const days = range(span).map((day) => activityDay(day, byDay.get(day) ?? []));
  const totals = new Map<string, number>();
  for (const { tokensByProvider } of days) for (const [provider, tokens] of Object.entries(tokensByProvider)) totals.set(provider, (totals.get(provider) ?? 0) + tokens);
  const providers = [...totals].toSorted(([one, more], [other, less]) => less - more || (one < other ? -1 : 1)).map(([provider]) => provider);
  return { ...measured(span, days.reduce((sum, { requests }) => sum + requests, 0), now), days, providers };
}

function activityDay(day: number, calls: readonly CallsAt[]): ActivityDay {
  const { requests, promptTokens, completionTokens, reasoningTokens, cachedTokens, cost } = calls.reduce<Calls>(together, nothing);
  const tokensByProvider: Record<string, number> = {};
  for (const one of calls) {
    const provider = providerOf(one.of);
    const tokens = one.promptTokens + one.completionTokens;
    if (tokens > 0) tokensByProvider[provider] = (tokensByProvider[provider] ?? 0) + tokens;
  }
  return { date: dateOf(day), requests, promptTokens, completionTokens, reasoningTokens, cachedTokens, cost, tokensByProvider };
}

/** Shares between 0 and 1; null where nothing was counted. */
export interface UptimePoint {
  /** When the hour or the day begins. */
  readonly at: number;
  /** Of the attempts at this endpoint (or at any), those that succeeded. */
  readonly availability: number | null;
  /** Of the requests that tried it first, those that were answered: by it, or by another endpoint after it failed. */
  readonly withRouting: number | null;
  /** The same if nothing had come after it. */
  readonly withoutRouting: number | null;
  readonly n: number;
}

export interface UptimeSeries extends Measured {
  /** The endpoint's id, the provider's slug, or "all". */
  readonly of: string;
  readonly overall: Omit<UptimePoint, "at" | "n">;
  /** Attempts that failed, and those that were refused for too many requests, which are no part of `n`. */
  readonly failures: number;
  readonly rateLimited: number;
  /** Every hour or day of the window, the empty ones too. */
  readonly points: readonly UptimePoint[];
}

export interface Uptime {
  readonly all: UptimeSeries;
  /** The one with most attempts first. */
  readonly each: readonly UptimeSeries[];
}

export interface UptimeRange extends Length {
  readonly now: number;
}

export async function modelUptime(book: Book, model: string, { unit, count, now }: UptimeRange): Promise<Uptime> {
  const span = lastSpan({ unit, count }, now);
  const calls = await readEndpointCalls(book, model, span);
  const each = [...groupBy(calls, ({ of }) => of)].map(([of, own]) => uptimeSeries(of, own, { span, now }));
  return { all: uptimeSeries("all", calls, { span, now }), each: each.filter(({ n }) => n > 0).toSorted((one, other) => other.n - one.n) };
}

export async function providerUptime(book: Book, provider: string, { unit, count, now }: UptimeRange): Promise<UptimeSeries> {
  const span = lastSpan({ unit, count }, now);
  return uptimeSeries(provider, await readProviderCalls(book, provider, span), { span, now });
}

/** Of each provider that was called in this time. */
export async function providersUptime(book: Book, { unit, count, now }: UptimeRange): Promise<readonly UptimeSeries[]> {
  const span = lastSpan({ unit, count }, now);
  return [...groupBy(await readProvidersCalls(book, span), ({ of }) => of)].map(([provider, calls]) => uptimeSeries(provider, calls, { span, now }));
}

function uptimeSeries(of: string, calls: readonly CallsAt[], { span, now }: { readonly span: Span; readonly now: number }): UptimeSeries {
  const byTime = groupBy(calls, ({ at }) => at);
  const unitMs = span.unit === "hour" ? hourMs : dayMs;
  const points = range(span).map((at) => {
    const own = (byTime.get(at) ?? []).reduce<Calls>(together, nothing);
    return { at: at * unitMs, ...sharesOf(own), n: own.successes + own.failures };
  });
  const sum = calls.reduce<Calls>(together, nothing);
  return { of, overall: sharesOf(sum), failures: sum.failures, rateLimited: sum.rateLimited, points, ...measured(span, sum.successes + sum.failures, now) };
}

function sharesOf({ successes, failures, firstTries, firstFailures, rescued }: Calls): Omit<UptimePoint, "at" | "n"> {
  return {
    availability: share(successes, successes + failures),
    withRouting: share(firstTries - firstFailures + rescued, firstTries),
    withoutRouting: share(firstTries - firstFailures, firstTries),
  };
}

export interface EndpointSpeed extends Measured {
  readonly endpointId: string;
  /** Milliseconds to the first content of streamed answers; null under {@link samplesMin} of them. */
  readonly latency: Percentiles | null;
  readonly latencySamples: number;
  /** Tokens per second that 50, 75, 90 and 99 per cent of answers reach at least; null under {@link samplesMin} of them. */
  readonly throughput: Percentiles | null;
  readonly throughputSamples: number;
}

export const speedSpans = {
  "24h": { unit: "hour", count: 24 }, "7d": { unit: "day", count: 7 }, "30d": { unit: "day", count: 30 }, "90d": { unit: "day", count: 90 },
} as const;

export async function modelSpeed(book: Book, model: string, { over, now }: { readonly over: keyof typeof speedSpans; readonly now: number }): Promise<readonly EndpointSpeed[]> {
  const span = lastSpan(speedSpans[over], now);
  const speeds = (await readHistograms(book, model, span)).map(({ endpointId, latency, throughput }) => {
    const [latencySamples, throughputSamples] = [totalOf(latency), totalOf(throughput)];
    return {
      endpointId, latencySamples, throughputSamples,
      latency: latencySamples < samplesMin ? null : latencyPercentiles(latency),
      throughput: throughputSamples < samplesMin ? null : throughputPercentiles(throughput),
      ...measured(span, Math.max(latencySamples, throughputSamples), now),
    };
  });
  return speeds.filter(({ n }) => n > 0).toSorted((one, other) => other.n - one.n);
}

/** The medians of models over all their endpoints. */
export interface ModelSpeeds extends Measured {
  /** By slug; a figure of fewer than {@link samplesMin} answers is left out. */
  readonly speeds: ReadonlyMap<string, { readonly latency: number | undefined; readonly throughput: number | undefined }>;
}

/** Today and the six days before. */
export async function modelSpeeds(book: Book, now: number): Promise<ModelSpeeds> {
  const span = lastSpan(speedSpans["7d"], now);
  const histograms = await readModelHistograms(book, span);
  let n = 0;
  const speeds = new Map([...histograms].map(([model, { latency, throughput }]) => {
    const [latencySamples, throughputSamples] = [totalOf(latency), totalOf(throughput)];
    n += Math.max(latencySamples, throughputSamples);
    return [model, {
      latency: latencySamples < samplesMin ? undefined : latencyPercentiles(latency)?.p50,
      throughput: throughputSamples < samplesMin ? undefined : throughputPercentiles(throughput)?.p50,
    }];
  }));
  return { ...measured(span, n, now), speeds };
}

const nothing: Calls = {
  requests: 0, promptTokens: 0, completionTokens: 0, reasoningTokens: 0, cachedTokens: 0, toolCalls: 0, cost: zeroNanodollars,
  successes: 0, failures: 0, rateLimited: 0, firstTries: 0, firstFailures: 0, rescued: 0,
};

function together(one: Calls, other: Calls): Calls {
  return {
    requests: one.requests + other.requests, promptTokens: one.promptTokens + other.promptTokens, completionTokens: one.completionTokens + other.completionTokens,
    reasoningTokens: one.reasoningTokens + other.reasoningTokens, cachedTokens: one.cachedTokens + other.cachedTokens, toolCalls: one.toolCalls + other.toolCalls,
    cost: nanodollars(one.cost + other.cost),
    successes: one.successes + other.successes, failures: one.failures + other.failures, rateLimited: one.rateLimited + other.rateLimited,
    firstTries: one.firstTries + other.firstTries, firstFailures: one.firstFailures + other.firstFailures, rescued: one.rescued + other.rescued,
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function range({ from, to }: Span): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function groupBy<Item, Name>(items: readonly Item[], nameOf: (item: Item) => Name): ReadonlyMap<Name, readonly Item[]> {
  const groups = new Map<Name, Item[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}
