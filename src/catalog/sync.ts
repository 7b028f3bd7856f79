/**
 * `windrose catalog sync`: newer facts from a models.dev document, for the endpoints of the catalog. What looks like a
 * mistake, or would be expensive if it is one, is held back until the operator accepts it by the endpoint's id.
 * Source of the format: https://github.com/anomalyco/models.dev, packages/core/src/schema.ts.
 */

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Fault } from "../base/fault.ts";
import { parsePricePerMillion, pricePerMillionText } from "../base/money.ts";
import { parsePricing, type CatalogRecords, type EndpointRecord, type Overlay, type OverlayFacts, type PriceRecord } from "./records.ts";

export interface SyncOptions {
  readonly catalog: CatalogRecords;
  /** What earlier syncs found; the new facts are compared with it and laid over it. */
  readonly overlay: Overlay;
  /** The parsed document. Anyone may have written it. */
  readonly document: unknown;
  /** Endpoint ids whose held-back change is wanted. */
  readonly accepted: ReadonlySet<string>;
  /** YYYY-MM-DD. */
  readonly today: string;
}

export interface SyncPlan {
  readonly changes: readonly SyncChange[];
  readonly heldBack: readonly (SyncChange & { readonly why: string })[];
  /** New endpoints of models that the catalog has: the same upstream model id already stands for one of them. */
  readonly added: readonly { readonly model: string; readonly endpoint: EndpointRecord }[];
  readonly unchanged: number;
  /** Models of known providers that the catalog cannot name, as `provider/upstream id`. */
  readonly unrecognised: readonly string[];
  /** The facts to keep: the overlay as it was, the changes and the added. */
  readonly overlay: Overlay;
}

export interface SyncChange {
  readonly endpointId: string;
  readonly before: ComparedFacts;
  readonly after: ComparedFacts;
}

interface ComparedFacts {
  readonly pricing?: PriceRecord;
  readonly context_length?: number;
  readonly max_output_tokens?: number;
}

/**
 * Compares the document with the catalog.
 * @throws Fault invalid_request when the document is not of the models.dev format.
 */
export function planSync({ catalog, overlay, document, accepted, today }: SyncOptions): SyncPlan {
  const targetsOf = targetFinder(catalog, overlay);
  const changes: SyncChange[] = [];
  const heldBack: (SyncChange & { why: string })[] = [];
  const added: { model: string; endpoint: EndpointRecord }[] = [];
  const unrecognised: string[] = [];
  let unchanged = 0;

  for (const offer of offersOf(document, catalog)) {
    const targets = targetsOf(offer);
    if (targets.length === 0) unrecognised.push(`${offer.provider}/${offer.upstreamModel}`);
    for (const { model, id, listed } of targets) {
      const isAccepted = accepted.has(id);
      const before = listed === undefined ? {} : comparedFacts(current(listed, overlay, isAccepted));
      const after = comparedFacts({ ...before, ...offer.facts, ...merged(before.pricing, offer.facts.pricing) });
      const why = isAccepted ? undefined : doubtOf(before.pricing, after.pricing);
      if (JSON.stringify(before) === JSON.stringify(after)) unchanged++;
      else if (why !== undefined) heldBack.push({ endpointId: id, before, after, why });
      else if (listed !== undefined) changes.push({ endpointId: id, before, after });
      else if (after.pricing !== undefined) {
        const place = { id, provider: offer.provider, upstream_model: offer.upstreamModel };
        added.push({ model, endpoint: { ...place, ...after, status: "unverified", as_of: today } });
      }
    }
  }
  return { changes, heldBack, added, unchanged, unrecognised, overlay: laidOver(overlay, { changes, added, today }) };
}

