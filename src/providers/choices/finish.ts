/** The upstream's word for why an answer ended, in ours. Source: contract §3.3. */

import { Fault, type FaultCode } from "../../base/fault.ts";
import type { FinishReason } from "../../wire/chat.ts";

const finishes: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  ["eos", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["model_length", "length"],
  ["tool_calls", "tool_calls"],
  ["function_call", "tool_calls"],
  ["content_filter", "content_filter"],
]);

const failures: ReadonlyMap<string, FaultCode> = new Map([
  ["error", "upstream_failed"],
  ["insufficient_system_resource", "upstream_overloaded"],
]);

/**
 * A word that we do not know is an ordinary end; the surface shows it as it is in `native_finish_reason`.
 * @throws Fault when the word says that the upstream gave up: such an answer is not billed, and may be had elsewhere.
 */
export function finishReason(native: string): FinishReason {
  const failure = failures.get(native);
  if (failure !== undefined) {
    throw new Fault(failure, "The provider gave up before the answer was finished.", { metadata: { provider_code: native } });
  }
  return finishes.get(native) ?? "stop";
}
