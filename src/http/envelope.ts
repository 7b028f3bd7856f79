/** The only place in the product where a failure becomes bytes. Source: contract §4. */

import { asFault, faults, type Fault } from "../base/fault.ts";
import { withoutSecrets } from "../base/secret.ts";

export interface Envelope {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

/** `error` as the caller sees it, in an answer of its own or in a stream's last event. */
export interface ErrorBody {
  readonly error: {
    readonly code: number;
    readonly message: string;
    readonly metadata: Readonly<Record<string, unknown>>;
    // The contract shows these three only together (contract §4.5; §10, row 11: some clients read them here).
    readonly error_type?: string;
    readonly http_status?: number;
    readonly availability?: Readonly<Record<string, unknown>>;
  };
}

/**
 * Any thrown value as an HTTP answer. What we did not foresee says nothing about itself: its story is in the log, under
 * the same request id.
 */
export function toEnvelope(error: unknown, requestId: string): Envelope {
  const fault = asFault(error);
  const { status } = faults[fault.code];
  return { status, headers: headersOf(fault, requestId), body: { error: errorOf(fault, requestId) } };
}

function errorOf(fault: Fault, requestId: string): ErrorBody["error"] {
  const { status, type } = faults[fault.code];
  if (fault.code === "internal") {
    return { code: status, message: "Internal Server Error", metadata: { error_type: type, request_id: requestId } };
  }
  return {
    code: status,
    message: withoutSecrets(fault.message),
    ...(fault.availability === undefined ? {} : { error_type: type, http_status: status, availability: fault.availability }),
    metadata: { ...withoutSecretTexts(fault.metadata), error_type: type, request_id: requestId },
  };
}

// An upstream's own words travel in the metadata (`raw`), and some upstreams repeat the credential they were sent.
function withoutSecretTexts(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, typeof value === "string" ? withoutSecrets(value) : value]),
  );
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
