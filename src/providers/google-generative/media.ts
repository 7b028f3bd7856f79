/** Media as parts: data goes inline, and of URLs only those that Google itself can open. */

import { Fault } from "../../base/fault.ts";
import type { ContentPart } from "../../wire/chat.ts";
import type { Target } from "../adapter.ts";
import { isVertex } from "../vertex.ts";

export interface InlineData {
  readonly mimeType: string;
  readonly data: string;
}

export type MediaPart = { readonly inlineData: InlineData } | { readonly fileData: { readonly mimeType?: string; readonly fileUri: string } };

type Media = Extract<ContentPart, { readonly type: "image_url" | "input_audio" | "file" | "video_url" }>;

/** @throws Fault unsupported_parameter for a URL that would have to be fetched, invalid_request for data that cannot be read. */
export function encodeMedia(part: Media, target: Target): MediaPart {
  switch (part.type) {
    case "image_url":
      return encodeUrl(part.image_url.url, { what: "image", target });
    case "video_url":
      return encodeUrl(part.video_url.url, { what: "video", target });
    case "input_audio": {
      const { data, format } = part.input_audio;
      return { inlineData: { mimeType: audioTypes[format] ?? `audio/${format}`, data: data.startsWith("data:") ? readDataUrl(data).data : data } };
    }
    case "file":
      return encodeFile(part.file, target);
  }
}

/** Films of its own, and what was uploaded to it. */
export function opensUrl(url: string, target: Target): boolean {
  return youtube.test(url) || url.startsWith("gs://") || url.startsWith(`${target.baseUrl}/files/`);
}

/** The contents of a data URL; undefined for any other URL. */
export function inlineDataOf(url: string): InlineData | undefined {
  return url.startsWith("data:") ? readDataUrl(url) : undefined;
}

function encodeFile(file: Extract<ContentPart, { readonly type: "file" }>["file"], target: Target): MediaPart {
  const { file_data: data, file_id: id, filename } = file;
  if (data === undefined || data === "") {
    if (id === undefined) throw invalid("A file part needs file_data or file_id.");
    return encodeUrl(/^files\/[\w-]+$/.test(id) ? `${target.baseUrl}/${id}` : id, { what: "file", target, filename });
  }
  if (/^(?:data|https?|gs):/.test(data)) return encodeUrl(data, { what: "file", target, filename });
  return { inlineData: { mimeType: typeByName(filename ?? "") ?? "application/octet-stream", data } };
}

interface UrlContext {
  readonly what: "image" | "video" | "file";
  readonly target: Target;
  readonly filename?: string | undefined;
}

function encodeUrl(url: string, { what, target, filename }: UrlContext): MediaPart {
  if (url.startsWith("data:")) {
    const inlineData = readDataUrl(url);
    const named = inlineData.mimeType === "application/octet-stream" ? typeByName(filename ?? "") : undefined;
    return { inlineData: named === undefined ? inlineData : { ...inlineData, mimeType: named } };
  }
  const isVideo = youtube.test(url);
  if (!opensUrl(url, target)) {
    throw new Fault("unsupported_parameter", `This endpoint does not fetch URLs: send the ${what} as a data URL.`, { metadata: { parameter: "messages" } });
  }
  // Vertex asks for a type always; elsewhere it may be left out.
  const mimeType = typeByName(filename ?? url) ?? (isVertex(target.baseUrl) ? usualTypes[isVideo ? "video" : what] : undefined);
  return { fileData: { ...(mimeType === undefined ? {} : { mimeType }), fileUri: url } };
}

const youtube = /^https?:\/\/(?:(?:www|m)\.)?(?:youtube\.com\/|youtu\.be\/)/i;
const usualTypes = { image: "image/jpeg", video: "video/mp4", file: "application/pdf" } as const;

/** Without a regular expression over the data, which may be megabytes. */
function readDataUrl(url: string): InlineData {
  const comma = url.indexOf(",");
  if (comma === -1 || comma > headMax) throw invalid("A data URL has no data.");
  const [type = "", ...settings] = url.slice("data:".length, comma).split(";");
  const given = type.toLowerCase();
  const mimeType = given === "" ? "text/plain" : (sameTypes[given] ?? given);
  const data = url.slice(comma + 1);
  if (settings.at(-1)?.trim().toLowerCase() === "base64") return { mimeType, data };
  try {
    return { mimeType, data: Buffer.from(decodeURIComponent(data)).toString("base64") };
  } catch (error) {
    throw invalid("A data URL cannot be read.", error);
  }
}

const headMax = 1000;

function invalid(message: string, cause?: unknown): Fault {
  return new Fault("invalid_request", message, { metadata: { field: "messages" }, cause });
}

/** Names that Google refuses, and what it calls the same. */
const sameTypes: Readonly<Record<string, string>> = { "image/jpg": "image/jpeg", "audio/mpeg": "audio/mp3", "audio/x-wav": "audio/wav", "video/quicktime": "video/mov" };

/** The public audio formats that are not their own subtype. pcm16 and pcm24 are OpenAI's: 24 kHz. */
const audioTypes: Readonly<Record<string, string>> = { m4a: "audio/mp4", pcm16: "audio/pcm;rate=24000", pcm24: "audio/pcm;rate=24000" };

function typeByName(name: string): string | undefined {
  const extension = /\.(\w{1,5})(?:[?#]|$)/.exec(name.slice(-300))?.[1]?.toLowerCase();
  return extension === undefined ? undefined : types.get(extension);
}

const types: ReadonlyMap<string, string> = new Map([
  ["pdf", "application/pdf"], ["json", "application/json"], ["txt", "text/plain"], ["md", "text/markdown"], ["csv", "text/csv"], ["html", "text/html"], ["xml", "text/xml"],
  ["png", "image/png"], ["jpg", "image/jpeg"], ["jpeg", "image/jpeg"], ["webp", "image/webp"], ["gif", "image/gif"], ["heic", "image/heic"], ["heif", "image/heif"],
  ["mp3", "audio/mp3"], ["wav", "audio/wav"], ["aac", "audio/aac"], ["ogg", "audio/ogg"], ["flac", "audio/flac"], ["aiff", "audio/aiff"], ["m4a", "audio/mp4"],
  ["mp4", "video/mp4"], ["mpeg", "video/mpeg"], ["mov", "video/mov"], ["avi", "video/avi"], ["webm", "video/webm"], ["wmv", "video/wmv"], ["flv", "video/x-flv"],
]);
