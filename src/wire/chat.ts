/**
 * The canonical chat request, answer and chunk: what every surface parses into and every adapter encodes from.
 *
 * It is a superset that loses nothing. What goes through untouched keeps the field's own wire names (snake_case, as in
 * contract §2), so that a message or a delta can be handed on by reference; what we compute is camelCase. Fields that we
 * do not model travel in `extra`.
 */

import type { Phase } from "./phases.ts";

export interface ChatRequest {
  /** Model slugs in order of preference, as the caller wrote them; never empty. */
  readonly models: readonly string[];
  readonly messages: readonly Message[];
  /** The JSON that `messages` was parsed from, where that is known and long: for an adapter that sends them unchanged. */
  readonly messagesJson?: Uint8Array | undefined;
  readonly stream: boolean;
  /** What is meant for the model, under its public parameter name. A parameter is present or absent, never null. */
  readonly parameters: ChatParameters;
  readonly provider: ProviderPreferences;
  /** What is meant for the gateway. Never sent upstream. */
  readonly gateway: GatewayOptions;
  /** Fields that we do not know: sent on where the upstream's dialect allows. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Fields of the caller's dialect that no other has, as they were written: for its surface, which repeats them in the answer, and for adapters of the same dialect. */
  readonly dialect?: Readonly<Record<string, unknown>>;
  /** The protocol that the caller speaks, in whose words `extra` and the originals are; OpenAI's chat where absent. */
  readonly protocol?: string | undefined;
}

/** `protocol` of a request to continue a text: its one message is that text. No upstream speaks only this. */
export const completionsDialect = "openai-completions";

/**
 * Under this key a message, a tool, an answer or a chunk keeps what it was made from, in a dialect that says more than ours:
 * who speaks that dialect on the other side gives it on unchanged. A symbol, so that no JSON is made of it, and neither
 * another surface nor another adapter ever sends it.
 */
export const original: unique symbol = Symbol("original");

export interface Original<Source> {
  /** The part that was made from it. Who edits that part makes a new one, and the original no longer stands for it. */
  readonly of: unknown;
  readonly source: Source;
}

/** What `now` was made from, as long as it is still the same. */
export function originalOf<Source>(kept: Original<Source> | undefined, now: unknown): Source | undefined {
  return kept !== undefined && kept.of === now ? kept.source : undefined;
}

type WireObject = Readonly<Record<string, unknown>>;

export type Role = "system" | "developer" | "user" | "assistant" | "tool";

export interface Message {
  readonly role: Role;
  readonly content?: string | readonly ContentPart[] | null;
  readonly name?: string;
  readonly tool_calls?: readonly ToolCall[];
  readonly tool_call_id?: string;
  readonly reasoning?: string | null;
  readonly reasoning_details?: readonly unknown[];
  readonly refusal?: string | null;
  readonly phases?: readonly Phase[];
  /** The blocks that `content` and all beside it were made from. */
  readonly [original]?: Original<readonly WireObject[]>;
  readonly [field: string]: unknown;
}

export type ContentPart =
  | { readonly type: "text"; readonly text: string; readonly [field: string]: unknown }
  | { readonly type: "image_url"; readonly image_url: { readonly url: string; readonly detail?: string }; readonly [field: string]: unknown }
  | { readonly type: "input_audio"; readonly input_audio: { readonly data: string; readonly format: string }; readonly [field: string]: unknown }
  | { readonly type: "file"; readonly file: { readonly filename?: string; readonly file_data?: string; readonly file_id?: string }; readonly [field: string]: unknown }
  | { readonly type: "video_url"; readonly video_url: { readonly url: string }; readonly [field: string]: unknown };

export interface ToolCall {
  readonly id: string;
  readonly type: "function";
  /** `arguments` is JSON text; the model may have written text that does not parse. */
  readonly function: { readonly name: string; readonly arguments: string };
  readonly [field: string]: unknown;
}

export interface Tool {
  readonly type: string;
  readonly function?: { readonly name: string; readonly description?: string; readonly parameters?: Readonly<Record<string, unknown>>; readonly strict?: boolean | null };
  /** The tool that `function` was made from. */
  readonly [original]?: Original<WireObject>;
  readonly [field: string]: unknown;
}

export type ToolChoice = "none" | "auto" | "required" | { readonly type: string; readonly function?: { readonly name: string } };

