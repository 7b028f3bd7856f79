import { expect, test } from "vitest";
import type { MediaKind } from "../providers/adapter.ts";
import { sniffedType } from "./media-type.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const png = bytes("\x89PNG\r\n\x1a\n....");
const mp4 = bytes("\0\0\0\x18ftypisom");

const cases: readonly (readonly [what: string, bytes: Buffer, kind: MediaKind, declared: string, type: string | undefined])[] = [
  ["a PNG", png, "image", "", "image/png"],
  ["a PNG that is called a JPEG", png, "image", "image/jpeg", "image/png"],
  ["a JPEG", bytes("\xff\xd8\xff\xe0"), "image", "", "image/jpeg"],
  ["a GIF", bytes("GIF89a"), "image", "", "image/gif"],
  ["a WebP", bytes("RIFF\0\0\0\0WEBPVP8 "), "image", "", "image/webp"],
  ["a page that is called a PNG", bytes("<html>"), "image", "image/png", undefined],
  ["an SVG, which is a program", bytes("<svg xmlns=''/>"), "image", "image/svg+xml", undefined],
  ["a sound that is asked for as an image", bytes("RIFF\0\0\0\0WAVEfmt "), "image", "", undefined],
  ["a WAV", bytes("RIFF\0\0\0\0WAVEfmt "), "audio", "", "audio/wav"],
  ["an MP3", bytes("ID3\x04"), "audio", "", "audio/mpeg"],
  ["sound in a container of films", mp4, "audio", "", "audio/mp4"],
  ["a film", mp4, "video", "", "video/mp4"],
  ["a QuickTime film", bytes("\0\0\0\x14ftypqt  "), "video", "", "video/quicktime"],
  ["a PDF", bytes("%PDF-1.7\n"), "file", "text/html", "application/pdf"],
  ["a page that is called a PDF", bytes("<html>"), "file", "application/pdf", undefined],
  ["a table", bytes("a,b\n1,2"), "file", "text/csv; charset=utf-8", "text/csv"],
  ["a page", bytes("<html>"), "file", "text/html", undefined],
  ["bytes that are called a text", bytes("\xff\xfe\x00"), "file", "text/plain", undefined],
  ["a text that is called nothing", bytes("hello"), "file", "", undefined],
  ["a text document", bytes("PK\x03\x04"), "file", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["any archive", bytes("PK\x03\x04"), "file", "application/zip", undefined],
  ["nothing", Buffer.alloc(0), "image", "image/png", undefined],
];

test.each(cases)("%s", (_what, given, kind, declared, type) => {
  expect(sniffedType(given, kind, declared)).toBe(type);
});
