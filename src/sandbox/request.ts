/** What the sandbox reads of an `openai-chat` request. The rest is accepted and does not matter here. */

import { Fault } from "../base/fault.ts";
import { isObject, listOf, numberOf, textOf } from "./json.ts";
import type { JsonObject } from "./json.ts";

export interface SandboxRequest {
  readonly model: string;
  readonly turns: readonly Turn[];
  readonly tools: readonly FunctionTool[];
  readonly toolChoice: ToolChoice;
  readonly parallelToolCalls: boolean;
  readonly format: AnswerFormat;
  readonly maxTokens: number | undefined;
  readonly stops: readonly string[];
  /** Whether thinking was asked for, and whether it is to be shown. */
  readonly reasoning: "none" | "hidden" | "shown";
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** The raw fields that decide the text. */
  readonly identity: readonly unknown[];
  /** The raw fields, besides the messages, that count as prompt. */
  readonly promptExtras: readonly unknown[];
}

export interface Turn {
  readonly role: string;
  readonly text: string;
  /** Parts of the content that are not text: images, audio, files. */
  readonly attachments: number;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  /** The call that a tool's turn answers. */
  readonly callId: string | undefined;
}

export interface FunctionTool {
  readonly name: string;
  readonly parameters: unknown;
}

/** A name calls that tool; "required" calls any. */
export type ToolChoice = "none" | "auto" | "required" | { readonly name: string };

export type AnswerFormat =
  | { readonly kind: "text" | "object" }
  | { readonly kind: "schema"; readonly schema: unknown };

/** @throws Fault invalid_request, with the field in `metadata.param`. */
export function readRequest(bytes: Uint8Array): SandboxRequest {
  const body = parseObject(bytes);
  const model = textOf(body["model"]);
  if (model === undefined || model === "") throw invalid("model", "you must provide a model parameter");
  const messages = body["messages"];
  if (!Array.isArray(messages) || messages.length === 0) throw invalid("messages", "expected an array with at least one message");
  const turns = messages.map(readTurn);
  const tools = listOf(body["tools"]).flatMap(readTool);
  return {
    model, turns, tools,
    toolChoice: readToolChoice(body["tool_choice"], tools),
    parallelToolCalls: body["parallel_tool_calls"] !== false,
    format: readFormat(body["response_format"]),
    maxTokens: readMaxTokens(body),
    stops: (typeof body["stop"] === "string" ? [body["stop"]] : listOf(body["stop"])).flatMap((stop) => textOf(stop) || []),
    reasoning: readReasoning(body),
    stream: body["stream"] === true,
    includeUsage: isObject(body["stream_options"]) && body["stream_options"]["include_usage"] === true,
    identity: [model, messages, body["tools"], body["response_format"], body["seed"]],
    promptExtras: [body["tools"], body["response_format"]],
  };
}

function parseObject(bytes: Uint8Array): JsonObject {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new Fault("invalid_request", "We could not parse the JSON body of your request.", { cause });
  }
  if (!isObject(body)) throw new Fault("invalid_request", "The body of your request must be a JSON object.");
  return body;
}

function readTurn(message: unknown, index: number): Turn {
  if (!isObject(message)) throw invalid(`messages[${index}]`, "expected an object");
  const role = textOf(message["role"]);
  if (role === undefined) throw invalid(`messages[${index}].role`, "expected a string");
  const parts = typeof message["content"] === "string" ? [{ type: "text", text: message["content"] }] : listOf(message["content"]).filter(isObject);
  const texts = parts.flatMap((part) => textOf(part["text"]) ?? []);
  return {
    role,
    text: texts.join("\n"),
    attachments: parts.length - texts.length,
    calls: listOf(message["tool_calls"]).filter(isObject).map(readCall),
    callId: textOf(message["tool_call_id"]),
  };
}

function readCall(call: JsonObject): Turn["calls"][number] {
  const target = isObject(call["function"]) ? call["function"] : {};
  return { id: textOf(call["id"]) ?? "", name: textOf(target["name"]) ?? "", arguments: textOf(target["arguments"]) ?? "" };
}

function readTool(tool: unknown): FunctionTool[] {
  const target = isObject(tool) && isObject(tool["function"]) ? tool["function"] : {};
  const name = textOf(target["name"]);
  return name === undefined ? [] : [{ name, parameters: target["parameters"] }];
}

function readToolChoice(choice: unknown, tools: readonly FunctionTool[]): ToolChoice {
  if (choice === undefined || choice === null || choice === "auto" || choice === "none") return choice ?? "auto";
  if (choice === "required" && tools.length > 0) return "required";
  const name = isObject(choice) && isObject(choice["function"]) ? textOf(choice["function"]["name"]) : undefined;
  if (name !== undefined && tools.some((tool) => tool.name === name)) return { name };
  throw invalid("tool_choice", "it asks for a tool that 'tools' does not have");
}

function readFormat(format: unknown): AnswerFormat {
  if (!isObject(format)) return { kind: "text" };
  if (format["type"] === "json_object") return { kind: "object" };
  if (format["type"] !== "json_schema") return { kind: "text" };
  const schema = isObject(format["json_schema"]) ? format["json_schema"]["schema"] : undefined;
  return schema === undefined ? { kind: "object" } : { kind: "schema", schema };
}

function readMaxTokens(body: JsonObject): number | undefined {
  for (const field of ["max_completion_tokens", "max_tokens"]) {
    const value = body[field];
    if (value === undefined || value === null) continue;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 1) throw invalid(field, "expected a whole number of 1 or more");
    return value;
  }
  return undefined;
}

function readReasoning(body: JsonObject): SandboxRequest["reasoning"] {
  const wish = isObject(body["reasoning"]) ? body["reasoning"] : undefined;
  const effort = textOf(body["reasoning_effort"]) ?? textOf(wish?.["effort"]);
  const isAsked = effort !== undefined || wish?.["enabled"] === true || numberOf(wish?.["max_tokens"]) !== undefined;
  if (!isAsked || effort === "none" || wish?.["enabled"] === false) return "none";
  return wish?.["exclude"] === true ? "hidden" : "shown";
}

function invalid(param: string, why: string): Fault {
  return new Fault("invalid_request", `Invalid '${param}': ${why}.`, { metadata: { param } });
}
