/**
 * The fields that mean the same in every dialect that has them: each has a reader that checks it and says where it goes.
 * Hand-written because a schema library costs more than the rest of the request's road (contract §2.1-§2.6; limits in
 * docs/settings.md).
 */

import type { ChatParameters, GatewayOptions, Reasoning } from "../wire/chat.ts";
import { isAbsent, readMetadata } from "./body.ts";
import { bool, depthChecked, integer, invalid, numberIn, oneOf, record, records, text, textList, type Fields } from "./check.ts";

type Group = "parameters" | "gateway" | "dialect" | "ignored";

export interface Reader {
  readonly into: Group;
  readonly as?: string;
  readonly read: (value: unknown, path: string) => unknown;
}

export type Readers = readonly (readonly [string, Reader])[];

export const anything = (value: unknown): unknown => value;

export const sampling: Readers = [
  ["temperature", { into: "parameters", read: numberIn(0, 2) }],
  ["top_p", { into: "parameters", read: numberIn(0, 1) }],
  ["top_k", { into: "parameters", read: integer(0) }],
  ["min_p", { into: "parameters", read: numberIn(0, 1) }],
  ["top_a", { into: "parameters", read: numberIn(0, 1) }],
  ["frequency_penalty", { into: "parameters", read: numberIn(-2, 2) }],
  ["presence_penalty", { into: "parameters", read: numberIn(-2, 2) }],
  ["repetition_penalty", { into: "parameters", read: numberIn(0, 2) }],
  ["seed", { into: "parameters", read: integer(Number.MIN_SAFE_INTEGER) }],
  ["stop", { into: "parameters", read: readStop }],
  ["logit_bias", { into: "parameters", read: readLogitBias }],
  ["top_logprobs", { into: "parameters", read: integer(0, 20) }],
  ["parallel_tool_calls", { into: "parameters", read: bool }],
  ["prediction", { into: "parameters", read: record }],
  ["modalities", { into: "parameters", read: textList }],
  ["image_config", { into: "parameters", read: record }],
  ["service_tier", { into: "parameters", read: oneOf(["auto", "default", "flex", "priority", "fast", "scale"]) }],
  ["cache_control", { into: "parameters", read: record }],
  ["prompt_cache_key", { into: "parameters", read: text() }],
  ["prompt_cache_options", { into: "parameters", read: record }],
];

/** Meant for the gateway. */
export const housekeeping: Readers = [
  ["user", { into: "gateway", read: text(512) }],
  ["session_id", { into: "gateway", as: "sessionId", read: text(256) }],
  ["metadata", { into: "gateway", read: readMetadata }],
  ["trace", { into: "gateway", read: record }],
  ["plugins", { into: "gateway", read: records }],
  ["preset", { into: "gateway", read: text(256) }],
  ["debug", { into: "gateway", read: record }],
];

export const readVerbosity = oneOf(["low", "medium", "high", "xhigh", "max"]);

export interface SortedFields {
  readonly parameters: ChatParameters;
  readonly gateway: GatewayOptions;
  readonly dialect: Readonly<Record<string, unknown>>;
  /** What nobody knows. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/**
 * One pass over the fields that are there. Those in `apart` are left to the caller; null is as good as absent.
 * @throws Fault invalid_request naming the field and what was expected.
 */
export function sortFields(fields: Fields, readers: ReadonlyMap<string, Reader>, apart: ReadonlySet<string>): SortedFields {
  const groups = { parameters: {} as Fields, gateway: {} as Fields, dialect: {} as Fields, ignored: {} as Fields };
  const extra: Fields = {};
  for (const field in fields) {
    const value = fields[field];
    if (value === null || apart.has(field)) continue;
    const reader = readers.get(field);
    if (reader !== undefined) groups[reader.into][reader.as ?? field] = reader.read(value, field);
    else if (field !== "__proto__") extra[field] = depthChecked(value, field);
  }
  return { parameters: groups.parameters as ChatParameters, gateway: groups.gateway as GatewayOptions, dialect: groups.dialect, extra };
}

export const efforts = ["max", "xhigh", "high", "medium", "low", "minimal", "none"] as const;

/** The public reasoning object without its nulls; undefined when there is none. Source: contract §2.3. */
export function readReasoning(value: unknown, path: string): Reasoning | undefined {
  if (isAbsent(value)) return undefined;
  const whole = record(value, path);
  const reasoning: Fields = {};
  for (const field in whole) if (!isAbsent(whole[field])) reasoning[field] = whole[field];
  if (reasoning["effort"] !== undefined) oneOf(efforts)(reasoning["effort"], `${path}.effort`);
  if (reasoning["max_tokens"] !== undefined) integer(0)(reasoning["max_tokens"], `${path}.max_tokens`);
  if (reasoning["exclude"] !== undefined) bool(reasoning["exclude"], `${path}.exclude`);
  if (reasoning["enabled"] !== undefined) bool(reasoning["enabled"], `${path}.enabled`);
  if (reasoning["effort"] !== undefined && reasoning["max_tokens"] !== undefined) throw invalid(path, "takes either effort or max_tokens, not both");
  return reasoning as Reasoning;
}

function readStop(value: unknown, path: string): readonly string[] {
  return typeof value === "string" ? [value] : textList(value, path);
}

function readLogitBias(value: unknown, path: string): unknown {
  const bias = record(value, path);
  for (const token in bias) numberIn(-100, 100)(bias[token], `${path}.${token}`);
  return bias;
}
