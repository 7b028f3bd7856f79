/** A generation as GET /generation shows it. Source: contract §7.6. */

import { dollars } from "../../base/money.ts";
import type { AttemptRecord, Generation } from "../../usage/generation.ts";

const apiTypes: Readonly<Record<string, string>> = {
  "chat-completions": "completions",
  completions: "completions",
  responses: "completions",
  messages: "completions",
  embeddings: "embeddings",
  rerank: "rerank",
  images: "image",
  speech: "tts",
  transcriptions: "stt",
};

/** Times in milliseconds, money in dollars, tokens of the model's own tokenizer under both pairs of names. */
export function generationView(generation: Generation): Record<string, unknown> {
  const cost = dollars(generation.cost);
  return {
    id: generation.id,
    request_id: generation.requestId,
    upstream_id: generation.upstreamId,
    created_at: new Date(generation.createdAt).toISOString(),
    model: generation.model ?? generation.requestedModel,
    provider_name: generation.providerName,
    api_type: apiTypes[generation.surface] ?? null,
    router: generation.router,
    streamed: generation.streamed,
    cancelled: generation.cancelled,
    finish_reason: generation.finishReason,
    native_finish_reason: generation.nativeFinishReason,
    is_byok: false,
    latency: generation.latencyMs,
    generation_time: generation.generationMs,
    moderation_latency: null,
    ...tokensOf(generation),
    ...nothingOf,
    usage: cost,
    total_cost: cost,
    upstream_inference_cost: null,
    cache_discount: null,
    ...attributionOf(generation),
    service_tier: generation.serviceTier,
    preset_id: generation.presetId,
    response_cache_source_id: generation.cacheSourceId,
    data_region: "global",
    provider_responses: generation.attempts.map(attemptView),
    // Ours, beyond the contract: answered by a simulated provider, at no real cost.
    sandbox: generation.isSandbox,
    parameter_notes: generation.notes.map(([parameter, action, detail]) => ({ parameter, action, detail })),
    usage_estimated: generation.usageEstimated,
  };
}

function tokensOf(generation: Generation): Record<string, number> {
  return {
    tokens_prompt: generation.promptTokens,
    tokens_completion: generation.completionTokens,
    native_tokens_prompt: generation.promptTokens,
    native_tokens_completion: generation.completionTokens,
    native_tokens_reasoning: generation.reasoningTokens,
    native_tokens_cached: generation.cachedTokens,
  };
}

// The contract requires the names even where there is nothing to count.
const nothingOf = {
  native_tokens_completion_images: null,
  num_media_prompt: null,
  num_media_completion: null,
  num_input_audio_prompt: null,
  num_search_results: null,
  num_fetches: null,
  web_search_engine: null,
};

function attributionOf({ app, user, sessionId, workspaceId }: Generation): Record<string, string | null> {
  return {
    origin: originOf(app.referer),
    http_referer: app.referer,
    user_agent: app.userAgent,
    app_id: null,
    external_user: user,
    session_id: sessionId,
    workspace_id: workspaceId,
  };
}

function originOf(referer: string | null): string {
  return referer !== null && URL.canParse(referer) ? new URL(referer).origin : "";
}

function attemptView(attempt: AttemptRecord): Record<string, unknown> {
  return {
    endpoint_id: attempt.endpointId,
    provider_name: attempt.providerName,
    model_permaslug: attempt.model,
    status: attempt.status,
    latency: attempt.latencyMs,
    is_byok: false,
    // Ours, beyond the contract.
    kind: attempt.kind,
    fault: attempt.faultCode,
    cost: dollars(attempt.cost),
  };
}
