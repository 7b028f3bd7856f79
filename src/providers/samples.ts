/** One value of every public parameter, for finding out what an adapter does with it. */

import type { ChatParameters } from "../wire/chat.ts";

export const samples = {
  max_tokens: 100,
  temperature: 0.5,
  top_p: 0.9,
  top_k: 40,
  min_p: 0.05,
  top_a: 0.1,
  frequency_penalty: 0.3,
  presence_penalty: 0.2,
  repetition_penalty: 1.1,
  seed: 7,
  stop: ["END"],
  logit_bias: { "50256": -100 },
  logprobs: true,
  top_logprobs: 3,
  tools: [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } } }],
  tool_choice: "required",
  parallel_tool_calls: false,
  response_format: { type: "json_schema", json_schema: { name: "answer", schema: { type: "object" } } },
  prediction: { type: "content", content: "Hello" },
  reasoning: { effort: "high" },
  verbosity: "low",
  modalities: ["text"],
  audio: { voice: "alloy", format: "wav" },
  image_config: { aspect_ratio: "1:1" },
  // flex and priority follow the endpoint, not the request.
  service_tier: "default",
  cache_control: { type: "ephemeral" },
  prompt_cache_key: "cache-1",
  prompt_cache_options: { mode: "explicit" },
  web_search_options: { search_context_size: "low" },
} as const satisfies Required<ChatParameters>;

/** What a parameter means nothing without. */
export const companions: Partial<Record<keyof ChatParameters, ChatParameters>> = {
  tool_choice: { tools: samples.tools },
  parallel_tool_calls: { tools: samples.tools },
  top_logprobs: { logprobs: true },
};
