/** Messages in Mistral's shape: four roles, its own tool ids, and thinking as a part of the content. */

import type { ContentPart, Message, ToolCall } from "../../wire/chat.ts";
import { prefillOf } from "../choices/prefill.ts";
import { asObject, asText } from "../json.ts";
import { toolIds } from "./tool-ids.ts";

/** `takesReasoning`: the model reads what an assistant thought in earlier turns. */
export function encodeMessages(messages: readonly Message[], takesReasoning: boolean): readonly object[] {
  const ids = toolIds(messages);
  const names = toolNames(messages);
  const encoded = messages.map((message): Record<string, unknown> => {
    switch (message.role) {
      // Mistral has no developer role.
      case "developer":
      case "system":
        return { role: "system", content: encodeContent(message) };
      case "user":
        return { role: "user", content: encodeContent(message) };
      case "assistant":
        return {
          role: "assistant",
          content: encodeSpeech(message, takesReasoning),
          ...(message.tool_calls === undefined || message.tool_calls.length === 0 ? {} : { tool_calls: message.tool_calls.map((call) => encodeCall(call, ids)) }),
        };
      case "tool": {
        const id = message.tool_call_id ?? "";
        const name = message.name ?? names.get(id);
        return { role: "tool", tool_call_id: ids.get(id) ?? id, ...(name === undefined ? {} : { name }), content: encodeContent({ ...message, name: "" }) };
      }
    }
  });
  const last = encoded.at(-1);
  if (last !== undefined && prefillOf(messages) !== undefined) last["prefix"] = true;
  return encoded;
}

/** Only tool messages have a name here: that of a speaker goes before his words (contract §2.4). */
function encodeContent({ content, name }: Message): unknown {
  if (typeof content === "string") return name === undefined || name === "" ? content : `${name}: ${content}`;
  const parts = (content ?? []).map(encodePart);
  return name === undefined || name === "" ? parts : [{ type: "text", text: `${name}: ` }, ...parts];
}

function encodePart(part: ContentPart): object {
  if (part.type === "image_url") {
    const { url, detail } = part.image_url;
    return { type: "image_url", image_url: detail === undefined ? url : { url, detail } };
  }
  if (part.type === "input_audio") return { type: "input_audio", input_audio: part.input_audio.data };
  if (part.type === "file") {
    const { file_data, file_id, filename } = part.file;
    if (file_id !== undefined) return { type: "file", file_id };
    return { type: "document_url", document_url: file_data, ...(filename === undefined ? {} : { document_name: filename }) };
  }
  return part.type === "text" ? { type: "text", text: part.text } : part;
}

/** Earlier thinking goes back as a closed part, before the words; a model without reasoning would refuse the part. */
function encodeSpeech(message: Message, takesReasoning: boolean): unknown {
  const content = message.content === null || message.content === undefined ? "" : encodeContent({ role: "assistant", content: message.content });
  const reasoning = message.reasoning ?? message["reasoning_content"];
  if (!takesReasoning || typeof reasoning !== "string" || reasoning === "") return content;
  const thinking = { type: "thinking", thinking: [{ type: "text", text: reasoning }], closed: true };
  if (Array.isArray(content)) return [thinking, ...content];
  return content === "" ? [thinking] : [thinking, { type: "text", text: content }];
}

/** What a tool takes as free text, for want of such tools, as the one argument of a function. */
function encodeCall(call: ToolCall, ids: ReadonlyMap<string, string>): object {
  const custom = asObject(call["custom"]);
  const text = custom === undefined ? (call.function?.arguments ?? "") : JSON.stringify({ input: custom["input"] });
  return { id: ids.get(call.id) ?? call.id, type: "function", function: { name: nameOf(call), arguments: text === "" ? "{}" : text } };
}

/** The names of the called tools by call id: a tool message should carry the one it answers. */
function toolNames(messages: readonly Message[]): ReadonlyMap<string, string> {
  return new Map(messages.flatMap((message) => (message.tool_calls ?? []).map((call) => [call.id, nameOf(call)] as const)));
}

function nameOf(call: ToolCall): string {
  return call.function?.name ?? asText(asObject(call["custom"])?.["name"]) ?? "";
}
