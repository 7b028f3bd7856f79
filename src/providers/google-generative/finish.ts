/** Google's word for why a candidate ended, in ours. Source: ai.google.dev/api/generate-content, FinishReason. */

import { Fault } from "../../base/fault.ts";
import type { FinishReason } from "../../wire/chat.ts";

const finishes: ReadonlyMap<string, FinishReason> = new Map([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ["SAFETY", "content_filter"],
  ["RECITATION", "content_filter"],
  ["LANGUAGE", "content_filter"],
  ["BLOCKLIST", "content_filter"],
  ["PROHIBITED_CONTENT", "content_filter"],
  ["SPII", "content_filter"],
  ["MODEL_ARMOR", "content_filter"],
  ["IMAGE_SAFETY", "content_filter"],
  ["IMAGE_PROHIBITED_CONTENT", "content_filter"],
  ["IMAGE_RECITATION", "content_filter"],
]);

/** The model went astray, or nobody says why: another try, or another endpoint, may do better. */
const failures: ReadonlySet<string> = new Set([
  "OTHER", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE", "NO_IMAGE", "IMAGE_OTHER",
]);

/**
 * A model that calls a function stops like any other. A word that we do not know is an ordinary end.
 * @throws Fault upstream_failed when the word says that the model gave up: such an answer is not billed.
 */
export function finishReason(native: string, hasCalls: boolean): FinishReason {
  if (failures.has(native)) {
    throw new Fault("upstream_failed", "The provider gave up before the answer was finished.", { metadata: { provider_code: native } });
  }
  const finish = finishes.get(native) ?? "stop";
  return finish === "stop" && hasCalls ? "tool_calls" : finish;
}