export type ResponseFormat =
  | { readonly type: "text" | "json_object" | "python" }
  | { readonly type: "grammar"; readonly grammar: string }
  | { readonly type: "json_schema"; readonly json_schema: { readonly name: string; readonly description?: string; readonly strict?: boolean | null; readonly schema?: Readonly<Record<string, unknown>> } };

/** Reasoning, with `reasoning_effort` and `include_reasoning` already folded in. Source: contract §2.3. */
export interface Reasoning {
  readonly effort?: "max" | "xhigh" | "high" | "medium" | "low" | "minimal" | "none";
  readonly max_tokens?: number;
  readonly exclude?: boolean;
  readonly enabled?: boolean;
  readonly summary?: string;
  readonly [field: string]: unknown;
}

/**
 * Public parameter names, those of a model's `supported_parameters` (contract §6.5). `max_completion_tokens` is folded
 * into `max_tokens`; each adapter knows what its upstream calls it.
 */
export interface ChatParameters {
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly min_p?: number;
  readonly top_a?: number;
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
  readonly repetition_penalty?: number;
  readonly seed?: number;
  /** Always a list, however the caller wrote it. */
  readonly stop?: readonly string[];
  readonly logit_bias?: Readonly<Record<string, number>>;
  readonly logprobs?: boolean;
  readonly top_logprobs?: number;
  readonly tools?: readonly Tool[];
  readonly tool_choice?: ToolChoice;
  readonly parallel_tool_calls?: boolean;
  readonly response_format?: ResponseFormat;
  readonly prediction?: Readonly<Record<string, unknown>>;
  readonly reasoning?: Reasoning;
  readonly verbosity?: string;
  readonly modalities?: readonly string[];
  readonly audio?: Readonly<Record<string, unknown>>;
  readonly image_config?: Readonly<Record<string, unknown>>;
  readonly service_tier?: string;
  readonly cache_control?: Readonly<Record<string, unknown>>;
  readonly prompt_cache_key?: string;
  readonly prompt_cache_options?: Readonly<Record<string, unknown>>;
  readonly web_search_options?: Readonly<Record<string, unknown>>;
}

export type ParameterName = keyof ChatParameters;

/** The caller's wishes for routing. Source: contract §2.2. Prices are dollars per million tokens (request, image: per unit). */
export interface ProviderPreferences {
  readonly order?: readonly string[];
  readonly only?: readonly string[];
  readonly ignore?: readonly string[];
  readonly allowFallbacks: boolean;
  readonly requireParameters: boolean;
  readonly dataCollection: "allow" | "deny";
  readonly zdr: boolean;
  readonly enforceDistillableText: boolean;
  readonly quantizations?: readonly string[];
  readonly sort?: { readonly by?: "price" | "throughput" | "latency" | "exacto"; readonly partition: "model" | "none" };
  readonly maxPrice?: { readonly prompt?: number; readonly completion?: number; readonly request?: number; readonly image?: number; readonly audio?: number };
  /** Tokens per second by percentile; soft. */
  readonly preferredMinThroughput?: Percentiles;
  /** Seconds to first content by percentile; soft. */
  readonly preferredMaxLatency?: Percentiles;
  /** Ours: a second endpoint is started beside one that is slower than it usually is. */
  readonly hedge?: boolean;
  /** Ours: text that breaks off is continued by another endpoint. */
  readonly continue?: boolean;
  /** Ours: an answer whose tool calls do not fit their tools is tried elsewhere, as long as nothing was sent. */
  readonly validateTools?: boolean;
}

export interface Percentiles {
  readonly p50?: number;
  readonly p75?: number;
  readonly p90?: number;
  readonly p99?: number;
}

