/**
 * How an OpenAI-compatible provider differs from the first of them: data, never code. What is known of each provider is
 * in known-quirks.ts; an operator may state or correct it in the config file, under the snake_case names of the readers
 * below. More differences than these fields carry make a protocol of its own.
 */

import { Fault } from "../base/fault.ts";
import type { ParameterName, Reasoning, ResponseFormat } from "../wire/chat.ts";
import type { MediaKind } from "./adapter.ts";
import { asObject } from "./json.ts";

export type Effort = NonNullable<Reasoning["effort"]>;
export type ToolChoiceForm = "none" | "auto" | "required" | "function";
export type ResponseFormatType = ResponseFormat["type"];

export interface Quirks {
  /** Public parameter name -> the upstream's own name of it. */
  readonly renames: Readonly<Record<string, string>>;
  /** Public parameters that this upstream never takes, whatever the catalog says. */
  readonly refuses: readonly ParameterName[];
  /** Fields outside the public ones that are sent on: all of them, or only these where others are answered with 400. */
  readonly passes: "all" | readonly string[];
  /** Knows the developer role; elsewhere it is sent as system. */
  readonly developerRole: boolean;
  readonly responseFormats: readonly ResponseFormatType[];
  readonly toolChoices: readonly ToolChoiceForm[];
  /**
   * How reasoning is asked for: `effort` reasoning_effort, `object` the public reasoning object itself, `thinking`
   * thinking.type, `enable_thinking` that flag and thinking_budget, `template` chat_template_kwargs.enable_thinking and
   * reasoning_effort, `none` not at all.
   */
  readonly reasoning: "effort" | "object" | "thinking" | "enable_thinking" | "template" | "none";
  /** The words that reasoning_effort takes; the nearest is sent. Without "none" reasoning cannot be switched off. */
  readonly efforts: readonly Effort[];
  /** The field of an assistant message that hands earlier reasoning back; `required` sends it empty when unknown. */
  readonly reasoningHistory: { readonly field: string; readonly required: boolean } | undefined;
  /** Marks the reasoning items that it hands out: only these are given back to it, for no other can read them (contract §2.3). */
  readonly reasoningFormat: string;
  /** Whether completion_tokens counts reasoning tokens (`within`), leaves them out (`beside`), or does so when they are more. */
  readonly reasoningTokens: "within" | "beside" | "beside_when_more";
  /** A top-level field of the provider's own in which usage and errors may stand. */
  readonly envelope: string | undefined;
  /** Usage of a stream must be asked for with stream_options. */
  readonly streamOptions: boolean;
  /** Cuts answers short when max_tokens is absent: the endpoint's maximum is sent. */
  readonly maxTokensRequired: boolean;
  /** Sent with every request, unless the caller sends the field. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Sent with every request for reasoning, likewise. */
  readonly reasoningFields: Readonly<Record<string, unknown>>;
  /** What asks to continue a trailing assistant message, where that is not the default. */
  readonly prefill: Prefill | undefined;
  /** What follows the base URL where it is not the dialect's own path; `{model}` stands for the upstream's model. */
  readonly route: string | undefined;
  /** The kinds of media whose addresses it opens by itself; elsewhere they are fetched for it. */
  readonly fetches: readonly MediaKind[];
  /** The upstream's models that continue plain text at `/completions`. */
  readonly completions: "all" | readonly string[];
  /** The upstream's models that search the web for every answer; where they do not count their searches, it was one. */
  readonly searches: "all" | readonly string[];
  /** How pictures are asked for: fields sent with every request, unless the caller sends them, and whether their shape is said in pixels or as a ratio. */
  readonly images: { readonly fields: Readonly<Record<string, unknown>>; readonly shape: "size" | "aspect_ratio" };
}

export interface Prefill {
  /** Set on the trailing message. */
  readonly message?: Readonly<Record<string, unknown>>;
  /** Set on the request. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Put between the base URL and the route. */
  readonly path?: string;
}

/** A server that takes every public parameter under its own name. What differs is stated against this. */
export const plainQuirks: Quirks = {
  renames: {},
  refuses: [],
  passes: "all",
  developerRole: false,
  responseFormats: ["text", "json_object", "json_schema", "grammar", "python"],
  toolChoices: ["none", "auto", "required", "function"],
  reasoning: "effort",
  efforts: ["none", "minimal", "low", "medium", "high"],
  reasoningHistory: undefined,
  reasoningFormat: "openai-responses-v1",
  reasoningTokens: "within",
  envelope: undefined,
  streamOptions: true,
  maxTokensRequired: false,
  fields: {},
  reasoningFields: {},
  prefill: undefined,
  route: undefined,
  // The dialect has files and sound as data only.
  fetches: ["image", "video"],
  completions: [],
  searches: [],
  images: { fields: { response_format: "b64_json" }, shape: "size" },
};

/** What follows the base URL: the provider's own route, or else the dialect's. */
export function routeOf({ quirks, upstreamModel }: { readonly quirks: Quirks; readonly upstreamModel: string }, ofDialect: string): string {
  return quirks.route?.replaceAll("{model}", () => encodeURIComponent(upstreamModel)) ?? ofDialect;
}

