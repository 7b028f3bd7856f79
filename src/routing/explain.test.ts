import { describe, expect, test } from "vitest";
import { faults, type FaultCode } from "../base/fault.ts";
import type { Candidate } from "./candidate.ts";
import { candidate, groupsOf, plan, routingRequest, type Wanted } from "./examples.ts";
import { availabilityOfFailure, noEndpointsFault } from "./explain.ts";

const mistral = candidate("mistral", { providerName: "Mistral" });
const acme = candidate("acme", { providerName: "Acme", contextLength: 8000, price: { prompt: 0.08, completion: 0.24, request: 0, image: 0 }, dataPolicy: { trains: true, retains: true, zdr: false } });

function faultOf(candidates: readonly Candidate[], wanted: Wanted) {
  const { steps, rejected } = plan(candidates, wanted);
  expect(steps).toEqual([]);
  return noEndpointsFault({ requestedModels: ["author/model"], groups: groupsOf(candidates), rejected, request: routingRequest(wanted) });
}

interface Case {
  readonly name: string;
  readonly wanted: Wanted;
  readonly message: string;
  readonly code: string;
  readonly excludedBy?: readonly string[];
  readonly field: string;
}

const cases: readonly Case[] = [
  {
    name: "providers that are not allowed", wanted: { preferences: { only: ["openai"] } }, code: "constraint_filtered", excludedBy: ["allowed_providers"], field: "provider.only",
    message: "No allowed providers are available for the selected model. Providers serving author/model: Mistral, Acme, but your request's provider.only preference permits only: openai.",
  },
  {
    name: "an image where none is taken", wanted: { inputModalities: new Set(["text", "image"]) }, code: "constraint_filtered", excludedBy: ["require_parameters"], field: "messages",
    message: "No endpoints found that support image input. Providers serving author/model: Mistral, Acme. Nearest: Mistral serves author/model without image input.",
  },
  {
    name: "parameters that nobody takes", wanted: { parameters: new Set(["min_p", "temperature"]), preferences: { requireParameters: true } }, code: "constraint_filtered", excludedBy: ["require_parameters"], field: "provider.require_parameters",
    message: "No endpoints found that can handle the requested parameters: min_p. Providers serving author/model: Mistral, Acme. Nearest: Mistral serves author/model without min_p.",
  },
  {
    name: "prices over the cap", wanted: { preferences: { maxPrice: { completion: 0.1 } } }, code: "constraint_filtered", excludedBy: ["max_price"], field: "provider.max_price",
    message: "No endpoints found within max_price (completion 0.1). Providers serving author/model: Mistral, Acme. Nearest: Acme serves author/model with max_price.completion of at least 0.24.",
  },
  {
    name: "a model's variant that none of its endpoints is", wanted: { variant: { isFree: true } }, code: "constraint_filtered", field: "model",
    message: "No endpoints found of the kind that the model's name asks for (:free). Providers serving author/model: Mistral, Acme. Nearest: Mistral serves author/model without :free.",
  },
  {
    name: "web search", wanted: { variant: { searchesWeb: true } }, code: "constraint_filtered", excludedBy: ["require_parameters"], field: "plugins",
    message: "No endpoints found that search the web by themselves (web_search_options), and Windrose has no search engine of its own. Providers serving author/model: Mistral, Acme. Nearest: Mistral serves author/model without web search.",
  },
  {
    name: "several reasons", wanted: { preferences: { dataCollection: "deny", maxPrice: { completion: 0.3 } } }, code: "constraint_filtered", excludedBy: ["max_price", "data_policy:training"], field: "provider.max_price",
    message: "No endpoints found that satisfy the whole request (provider.max_price, provider.data_collection). Providers serving author/model: Mistral, Acme. Nearest: Mistral serves author/model with max_price.completion of at least 1.",
  },
  {
    name: "a distillation ban, which has no word", wanted: { preferences: { enforceDistillableText: true, ignore: ["mistral"] } }, code: "constraint_filtered", excludedBy: ["allowed_providers"], field: "provider.enforce_distillable_text",
    message: "No endpoints found that satisfy the whole request (provider.ignore, provider.enforce_distillable_text). Providers serving author/model: Mistral, Acme. Nearest: Acme serves author/model without enforce_distillable_text.",
  },
];

