/** The parts of a message or of a tool's output, in canonical words. */

import type { ContentPart } from "../../wire/chat.ts";
import { isAbsent } from "../body.ts";
import { invalid, list, record, text, type Fields } from "../check.ts";

const anyText = text();
const anyLength = text(Number.MAX_SAFE_INTEGER);

/** A single part of nothing but text becomes that text: some upstreams take no lists. */
export function readContent(value: unknown, path: string): string | readonly ContentPart[] {
  if (typeof value === "string") return anyText(value, path);
  const parts = list(value, path).map((item, index) => readPart(record(item, `${path}[${index}]`), `${path}[${index}]`));
  const [first] = parts;
  return parts.length === 1 && first?.type === "text" && Object.keys(first).length === 2 ? first.text : parts;
}

export interface Speech {
  readonly content: string;
  readonly refusal: string | undefined;
}

/** What an assistant said: text, or a refusal. */
export function readSpeech(value: unknown, path: string): Speech {
  if (isAbsent(value)) return { content: "", refusal: undefined };
  if (typeof value === "string") return { content: anyText(value, path), refusal: undefined };
  let content = "";
  let refusal: string | undefined;
  list(value, path).forEach((item, index) => {
    const part = record(item, `${path}[${index}]`);
    switch (part["type"]) {
      case "output_text":
      case "input_text":
      case "text":
        content += anyText(part["text"], `${path}[${index}].text`);
        return;
      case "refusal":
        refusal = (refusal ?? "") + anyText(part["refusal"], `${path}[${index}].refusal`);
        return;
      default:
        throw invalid(`${path}[${index}].type`, "must be output_text or refusal in a message of the assistant");
    }
  });
  return { content, refusal };
}

function readPart(part: Fields, path: string): ContentPart {
  const { type, ...rest } = part;
  switch (type) {
    case "input_text":
    case "output_text":
    case "text":
      return { ...markersOf(rest), type: "text", text: anyText(part["text"], `${path}.text`) };
    case "input_image":
      return { ...markersOf(rest), type: "image_url", image_url: readImage(part, path) };
    case "input_file":
      return { ...markersOf(rest), type: "file", file: readFile(part, path) };
    case "input_audio": {
      const audio = record(part["input_audio"], `${path}.input_audio`);
      return { type, input_audio: { data: anyLength(audio["data"], `${path}.input_audio.data`), format: anyText(audio["format"], `${path}.input_audio.format`) } };
    }
    case "input_video":
      return { type: "video_url", video_url: { url: anyLength(part["video_url"], `${path}.video_url`) } };
    case "refusal":
      return { type: "text", text: anyText(part["refusal"], `${path}.refusal`) };
    default:
      throw invalid(`${path}.type`, "must be one of input_text, input_image, input_file, input_audio, input_video, output_text, refusal");
  }
}

/** Marks for the prompt cache, under the names that they have in every dialect. */
function markersOf({ cache_control: control, prompt_cache_breakpoint: breakpoint }: Fields): Fields {
  return { ...(isAbsent(control) ? undefined : { cache_control: control }), ...(isAbsent(breakpoint) ? undefined : { prompt_cache_breakpoint: breakpoint }) };
}

function readImage(part: Fields, path: string): { url: string; detail?: string } {
  const { image_url: url, detail, file_id: fileId } = part;
  if (isAbsent(url) && !isAbsent(fileId)) throw invalid(`${path}.file_id`, "names a file, and none are kept here; send image_url, an address or a data URL");
  return { url: anyLength(url, `${path}.image_url`), ...(isAbsent(detail) ? undefined : { detail: anyText(detail, `${path}.detail`) }) };
}

function readFile(part: Fields, path: string): { filename?: string; file_data?: string; file_id?: string } {
  const { filename, file_data: data, file_url: url, file_id: id } = part;
  if (isAbsent(data) && isAbsent(url) && isAbsent(id)) throw invalid(path, "must have file_data, file_url or file_id");
  return {
    ...(isAbsent(filename) ? undefined : { filename: anyText(filename, `${path}.filename`) }),
    ...(isAbsent(data) ? (isAbsent(url) ? undefined : { file_data: anyText(url, `${path}.file_url`) }) : { file_data: anyLength(data, `${path}.file_data`) }),
    ...(isAbsent(id) ? undefined : { file_id: anyText(id, `${path}.file_id`) }),
  };
}
