/** The models that a router may choose from: listed, callable now, and compared by what they cost. */

import { traitsOf } from "../routing/traits.ts";
import type { Endpoint, Model } from "./model.ts";
import { isVariantRow } from "./slug.ts";

/** What a pool is made of. */
export interface PoolSource {
  readonly models: readonly Model[];
  readonly live: (model: Model) => readonly Endpoint[];
  readonly sandboxed: (model: Model) => readonly Endpoint[];
}

export interface PoolModel {
  readonly model: Model;
  readonly endpoints: readonly Endpoint[];
  /** A row such as `x:free`, and not the model itself. */
  readonly isVariantRow: boolean;
  /** Dollars per million tokens, blended, at the cheapest endpoint that is of no service tier. */
  readonly price: number;
  /** The share of the pool's models that are cheaper, in percent. */
  readonly percentile: number;
  readonly isActive: boolean;
  /** It takes tools: what general assistants have in common, and guards, translators and editors lack. */
  readonly isGeneral: boolean;
  readonly reasons: boolean;
  readonly isForCode: boolean;
}

interface Pools {
  live?: readonly PoolModel[];
  sandbox?: readonly PoolModel[];
}

const known = new WeakMap<PoolSource, Pools>();

/**
 * Newest first. Made when it is first asked for, and again when an endpoint was switched off or on since, which a lookup per
 * model tells.
 */
export function poolOf(source: PoolSource, isSandbox: boolean): readonly PoolModel[] {
  const pools = known.get(source) ?? {};
  known.set(source, pools);
  const name = isSandbox ? "sandbox" : "live";
  const endpointsOf = isSandbox ? source.sandboxed : source.live;
  const pool = pools[name];
  if (pool !== undefined && isFresh(pool, source, endpointsOf)) return pool;
  return (pools[name] = makePool(source, endpointsOf));
}

function isFresh(pool: readonly PoolModel[], { models }: PoolSource, endpointsOf: PoolSource["live"]): boolean {
  let index = 0;
  for (const model of models) {
    const endpoints = model.isListed ? endpointsOf(model) : none;
    if (endpoints.length === 0) continue;
    if (pool[index]?.endpoints !== endpoints) return false;
    index += 1;
  }
  return index === pool.length;
}

const none: readonly Endpoint[] = [];

function makePool({ models }: PoolSource, endpointsOf: PoolSource["live"]): readonly PoolModel[] {
  const priced = models.flatMap((model) => {
    const endpoints = model.isListed ? endpointsOf(model) : none;
    if (endpoints.length === 0) return [];
    return [{ model, endpoints, isVariantRow: isVariantRow(model.slug), price: priceOf(endpoints) }];
  });
  const prices = priced.filter((one) => !one.isVariantRow).map(({ price }) => price).sort((one, other) => one - other);
  return priced.map((one) => ({
    ...one,
    percentile: (100 * prices.filter((price) => price < one.price).length) / Math.max(1, prices.length),
    isActive: one.endpoints.some(({ standing }) => standing === "active"),
    isGeneral: takesAny(one, ["tools"]),
    reasons: takesAny(one, ["reasoning", "reasoning_effort"]),
    // By name, as their makers sell them: "codex", "qwen3-coder", "devstral".
    isForCode: /(^|[^a-z])(code|dev)/.test(one.model.slug.slice(one.model.slug.indexOf("/") + 1)),
  }));
}

/** The tiers' endpoints count only where there are no others: nobody gets them unasked. */
function priceOf(endpoints: readonly Endpoint[]): number {
  const open = endpoints.filter(({ serviceTier }) => serviceTier === undefined);
  return Math.min(...(open.length === 0 ? endpoints : open).map((endpoint) => traitsOf(endpoint).price));
}

function takesAny({ model, endpoints }: { readonly model: Model; readonly endpoints: readonly Endpoint[] }, names: readonly string[]): boolean {
  return names.some((name) => model.supportedParameters.includes(name) || endpoints.some(({ parameters }) => parameters?.has(name) === true));
}
