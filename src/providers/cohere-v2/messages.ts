/** A conversation as this protocol has it. */

import type { ContentPart, Message, ToolCall } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { asObject, asText, type JsonObject } from "../json.ts";
import { encodeContent, noteOnce, type Findings } from "./content.ts";

export interface Conversation {
  readonly messages: readonly JsonObject[];
  readonly documents: readonly JsonObject[];
}

/** `thinks`: the model takes back what it thought. */
export function encodeMessages(messages: readonly Message[], { thinks }: { readonly thinks: boolean }, notes: ParameterNote[]): Conversation {
  const findings: Findings = { notes, documents: [] };
  const encoded = messages.flatMap((message) => {
    const own = encodeMessage(message, thinks, findings);
    return own === undefined ? [] : [own];
  });
  return { messages: encoded, documents: findings.documents };
}

function encodeMessage(message: Message, thinks: boolean, findings: Findings): JsonObject | undefined {
  switch (message.role) {
    case "system":
    case "developer":
      return { role: "system", content: named(encodeContent(message.content, findings), message.name) };
    case "user":
      return { role: "user", content: named(encodeContent(message.content, findings), message.name) };
    case "assistant":
      return encodeSpeech(message, thinks, findings);
    case "tool":
      return { role: "tool", tool_call_id: message.tool_call_id ?? "", content: encodeResult(message.content, findings) };
  }
}

/** The name of a speaker goes before his words (contract §2.4). */
function named(content: string | readonly JsonObject[], name: string | undefined): string | readonly JsonObject[] {
  if (name === undefined || name === "") return content;
  return typeof content === "string" ? `${name}: ${content}` : [{ type: "text", text: `${name}:` }, ...content];
}

/** What was said before calls is their plan; a message with calls may hold thoughts, but no words. */
function encodeSpeech(message: Message, thinks: boolean, findings: Findings): JsonObject | undefined {
  const words = encodeContent(message.content ?? message.refusal, findings);
  const thoughts = encodeThoughts(message, thinks, findings);
  const calls = (message.tool_calls ?? []).map((call) => encodeCall(call, findings));
  if (calls.length > 0) {
    const plan = asText(message["tool_plan"]) ?? (typeof words === "string" ? asText(words) : undefined);
    return { role: "assistant", ...(thoughts.length === 0 ? {} : { content: thoughts }), ...(plan === undefined ? {} : { tool_plan: plan }), tool_calls: calls };
  }
  if (thoughts.length === 0) return words.length === 0 ? undefined : { role: "assistant", content: words };
  return { role: "assistant", content: [...thoughts, ...(typeof words === "string" ? (words === "" ? [] : [{ type: "text", text: words }]) : words)] };
}

/** Thoughts are plain text here, so that any model's may be given back; what is encrypted, or was signed elsewhere, is not. */
function encodeThoughts(message: Message, thinks: boolean, { notes }: Findings): readonly JsonObject[] {
  const details = message.reasoning_details;
  const given = asText(message.reasoning) ?? asText(message["reasoning_content"]);
  if (details === undefined && given === undefined) return [];
  const plain = (details ?? []).flatMap((item) => {
    const detail = asObject(item);
    return detail?.["type"] === "reasoning.text" && asText(detail["signature"]) === undefined ? [asText(detail["text"]) ?? ""] : [];
  });
  const thinking = details === undefined || details.length === 0 ? (given ?? "") : plain.join("");
  if (thinks && thinking !== "") return [{ type: "thinking", thinking }];
  const why = thinks ? "reasoning that another provider signed or encrypted" : "reasoning, which this model does not take back";
  if (details?.length !== 0 || given !== undefined) noteOnce(notes, { parameter: "messages", action: "dropped", detail: why });
  return [];
}

function encodeCall(call: ToolCall, { notes }: Findings): JsonObject {
  const custom = asObject(call["custom"]);
  const name = call.function?.name ?? asText(custom?.["name"]) ?? "";
  const text = custom === undefined ? (call.function?.arguments ?? "") : JSON.stringify({ input: custom["input"] });
  if (text.trim() === "" || isJsonObject(text)) return { id: call.id, type: "function", function: { name, arguments: text.trim() === "" ? "{}" : text } };
  noteOnce(notes, { parameter: "messages", action: "translated", detail: "arguments of a tool call that are not a JSON object are sent as the text `arguments`" });
  return { id: call.id, type: "function", function: { name, arguments: JSON.stringify({ arguments: text }) } };
}

function isJsonObject(text: string): boolean {
  try {
    return asObject(JSON.parse(text)) !== undefined;
  } catch {
    return false;
  }
}

/** Results are text or documents. */
function encodeResult(content: string | readonly ContentPart[] | null | undefined, findings: Findings): string | readonly JsonObject[] {
  const encoded = encodeContent(content, findings);
  if (typeof encoded === "string") return encoded;
  const taken = encoded.filter((part) => part["type"] === "text" || part["type"] === "document");
  if (taken.length < encoded.length) noteOnce(findings.notes, { parameter: "messages", action: "dropped", detail: "images in the result of a tool are not taken by this provider" });
  return taken;
}
