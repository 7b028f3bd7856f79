/** The response object: what of it repeats the request is made once, the rest is known at the end. Source: contract §1.11. */

import { dollars } from "../../base/money.ts";
import type { ChatRequest } from "../../wire/chat.ts";
import type { AnswerHead, Bill, RouterMetadata } from "../surface.ts";
import { serverToolsView } from "../usage.ts";
import type { OutputItem } from "./items.ts";
import { formatView, toolChoiceView, toolViews } from "./tools.ts";

/** What changes while a response is made. */
export interface ResponseState {
  readonly status: "in_progress" | "completed" | "incomplete" | "failed";
  readonly output: readonly OutputItem[];
  readonly completedAt?: number | undefined;
  readonly incompleteReason?: "max_output_tokens" | "content_filter" | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  readonly errorType?: string | undefined;
  readonly serviceTier?: string | undefined;
  readonly bill?: Bill | undefined;
  readonly routing?: RouterMetadata | undefined;
}

/** Gives the JSON for each state; clients refuse it without any of the keys that are here even when null. */
export function responseWriter(head: AnswerHead, request: ChatRequest): (state: ResponseState) => string {
  const beginning = JSON.stringify(constantView(head, request)).slice(0, -1);
  return (state) => {
    const rest = {
      status: state.status,
      completed_at: state.completedAt ?? null,
      error: state.error ?? null,
      error_type: state.errorType,
      incomplete_details: state.incompleteReason === undefined ? null : { reason: state.incompleteReason },
      output: state.output,
      output_text: textOf(state.output),
      service_tier: tierView(state.serviceTier ?? request.parameters.service_tier),
      usage: state.bill === undefined ? undefined : usageView(state.bill),
      openrouter_metadata: state.routing,
    };
    return `${beginning},${JSON.stringify(rest).slice(1)}`;
  };
}

function constantView(head: AnswerHead, { parameters, gateway, dialect = {} }: ChatRequest): object {
  const { reasoning } = parameters;
  return {
    id: head.generationId,
    object: "response",
    created_at: head.created,
    model: head.model,
    provider: head.providerName,
    instructions: dialect["instructions"] ?? null,
    metadata: gateway.metadata ?? {},
    parallel_tool_calls: parameters.parallel_tool_calls ?? true,
    temperature: parameters.temperature ?? null,
    top_p: parameters.top_p ?? null,
    presence_penalty: parameters.presence_penalty ?? null,
    frequency_penalty: parameters.frequency_penalty ?? null,
    top_logprobs: parameters.top_logprobs ?? 0,
    tool_choice: toolChoiceView(parameters.tool_choice),
    tools: toolViews(parameters.tools),
    text: { format: formatView(parameters.response_format), ...(parameters.verbosity === undefined ? undefined : { verbosity: parameters.verbosity }) },
    reasoning: { effort: reasoning?.effort ?? null, summary: reasoning?.summary ?? null },
    max_output_tokens: parameters.max_tokens ?? null,
    max_tool_calls: dialect["max_tool_calls"] ?? null,
    truncation: dialect["truncation"] ?? "disabled",
    prompt_cache_key: parameters.prompt_cache_key ?? null,
    safety_identifier: dialect["safety_identifier"] ?? null,
    user: gateway.user ?? null,
    previous_response_id: null,
    background: false,
    store: false,
  };
}

function textOf(output: readonly OutputItem[]): string {
  let text = "";
  for (const item of output) {
    if (item.type === "message") for (const part of item.content) if (part.type === "output_text") text += part.text;
  }
  return text;
}

const tiers: ReadonlySet<string> = new Set(["auto", "default", "flex", "priority", "scale"]);

/** Clients know these tiers alone; upstreams have more names. */
function tierView(tier: string | undefined): string | null {
  return tier !== undefined && tiers.has(tier) ? tier : null;
}

/** Contract §7.1. */
function usageView({ usage, isEstimated, total, prompt, completion }: Bill): object {
  return {
    input_tokens: usage.promptTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens ?? 0, cache_write_tokens: usage.cacheWriteTokens },
    output_tokens: usage.completionTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: usage.promptTokens + usage.completionTokens,
    cost: dollars(total),
    is_byok: false,
    cost_details: {
      upstream_inference_cost: null,
      upstream_inference_input_cost: dollars(prompt),
      upstream_inference_output_cost: dollars(completion),
    },
    ...serverToolsView(usage),
    estimated: isEstimated ? true : undefined,
  };
}
