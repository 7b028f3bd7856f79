/** What an upstream's refusal means: one of our faults, with no more of its words than a caller may read. */

import { Fault, faults, type FaultCode } from "../base/fault.ts";
import { withoutSecrets } from "../base/secret.ts";
import { classify } from "./fault-rules.ts";
import { asList, type JsonObject } from "./json.ts";
import { failedStatus, parseErrorBody, readError, type UpstreamError } from "./upstream-error.ts";

/** Upstream text beyond this is cut: it is shown to callers and kept on generations. */
const textMax = 500;

/** Is this body an error, though it came with status 200 or inside a stream? */
export function isError(body: JsonObject): boolean {
  const error = body["error"];
  if (error !== undefined && error !== null && error !== false && error !== "") return true;
  if (failedStatus(body) !== undefined) return true;
  if (body["choices"] !== undefined) return false;
  return (
    body["object"] === "error" || body["type"] === "error" || body["detail"] !== undefined || body["fault"] !== undefined ||
    asList(body["errors"]).length > 0 || (body["message"] !== undefined && (body["code"] !== undefined || body["type"] !== undefined))
  );
}

/** The fault of an error that came inside an answer with status 200. */
export function bodyFault(body: JsonObject): Fault {
  return faultOf({ status: 200, error: readError(body), raw: JSON.stringify(body), retryAfterMs: undefined });
}

/**
 * The fault of an unsuccessful HTTP answer. `headers` have lowercase names; `body` may be JSON of any shape, HTML or
 * nothing. Reads no clock: a date in Retry-After counts from the answer's own Date.
 */
export function upstreamFault(status: number, headers: Readonly<Record<string, string>>, body: string): Fault {
  const parsed = parseErrorBody(body);
  const isMarkup = parsed === undefined;
  // A page with status 403 is a firewall's, often about the prompt: it must not cost us the credential.
  const judged = isMarkup && status === 403 ? 502 : status;
  return faultOf({ status: judged, error: readError(parsed), raw: isMarkup ? "" : body, retryAfterMs: retryAfter(headers) });
}

interface Failure {
  readonly status: number;
  readonly error: UpstreamError;
  readonly raw: string;
  readonly retryAfterMs: number | undefined;
}

function faultOf({ status, error, raw, retryAfterMs }: Failure): Fault {
  const code = classify(status, error);
  const wait = retryAfterMs ?? within(error.retryAfterMs);
  const retry = wait === undefined ? {} : { retryAfterMs: wait };
  // Our own credential, account and bill are nobody else's business.
  if (code === "upstream_credential" || code === "upstream_billing") {
    return new Fault(code, "The provider is not available to this gateway at present.", retry);
  }
  const relayed = faults[code].blames === "caller" ? error.relayed?.message : undefined;
  const message = showable(relayed || error.message);
  return new Fault(code, message === "" ? plainMessage(code, status) : message, {
    ...retry,
    metadata: {
      ...(error.code === undefined ? {} : { provider_code: showable(error.code) }),
      ...(error.parameter === undefined ? {} : { parameter: showable(error.parameter) }),
      ...(raw === "" ? {} : { raw: showable(raw) }),
    },
  });
}

function plainMessage(code: FaultCode, status: number): string {
  return code === "upstream_redirected" ? "The provider answered with a redirect, which is never followed." : `The provider returned an error (status ${status}).`;
}

// Account names in messages ("in organization org-…", "your team 16f2…"), and long random words, which may be credentials of any make.
const accounts = /\b(?:org|proj|acct|account|user|ak)[-_](?=[A-Za-z]*\d)[A-Za-z0-9]{6,}/g;
const namedAccounts = /\b((?:team|account|key id)(?:\/|:? '?))[A-Za-z0-9-]{20,}/gi;
const randomWords = /\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{32,}\b/g;

/** Cleaned before it is cut, so that no half of a secret escapes the patterns. */
function showable(text: string): string {
  const clean = withoutSecrets(text.slice(0, 8 * textMax)).replace(accounts, "[redacted]").replace(namedAccounts, "$1[redacted]").replace(randomWords, "[redacted]");
  return clean.length > textMax ? `${clean.slice(0, textMax - 1)}…` : clean;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Milliseconds; undefined for what cannot be read or lies beyond a day. */
function retryAfter(headers: Readonly<Record<string, string>>): number | undefined {
  const exact = headers["retry-after-ms"];
  if (exact !== undefined && /^\d{1,9}(?:\.\d+)?$/.test(exact)) return within(Math.ceil(Number(exact)));
  const given = headers["retry-after"];
  if (given === undefined) return undefined;
  if (/^\d{1,9}(?:\.\d+)?$/.test(given)) return within(Math.ceil(Number(given) * 1000));
  const until = Date.parse(given) - Date.parse(headers["date"] ?? "");
  return Number.isNaN(until) ? undefined : within(Math.max(0, until));
}

function within(ms: number | undefined): number | undefined {
  return ms !== undefined && ms <= dayMs ? ms : undefined;
}
