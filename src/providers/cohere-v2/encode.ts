/** Encodes a request from an allow-list: what is not on it would be answered with 422. */

import type { ChatParameters, ChatRequest, ParameterName, ResponseFormat, Tool } from "../../wire/chat.ts";
import type { ParameterNote, Target, UpstreamRequest } from "../adapter.ts";
import { acceptedParameters, isListed } from "../choices/parameters.ts";
import { chooseTools } from "../choices/tools.ts";
import { asList } from "../json.ts";
import { noteOnce } from "./content.ts";
import { encodeMessages } from "./messages.ts";
import { encodeThinking } from "./thinking.ts";

type Body = Record<string, unknown>;

const known: ReadonlySet<ParameterName> = new Set([
  "max_tokens", "temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "seed", "stop", "logprobs", "tools", "tool_choice", "response_format", "reasoning",
]);

/** Fields of the protocol's own that a caller may send; they stand against what we would have made of the public ones. */
const passed: ReadonlySet<string> = new Set(["safety_mode", "documents", "citation_options", "strict_tools", "priority", "thinking"]);

export function encodeRequest(request: ChatRequest, target: Target): UpstreamRequest {
  const notes: ParameterNote[] = [];
  const isKnown = (name: ParameterName): boolean => known.has(name) && !target.quirks.refuses.includes(name);
  const parameters = acceptedParameters(request.parameters, { listed: target.parameters, isKnown }, notes);
  const own = passedExtra(request.extra, notes);
  const { messages, documents } = encodeMessages(request.messages, { thinks: thinks(target) }, notes);
  const allDocuments = [...asList(own["documents"]), ...documents];
  const tools = encodeTools(parameters, isListed("tool_choice", target.parameters), notes);
  const format = encodeFormat(parameters.response_format, tools["tools"] !== undefined || allDocuments.length > 0, notes);
  const thinking = encodeThinking(parameters.reasoning, parameters.max_tokens ?? target.outputTokensMax, notes);
  const body: Body = {
    model: target.upstreamModel,
    messages: format.instruction === undefined ? messages : [{ role: "system", content: format.instruction }, ...messages],
    ...(request.stream ? { stream: true } : {}),
    ...encodeSampling(parameters, notes),
    ...tools,
    ...(format.format === undefined ? {} : { response_format: format.format }),
    ...(thinking === undefined ? {} : { thinking }),
    ...own,
    ...(allDocuments.length === 0 ? {} : { documents: allDocuments }),
  };
  return {
    url: `${target.baseUrl}/chat`,
    headers: { "content-type": "application/json", accept: request.stream ? "text/event-stream" : "application/json" },
    body: JSON.stringify(body),
    notes,
  };
}

/** Where the catalog does not say, the name does. */
function thinks({ parameters, upstreamModel }: Target): boolean {
  return parameters === undefined ? /reasoning|command-a-plus/.test(upstreamModel) : parameters.has("reasoning");
}

interface Range {
  readonly field: string;
  readonly least: number;
  readonly most: number;
}

/** What others take more widely. Source: https://docs.cohere.com/reference/chat */
const ranges = {
  temperature: { field: "temperature", least: 0, most: 1 },
  top_p: { field: "p", least: 0.01, most: 0.99 },
  top_k: { field: "k", least: 0, most: 500 },
  frequency_penalty: { field: "frequency_penalty", least: 0, most: 1 },
  presence_penalty: { field: "presence_penalty", least: 0, most: 1 },
} as const satisfies Partial<Record<ParameterName, Range>>;

const stopsMax = 5;

function encodeSampling(parameters: ChatParameters, notes: ParameterNote[]): Body {
  const sampling: Body = {};
  for (const name of Object.keys(ranges) as (keyof typeof ranges)[]) {
    const value = parameters[name];
    if (value === undefined) continue;
    const { field, least, most } = ranges[name];
    const sent = Math.min(most, Math.max(least, value));
    sampling[field] = sent;
    if (field !== name || sent !== value) notes.push({ parameter: name, action: "translated", detail: sent === value ? `sent as ${field}` : `sent as ${field} ${sent}: this provider takes ${least} to ${most}` });
  }
  const { max_tokens: maxTokens, seed, stop, logprobs } = parameters;
  if (stop !== undefined && stop.length > stopsMax) notes.push({ parameter: "stop", action: "translated", detail: `the first ${stopsMax} are sent` });
  return {
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...sampling,
    ...(seed === undefined ? {} : { seed }),
    ...(stop === undefined ? {} : { stop_sequences: stop.slice(0, stopsMax) }),
    ...(logprobs === undefined ? {} : { logprobs }),
  };
}

function encodeTools(parameters: ChatParameters, takesChoice: boolean, notes: ParameterNote[]): Body {
  const functions = (parameters.tools ?? []).filter((tool) => tool.function !== undefined || tool.type.includes(":"));
  if (functions.length < (parameters.tools?.length ?? 0)) notes.push({ parameter: "tools", action: "dropped", detail: "tools of a type that is not taken by this provider" });
  const { tools, toolChoice } = chooseTools({ ...parameters, tools: functions }, takesChoice ? ["none", "required"] : [], notes);
  if (tools === undefined) return {};
  // One flag is for all the tools.
  const strict = tools.filter((tool) => tool.function?.strict === true).length;
  if (strict > 0 && strict < tools.length) noteOnce(notes, { parameter: "tools", action: "translated", detail: "sent without strict, which must be of all tools or none" });
  return {
    tools: tools.map(encodeTool),
    ...(strict === tools.length ? { strict_tools: true } : {}),
    ...(typeof toolChoice === "string" ? { tool_choice: toolChoice.toUpperCase() } : {}),
  };
}

function encodeTool({ function: called }: Tool): object {
  const { name = "", description, parameters } = called ?? {};
  return { type: "function", function: { name, ...(description === undefined ? {} : { description }), parameters: parameters ?? { type: "object", properties: {} } } };
}

interface EncodedFormat {
  readonly format?: object;
  /** Said to the model where the field cannot say it. */
  readonly instruction?: string;
}

/** `isBarred`: there are tools or documents, with which the upstream takes no format. */
function encodeFormat(format: ResponseFormat | undefined, isBarred: boolean, notes: ParameterNote[]): EncodedFormat {
  if (format === undefined || format.type === "text") return {};
  if (format.type !== "json_object" && format.type !== "json_schema") {
    notes.push({ parameter: "response_format", action: "dropped", detail: `${format.type} is not taken by this provider` });
    return {};
  }
  const schema = format.type === "json_schema" ? format.json_schema.schema : undefined;
  if (isBarred) {
    notes.push({ parameter: "response_format", action: "translated", detail: "sent as an instruction: not taken together with tools or documents" });
    const what = schema === undefined ? "one JSON object" : "JSON that fits the JSON Schema below";
    return { instruction: `When you answer, answer with ${what}, and with nothing else.${schema === undefined ? "" : `\n${JSON.stringify(schema)}`}` };
  }
  if (schema === undefined) return { format: { type: "json_object" } };
  notes.push({ parameter: "response_format", action: "translated", detail: "sent as json_object with that schema" });
  return { format: { type: "json_object", json_schema: schema } };
}

function passedExtra(extra: ChatRequest["extra"], notes: ParameterNote[]): Body {
  const own: Body = {};
  for (const [name, value] of Object.entries(extra)) {
    if (passed.has(name)) own[name] = value;
    else notes.push({ parameter: name, action: "dropped", detail: "not known to this provider" });
  }
  return own;
}
