/** Encodes a request: every parameter under the upstream's own name, or dropped with a note. */

import { completionsDialect, type ChatParameters, type ChatRequest, type Message, type ParameterName, type ResponseFormat } from "../../wire/chat.ts";
import type { ParameterNote, Target, UpstreamRequest } from "../adapter.ts";
import { acceptedParameters, isListed } from "../choices/parameters.ts";
import { prefillOf } from "../choices/prefill.ts";
import { chooseTools } from "../choices/tools.ts";
import { asObject } from "../json.ts";
import { routeOf, type Quirks } from "../quirks.ts";
import { encodeMessages } from "./messages.ts";
import { encodeReasoning } from "./reasoning.ts";

type Body = Record<string, unknown>;

export function encodeRequest(request: ChatRequest, target: Target): UpstreamRequest {
  const { quirks } = target;
  const notes: ParameterNote[] = [];
  const isKnown = (name: ParameterName) => !quirks.refuses.includes(name);
  const parameters = acceptedParameters(request.parameters, { listed: target.parameters, isKnown }, notes);
  const maxTokens = parameters.max_tokens ?? (quirks.maxTokensRequired ? target.outputTokensMax : undefined);
  const format = encodeResponseFormat(parameters.response_format, target, notes);
  const continues = quirks.prefill !== undefined && prefillOf(request.messages) !== undefined;
  const messages = format.instruction === undefined ? request.messages : instructed(request.messages, format.instruction);

  const encoded = encodeMessages(messages, quirks, continues);

  const body: Body = {
    ...quirks.fields,
    ...(continues ? quirks.prefill?.body : undefined),
    ...passedExtra(request, quirks, notes),
    model: target.upstreamModel,
    messages: encoded,
  };
  if (request.stream) body["stream"] = true;
  if (request.stream && quirks.streamOptions) body["stream_options"] = { include_usage: true };
  if (maxTokens !== undefined) body[quirks.renames["max_tokens"] ?? "max_tokens"] = maxTokens;
  addPlain(body, parameters, quirks);
  const tier = serviceTierFor(parameters.service_tier, target, notes);
  if (tier !== undefined) body[quirks.renames["service_tier"] ?? "service_tier"] = tier;
  Object.assign(body, encodeTools(parameters, target, notes));
  if (format.field !== undefined) body["response_format"] = format.field;
  mergeReasoning(body, encodeReasoning(parameters.reasoning, { quirks, outputTokensMax: maxTokens ?? target.outputTokensMax }, notes));

  return {
    url: `${target.baseUrl}${continues ? (quirks.prefill?.path ?? "") : ""}${routeOf(target, "/chat/completions")}`,
    headers: { "content-type": "application/json", accept: request.stream ? "text/event-stream" : "application/json" },
    body: isSame(encoded, request.messages) ? serialized(body, request.messagesJson) : JSON.stringify(body),
    notes,
  };
}

function isSame(encoded: readonly object[], messages: readonly Message[]): boolean {
  return encoded.length === messages.length && encoded.every((message, index) => message === messages[index]);
}

function serialized(body: Body, messagesJson: Uint8Array | undefined): string | Uint8Array {
  if (messagesJson === undefined) return JSON.stringify(body);
  const { messages: _written, ...others } = body;
  return Buffer.concat([Buffer.from('{"messages":'), messagesJson, Buffer.from(`,${JSON.stringify(others).slice(1)}`)]);
}

const encodedApart: ReadonlySet<string> = new Set(["max_tokens", "tools", "tool_choice", "parallel_tool_calls", "response_format", "reasoning", "service_tier"]);

function addPlain(body: Body, parameters: ChatParameters, quirks: Quirks): void {
  for (const name in parameters) {
    if (!encodedApart.has(name)) body[quirks.renames[name] ?? name] = parameters[name as ParameterName];
  }
}

/**
 * The tier is the endpoint's own: its price is what is billed. The caller's wish has chosen the endpoint, and goes no further:
 * a default endpoint that were sent it would be billed by the provider at another price than the one that is booked.
 */
