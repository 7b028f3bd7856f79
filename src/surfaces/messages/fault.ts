/** Errors in this dialect's envelope. Source: contract §4.7. */

import { errorBody } from "../../base/error-body.ts";
import type { Fault } from "../../base/fault.ts";
import type { RouterMetadata } from "../surface.ts";

export function encodeFault(fault: Fault, requestId: string): string {
  return JSON.stringify(faultEnvelope(fault, requestId, fault.routing));
}

export function faultEnvelope(fault: Fault, requestId: string, routing: RouterMetadata | object | undefined): object {
  const { code, message, availability, metadata } = errorBody(fault, requestId);
  const { error_type: errorType, request_id: _id, ...more } = metadata;
  return {
    type: "error",
    error: { type: typeOf(String(errorType), code), message, error_type: errorType, ...(availability === undefined ? {} : { availability }) },
    request_id: requestId,
    ...(Object.keys(more).length === 0 ? {} : { metadata: more }),
    ...(routing === undefined ? {} : { openrouter_metadata: routing }),
  };
}

const types: ReadonlyMap<string, string> = new Map([
  ["authentication", "authentication_error"],
  ["permission_denied", "permission_error"],
  ["payment_required", "billing_error"],
  ["not_found", "not_found_error"],
  ["rate_limit_exceeded", "rate_limit_error"],
  ["provider_overloaded", "overloaded_error"],
  ["timeout", "timeout_error"],
]);

/** What is wrong with a request is one class here, whatever its status. */
function typeOf(errorType: string, status: number): string {
  return types.get(errorType) ?? (status < 500 ? "invalid_request_error" : "api_error");
}
