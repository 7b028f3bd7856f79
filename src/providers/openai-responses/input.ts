/** The conversation as items. */

import type { Message } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { asText, type JsonObject } from "../json.ts";
import { encodeContent, noteOnce } from "./content.ts";
import { encodeSpeech } from "./history.ts";

export interface EncodedInput {
  /** What the system says first, where that is plain text and not long. */
  readonly instructions: string | undefined;
  readonly items: readonly JsonObject[];
}

export interface InputTarget {
  /** Knows the developer role. */
  readonly developerRole: boolean;
  readonly reasoningFormat: string;
}

export function encodeInput(messages: readonly Message[], target: InputTarget, notes: ParameterNote[]): EncodedInput {
  const instructions = instructionsOf(messages);
  const customCalls = new Set<string>();
  const items = messages.slice(instructions === undefined ? 0 : 1).flatMap((message) => {
    for (const call of message.tool_calls ?? []) if (call["custom"] !== undefined) customCalls.add(call.id);
    return encodeMessage(message, { target, customCalls }, notes);
  });
  return { instructions, items };
}

/** Every answer repeats its instructions, a stream three times: longer ones are an item like any other. */
const instructionsCharsMax = 32 * 1024;

/** Of a conversation that consists of more: without any input there is no answer. */
function instructionsOf([first, ...others]: readonly Message[]): string | undefined {
  if ((first?.role !== "system" && first?.role !== "developer") || others.length === 0) return undefined;
  return typeof first.content === "string" && first.content.length <= instructionsCharsMax ? asText(first.content) : undefined;
}

interface Conversation {
  readonly target: InputTarget;
  /** Ids of calls whose results are of another kind. */
  readonly customCalls: ReadonlySet<string>;
}

function encodeMessage(message: Message, { target, customCalls }: Conversation, notes: ParameterNote[]): readonly JsonObject[] {
  const { role, content, tool_call_id: callId } = message;
  if (role === "assistant") return encodeSpeech(message, target.reasoningFormat, notes);
  if (role === "tool") {
    const type = callId !== undefined && customCalls.has(callId) ? "custom_tool_call_output" : "function_call_output";
    return [{ type, call_id: callId, output: typeof content === "string" ? content : encodeContent(content, notes) }];
  }
  if (message.name !== undefined) noteOnce(notes, { parameter: "messages", action: "dropped", detail: "names of participants are not in this dialect" });
  const parts = encodeContent(content, notes);
  return parts.length === 0 ? [] : [{ role: role === "developer" && !target.developerRole ? "system" : role, content: parts }];
}
