/** What the upstream says was used, made comparable: see `Usage` for what is part of what. */

import type { Usage } from "../../wire/chat.ts";
import { asObject, type JsonObject } from "../json.ts";
import type { Quirks } from "../quirks.ts";

// No context is longer; a larger figure is a mistake or a lie.
const countMax = 100_000_000;

/**
 * Undefined when the two totals are missing or absurd (negative, fractional, over 100 million), so that the caller
 * counts for itself. Parts are cut to their whole: cached tokens to the prompt, reasoning tokens to the completion.
 */
export function readUsage(value: unknown, reasoningTokens: Quirks["reasoningTokens"]): Usage | undefined {
  const raw = asObject(value);
  const promptTokens = count(raw?.["prompt_tokens"]);
  let completionTokens = count(raw?.["completion_tokens"]);
  if (raw === undefined || promptTokens === undefined || completionTokens === undefined) return undefined;

  // `prompt_token_details` without the s is one provider's spelling; flat names are others'.
  const prompt = asObject(raw["prompt_tokens_details"]) ?? asObject(raw["prompt_token_details"]) ?? {};
  const completion = asObject(raw["completion_tokens_details"]) ?? {};
  let reasoning = count(completion["reasoning_tokens"]) ?? count(raw["reasoning_tokens"]);
  if (reasoning !== undefined) {
    const isBeside = reasoningTokens === "beside" || (reasoningTokens === "beside_when_more" && reasoning > completionTokens);
    if (isBeside) completionTokens += reasoning;
    reasoning = Math.min(reasoning, completionTokens);
  }
  const cached = atMost(
    promptTokens,
    count(prompt["cached_tokens"]) ?? count(raw["num_cached_tokens"]) ?? count(raw["cached_tokens"]) ?? count(raw["prompt_cache_hit_tokens"]),
  );
  const written = atMost(promptTokens - (cached ?? 0), count(prompt["cache_write_tokens"]));
  return {
    promptTokens,
    completionTokens,
    ...optional("cachedTokens", cached),
    ...optional("cacheWriteTokens", written),
    ...optional("cacheWriteHourTokens", written === undefined ? undefined : someOf(atMost(written, count(asObject(prompt["cache_creation_token_details"])?.["ephemeral_1h_input_tokens"])))),
    ...optional("promptAudioTokens", atMost(promptTokens - (cached ?? 0) - (written ?? 0), count(prompt["audio_tokens"]))),
    ...optional("reasoningTokens", reasoning),
    ...optional("completionAudioTokens", atMost(completionTokens - (reasoning ?? 0), count(completion["audio_tokens"]))),
    ...optional("completionImageTokens", atMost(completionTokens, count(completion["image_tokens"]))),
    ...optional("acceptedPredictionTokens", atMost(completionTokens, count(completion["accepted_prediction_tokens"]))),
    ...optional("rejectedPredictionTokens", atMost(completionTokens, count(completion["rejected_prediction_tokens"]))),
    ...optional("webSearches", someOf(countedSearches(raw))),
  };
}

/** Undefined where they were not counted. Each provider that charges for them has its own name for them. */
export function countedSearches(raw: JsonObject): number | undefined {
  const tools = asObject(raw["server_tool_use"]) ?? asObject(raw["server_tool_use_details"]);
  return count(tools?.["web_search_requests"]) ?? count(raw["num_search_queries"]);
}

/** What is used by few is left out where it was not. */
function someOf(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= countMax ? value : undefined;
}

function atMost(most: number, value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.min(value, most);
}

function optional<Name extends keyof Usage>(name: Name, value: number | undefined): { [key in Name]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: number });
}
