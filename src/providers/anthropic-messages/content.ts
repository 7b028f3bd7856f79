/** The parts of a message as content blocks. */

import type { ContentPart } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { asObject, type JsonObject } from "../json.ts";

export type Block = Readonly<Record<string, unknown>>;

/** What is learnt while messages are encoded. */
export interface Findings {
  readonly notes: ParameterNote[];
  /** Features beyond the plain protocol, which a request has to name in a header. */
  readonly betas: Set<string>;
}

/** Blocks of this protocol that a caller may hand in as they are. */
const own: ReadonlySet<string> = new Set(["image", "document", "search_result", "container_upload", "tool_reference"]);

/** Text without anything in it is left out: the upstream refuses it. */
export function encodeContent(content: string | readonly ContentPart[] | null | undefined, findings: Findings): readonly Block[] {
  if (typeof content === "string") return content.trim() === "" ? [] : [{ type: "text", text: content }];
  return (content ?? []).flatMap((part) => {
    const block = encodePart(part, findings);
    return block === undefined ? [] : [{ ...block, ...cacheMarker(part) }];
  });
}

/** One dialect's marker stands for the other's. Source: contract §2.4. */
export function cacheMarker(marked: Readonly<Record<string, unknown>>): Block {
  const marker = asObject(marked["cache_control"]);
  if (marker !== undefined) return { cache_control: marker };
  return asObject(marked["prompt_cache_breakpoint"]) === undefined ? {} : { cache_control: { type: "ephemeral" } };
}

/** Says once what becomes of a kind of thing that may be there many times. */
export function noteOnce(notes: ParameterNote[], note: ParameterNote): void {
  if (!notes.some(({ parameter, detail }) => parameter === note.parameter && detail === note.detail)) notes.push(note);
}

function encodePart(part: ContentPart, findings: Findings): Block | undefined {
  switch (part.type) {
    case "text":
      return part.text.trim() === "" ? undefined : { type: "text", text: part.text };
    case "image_url":
      return { type: "image", source: mediaSource(part.image_url.url, "image/jpeg") };
    case "file":
      return encodeFile(part, findings);
    default:
      if (own.has(part.type)) return part;
      noteOnce(findings.notes, { parameter: "messages", action: "dropped", detail: `parts of type ${String(part.type)} are not taken by this provider` });
      return undefined;
  }
}

function encodeFile(part: ContentPart & { readonly type: "file" }, { notes, betas }: Findings): Block | undefined {
  const { file_data: data, file_id: id, filename } = part.file;
  const about = {
    ...(filename === undefined ? {} : { title: filename }),
    ...Object.fromEntries(["title", "context", "citations"].filter((field) => part[field] !== undefined).map((field) => [field, part[field]])),
  };
  if (id !== undefined) {
    betas.add("files-api-2025-04-14");
    return { type: "document", source: { type: "file", file_id: id }, ...about };
  }
  if (data === undefined) {
    noteOnce(notes, { parameter: "messages", action: "dropped", detail: "a file without data" });
    return undefined;
  }
  const source = mediaSource(data, "application/pdf");
  const mediaType = String(source["media_type"] ?? "");
  if (mediaType.startsWith("image/")) return { type: "image", source };
  return { type: "document", source: isText(mediaType) ? textSource(source) : source, ...about };
}

const dataUrl = /^data:([^;,]*)((?:;[^;,]*)*),/i;

/** Of an address, or of data: in a data URL, or bare. */
function mediaSource(url: string, bareType: string): JsonObject {
  if (/^https?:/i.test(url)) return { type: "url", url };
  const [head, type = "", options = ""] = dataUrl.exec(url.slice(0, 1000)) ?? [];
  if (head === undefined) return { type: "base64", media_type: bareType, data: url };
  const rest = url.slice(head.length);
  const mediaType = type.toLowerCase() === "image/jpg" ? "image/jpeg" : type.toLowerCase() || bareType;
  return { type: "base64", media_type: mediaType, data: /;base64$/i.test(options) ? rest : Buffer.from(unescaped(rest)).toString("base64") };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isText(mediaType: string): boolean {
  return mediaType.startsWith("text/") || /^application\/(?:(?:[\w.-]+\+)?(?:json|xml|yaml)|javascript|x-yaml|x-ndjson)$/.test(mediaType);
}

/** Text of every kind is plain text here. */
function textSource(source: JsonObject): JsonObject {
  return { type: "text", media_type: "text/plain", data: Buffer.from(String(source["data"]), "base64").toString("utf8") };
}
