/**
 * From an inference body to what a version stores, and from there to what it means for a request. Both ways lead through
 * a surface's own parser: what it took when the version was made, it takes again.
 */

import { Fault } from "../base/fault.ts";
import { depthChecked } from "../surfaces/check.ts";
import { defaultPreferences } from "../surfaces/preferences.ts";
import { chatCompletions } from "../surfaces/chat-completions/surface.ts";
import type { Surface } from "../surfaces/surface.ts";
import type { ChatRequest, Message, ProviderPreferences } from "../wire/chat.ts";
import { isReference } from "./reference.ts";
import type { PresetContent, PresetSettings } from "./preset.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Versions in use are kept in memory, whole. */
const contentLengthMax = 128 * 1024;

/**
 * What of an inference body belongs to a preset: its model(s), parameters, provider preferences, plugins, cache wishes and
 * system prompt. The rest is passed over; a model and messages may be missing.
 * @throws Fault invalid_request naming the field, payload_too_large.
 */
export function contentOf(surface: Surface, body: Fields): PresetContent {
  const request = parsed(surface, body);
  const reference = request.models.find(isReference);
  if (reference !== undefined) {
    throw new Fault("invalid_request", `model: ${reference} refers to a preset, and a preset must not. Name the model itself.`, { metadata: { field: "model" } });
  }
  const content: PresetContent = { systemPrompt: systemPromptOf(request.messages), config: configOf(request) };
  settingsOf(content);
  const { length } = JSON.stringify(content);
  if (length > contentLengthMax) {
    throw new Fault("payload_too_large", `A preset holds at most ${contentLengthMax.toLocaleString("en")} characters with its tools and system prompt; this has ${length.toLocaleString("en")}.`);
  }
  return content;
}

/** @throws Fault invalid_request when the content was not made by {@link contentOf}. */
export function settingsOf({ systemPrompt, config }: PresetContent): PresetSettings {
  const { models, parameters, provider, gateway, extra } = parsed(chatCompletions, config);
  return {
    models, systemPrompt, parameters, provider,
    gateway: {
      ...(gateway.plugins === undefined ? undefined : { plugins: gateway.plugins }),
      ...cacheWishes(extra),
    },
  };
}

/** What the dialects demand beside the model: some ask for messages, one for input. */
const standIn = { model: "author/model", messages: [{ role: "user", content: "" }], input: "" };

/** A request of which neither the model nor the messages need be there. */
function parsed(surface: Surface, body: Fields): ChatRequest {
  // Before it is written as JSON again, which overflows the stack where reading it did not.
  for (const field in body) depthChecked(body[field], field);
  const namesModel = isPresent(body["model"]) || isPresent(body["models"]);
  const complete = { messages: standIn.messages, input: standIn.input, ...body, ...(namesModel ? undefined : { model: standIn.model }) };
  const request = surface.parse(Buffer.from(JSON.stringify(complete)));
  return namesModel ? request : { ...request, models: [] };
}

/** In the words of `POST /chat/completions`, whichever surface the request came by. */
function configOf({ models: [model, ...others], provider, parameters, gateway, extra }: ChatRequest): Fields {
  const preferences = preferencesView(provider);
  return {
    ...(model === undefined ? undefined : { model }),
    ...(others.length === 0 ? undefined : { models: others }),
    ...parameters,
    ...(Object.keys(preferences).length === 0 ? undefined : { provider: preferences }),
    ...(gateway.plugins === undefined ? undefined : { plugins: gateway.plugins }),
    ...(isPresent(extra["cache_enabled"]) ? { cache_enabled: extra["cache_enabled"] } : undefined),
    ...(isPresent(extra["cache_ttl_seconds"]) ? { cache_ttl_seconds: extra["cache_ttl_seconds"] } : undefined),
  };
}

/** What was asked for beyond the defaults, under its public names: those of the canonical fields in snake_case. */
function preferencesView(preferences: ProviderPreferences): Fields {
  const defaults: Fields = { ...defaultPreferences };
  const asked = Object.entries(preferences).filter(([name, value]) => value !== defaults[name]);
  return Object.fromEntries(asked.map(([name, value]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]));
}

function cacheWishes(extra: Fields): Pick<PresetSettings["gateway"], "cacheEnabled" | "cacheTtlSeconds"> {
  const { cache_enabled: isEnabled, cache_ttl_seconds: ttl } = extra;
  if (isPresent(isEnabled) && typeof isEnabled !== "boolean") throw invalid("cache_enabled", "must be true or false");
  if (isPresent(ttl) && !(typeof ttl === "number" && Number.isInteger(ttl) && ttl >= 1 && ttl <= 86_400)) {
    throw invalid("cache_ttl_seconds", "must be a whole number from 1 to 86400");
  }
  return {
    ...(typeof isEnabled === "boolean" ? { cacheEnabled: isEnabled } : undefined),
    ...(typeof ttl === "number" ? { cacheTtlSeconds: ttl } : undefined),
  };
}

/** The texts of all system and developer messages; null when there are none. */
function systemPromptOf(messages: readonly Message[]): string | null {
  const texts = messages.filter(isInstruction).map(textOf).filter((text) => text !== "");
  return texts.length === 0 ? null : texts.join("\n\n");
}

export function isInstruction({ role }: Message): boolean {
  return role === "system" || role === "developer";
}

function textOf({ content }: Message): string {
  if (typeof content === "string") return content;
  return (content ?? []).flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

function invalid(field: string, expected: string): Fault {
  return new Fault("invalid_request", `${field} ${expected}.`, { metadata: { field } });
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
