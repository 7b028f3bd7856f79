/** The upstream's word for why an answer ended, in ours. */

import { Fault } from "../../base/fault.ts";
import type { FinishReason } from "../../wire/chat.ts";

const finishes: ReadonlyMap<string, FinishReason> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
  ["guardrail_intervened", "content_filter"],
  ["content_filtered", "content_filter"],
]);

/**
 * A word that we do not know is an ordinary end.
 * @throws Fault when the word says that the model's answer could not be read: it may be had elsewhere.
 */
export function finishReason(native: string): FinishReason {
  if (native.startsWith("malformed_")) throw new Fault("upstream_failed", "The provider could not read what the model said.", { metadata: { provider_code: native } });
  return finishes.get(native) ?? "stop";
}
