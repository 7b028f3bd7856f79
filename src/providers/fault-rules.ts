/**
 * Which fault an upstream's error is. The order of the rules is the order in which one error can be mistaken for another
 * (a bill for a rate limit, a context overflow for bad input). Source: the fault matrix in docs/faults.md; the words are
 * those of test/fixtures/faults.
 */

import { faults, type FaultCode } from "../base/fault.ts";
import type { UpstreamError } from "./upstream-error.ts";

interface Rule {
  /** Statuses at which the rule is asked. A rule without patterns fits at all of them. */
  readonly at: (status: number) => boolean;
  /** Of one of the error's words. */
  readonly words?: RegExp;
  /** Of the message at its start. */
  readonly starts?: RegExp;
  /** Of the message anywhere, but for what it quotes. */
  readonly says?: RegExp;
  readonly code: FaultCode;
}

const isOneOf = (...statuses: readonly number[]) => (status: number) => statuses.includes(status);
const isCallers = isOneOf(400, 404, 409, 413, 416, 422);
/** Also the statuses that speak of rights, but are used for refusals of a prompt or of one model. */
const isRefusal = (status: number) => isCallers(status) || status === 403 || status === 451;
const isServers = (status: number) => status >= 500;
const isAny = (status: number) => status >= 400;

/** What a caller may name in a request besides the model, and the provider keeps. */
const callersThings = "vector|file|image|audio|video|voice|document|item|container|prompt|conversation|response|message|thread|assistant|agent|batch|upload|skill|cache|session|tool|connector|mcp|knowledge|guardrail";

/**
 * Messages may repeat what the caller wrote. So a rule that puts a credential or an endpoint out of use looks at words and
 * at the start of the message alone: no caller can write a prompt that does that.
 */
