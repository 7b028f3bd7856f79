/**
 * From bytes to the canonical request. One pass over the fields that are there: each known field has a reader that
 * checks it and says where it goes; what nobody knows is kept in `extra`. Hand-written because a schema library costs
 * more than the rest of the request's road (contract §2.1-§2.6; limits in docs/settings.md).
 */

import { Fault } from "../../base/fault.ts";
import type { ChatParameters, ChatRequest, GatewayOptions, Reasoning } from "../../wire/chat.ts";
import { bool, depthChecked, integer, invalid, isRecord, numberIn, oneOf, record, records, text, textList, type Fields } from "./check.ts";
import { messagesJson } from "./messages-json.ts";
import { readMessages } from "./messages.ts";
import { defaultPreferences, readPreferences } from "./preferences.ts";
import { readResponseFormat, readToolChoice, readTools } from "./tools.ts";

type Group = "parameters" | "gateway" | "ignored";

interface Reader {
  readonly into: Group;
  readonly as?: string;
  readonly read: (value: unknown, path: string) => unknown;
}

const efforts = ["max", "xhigh", "high", "medium", "low", "minimal", "none"] as const;
const anything = (value: unknown): unknown => value;

/** Fields with a rule of their own (`model`, `messages`, `provider`, reasoning, …) are read in `parse`. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["temperature", { into: "parameters", read: numberIn(0, 2) }],
  ["top_p", { into: "parameters", read: numberIn(0, 1) }],
  ["top_k", { into: "parameters", read: integer(0) }],
  ["min_p", { into: "parameters", read: numberIn(0, 1) }],
  ["top_a", { into: "parameters", read: numberIn(0, 1) }],
  ["frequency_penalty", { into: "parameters", read: numberIn(-2, 2) }],
  ["presence_penalty", { into: "parameters", read: numberIn(-2, 2) }],
  ["repetition_penalty", { into: "parameters", read: numberIn(0, 2) }],
  ["seed", { into: "parameters", read: integer(Number.MIN_SAFE_INTEGER) }],
  ["max_tokens", { into: "parameters", read: integer(1) }],
  // The newer name of the same limit; each adapter knows what its upstream calls it.
  ["max_completion_tokens", { into: "parameters", as: "max_tokens", read: integer(1) }],
  ["stop", { into: "parameters", read: readStop }],
  ["logit_bias", { into: "parameters", read: readLogitBias }],
  ["logprobs", { into: "parameters", read: bool }],
  ["top_logprobs", { into: "parameters", read: integer(0, 20) }],
  ["tools", { into: "parameters", read: readTools }],
  ["tool_choice", { into: "parameters", read: readToolChoice }],
  ["parallel_tool_calls", { into: "parameters", read: bool }],
  ["response_format", { into: "parameters", read: readResponseFormat }],
  ["prediction", { into: "parameters", read: record }],
  ["verbosity", { into: "parameters", read: oneOf(["low", "medium", "high", "xhigh", "max"]) }],
  ["modalities", { into: "parameters", read: textList }],
  ["audio", { into: "parameters", read: record }],
  ["image_config", { into: "parameters", read: record }],
  ["service_tier", { into: "parameters", read: oneOf(["auto", "default", "flex", "priority", "fast", "scale"]) }],
  ["cache_control", { into: "parameters", read: record }],
  ["prompt_cache_key", { into: "parameters", read: text() }],
  ["prompt_cache_options", { into: "parameters", read: record }],
  ["web_search_options", { into: "parameters", read: record }],
  ["user", { into: "gateway", read: text(512) }],
  ["session_id", { into: "gateway", as: "sessionId", read: text(256) }],
  ["metadata", { into: "gateway", read: readMetadata }],
  ["trace", { into: "gateway", read: record }],
  ["plugins", { into: "gateway", read: records }],
  ["preset", { into: "gateway", read: text(256) }],
  ["debug", { into: "gateway", read: record }],
  // Documented as without effect: usage is always sent, there is always one choice, middle-out is gone.
  ["stream_options", { into: "ignored", read: anything }],
  ["usage", { into: "ignored", read: anything }],
  ["n", { into: "ignored", read: anything }],
  ["transforms", { into: "ignored", read: anything }],
  ["structured_outputs", { into: "ignored", read: anything }],
]);

const ownRule: ReadonlySet<string> = new Set([
  "model", "models", "messages", "prompt", "stream", "provider", "route", "reasoning", "reasoning_effort", "include_reasoning",
]);

/** @throws Fault invalid_request naming the field and what was expected. */
export function parse(body: Uint8Array): ChatRequest {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const fields = readJson(bytes);
  const groups = { parameters: {} as Fields, gateway: {} as Fields, ignored: {} as Fields };
  const extra: Fields = {};
  for (const field in fields) {
    const value = fields[field];
    if (value === null || ownRule.has(field)) continue;
    const reader = readers.get(field);
    if (reader !== undefined) groups[reader.into][reader.as ?? field] = reader.read(value, field);
    else if (field !== "__proto__") extra[field] = depthChecked(value, field);
  }
  const parameters = groups.parameters as ChatParameters;
  if (parameters.top_logprobs !== undefined && parameters.logprobs !== true) {
    throw invalid("top_logprobs", "needs logprobs: true");
  }
  const reasoning = readReasoning(fields);
  const messages = readMessages(fields);
  return {
    models: readModels(fields),
    messages,
    messagesJson: messagesJson(bytes, messages),
    stream: fields["stream"] === undefined || fields["stream"] === null ? false : bool(fields["stream"], "stream"),
    parameters: reasoning === undefined ? parameters : { ...parameters, reasoning },
    provider: isAbsent(fields["provider"]) && isAbsent(fields["route"]) ? defaultPreferences : readPreferences(fields),
    gateway: groups.gateway as GatewayOptions,
    extra,
  };
}

