/** What was used and what it costs, with cached tokens beside those of the prompt. Source: contract §1.12, §7.1. */

import { dollars } from "../../base/money.ts";
import type { Bill } from "../surface.ts";
import { isRecord, type Fields } from "../check.ts";

/** `own` is what a provider of this dialect says of its usage: what we do not count ourselves is told in its words. */
export function usageView({ usage, total, prompt, completion, isEstimated }: Bill, serviceTier: string | undefined, own: Fields = {}): Fields {
  const cached = usage.cachedTokens ?? 0;
  const written = usage.cacheWriteTokens ?? 0;
  return {
    ...emptyUsage,
    ...own,
    input_tokens: Math.max(0, usage.promptTokens - cached - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cached,
    ...(usage.cacheWriteHourTokens === undefined ? {} : { cache_creation: lasting(written, usage.cacheWriteHourTokens) }),
    output_tokens: usage.completionTokens,
    ...(usage.reasoningTokens === undefined ? {} : { output_tokens_details: { thinking_tokens: usage.reasoningTokens } }),
    ...(usage.webSearches === undefined ? {} : { server_tool_use: { web_fetch_requests: 0, ...(isRecord(own["server_tool_use"]) ? own["server_tool_use"] : {}), web_search_requests: usage.webSearches } }),
    service_tier: tierWord(serviceTier),
    cost: dollars(total),
    is_byok: false,
    cost_details: { upstream_inference_cost: null, upstream_inference_prompt_cost: dollars(prompt), upstream_inference_completions_cost: dollars(completion) },
    ...(isEstimated ? { estimated: true } : {}),
  };
}

/** What was written to the cache, by how long it is kept. */
function lasting(written: number, forHour: number): Fields {
  return { ephemeral_1h_input_tokens: forHour, ephemeral_5m_input_tokens: Math.max(0, written - forHour) };
}

/** Before anything is counted. */
export const emptyUsage: Fields = {
  input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, cache_creation: null, inference_geo: null,
  output_tokens_details: null, server_tool_use: null, service_tier: "standard",
};

/** The default tier is called standard here (contract §1.12). */
function tierWord(serviceTier: string | undefined): string {
  return serviceTier === undefined || serviceTier === "default" || serviceTier === "auto" ? "standard" : serviceTier;
}
