/** Encodes a request from an allow-list: what is not on it would be answered with 400. */

import type { ChatParameters, ChatRequest, ParameterName } from "../../wire/chat.ts";
import type { ParameterNote, Target, UpstreamRequest } from "../adapter.ts";
import { acceptedParameters, isListed } from "../choices/parameters.ts";
import { asObject, type JsonObject } from "../json.ts";
import { isVertex, modelUrl } from "../vertex.ts";
import { encodeFormat } from "./format.ts";
import { encodeMessages, thinkingBar } from "./messages.ts";
import { traitsOf, type ModelTraits } from "./models.ts";
import { ownWords } from "./own-words.ts";
import { protocol } from "./protocol.ts";
import { encodeThinking } from "./thinking.ts";
import { encodeTools } from "./tools.ts";

type Body = Record<string, unknown>;

const protocolVersion = "2023-06-01";
const vertexVersion = "vertex-2023-10-16";

const known: ReadonlySet<ParameterName> = new Set([
  "max_tokens", "temperature", "top_p", "top_k", "stop", "tools", "tool_choice", "parallel_tool_calls", "response_format", "reasoning", "verbosity", "service_tier",
  "cache_control",
]);

/** Fields of the protocol's own that a caller may send; they stand against what we would have made of the public ones. */
const passed: ReadonlySet<string> = new Set(["thinking", "output_config", "context_management", "container", "mcp_servers", "inference_geo", "speed", "fallbacks"]);

export function encodeRequest(request: ChatRequest, target: Target): UpstreamRequest {
  const notes: ParameterNote[] = [];
  const traits = traitsOf(target.upstreamModel);
  const isKnown = (name: ParameterName): boolean => known.has(name) && !target.quirks.refuses.includes(name);
  const parameters = acceptedParameters(request.parameters, { listed: target.parameters, isKnown }, notes);
  const isOwn = request.protocol === protocol;
  const takesSchemas = traits.takesSchemas && (target.parameters?.has("structured_outputs") ?? true);
  const { own: passedOn, betas } = passedExtra(request.extra, isOwn, notes);
  const own = isOwn ? { ...passedOn, ...ownWords(request.dialect ?? {}, traits, takesSchemas) } : passedOn;
  const ownConfig = asObject(own["output_config"]);
  const { system, turns, betas: needed } = encodeMessages(request.messages, notes, isOwn ? traits : undefined);
  const { reasoning, verbosity, max_tokens: maxTokens } = parameters;
  const thinking = encodeThinking({ reasoning, verbosity, maxTokens, outputTokensMax: target.outputTokensMax, bar: thinkingBar(turns) }, traits, own["thinking"] === undefined ? notes : []);
  const isThinking = own["thinking"] === undefined ? thinking.isOn : asObject(own["thinking"])?.["type"] !== "disabled";
  const format = encodeFormat(parameters.response_format, takesSchemas, ownConfig?.["format"] === undefined ? notes : []);
  const instruction = format.instruction === undefined ? [] : [{ type: "text", text: format.instruction }];

  const outputConfig: Body = {
    ...(thinking.effort === undefined ? {} : { effort: thinking.effort }),
    ...(format.format === undefined ? {} : { format: format.format }),
    ...ownConfig,
  };
  const isAtVertex = isVertex(target.baseUrl);
  const body: Body = {
    // Vertex reads the model in the address, and the version in the body.
    ...(isAtVertex ? { anthropic_version: vertexVersion } : { model: target.upstreamModel }),
    max_tokens: thinking.maxTokens,
    ...(system.length + instruction.length === 0 ? {} : { system: [...system, ...instruction] }),
    messages: turns,
    ...(request.stream ? { stream: true } : {}),
    ...encodeSampling(parameters, { traits, isThinking }, notes),
    ...(parameters.stop === undefined ? {} : { stop_sequences: parameters.stop }),
    ...encodeTools(parameters, toolTarget(request, target, { traits, isThinking }), notes),
    ...(thinking.thinking === undefined ? {} : { thinking: thinking.thinking }),
    ...encodeTier(parameters.service_tier, target, notes),
    ...(parameters.cache_control === undefined ? {} : { cache_control: parameters.cache_control }),
    ...own,
    ...(Object.keys(outputConfig).length === 0 ? {} : { output_config: outputConfig }),
  };
  const named = [...new Set([...betas, ...needed])];
  return {
    url: isAtVertex ? `${modelUrl(target.baseUrl, target.upstreamModel, "anthropic")}:${request.stream ? "streamRawPredict" : "rawPredict"}` : `${target.baseUrl}/messages`,
    headers: {
      "content-type": "application/json",
      accept: request.stream ? "text/event-stream" : "application/json",
      ...(isAtVertex ? {} : { "anthropic-version": protocolVersion }),
      ...(named.length === 0 ? {} : { "anthropic-beta": named.join(",") }),
    },
    body: JSON.stringify(body),
    notes,
  };
}

