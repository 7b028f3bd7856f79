import { errorEnvelope } from "../base/error-body.ts";
import type { Fault } from "../base/fault.ts";

/** All tasks answer a failure in the same words (contract §4.1). */
export function encodeFault(fault: Fault, requestId: string): string {
  return JSON.stringify(errorEnvelope(fault, requestId));
}
