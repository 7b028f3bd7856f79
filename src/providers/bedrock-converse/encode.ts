/** Encodes a request: what Converse has a word for, and in additionalModelRequestFields what only the model's maker has. */

import type { ChatParameters, ChatRequest, ParameterName, ResponseFormat } from "../../wire/chat.ts";
import type { ParameterNote, Target, UpstreamRequest } from "../adapter.ts";
import { encodeFormat } from "../anthropic-messages/format.ts";
import { acceptedParameters, isListed } from "../choices/parameters.ts";
import { asObject, type JsonObject } from "../json.ts";
import { cachePoint } from "./content.ts";
import { encodeMessages, thinkingBar, type Turn } from "./messages.ts";
import { traitsOf, type ModelTraits } from "./models.ts";
import { encodeEffort } from "./reasoning.ts";
import { encodeTools } from "./tools.ts";

type Body = Record<string, unknown>;

const known: ReadonlySet<ParameterName> = new Set([
  "max_tokens", "temperature", "top_p", "top_k", "stop", "tools", "tool_choice", "parallel_tool_calls", "response_format", "reasoning", "verbosity", "service_tier", "cache_control",
]);

/** Fields of the protocol's own that a caller may send. */
const passed: ReadonlySet<string> = new Set(["guardrailConfig", "additionalModelResponseFieldPaths", "performanceConfig", "promptVariables", "requestMetadata"]);
/** Those of Claude's that go among the maker's own. */
const passedToClaude: ReadonlySet<string> = new Set(["anthropic_beta", "thinking", "output_config", "context_management"]);

export function encodeRequest(request: ChatRequest, target: Target): UpstreamRequest {
  const notes: ParameterNote[] = [];
  const traits = traitsOf(target.upstreamModel);
  const isKnown = (name: ParameterName): boolean => known.has(name) && !target.quirks.refuses.includes(name);
  const parameters = acceptedParameters(request.parameters, { listed: target.parameters, isKnown }, notes);
  const { own, makers } = passedExtra(request.extra, traits, notes);
  const takesChoice = isListed("tool_choice", target.parameters);
  // To call none of them is a choice that only Claude's own fields can say: elsewhere it is to have none.
  const canBeLeft = traits.claude !== undefined && takesChoice;
  const hasTools = (parameters.tools ?? []).some((tool) => tool.function !== undefined) && (canBeLeft || parameters.tool_choice !== "none");
  const { system, turns } = encodeMessages(request.messages, { traits, hasTools }, notes);
  const reasoning = encodeEffort(parameters, { traits, target, bar: thinkingBar(turns) }, notes);
  const isThinking = reasoning.isOn || (makers["thinking"] !== undefined && asObject(makers["thinking"])?.["type"] !== "disabled");
  const unforced = traits.claude?.canBeForced === false ? "this model cannot be made to call a tool" : traits.claude !== undefined && isThinking ? "a tool cannot be forced together with reasoning" : undefined;
  const tools = encodeTools(parameters, { traits, takesChoice, unforced }, notes);
  const format = encodeAnswerFormat(parameters.response_format, takesSchemas(target, traits), notes);
  const instruction = format.instruction === undefined ? [] : [{ text: format.instruction }];
  const sampling = encodeSampling(parameters, { traits, isThinking }, notes);
  const inferenceConfig: Body = {
    ...(reasoning.maxTokens === undefined ? {} : { maxTokens: reasoning.maxTokens }),
    ...sampling.inference,
    ...(parameters.stop === undefined ? {} : { stopSequences: parameters.stop }),
  };
  const makersFields: Body = { ...sampling.makers, ...reasoning.fields, ...(tools.toolChoice === undefined ? {} : { tool_choice: tools.toolChoice }), ...makers };
  const body: Body = {
    ...(system.length + instruction.length === 0 ? {} : { system: [...system, ...instruction] }),
    messages: withCachePoint(turns, parameters.cache_control, traits, notes),
    ...(Object.keys(inferenceConfig).length === 0 ? {} : { inferenceConfig }),
    ...(tools.toolConfig === undefined ? {} : { toolConfig: tools.toolConfig }),
    ...(format.outputConfig === undefined ? {} : { outputConfig: format.outputConfig }),
    ...encodeTier(parameters.service_tier, target, notes),
    ...own,
    ...(Object.keys(makersFields).length === 0 ? {} : { additionalModelRequestFields: makersFields }),
  };
  return {
    url: `${target.baseUrl}/model/${encodeURIComponent(target.upstreamModel)}/${request.stream ? "converse-stream" : "converse"}`,
    headers: { "content-type": "application/json", accept: request.stream ? "application/vnd.amazon.eventstream" : "application/json" },
    body: JSON.stringify(body),
    notes,
  };
}

