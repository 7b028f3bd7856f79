/**
 * What an upstream's refusal means: one of our faults, with no more of its words than a caller may read. The order of the
 * rules is the order in which one body can be mistaken for another (a bill for a rate limit, a context overflow for bad
 * input). Source: the fault matrix in docs/faults.md; the shapes are those that providers document or were recorded with.
 */

import { Fault, type FaultCode } from "../base/fault.ts";
import { withoutSecrets } from "../base/secret.ts";
import { asList, asObject, asText, type JsonObject } from "./json.ts";

/** Upstream text beyond this is cut: it is shown to callers and kept on generations. */
const textMax = 500;

/** Is this body an error, though it came with status 200 or inside a stream? */
export function isError(body: JsonObject): boolean {
  const error = body["error"];
  if (error !== undefined && error !== null && error !== false && error !== "") return true;
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
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // Not JSON: a proxy's page or plain text. Markup is of no use to a caller.
    parsed = body.includes("<") ? undefined : { message: body.trim() };
  }
  const isMarkup = parsed === undefined;
  // A page with status 403 is a firewall's, often about the prompt: it must not cost us the credential.
  const judged = isMarkup && status === 403 ? 502 : status;
  return faultOf({ status: judged, error: readError(parsed), raw: isMarkup ? "" : body, retryAfterMs: retryAfter(headers) });
}

interface UpstreamError {
  readonly message: string;
  /** Every word that stands for a class: code, type, reason, status. Lowercase. */
  readonly words: readonly string[];
  /** The upstream's own code, as it wrote it. */
  readonly code: string | undefined;
  readonly parameter: string | undefined;
  /** A status inside the body. */
  readonly status: number | undefined;
}

function readError(body: unknown): UpstreamError {
  const outer = asObject(Array.isArray(body) ? body[0] : body) ?? {};
  const first = asObject(asList(outer["errors"])[0]);
  const details = outer["detail"] ?? asObject(outer["message"])?.["detail"];
  const detail = asList(details)[0] ?? details;
  const gateway = asObject(outer["fault"]);
  const inner =
    asObject(outer["error"]) ?? first ?? asObject(asObject(detail)?.["error"]) ?? asObject(detail) ?? asObject(gateway?.["detail"]) ?? asObject(outer["message"]) ?? outer;
  const codes = [inner["code"], inner["errorcode"], inner["error_code"], inner["type"], inner["reason"], inner["status"], outer["code"], outer["type"], asObject(inner["innererror"])?.["code"]]
    .filter((code) => typeof code === "string" || typeof code === "number")
    .map(String)
    .filter((code) => code !== "");
  const location = asList(inner["loc"]).filter((part) => part !== "body").join(".");
  return {
    message:
      firstText(inner["message"], inner["msg"], inner["error"], inner["detail"], outer["error"], outer["message"], detail, asObject(detail)?.["error"], gateway?.["faultstring"], outer["reason"]) ?? "",
    words: codes.map((code) => code.toLowerCase()),
    code: codes[0],
    parameter: asText(inner["param"]) ?? asText(location),
    status: codes.map(Number).find((code) => Number.isInteger(code) && code >= 400 && code < 600),
  };
}

function firstText(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const text = asText(value);
    if (text !== undefined) return text;
  }
  return undefined;
}

interface Failure {
  readonly status: number;
  readonly error: UpstreamError;
  readonly raw: string;
  readonly retryAfterMs: number | undefined;
}

