/** What a response says of its own failure. */

import { Fault } from "../../base/fault.ts";
import { asObject, asText, type JsonObject } from "../json.ts";
import { bodyFault } from "../upstream-fault.ts";

/** Codes that speak of what the caller sent, though no word in them says so. */
const callers: ReadonlySet<unknown> = new Set([
  "bio_policy", "image_too_large", "image_too_small", "image_parse_error", "image_file_too_large", "image_content_policy_violation", "empty_image_file", "failed_to_download_image",
]);

/** The fault of an `error` event, or of the `error` of a response that failed; either may be missing. */
export function failureOf(error: JsonObject | undefined): Fault {
  if (error === undefined) return new Fault("upstream_failed", "The provider gave up before the answer was finished.");
  const code = asText(error["code"]);
  return bodyFault({ error: callers.has(code) ? { ...error, status: 400 } : error });
}

/** An `error` event holds its error, or is it. */
export function errorOf(event: JsonObject): JsonObject {
  const { type: _type, sequence_number: _number, error, ...flat } = event;
  const text = asText(error);
  return asObject(error) ?? (text === undefined ? flat : { message: text });
}
