/** The parts of a message as parts of an item. */

import type { ContentPart } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { asObject, type JsonObject } from "../json.ts";

/** Parts of this protocol that a caller may hand in as they are. */
const own: ReadonlySet<string> = new Set(["input_text", "input_image", "input_file"]);

/** What is put before the model: by a user, a system, or a tool. */
export function encodeContent(content: string | readonly ContentPart[] | null | undefined, notes: ParameterNote[]): readonly JsonObject[] {
  if (typeof content === "string") return [{ type: "input_text", text: content }];
  return (content ?? []).flatMap((part) => {
    const encoded = encodePart(part, notes);
    const breakpoint = asObject(part["prompt_cache_breakpoint"]);
    return encoded === undefined ? [] : [breakpoint === undefined ? encoded : { ...encoded, prompt_cache_breakpoint: breakpoint }];
  });
}

/** Says once what becomes of a kind of thing that may be there many times. */
export function noteOnce(notes: ParameterNote[], note: ParameterNote): void {
  if (!notes.some(({ parameter, detail }) => parameter === note.parameter && detail === note.detail)) notes.push(note);
}

function encodePart(part: ContentPart, notes: ParameterNote[]): JsonObject | undefined {
  switch (part.type) {
    case "text":
      return { type: "input_text", text: part.text };
    case "image_url":
      return { type: "input_image", image_url: part.image_url.url, detail: part.image_url.detail ?? "auto" };
    case "input_audio":
      return { type: "input_audio", input_audio: part.input_audio };
    case "file":
      return encodeFile(part.file, notes);
    default:
      if (own.has(part.type)) return part;
      noteOnce(notes, { parameter: "messages", action: "dropped", detail: `parts of type ${String(part.type)} are not in this dialect` });
      return undefined;
  }
}

function encodeFile({ file_data: data, file_id: id, filename }: Extract<ContentPart, { readonly type: "file" }>["file"], notes: ParameterNote[]): JsonObject | undefined {
  if (id !== undefined) return { type: "input_file", file_id: id };
  if (data === undefined) {
    noteOnce(notes, { parameter: "messages", action: "dropped", detail: "a file without data" });
    return undefined;
  }
  if (/^https?:/i.test(data)) return { type: "input_file", file_url: data };
  const url = /^data:/i.test(data) ? data : `data:application/pdf;base64,${data}`;
  // Data without a name is refused.
  return { type: "input_file", filename: filename ?? (/^data:application\/pdf[;,]/i.test(url) ? "file.pdf" : "file"), file_data: url };
}
