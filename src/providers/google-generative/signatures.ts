/**
 * Reasoning details to and from thought signatures. A signature belongs to one part: on a thought it stands in the
 * `signature` of a reasoning.text, on any other part in a reasoning.encrypted, whose `id` is that of the call or image
 * it was given with; without an id it was given with the text.
 */

import { asList, asObject, asText } from "../json.ts";

export const format = "google-gemini-v1";

/** The id under which the signature of the nth image of an answer is kept. */
export function imageId(position: number): string {
  return `image_${position}`;
}

export interface Thought {
  readonly text: string;
  readonly signature: string | undefined;
}

export interface GivenBack {
  readonly thoughts: readonly Thought[];
  /** By the id of the call or image. */
  readonly byId: ReadonlyMap<string, string>;
  readonly ofText: readonly string[];
}

/** Reads what an assistant message gives back; what another model thought is left out: Google could not verify it. */
export function readGivenBack(details: unknown): GivenBack {
  const thoughts: { text: string; signature: string | undefined; index: unknown }[] = [];
  const byId = new Map<string, string>();
  const ofText: string[] = [];
  for (const item of asList(details)) {
    const detail = asObject(item);
    if (detail === undefined || detail["format"] !== format) continue;
    const { type, index } = detail;
    if (type === "reasoning.text") {
      const text = asText(detail["text"]) ?? "";
      const signature = asText(detail["signature"]);
      const last = thoughts.at(-1);
      // A client may hand on the pieces of a stream as they came.
      if (last !== undefined && last.signature === undefined && index !== undefined && last.index === index) {
        last.text += text;
        last.signature = signature;
      } else if (text !== "" || signature !== undefined) thoughts.push({ text, signature, index });
    } else if (type === "reasoning.encrypted") {
      const data = asText(detail["data"]);
      const id = asText(detail["id"]);
      if (data !== undefined && id !== undefined) byId.set(id, data);
      else if (data !== undefined) ofText.push(data);
    }
  }
  return { thoughts, byId, ofText };
}
