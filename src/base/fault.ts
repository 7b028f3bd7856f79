/**
 * Everything a caller or an upstream can make go wrong, in one table: the HTTP status, the contract's `error_type`,
 * whether another endpoint may be tried, and whom it counts against. docs/faults.md lists the same rows; a test holds
 * the two together. Source of the types: contract §4.3. Source of the rules: the fault matrix in docs/faults.md.
 */

/** Whom a failure counts against. Only "endpoint" makes an endpoint one to avoid; "caller" never counts anywhere. */
export type Blame = "caller" | "endpoint" | "model" | "credential" | "capacity" | "gateway";

interface FaultRow {
  readonly status: number;
  /** The contract's vocabulary, in `error.metadata.error_type`. */
  readonly type: string;
  /** May the next endpoint of the plan be tried, as long as the caller has received nothing? */
  readonly elsewhere: boolean;
  readonly blames: Blame;
}

export const faults = {
  // The caller's request
  invalid_request:           { status: 400, type: "invalid_request",         elsewhere: false, blames: "caller" },
  model_not_found:           { status: 400, type: "invalid_request",         elsewhere: false, blames: "caller" },
  context_length_exceeded:   { status: 400, type: "context_length_exceeded", elsewhere: true,  blames: "caller" },
  unsupported_parameter:     { status: 400, type: "invalid_request",         elsewhere: true,  blames: "caller" },
  content_policy_violation:  { status: 400, type: "content_policy_violation", elsewhere: false, blames: "caller" },
  authentication:            { status: 401, type: "authentication",          elsewhere: false, blames: "caller" },
  payment_required:          { status: 402, type: "payment_required",        elsewhere: false, blames: "caller" },
  permission_denied:         { status: 403, type: "permission_denied",       elsewhere: false, blames: "caller" },
  key_limit_exceeded:        { status: 403, type: "payment_required",        elsewhere: false, blames: "caller" },
  not_found:                 { status: 404, type: "not_found",               elsewhere: false, blames: "caller" },
  no_endpoints:              { status: 404, type: "not_found",               elsewhere: false, blames: "caller" },
  method_not_allowed:        { status: 405, type: "invalid_request",         elsewhere: false, blames: "caller" },
  request_timeout:           { status: 408, type: "timeout",                 elsewhere: false, blames: "caller" },
  payload_too_large:         { status: 413, type: "payload_too_large",       elsewhere: true,  blames: "caller" },
  unsupported_media_type:    { status: 415, type: "invalid_request",         elsewhere: false, blames: "caller" },
  unprocessable:             { status: 422, type: "unprocessable",           elsewhere: false, blames: "caller" },
  rate_limit_exceeded:       { status: 429, type: "rate_limit_exceeded",     elsewhere: false, blames: "caller" },
  client_closed:             { status: 499, type: "invalid_request",         elsewhere: false, blames: "caller" },

  // An upstream
  upstream_rate_limited:     { status: 429, type: "rate_limit_exceeded",     elsewhere: true,  blames: "capacity" },
  upstream_overloaded:       { status: 503, type: "provider_overloaded",     elsewhere: true,  blames: "endpoint" },
  upstream_failed:           { status: 502, type: "provider_unavailable",    elsewhere: true,  blames: "endpoint" },
  upstream_unreachable:      { status: 502, type: "provider_unavailable",    elsewhere: true,  blames: "endpoint" },
  upstream_refused:          { status: 502, type: "provider_unavailable",    elsewhere: true,  blames: "endpoint" },
  upstream_unconnected:      { status: 504, type: "timeout",                 elsewhere: true,  blames: "endpoint" },
  upstream_untrusted:        { status: 502, type: "provider_unavailable",    elsewhere: true,  blames: "endpoint" },
  upstream_redirected:       { status: 502, type: "provider_unavailable",    elsewhere: true,  blames: "endpoint" },
  upstream_garbled:          { status: 502, type: "provider_unavailable",    elsewhere: true,  blames: "endpoint" },
  upstream_timeout:          { status: 504, type: "timeout",                 elsewhere: true,  blames: "endpoint" },
  upstream_model_missing:    { status: 404, type: "not_found",               elsewhere: true,  blames: "endpoint" },
  upstream_credential:       { status: 503, type: "provider_unavailable",    elsewhere: true,  blames: "credential" },
  upstream_billing:          { status: 503, type: "provider_unavailable",    elsewhere: true,  blames: "credential" },
  empty_completion:          { status: 502, type: "provider_unavailable",    elsewhere: true,  blames: "endpoint" },
  invalid_tool_calls:        { status: 502, type: "provider_unavailable",    elsewhere: true,  blames: "model" },
  stream_truncated:          { status: 502, type: "provider_unavailable",    elsewhere: true,  blames: "endpoint" },
  stream_stalled:            { status: 504, type: "timeout",                 elsewhere: true,  blames: "endpoint" },
  provider_disconnected:     { status: 502, type: "provider_unavailable",    elsewhere: true,  blames: "endpoint" },

  // The gateway
  temporarily_unavailable:   { status: 503, type: "provider_overloaded",     elsewhere: false, blames: "gateway" },
  storage_unavailable:       { status: 503, type: "server",                  elsewhere: false, blames: "gateway" },
  shutting_down:             { status: 503, type: "server",                  elsewhere: false, blames: "gateway" },
  internal:                  { status: 500, type: "server",                  elsewhere: false, blames: "gateway" },
} as const satisfies Record<string, FaultRow>;

export type FaultCode = keyof typeof faults;

export interface FaultDetail {
  /** Sent to the caller as `error.metadata`: field names, provider names, amounts. Never a secret, never a raw body. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Sent as `error.availability` (contract §4.5). */
  readonly availability?: Readonly<Record<string, unknown>>;
  readonly retryAfterMs?: number;
  /** Sent as `openrouter_metadata` beside the error (contract §5.10), to callers who asked for it. */
  readonly routing?: object;
  /** For the log alone. */
  readonly cause?: unknown;
}

/** A failure that a caller may see: the message names the cause and, where there is one, the field and the fix. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly availability: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterMs: number | undefined;
  readonly routing: object | undefined;

  constructor(code: FaultCode, message: string, detail: FaultDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.metadata = detail.metadata ?? {};
    this.availability = detail.availability;
    this.retryAfterMs = detail.retryAfterMs;
    this.routing = detail.routing;
  }
}

/** Any thrown value as a Fault. What we did not foresee becomes `internal` and says nothing about itself. */
export function asFault(error: unknown): Fault {
  return error instanceof Fault ? error : new Fault("internal", "Internal Server Error", { cause: error });
}
