/** `/status`, and the same as JSON. */

import { Fault } from "../../base/fault.ts";
import { providerOf } from "../../usage/rollup.ts";
import type { UptimeSeries } from "../../usage/activity.ts";
import { sourceOf } from "../../../web/format/measured.ts";
import { samplesMin } from "../../../web/format/number.ts";
import { stateOf, thresholds } from "../../../web/charts/uptime-strip.tsx";
import { statusPage, type Counted, type ProviderStatus, type StatusData } from "../../../web/pages/status/page.tsx";
import { bookOf } from "./book.ts";
import type { GatewayReads, PageReads, PageRoute } from "./page-route.ts";
import { lastDay, pointOf, sumOf } from "./uptime-points.ts";

export const statusRoute: PageRoute = { path: "/status", answer: async (reads) => statusPage(await dataOf(reads)) };

export const providerStatusRoute: PageRoute = {
  path: "/status/:slug",
  accepts: ({ catalog }, { slug = "" }) => catalog.findProvider(slug) !== undefined,
  answer: (_reads, { steps: { slug = "" } }) => ({ redirect: `/provider/${slug}#uptime`, isPermanent: true }),
};

export const statusJsonRoute: PageRoute = {
  path: "/api/ui/v1/status",
  answer: async (reads) => {
    const { now, startedAt, version, book, storage, day, providers } = await dataOf(reads);
    return {
      contentType: "application/json",
      body: JSON.stringify({
        as_of: iso(now), version, started_at: iso(startedAt), traffic: book, storage: storage.isReachable ? { reachable: true, unsettled: storage.unsettled } : { reachable: false },
        last_24h: { requests: day.requests, failures: day.failures }, thresholds,
        providers: providers.map(({ slug, name, recent5m, recent30m, last24h }) => ({ slug, name, last_5m: counts(recent5m), last_30m: counts(recent30m), last_24h: counts(last24h) })),
      }),
    };
  },
};

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function counts({ successes, n }: Counted): object {
  return { successes, attempts: n, uptime: n < samplesMin ? null : successes / n, state: n < samplesMin ? null : stateOf(successes / n) };
}

async function dataOf(reads: PageReads): Promise<StatusData> {
  const { gateway, clock, version } = reads;
  const [storage, books] = await Promise.all([storageOf(gateway), booksOf(reads)]);
  return { now: clock(), startedAt: gateway.startedAt, version, book: bookOf(reads), storage, ...books };
}

type Books = Pick<StatusData, "day" | "daySource" | "providers" | "source">;

/** What is in memory is shown where the database does not answer: this page is for such times. */
async function booksOf(reads: PageReads): Promise<Books> {
  try {
    return await readBooks(reads);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { day: { requests: 0, failures: 0 }, daySource: "the database does not answer", providers: providersOf(reads, []), source: "not to be had, because the database does not answer" };
  }
}

interface Kept {
  /** Undefined for one that was not called in 72 hours. */
  readonly hours: UptimeSeries | undefined;
  readonly days: UptimeSeries;
}

async function readBooks(reads: PageReads): Promise<Books> {
  const { usage } = reads;
  const [totals, hours, days] = await Promise.all([usage.totals(), usage.providersUptime("hour"), usage.providersUptime("day")]);
  const kept = days.map((own): Kept => ({ hours: hours.find(({ of }) => of === own.of), days: own }));
  const [first] = kept;
  const n = kept.reduce((sum, { days }) => sum + days.n, 0);
  return {
    day: totals.day, daySource: sourceOf(totals.day, bookOf(reads)), providers: providersOf(reads, kept),
    source: first === undefined ? "" : sourceOf({ ...first.days, n }, bookOf(reads), "attempt"),
  };
}

/** Those with most attempts of late first; those that only memory knows, last. */
function providersOf({ catalog, gateway }: PageReads, kept: readonly Kept[]): readonly ProviderStatus[] {
  const recent = recentByProvider(gateway);
  const known = new Map(kept.map((one) => [one.days.of, one]));
  const providers = [...new Set([...known.keys(), ...recent.keys()])].map((slug): ProviderStatus => {
    const own = known.get(slug);
    const lately = recent.get(slug);
    return {
      slug, name: catalog.findProvider(slug)?.name ?? slug, recent5m: lately?.minutes ?? none, recent30m: lately?.halfHour ?? none,
      last24h: sumOf(lastDay(own?.hours?.points ?? [])), last90d: sumOf(own?.days.points ?? []),
      hours: lastDay(own?.hours?.points ?? []).map(pointOf), days: (own?.days.points ?? []).map(pointOf),
    };
  });
  return providers.filter(({ last90d, recent30m }) => last90d.n + recent30m.n > 0).toSorted((one, other) => other.last24h.n - one.last24h.n || other.last90d.n - one.last90d.n);
}

const none: Counted = { successes: 0, n: 0 };

function recentByProvider(gateway: GatewayReads): ReadonlyMap<string, { readonly minutes: Counted; readonly halfHour: Counted }> {
  const providers = new Map<string, { readonly minutes: Counted; readonly halfHour: Counted }>();
  for (const [endpointId, { minutes, halfHour }] of gateway.recentAnswers()) {
    const known = providers.get(providerOf(endpointId)) ?? { minutes: none, halfHour: none };
    providers.set(providerOf(endpointId), { minutes: plus(known.minutes, minutes), halfHour: plus(known.halfHour, halfHour) });
  }
  return providers;
}

function plus({ successes, n }: Counted, more: { readonly successes: number; readonly failures: number }): Counted {
  return { successes: successes + more.successes, n: n + more.successes + more.failures };
}

/** A page about failures is made when the database fails, too. */
async function storageOf(gateway: GatewayReads): Promise<StatusData["storage"]> {
  try {
    return { isReachable: true, unsettled: await gateway.unsettled() };
  } catch (error) {
    if (error instanceof Fault) return { isReachable: false };
    throw error;
  }
}
