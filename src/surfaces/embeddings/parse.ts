import type { ContentPart } from "../../wire/chat.ts";
import type { EmbeddingInput, EmbeddingRequest } from "../../wire/embedding.ts";
import { isAbsent } from "../body.ts";
import { integer, invalid, isRecord, list, oneOf, record, text, type Fields } from "../check.ts";
import { readHead, readTaskJson } from "../task-fields.ts";

const own = ["input", "dimensions", "encoding_format", "input_type"];
const inputsMax = 4_096;
const tokensMax = 1_000_000;

/** @throws Fault invalid_request naming the field and what was expected. */
export function parse(body: Uint8Array, contentType: string): EmbeddingRequest {
  const fields = readTaskJson(body, contentType);
  return {
    ...readHead(fields, own),
    task: "embeddings",
    inputs: readInputs(fields["input"]),
    dimensions: isAbsent(fields["dimensions"]) ? undefined : integer(1, 65_536)(fields["dimensions"], "dimensions"),
    encoding: isAbsent(fields["encoding_format"]) ? "float" : oneOf(["float", "base64"])(fields["encoding_format"], "encoding_format"),
    inputType: isAbsent(fields["input_type"]) ? undefined : text(64)(fields["input_type"], "input_type"),
  };
}

/** A list of numbers is one input, written in tokens. */
function readInputs(value: unknown): readonly EmbeddingInput[] {
  if (!Array.isArray(value)) return [readInput(value, "input")];
  if (typeof value[0] === "number") return [readTokens(value, "input")];
  if (value.length === 0) throw invalid("input", "must hold at least one text");
  if (value.length > inputsMax) throw invalid("input", `takes at most ${inputsMax.toLocaleString("en")} inputs; this has ${value.length.toLocaleString("en")}`);
  return value.map((item, index) => readInput(item, `input[${index}]`));
}

function readInput(value: unknown, path: string): EmbeddingInput {
  if (Array.isArray(value)) return readTokens(value, path);
  if (isRecord(value)) return { content: readParts(value, path) };
  const written = text()(value, path);
  if (written === "") throw invalid(path, "must not be empty");
  return written;
}

function readTokens(value: readonly unknown[], path: string): readonly number[] {
  if (value.length === 0 || value.length > tokensMax) throw invalid(path, "must hold at least one token");
  const isTokens = value.every((token) => Number.isSafeInteger(token) && (token as number) >= 0);
  if (!isTokens) throw invalid(path, "must be texts, or tokens as whole numbers");
  return value as readonly number[];
}

function readParts(given: Fields, path: string): readonly ContentPart[] {
  const parts = list(record(given, path)["content"], `${path}.content`);
  if (parts.length === 0) throw invalid(`${path}.content`, "must hold at least one part");
  return parts.map((part, index) => readPart(record(part, `${path}.content[${index}]`), `${path}.content[${index}]`));
}

/** In the words of a conversation's parts, which the adapters know. */
function readPart(part: Fields, path: string): ContentPart {
  const type = oneOf(["text", "image_url", "input_audio", "input_video", "input_file"])(part["type"], `${path}.type`);
  switch (type) {
    case "text":
      return { type, text: text()(part["text"], `${path}.text`) };
    case "image_url":
      return { type, image_url: { url: text()(record(part["image_url"], `${path}.image_url`)["url"], `${path}.image_url.url`) } };
    case "input_audio": {
      const { data, format } = readMedia(part[type], `${path}.${type}`);
      return { type, input_audio: { data, format: format ?? "wav" } };
    }
    case "input_video": {
      const { data, format } = readMedia(part[type], `${path}.${type}`);
      return { type: "video_url", video_url: { url: asUrl(data, `video/${format ?? "mp4"}`) } };
    }
    case "input_file": {
      const { data, format } = readMedia(part[type], `${path}.${type}`);
      return { type: "file", file: { file_data: asUrl(data, `application/${format ?? "pdf"}`) } };
    }
  }
}

function readMedia(value: unknown, path: string): { readonly data: string; readonly format: string | undefined } {
  const media = record(value, path);
  return { data: text(Number.MAX_SAFE_INTEGER)(media["data"], `${path}.data`), format: isAbsent(media["format"]) ? undefined : text(32)(media["format"], `${path}.format`) };
}

function asUrl(data: string, mediaType: string): string {
  return /^(?:data|https?):/.test(data) ? data : `data:${mediaType};base64,${data}`;
}
