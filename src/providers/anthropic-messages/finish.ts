import type { FinishReason } from "../../wire/chat.ts";

const finishes: ReadonlyMap<string, FinishReason> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["pause_turn", "stop"],
  ["compaction", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
  ["refusal", "content_filter"],
]);

/** The upstream's word for why an answer ended, in ours. One that we do not know is an ordinary end. */
export function finishReason(native: string): FinishReason {
  return finishes.get(native) ?? "stop";
}
