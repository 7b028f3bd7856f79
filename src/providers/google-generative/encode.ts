/** Encodes a request for generateContent. Source: ai.google.dev/api/generate-content. */

import type { ChatParameters, ChatRequest, ParameterName, ResponseFormat } from "../../wire/chat.ts";
import type { ParameterNote, Target, UpstreamRequest } from "../adapter.ts";
import { acceptedParameters, isListed } from "../choices/parameters.ts";
import { asObject } from "../json.ts";
import { isVertex } from "../vertex.ts";
import { encodeMessages } from "./messages.ts";
import { urlOf } from "./place.ts";
import { encodeSchema } from "./schema.ts";
import { encodeThinking } from "./thinking.ts";
import { encodeTools, type EncodedTools } from "./tools.ts";
import { traitsOf, type ModelTraits } from "./traits.ts";

type Body = Record<string, unknown>;

const unknown: ReadonlySet<ParameterName> = new Set([
  "min_p", "top_a", "repetition_penalty", "logit_bias", "prediction", "verbosity", "cache_control", "prompt_cache_key", "prompt_cache_options",
]);

/** Fields of Google's own that a caller may send, in either spelling. */
const passed: ReadonlyMap<string, string> = new Map([
  ["safety_settings", "safetySettings"], ["safetySettings", "safetySettings"], ["cached_content", "cachedContent"], ["cachedContent", "cachedContent"],
  ["labels", "labels"], ["generation_config", "generationConfig"], ["generationConfig", "generationConfig"],
]);

export function encodeRequest(request: ChatRequest, target: Target): UpstreamRequest {
  const notes: ParameterNote[] = [];
  const traits = traitsOf(target.upstreamModel);
  const parameters = acceptedParameters(request.parameters, { listed: target.parameters, isKnown: (name) => !unknown.has(name) }, notes);
  const tools = encodeTools(parameters, { traits, takesToolChoice: isListed("tool_choice", target.parameters) }, notes);
  const format = encodeFormat(parameters.response_format, { tools, traits, target }, notes);
  const thinkingConfig = encodeThinking(
    parameters.reasoning,
    {
      thinking: traits.thinking,
      outputTokensMax: parameters.max_tokens ?? target.outputTokensMax,
      isListed: target.parameters !== undefined && isListed("reasoning", target.parameters),
      isAlias: request.models.some((model) => model.startsWith("~")),
    },
    notes,
  );
  const { generationConfig: own, ...extra } = passedExtra(request.extra, notes);
  const config = { ...asObject(own), ...encodeConfig(parameters, notes), ...format.config, ...(thinkingConfig === undefined ? {} : { thinkingConfig }) };
  const tier = encodeTier(parameters.service_tier, target, notes);
  const body: Body = {
    ...extra,
    ...encodeMessages(request.messages, { target, traits, instruction: format.instruction }, notes),
    ...(tools.tools === undefined ? {} : { tools: tools.tools }),
    ...(tools.toolConfig === undefined ? {} : { toolConfig: tools.toolConfig }),
    ...(Object.keys(config).length === 0 ? {} : { generationConfig: config }),
    ...tier.body,
  };
  return {
    url: urlOf(target, request.stream),
    headers: { "content-type": "application/json", accept: request.stream ? "text/event-stream" : "application/json", ...tier.headers },
    body: JSON.stringify(body),
    notes,
  };
}

/** Of parameters that differ in nothing but their name. */
const renames: readonly (readonly [parameter: ParameterName, field: string])[] = [
  ["max_tokens", "maxOutputTokens"], ["temperature", "temperature"], ["top_p", "topP"], ["top_k", "topK"], ["stop", "stopSequences"],
  ["frequency_penalty", "frequencyPenalty"], ["presence_penalty", "presencePenalty"], ["logprobs", "responseLogprobs"], ["top_logprobs", "logprobs"],
];

