/**
 * From bytes to the canonical request (contract §1.12). What other protocols have no word for, and the blocks that the caller
 * wrote, are kept beside it for providers that speak this dialect themselves.
 */

import type { ChatRequest } from "../../wire/chat.ts";
import { isAbsent, readJson, readModels } from "../body.ts";
import { bool, integer, invalid, oneOf, record, records, text, textList, type Fields } from "../check.ts";
import { anything, housekeeping, sampling, sortFields, type Reader } from "../fields.ts";
import { defaultPreferences, readPreferences } from "../preferences.ts";
import { readConversation } from "./conversation.ts";
import { readFormat } from "./format.ts";
import { readThinking } from "./thinking.ts";
import { readToolChoice, readTools } from "./tools.ts";

/** The protocol of providers that speak this dialect. */
const protocol = "anthropic-messages";

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...sampling,
  ...housekeeping.filter(([name]) => name !== "metadata"),
  ["max_tokens", { into: "parameters", read: integer(1) }],
  ["stop_sequences", { into: "parameters", as: "stop", read: textList }],
  ["tools", { into: "parameters", read: readTools }],
  // Without effect: the gateway runs no tools in a loop, and always tells the usage.
  ["stop_server_tools_when", { into: "ignored", read: anything }],
  ["usage", { into: "ignored", read: anything }],
]);

const ownRule: ReadonlySet<string> = new Set([
  "model", "models", "fallbacks", "messages", "system", "stream", "provider", "route", "metadata", "tool_choice", "service_tier", "thinking", "output_config", "output_format",
]);

/** @throws Fault invalid_request naming the field and what was expected. */
export function parse(body: Uint8Array): ChatRequest {
  const fields = readJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  const { parameters, gateway, extra } = sortFields(fields, readers, ownRule);
  const outputConfig = readOutputConfig(fields);
  const format = readFormat(outputConfig?.["format"], isAbsent(fields["output_format"]) ? "output_config.format" : "output_format");
  const tier = readTier(fields);
  return {
    models: readModels(withFallbacks(fields)),
    messages: readConversation(fields),
    stream: isAbsent(fields["stream"]) ? false : bool(fields["stream"], "stream"),
    parameters: {
      ...parameters,
      ...readToolChoice(fields["tool_choice"], "tool_choice"),
      ...readThinking(fields["thinking"], outputConfig?.["effort"]),
      ...(format === undefined ? undefined : { response_format: format }),
      ...(tier === undefined ? undefined : { service_tier: tier }),
    },
    provider: isAbsent(fields["provider"]) && isAbsent(fields["route"]) ? defaultPreferences : readPreferences(fields),
    gateway: { ...readUser(fields["metadata"]), ...gateway },
    dialect: {
      ...(isAbsent(fields["thinking"]) ? undefined : { thinking: fields["thinking"] }),
      ...(outputConfig === undefined ? undefined : { output_config: outputConfig }),
    },
    extra,
    protocol,
  };
}

/** `output_format` is what `output_config.format` was called before. */
function readOutputConfig({ output_config: config, output_format: format }: Fields): Fields | undefined {
  const given = isAbsent(config) ? undefined : record(config, "output_config");
  return isAbsent(format) ? given : { format: record(format, "output_format"), ...given };
}

const fallbacksMax = 3;

/** Contract §1.12: at most three, of which each only names a model, and not together with `models`. */
function withFallbacks(fields: Fields): Fields {
  if (isAbsent(fields["fallbacks"])) return fields;
  const fallbacks = records(fields["fallbacks"], "fallbacks");
  if (fallbacks.length > fallbacksMax) throw invalid("fallbacks", `takes at most ${fallbacksMax} models; this has ${fallbacks.length.toLocaleString("en")}`);
  if (!isAbsent(fields["models"])) throw invalid("fallbacks", "cannot be sent together with models");
  const models = fallbacks.map((fallback, index) => {
    const other = Object.keys(fallback).find((name) => name !== "model");
    if (other !== undefined) throw invalid(`fallbacks[${index}].${other.slice(0, 64)}`, "is not taken: a fallback only names its model");
    return text(256)(fallback["model"], `fallbacks[${index}].model`);
  });
  return { ...fields, models };
}

const tier = oneOf(["auto", "default", "standard", "standard_only", "flex", "priority", "fast", "scale"]);

/** The default tier is called standard here; speed "fast" is another word for priority (contract §5.9). */
function readTier({ service_tier: asked, speed }: Fields): string | undefined {
  if (isAbsent(asked)) return speed === "fast" ? "fast" : undefined;
  const word = tier(asked, "service_tier");
  return word === "standard" || word === "standard_only" ? "default" : word;
}

function readUser(metadata: unknown): { readonly user?: string } {
  if (isAbsent(metadata)) return {};
  const user = record(metadata, "metadata")["user_id"];
  return isAbsent(user) ? {} : { user: text(512)(user, "metadata.user_id") };
}
