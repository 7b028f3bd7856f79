/** Blocks that a caller sends, as parts that every provider may be sent. */

import type { ContentPart } from "../../wire/chat.ts";
import { isAbsent } from "../body.ts";
import { invalid, isRecord, record, text, type Fields } from "../check.ts";

const anyText = text();
/** Data may be as long as the body. */
const data = text(Number.MAX_SAFE_INTEGER);

/** What a message says: a string where one says it all, because not every provider takes parts. */
export function contentOf(parts: readonly ContentPart[]): string | readonly ContentPart[] {
  const [only] = parts;
  return parts.length === 1 && only?.type === "text" && only["cache_control"] === undefined ? only.text : parts;
}

export function readPart(block: Fields, path: string): readonly ContentPart[] {
  const parts = readBlock(block, path);
  const last = parts.at(-1);
  if (last === undefined || !isRecord(block["cache_control"])) return parts;
  return [...parts.slice(0, -1), { ...last, cache_control: block["cache_control"] }];
}

function readBlock(block: Fields, path: string): readonly ContentPart[] {
  switch (block["type"]) {
    case "text":
      return [{ type: "text", text: anyText(block["text"], `${path}.text`) }];
    case "image":
      return [readImage(record(block["source"], `${path}.source`), `${path}.source`)];
    case "document":
      return readDocument(block, path);
    case "search_result":
      return readSearchResult(block, path);
    default:
      // One that we do not know may be one that the provider knows.
      return [block as ContentPart];
  }
}

function readImage(source: Fields, path: string): ContentPart {
  switch (source["type"]) {
    case "base64":
      return { type: "image_url", image_url: { url: dataUrl(source, path) } };
    case "url":
      return { type: "image_url", image_url: { url: anyText(source["url"], `${path}.url`) } };
    case "file":
      return { type: "file", file: { file_id: anyText(source["file_id"], `${path}.file_id`) } };
    default:
      throw invalid(`${path}.type`, "must be one of base64, url, file");
  }
}

function readDocument(block: Fields, path: string): readonly ContentPart[] {
  const source = record(block["source"], `${path}.source`);
  const title = isAbsent(block["title"]) ? undefined : anyText(block["title"], `${path}.title`);
  switch (source["type"]) {
    case "base64":
      return [{ type: "file", file: { filename: title ?? "document.pdf", file_data: dataUrl(source, `${path}.source`) } }];
    case "url":
      return [{ type: "file", file: { filename: title ?? "document.pdf", file_data: anyText(source["url"], `${path}.source.url`) } }];
    case "file":
      return [{ type: "file", file: { file_id: anyText(source["file_id"], `${path}.source.file_id`) } }];
    case "text":
      return titled(title, [{ type: "text", text: data(source["data"], `${path}.source.data`) }]);
    case "content":
      return titled(title, readInner(source["content"], `${path}.source.content`));
    default:
      throw invalid(`${path}.source.type`, "must be one of base64, url, text, content, file");
  }
}

function readSearchResult(block: Fields, path: string): readonly ContentPart[] {
  const { title, source } = block;
  const heading = [title, source].filter((line) => typeof line === "string").join("\n");
  return titled(heading, readInner(block["content"], `${path}.content`));
}

function readInner(value: unknown, path: string): readonly ContentPart[] {
  if (typeof value === "string") return [{ type: "text", text: anyText(value, path) }];
  if (!Array.isArray(value)) throw invalid(path, "must be a string or an array of blocks");
  return value.flatMap((item, index) => readPart(record(item, `${path}[${index}]`), `${path}[${index}]`));
}

/** Text documents have no place for a title elsewhere: it goes before them. */
function titled(title: string | undefined, parts: readonly ContentPart[]): readonly ContentPart[] {
  return title === undefined || title === "" ? parts : [{ type: "text", text: title }, ...parts];
}

function dataUrl(source: Fields, path: string): string {
  return `data:${text(128)(source["media_type"], `${path}.media_type`)};base64,${data(source["data"], `${path}.data`)}`;
}
