/** Images, documents, sound and films as blocks: their bytes, or where they lie in S3. */

import { Fault } from "../../base/fault.ts";
import type { JsonObject } from "../json.ts";

const formats: Readonly<Record<string, readonly [kind: "image" | "document" | "audio" | "video", format: string]>> = {
  "image/png": ["image", "png"], "image/jpeg": ["image", "jpeg"], "image/jpg": ["image", "jpeg"], "image/gif": ["image", "gif"], "image/webp": ["image", "webp"],
  "application/pdf": ["document", "pdf"], "text/csv": ["document", "csv"], "application/msword": ["document", "doc"],
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ["document", "docx"], "application/vnd.ms-excel": ["document", "xls"],
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ["document", "xlsx"], "text/html": ["document", "html"], "text/markdown": ["document", "md"],
  "video/mp4": ["video", "mp4"], "video/quicktime": ["video", "mov"], "video/x-matroska": ["video", "mkv"], "video/webm": ["video", "webm"], "video/mpeg": ["video", "mpeg"],
  "audio/mpeg": ["audio", "mp3"], "audio/mp3": ["audio", "mp3"], "audio/wav": ["audio", "wav"], "audio/x-wav": ["audio", "wav"], "audio/flac": ["audio", "flac"],
  "audio/ogg": ["audio", "ogg"], "audio/aac": ["audio", "aac"], "audio/mp4": ["audio", "m4a"],
};

const extensions: ReadonlyMap<string, string> = new Map([
  ["pdf", "application/pdf"], ["csv", "text/csv"], ["doc", "application/msword"], ["docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["xls", "application/vnd.ms-excel"], ["xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], ["html", "text/html"], ["md", "text/markdown"],
  ["txt", "text/plain"], ["png", "image/png"], ["jpg", "image/jpeg"], ["jpeg", "image/jpeg"], ["gif", "image/gif"], ["webp", "image/webp"], ["mp4", "video/mp4"],
]);

export interface Media {
  /** A data URL, an `s3:` one, or base64 alone. */
  readonly url: string;
  readonly filename?: string | undefined;
  /** What it is where nothing says so. */
  readonly usualType: string;
  /** Gives a document its name, of which no two in a request may be the same. */
  readonly nameOf: (filename: string | undefined) => string;
}

/** @throws Fault unsupported_parameter for an address that would have to be fetched, and for a kind of file that is not taken. */
export function encodeMedia({ url, filename, usualType, nameOf }: Media): JsonObject {
  if (/^https?:/i.test(url)) throw refused("This endpoint does not fetch URLs: send the file as a data URL.");
  const isStored = url.startsWith("s3://");
  const { mediaType, bytes } = isStored ? { mediaType: undefined, bytes: "" } : readData(url);
  const type = mediaType ?? typeByName(filename ?? (isStored ? url : "")) ?? usualType;
  const [kind, format] = formats[type] ?? (isText(type) ? (["document", "txt"] as const) : []);
  if (kind === undefined) throw refused(`This endpoint does not take files of type ${type.slice(0, 100)}.`);
  const source = isStored ? { s3Location: { uri: url } } : { bytes };
  return { [kind]: { format, ...(kind === "document" ? { name: nameOf(filename) } : {}), source } };
}

/** The names of the documents of one request: of letters, digits, single spaces and a few signs, each once. */
export function createDocumentNames(): (filename: string | undefined) => string {
  const taken = new Set<string>();
  return (filename) => {
    const plain = (filename ?? "").replace(/\.[^.]*$/, "").replace(/[^a-zA-Z0-9\-()[\]]+/g, " ").trim().slice(0, 180) || "document";
    let name = plain;
    for (let round = 2; taken.has(name); round++) name = `${plain} ${round}`;
    taken.add(name);
    return name;
  };
}

const dataUrl = /^data:([^;,]*)((?:;[^;,]*)*),/i;

function readData(url: string): { readonly mediaType: string | undefined; readonly bytes: string } {
  const [head, type = "", options = ""] = dataUrl.exec(url.slice(0, 1000)) ?? [];
  if (head === undefined) return { mediaType: undefined, bytes: url };
  const rest = url.slice(head.length);
  const mediaType = type === "" || type === "application/octet-stream" ? undefined : type.toLowerCase();
  return { mediaType, bytes: /;base64$/i.test(options) ? rest : Buffer.from(unescaped(rest)).toString("base64") };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function typeByName(name: string): string | undefined {
  return extensions.get(/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? "");
}

/** Text of every kind is plain text here. */
function isText(type: string): boolean {
  return type.startsWith("text/") || /^application\/(?:(?:[\w.-]+\+)?(?:json|xml|yaml)|javascript|x-yaml|x-ndjson)$/.test(type);
}

function refused(message: string): Fault {
  return new Fault("unsupported_parameter", message, { metadata: { parameter: "messages" } });
}
