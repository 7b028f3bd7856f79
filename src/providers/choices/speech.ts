/**
 * What a model said, out of the places where upstreams put it. Content may be text, a list of parts or null in any
 * message and any delta; reasoning may stand in `reasoning_content`, in `reasoning` or in parts of type `thinking`.
 */

import { asList, asObject, asText, spokenText } from "../json.ts";

export interface Speech {
  content?: unknown;
  reasoning?: unknown;
  reasoning_content?: unknown;
  reasoning_details?: unknown;
  [field: string]: unknown;
}

/**
 * Brings a message or delta, just parsed and owned by nobody else, into our shape, in place: this runs for every event
 * of every stream. A field that is not ours is set to undefined, which JSON omits, because `delete` would slow the object.
 */
export function normalizeSpeech(speech: Speech): void {
  if (Array.isArray(speech.content)) splitParts(speech, speech.content);
  if (speech.reasoning_content !== undefined) {
    speech.reasoning = asText(speech.reasoning) ?? speech.reasoning_content;
    speech.reasoning_content = undefined;
  }
  const reasoning = speech.reasoning;
  if (reasoning === undefined) return;
  if (typeof reasoning !== "string") speech.reasoning = reasoning === null ? undefined : reasoningText(reasoning);
  else if (reasoning !== "" && speech.reasoning_details === undefined) {
    speech.reasoning_details = [{ type: "reasoning.text", text: reasoning, format: "unknown", index: 0 }];
  }
}

/** Some servers give reasoning as an object with its text inside. */
function reasoningText(reasoning: unknown): string | undefined {
  const object = asObject(reasoning);
  return asText(object?.["text"]) ?? asText(object?.["content"]);
}

function splitParts(speech: Speech, parts: readonly unknown[]): void {
  let content = "";
  let reasoning = "";
  const others: unknown[] = [];
  for (const part of parts) {
    const fields = asObject(part);
    if (typeof part === "string") content += part;
    else if (fields?.["type"] === "thinking") reasoning += thinkingText(fields["thinking"]);
    else if (fields?.["type"] === "text" || fields?.["type"] === "output_text") content += spokenText(fields["text"]) ?? "";
    else if (part !== null) others.push(part);
  }
  speech.content = content;
  if (reasoning !== "") speech.reasoning = reasoning;
  // Citations and the like: not text, but not to be lost.
  if (others.length > 0) speech["content_parts"] = others;
}

function thinkingText(thinking: unknown): string {
  if (typeof thinking === "string") return thinking;
  return asList(thinking).map((part) => asText(asObject(part)?.["text"]) ?? "").join("");
}
