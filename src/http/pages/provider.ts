/** `/provider/{slug}`, and its activity as CSV. */

import { dollars, pricePerMillionText, type Picodollars } from "../../base/money.ts";
import type { EndpointSpeed, UptimeSeries } from "../../usage/activity.ts";
import { csvOf } from "../../../web/format/csv.ts";
import { sourceOf } from "../../../web/format/measured.ts";
import { providerPage, type OfferRow, type ProviderPageData, type UptimeData } from "../../../web/pages/provider/page.tsx";
import { bookOf } from "./book.ts";
import type { PageReads, PageRoute } from "./page-route.ts";
import { listingOf, offersByProvider, stateOf, type Offer } from "./provider-offers.ts";
import { pointOf } from "./uptime-points.ts";

export const providerRoute: PageRoute = {
  path: "/provider/:slug",
  answer: async (reads, { steps }) => {
    const data = await dataOf(reads, steps["slug"] ?? "");
    return data && providerPage(data);
  },
};

export const providerCsvRoute: PageRoute = {
  path: "/provider/:slug/activity.csv",
  answer: async ({ usage, catalog }, { steps: { slug = "" } }) => {
    if (catalog.findProvider(slug) === undefined && !(await usage.providers()).includes(slug)) return undefined;
    const { days } = await usage.providerActivity(slug);
    return {
      contentType: "text/csv; charset=utf-8",
      body: csvOf([
        ["day", "requests", "prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "cost_usd"],
        ...days.map((day) => [day.date, day.requests, day.promptTokens, day.cachedTokens, day.completionTokens, day.reasoningTokens, dollars(day.cost)]),
      ]),
    };
  },
};

async function dataOf(reads: PageReads, slug: string): Promise<ProviderPageData | undefined> {
  const { catalog, usage } = reads;
  const provider = catalog.findProvider(slug);
  const offers = offersByProvider(reads).get(slug) ?? [];
  if (provider === undefined && !(await usage.providers()).includes(slug)) return undefined;
  const book = bookOf(reads);
  const [hours, days, activity, rows] = await Promise.all([usage.providerUptime(slug, "hour"), usage.providerUptime(slug, "day"), usage.providerActivity(slug), offerRows(reads, offers)]);
  const week = activity.days.slice(-7);
  return {
    slug, name: provider?.name ?? slug, kind: provider?.kind, state: provider === undefined && book === "sandbox" ? simulated : stateOf(provider, offers), offers: rows, book,
    credentialEnv: provider?.credentialEnv[0], protocol: provider?.protocol, baseUrl: provider?.baseUrl,
    policy: provider?.dataPolicy, headquarters: provider?.headquarters, datacenters: provider?.datacenters ?? [],
    links: [["Privacy policy", provider?.privacyPolicyUrl], ["Terms of service", provider?.termsOfServiceUrl], ["Its own status page", provider?.statusPageUrl]].flatMap(([name, href]) => (name === undefined || href === undefined ? [] : [{ name, href }])),
    hours: uptimeData(hours, book), days: uptimeData(days, book),
    week: { tokens: week.reduce((sum, day) => sum + day.promptTokens + day.completionTokens, 0), requests: week.reduce((sum, day) => sum + day.requests, 0) },
    activity: {
      source: sourceOf(activity, book), requests: activity.n, cost: activity.days.reduce((sum, { cost }) => sum + dollars(cost), 0),
      days: activity.days.map(({ date, promptTokens, cachedTokens, completionTokens, reasoningTokens }) => ({
        at: Date.parse(date), values: [promptTokens - cachedTokens, cachedTokens, completionTokens - reasoningTokens, reasoningTokens],
      })),
    },
  };
}

const simulated = { word: "Sandbox", note: "answers where no provider can be called", callable: 0 } as const;

function uptimeData(series: UptimeSeries, book: ProviderPageData["book"]): UptimeData {
  const { overall, points, n, failures, rateLimited } = series;
  return {
    n, failures, rateLimited, share: overall.availability ?? undefined, withRouting: overall.withRouting ?? undefined, withoutRouting: overall.withoutRouting ?? undefined,
    points: points.map(pointOf), source: sourceOf(series, book, "attempt"),
  };
}

/** Models that were used this week are read one by one: so many at most. */
const measuredMax = 40;

async function offerRows(reads: PageReads, offers: readonly Offer[]): Promise<readonly OfferRow[]> {
  const weekly = await reads.usage.weeklyTokens();
  const used = [...new Set(offers.map(({ model }) => model.slug))].filter((slug) => weekly.has(slug)).toSorted((one, other) => (weekly.get(other) ?? 0) - (weekly.get(one) ?? 0)).slice(0, measuredMax);
  const [speeds, uptimes] = await Promise.all([
    Promise.all(used.map((slug) => reads.usage.modelSpeed(slug, "7d"))), Promise.all(used.map((slug) => reads.usage.modelUptime(slug, "hour"))),
  ]);
  const measured = {
    speeds: new Map(speeds.flat().map((speed) => [speed.endpointId, speed])),
    uptimes: new Map(uptimes.flatMap(({ each }) => each).map((series) => [series.of, series])),
  };
  // What was called first, then what is listed; within both the newest first, as in the catalog.
  const isUnlisted = new Map(offers.map(({ model, endpoint }) => [endpoint.id, Number(!model.isListed)]));
  return offers.map((offer) => offerRow(offer, measured)).toSorted((one, other) => other.attempts - one.attempts || (isUnlisted.get(one.id) ?? 0) - (isUnlisted.get(other.id) ?? 0));
}

interface Seen {
  readonly speeds: ReadonlyMap<string, EndpointSpeed>;
  readonly uptimes: ReadonlyMap<string, UptimeSeries>;
}

function offerRow({ model, endpoint, lack }: Offer, { speeds, uptimes }: Seen): OfferRow {
  const { id, tag, pricing, contextLength, quantization } = endpoint;
  const speed = speeds.get(id);
  const uptime = uptimes.get(id);
  return {
    id, tag, tier: tag !== endpoint.provider, ...listingOf(model, endpoint), model: model.slug, name: model.name, isCallable: lack === undefined,
    ...text("prompt", pricing?.prompt), ...text("completion", pricing?.completion), ...(contextLength > 0 ? { context: contextLength } : {}), ...(quantization === undefined ? {} : { quantization }),
    priceRank: priceRank(model.endpoints.map((one) => [one.id, one.pricing === undefined || one.status === "retired" ? undefined : one.pricing.prompt + one.pricing.completion]), id),
    latency: speed?.latency?.p50, latencySamples: speed?.latencySamples ?? 0, throughput: speed?.throughput?.p50, throughputSamples: speed?.throughputSamples ?? 0,
    share: uptime?.overall.availability ?? undefined, attempts: uptime?.n ?? 0,
  };
}

function text<Name extends string>(name: Name, price: Picodollars | undefined): { readonly [N in Name]?: string } {
  return price === undefined ? {} : ({ [name]: pricePerMillionText(price) } as { readonly [N in Name]: string });
}

/** Input and output together; equal prices share a place. Undefined for what has no price, or no rival. */
function priceRank(prices: readonly (readonly [string, bigint | undefined])[], id: string): OfferRow["priceRank"] {
  const known = prices.flatMap(([endpoint, price]) => (price === undefined ? [] : [{ endpoint, price }]));
  const own = known.find(({ endpoint }) => endpoint === id);
  return own === undefined || known.length < 2 ? undefined : { place: known.filter(({ price }) => price < own.price).length + 1, of: known.length };
}
