/** The one place where a failure becomes what a caller reads, in an answer of its own or in a stream's last event (contract §4). */

import { faults, type Fault } from "./fault.ts";
import { withoutSecrets } from "./secret.ts";

export interface ErrorBody {
  readonly code: number;
  readonly message: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  // The contract shows these three only together (contract §4.5; §10, row 11: some clients read them here).
  readonly error_type?: string;
  readonly http_status?: number;
  readonly availability?: Readonly<Record<string, unknown>>;
}

/** An error as an answer of its own. */
export interface ErrorEnvelope {
  readonly error: ErrorBody;
  readonly openrouter_metadata?: object;
}

export function errorEnvelope(fault: Fault, requestId: string): ErrorEnvelope {
  return { error: errorBody(fault, requestId), ...(fault.routing === undefined ? {} : { openrouter_metadata: fault.routing }) };
}

/** What we did not foresee says nothing about itself: its story is in the log, under the same request id. */
export function errorBody(fault: Fault, requestId: string): ErrorBody {
  const { status, type } = faults[fault.code];
  const own = { error_type: type, request_id: requestId, docs_url: docsUrlOf(fault) };
  if (fault.code === "internal") return { code: status, message: "Internal Server Error", metadata: own };
  return {
    code: status,
    message: withoutSecrets(fault.message),
    ...(fault.availability === undefined ? {} : { error_type: type, http_status: status, availability: fault.availability }),
    metadata: { ...withoutSecretTexts(fault.metadata), ...own },
  };
}

/** Where this installation says what the error means and what helps: a path from its root, as in `availability`. */
function docsUrlOf({ code }: Fault): string {
  return `/docs/errors#${code}`;
}

// An upstream's own words travel in the metadata (`raw`), and some upstreams repeat the credential they were sent.
function withoutSecretTexts(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, typeof value === "string" ? withoutSecrets(value) : value]));
}
