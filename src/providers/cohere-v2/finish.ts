/** The upstream's word for why an answer ended, in ours. */

import { Fault, type FaultCode } from "../../base/fault.ts";
import type { FinishReason } from "../../wire/chat.ts";

const finishes: ReadonlyMap<string, FinishReason> = new Map([
  ["COMPLETE", "stop"],
  ["STOP_SEQUENCE", "stop"],
  ["MAX_TOKENS", "length"],
  ["ERROR_LIMIT", "length"],
  ["TOOL_CALL", "tool_calls"],
  ["ERROR_TOXIC", "content_filter"],
]);

const failures: ReadonlyMap<string, FaultCode> = new Map([
  ["ERROR", "upstream_failed"],
  ["TIMEOUT", "upstream_timeout"],
]);

/**
 * A word that we do not know is an ordinary end.
 * @throws Fault when the word says that the upstream gave up: such an answer may be had elsewhere.
 */
export function finishReason(native: string): FinishReason {
  const failure = failures.get(native);
  if (failure !== undefined) throw new Fault(failure, "The provider gave up before the answer was finished.", { metadata: { provider_code: native } });
  return finishes.get(native) ?? "stop";
}
