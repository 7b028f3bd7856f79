/**
 * The catalog's files as they are written: `providers.json` and `models/<author>.json` in the catalog folder, and the
 * overlay of refreshed facts. Nothing else knows these shapes. Absent means unknown.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import { Fault } from "../base/fault.ts";
import { parsePricePerMillion, parsePricePerUnit, type Picodollars } from "../base/money.ts";
import type { CatalogEndpoint } from "./model.ts";
import type { Pricing, PricingOverride } from "./price.ts";

/** Decimal text: dollars per million tokens or characters; `request`, `image`, `image_output`, `web_search`, `search` and `second` in dollars each. */
export interface PriceRecord {
  readonly prompt?: string;
  readonly completion?: string;
  readonly input_cache_read?: string;
  readonly input_cache_write?: string;
  readonly input_cache_write_1h?: string;
  readonly internal_reasoning?: string;
  readonly audio?: string;
  readonly audio_output?: string;
  readonly request?: string;
  readonly image?: string;
  readonly web_search?: string;
  readonly image_output?: string;
  readonly search?: string;
  readonly character?: string;
  readonly second?: string;
  readonly overrides?: readonly (PriceRecord & { readonly min_prompt_tokens: number })[];
}

export interface EndpointRecord {
  readonly id: string;
  readonly provider: string;
  readonly tag?: string;
  readonly upstream_model?: string;
  readonly protocol?: string;
  readonly base_url?: string;
  readonly context_length?: number;
  readonly max_prompt_tokens?: number;
  readonly max_output_tokens?: number;
  readonly quantization?: string;
  readonly pricing?: PriceRecord;
  readonly zero_price_unverified?: boolean;
  readonly supported_parameters?: readonly string[];
  /** Where they differ from the model's. */
  readonly input_modalities?: readonly string[];
  readonly supports_implicit_caching?: boolean;
  readonly status: CatalogEndpoint["status"];
  /** YYYY-MM-DD. */
  readonly deprecation_date?: string;
  readonly as_of: string;
}

export interface ModelRecord {
  readonly slug: string;
  readonly canonical_slug?: string;
  readonly aliases?: readonly string[];
  readonly author: string;
  readonly author_name: string;
  readonly name: string;
  readonly description: string;
  readonly created: number;
  readonly listed?: boolean;
  readonly family?: string;
  readonly context_length: number;
  readonly max_output_tokens?: number;
  readonly input_modalities: readonly string[];
  readonly output_modalities: readonly string[];
  readonly tokenizer: string;
  readonly instruct_type?: string;
  readonly pricing?: PriceRecord;
  readonly supported_parameters: readonly string[];
  readonly default_parameters?: Readonly<Record<string, number>>;
  readonly reasoning?: Readonly<Record<string, unknown>>;
  readonly knowledge_cutoff?: string;
  readonly expiration_date?: string;
  readonly hugging_face_id?: string;
  readonly moderated?: boolean;
  readonly distillable?: boolean;
  readonly endpoints: readonly EndpointRecord[];
}

export interface ProviderRecord {
  readonly slug: string;
  readonly name: string;
  readonly kind: string;
  readonly base_url?: string;
  readonly protocol?: string;
  readonly auth: string;
  readonly credential_env: readonly string[];
  readonly training?: boolean;
  readonly retains_prompts?: boolean;
  readonly retention_days?: number;
  readonly privacy_policy_url?: string;
  readonly terms_of_service_url?: string;
  readonly status_page_url?: string;
  readonly headquarters?: string;
  readonly datacenters?: readonly string[];
  readonly models_dev_ids?: readonly string[];
}

export interface CatalogRecords {
  readonly models: readonly ModelRecord[];
  readonly providers: readonly ProviderRecord[];
}

/** Facts newer than the catalog's, by endpoint id, and endpoints that the catalog does not have, by model slug. */
export interface Overlay {
  readonly endpoints: Readonly<Record<string, OverlayFacts>>;
  readonly added: Readonly<Record<string, readonly EndpointRecord[]>>;
}