function faultOf({ status, error, raw, retryAfterMs }: Failure): Fault {
  const code = classify(status >= 300 ? status : (error.status ?? statusOfWords(error.words)), error);
  const retry = retryAfterMs === undefined ? {} : { retryAfterMs };
  // Our own credential, account and bill are nobody else's business.
  if (code === "upstream_credential" || code === "upstream_billing") {
    return new Fault(code, "The provider is not available to this gateway at present.", retry);
  }
  const message = showable(error.message);
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

// Account names in messages ("in organization org-…"), and long random words, which may be credentials of any make.
const accounts = /\b(?:org|proj|acct|account|user)[-_](?=[A-Za-z]*\d)[A-Za-z0-9]{6,}/g;
const randomWords = /\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{32,}\b/g;

/** Cleaned before it is cut, so that no half of a secret escapes the patterns. */
function showable(text: string): string {
  const clean = withoutSecrets(text.slice(0, 8 * textMax)).replace(accounts, "[redacted]").replace(randomWords, "[redacted]");
  return clean.length > textMax ? `${clean.slice(0, textMax - 1)}…` : clean;
}

/** An error without a status: its words say which one it stands for. */
function statusOfWords(words: readonly string[]): number {
  const has = (pattern: RegExp) => words.some((word) => pattern.test(word));
  if (has(/insufficient_(?:quota|balance|credits|funds)|billing|payment_required/)) return 402;
  if (has(/rate_?limit|too_many_requests|resource_exhausted/)) return 429;
  if (has(/overload|unavailable|capacity|slow_down/)) return 503;
  if (has(/timeout|deadline/)) return 504;
  if (has(/authenticat|unauthorized|invalid_api_key/)) return 401;
  if (has(/permission/)) return 403;
  if (has(/not_found/)) return 404;
  if (has(/invalid|bad_?request|badrequest|validation|unsupported|context_/)) return 400;
  return 500;
}

interface Rule {
  /** Statuses at which the rule is asked. */
  readonly at: (status: number) => boolean;
  readonly words?: RegExp;
  readonly text?: RegExp;
  readonly code: FaultCode;
}

const isCallers = (status: number) => status === 400 || status === 404 || status === 409 || status === 413 || status === 422;
const isClients = (status: number) => status >= 400 && status < 500;
const anyError = (status: number) => status >= 400;

/**
 * The first rule that fits. A rule without words and text fits at its statuses.
 *
 * Messages of 400-class answers may repeat what the caller wrote. So where a rule puts a credential or an endpoint out of
 * use, its text is anchored at the start: no caller can write a prompt that does that.
 */
const rules: readonly Rule[] = [
  { at: (status) => status >= 300 && status < 400, code: "upstream_redirected" },
  { at: (status) => status === 402 || status === 412, code: "upstream_billing" },
  {
    at: isClients,
    words: /insufficient_(?:quota|balance|credits|funds)|credit_balance|spend_limit|usage_limit_exceeded|billing|not_enough_balance|^3036$/,
    text: /^(?:your credit balance is too low|insufficient (?:account )?(?:balance|credits?|funds)|you have exceeded your monthly (?:included )?credits|you have used up your daily)/i,
    code: "upstream_billing",
  },
  // Written by the model, not by the caller: another try may succeed.
  { at: isCallers, words: /^(?:tool_use_failed|json_validate_failed)$/, code: "upstream_failed" },
  {
    at: (status) => isCallers(status) || status === 403 || status === 451,
    words: /content_?filter|content_policy|content_moderation|responsibleai|moderation|data_inspection_failed|^safety|_safety/,
    text: /content (?:management |usage )?polic|content filter|flagged by|usage (?:policies|guidelines)|moderation|violates? .{0,40}\bsafety|safety (?:check|system|guidelines|polic)/i,
    code: "content_policy_violation",
  },
  { at: (status) => status === 401 || status === 403 || status === 407, code: "upstream_credential" },
  {
    at: isCallers,
    words: /invalid_api_key|authentication_error|deploymentnotfound/,
    text: /^(?:api key not valid|invalid api key|incorrect api key)/i,
    code: "upstream_credential",
  },
  { at: (status) => status === 413, words: /rate_limit|^tokens$/, code: "upstream_rate_limited" },
  {
    at: (status) => isCallers(status) || status >= 500,
    words: /context_length|context_size|context_window|prompt_too_long|max_context/,
    text: /(?:maximum|max) (?:model )?(?:context|sequence) length|context (?:length|window|size)|passed \d+ input tokens|prompt is too long|too many (?:input |prompt )?tokens|max_new_tokens.{0,20}must be|reduce the length of/i,
    code: "context_length_exceeded",
  },
  { at: (status) => status === 413, code: "payload_too_large" },
  { at: isCallers, words: /^3006$/, code: "payload_too_large" },
  { at: (status) => status === 404, text: /\b(?:file|image|url|document)\b/i, code: "invalid_request" },
  { at: (status) => status === 404 || status === 410, code: "upstream_model_missing" },
  {
    at: isCallers,
    words: /model_?not_?found|model_not_available|invalid_model|unknown_model|model_decommissioned|model_not_supported|^5007$/,
    text: /^(?:the )?model\b.{0,120}(?:does not exist|not exist|not found|no longer (?:available|supported)|has been (?:deprecated|decommissioned|retired))|^(?:invalid|unknown|no such) model\b/i,
    code: "upstream_model_missing",
  },
  {
    at: isCallers,
    words: /unsupported_(?:parameter|value)|unknown_(?:parameter|field)|extra_forbidden/,
    text: /(?:unsupported|unknown|unrecognized) (?:request )?(?:parameter|argument|field|value)|extra (?:inputs|fields) (?:are )?not permitted|\b(?:is|are) (?:not supported|unsupported)|does(?: not|n't) support|not supported (?:with|by|for) (?:this|the)|'response_format\.type' must be|requires --enable-auto-tool-choice/i,
    code: "unsupported_parameter",
  },
  { at: (status) => status === 408 || status === 504 || status === 524, code: "upstream_timeout" },
  { at: (status) => status === 429, code: "upstream_rate_limited" },
  { at: (status) => status === 498 || status === 503 || status === 529, code: "upstream_overloaded" },
  { at: (status) => status >= 500, words: /overload|^3040$/, text: /overloaded|loading model|at capacity|out of capacity/i, code: "upstream_overloaded" },
  { at: (status) => status === 400 || status === 431, code: "invalid_request" },
  { at: (status) => status === 422, code: "unprocessable" },
  // Any other refusal speaks of how we called, not of what the caller asked.
  { at: anyError, code: "upstream_failed" },
];

function classify(status: number, error: UpstreamError): FaultCode {
  const text = error.message.slice(0, 2000);
  for (const rule of rules) {
    if (!rule.at(status)) continue;
    if (rule.words === undefined && rule.text === undefined) return rule.code;
    if (rule.words !== undefined && error.words.some((word) => rule.words?.test(word))) return rule.code;
    if (rule.text?.test(text) === true) return rule.code;
  }
  return "upstream_failed";
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

function within(ms: number): number | undefined {
  return ms <= dayMs ? ms : undefined;
}
