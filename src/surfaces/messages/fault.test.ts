import { expect, test } from "vitest";
import { Fault, faults, type FaultCode } from "../../base/fault.ts";
import { encodeFault } from "./fault.ts";

test.each<[FaultCode, string]>([
  ["invalid_request", "invalid_request_error"],
  ["context_length_exceeded", "invalid_request_error"],
  ["payload_too_large", "invalid_request_error"],
  ["authentication", "authentication_error"],
  ["permission_denied", "permission_error"],
  ["payment_required", "billing_error"],
  ["no_endpoints", "not_found_error"],
  ["rate_limit_exceeded", "rate_limit_error"],
  ["upstream_overloaded", "overloaded_error"],
  ["upstream_timeout", "timeout_error"],
  ["upstream_failed", "api_error"],
  ["internal", "api_error"],
])("%s is a %s", (code, type) => {
  expect(JSON.parse(encodeFault(new Fault(code, "No"), "req-1"))).toMatchObject({ type: "error", error: { type, error_type: faults[code].type }, request_id: "req-1" });
});

test("what a provider said of its failure stands beside it", () => {
  const fault = new Fault("upstream_failed", "Provider returned error", { metadata: { provider_name: "Acme", raw: "boom" }, routing: { attempt: 1 } });
  expect(JSON.parse(encodeFault(fault, "req-1"))).toMatchObject({ metadata: { provider_name: "Acme", raw: "boom" }, openrouter_metadata: { attempt: 1 } });
});

test("what we did not foresee says nothing of itself", () => {
  expect(encodeFault(new Fault("internal", "the password is hunter2"), "req-1")).not.toContain("hunter2");
});
