import { describe, expect, test } from "vitest";
import { Fault, faults, type FaultCode } from "../base/fault.ts";
import { chatCompletions } from "../surfaces/chat-completions/surface.ts";
import { toEnvelope as encode } from "./envelope.ts";

const toEnvelope = (error: unknown, requestId: string) => {
  const { body, ...head } = encode(error, requestId, chatCompletions.encodeFault);
  return { ...head, body: JSON.parse(body) };
};

const id = "req-1764031697-vqvW0uz7ouT4gsp3FYqp";

describe("every fault of the table", () => {
  const codes = Object.keys(faults) as FaultCode[];
  test.each(codes)("%s has the same status outside and inside, its type and the request's id", (code) => {
    const { status, headers, body } = toEnvelope(new Fault(code, "why"), id);
    expect(body.error.code).toBe(status);
    expect(status).toBe(faults[code].status);
    expect(body.error.metadata).toEqual({ error_type: faults[code].type, request_id: id, docs_url: `/docs/errors#${code}` });
    expect(headers).toMatchObject({ "content-type": "application/json", "cache-control": "no-store", "x-request-id": id });
  });
});

const silent = [
  { name: "an unforeseen error", error: new TypeError("cannot read /etc/passwd of undefined") },
  { name: "a thrown text", error: "password: hunter2" },
  { name: "an internal fault that talks", error: new Fault("internal", "row 7 of keys", { metadata: { raw: "row 7" }, retryAfterMs: 5 }) },
  { name: "nothing at all", error: undefined },
];

test.each(silent)("$name says nothing about itself", ({ error }) => {
  const { headers, body } = toEnvelope(error, id);
  expect(body).toEqual({ error: { code: 500, message: "Internal Server Error", metadata: { error_type: "server", request_id: id, docs_url: "/docs/errors#internal" } } });
  expect(headers).not.toHaveProperty("retry-after");
});

test("what the fault knows travels in the metadata, and cannot displace the type or the id", () => {
  const fault = new Fault("upstream_failed", "Provider returned error", { metadata: { provider_name: "Mistral", raw: "boom", error_type: "mine", request_id: "mine", docs_url: "mine" } });
  expect(toEnvelope(fault, id).body.error.metadata).toEqual({ provider_name: "Mistral", raw: "boom", error_type: "provider_unavailable", request_id: id, docs_url: "/docs/errors#upstream_failed" });
});

test("a credential that an upstream repeats reaches nobody", () => {
  const leak = "Incorrect API key provided: sk-proj-abcdefghijklmnopqrstuvwxyz012345";
  const fault = new Fault("upstream_credential", leak, { metadata: { raw: leak } });
  expect(JSON.stringify(toEnvelope(fault, id))).not.toContain("abcdefghijklmnop");
});

test.each([
  { retryAfterMs: 1, seconds: "1" },
  { retryAfterMs: 2000, seconds: "2" },
  { retryAfterMs: 2001, seconds: "3" },
])("a wait of $retryAfterMs ms is told as $seconds s, never less", ({ retryAfterMs, seconds }) => {
  expect(toEnvelope(new Fault("rate_limit_exceeded", "slow down", { retryAfterMs }), id).headers["retry-after"]).toBe(seconds);
});

test("availability comes with the type and the status beside it, where some clients look", () => {
  const availability = { code: "no_endpoints", retryable: false, requested_models: ["a/b"], docs_url: "/docs" };
  expect(toEnvelope(new Fault("no_endpoints", "none", { availability }), id).body.error).toMatchObject({ code: 404, error_type: "not_found", http_status: 404, availability });
});

test("a 401 names the scheme and a 405 the methods", () => {
  expect(toEnvelope(new Fault("authentication", "Missing Authentication header"), id).headers["www-authenticate"]).toBe("Bearer");
  const fault = new Fault("method_not_allowed", "no", { metadata: { allowed_methods: ["GET", "POST"] } });
  expect(toEnvelope(fault, id).headers["allow"]).toBe("GET, POST");
});
