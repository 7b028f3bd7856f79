import { describe, expect, test } from "vitest";
import { attempt, generationOf } from "../../test/support/generation.ts";
import { firstTryOf, isFailure, speedBins, verdictOf } from "./verdict.ts";

const one = "a/b@one";
const two = "a/b@two";

describe("an attempt", () => {
  test.each([
    { name: "that answered is a success", faultCode: null, verdict: "success" },
    { name: "that failed with a 5xx counts against its endpoint", faultCode: "upstream_failed", verdict: "failure" },
    { name: "whose stream was cut does too", faultCode: "stream_truncated", verdict: "failure" },
    { name: "refused for its credential does too", faultCode: "upstream_credential", verdict: "failure" },
    { name: "that was rate limited is told apart", faultCode: "upstream_rate_limited", verdict: "rate limited" },
    { name: "with a request that was wrong does not count", faultCode: "context_length_exceeded", verdict: undefined },
    { name: "whose caller left does not count", faultCode: "client_closed", verdict: undefined },
    { name: "with a tool called wrongly has answered", faultCode: "invalid_tool_calls", verdict: "success" },
    { name: "with a fault of a later version is a failure", faultCode: "upstream_of_tomorrow", verdict: "failure" },
  ])("$name", ({ faultCode, verdict }) => {
    expect(verdictOf(attempt("a/b@p", { faultCode }), generationOf("g"))).toBe(verdict);
  });

  test("that another one overtook does not count, nor one whose caller hung up", () => {
    expect(verdictOf(attempt(one), generationOf("g", { endpointId: two }))).toBeUndefined();
    expect(verdictOf(attempt(two), generationOf("g", { endpointId: two, cancelled: true }))).toBeUndefined();
  });
});

describe("the first try", () => {
  test.each([
    { name: "answered", attempts: [attempt(one)], endpointId: one, faultCode: null, told: { endpointId: one, isFailure: false, isRescued: false } },
    { name: "failed and the second answered", attempts: [attempt(one, { faultCode: "upstream_failed" }), attempt(two)], endpointId: two, faultCode: null, told: { endpointId: one, isFailure: true, isRescued: true } },
    { name: "failed and so did all", attempts: [attempt(one, { faultCode: "upstream_failed" }), attempt(two, { faultCode: "upstream_failed" })], endpointId: two, faultCode: "upstream_failed", told: { endpointId: one, isFailure: true, isRescued: false } },
    { name: "was rate limited", attempts: [attempt(one, { faultCode: "upstream_rate_limited" }), attempt(two)], endpointId: two, faultCode: null, told: undefined },
    { name: "was slower than its hedge", attempts: [attempt(two, { kind: "hedge" as const }), attempt(one)], endpointId: two, faultCode: null, told: undefined },
    { name: "was never made", attempts: [], endpointId: null, faultCode: null, told: undefined },
  ])("$name", ({ attempts, endpointId, faultCode, told }) => {
    expect(firstTryOf(generationOf("g", { attempts, endpointId, faultCode }))).toEqual(told);
  });
});

test("a request failed when it was not answered, unless the caller is to blame", () => {
  expect([null, "upstream_failed", "internal", "invalid_request"].map((faultCode) => isFailure(generationOf("g", { faultCode })))).toEqual([false, true, true, false]);
});

describe("speed", () => {
  test("is that of the attempt which answered: latency of streams alone, throughput with the time in the queue", () => {
    const slow = generationOf("g", { attempts: [attempt("a/b@p", { latencyMs: 1000 })], generationMs: 1000, completionTokens: 100 });
    expect(speedBins(slow)).toEqual([13, 32 + 14]);
    expect(speedBins({ ...slow, streamed: false })).toEqual([32 + 14]);
  });

  test.each([
    { name: "a failure", fields: { faultCode: "stream_truncated" } },
    { name: "a hang-up", fields: { cancelled: true } },
    { name: "an answer that was stored", fields: { endpointId: null } },
    { name: "a continuation", fields: { attempts: [attempt("a/b@p", { kind: "continuation" as const })] } },
  ])("of $name is not measured", ({ fields }) => {
    expect(speedBins(generationOf("g", fields))).toEqual([]);
  });
});
