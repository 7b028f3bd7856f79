/**
 * Text completions, for endpoints that have the route: the prompt goes as it is, without the chat template that would make a
 * question of it. Source: https://platform.openai.com/docs/api-reference/completions
 */

import { completionsDialect, type ChatParameters, type ChatRequest, type ParameterName } from "../../wire/chat.ts";
import type { ParameterNote, Target, UpstreamRequest } from "../adapter.ts";
import { acceptedParameters } from "../choices/parameters.ts";
import type { JsonObject } from "../json.ts";

/** The text that is to be continued; undefined where the request is a conversation, or the endpoint takes nothing else. */
export function promptOf({ protocol, messages }: ChatRequest, { quirks, upstreamModel }: Target): string | undefined {
  const isServed = quirks.completions === "all" || quirks.completions.includes(upstreamModel);
  const [only, ...others] = messages;
  // A preset may have put its system prompt before it.
  return protocol === completionsDialect && isServed && others.length === 0 && typeof only?.content === "string" ? only.content : undefined;
}

const known: ReadonlySet<string> = new Set<ParameterName>([
  "max_tokens", "temperature", "top_p", "top_k", "min_p", "top_a", "frequency_penalty", "presence_penalty", "repetition_penalty",
  "seed", "stop", "logit_bias", "logprobs", "top_logprobs",
]);

export function encodeText(prompt: string, request: ChatRequest, target: Target): UpstreamRequest {
  const { quirks } = target;
  const notes: ParameterNote[] = [];
  const isKnown = (name: ParameterName): boolean => known.has(name) && !quirks.refuses.includes(name);
  const { logprobs, top_logprobs, ...parameters } = acceptedParameters(request.parameters, { listed: target.parameters, isKnown }, notes);
  const renamed = Object.entries(parameters).map(([name, value]) => [name === "max_tokens" ? name : (quirks.renames[name] ?? name), value]);
  const body = {
    ...request.extra,
    model: target.upstreamModel,
    prompt,
    ...(request.stream ? { stream: true } : {}),
    ...(request.stream && quirks.streamOptions ? { stream_options: { include_usage: true } } : {}),
    ...Object.fromEntries(renamed),
    ...maxTokensOf(parameters, target),
    ...(logprobs === true ? { logprobs: top_logprobs ?? 0 } : {}),
  };
  return {
    url: `${target.baseUrl}/completions`,
    headers: { "content-type": "application/json", accept: request.stream ? "text/event-stream" : "application/json" },
    body: JSON.stringify(body),
    notes,
  };
}

// The route's own default is 16.
function maxTokensOf({ max_tokens: asked }: ChatParameters, { outputTokensMax }: Target): object {
  return asked !== undefined || outputTokensMax === undefined ? {} : { max_tokens: outputTokensMax };
}

/** A choice of this route as one of the chat's. */
export function chatChoice({ text, ...choice }: JsonObject): JsonObject {
  return { ...choice, message: { content: text } };
}
