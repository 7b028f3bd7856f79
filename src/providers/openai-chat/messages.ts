/** Messages as the upstream takes them. One that needs no change is handed on by reference: prompts are long. */

import type { ContentPart, Message, ToolCall } from "../../wire/chat.ts";
import type { Quirks } from "../quirks.ts";

/** `continues`: the last message is one to be continued. */
export function encodeMessages(messages: readonly Message[], quirks: Quirks, continues: boolean): readonly object[] {
  const shown = withShownResults(messages);
  const last = shown.length - 1;
  return shown.map((message, index) => {
    const encoded = encodeMessage(message, quirks);
    return continues && index === last ? { ...encoded, ...quirks.prefill?.message } : encoded;
  });
}

/** Results of tools are text here: what they hold beside it is shown by the user, after the last of them. */
function withShownResults(messages: readonly Message[]): readonly Message[] {
  if (!messages.some(showsMore)) return messages;
  const shown: Message[] = [];
  let media: ContentPart[] = [];
  for (const [index, message] of messages.entries()) {
    if (showsMore(message)) {
      const parts = message.content as readonly ContentPart[];
      const words = parts.filter(isWords);
      media.push(...parts.filter((part) => !isWords(part)));
      shown.push({ ...message, content: words.length === 0 ? "See the attachment." : words });
    } else {
      shown.push(message);
    }
    if (media.length > 0 && messages[index + 1]?.role !== "tool") {
      shown.push({ role: "user", content: media });
      media = [];
    }
  }
  return shown;
}

function showsMore({ role, content }: Message): boolean {
  return role === "tool" && Array.isArray(content) && !content.every(isWords);
}

function isWords({ type }: ContentPart): boolean {
  return type === "text";
}

/** Of our own dialect, or said by a model and of no use to another. */
const ours: ReadonlySet<string> = new Set(["reasoning", "reasoning_details", "reasoning_content", "annotations", "images", "model", "cache_control", "is_error", "phase", "phases"]);
const known: ReadonlySet<string> = new Set(["role", "content", "name", "tool_calls", "tool_call_id", "refusal", "audio", "function_call"]);

function encodeMessage(message: Message, quirks: Quirks): object {
  const history = message.role === "assistant" ? encodeHistory(message, quirks) : undefined;
  const isKept = quirks.passes === "all" ? (field: string) => !ours.has(field) : (field: string) => known.has(field);
  const role = message.role === "developer" && !quirks.developerRole ? "system" : message.role;
  const content = encodeContent(message.content);
  const calls = message.tool_calls === undefined ? undefined : encodeToolCalls(message.tool_calls);
  const isUnchanged =
    history === undefined && role === message.role && content === message.content && calls === message.tool_calls && Object.keys(message).every(isKept);
  if (isUnchanged) return message;

  const encoded: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(message)) if (isKept(field)) encoded[field] = value;
  encoded["role"] = role;
  if (content !== undefined) encoded["content"] = content;
  if (calls !== undefined) encoded["tool_calls"] = calls;
  return { ...encoded, ...history };
}

function encodeHistory(message: Message, { reasoningHistory }: Quirks): Record<string, string> | undefined {
  if (reasoningHistory === undefined) return undefined;
  const reasoning = message.reasoning ?? message["reasoning_content"];
  if (typeof reasoning === "string" && reasoning !== "") return { [reasoningHistory.field]: reasoning };
  return reasoningHistory.required ? { [reasoningHistory.field]: "" } : undefined;
}

/** Cache markers are another dialect's: elsewhere a cache needs none, and an unknown field is an error to some. */
function encodeContent(content: Message["content"]): Message["content"] {
  if (typeof content !== "object" || content === null || !content.some((part) => part["cache_control"] !== undefined)) return content;
  return content.map((part) => {
    const { cache_control: _marker, ...plain } = part;
    return plain as ContentPart;
  });
}

/** Empty arguments of a call without any are not JSON, and upstreams that parse them refuse the message. */
function encodeToolCalls(calls: readonly ToolCall[]): readonly ToolCall[] {
  return calls.some(isBare) ? calls.map((call) => (isBare(call) ? { ...call, function: { ...call.function, arguments: "{}" } } : call)) : calls;
}

function isBare(call: ToolCall): boolean {
  return call.function?.arguments === "";
}
