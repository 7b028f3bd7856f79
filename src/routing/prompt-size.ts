/**
 * How long a prompt is and what it needs, from one walk over the request and no tokenizer: a tokenizer would hold the event
 * loop for as long as a long prompt takes to send. The bounds hold for natural text and code; docs/routing.md gives the reason
 * for each number. What escapes them (a run of a thousand blanks is a few tokens, a table of digits may be a token a digit) is
 * left to the upstream's own count.
 */

import { original, originalOf, type ChatRequest, type ContentPart, type Message, type ParameterName, type Tool, type ToolCall } from "../wire/chat.ts";
import type { PromptSize, RoutingRequest } from "./candidate.ts";
import { webSearchesAsked } from "./web-searches.ts";

/** Bounds in tokens of a text of `chars` UTF-16 units that is `bytes` long in UTF-8. */
export function sizeOfText(chars: number, bytes: number): PromptSize {
  return { low: Math.floor(leastTokens(chars, bytes)), high: Math.ceil(mostTokens(chars, bytes)) };
}

/** Bounds of the whole prompt: messages, attachments, tools and schemas. */
export function promptSize(request: ChatRequest): PromptSize {
  return survey(request).prompt;
}

/** One figure for a size that is only known within bounds: their mean on the scale on which they lie. */
export function estimateOf({ low, high }: PromptSize): number {
  return Math.ceil(Math.sqrt(low * high));
}

/** What routing must know of a request. */
export function routingRequestOf(request: ChatRequest): RoutingRequest {
  const { prompt, images, inputModalities, cachesForHour } = survey(request);
  const webSearchesMax = webSearchesAsked(request.parameters);
  const { max_tokens, modalities, reasoning, service_tier, tools } = request.parameters;
  return {
    prompt,
    outputTokensMax: max_tokens,
    ...(reasoning !== undefined && reasoning.effort !== "none" && reasoning.enabled !== false ? { reasons: true } : {}),
    parameters: requiredParameters(request),
    inputModalities,
    outputModalities: modalities === undefined ? textOnly : new Set(modalities),
    images,
    ...(webSearchesMax > 0 || tools?.some(isProviders) === true ? { promptGrows: true } : {}),
    ...(webSearchesMax === 0 ? {} : { webSearchesMax }),
    ...(cachesForHour ? { cachesForHour } : {}),
    preferences: request.provider,
    serviceTier: service_tier,
  };
}

/** Functions are run by the caller, and what has a colon in its name by the gateway. */
function isProviders({ type, function: called }: Tool): boolean {
  return called === undefined && !type.includes(":");
}

const textOnly: ReadonlySet<string> = new Set(["text"]);

/**
 * English prose was recorded at 3.2 to 5.75 characters a token, so that 8 leaves room for indented code. Characters of three
 * bytes are mostly Chinese, Japanese and Korean (at most 2 a token), Indic or Thai (at most 4); as many of them are certain as
 * the bytes exceed two for every unit.
 */
function leastTokens(chars: number, bytes: number): number {
  const threeByteChars = Math.max(0, bytes - 2 * chars);
  return (chars - threeByteChars) / 8 + threeByteChars / 4;
}

/**
 * Dense text (hexadecimal, minified code) has about 2 characters a token; what is not ASCII costs the poorest vocabulary a
 * token a byte. Bytes beyond one for every unit: 1 for a character of two bytes, 2 for one of three or four.
 */
function mostTokens(chars: number, bytes: number): number {
  return chars / 2 + 1.25 * (bytes - chars);
}

/** Tokens besides the text. Low: every message is set apart by one at least. High: role, separators, a name. */
const perMessage = { low: 1, high: 8 } as const;
/** High: the largest grid of patches of any current model (about 4,800). */
const perImage = { low: 1, high: 5000 } as const;
/** Base64 characters for a token: speech at the lowest usual bit rate is some 1,000 characters a second, at 32 tokens. */
const perAudio = { low: 1, high: 64, charsPerToken: 32 } as const;
/** An inline file is compressed text at the densest. One that must be fetched first cannot be bounded; this is a guess. */
const perFile = { low: 1, charsPerToken: 2, unseen: 20_000 } as const;
/** A guess too: about five minutes. */
const perVideo = { low: 1, high: 100_000 } as const;
/** At least half of a schema is names and descriptions, at 8 characters a token. */
const rewrittenCharsPerToken = 16;
/** What providers add to explain tools to the model (the longest published is 530 tokens). */
const toolPreamble = 600;

interface Survey {
  /** In every provider's prompt, as it stands. */
  chars: number;
  bytes: number;
  /** In every provider's prompt, but perhaps without the punctuation and blanks of JSON: tools, arguments of calls. */
  rewrittenChars: number;
  /** In some providers' prompt, in some form: reasoning of earlier turns, schemas, and the most of what is rewritten. */
  optionalChars: number;
  optionalBytes: number;
  low: number;
  high: number;
  images: number;
  cachesForHour: boolean;
  readonly modalities: Set<string>;
}

