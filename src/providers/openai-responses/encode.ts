/** Encodes a request: every parameter where this dialect has its place, or dropped with a note. */

import type { ChatParameters, ChatRequest, ParameterName, Reasoning } from "../../wire/chat.ts";
import type { ParameterNote, Target, UpstreamRequest } from "../adapter.ts";
import { acceptedParameters, isListed } from "../choices/parameters.ts";
import { asList, asText } from "../json.ts";
import { encodeReasoning } from "../openai-chat/reasoning.ts";
import { routeOf } from "../quirks.ts";
import { encodeInput, type EncodedInput } from "./input.ts";
import { encodeText } from "./text.ts";
import { encodeTools } from "./tools.ts";

type Body = Record<string, unknown>;

const known: ReadonlySet<ParameterName> = new Set([
  "max_tokens", "temperature", "top_p", "logprobs", "top_logprobs", "tools", "tool_choice", "parallel_tool_calls", "response_format", "reasoning", "verbosity",
  "service_tier", "prompt_cache_key", "prompt_cache_options", "web_search_options",
]);

/** What the gateway decides, and what would need a memory upstream. */
const reserved: ReadonlySet<string> = new Set([
  "model", "input", "messages", "instructions", "stream", "store", "previous_response_id", "conversation", "background", "prompt", "text", "reasoning", "tools",
  "tool_choice", "max_output_tokens", "n",
]);
/** Fields beyond the public parameters that strict providers of this dialect know. */
const passed: ReadonlySet<string> = new Set([
  "include", "truncation", "max_tool_calls", "metadata", "moderation", "prompt_cache_retention", "safety_identifier", "stream_options", "user", "context_management",
]);

// The protocol's own least.
const outputTokensMin = 16;

export function encodeRequest(request: ChatRequest, target: Target): UpstreamRequest {
  const notes: ParameterNote[] = [];
  const { quirks } = target;
  const drawn = request.parameters.modalities?.includes("image") === true;
  const isRefused = (name: ParameterName): boolean => quirks.refuses.includes(name) || (name === "reasoning" && quirks.reasoning === "none");
  const isKnown = (name: ParameterName): boolean => (known.has(name) || (name === "modalities" && drawn)) && !isRefused(name);
  const parameters = acceptedParameters(request.parameters, { listed: target.parameters, isKnown }, notes);
  const takesSchemas = target.parameters?.has("structured_outputs") ?? true;
  const text = encodeText(parameters, quirks.responseFormats.filter((format) => takesSchemas || format !== "json_schema"), notes);
  const input = encodeInput(request.messages, quirks, notes);
  const instructions = [input.instructions, text.instruction].filter((said) => said !== undefined).join("\n\n");
  const { include, ...extra } = { ...passedExtra(request, quirks.passes === "all", notes), ...ownFields(request) };
  const included = includes(include, { parameters, listed: target.parameters, input });

  const body: Body = {
    ...quirks.fields,
    ...extra,
    model: target.upstreamModel,
    ...(instructions === "" ? {} : { instructions }),
    input: input.items,
    ...(request.stream ? { stream: true } : {}),
    // Conversations are the caller's: nothing of them is left behind.
    store: false,
    ...(included.length === 0 ? {} : { include: included }),
    ...encodePlain(parameters, notes),
    ...encodeTools(parameters, isListed("tool_choice", target.parameters) ? quirks.toolChoices : [], notes),
    ...(text.text === undefined ? {} : { text: text.text }),
    ...encodeThinking(parameters.reasoning, { target, maxTokens: parameters.max_tokens }, notes),
    ...serviceTierFor(parameters.service_tier, target, notes),
  };
  return {
    url: `${target.baseUrl}${routeOf(target, "/responses")}`,
    headers: { "content-type": "application/json", accept: request.stream ? "text/event-stream" : "application/json" },
    body: JSON.stringify(body),
    notes,
  };
}

