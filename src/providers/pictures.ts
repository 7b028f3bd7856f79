/** The pictures of an answer. */

import type { ImageAnswer } from "../wire/image.ts";
import { asList, asObject, asText } from "./json.ts";
import { garbled } from "./task-json.ts";

/** @throws Fault upstream_garbled where there is none, or one that would have to be fetched first. */
export function readPictures(data: unknown): ImageAnswer["images"] {
  const images = asList(data).map((item) => {
    const base64 = asText(asObject(item)?.["b64_json"]);
    if (base64 === undefined) throw garbled("gives a picture by its address, which is not fetched");
    return { base64, mediaType: mediaTypeOf(base64) };
  });
  if (images.length === 0) throw garbled("has no picture");
  return images;
}

/** By the first bytes: what a provider says it has made is not always what it made. */
export function mediaTypeOf(base64: string): string | undefined {
  return signatures.find(([start]) => base64.startsWith(start))?.[1];
}

const signatures: readonly (readonly [string, string])[] = [
  ["iVBORw0KGgo", "image/png"], ["/9j/", "image/jpeg"], ["UklGR", "image/webp"], ["R0lGOD", "image/gif"], ["PHN2Zy", "image/svg+xml"], ["PD94bWwg", "image/svg+xml"],
];