/** Does it search the web for every answer, asked or not? */
export function alwaysSearches({ quirks: { searches }, upstreamModel }: { readonly quirks: Quirks; readonly upstreamModel: string }): boolean {
  return searches === "all" || searches.includes(upstreamModel);
}

/**
 * Reads the `quirks` of a provider in the config file, each of which replaces that of `base`.
 * @throws Fault invalid_request naming the field.
 */
export function parseQuirks(value: unknown, base: Quirks = plainQuirks): Quirks {
  const given = asObject(value);
  if (given === undefined) throw invalid("quirks", "must be an object");
  const quirks: Record<string, unknown> = { ...base };
  for (const [name, setting] of Object.entries(given)) {
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (reader === undefined) throw invalid(`quirks.${name}`, `is not a quirk; they are ${Object.keys(readers).join(", ")}`);
    quirks[reader.quirk] = reader.read(setting, `quirks.${name}`);
  }
  return quirks as unknown as Quirks;
}

type Read = (value: unknown, field: string) => unknown;

function invalid(field: string, why: string): Fault {
  return new Fault("invalid_request", `${field} ${why}`, { metadata: { field } });
}

const bool: Read = (value, field) => {
  if (typeof value !== "boolean") throw invalid(field, "must be true or false");
  return value;
};

const text: Read = (value, field) => {
  if (typeof value !== "string" || value === "") throw invalid(field, "must be a text");
  return value;
};

const object: Read = (value, field) => {
  const read = asObject(value);
  if (read === undefined) throw invalid(field, "must be an object");
  return read;
};

const texts: Read = (value, field) => {
  if (!Array.isArray(value)) throw invalid(field, "must be a list of texts");
  return value.map((item, index) => text(item, `${field}[${index}]`));
};

const allOrTexts: Read = (value, field) => (value === "all" ? value : texts(value, field));

const renames: Read = (value, field) =>
  Object.fromEntries(Object.entries(object(value, field) as object).map(([name, to]) => [name, text(to, `${field}.${name}`)]));

function oneOf(...words: readonly string[]): Read {
  return (value, field) => {
    if (typeof value !== "string" || !words.includes(value)) throw invalid(field, `must be one of ${words.join(", ")}`);
    return value;
  };
}

function listOf(...words: readonly string[]): Read {
  const word = oneOf(...words);
  return (value, field) => (texts(value, field) as string[]).map((item, index) => word(item, `${field}[${index}]`));
}

/** Null in the config file stands for "not at all". */
function orNone(read: Read): Read {
  return (value, field) => (value === null ? undefined : read(value, field));
}

function shape(required: Readonly<Record<string, Read>>, optional: Readonly<Record<string, Read>>): Read {
  return (value, field) => {
    const given = object(value, field) as Record<string, unknown>;
    for (const name of Object.keys(required)) if (!Object.hasOwn(given, name)) throw invalid(`${field}.${name}`, "is missing");
    return Object.fromEntries(
      Object.entries(given).map(([name, setting]) => {
        const read = required[name] ?? optional[name];
        if (read === undefined) throw invalid(`${field}.${name}`, "is not known");
        return [name, read(setting, `${field}.${name}`)];
      }),
    );
  };
}

const readers: Readonly<Record<string, { readonly quirk: keyof Quirks; readonly read: Read }>> = {
  renames: { quirk: "renames", read: renames },
  refuses: { quirk: "refuses", read: texts },
  passes: { quirk: "passes", read: allOrTexts },
  developer_role: { quirk: "developerRole", read: bool },
  response_formats: { quirk: "responseFormats", read: listOf("text", "json_object", "json_schema", "grammar", "python") },
  tool_choices: { quirk: "toolChoices", read: listOf("none", "auto", "required", "function") },
  reasoning: { quirk: "reasoning", read: oneOf("effort", "object", "thinking", "enable_thinking", "template", "none") },
  efforts: { quirk: "efforts", read: listOf("none", "minimal", "low", "medium", "high", "xhigh", "max") },
  reasoning_history: { quirk: "reasoningHistory", read: orNone(shape({ field: text, required: bool }, {})) },
  reasoning_format: { quirk: "reasoningFormat", read: text },
  reasoning_tokens: { quirk: "reasoningTokens", read: oneOf("within", "beside", "beside_when_more") },
  envelope: { quirk: "envelope", read: orNone(text) },
  stream_options: { quirk: "streamOptions", read: bool },
  max_tokens_required: { quirk: "maxTokensRequired", read: bool },
  fields: { quirk: "fields", read: object },
  reasoning_fields: { quirk: "reasoningFields", read: object },
  prefill: { quirk: "prefill", read: orNone(shape({}, { message: object, body: object, path: text })) },
  route: { quirk: "route", read: orNone(text) },
  fetches: { quirk: "fetches", read: listOf("image", "audio", "file", "video") },
  completions: { quirk: "completions", read: allOrTexts },
  searches: { quirk: "searches", read: allOrTexts },
  images: { quirk: "images", read: shape({ fields: object, shape: oneOf("size", "aspect_ratio") }, {}) },
};