interface Model {
  readonly traits: ModelTraits;
  readonly isThinking: boolean;
}

// Others allow 2.
const temperatureMax = 1;

function encodeSampling(parameters: ChatParameters, { traits, isThinking }: Model, notes: ParameterNote[]): Body {
  const sampling: Body = {};
  for (const name of ["temperature", "top_p", "top_k"] as const) {
    const value = parameters[name];
    if (value === undefined) continue;
    if (traits.sampling === "none") notes.push({ parameter: name, action: "dropped", detail: "not taken by this model" });
    else if (traits.sampling !== "free" && isThinking) notes.push({ parameter: name, action: "dropped", detail: "not taken together with reasoning" });
    else if (traits.sampling === "either" && name === "top_p" && parameters.temperature !== undefined) {
      notes.push({ parameter: name, action: "dropped", detail: "not taken together with temperature" });
    } else if (name === "temperature" && value > temperatureMax) {
      sampling[name] = temperatureMax;
      notes.push({ parameter: name, action: "translated", detail: `sent as ${temperatureMax}, the most this provider takes` });
    } else sampling[name] = value;
  }
  return sampling;
}

function toolTarget({ stream, protocol: speaks }: ChatRequest, { parameters }: Target, { traits, isThinking }: Model) {
  const unforced = !traits.canBeForced ? "this model cannot be made to call a tool" : isThinking ? "a tool cannot be forced together with reasoning" : undefined;
  return { takesChoice: isListed("tool_choice", parameters), unforced, streamsArguments: stream && traits.streamsArguments, isOwn: speaks === protocol };
}

/** Priority is capacity that the account holds, and is used where there is some; it is asked for by not forbidding it. */
function encodeTier(asked: string | undefined, { serviceTier }: Target, notes: ParameterNote[]): Body {
  if (serviceTier === "priority") return { service_tier: "auto" };
  if (asked === undefined) return {};
  if (asked === "auto") return { service_tier: "auto" };
  if (asked === "default" || asked === "standard_only") {
    if (asked === "default") notes.push({ parameter: "service_tier", action: "translated", detail: "sent as standard_only" });
    return { service_tier: "standard_only" };
  }
  notes.push({ parameter: "service_tier", action: "dropped", detail: "this endpoint is of the default tier" });
  return {};
}

const betaName = /^[a-z0-9-]{1,100}$/i;

/** `anthropic_beta` names features that are no field, but a header. Callers of this protocol's own may send it any field. */
function passedExtra(extra: ChatRequest["extra"], isOwn: boolean, notes: ParameterNote[]): { readonly own: JsonObject; readonly betas: readonly string[] } {
  const own: Body = {};
  let betas: readonly string[] = [];
  for (const [name, value] of Object.entries(extra)) {
    const names = typeof value === "string" ? value.split(",").map((beta) => beta.trim()) : value;
    if (name !== "anthropic_beta" && (isOwn || passed.has(name))) own[name] = value;
    else if (name === "anthropic_beta" && Array.isArray(names) && names.every((beta) => typeof beta === "string" && betaName.test(beta))) betas = names as string[];
    else notes.push({ parameter: name, action: "dropped", detail: "not known to this provider" });
  }
  return { own, betas };
}
