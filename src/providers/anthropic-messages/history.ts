/** What an assistant said in earlier turns, given back: its reasoning as it was signed, its words, its calls. */

import type { Message, ToolCall } from "../../wire/chat.ts";
import { asList, asObject, asText, type JsonObject } from "../json.ts";
import { encodeContent, noteOnce, type Block, type Findings } from "./content.ts";
import { reasoningFormat, resultTypeOf } from "./server-tools.ts";
import type { ToolIds } from "./tool-ids.ts";

/** Reasoning stands in front, where it was made. What the upstream said beside it in blocks of its own stands behind it. */
export function encodeSpeech(message: Message, ids: ToolIds, findings: Findings): readonly Block[] {
  const words = encodeContent(message.content, findings);
  const refusal = words.length === 0 ? encodeContent(message.refusal, findings) : [];
  return [
    ...encodeReasoning(message, findings),
    ...asList(message["content_parts"]).filter((part): part is Block => asText(asObject(part)?.["type"]) !== undefined),
    ...words,
    ...refusal,
    ...(message.tool_calls ?? []).map((call) => encodeCall(call, ids, findings)),
  ];
}

function encodeReasoning(message: Message, { notes }: Findings): readonly Block[] {
  const details = joinedDetails(message.reasoning_details ?? []);
  const nested = nestedCalls(details);
  const blocks = details.filter((detail) => nested.every(({ call }) => call !== detail)).flatMap((detail) => encodeDetail(detail, nested));
  const given = details.length > 0 || asText(message.reasoning) !== undefined || asText(message["reasoning_content"]) !== undefined;
  if (given && blocks.length === 0) noteOnce(notes, { parameter: "messages", action: "dropped", detail: "reasoning that this provider did not sign" });
  return blocks;
}

/** Clients hand back the pieces of a stream as they came: those of one block are joined. */
function joinedDetails(details: readonly unknown[]): readonly JsonObject[] {
  const joined: JsonObject[] = [];
  for (const item of details) {
    const detail = asObject(item);
    if (detail === undefined) continue;
    const last = joined.at(-1);
    const isPiece =
      last !== undefined && detail["type"] === "reasoning.text" && last["type"] === "reasoning.text" && typeof detail["index"] === "number" &&
      detail["index"] === last["index"] && asText(last["signature"]) === undefined;
    if (!isPiece) joined.push(detail);
    else joined[joined.length - 1] = { ...last, text: (asText(last["text"]) ?? "") + (asText(detail["text"]) ?? ""), signature: detail["signature"] };
  }
  return joined;
}

interface NestedCall {
  readonly call: JsonObject;
  /** The id of the call that made it. */
  readonly madeBy: string;
}

/** Tools may be called by the code that another one runs: such a call stands between that one and its result. */
function nestedCalls(details: readonly JsonObject[]): readonly NestedCall[] {
  const calls = details.filter((detail) => detail["type"] === "reasoning.server_tool_call");
  const direct = new Set(calls.filter((call) => callerOf(call) === undefined).map((call) => call["tool_call_id"]));
  return calls.flatMap((call) => {
    const madeBy = callerOf(call);
    return madeBy !== undefined && direct.has(madeBy) ? [{ call, madeBy }] : [];
  });
}

function callerOf(call: JsonObject): string | undefined {
  return asText(asObject(call["caller"])?.["tool_id"]);
}

function encodeDetail(detail: JsonObject, nested: readonly NestedCall[]): readonly Block[] {
  // Absent, the format is this one. Source: contract §2.3.
  if ((detail["format"] ?? reasoningFormat) !== reasoningFormat) return [];
  switch (detail["type"]) {
    case "reasoning.text": {
      const signature = asText(detail["signature"]);
      return signature === undefined ? [] : [{ type: "thinking", thinking: asText(detail["text"]) ?? "", signature }];
    }
    case "reasoning.encrypted": {
      const data = asText(detail["data"]);
      return data === undefined ? [] : [{ type: "redacted_thinking", data }];
    }
    case "reasoning.server_tool_call":
      return encodeServerCall(detail, nested);
    default:
      return [];
  }
}

function encodeServerCall(detail: JsonObject, nested: readonly NestedCall[]): readonly Block[] {
  const toolName = asText(detail["tool_name"]);
  const id = asText(detail["tool_call_id"]);
  if (toolName === undefined || id === undefined) return [];
  const { server_name: server, caller, is_error: isError } = detail;
  const input = parseJson(asText(detail["arguments"]) ?? "{}") ?? {};
  const beside = caller === undefined ? {} : { caller };
  const use =
    server === undefined ? { type: "server_tool_use", id, name: toolName, input, ...beside } : { type: "mcp_tool_use", id, name: toolName, server_name: server, input };
  const inner = nested.filter(({ madeBy }) => madeBy === id).flatMap(({ call }) => encodeServerCall(call, []));
  const content = parseJson(asText(detail["result"]) ?? "");
  if (content === undefined) return [use, ...inner];
  const result = { type: resultTypeOf(toolName, server !== undefined), tool_use_id: id, content, ...beside, ...(isError === undefined ? {} : { is_error: isError }) };
  return [use, ...inner, result];
}

function encodeCall(call: ToolCall, ids: ToolIds, { notes }: Findings): Block {
  const custom = asObject(call["custom"]);
  const toolName = call.function?.name ?? asText(custom?.["name"]) ?? "";
  const text = call.function?.arguments ?? "";
  const parsed = text.trim() === "" ? {} : asObject(parseJson(text));
  if (parsed === undefined) noteOnce(notes, { parameter: "messages", action: "translated", detail: "arguments of a tool call that are not a JSON object are sent as the text `arguments`" });
  const input = custom === undefined ? (parsed ?? { arguments: text }) : { input: custom["input"] };
  return { type: "tool_use", id: ids.call(call.id), name: toolName, input };
}

function parseJson(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