describe("no endpoints", () => {
  test.each(cases)("for $name", ({ wanted, message, code, excludedBy, field }) => {
    const fault = faultOf([mistral, { ...acme, distillable: false }], wanted);
    expect(fault.code).toBe("no_endpoints");
    expect(fault.message).toBe(message);
    expect(fault.availability).toMatchObject({ code, retryable: false, requested_models: ["author/model"], docs_url: "/docs/errors", ...(excludedBy === undefined ? {} : { excluded_by: excludedBy }), affected_providers: ["mistral", "acme"], constraint: { field } });
  });

  test("for privacy alone is privacy_restricted", () => {
    const fault = faultOf([acme], { preferences: { zdr: true } });
    expect(fault.message).toBe("No endpoints found matching your data policy (zero data retention). Providers serving author/model: Acme. Nearest: Acme serves author/model without zdr.");
    expect(fault.availability).toMatchObject({ code: "privacy_restricted", excluded_by: ["data_policy:zdr"] });
  });

  test("names the endpoint that asks for the smallest step, and other models", () => {
    const larger = candidate("larger", { contextLength: 64_000 });
    const wanted = { outputTokensMax: 9000, prompt: { low: 100, high: 300 } };
    const candidates = [candidate("short", { outputTokensMax: 1000 }), candidate("long", { outputTokensMax: 8000 })];
    expect(faultOf(candidates, wanted).availability).toMatchObject({ constraint: { field: "max_tokens", detail: "LONG serves author/model with max_tokens of at most 8,000" } });
    const { rejected } = plan([larger], { preferences: { only: ["x"] } });
    const fault = noEndpointsFault({ requestedModels: ["author/model"], groups: groupsOf([larger]), rejected, request: routingRequest(), fallbackModels: ["author/other"] });
    expect(fault.availability).toMatchObject({ fallback_models: ["author/other"] });
  });

  test("where none exist is no_endpoints", () => {
    const fault = faultOf([], {});
    expect(fault.message).toBe("No endpoints found for author/model.");
    expect(fault.availability).toEqual({ code: "no_endpoints", retryable: false, requested_models: ["author/model"], docs_url: "/docs/errors" });
  });

  test("says nothing of tiers that were not asked for", () => {
    const flex = candidate("openai", { tag: "openai/flex", serviceTier: "flex" });
    expect(faultOf([acme, flex], { preferences: { zdr: true } }).message).not.toContain("OPENAI");
    expect(faultOf([flex], {}).message).toBe("No endpoints found in the service tier default. Providers serving author/model: OPENAI. Nearest: OPENAI serves author/model with service_tier flex, or openai/flex in only or order.");
  });

  test("names a dozen providers at most", () => {
    const many = Array.from({ length: 40 }, (_, index) => candidate(`p${index}`));
    expect(faultOf(many, { preferences: { only: ["x"] } }).message).toContain("P0, P1, P2, P3, P4, P5, P6, P7, P8, P9, P10, P11 and 28 more, but");
  });
});

describe("too long a prompt", () => {
  const prompt = { low: 50_000, high: 150_000 };

  test("is context_length_exceeded and states the largest maximum and the prompt's size", () => {
    const fault = faultOf([mistral, acme], { prompt, outputTokensMax: 100 });
    expect(fault.code).toBe("context_length_exceeded");
    expect(faults[fault.code].status).toBe(400);
    expect(fault.message).toBe("This endpoint's maximum context length is 32000 tokens. However, you requested at least 50100 tokens (50000 of input, 100 in the output). Please shorten the prompt, or choose a model with a longer context.");
    expect(fault.availability).toMatchObject({ excluded_by: ["context_length"] });
  });

  test("is so even when other wishes leave only some of the endpoints, all too small", () => {
    expect(faultOf([mistral, acme], { prompt, preferences: { only: ["acme"] } }).code).toBe("context_length_exceeded");
  });

  test("is not when an endpoint that would fit is shut out by another wish", () => {
    const large = candidate("large", { contextLength: 1_000_000 });
    const fault = faultOf([acme, large], { prompt, preferences: { only: ["acme"] } });
    expect(fault.code).toBe("no_endpoints");
    expect(fault.availability).toMatchObject({ code: "constraint_filtered", excluded_by: ["context_length", "allowed_providers"] });
  });
});

describe("a failed last attempt", () => {
  test.each([
    { code: "upstream_rate_limited", expected: { code: "capacity_exhausted", retryable: true, retry_after: 3 } },
    { code: "upstream_overloaded", expected: { code: "temporarily_unavailable", retryable: true } },
    { code: "upstream_timeout", expected: { code: "temporarily_unavailable", retryable: true } },
    { code: "upstream_model_missing", expected: { code: "model_unavailable_upstream", retryable: false } },
  ] as const)("with $code is told", ({ code, expected }) => {
    const availability = availabilityOfFailure(code, { requestedModels: ["author/model"], providers: ["mistral", "mistral"], retryAfterMs: 2001 });
    expect(availability).toMatchObject({ ...expected, requested_models: ["author/model"], affected_providers: ["mistral"] });
  });

  test.each(["invalid_request", "rate_limit_exceeded", "not_found", "internal"] satisfies FaultCode[])("with %s is not about availability", (code) => {
    expect(availabilityOfFailure(code, { requestedModels: [], providers: [] })).toBeUndefined();
  });
});