const byteOrderMark = 0xfeff;

function readJson(body: Buffer): Fields {
  if (body.length === 0) throw new Fault("invalid_request", "The request body is empty; send a JSON object.");
  let value: unknown;
  try {
    const written = body.toString("utf8");
    value = JSON.parse(written.charCodeAt(0) === byteOrderMark ? written.slice(1) : written);
  } catch (error) {
    throw new Fault("invalid_request", `The request body is not valid JSON: ${jsonComplaint(error)}`, { cause: error });
  }
  if (!isRecord(value)) throw new Fault("invalid_request", "The request body must be a JSON object.");
  return value;
}

/** V8 quotes the text around the error; a prompt must not travel into an error message, so only the position is kept. */
function jsonComplaint(error: unknown): string {
  const position = error instanceof Error ? /position \d+( \(line \d+ column \d+\))?/.exec(error.message)?.[0] : undefined;
  return position === undefined ? "it ends too early or holds an unexpected character." : `unexpected character at ${position}.`;
}

const slug = text(256);
const modelsMax = 64;

function readModels(fields: Fields): readonly string[] {
  const given = isAbsent(fields["models"]) ? [] : textList(fields["models"], "models");
  if (given.length > modelsMax) throw invalid("models", `takes at most ${modelsMax} models; this has ${given.length.toLocaleString("en")}`);
  const models = new Set(isAbsent(fields["model"]) ? [] : [slug(fields["model"], "model")]);
  given.forEach((model, index) => models.add(slug(model, `models[${index}]`)));
  if (models.size === 0 || models.has("")) throw invalid("model", 'must name a model, such as "mistralai/ministral-8b"');
  return [...models];
}

function readStop(value: unknown, path: string): readonly string[] {
  return typeof value === "string" ? [value] : textList(value, path);
}

function readLogitBias(value: unknown, path: string): unknown {
  const bias = record(value, path);
  for (const token in bias) numberIn(-100, 100)(bias[token], `${path}.${token}`);
  return bias;
}

/** At most 16 pairs, keys up to 64 characters, values up to 512 (contract §2.1). */
function readMetadata(value: unknown, path: string): unknown {
  const metadata = record(value, path);
  const keys = Object.keys(metadata);
  if (keys.length > 16) throw invalid(path, "takes at most 16 pairs");
  for (const key of keys) {
    if (key.length > 64 || /[[\]]/.test(key)) throw invalid(`${path}.${key.slice(0, 64)}`, "must be a key of at most 64 characters without brackets");
    text(512)(metadata[key], `${path}.${key}`);
  }
  return metadata;
}

/** Folds `reasoning_effort` and `include_reasoning` into `reasoning` (contract §2.1, §2.3). */
function readReasoning(fields: Fields): Reasoning | undefined {
  const whole = isAbsent(fields["reasoning"]) ? undefined : record(fields["reasoning"], "reasoning");
  const short = isAbsent(fields["reasoning_effort"]) ? undefined : oneOf(efforts)(fields["reasoning_effort"], "reasoning_effort");
  const include = isAbsent(fields["include_reasoning"]) ? undefined : bool(fields["include_reasoning"], "include_reasoning");
  if (whole === undefined && short === undefined && include === undefined) return undefined;
  const reasoning: Fields = {};
  for (const field in whole) if (!isAbsent(whole[field])) reasoning[field] = whole[field];
  if (reasoning["effort"] !== undefined) oneOf(efforts)(reasoning["effort"], "reasoning.effort");
  if (reasoning["max_tokens"] !== undefined) integer(0)(reasoning["max_tokens"], "reasoning.max_tokens");
  if (reasoning["exclude"] !== undefined) bool(reasoning["exclude"], "reasoning.exclude");
  if (reasoning["enabled"] !== undefined) bool(reasoning["enabled"], "reasoning.enabled");
  if (reasoning["effort"] !== undefined && reasoning["max_tokens"] !== undefined) {
    throw invalid("reasoning", "takes either effort or max_tokens, not both");
  }
  if (short !== undefined) {
    if (reasoning["effort"] !== undefined && reasoning["effort"] !== short) {
      throw invalid("reasoning_effort", "differs from reasoning.effort; send one of them");
    }
    reasoning["effort"] = short;
  }
  if (include === false) reasoning["exclude"] = true;
  return reasoning as Reasoning;
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}
