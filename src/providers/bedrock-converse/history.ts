/** What an assistant said in earlier turns, given back: its reasoning as it was signed, its words, its calls. */

import type { Message, ToolCall } from "../../wire/chat.ts";
import { noteOnce } from "../anthropic-messages/content.ts";
import { asObject, asText, type JsonObject } from "../json.ts";
import { encodeContent, type Block, type Request } from "./content.ts";

export function encodeSpeech(message: Message, request: Request): readonly Block[] {
  const words = encodeContent(message.content, request);
  return [
    ...encodeReasoning(message, request),
    ...(words.length === 0 ? encodeContent(message.refusal, request) : words),
    ...(message.tool_calls ?? []).map((call) => encodeCall(call, request)),
  ];
}

/** Only what the same maker's model made, and what it can check, is given back. */
function encodeReasoning(message: Message, { traits, notes }: Request): readonly Block[] {
  const details = joined(message.reasoning_details ?? []);
  const blocks = details.flatMap((detail): Block[] => {
    if ((detail["format"] ?? traits.reasoningFormat) !== traits.reasoningFormat) return [];
    const signature = asText(detail["signature"]);
    const data = asText(detail["data"]);
    if (detail["type"] === "reasoning.encrypted" && data !== undefined) return [{ reasoningContent: { redactedContent: data } }];
    if (detail["type"] === "reasoning.text" && signature !== undefined) return [{ reasoningContent: { reasoningText: { text: asText(detail["text"]) ?? "", signature } } }];
    return [];
  });
  const given = details.length > 0 || asText(message.reasoning) !== undefined || asText(message["reasoning_content"]) !== undefined;
  if (given && blocks.length === 0) noteOnce(notes, { parameter: "messages", action: "dropped", detail: "reasoning that this model did not sign" });
  return blocks;
}

/** Clients hand back the pieces of a stream as they came: those of one block are joined. */
function joined(details: readonly unknown[]): readonly JsonObject[] {
  const whole: JsonObject[] = [];
  for (const item of details) {
    const detail = asObject(item);
    if (detail === undefined) continue;
    const last = whole.at(-1);
    const isPiece =
      detail["type"] === "reasoning.text" && last?.["type"] === "reasoning.text" && typeof detail["index"] === "number" && detail["index"] === last["index"] &&
      asText(last["signature"]) === undefined;
    if (!isPiece) whole.push(detail);
    else whole[whole.length - 1] = { ...last, text: (asText(last["text"]) ?? "") + (asText(detail["text"]) ?? ""), signature: detail["signature"] };
  }
  return whole;
}

function encodeCall(call: ToolCall, { hasTools, idOf, notes }: Request): Block {
  const custom = asObject(call["custom"]);
  const name = call.function?.name ?? asText(custom?.["name"]) ?? "";
  const text = call.function?.arguments ?? "";
  const parsed = text.trim() === "" ? {} : parseObject(text);
  const input = custom === undefined ? (parsed ?? { arguments: text }) : { input: custom["input"] };
  if (parsed === undefined) noteOnce(notes, { parameter: "messages", action: "translated", detail: "arguments of a tool call that are not a JSON object are sent as the text `arguments`" });
  if (hasTools) return { toolUse: { toolUseId: idOf(call.id), name, input } };
  noteOnce(notes, { parameter: "messages", action: "translated", detail: "tool calls and their results are sent as text: the request has no tools" });
  return { text: `Called the tool ${name} with ${JSON.stringify(input)}` };
}

export function encodeResult(message: Message, request: Request): readonly Block[] {
  const content = encodeContent(message.content, request).filter((block) => block["cachePoint"] === undefined);
  if (!request.hasTools) return [{ text: "The tool answered:" }, ...content];
  const isError = message["is_error"] === true;
  // An error that says nothing is refused.
  const said = isError && content.length === 0 ? [{ text: "error" }] : content;
  return [{ toolResult: { toolUseId: request.idOf(message.tool_call_id ?? ""), content: said, ...(isError ? { status: "error" } : {}) } }];
}

function parseObject(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