const rules: readonly Rule[] = [
  { at: (status) => status >= 300 && status < 400, code: "upstream_redirected" },
  { at: isOneOf(402, 412), code: "upstream_billing" },
  {
    at: isAny,
    words: /insufficient_(?:quota|balance|credits|funds)|credit_balance|spend_limit|usage_limit_exceeded|billing|not_enough_balance|current_quota|arrearage|freetieronly|^(?:1113|3036|4006)$/,
    starts: new RegExp(
      [
        /your credit balance is too low|insufficient (?:account )?(?:balance|credits?|funds)|sorry, your account balance is insufficient|余额不足/,
        /you have exceeded your monthly (?:included )?credits|you have used up your daily|you \S+ have reached your \w+ usage limit/,
        /your (?:newly created )?team\b.{0,60} (?:has either used all available credits|doesn't have any credits)/,
        /your account\b.{0,140}(?:insufficient balance|exceeded current quota)|account \S+ is suspended, possibly due to reaching/,
        /access denied(?: due to overdue account|, please make sure your account is in good standing)/,
        /the selected model requires paid balance|key limit exceeded|inference prohibited, please enter a payment|inactive subscription/,
        /you are using a trial key, which is limited to \d+ api calls \/ month/,
        /your prepayment credits are depleted|your project has exceeded its (?:monthly )?spending cap/,
      ].map((pattern) => `^(?:${pattern.source})`).join("|"),
      "i",
    ),
    code: "upstream_billing",
  },
  // The model's mistake, or the server's: another try may succeed.
  { at: isCallers, words: /^(?:tool_use_failed|json_validate_failed)$/, starts: /^(?:the model has crashed|failed to load model|function id \S+ degraded)/i, code: "upstream_failed" },
  {
    at: isRefusal,
    words: /content_?filter|content_policy|responsibleai|moderation|data_?inspection|^safety|_safety|^1301$/,
    says: /content (?:management |usage )?polic|content filter|flagged (?:as|by|for)|usage (?:polic|guidelines)|requires moderation|violates? .{0,40}\bsafety|safety (?:check|system|guidelines|polic)|inappropriate content|considered high risk|content exists risk|new_sensitive/i,
    code: "content_policy_violation",
  },
  {
    at: isRefusal,
    words: /model_?not_?found|model_not_available|model_not_supported|model_decommissioned|model_permission|model_terms|model[_.]?access_?denied|invalid_model|unknown_model|operationnotsupported|deploymentnotfound|^(?:1211|5007|5016)$/,
    starts: /^(?:the )?(?:requested )?model\b.{0,120}(?:does not exist|not exist|not found|no longer (?:available|supported)|has been (?:deprecated|decommissioned|retired)|not supported (?:by any|by provider|for task))|^(?:invalid|unknown|no such) model\b|^\S+ is not a valid model id|^unable to access (?:non-serverless )?model|^access to model \S+ is restricted|^models\/\S+ is not found|^publisher model\b|^project \S+ does not have access to model|^no handler found on route|^invocation of model id \S+ with on-demand|^the provided model identifier is invalid|^you don't have access to the model\b|^model access is denied|^this model version has reached/i,
    code: "upstream_model_missing",
  },
  { at: isOneOf(413), words: /rate_limit|^tokens$/, code: "upstream_rate_limited" },
  { at: isOneOf(400), words: /^servicequotaexceeded/, code: "upstream_rate_limited" },
  {
    at: (status) => isRefusal(status) || isServers(status),
    words: /context_(?:length|size|window|exceeded)|tokens_limit|^1261$/,
    says: /(?:maximum|max) (?:model )?(?:context|sequence|prompt|input) length|context (?:length|window|size|limit)|passed \d+ input tokens|prompt (?:is )?too long|too many (?:input |prompt )?tokens|input token count|model token limit|tokens \+ `?max_new_tokens|`inputs` must have less than|range of input length|n_keep .{0,20}n_ctx|max_seq_len|reduce the length of|input is too long for|number of input tokens exceeds/i,
    code: "context_length_exceeded",
  },
  // A firewall in front: often about the prompt, so it must not cost us the credential.
  { at: isOneOf(403), starts: /^error code: 10\d\d/i, code: "upstream_failed" },
  { at: isOneOf(401, 403, 407), code: "upstream_credential" },
  {
    at: isCallers,
    words: /invalid_api_key|authentication_error|organization_restricted/,
    starts: /^(?:api key (?:not valid|not found|expired)|invalid api key|incorrect api key|user location is not supported|your account is not authorized to invoke|operation not allowed$)/i,
    code: "upstream_credential",
  },
  { at: isCallers, words: /^3006$/, says: /total message size \d+ exceeds|request payload size exceeds/i, code: "payload_too_large" },
  { at: isOneOf(413), code: "payload_too_large" },
  { at: isOneOf(404), starts: /^.{0,80}no endpoints found that support/i, code: "unsupported_parameter" },
  // Of the model, of the road to it, or of nothing in particular. Any other thing that is missing is one that the caller named.
  {
    at: isOneOf(404, 410),
    starts: new RegExp(
      [
        /(?:(?:404 )?(?:page |resource )?not[ _]found\W*)?$/,
        /(?:the requested url|invalid url \(|cannot (?:get|post))\b|function '[\da-f-]{36}'/,
        new RegExp(`(?:(?!\\b(?:${callersThings})|['"\`[]).){0,100}?\\b(?:models?|deployments?|endpoints?|routes?)\\b`),
      ].map((pattern) => `^(?:${pattern.source})`).join("|"),
      "i",
    ),
    code: "upstream_model_missing",
  },
  {
    at: (status) => isCallers(status) || isServers(status),
    words: /unsupported_(?:parameter|value)|unknown_(?:parameter|field)|extra_forbidden|^not_supported_error$/,
    starts: /^(?:unsupported param\b|tools param requires|image input is not supported)/i,
    says: /\bmax_(?:completion_|new_)?tokens\b.{0,40}(?:too large|exceeds|must be (?:less|<)|valid range|is limited)|range of max_tokens|maximum tokens you requested exceeds? the model limit/i,
    code: "unsupported_parameter",
  },
  {
    at: isCallers,
    says: /(?:unsupported|unknown|unrecognized) (?:request )?(?:parameter|argument|field|value)|extra (?:inputs|fields) (?:are )?not permitted|extraneous key \S+ is not permitted|\b(?:is|are) (?:not supported|unsupported)|does(?: not|n't) support|not supported (?:with|by|for|on) (?:this|the)|requires --enable-auto-tool-choice|response_format\S* (?:must be|type is unavailable)|not a multimodal model|supports at most|at most \d+ (?:image|audio|video)|only supports? stream|parameter\.\w+ must be set|only \S+ is allowed for this model/i,
    code: "unsupported_parameter",
  },
  { at: isOneOf(408, 504, 524), code: "upstream_timeout" },
  { at: isOneOf(429), words: /^modelnotready/, code: "upstream_overloaded" },
  { at: isOneOf(429), code: "upstream_rate_limited" },
  { at: isOneOf(498, 503, 529), code: "upstream_overloaded" },
  { at: isOneOf(500, 502), words: /overload|^3040$/, says: /overloaded|loading model|currently loading|at capacity/i, code: "upstream_overloaded" },
  { at: isOneOf(400, 404, 410, 416, 431), code: "invalid_request" },
  { at: isOneOf(422), code: "unprocessable" },
  // Any other refusal speaks of how we called, not of what the caller asked.
  { at: isAny, code: "upstream_failed" },
];

/** The fault of an error that came with this status; a status below 300 stands for none. */
export function classify(status: number, error: UpstreamError): FaultCode {
  const code = ruleOf(status >= 300 ? status : (error.status ?? statusOfWords(error.words)), error);
  if (error.relayed === undefined || (code !== "invalid_request" && code !== "unprocessable")) return code;
  // A server behind the upstream may know better what is wrong with the request. Of keys and bills it says only its own.
  const relayed = classify(status, error.relayed);
  return faults[relayed].blames === "caller" ? relayed : code;
}

function ruleOf(status: number, error: UpstreamError): FaultCode {
  const message = error.message.slice(0, 2000).replace(prefix, "");
  const unquoted = message.replace(quoted, (quote) => (/\s/.test(quote) ? "''" : quote));
  const fits = ({ at, words, starts, says }: Rule) =>
    at(status) &&
    ((words === undefined && starts === undefined && says === undefined) ||
      error.words.some((word) => words?.test(word)) || starts?.test(message) === true || says?.test(unquoted) === true);
  return rules.find(fits)?.code ?? "upstream_failed";
}

/** What servers put in front of the message of a server behind them: "AiError: ", "<400> InternalError.Algo: ", "[1113][". */
const prefix = /^(?:aierror: |<\d{3}> [\w.]+: |\[\w+\]\[)/i;
const quoted = /(?<!\w)'[^']*'(?!\w)|"[^"]*"/g;

/** Asked in this order of an error without a status: its words say which one it stands for. */
const statusWords: readonly (readonly [words: RegExp, status: number])[] = [
  [/insufficient_(?:quota|balance|credits|funds)|billing|payment_required|current_quota|arrearage/, 402],
  [/rate_?limit|too_many_requests|resource_exhausted|throttl/, 429],
  [/overload|unavailable|capacity|slow_down/, 503],
  [/timeout|deadline/, 504],
  [/authenticat|unauthorized|invalid_api_key/, 401],
  [/permission/, 403],
  [/not_found/, 404],
  [/invalid|bad_?request|badrequest|validation|unsupported|context_|content_?filter|content_policy|data_?inspection/, 400],
];

function statusOfWords(words: readonly string[]): number {
  return statusWords.find(([pattern]) => words.some((word) => pattern.test(word)))?.[1] ?? 500;
}
