/** What the source data says otherwise, or not at all: facts by hand, each with its reason. */

type Facts = Readonly<Record<string, unknown>>;

/** Author slug: the short name that goes before a model's name, and the full one. */
export const authors: Readonly<Record<string, readonly [string, string]>> = {
  "ai21": ["AI21", "AI21 Labs"],
  "alibaba": ["Alibaba", "Alibaba"],
  "anthracite-org": ["Anthracite", "Anthracite"],
  "bytedance-seed": ["ByteDance Seed", "ByteDance Seed"],
  "gryphe": ["Gryphe", "Gryphe"],
  "ibm-granite": ["IBM", "IBM Granite"],
  "inception": ["Inception", "Inception"],
  "liquid": ["LiquidAI", "Liquid AI"],
  "meta-llama": ["Meta", "Meta Llama"],
  "mistralai": ["Mistral", "Mistral AI"],
  "moonshotai": ["MoonshotAI", "Moonshot AI"],
  "morph": ["Morph", "Morph"],
  "nousresearch": ["Nous", "Nous Research"],
  "qwen": ["Qwen", "Qwen (Alibaba)"],
  "rekaai": ["Reka", "Reka AI"],
  "sakana": ["Sakana", "Sakana AI"],
  "sao10k": ["Sao10K", "Sao10K"],
  "undi95": ["Undi95", "Undi95"],
  "upstage": ["Upstage", "Upstage"],
  "x-ai": ["xAI", "xAI"],
  "z-ai": ["Z.ai", "Z.ai"],
};

/** For models whose tokenizer the sources do not name. */
export const familyTokenizers: Readonly<Record<string, string>> = {
  "amazon": "Nova", "anthropic": "Claude", "cohere": "Cohere", "deepseek": "DeepSeek", "google": "Gemini",
  "meta-llama": "Llama3", "mistralai": "Mistral", "openai": "GPT", "qwen": "Qwen", "x-ai": "Grok",
};

/** The sources know no embeddings, rerank or transcription and call all of them text. */
export const outputCorrections: readonly { readonly slug: RegExp; readonly outputs: readonly string[] }[] = [
  { slug: /embed/, outputs: ["embeddings"] },
  { slug: /rerank/, outputs: ["rerank"] },
  { slug: /whisper|-asr-/, outputs: ["transcription"] },
];

/** Author slug: the providers at which its models search the web by themselves, at the price that is listed with the model. */
export const searchers: Readonly<Record<string, readonly string[]>> = {
  "anthropic": ["anthropic"], "google": ["google-ai-studio", "google-vertex"], "openai": ["openai"], "perplexity": ["perplexity"], "x-ai": ["xai"],
};

/** Parameters that listings of the model name but the provider's dialect has no field for. */
export const dialectLacks: Readonly<Record<string, readonly string[]>> = {
  "mistral-chat": ["top_k", "top_a", "min_p", "repetition_penalty", "logit_bias", "logprobs", "top_logprobs"],
};

/** Names are those of the public API; base URLs name the environment variables they are completed from. */
export const providerCorrections: Readonly<Record<string, Facts>> = {
  "amazon-bedrock": {
    base_url: "https://bedrock-runtime.${AWS_REGION}.amazonaws.com", auth: "aws-bedrock", credential_env: ["AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID"],
  },
  "azure": { base_url: "https://${AZURE_RESOURCE_NAME}.openai.azure.com/openai/v1" },
  "cloudflare": { base_url: "https://api.cloudflare.com/client/v4/accounts/${CLOUDFLARE_ACCOUNT_ID}/ai/v1" },
  "databricks": { base_url: "https://${DATABRICKS_HOST}/ai-gateway/mlflow/v1" },
  "google-vertex": {
    name: "Google",
    base_url:
      "https://${GOOGLE_VERTEX_LOCATION}-aiplatform.googleapis.com/v1/projects/${GOOGLE_VERTEX_PROJECT}/locations/${GOOGLE_VERTEX_LOCATION}",
  },
  "minimax": { name: "Minimax" },
  "seed": { name: "Seed" },
  // Its native dialect streams lines of JSON; the compatible one is the one every other local server speaks.
  "ollama": { base_url: "http://localhost:11434/v1", protocol: "openai-chat" },
};

