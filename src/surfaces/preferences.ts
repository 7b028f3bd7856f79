/** The `provider` object and its deprecated neighbour `route` (contract §2.2). */

import type { Percentiles, ProviderPreferences } from "../wire/chat.ts";
import { bool, invalid, isRecord, numberIn, oneOf, record, textList, type Fields } from "./check.ts";

export const defaultPreferences: ProviderPreferences = Object.freeze({
  allowFallbacks: true,
  requireParameters: false,
  dataCollection: "allow",
  zdr: false,
  enforceDistillableText: false,
});

const quantization = oneOf(["int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32", "unknown"]);
const sortBy = oneOf(["price", "throughput", "latency", "exacto"]);
const partition = oneOf(["model", "none"]);
/** Every endpoint is compared with every entry. */
const entriesMax = 256;
const positive = numberIn(0, Number.MAX_VALUE);

type Mutable<Shape> = { -readonly [Field in keyof Shape]: Shape[Field] };

export function readPreferences(fields: Fields): ProviderPreferences {
  const given = isPresent(fields["provider"]) ? record(fields["provider"], "provider") : {};
  const preferences: Mutable<ProviderPreferences> = { ...defaultPreferences };
  for (const field in given) {
    const value = given[field];
    if (isPresent(value)) readField(preferences, field, value);
  }
  if (isPresent(fields["route"]) && preferences.sort === undefined) {
    // `fallback` is how models are tried anyway; `sort` is today's partition "none".
    if (oneOf(["fallback", "sort"])(fields["route"], "route") === "sort") preferences.sort = { partition: "none" };
  }
  return preferences;
}

function readField(preferences: Mutable<ProviderPreferences>, field: string, value: unknown): void {
  const path = `provider.${field}`;
  switch (field) {
    case "order": preferences.order = textList(value, path, entriesMax); return;
    case "only": preferences.only = textList(value, path, entriesMax); return;
    case "ignore": preferences.ignore = textList(value, path, entriesMax); return;
    case "allow_fallbacks": preferences.allowFallbacks = bool(value, path); return;
    case "require_parameters": preferences.requireParameters = bool(value, path); return;
    case "data_collection": preferences.dataCollection = oneOf(["allow", "deny"])(value, path); return;
    case "zdr": preferences.zdr = bool(value, path); return;
    case "enforce_distillable_text": preferences.enforceDistillableText = bool(value, path); return;
    case "quantizations": preferences.quantizations = textList(value, path, entriesMax).map((item, index) => quantization(item, `${path}[${index}]`)); return;
    case "sort": preferences.sort = readSort(value, path); return;
    case "max_price": preferences.maxPrice = readMaxPrice(value, path); return;
    case "preferred_min_throughput": preferences.preferredMinThroughput = readPercentiles(value, path); return;
    case "preferred_max_latency": preferences.preferredMaxLatency = readPercentiles(value, path); return;
    case "hedge": preferences.hedge = bool(value, path); return;
    case "continue": preferences.continue = bool(value, path); return;
    case "validate_tools": preferences.validateTools = bool(value, path); return;
    default: // A wish that we do not know is not a reason to refuse the request.
  }
}

function readSort(value: unknown, path: string): NonNullable<ProviderPreferences["sort"]> {
  if (!isRecord(value)) return { by: sortBy(value, path), partition: "model" };
  const parts = isPresent(value["partition"]) ? partition(value["partition"], `${path}.partition`) : "model";
  return isPresent(value["by"]) ? { by: sortBy(value["by"], `${path}.by`), partition: parts } : { partition: parts };
}

/** The specification types these as strings; the documentation and the clients send numbers. Both are taken. */
function readMaxPrice(value: unknown, path: string): NonNullable<ProviderPreferences["maxPrice"]> {
  const given = record(value, path);
  const prices: Fields = {};
  for (const unit of ["prompt", "completion", "request", "image", "audio"]) {
    if (!isPresent(given[unit])) continue;
    const price = typeof given[unit] === "string" && given[unit].trim() !== "" ? Number(given[unit]) : given[unit];
    if (typeof price !== "number" || !(price >= 0)) throw invalid(`${path}.${unit}`, "must be a price in dollars, such as 0.5");
    prices[unit] = price;
  }
  return prices;
}

function readPercentiles(value: unknown, path: string): Percentiles {
  if (typeof value === "number") return { p50: positive(value, path) };
  const given = record(value, path);
  const percentiles: Fields = {};
  for (const name of ["p50", "p75", "p90", "p99"]) {
    if (isPresent(given[name])) percentiles[name] = positive(given[name], `${path}.${name}`);
  }
  return percentiles;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