/** Where the catalog does not say, the name does. */
function takesSchemas({ parameters }: Target, { claude }: ModelTraits): boolean {
  return parameters === undefined ? claude?.takesSchemas === true : parameters.has("structured_outputs");
}

interface EncodedFormat {
  readonly outputConfig?: object;
  readonly instruction?: string;
}

/** The schema is text here. */
function encodeAnswerFormat(format: ResponseFormat | undefined, isTaken: boolean, notes: ParameterNote[]): EncodedFormat {
  const { format: encoded, instruction } = encodeFormat(format, isTaken, notes);
  if (encoded === undefined || format?.type !== "json_schema") return instruction === undefined ? {} : { instruction };
  const { name, description } = format.json_schema;
  const jsonSchema = { name, ...(description === undefined ? {} : { description }), schema: JSON.stringify(asObject(encoded)?.["schema"]) };
  return { outputConfig: { textFormat: { type: "json_schema", structure: { jsonSchema } } } };
}

interface SamplingPlace {
  readonly traits: ModelTraits;
  readonly isThinking: boolean;
}

// Others allow 2.
const temperatureMax = 1;

function encodeSampling(parameters: ChatParameters, { traits, isThinking }: SamplingPlace, notes: ParameterNote[]): { readonly inference: Body; readonly makers: Body } {
  const inference: Body = {};
  const makers: Body = {};
  const limits = traits.claude?.sampling ?? "unthinking";
  for (const [name, field] of [["temperature", "temperature"], ["top_p", "topP"], ["top_k", traits.topK]] as const) {
    const value = parameters[name];
    if (value === undefined) continue;
    const why =
      field === undefined || limits === "none" ? "not taken by this model"
      : limits !== "free" && isThinking ? "not taken together with reasoning"
      : limits === "either" && name === "top_p" && parameters.temperature !== undefined ? "not taken together with temperature" : undefined;
    if (why !== undefined) notes.push({ parameter: name, action: "dropped", detail: why });
    else if (name === "temperature") {
      inference["temperature"] = Math.min(value, temperatureMax);
      if (value > temperatureMax) notes.push({ parameter: name, action: "translated", detail: `sent as ${temperatureMax}, the most this provider takes` });
    } else {
      if (name === "top_p") inference["topP"] = value;
      else Object.assign(makers, field === "top_k" ? { top_k: value } : { inferenceConfig: { topK: value } });
      notes.push({ parameter: name, action: "translated", detail: `sent as ${name === "top_p" ? "inferenceConfig.topP" : `additionalModelRequestFields.${field}`}` });
    }
  }
  return { inference, makers };
}

/** A marker of the whole request stands behind its last block. */
function withCachePoint(turns: readonly Turn[], marker: JsonObject | undefined, traits: ModelTraits, notes: ParameterNote[]): readonly Turn[] {
  const last = turns.at(-1);
  if (marker === undefined || last === undefined) return turns;
  const point = cachePoint({ cache_control: marker }, { traits });
  if (point.length > 0) return [...turns.slice(0, -1), { ...last, content: [...last.content, ...point] }];
  notes.push({ parameter: "cache_control", action: "dropped", detail: "not taken by this model" });
  return turns;
}

function encodeTier(asked: string | undefined, { serviceTier }: Target, notes: ParameterNote[]): Body {
  if (serviceTier !== undefined) return { serviceTier: { type: serviceTier } };
  if (asked === undefined || asked === "auto") return {};
  if (asked === "default") return { serviceTier: { type: "default" } };
  notes.push({ parameter: "service_tier", action: "dropped", detail: "this endpoint is of the default tier" });
  return {};
}

function passedExtra(extra: ChatRequest["extra"], traits: ModelTraits, notes: ParameterNote[]): { readonly own: Body; readonly makers: Body } {
  const own: Body = {};
  const makers: Body = {};
  for (const [name, value] of Object.entries(extra)) {
    if (passed.has(name)) own[name] = value;
    else if (name === "additionalModelRequestFields" && asObject(value) !== undefined) Object.assign(makers, value);
    else if (passedToClaude.has(name) && traits.claude !== undefined) makers[name] = name === "anthropic_beta" && typeof value === "string" ? value.split(",").map((beta) => beta.trim()) : value;
    else notes.push({ parameter: name, action: "dropped", detail: "not known to this provider" });
  }
  return { own, makers };
}
