/** A failure as an HTTP answer of its own. Source: contract §4. */

import { asFault, faults, type Fault } from "../base/fault.ts";

/** What an error says; the surface or the management API that was called says it in its own words. */
export type EncodeFault = (fault: Fault, requestId: string) => string;

export interface Envelope {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Any thrown value as an HTTP answer. What we did not foresee says nothing about itself: its story is in the log, under
 * the same request id.
 */
export function toEnvelope(error: unknown, requestId: string, encodeFault: EncodeFault): Envelope {
  const fault = asFault(error);
  return { status: faults[fault.code].status, headers: headersOf(fault, requestId), body: encodeFault(fault, requestId) };
}

function headersOf(fault: Fault, requestId: string): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-request-id": requestId,
  };
  if (fault.code === "authentication") headers["www-authenticate"] = "Bearer";
  if (fault.code !== "internal" && fault.retryAfterMs !== undefined) {
    headers["retry-after"] = String(Math.ceil(fault.retryAfterMs / 1000));
  }
  const methods = fault.metadata["allowed_methods"];
  if (fault.code === "method_not_allowed" && Array.isArray(methods)) headers["allow"] = methods.join(", ");
  return headers;
}
