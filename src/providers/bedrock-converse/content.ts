/** The parts of a message as content blocks. */

import type { ContentPart } from "../../wire/chat.ts";
import { noteOnce } from "../anthropic-messages/content.ts";
import type { ParameterNote } from "../adapter.ts";
import { asObject, asText, type JsonObject } from "../json.ts";
import type { ModelTraits } from "./models.ts";
import { encodeMedia } from "./media.ts";

export type Block = JsonObject;

/** What the blocks of one request share. */
export interface Request {
  readonly traits: ModelTraits;
  readonly nameOf: (filename: string | undefined) => string;
  /** Without tools the upstream takes neither calls nor results: they are told as text. */
  readonly hasTools: boolean;
  readonly idOf: (id: string) => string;
  readonly notes: ParameterNote[];
}

/** Blank text is left out: the upstream refuses it. */
export function encodeContent(content: string | readonly ContentPart[] | null | undefined, request: Request): readonly Block[] {
  if (typeof content === "string") return content.trim() === "" ? [] : [{ text: content }];
  return (content ?? []).flatMap((part) => {
    const block = encodePart(part, request);
    return block === undefined ? [] : [block, ...cachePoint(part, request)];
  });
}

/** A marker on a part is a block behind it. Where the model takes none, its cache is automatic or there is none. */
export function cachePoint(marked: Readonly<Record<string, unknown>>, { traits }: Pick<Request, "traits">): readonly Block[] {
  const marker = asObject(marked["cache_control"]) ?? (asObject(marked["prompt_cache_breakpoint"]) === undefined ? undefined : {});
  if (marker === undefined || !traits.takesCachePoints) return [];
  const ttl = asText(marker["ttl"]);
  return [{ cachePoint: { type: "default", ...(ttl === undefined || traits.claude === undefined ? {} : { ttl }) } }];
}

/** Blocks of this protocol that a caller may hand in under their names as `type`. */
const own: ReadonlySet<string> = new Set(["guardContent", "searchResult", "cachePoint", "document"]);

function encodePart(part: ContentPart, { nameOf, notes }: Request): Block | undefined {
  switch (part.type) {
    case "text":
      return part.text.trim() === "" ? undefined : { text: part.text };
    case "image_url":
      return encodeMedia({ url: part.image_url.url, usualType: "image/jpeg", nameOf });
    case "video_url":
      return encodeMedia({ url: part.video_url.url, usualType: "video/mp4", nameOf });
    case "input_audio":
      return { audio: { format: part.input_audio.format, source: { bytes: part.input_audio.data.replace(/^data:[^,]*,/, "") } } };
    case "file": {
      const { file_data: data, file_id: id, filename } = part.file;
      const url = data ?? (id?.startsWith("s3://") === true ? id : undefined);
      if (url !== undefined) return encodeMedia({ url, filename, usualType: "application/pdf", nameOf });
      noteOnce(notes, { parameter: "messages", action: "dropped", detail: "a file without data" });
      return undefined;
    }
    default: {
      const type = String((part as { readonly type: unknown }).type);
      const block = asObject((part as Readonly<Record<string, unknown>>)[type]);
      if (own.has(type) && block !== undefined) return { [type]: block };
      noteOnce(notes, { parameter: "messages", action: "dropped", detail: `parts of type ${type} are not taken by this provider` });
      return undefined;
    }
  }
}