/** Addresses of single endpoints that the provider's own address and its quirks already say. */
export const sharedPlaces: Readonly<Record<string, string>> = {
  "google-vertex": "https://${GOOGLE_VERTEX_ENDPOINT}/v1/projects/${GOOGLE_VERTEX_PROJECT}/locations/${GOOGLE_VERTEX_LOCATION}/endpoints/openapi",
};

const midnight = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 1000;

/** The five models whose public pages are the acceptance cases, exactly as those pages have them. */
export const seeds: Readonly<Record<string, Facts>> = {
  "mistralai/ministral-8b": {
    name: "Mistral: Ministral 8B",
    description:
      "Ministral 8B is an 8B parameter model featuring a unique interleaved sliding-window attention pattern for faster, memory-efficient inference. Designed for edge use cases, it supports up to 128k context length and excels in knowledge and reasoning tasks. It outperforms peers in the sub-10B category, making it perfect for low-latency, privacy-first applications.",
    created: midnight("2024-10-17"),
    listed: undefined,
    context_length: 128_000,
    input_modalities: ["text"],
    output_modalities: ["text"],
    pricing: { prompt: "0.1", completion: "0.1" },
  },
  "mistralai/ministral-8b-2512": {
    name: "Mistral: Ministral 3 8B 2512",
    description: "A balanced model in the Ministral 3 family, Ministral 3 8B is a powerful, efficient tiny language model with vision capabilities.",
    created: midnight("2025-12-02"),
    context_length: 262_144,
    input_modalities: ["text", "image"],
    output_modalities: ["text"],
    pricing: { prompt: "0.15", completion: "0.15", input_cache_read: "0.015" },
    supported_parameters: [
      "max_tokens", "temperature", "top_p", "stop", "frequency_penalty", "presence_penalty", "seed", "response_format",
      "structured_outputs", "tools", "tool_choice",
    ],
  },
  "mistralai/mixtral-8x7b-instruct": {
    name: "Mistral: Mixtral 8x7B Instruct",
    description:
      "Mixtral 8x7B Instruct is a pretrained generative Sparse Mixture of Experts, by Mistral AI, for chat and instruction use. Incorporates 8 experts (feed-forward networks) for a total of 47 billion parameters.\n\nInstruct model fine-tuned by Mistral. #moe",
    created: midnight("2023-12-10"),
    listed: undefined,
    context_length: 32_768,
    input_modalities: ["text"],
    output_modalities: ["text"],
    pricing: { prompt: "0.08", completion: "0.24" },
  },
  "mistralai/mistral-small": {
    name: "Mistral Small",
    created: midnight("2024-01-10"),
    listed: undefined,
    context_length: 32_000,
    input_modalities: ["text"],
    output_modalities: ["text"],
    pricing: { prompt: "0.2", completion: "0.6" },
  },
  "mistralai/mistral-7b-instruct-v0.1": {
    name: "Mistral: Mistral 7B Instruct v0.1",
    description: "A 7.3B parameter model that outperforms Llama 2 13B on all benchmarks, with optimizations for speed and context length.",
    created: midnight("2023-09-28"),
    context_length: 4096,
    input_modalities: ["text"],
    output_modalities: ["text"],
    pricing: { prompt: "0.11", completion: "0.19" },
    supported_parameters: [
      "max_tokens", "temperature", "top_p", "top_k", "seed", "repetition_penalty", "frequency_penalty", "presence_penalty",
      "min_p", "stop", "logit_bias",
    ],
    // Both were its last provider's, which has taken it down; here it stays listed and callable.
    max_output_tokens: undefined,
    expiration_date: undefined,
  },
};