export interface OverlayFacts {
  readonly pricing?: PriceRecord;
  readonly context_length?: number;
  readonly max_output_tokens?: number;
  readonly as_of: string;
}

export const emptyOverlay: Overlay = { endpoints: {}, added: {} };

/** Reads the packaged files. They are ours and tested, so a fault in them is our own mistake. */
export function readRecords(folder: string): CatalogRecords {
  const models = readdirSync(join(folder, "models"))
    .filter((file) => file.endsWith(".json"))
    .sort()
    .flatMap((file) => parseJson(join(folder, "models", file)) as ModelRecord[]);
  const providers = parseJson(join(folder, "providers.json")) as ProviderRecord[];
  assert(models.length > 0 && providers.length > 0, `the catalog at ${folder} is not empty`);
  return { models, providers };
}

/**
 * Reads the refreshed facts; a file that does not exist holds none.
 * @throws Fault invalid_request when the file is not one that `catalog sync` wrote.
 */
export function readOverlay(file: string): Overlay {
  try {
    const overlay = parseJson(file);
    if (isObject(overlay) && isObject(overlay["endpoints"]) && isObject(overlay["added"])) return overlay as unknown as Overlay;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return emptyOverlay;
    throw new Fault("invalid_request", `The refreshed catalog ${file} cannot be read. Run "windrose catalog sync" again, or delete it.`, { cause: error });
  }
  throw new Fault("invalid_request", `${file} is not a refreshed catalog. Run "windrose catalog sync" again, or delete it.`);
}

/**
 * A price list as exact prices; undefined when there is none or one of its texts is not a price: an unknown price is a
 * refusal, never zero.
 */
export function parsePricing(record: PriceRecord | undefined): Pricing | undefined {
  if (record?.prompt === undefined || record.completion === undefined) return undefined;
  const base = parsePrices(record);
  const overrides = record.overrides?.map((entry) => {
    const prices = parsePrices(entry);
    return prices && ({ ...prices, promptTokensOver: entry.min_prompt_tokens } satisfies PricingOverride);
  });
  if (base?.prompt === undefined || base.completion === undefined || overrides?.includes(undefined) === true) return undefined;
  const pricing: Pricing = { ...base, prompt: base.prompt, completion: base.completion };
  return overrides === undefined ? pricing : { ...pricing, overrides: overrides as PricingOverride[] };
}

/** Where a text price goes, and in what unit it is written. */
const priceFields = [
  ["prompt", "prompt", perMillion], ["completion", "completion", perMillion],
  ["input_cache_read", "cacheRead", perMillion], ["input_cache_write", "cacheWrite", perMillion],
  ["input_cache_write_1h", "cacheWriteHour", perMillion],
  ["internal_reasoning", "reasoning", perMillion], ["audio", "promptAudio", perMillion],
  ["audio_output", "completionAudio", perMillion], ["request", "request", parsePricePerUnit],
  ["image", "image", parsePricePerUnit], ["web_search", "webSearch", parsePricePerUnit],
  ["image_output", "imageOutput", parsePricePerUnit], ["search", "search", parsePricePerUnit],
  ["character", "character", perMillion], ["second", "second", parsePricePerUnit],
] as const;

type UnitPrices = { -readonly [Field in (typeof priceFields)[number][1]]?: Picodollars };

function parsePrices(record: PriceRecord): UnitPrices | undefined {
  const prices: UnitPrices = {};
  for (const [written, field, parse] of priceFields) {
    const text = record[written];
    if (text === undefined) continue;
    const price = parse(text);
    if (price === undefined) return undefined;
    prices[field] = price;
  }
  return prices;
}

// A thousand endpoints share a few hundred prices.
const known = new Map<string, Picodollars | undefined>();

function perMillion(text: string): Picodollars | undefined {
  let price = known.get(text);
  if (price === undefined) {
    price = parsePricePerMillion(text);
    known.set(text, price);
  }
  return price;
}

function parseJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
