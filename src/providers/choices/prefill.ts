import type { Message } from "../../wire/chat.ts";

/** The text of a trailing assistant message, which the model is asked to continue (contract §2.4); undefined without one. */
export function prefillOf(messages: readonly Message[]): string | undefined {
  const last = messages.at(-1);
  if (last?.role !== "assistant" || (last.tool_calls?.length ?? 0) > 0) return undefined;
  const { content } = last;
  const text = typeof content === "string" ? content : (content ?? []).map((part) => (part.type === "text" ? part.text : "")).join("");
  return text === "" ? undefined : text;
}
