import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faults, type FaultCode } from "../base/fault.ts";
import { bodyFault, isError, upstreamFault } from "./upstream-fault.ts";

interface Case {
  readonly name: string;
  readonly status: number;
  readonly body: unknown;
  readonly code: FaultCode;
}

const recordedBill = readFileSync(new URL("../../test/fixtures/openai/responses.error.1.json", import.meta.url), "utf8");
const recordedParameter = readFileSync(new URL("../../test/fixtures/openai/reasoning-model-legacy-parameter-error.json", import.meta.url), "utf8");

// Written by us after the shapes that providers document, but for the two that are read from recordings.
const cases: readonly Case[] = [
  { name: "a rate limit", status: 429, body: { error: { message: "Rate limit reached", type: "requests", code: "rate_limit_exceeded" } }, code: "upstream_rate_limited" },
  { name: "a rate limit in a flat body", status: 429, body: { object: "error", message: "Service tier capacity exceeded for this model.", type: "service_tier_capacity_exceeded", code: "3505" }, code: "upstream_rate_limited" },
  { name: "a rate limit without a body", status: 429, body: "", code: "upstream_rate_limited" },
  { name: "a quota of requests that calls itself a plan", status: 429, body: { error: { code: 429, message: "You exceeded your current quota, please check your plan.", status: "RESOURCE_EXHAUSTED" } }, code: "upstream_rate_limited" },
  { name: "slow down", status: 429, body: { error: { message: "Slow down", type: "requests", code: "slow_down" } }, code: "upstream_rate_limited" },
  { name: "out of capacity, in a list of errors", status: 429, body: { errors: [{ code: 3040, message: "Capacity temporarily exceeded" }] }, code: "upstream_rate_limited" },
  { name: "a request over the tokens per minute", status: 413, body: { error: { message: "Request too large for model on tokens per minute", type: "tokens", code: "rate_limit_exceeded" } }, code: "upstream_rate_limited" },
  { name: "a recorded bill with status 429", status: 429, body: recordedBill, code: "upstream_billing" },
  { name: "a spend limit", status: 429, body: { error: { message: "No", type: "insufficient_quota", code: "organization_spend_limit_exceeded" } }, code: "upstream_billing" },
  { name: "a used-up day", status: 429, body: { errors: [{ code: 3036, message: "you have used up your daily free allocation" }] }, code: "upstream_billing" },
  { name: "payment required", status: 402, body: { error: { message: "Insufficient Balance", type: "unknown_error", param: null, code: "invalid_request_error" } }, code: "upstream_billing" },
  { name: "a suspended account", status: 412, body: { error: { message: "Account suspended" } }, code: "upstream_billing" },
  { name: "no balance, by reason", status: 403, body: { code: 403, reason: "NOT_ENOUGH_BALANCE", message: "not enough balance" }, code: "upstream_billing" },
  { name: "a wrong key", status: 401, body: { error: { message: "Incorrect API key provided: sk-abc", code: "invalid_api_key" } }, code: "upstream_credential" },
  { name: "a wrong key, as a page", status: 401, body: "<html><head><title>401 Authorization Required</title></head></html>", code: "upstream_credential" },
  { name: "a wrong key with status 400", status: 400, body: { error: { message: "API key not valid. Please pass a valid API key.", status: "INVALID_ARGUMENT" } }, code: "upstream_credential" },
  { name: "no permission", status: 403, body: { detail: "Forbidden" }, code: "upstream_credential" },
  { name: "a firewall's page", status: 403, body: "<html><body>Sorry, you have been blocked</body></html>", code: "upstream_failed" },
  { name: "moderation with status 403", status: 403, body: { code: "permission-denied", error: "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_X" }, code: "content_policy_violation" },
  { name: "a blocked prompt", status: 400, body: { error: { message: "The response was filtered due to the prompt triggering the content management policy.", code: "content_filter", innererror: { code: "ResponsibleAIPolicyViolation" } } }, code: "content_policy_violation" },
  { name: "a missing model", status: 404, body: { error: { message: "The model `x` does not exist", code: "model_not_found" } }, code: "upstream_model_missing" },
  { name: "a missing model in text", status: 404, body: { error: "model 'x' not found, try pulling it first" }, code: "upstream_model_missing" },
  { name: "a missing model with status 400", status: 400, body: { object: "error", message: "Invalid model: x", type: "invalid_model", code: "1500" }, code: "upstream_model_missing" },
  { name: "a missing model by number", status: 400, body: { errors: [{ code: 5007, message: "No such model" }] }, code: "upstream_model_missing" },
  { name: "a file that the caller named", status: 404, body: { error: { message: "No such File object: file-1", param: "id" } }, code: "invalid_request" },
  ...[
    "Vector store with id ['vs_1'] not found.", "Vector store with id ['the model'] not found.", "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false.",
    "Previous response with id 'model' not found.", "Container not found.", "Prompt with id 'pmpt_1' not found.", "Conversation with id 'conv_1' not found.", "No such File object: model",
    "MCP server 'model' not found", "Requested entity was not found.", "'model' not found",
  ].map((message) => ({ name: `something else that the caller named (${message})`, status: 404, body: { error: { message, type: "invalid_request_error" } }, code: "invalid_request" as const })),
  ...["Not Found", "404 page not found", "", "Invalid URL (POST /v1/chat/completions)", "The requested URL /v1/chat was not found on this server.", "The deployment is gone", "This endpoint has been removed."]
    .map((message) => ({ name: `a missing road to the model (${message})`, status: 404, body: { error: { message } }, code: "upstream_model_missing" as const })),
  { name: "context, by code", status: 400, body: { error: { message: "too long", code: "context_length_exceeded" } }, code: "context_length_exceeded" },
  { name: "context, older text", status: 400, body: { object: "error", message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens", type: "BadRequestError", param: null, code: 400 }, code: "context_length_exceeded" },
  { name: "context, newer text", status: 400, body: { error: { message: "You passed 5000 input tokens and requested 100 output tokens.", type: "BadRequestError", code: 400 } }, code: "context_length_exceeded" },
  { name: "context, by type", status: 400, body: { error: { code: 400, type: "exceed_context_size_error", message: "the request exceeds the available context size", n_prompt_tokens: 5000, n_ctx: 4096 } }, code: "context_length_exceeded" },
  { name: "context with status 422", status: 422, body: { error: { message: "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193." } }, code: "context_length_exceeded" },
  { name: "a body too large", status: 413, body: "<html>413 Request Entity Too Large</html>", code: "payload_too_large" },
  { name: "a recorded unsupported parameter", status: 400, body: recordedParameter, code: "unsupported_parameter" },
  { name: "a forbidden extra field", status: 422, body: { detail: [{ type: "extra_forbidden", loc: ["body", "top_k"], msg: "Extra inputs are not permitted" }] }, code: "unsupported_parameter" },
  { name: "an unsupported property", status: 400, body: { error: { message: "property 'reasoning' is unsupported", type: "invalid_request_error" } }, code: "unsupported_parameter" },
  { name: "tools that need a flag", status: 400, body: { object: "error", message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', type: "BadRequestError", code: 400 }, code: "unsupported_parameter" },
  { name: "bad input", status: 400, body: { error: { message: "messages: at least one message is required", type: "invalid_request_error" } }, code: "invalid_request" },
  { name: "bad input, with where", status: 422, body: { detail: [{ type: "missing", loc: ["body", "messages", 0, "role"], msg: "Field required" }] }, code: "unprocessable" },
  { name: "bad input, with where inside a message", status: 422, body: { object: "error", message: { detail: [{ type: "less_than_equal", loc: ["body", "temperature"], msg: "Input should be less than or equal to 1" }] } }, code: "unprocessable" },
  { name: "a tool call that the model wrote wrong", status: 400, body: { error: { message: "Failed to call a function.", type: "invalid_request_error", code: "tool_use_failed", failed_generation: "<x>" } }, code: "upstream_failed" },
  { name: "overloaded", status: 529, body: { error: { message: "Overloaded" } }, code: "upstream_overloaded" },
  { name: "loading", status: 503, body: { error: { code: 503, message: "Loading model", type: "unavailable_error" } }, code: "upstream_overloaded" },
  { name: "no flexible capacity", status: 498, body: { error: { message: "capacity_exceeded" } }, code: "upstream_overloaded" },
  { name: "a gateway's fault", status: 500, body: { fault: { faultstring: "Internal", detail: { errorcode: "messaging.adaptors.http.flow.ServiceUnavailable" } } }, code: "upstream_failed" },
  { name: "a proxy's page", status: 502, body: "<html><title>502 Bad Gateway</title></html>", code: "upstream_failed" },
  { name: "a timeout", status: 504, body: "upstream request timeout", code: "upstream_timeout" },
  { name: "a timeout of the request", status: 408, body: { message: "Request timed out" }, code: "upstream_timeout" },
  { name: "a list with an error", status: 500, body: [{ error: { code: 500, message: "Internal" } }], code: "upstream_failed" },
  { name: "a redirect", status: 307, body: "", code: "upstream_redirected" },
  { name: "a refusal of how we called", status: 405, body: { detail: "Method Not Allowed" }, code: "upstream_failed" },
];

const textOf = (body: unknown) => (typeof body === "string" ? body : JSON.stringify(body));

describe("an unsuccessful answer", () => {
  test.each(cases)("$name is $code", ({ status, body, code }) => {
    const fault = upstreamFault(status, {}, textOf(body));
    expect(fault.code).toBe(code);
    expect(fault.message).not.toBe("");
    expect(fault.message).not.toMatch(/<\w/);
  });

  test.each(cases.filter(({ code }) => faults[code].blames === "credential"))("$name says nothing of our account", ({ status, body }) => {
    const fault = upstreamFault(status, {}, textOf(body));
    expect(fault.message).toBe("The provider is not available to this gateway at present.");
    expect(fault.metadata).toEqual({});
  });

  test("keeps the provider's code, the parameter and its own words", () => {
    const fault = upstreamFault(400, {}, recordedParameter);
    expect(fault.message).toContain("'max_tokens' is not supported with this model");
    expect(fault.metadata).toMatchObject({ provider_code: "unsupported_parameter", parameter: "max_tokens", raw: expect.stringContaining("max_completion_tokens") });
  });

  test("finds the field and the words of a validation error", () => {
    const fault = upstreamFault(422, {}, JSON.stringify({ object: "error", message: { detail: [{ type: "less_than_equal", loc: ["body", "temperature"], msg: "Input should be less than or equal to 1" }] } }));
    expect(fault.message).toBe("Input should be less than or equal to 1");
    expect(fault.metadata).toMatchObject({ provider_code: "less_than_equal", parameter: "temperature" });
  });

  test("shows no secret, no account, and at most 500 characters", () => {
    const secrets = ["sk-proj-abcdefghijklmnopqrstuvwx", "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6", "org-AbC123456789"];
    const fault = upstreamFault(400, {}, JSON.stringify({ error: { message: `${secrets.join(" ")} ${"long ".repeat(300)}` } }));
    for (const shown of [fault.message, String(fault.metadata["raw"])]) {
      expect(shown.length).toBeLessThanOrEqual(500);
      for (const secret of secrets) expect(shown).not.toContain(secret);
    }
  });

  test("a caller's words in an error put neither a credential nor an endpoint out of use", () => {
    const words = ["insufficient balance", "API key not valid", "The model x does not exist", "billing", "credit balance is too low", "invalid model"];
    for (const status of [400, 404, 413, 422]) {
      for (const said of words) {
        const fault = upstreamFault(status, {}, JSON.stringify({ error: { message: `Invalid value for image url: '${said}'`, type: "invalid_request_error" } }));
        expect(faults[fault.code].blames).toBe("caller");
      }
    }
  });

  test("any status and any body give a fault", () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), fc.oneof(fc.string(), fc.json(), fc.object({ key: fc.constantFrom("error", "message", "detail", "code", "errors", "fault", "type") }).map((value) => JSON.stringify(value))), (status, body) => {
        const fault = upstreamFault(status, {}, body);
        expect(fault.code).not.toBe("internal");
        expect(fault.message.length).toBeGreaterThan(0);
        expect(fault.message.length).toBeLessThanOrEqual(500);
      }),
    );
  });
});