function serviceTierFor(asked: string | undefined, { serviceTier, quirks }: Target, notes: ParameterNote[]): string | undefined {
  if (serviceTier !== undefined) return quirks.refuses.includes("service_tier") ? undefined : serviceTier;
  if (asked !== "flex" && asked !== "priority" && asked !== "fast") return asked;
  notes.push({ parameter: "service_tier", action: "dropped", detail: "this endpoint is of the default tier" });
  return undefined;
}

function encodeTools(parameters: ChatParameters, target: Target, notes: ParameterNote[]): Body | undefined {
  const { quirks } = target;
  const { tools, toolChoice } = chooseTools(parameters, isListed("tool_choice", target.parameters) ? quirks.toolChoices : [], notes);
  if (tools === undefined) return undefined;
  const parallel = parameters.parallel_tool_calls;
  return {
    tools,
    ...(toolChoice === undefined ? {} : { tool_choice: toolChoice }),
    // Without tools this field is an error to many.
    ...(parallel === undefined ? {} : { [quirks.renames["parallel_tool_calls"] ?? "parallel_tool_calls"]: parallel }),
  };
}

interface EncodedFormat {
  readonly field?: object;
  /** Said to the model where the field cannot say it. */
  readonly instruction?: string;
}

function encodeResponseFormat(format: ResponseFormat | undefined, target: Target, notes: ParameterNote[]): EncodedFormat {
  if (format === undefined) return {};
  const { responseFormats } = target.quirks;
  const takesSchemas = responseFormats.includes("json_schema") && (target.parameters?.has("structured_outputs") ?? true);
  if (format.type === "json_schema" ? takesSchemas : responseFormats.includes(format.type)) return { field: format };
  if (format.type === "json_schema") {
    notes.push({ parameter: "response_format", action: "translated", detail: "the schema is sent as an instruction" });
    const schema = JSON.stringify(format.json_schema.schema ?? {});
    return {
      ...(responseFormats.includes("json_object") ? { field: { type: "json_object" } } : {}),
      instruction: `Answer with JSON that fits this JSON Schema, and with nothing else:\n${schema}`,
    };
  }
  if (format.type === "json_object" && responseFormats.includes("json_schema")) {
    notes.push({ parameter: "response_format", action: "translated", detail: "sent as a schema that any object fits" });
    return { field: { type: "json_schema", json_schema: { name: "object", schema: { type: "object" } } } };
  }
  notes.push({ parameter: "response_format", action: "dropped", detail: `${format.type} is not taken by this provider` });
  return {};
}

/** Many chat templates take one system message only, at the start: the instruction joins it. */
function instructed(messages: readonly Message[], instruction: string): readonly Message[] {
  const [first, ...rest] = messages;
  if (first?.role === "system" && typeof first.content === "string") return [{ ...first, content: `${first.content}\n\n${instruction}` }, ...rest];
  return [{ role: "system", content: instruction }, ...messages];
}

/** Words for the providers of one other protocol. */
const foreign: ReadonlySet<string> = new Set(["anthropic_beta"]);

/** Words of text completions that a conversation has no place for. */
const ofText: ReadonlySet<string> = new Set(["suffix", "echo"]);

/** What a caller of another dialect says in words of its own means nothing here. */
function passedExtra({ extra, protocol }: ChatRequest, { passes }: Quirks, notes: ParameterNote[]): Body {
  const isOwn = (name: string): boolean => protocol === undefined || (protocol === completionsDialect && !ofText.has(name));
  const isPassed = (name: string): boolean => isOwn(name) && !foreign.has(name) && (passes === "all" || passes.includes(name));
  const passed: Body = {};
  for (const [name, value] of Object.entries(extra)) {
    if (isPassed(name)) passed[name] = value;
    else notes.push({ parameter: name, action: "dropped", detail: "not known to this provider" });
  }
  return passed;
}

/** What the caller set for himself stands; an object in it (chat_template_kwargs) is joined, not replaced. */
function mergeReasoning(body: Body, fields: Body): void {
  for (const [name, value] of Object.entries(fields)) {
    const given = asObject(body[name]);
    if (given !== undefined) body[name] = { ...asObject(value), ...given };
    else if (body[name] === undefined) body[name] = value;
  }
}
