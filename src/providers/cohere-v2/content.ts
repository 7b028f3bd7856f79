/** The parts of a message as this protocol has them. */

import type { ContentPart } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { asObject, type JsonObject } from "../json.ts";

/** What is learnt while messages are encoded. */
export interface Findings {
  readonly notes: ParameterNote[];
  /** Files of text, which stand beside the messages here. */
  readonly documents: JsonObject[];
}

/** Parts of this protocol's own that a caller may hand in as they are. */
const own: ReadonlySet<string> = new Set(["document", "thinking"]);

/** Text alone stays text; only other things make a list of it. */
export function encodeContent(content: string | readonly ContentPart[] | null | undefined, findings: Findings): string | readonly JsonObject[] {
  if (typeof content === "string") return content;
  const parts = (content ?? []).flatMap((part) => encodePart(part, findings));
  return parts.every((part) => part["type"] === "text") ? parts.map((part) => String(part["text"])).join("\n") : parts;
}

/** Says once what becomes of a kind of thing that may be there many times. */
export function noteOnce(notes: ParameterNote[], note: ParameterNote): void {
  if (!notes.some(({ parameter, detail }) => parameter === note.parameter && detail === note.detail)) notes.push(note);
}

function encodePart(part: ContentPart, findings: Findings): readonly JsonObject[] {
  switch (part.type) {
    case "text":
      return part.text === "" ? [] : [{ type: "text", text: part.text }];
    case "image_url": {
      const { url, detail } = part.image_url;
      return [{ type: "image_url", image_url: { url, ...(detail === "low" || detail === "high" || detail === "auto" ? { detail } : {}) } }];
    }
    case "file":
      encodeFile(part, findings);
      return [];
    default:
      if (own.has(part.type)) return [part];
      noteOnce(findings.notes, { parameter: "messages", action: "dropped", detail: `parts of type ${String(part.type)} are not taken by this provider` });
      return [];
  }
}

const textUrl = /^data:(?:text\/[^;,]*|application\/(?:json|xml|x-yaml|yaml|javascript))(?:;charset=[^;,]*)?(;base64)?,/i;

function encodeFile(part: ContentPart & { readonly type: "file" }, { notes, documents }: Findings): void {
  const { file_data: data = "", filename } = part.file;
  const [head, base64] = textUrl.exec(data.slice(0, 200)) ?? [];
  if (head === undefined) {
    noteOnce(notes, { parameter: "messages", action: "dropped", detail: "files that are not text are not taken by this provider" });
    return;
  }
  const rest = data.slice(head.length);
  const text = base64 === undefined ? unescaped(rest) : Buffer.from(rest, "base64").toString("utf8");
  noteOnce(notes, { parameter: "messages", action: "translated", detail: "files of text are sent as documents" });
  documents.push({ data: { ...(filename === undefined ? {} : { title: filename }), text, ...asObject(part["metadata"]) } });
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
