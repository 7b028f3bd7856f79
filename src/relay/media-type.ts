/** What bytes are, by their first words and not by what somebody says of them. */

import type { MediaKind } from "../providers/adapter.ts";

/**
 * The media type of `bytes` where they are of that kind; undefined where they are not. `declared` is what their server calls
 * them: it is believed of text alone, and of formats that share one signature.
 */
export function sniffedType(bytes: Buffer, kind: MediaKind, declared: string): string | undefined {
  if (kind === "file") return signatureOf(bytes, documents) ?? textOrOffice(bytes, declared) ?? signatureOf(bytes, images);
  const found = signatureOf(bytes, kinds[kind]);
  // One container for sound and film.
  return found === "video/mp4" && kind === "audio" ? "audio/mp4" : found;
}

interface Signature {
  readonly type: string;
  /** A place and the Latin-1 text that stands there. */
  readonly marks: readonly (readonly [at: number, text: string])[];
}

const images: readonly Signature[] = [
  { type: "image/png", marks: [[0, "\x89PNG\r\n\x1a\n"]] },
  { type: "image/jpeg", marks: [[0, "\xff\xd8\xff"]] },
  { type: "image/gif", marks: [[0, "GIF87a"]] },
  { type: "image/gif", marks: [[0, "GIF89a"]] },
  { type: "image/webp", marks: [[0, "RIFF"], [8, "WEBP"]] },
];

const mp4: Signature = { type: "video/mp4", marks: [[4, "ftyp"]] };

const sounds: readonly Signature[] = [
  { type: "audio/wav", marks: [[0, "RIFF"], [8, "WAVE"]] },
  { type: "audio/mpeg", marks: [[0, "ID3"]] },
  { type: "audio/aac", marks: [[0, "\xff\xf1"]] },
  { type: "audio/aac", marks: [[0, "\xff\xf9"]] },
  { type: "audio/mpeg", marks: [[0, "\xff\xfb"]] },
  { type: "audio/mpeg", marks: [[0, "\xff\xf3"]] },
  { type: "audio/mpeg", marks: [[0, "\xff\xf2"]] },
  { type: "audio/ogg", marks: [[0, "OggS"]] },
  { type: "audio/flac", marks: [[0, "fLaC"]] },
  { type: "audio/aiff", marks: [[0, "FORM"], [8, "AIF"]] },
  mp4,
];

const films: readonly Signature[] = [
  { type: "video/quicktime", marks: [[4, "ftypqt"]] },
  mp4,
  { type: "video/webm", marks: [[0, "\x1a\x45\xdf\xa3"]] },
  { type: "video/mpeg", marks: [[0, "\x00\x00\x01\xba"]] },
  { type: "video/mpeg", marks: [[0, "\x00\x00\x01\xb3"]] },
  { type: "video/avi", marks: [[0, "RIFF"], [8, "AVI "]] },
];

const documents: readonly Signature[] = [{ type: "application/pdf", marks: [[0, "%PDF-"]] }];

const kinds: Readonly<Record<Exclude<MediaKind, "file">, readonly Signature[]>> = { image: images, audio: sounds, video: films };

function signatureOf(bytes: Buffer, signatures: readonly Signature[]): string | undefined {
  return signatures.find(({ marks }) => marks.every(([at, text]) => bytes.toString("latin1", at, at + text.length) === text))?.type;
}

const textType = /^(?:text\/(?!html)[\w.+-]+|application\/(?:[\w.-]+\+)?(?:json|xml|yaml))$/;
const officeType = /^application\/vnd\.openxmlformats-officedocument\.[\w.-]+$/;

/** A page of HTML is mostly an error or a sign-in, and never what was meant as a file. */
function textOrOffice(bytes: Buffer, declared: string): string | undefined {
  const type = declared.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (officeType.test(type)) return bytes.toString("latin1", 0, 4) === "PK\x03\x04" ? type : undefined;
  return textType.test(type) && isText(bytes) ? type : undefined;
}

function isText(bytes: Buffer): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