function encodePlain(parameters: ChatParameters, notes: ParameterNote[]): Body {
  const { max_tokens: maxTokens, ...others } = parameters;
  const plain: Body = {};
  if (maxTokens !== undefined) plain["max_output_tokens"] = Math.max(maxTokens, outputTokensMin);
  if (maxTokens !== undefined && maxTokens < outputTokensMin) notes.push({ parameter: "max_tokens", action: "translated", detail: `sent as ${outputTokensMin}, the least of this dialect` });
  for (const name of ["temperature", "top_p", "top_logprobs", "prompt_cache_key", "prompt_cache_options"] as const) if (others[name] !== undefined) plain[name] = others[name];
  return plain;
}

interface ThinkingTarget {
  readonly target: Target;
  readonly maxTokens: number | undefined;
}

/** Thoughts are not shown here, only summaries of them, and those must be asked for. */
function encodeThinking(reasoning: Reasoning | undefined, { target, maxTokens }: ThinkingTarget, notes: ParameterNote[]): { readonly reasoning?: Body } {
  if (reasoning === undefined) return {};
  const asEffort = { ...target.quirks, reasoning: "effort", reasoningFields: {} } as const;
  const { reasoning_effort: effort } = encodeReasoning(reasoning, { quirks: asEffort, outputTokensMax: maxTokens ?? target.outputTokensMax }, notes);
  const summary = effort === "none" || reasoning.exclude === true || reasoning.enabled === false ? undefined : (reasoning.summary ?? "auto");
  const fields = {
    ...(effort === undefined ? {} : { effort }),
    ...(summary === undefined ? {} : { summary }),
    ...Object.fromEntries(["context", "mode"].filter((name) => reasoning[name] !== undefined).map((name) => [name, reasoning[name]])),
  };
  return Object.keys(fields).length === 0 ? {} : { reasoning: fields };
}

interface Included {
  readonly parameters: ChatParameters;
  readonly listed: ReadonlySet<string> | undefined;
  readonly input: EncodedInput;
}

/**
 * Without a memory upstream, reasoning has to be handed out to be handed back. Models that do not reason refuse to be asked for it,
 * so of an endpoint whose abilities nobody listed it is asked when the conversation shows that it reasons.
 */
function includes(asked: unknown, { parameters, listed, input }: Included): readonly string[] {
  const reasons = listed === undefined ? parameters.reasoning !== undefined || input.items.some((item) => item["type"] === "reasoning") : isListed("reasoning", listed);
  const included = asList(asked).filter((name): name is string => asText(name) !== undefined);
  if (reasons) included.push("reasoning.encrypted_content");
  if (parameters.logprobs === true || parameters.top_logprobs !== undefined) included.push("message.output_text.logprobs");
  return [...new Set(included)];
}

/**
 * The tier is the endpoint's own: its price is what is billed. The caller's wish has chosen the endpoint, and goes no further:
 * a default endpoint that were sent it would be billed by the provider at another price than the one that is booked.
 */
function serviceTierFor(asked: string | undefined, { serviceTier, quirks }: Target, notes: ParameterNote[]): { readonly service_tier?: string } {
  if (serviceTier !== undefined) return quirks.refuses.includes("service_tier") ? {} : { service_tier: serviceTier };
  if (asked !== "flex" && asked !== "priority" && asked !== "fast") return asked === undefined ? {} : { service_tier: asked };
  notes.push({ parameter: "service_tier", action: "dropped", detail: "this endpoint is of the default tier" });
  return {};
}

/** Of callers of OpenAI's chat, who may know this dialect too, and of its own: others mean something else by the same names. */
function isUnderstood({ protocol }: ChatRequest): boolean {
  return protocol === undefined || protocol === "openai-responses";
}

function passedExtra(request: ChatRequest, all: boolean, notes: ParameterNote[]): Body {
  const fields: Body = {};
  for (const [name, value] of Object.entries(request.extra)) {
    if (isUnderstood(request) && !reserved.has(name) && (all || passed.has(name))) fields[name] = value;
    else notes.push({ parameter: name, action: "dropped", detail: reserved.has(name) ? "not the caller's to say in this dialect" : "not known to this provider" });
  }
  return fields;
}

/** What only this dialect has words for, from a caller who speaks it. */
function ownFields(request: ChatRequest): Body {
  if (!isUnderstood(request)) return {};
  return Object.fromEntries(Object.entries(request.dialect ?? {}).filter(([name]) => passed.has(name)));
}