export interface GatewayOptions {
  readonly user?: string;
  readonly sessionId?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly trace?: Readonly<Record<string, unknown>>;
  readonly plugins?: readonly Readonly<Record<string, unknown>>[];
  readonly preset?: string;
  /** The preset that was merged into the request, by its id: the slug may be reused, the id never. */
  readonly presetId?: string;
  /** A preset's word on the response cache; absent where it says nothing. Source: contract §8.2. */
  readonly cacheEnabled?: boolean;
  readonly cacheTtlSeconds?: number;
  readonly debug?: Readonly<Record<string, unknown>>;
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "error";

/** A whole answer. */
export interface ChatAnswer {
  readonly upstreamId: string | undefined;
  readonly choices: readonly AnswerChoice[];
  /** Undefined when the upstream reported none, or nonsense. */
  readonly usage: Usage | undefined;
  readonly systemFingerprint: string | undefined;
  readonly serviceTier: string | undefined;
  /** Top-level fields of the upstream's answer that we do not model (`citations`, `search_results`, …). */
  readonly extra: Readonly<Record<string, unknown>>;
  /** The answer that `choices` were made from. */
  readonly [original]?: Original<WireObject>;
}

export interface AnswerChoice {
  readonly index: number;
  readonly message: AssistantMessage;
  readonly finish_reason: FinishReason | null;
  /** The upstream's own word. */
  readonly native_finish_reason: string | null;
  readonly logprobs?: unknown;
}

export interface AssistantMessage {
  readonly role: "assistant";
  readonly content: string | null;
  readonly refusal: string | null;
  readonly reasoning: string | null;
  readonly reasoning_details?: readonly unknown[];
  readonly tool_calls?: readonly ToolCall[];
  readonly annotations?: readonly unknown[];
  readonly images?: readonly unknown[];
  readonly audio?: unknown;
  readonly phases?: readonly Phase[];
  readonly [field: string]: unknown;
}

/** A piece of an answer. Over a whole stream: any number of deltas, exactly one finish a choice, then usage, once. */
export interface ChatChunk {
  readonly upstreamId?: string;
  /** Empty on the chunk that carries usage. */
  readonly choices: readonly ChunkChoice[];
  readonly usage?: Usage;
  readonly systemFingerprint?: string;
  readonly serviceTier?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
  /** The event that `choices` were made from. */
  readonly [original]?: Original<WireObject>;
}

export interface ChunkChoice {
  readonly index: number;
  readonly delta: Delta;
  readonly finish_reason: FinishReason | null;
  readonly native_finish_reason: string | null;
  readonly logprobs?: unknown;
}

export interface Delta {
  readonly role?: "assistant";
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly reasoning?: string | null;
  readonly reasoning_details?: readonly unknown[];
  readonly tool_calls?: readonly ToolCallDelta[];
  readonly annotations?: readonly unknown[];
  readonly images?: readonly unknown[];
  readonly audio?: unknown;
  /** Those that begin with it. */
  readonly phases?: readonly Phase[];
  readonly [field: string]: unknown;
}

export interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: "function";
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

/**
 * What was used, in tokens of the model's own tokenizer. Cached and cache-write tokens are part of `promptTokens`,
 * reasoning tokens are part of `completionTokens`; the optional counts are absent where the upstream said nothing.
 */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens?: number;
  readonly cacheWriteTokens?: number;
  /** Of these, what is kept for an hour rather than for minutes, which has a price of its own. */
  readonly cacheWriteHourTokens?: number;
  readonly promptAudioTokens?: number;
  readonly reasoningTokens?: number;
  readonly completionAudioTokens?: number;
  readonly completionImageTokens?: number;
  readonly acceptedPredictionTokens?: number;
  readonly rejectedPredictionTokens?: number;
  /** What the upstream charges for, where it says so and that is less than what it counted; no discount is left to give on it. */
  readonly billedPromptTokens?: number;
  readonly billedCompletionTokens?: number;
  /** What is not counted in tokens: searches of a reranker, characters to be spoken, seconds of sound heard, images made. */
  readonly searches?: number;
  /** Searches of the web that the upstream made by itself, and charges for. */
  readonly webSearches?: number;
  readonly characters?: number;
  readonly seconds?: number;
  readonly images?: number;
}

/** Does this delta carry something the model said? Role announcements and empty strings do not. */
export function hasContent(delta: Delta): boolean {
  return (
    nonEmpty(delta.content) || nonEmpty(delta.reasoning) || nonEmpty(delta.refusal) || nonEmpty(delta.tool_calls) ||
    nonEmpty(delta.reasoning_details) || nonEmpty(delta.images) || (delta.audio !== undefined && delta.audio !== null)
  );
}

function nonEmpty(value: string | readonly unknown[] | null | undefined): boolean {
  return value !== undefined && value !== null && value.length > 0;
}
