/** All that the page of a model shows. Prices are exact decimal dollars per million tokens, times milliseconds since the epoch. */

import type { UptimeTick } from "../../charts/uptime-strip.tsx";
import type { Day } from "../../charts/stacked-bars.tsx";
import type { PreviewWish, RouteAnswer } from "../../islands/route-preview.tsx";
import type { SampleKind, SampleMode } from "./samples.ts";

export interface ModelPageData {
  /** The model's own, without the variant. */
  readonly slug: string;
  /** What the samples call, with the variant of the address. */
  readonly askedSlug: string;
  /** "Mistral: Ministral 8B". */
  readonly fullName: string;
  /** "Ministral 8B". */
  readonly name: string;
  readonly authorName: string;
  readonly authorPath: string;
  readonly description: string;
  readonly createdAt: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly prices: Prices;
  /** Undefined for a model that has none, as one that makes pictures. */
  readonly context: number | undefined;
  readonly outputMax: number | undefined;
  readonly facts: readonly Fact[];
  /** Other names under which it answers. */
  readonly aliases: readonly string[];
  /** The day it goes or went, and whether that is past. */
  readonly ending: { readonly day: string; readonly isPast: boolean } | undefined;
  readonly variants: readonly Variant[];
  readonly week: { readonly tokens: number; readonly note: string };
  readonly endpoints: readonly EndpointRow[];
  /** By which column the endpoints stand, where the address asks for one. */
  readonly order: EndpointOrder | undefined;
  readonly isDemo: boolean;
  readonly preview: { readonly wish: PreviewWish; readonly answer: RouteAnswer; readonly parameters: readonly string[] };
  readonly apps: { readonly rows: readonly AppRow[]; readonly source: string };
  readonly activity: { readonly series: readonly string[]; readonly days: readonly Day[]; readonly source: string; readonly total: number };
  readonly uptime: UptimeData;
  readonly samples: { readonly baseUrl: string; readonly kind: SampleKind | undefined; readonly mode: SampleMode; readonly modes: readonly SampleMode[]; readonly takesSchema: boolean; readonly givesImages: boolean; readonly isAttributed: boolean };
  readonly parameters: readonly ParameterRow[];
  readonly siblings: readonly RelatedModel[];
  readonly similar: readonly RelatedModel[];
  /** The patterns of the site's places. */
  readonly places: ReadonlySet<string>;
}

/** A fact of the catalog that is nowhere else on the page. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly href?: string;
}

export interface Variant {
  /** "base", "nitro". */
  readonly name: string;
  readonly slug: string;
  readonly isCurrent: boolean;
  readonly meaning: string;
  /** Of the current one, what it changes for a request of the preview. */
  readonly effect?: string;
}

export interface Prices {
  readonly prompt?: string;
  readonly completion?: string;
  readonly cacheRead?: string;
  readonly cacheWrite?: string;
  /** What else has a price, written out: "$0.01 / image". */
  readonly others: readonly { readonly of: string; readonly text: string }[];
  /** Above so many prompt tokens other prices stand in for these. */
  readonly over?: number;
}

/** Columns by which endpoints can be ordered, and which end comes first. */
export const endpointOrders = { provider: "ascending", context: "descending", input: "ascending", output: "ascending", latency: "ascending", throughput: "descending", uptime: "descending" } as const;
export type EndpointColumn = keyof typeof endpointOrders;

export interface EndpointOrder {
  readonly by: EndpointColumn;
  readonly direction: "ascending" | "descending";
}

export interface EndpointRow {
  readonly id: string;
  readonly provider: string;
  readonly providerPath: string | undefined;
  /** Where its machines are, or whose law it is under: "France, Sweden". Undefined where neither is known. */
  readonly region: string | undefined;
  readonly tag: string;
  /** The provider's own name for the model, where another endpoint has the same tag. */
  readonly listing?: string;
  readonly status: { readonly word: string; readonly tone?: "fair" | "brass" | "needle"; readonly note: string };
  readonly quantization: string | undefined;
  readonly context: number | undefined;
  readonly outputMax: number | undefined;
  readonly prices: Prices;
  /** Undefined where it was never called. */
  readonly latency: Speed | undefined;
  readonly throughput: Speed | undefined;
  /** Of the last 24 hours. */
  readonly uptime: { readonly share: number | undefined; readonly samples: number; readonly ticks: readonly UptimeTick[] } | undefined;
  readonly policy: readonly { readonly word: string; readonly note: string; readonly tone?: "fair" | "brass" }[];
  /** Parameters of the model that it does not take; undefined where its list is not known. */
  readonly gaps: readonly string[] | undefined;
  readonly cachesByItself: boolean;
}

/** Milliseconds, or tokens per second; absent under the least number of samples. */
export interface Speed {
  readonly samples: number;
  readonly percentiles?: { readonly p50: number; readonly p75: number; readonly p90: number; readonly p99: number };
}

export interface AppRow {
  readonly rank: number;
  readonly name: string;
  readonly path: string | undefined;
  readonly tokens: number;
  readonly share: number;
  /** In the week before; undefined for one that was not there. */
  readonly previousRank: number | undefined;
}

export interface UptimeData {
  readonly attempts: number;
  /** Of 1; undefined where nothing was counted. */
  readonly withRouting: number | undefined;
  /** The same if nothing had come after the first try. */
  readonly withoutRouting: number | undefined;
  readonly days: readonly UptimeDay[];
  /** Provider by provider, over the same days. */
  readonly each: readonly UptimeSeries[];
  readonly source: string;
}

export interface UptimeDay extends Pick<UptimeData, "attempts" | "withRouting" | "withoutRouting"> {
  readonly at: number;
}

export interface UptimeSeries extends Pick<UptimeData, "attempts" | "withRouting" | "withoutRouting"> {
  readonly name: string;
  readonly availability: number | undefined;
  readonly ticks: readonly UptimeTick[];
}

export interface ParameterRow {
  readonly name: string;
  /** The model's own default. */
  readonly default: string | undefined;
  /** Names of the providers that say they take it, and how many there are of whom it is known. */
  readonly takenBy: readonly string[];
  readonly known: number;
}

export interface RelatedModel {
  readonly slug: string;
  readonly name: string;
  readonly prompt?: string;
  readonly completion?: string;
  readonly context: number;
  readonly createdAt: number;
  /** Why it is named here. */
  readonly reason?: string;
}
