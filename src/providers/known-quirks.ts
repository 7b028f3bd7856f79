/**
 * What differs at each provider, against the plain quirks: one entry a provider, nothing else. This is the one file of
 * the gateway's code, outside the folders of protocols, where providers have names.
 * Sources: each provider's reference and recorded answers (test/fixtures).
 */

import type { ParameterName } from "../wire/chat.ts";
import { plainQuirks, type Quirks } from "./quirks.ts";

/** What is known of a provider; the plain quirks for one that we have not met. */
export function quirksOf(provider: string): Quirks {
  const known = Object.hasOwn(knownQuirks, provider) ? knownQuirks[provider] : undefined;
  return known === undefined ? plainQuirks : { ...plainQuirks, ...known };
}

// What OpenAI itself never took, and those who check requests as strictly do not take either.
const sampledByOthers: readonly ParameterName[] = ["top_k", "min_p", "top_a", "repetition_penalty", "cache_control", "image_config"];
const openaiOnly: readonly ParameterName[] = ["prediction", "verbosity", "modalities", "audio", "prompt_cache_key", "prompt_cache_options", "web_search_options"];
const openaiPasses = [
  "n", "store", "metadata", "user", "safety_identifier", "prompt_cache_retention", "functions", "function_call", "moderation",
];

const openai: Partial<Quirks> = {
  renames: { max_tokens: "max_completion_tokens" },
  refuses: sampledByOthers,
  passes: openaiPasses,
  developerRole: true,
  responseFormats: ["text", "json_object", "json_schema"],
  efforts: ["none", "minimal", "low", "medium", "high", "xhigh"],
  completions: ["gpt-3.5-turbo-instruct", "babbage-002", "davinci-002"],
  searches: ["gpt-4o-search-preview", "gpt-4o-mini-search-preview", "gpt-5-search-api"],
  // Its newer models give nothing but base64, and refuse to be asked for it.
  images: { fields: {}, shape: "size" },
};

const vllm: Partial<Quirks> = {
  reasoning: "template",
  efforts: ["low", "medium", "high"],
  prefill: { body: { continue_final_message: true, add_generation_prompt: false } },
  completions: "all",
};

const moonshotai: Partial<Quirks> = {
  fetches: [],
  reasoning: "thinking",
  reasoningHistory: { field: "reasoning_content", required: false },
  toolChoices: ["none", "auto"],
  prefill: { message: { partial: true } },
};

const alibaba: Partial<Quirks> = {
  reasoning: "enable_thinking",
  toolChoices: ["none", "auto", "function"],
  prefill: { message: { partial: true } },
};

const ollama: Partial<Quirks> = {
  fetches: [],
  refuses: ["logit_bias", "parallel_tool_calls"],
  toolChoices: ["auto"],
  efforts: ["none", "low", "medium", "high"],
  completions: "all",
};

export const knownQuirks: Readonly<Record<string, Partial<Quirks>>> = {
  openai,
  azure: { ...openai, reasoningFormat: "azure-openai-responses-v1" },
  groq: {
    refuses: [...sampledByOthers, ...openaiOnly, "logit_bias", "logprobs", "top_logprobs"],
    passes: ["n", "user", "metadata", "search_settings", "documents", "citation_options", "disable_tool_validation", "compound_custom"],
    responseFormats: ["text", "json_object", "json_schema"],
    efforts: ["none", "low", "medium", "high"],
    reasoningFields: { reasoning_format: "parsed" },
    envelope: "x_groq",
    streamOptions: false,
  },
  together: {
    images: { fields: { response_format: "base64" }, shape: "size" },
    completions: "all",
    toolChoices: ["auto", "function"],
    efforts: ["low", "medium", "high"],
  },
  fireworks: {
    responseFormats: ["text", "json_object", "json_schema", "grammar"],
    efforts: ["none", "low", "medium", "high"],
    reasoningHistory: { field: "reasoning_content", required: false },
    maxTokensRequired: true,
    completions: "all",
    // Its default cuts max_tokens without a word.
    fields: { context_length_exceeded_behavior: "error" },
  },
  deepinfra: {
    completions: "all",
    efforts: ["none", "low", "medium", "high"],
    reasoningTokens: "beside_when_more",
  },
  deepseek: {
    refuses: [...sampledByOthers, ...openaiOnly, "seed", "logit_bias", "parallel_tool_calls"],
    responseFormats: ["text", "json_object"],
    reasoning: "thinking",
    reasoningHistory: { field: "reasoning_content", required: true },
    prefill: { message: { prefix: true }, path: "/beta" },
  },
  xai: {
    renames: { max_tokens: "max_completion_tokens", parallel_tool_calls: "parallel_function_calling" },
    refuses: [...sampledByOthers, "logit_bias"],
    efforts: ["low", "high"],
    reasoningTokens: "beside",
    reasoningFormat: "xai-responses-v1",
    images: { fields: { response_format: "b64_json" }, shape: "aspect_ratio" },
  },
  cerebras: {
    renames: { max_tokens: "max_completion_tokens" },
    refuses: [...sampledByOthers, "modalities", "audio", "verbosity", "web_search_options", "frequency_penalty", "presence_penalty"],
    passes: ["n", "user", "clear_thinking", "disable_reasoning", "queue_threshold"],
    responseFormats: ["text", "json_object", "json_schema"],
    efforts: ["none", "low", "medium", "high"],
    reasoningHistory: { field: "reasoning", required: false },
    reasoningFields: { reasoning_format: "parsed" },
  },
  perplexity: {
    refuses: [...sampledByOthers, "tools", "tool_choice", "parallel_tool_calls", "stop", "seed", "logit_bias", "logprobs", "top_logprobs"],
    responseFormats: ["text", "json_schema"],
    efforts: ["minimal", "low", "medium", "high"],
    // Its research model counts its thoughts beside what it says.
    reasoningTokens: "beside_when_more",
    streamOptions: false,
    searches: "all",
  },
  // Models of other makers, in a dialect that all of them share.
  "google-vertex": { route: "/endpoints/openapi/chat/completions" },
  novita: {
    completions: "all",
    reasoningFields: { separate_reasoning: true },
    maxTokensRequired: true,
  },
  parasail: { ...vllm, refuses: ["prompt_cache_key", "verbosity", "service_tier"] },
  cloudflare: { maxTokensRequired: true },
  huggingface: {},
  nextbit: {},
  moonshotai,
  "moonshotai-cn": moonshotai,
  alibaba,
  "alibaba-cn": alibaba,
  vllm,
  ollama,
  "ollama-cloud": ollama,
  llamacpp: {
    completions: "all",
    renames: { repetition_penalty: "repeat_penalty" },
    reasoning: "template",
    efforts: ["low", "medium", "high"],
  },
  lmstudio: {
    fetches: [],
    completions: "all",
    renames: { repetition_penalty: "repeat_penalty" },
    responseFormats: ["text", "json_schema"],
    efforts: ["low", "medium", "high"],
  },
};
