/** Why an answer ended, in this dialect's words. */

import type { FinishReason } from "../../wire/chat.ts";
import type { Fields } from "../check.ts";

const own: ReadonlySet<string> = new Set(["end_turn", "max_tokens", "model_context_window_exceeded", "stop_sequence", "tool_use", "pause_turn", "refusal", "compaction"]);

export interface Ending {
  readonly finish: FinishReason | null;
  /** The upstream's own word. */
  readonly native: string | null;
  readonly hasCalls: boolean;
  readonly refusal: string | undefined;
}

export function stopFields({ finish, native, hasCalls, refusal }: Ending, extra: Fields): Fields {
  const reason = stopReason({ finish, native, hasCalls, refusal });
  return {
    stop_reason: reason,
    stop_sequence: extra["stop_sequence"] ?? null,
    stop_details: extra["stop_details"] ?? (reason === "refusal" ? { type: "refusal", category: null, explanation: refusal ?? null } : null),
    container: extra["container"] ?? null,
  };
}

function stopReason({ finish, native, hasCalls, refusal }: Ending): string | null {
  if (native !== null && own.has(native)) return native;
  switch (finish) {
    case "length":
      return "max_tokens";
    case "content_filter":
      return "refusal";
    case "tool_calls":
      return "tool_use";
    case "stop":
      // Some say only that they stopped, whether they called tools or not.
      return refusal !== undefined ? "refusal" : hasCalls ? "tool_use" : "end_turn";
    case "error":
    case null:
      return null;
  }
}