/** Writes the overlay so that a reader finds the old file or the new one, never a part. */
export function writeOverlay(file: string, overlay: Overlay): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify(overlay, null, 1)}\n`, { flush: true });
  renameSync(draft, file);
}

interface Offer {
  readonly provider: string;
  readonly upstreamModel: string;
  readonly facts: ComparedFacts;
}

function* offersOf(document: unknown, catalog: CatalogRecords): Generator<Offer> {
  if (!isObject(document) || !Object.values(document).some((entry) => isObject(entry) && isObject(entry["models"]))) {
    throw new Fault("invalid_request", "This is not a models.dev document: expected { <provider>: { models: { <model>: { cost, limit } } } }.");
  }
  for (const { slug, models_dev_ids: ids = [] } of catalog.providers) {
    const seen = new Set<string>();
    for (const id of ids) {
      const listing = Object.hasOwn(document, id) ? document[id] : undefined;
      if (!isObject(listing) || !isObject(listing["models"])) continue;
      for (const [key, model] of Object.entries(listing["models"])) {
        if (!isObject(model) || model["status"] === "deprecated") continue;
        const upstreamModel = typeof model["id"] === "string" ? model["id"] : key;
        if (seen.has(upstreamModel)) continue;
        seen.add(upstreamModel);
        yield { provider: slug, upstreamModel, facts: factsOf(model) };
      }
    }
  }
}

function factsOf(model: Readonly<Record<string, unknown>>): ComparedFacts {
  const limit = isObject(model["limit"]) ? model["limit"] : {};
  const pricing = isObject(model["cost"]) ? pricesOf(model["cost"]) : undefined;
  const context = tokens(limit["context"]);
  const output = tokens(limit["output"]);
  return {
    ...(pricing === undefined ? {} : { pricing }),
    ...(context === undefined ? {} : { context_length: context }),
    ...(output === undefined ? {} : { max_output_tokens: output }),
  };
}

const costNames = [
  ["input", "prompt"], ["output", "completion"], ["cache_read", "input_cache_read"], ["cache_write", "input_cache_write"],
  ["reasoning", "internal_reasoning"], ["input_audio", "audio"], ["output_audio", "audio_output"],
] as const;

/** Undefined when it is no price list; a zero beside real prices means "not listed apart" and is left out. */
function pricesOf(cost: Readonly<Record<string, unknown>>): PriceRecord | undefined {
  const prices: Record<string, string> = {};
  for (const [theirs, ours] of costNames) {
    const price = typeof cost[theirs] === "number" ? decimalText(cost[theirs]) : undefined;
    if (price !== undefined && (price !== "0" || ours === "prompt" || ours === "completion")) prices[ours] = price;
  }
  return parsePricing(prices) === undefined ? undefined : prices;
}

/** A JSON number as the decimal that was meant: to a pico-dollar per token, which no float noise reaches. */
function decimalText(value: number): string | undefined {
  if (!(value >= 0 && value < 1e9)) return undefined;
  const price = parsePricePerMillion(value.toFixed(12));
  return price === undefined ? undefined : pricePerMillionText(price);
}

function tokens(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** Why a new price should not be believed at once; undefined when it may. */
function doubtOf(before: PriceRecord | undefined, after: PriceRecord | undefined): string | undefined {
  if (after === undefined) return undefined;
  if (after.prompt === "0" && after.completion === "0") return before?.prompt === "0" && before.completion === "0" ? undefined : "new zero price";
  for (const name of ["prompt", "completion", "input_cache_read", "input_cache_write", "internal_reasoning", "audio", "audio_output"] as const) {
    const [old, next] = [before?.[name], after[name]].map((price) => (price === undefined ? undefined : Number(price)));
    if (old === undefined || next === undefined || old === next) continue;
    if (next > old * 1.5 || next < old * 0.5) return `${name} goes from $${old} to $${next} per million`;
  }
  return undefined;
}

/** The facts in force. A trial's zero is no price yet to an operator who accepts it. */
function current(endpoint: EndpointRecord, overlay: Overlay, isAccepted: boolean): ComparedFacts {
  const { pricing, ...facts } = endpoint;
  const isTrial = endpoint.zero_price_unverified === true && isAccepted;
  return { ...facts, ...(isTrial || pricing === undefined ? {} : { pricing }), ...overlay.endpoints[endpoint.id] };
}

/** The document knows no tiers and no fees: what it does not speak of stays. */
function merged(before: PriceRecord | undefined, after: PriceRecord | undefined): { readonly pricing?: PriceRecord } {
  return after === undefined ? {} : { pricing: { ...before, ...after } };
}

function comparedFacts({ pricing, context_length, max_output_tokens }: ComparedFacts): ComparedFacts {
  return {
    ...(pricing === undefined ? {} : { pricing: inOrder(pricing) }),
    ...(context_length === undefined ? {} : { context_length }),
    ...(max_output_tokens === undefined ? {} : { max_output_tokens }),
  };
}

function inOrder(pricing: PriceRecord): PriceRecord {
  return Object.fromEntries(Object.entries(pricing).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function laidOver(
  overlay: Overlay,
  { changes, added, today }: { readonly changes: readonly SyncChange[]; readonly added: SyncPlan["added"]; readonly today: string },
): Overlay {
  const endpoints: Record<string, OverlayFacts> = { ...overlay.endpoints };
  for (const { endpointId, after } of changes) endpoints[endpointId] = { ...endpoints[endpointId], ...after, as_of: today };
  const more: Record<string, readonly EndpointRecord[]> = { ...overlay.added };
  for (const { model, endpoint } of added) more[model] = [...(more[model] ?? []), endpoint];
  return { endpoints, added: more };
}

interface SyncTarget {
  readonly model: string;
  readonly id: string;
  /** Undefined where the endpoint would be new. */
  readonly listed: EndpointRecord | undefined;
}

/** Finds the endpoints that an offer speaks of: those at its place, or a new one of the model that its id stands for. */
function targetFinder(catalog: CatalogRecords, overlay: Overlay): (offer: Offer) => readonly SyncTarget[] {
  const listed = new Map<string, SyncTarget[]>();
  const ids = new Set<string>();
  const list = (model: string, endpoint: EndpointRecord): void => {
    const place = placeOf(endpoint.provider, endpoint.upstream_model);
    listed.set(place, [...(listed.get(place) ?? []), { model, id: endpoint.id, listed: endpoint }]);
    ids.add(endpoint.id);
  };
  for (const model of catalog.models) for (const endpoint of model.endpoints) list(model.slug, endpoint);
  for (const [model, endpoints] of Object.entries(overlay.added)) for (const endpoint of endpoints) list(model, endpoint);
  const slugs = slugsByUpstreamId(catalog);
  const mixed = providersOfManyDialects(catalog);

  return ({ provider, upstreamModel }) => {
    const found = listed.get(placeOf(provider, upstreamModel));
    if (found !== undefined) return found;
    const model = mixed.has(provider) ? undefined : slugs.get(upstreamModel.toLowerCase());
    if (model === undefined) return [];
    const usual = `${model}@${provider}`;
    const id = ids.has(usual) ? `${usual}:${upstreamModel}` : usual;
    ids.add(id);
    return [{ model, id, listed: undefined }];
  };
}

/** Upstream ids that stand for one model wherever they are sold: the ones with an owner in them ("moonshotai/Kimi-K2"). */
function slugsByUpstreamId(catalog: CatalogRecords): ReadonlyMap<string, string> {
  const found = new Map<string, Set<string>>();
  for (const model of catalog.models) {
    for (const { upstream_model: id } of model.endpoints) {
      if (id?.includes("/") !== true) continue;
      const key = id.toLowerCase();
      found.set(key, (found.get(key) ?? new Set()).add(model.slug));
    }
  }
  return new Map([...found].flatMap(([id, slugs]) => (slugs.size === 1 ? [[id, ...slugs] as [string, string]] : [])));
}

/** Where some endpoints speak another dialect than the provider's usual one, a new one's cannot be told. */
function providersOfManyDialects(catalog: CatalogRecords): ReadonlySet<string> {
  const special = catalog.models.flatMap(({ endpoints }) => endpoints.filter(({ protocol, base_url }) => (protocol ?? base_url) !== undefined));
  return new Set(special.map(({ provider }) => provider));
}

function placeOf(provider: string, upstreamModel: string | undefined): string {
  return `${provider}\n${upstreamModel ?? ""}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
