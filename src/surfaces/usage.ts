/** What was used and what it cost, in the words of the dialects that count prompt and completion tokens. */

import { dollars } from "../base/money.ts";
import type { Usage } from "../wire/chat.ts";
import type { Bill } from "./surface.ts";

/** Contract §7.1. Counts inside `prompt_tokens_details` may be absent but not null. */
export function usageView(bill: Bill): object {
  const { usage } = bill;
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    cost: dollars(bill.total),
    is_byok: false,
    prompt_tokens_details: {
      cached_tokens: usage.cachedTokens ?? 0,
      cache_write_tokens: usage.cacheWriteTokens,
      audio_tokens: usage.promptAudioTokens ?? 0,
    },
    cost_details: {
      upstream_inference_cost: null,
      upstream_inference_prompt_cost: dollars(bill.prompt),
      upstream_inference_completions_cost: dollars(bill.completion),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens ?? 0,
      audio_tokens: usage.completionAudioTokens,
      image_tokens: usage.completionImageTokens,
      accepted_prediction_tokens: usage.acceptedPredictionTokens,
      rejected_prediction_tokens: usage.rejectedPredictionTokens,
    },
    ...serverToolsView(usage),
    estimated: bill.isEstimated ? true : undefined,
  };
}

/** The contract has two names for it (§7.1), and clients of both. */
export function serverToolsView({ webSearches }: Usage): object {
  if (webSearches === undefined) return {};
  const used = { web_search_requests: webSearches };
  return { server_tool_use: used, server_tool_use_details: used };
}