describe("Retry-After", () => {
  const waits = [
    { name: "seconds", headers: { "retry-after": "2" }, ms: 2000 },
    { name: "parts of a second", headers: { "retry-after": "0.25" }, ms: 250 },
    { name: "milliseconds, which are more exact", headers: { "retry-after": "2", "retry-after-ms": "1500" }, ms: 1500 },
    { name: "a date, counted from the answer's own", headers: { "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", date: "Wed, 21 Oct 2026 07:28:00 GMT" }, ms: 30_000 },
    { name: "a date that has passed", headers: { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT", date: "Wed, 21 Oct 2026 07:28:30 GMT" }, ms: 0 },
    { name: "a date without a reference", headers: { "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT" }, ms: undefined },
    { name: "nonsense", headers: { "retry-after": "-5" }, ms: undefined },
    { name: "more than a day", headers: { "retry-after": "999999" }, ms: undefined },
    { name: "nothing", headers: {}, ms: undefined },
  ];
  test.each(waits)("$name", ({ headers, ms }) => expect(upstreamFault(429, headers, "").retryAfterMs).toBe(ms));
});

describe("an error inside a successful answer", () => {
  const bodies: readonly { readonly body: Record<string, unknown>; readonly code: FaultCode }[] = [
    { body: { error: { message: "Overloaded", type: "overloaded_error" } }, code: "upstream_overloaded" },
    { body: { error: { message: "Rate limit", code: 429 } }, code: "upstream_rate_limited" },
    { body: { error: { message: "no", type: "rate_limit_error" }, choices: [] }, code: "upstream_rate_limited" },
    { body: { code: "Client specified an invalid argument", error: "Model not available" }, code: "invalid_request" },
    { body: { error: "something broke" }, code: "upstream_failed" },
    { body: { object: "error", message: "This model's maximum context length is 10 tokens", type: "BadRequestError", code: 400 }, code: "context_length_exceeded" },
    { body: { detail: "Internal Server Error" }, code: "upstream_failed" },
    { body: { error: { message: "bad key", type: "authentication_error" } }, code: "upstream_credential" },
    { body: { error: { message: "out of money", type: "insufficient_quota" } }, code: "upstream_billing" },
    { body: { error: { code: 503, message: "Loading model", type: "unavailable_error" } }, code: "upstream_overloaded" },
  ];
  test.each(bodies)("$body.error is $code", ({ body, code }) => {
    expect(isError(body)).toBe(true);
    expect(bodyFault(body).code).toBe(code);
  });

  test("an answer is none", () => {
    expect(isError({ choices: [], error: null })).toBe(false);
    expect(isError({ choices: [{ message: { content: "error" } }], type: "chat", message: "x" })).toBe(false);
  });
});