function survey(request: ChatRequest): Pick<RoutingRequest, "prompt" | "images" | "inputModalities"> & { readonly cachesForHour: boolean } {
  const found: Survey = { chars: 0, bytes: 0, rewrittenChars: 0, optionalChars: 0, optionalBytes: 0, low: 0, high: 0, images: 0, cachesForHour: false, modalities: new Set(["text"]) };
  surveyMarker(found, request.parameters.cache_control);
  for (const message of request.messages) surveyMessage(found, message);
  const { tools, response_format } = request.parameters;
  if (tools !== undefined && tools.length > 0) {
    addRewritten(found, JSON.stringify(tools));
    for (const tool of tools) surveyMarker(found, tool["cache_control"]);
    found.high += toolPreamble;
  }
  if (response_format?.type === "json_schema") addOptional(found, JSON.stringify(response_format.json_schema.schema ?? {}));
  const low = leastTokens(found.chars, found.bytes) + found.rewrittenChars / rewrittenCharsPerToken + found.low;
  const high = mostTokens(found.chars, found.bytes) + mostTokens(found.optionalChars, found.optionalBytes) + found.high;
  return {
    prompt: { low: Math.floor(low), high: Math.ceil(high) },
    images: found.images,
    inputModalities: found.modalities,
    cachesForHour: found.cachesForHour,
  };
}

/** A prompt is kept in the cache up to what is marked, for some minutes where the marker says nothing else. */
function surveyMarker(found: Survey, marker: unknown): void {
  if (typeof marker === "object" && marker !== null && "ttl" in marker && marker.ttl === "1h") found.cachesForHour = true;
}

function surveyMessage(found: Survey, message: Message): void {
  found.low += perMessage.low;
  found.high += perMessage.high;
  surveyMarker(found, message["cache_control"]);
  const { content } = message;
  if (typeof content === "string") addText(found, content);
  else if (Array.isArray(content)) for (const part of content as readonly ContentPart[]) surveyPart(found, part);
  if (typeof message.name === "string") addOptional(found, message.name);
  if (typeof message.reasoning === "string") addOptional(found, message.reasoning);
  if (Array.isArray(message.reasoning_details)) addOptional(found, JSON.stringify(message.reasoning_details));
  if (Array.isArray(message.tool_calls)) for (const call of message.tool_calls as readonly ToolCall[]) surveyCall(found, call);
  for (const block of originalOf(message[original], message.content) ?? []) {
    // A call and a result have no marker of their own in our words.
    surveyMarker(found, block["cache_control"]);
    if (!surveyed.has(block["type"])) addOptional(found, JSON.stringify(block));
  }
}

/** Blocks that the rest of a message says again. The others are for providers of their own dialect alone. */
const surveyed: ReadonlySet<unknown> = new Set(["text", "image", "document", "search_result", "thinking", "redacted_thinking", "tool_use", "tool_result"]);

function surveyCall(found: Survey, call: ToolCall): void {
  found.high += perMessage.high;
  if (call.function !== undefined) {
    addText(found, call.function.name);
    addRewritten(found, call.function.arguments);
    return;
  }
  const { custom } = call;
  if (custom !== undefined) addRewritten(found, JSON.stringify(custom));
}

function surveyPart(found: Survey, part: ContentPart): void {
  if ("cache_control" in part) surveyMarker(found, part["cache_control"]);
  switch (part.type) {
    case "text":
      addText(found, part.text);
      return;
    case "image_url":
      found.images += 1;
      add(found, "image", perImage.low, perImage.high);
      return;
    case "input_audio":
      add(found, "audio", perAudio.low, perAudio.high + part.input_audio.data.length / perAudio.charsPerToken);
      return;
    case "file": {
      const data = part.file.file_data;
      const isInline = data?.startsWith("data:") === true;
      add(found, "file", perFile.low, isInline ? data.length / perFile.charsPerToken : perFile.unseen);
      return;
    }
    case "video_url":
      add(found, "video", perVideo.low, perVideo.high);
      return;
  }
}

function add(found: Survey, modality: string, low: number, high: number): void {
  found.modalities.add(modality);
  found.low += low;
  found.high += high;
}

function addText(found: Survey, text: string): void {
  found.chars += text.length;
  found.bytes += Buffer.byteLength(text);
}

function addRewritten(found: Survey, json: string): void {
  found.rewrittenChars += json.length;
  addOptional(found, json);
}

function addOptional(found: Survey, text: string): void {
  found.optionalChars += text.length;
  found.optionalBytes += Buffer.byteLength(text);
}

/** Those that an endpoint may list as supported; no endpoint could promise the others. Source: contract §6.5. */
const listable: ReadonlySet<string> = new Set<ParameterName>([
  "temperature", "top_p", "top_k", "min_p", "top_a", "frequency_penalty", "presence_penalty", "repetition_penalty", "max_tokens",
  "logit_bias", "logprobs", "top_logprobs", "prediction", "seed", "response_format", "stop", "tools", "tool_choice",
  "parallel_tool_calls", "reasoning", "web_search_options", "verbosity",
]);

function requiredParameters({ parameters }: ChatRequest): ReadonlySet<string> {
  const required = new Set<string>();
  for (const name in parameters) if (listable.has(name)) required.add(name);
  const { tools, response_format, stop } = parameters;
  if (tools?.length === 0) required.delete("tools");
  if (stop?.length === 0) required.delete("stop");
  // Every endpoint answers in text.
  if (response_format?.type === "text") required.delete("response_format");
  if (response_format?.type === "json_schema") required.add("structured_outputs");
  return required;
}