function encodeConfig(parameters: ChatParameters, notes: ParameterNote[]): Body {
  const config: Body = {};
  for (const [parameter, field] of renames) {
    if (parameters[parameter] === undefined) continue;
    config[field] = parameters[parameter];
    if (parameter !== field) notes.push({ parameter, action: "translated", detail: `sent as generationConfig.${field}` });
  }
  const { seed, modalities, audio, image_config: image } = parameters;
  if (seed !== undefined) {
    // Google's seed has 32 bits. The same seed stays the same.
    config["seed"] = seed | 0;
    if (config["seed"] !== seed) notes.push({ parameter: "seed", action: "translated", detail: `sent as ${seed | 0}, its lower 32 bits` });
  }
  if (modalities !== undefined) {
    config["responseModalities"] = modalities.map((modality) => modality.toUpperCase());
    notes.push({ parameter: "modalities", action: "translated", detail: "sent as generationConfig.responseModalities" });
  }
  if (image !== undefined) {
    config["imageConfig"] = Object.fromEntries(Object.entries(image).map(([name, value]) => [camelCase(name), value]));
    notes.push({ parameter: "image_config", action: "translated", detail: "sent as generationConfig.imageConfig" });
  }
  if (audio !== undefined) {
    config["speechConfig"] = { voiceConfig: { prebuiltVoiceConfig: { voiceName: audio["voice"] } } };
    notes.push({ parameter: "audio", action: "translated", detail: "the voice is sent as speechConfig; the sound comes as PCM, 24 kHz" });
  }
  return config;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

interface EncodedFormat {
  readonly config: Body;
  /** Said to the model where the fields cannot say it. */
  readonly instruction?: string;
}

interface FormatTarget {
  readonly tools: EncodedTools;
  readonly traits: ModelTraits;
  readonly target: Target;
}

function encodeFormat(format: ResponseFormat | undefined, { tools, traits, target }: FormatTarget, notes: ParameterNote[]): EncodedFormat {
  if (format === undefined || format.type === "text") return { config: {} };
  if (format.type !== "json_object" && format.type !== "json_schema") {
    notes.push({ parameter: "response_format", action: "dropped", detail: `${format.type} is not taken by this provider` });
    return { config: {} };
  }
  const schema = format.type === "json_schema" ? format.json_schema.schema : undefined;
  const json = { responseMimeType: "application/json" };
  if (tools.isForced || (tools.hasFunctions && !traits.combinesTools)) {
    notes.push({ parameter: "response_format", action: "translated", detail: "sent as an instruction: this model takes no format beside functions" });
    return { config: {}, instruction: instructionFor(schema) };
  }
  if (schema === undefined) {
    notes.push({ parameter: "response_format", action: "translated", detail: "sent as responseMimeType" });
    return { config: json };
  }
  if (target.parameters?.has("structured_outputs") === false) {
    notes.push({ parameter: "response_format", action: "translated", detail: "the schema is sent as an instruction" });
    return { config: json, instruction: instructionFor(schema) };
  }
  notes.push({ parameter: "response_format", action: "translated", detail: "sent as responseJsonSchema" });
  return { config: { ...json, responseJsonSchema: encodeSchema(schema) } };
}

function instructionFor(schema: Readonly<Record<string, unknown>> | undefined): string {
  if (schema === undefined) return "Unless you call a function, answer with one JSON object, and with nothing else.";
  return `Unless you call a function, answer with JSON that fits this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`;
}

interface EncodedTier {
  readonly body: Body;
  readonly headers: Readonly<Record<string, string>>;
}

/** The tier is the endpoint's own: its price is what is billed. Vertex takes it in a header. */
function encodeTier(asked: string | undefined, { serviceTier, baseUrl }: Target, notes: ParameterNote[]): EncodedTier {
  if (serviceTier !== undefined) {
    return isVertex(baseUrl)
      ? { body: {}, headers: { "x-vertex-ai-llm-shared-request-type": serviceTier } }
      : { body: { serviceTier }, headers: {} };
  }
  if (asked === "default" && !isVertex(baseUrl)) {
    notes.push({ parameter: "service_tier", action: "translated", detail: "sent as standard" });
    return { body: { serviceTier: "standard" }, headers: {} };
  }
  if (asked !== undefined && asked !== "auto" && asked !== "default") {
    notes.push({ parameter: "service_tier", action: "dropped", detail: "this endpoint is of the default tier" });
  }
  return { body: {}, headers: {} };
}

function passedExtra(extra: ChatRequest["extra"], notes: ParameterNote[]): Body {
  const body: Body = {};
  for (const [name, value] of Object.entries(extra)) {
    const field = passed.get(name);
    if (field !== undefined) body[field] = value;
    else notes.push({ parameter: name, action: "dropped", detail: "not known to this provider" });
  }
  return body;
}
