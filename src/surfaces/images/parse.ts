import type { ImageParameters, ImageRequest } from "../../wire/image.ts";
import { isAbsent } from "../body.ts";
import { bool, integer, invalid, list, oneOf, record, text, type Fields } from "../check.ts";
import { readHead, readTaskJson } from "../task-fields.ts";

export const aspectRatios = [
  "1:1", "1:2", "1:4", "1:8", "2:1", "2:3", "3:2", "3:4", "4:1", "4:3", "4:5", "5:4", "8:1", "9:16", "16:9", "9:19.5", "19.5:9", "9:20", "20:9", "9:21", "21:9", "auto",
] as const;

const readers: Readonly<Record<keyof ImageParameters, (value: unknown, path: string) => unknown>> = {
  n: integer(1, 10),
  size: text(32),
  resolution: oneOf(["512", "1K", "2K", "4K"]),
  aspect_ratio: oneOf(aspectRatios),
  quality: oneOf(["auto", "low", "medium", "high"]),
  background: oneOf(["auto", "transparent", "opaque"]),
  output_format: oneOf(["png", "jpeg", "webp", "svg"]),
  output_compression: integer(0, 100),
  seed: integer(Number.MIN_SAFE_INTEGER),
};

// OpenAI's clients ask for base64 by this name; nothing else is ever given.
const own = ["prompt", "input_references", "stream", "response_format", "partial_images", ...Object.keys(readers)];
const referencesMax = 16;

/** @throws Fault invalid_request naming the field and what was expected. */
export function parse(body: Uint8Array, contentType: string): ImageRequest {
  const fields = readTaskJson(body, contentType);
  const prompt = text()(fields["prompt"], "prompt");
  if (prompt === "") throw invalid("prompt", "must not be empty");
  if (!isAbsent(fields["response_format"])) oneOf(["b64_json"])(fields["response_format"], "response_format");
  const parameters = readParameters(fields);
  checkShape(parameters);
  return {
    ...readHead(fields, own),
    task: "image",
    stream: isAbsent(fields["stream"]) ? false : bool(fields["stream"], "stream"),
    prompt,
    references: isAbsent(fields["input_references"]) ? [] : readReferences(fields["input_references"]),
    parameters,
  };
}

function readParameters(fields: Fields): ImageParameters {
  const given = Object.entries(readers).filter(([name]) => !isAbsent(fields[name]));
  return Object.fromEntries(given.map(([name, read]) => [name, read(fields[name], name)]));
}

function readReferences(value: unknown): readonly string[] {
  const items = list(value, "input_references");
  if (items.length > referencesMax) throw invalid("input_references", `takes at most ${referencesMax} pictures; this has ${items.length}`);
  return items.map((item, index) => {
    const path = `input_references[${index}]`;
    const part = record(item, path);
    oneOf(["image_url"])(part["type"], `${path}.type`);
    return text(Number.MAX_SAFE_INTEGER)(record(part["image_url"], `${path}.image_url`)["url"], `${path}.image_url.url`);
  });
}

/** Pixels say both the ratio and the resolution: whoever says one of these as well must mean the same. */
function checkShape({ size, aspect_ratio: ratio, resolution }: ImageParameters): void {
  const pixels = /^(\d{1,5})x(\d{1,5})$/.exec(size ?? "");
  if (pixels === null) return;
  const [width, height] = [Number(pixels[1]), Number(pixels[2])];
  if (width === 0 || height === 0) throw invalid("size", "must be of at least one pixel each way");
  const [wide = 1, high = 1] = (ratio ?? "auto").split(":").map(Number);
  const isAsWide = ratio === undefined || ratio === "auto" || Math.abs(width / height / (wide / high) - 1) < 0.02;
  if (!isAsWide) throw invalid("size", `${size} is not of the aspect_ratio ${ratio}; send one of them`);
  if (resolution !== undefined && resolution !== tierOf(Math.max(width, height))) throw invalid("size", `${size} is not of the resolution ${resolution}; send one of them`);
}

function tierOf(pixels: number): string {
  return pixels <= 512 ? "512" : pixels <= 1536 ? "1K" : pixels <= 2560 ? "2K" : "4K";
}
