import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faults, type FaultCode } from "../base/fault.ts";
import { createHealth, heldUntil, observe, recentLatency, recentThroughput, started, strainOf, trackOf, type Health, type Outcome } from "./health.ts";
import { snapshot } from "./snapshot.ts";

const start = Date.UTC(2026, 0, 1, 12);
const second = 1000;
const minute = 60 * second;

function see(health: Health, now: number, outcome: Partial<Outcome> = {}): void {
  observe(health, { endpointId: "e", credentialId: "c", faultCode: undefined, ...outcome }, now);
}

/** `count` outcomes, a tenth of a second apart. */
function seeMany(health: Health, now: number, count: number, outcome: Partial<Outcome> = {}): void {
  for (let index = 0; index < count; index++) see(health, now + index * 100, outcome);
}

function strain(health: Health, now: number): number {
  return strainOf(trackOf(health, "e", "c"), now);
}

describe("uptime", () => {
  test("is unknown under 100 requests, and the share of successes from there on", () => {
    const health = createHealth();
    seeMany(health, start, 90);
    seeMany(health, start, 9, { faultCode: "upstream_failed" });
    expect(snapshot(health, "e", start + 10 * second).uptime5m).toBeNull();
    see(health, start + 10 * second, { faultCode: "upstream_timeout" });
    expect(snapshot(health, "e", start + 11 * second)).toMatchObject({ uptime5m: 90, uptime30m: 90, uptime1d: 90 });
  });

  test("forgets what is older than its window", () => {
    const health = createHealth();
    seeMany(health, start, 200);
    const at = (now: number) => {
      const { uptime5m, uptime30m, uptime1d } = snapshot(health, "e", now);
      return [uptime5m, uptime30m, uptime1d];
    };
    expect(at(start + 4 * minute)).toEqual([100, 100, 100]);
    expect(at(start + 6 * minute)).toEqual([null, 100, 100]);
    expect(at(start + 31 * minute)).toEqual([null, null, 100]);
    expect(at(start + 25 * 60 * minute)).toEqual([null, null, null]);
  });

  test.each(Object.entries(faults).map(([code, { blames }]) => ({ code: code as FaultCode, blames })))("$code, which blames the $blames, counts as it should", ({ code, blames }) => {
    const health = createHealth();
    seeMany(health, start, 50);
    seeMany(health, start, 50, { faultCode: "upstream_failed" });
    seeMany(health, start, 100, { faultCode: code });
    expect(snapshot(health, "e", start + 30 * second).uptime5m).toBe(blames === "endpoint" || blames === "credential" ? 25 : blames === "model" ? 75 : 50);
  });

  test("is that of all credentials together", () => {
    const health = createHealth();
    seeMany(health, start, 100, { credentialId: "one" });
    seeMany(health, start, 100, { credentialId: "two", faultCode: "upstream_failed" });
    expect(snapshot(health, "e", start + 30 * second)).toMatchObject({ uptime5m: 50, status: "healthy" });
  });
});

describe("a recent outage", () => {
  test("is two failures in a row, until one probe after the other has been answered", () => {
    const health = createHealth();
    see(health, start, { faultCode: "upstream_failed" });
    expect(strain(health, start)).toBe(0);
    see(health, start + second, { faultCode: "upstream_failed" });
    expect(strain(health, start + 3 * second)).toBe(2);
    expect(strain(health, start + 7 * second)).toBe(0);
    started(health, "e", "c", start + 7 * second);
    expect(strain(health, start + 7 * second)).toBe(2);
    see(health, start + 8 * second);
    expect(strain(health, start + 8 * second)).toBe(0);
    started(health, "e", "c", start + 9 * second);
    expect(strain(health, start + 9 * second)).toBe(2);
    see(health, start + 10 * second);
    for (const now of [11, 12]) started(health, "e", "c", start + now * second);
    expect(strain(health, start + 12 * second)).toBe(0);
  });

  test.each([
    { failures: 2, requests: 4, outage: false },
    { failures: 3, requests: 15, outage: false },
    { failures: 3, requests: 14, outage: true },
  ])("is $failures failures among $requests requests: $outage", ({ failures, requests, outage }) => {
    const health = createHealth();
    const spacing = Math.floor(requests / failures);
    for (let index = 0; index < requests; index++) {
      const fails = (requests - 1 - index) % spacing === 0 && requests - 1 - index < failures * spacing;
      see(health, start + index * 100, { faultCode: fails ? "upstream_failed" : undefined });
    }
    expect(strain(health, start + 2 * second)).toBe(outage ? 2 : 0);
  });

  test.each([
    { uptime: 96, strain: 0 },
    { uptime: 94, strain: 1 },
    { uptime: 81, strain: 1 },
  ])("aside, an uptime of $uptime % is a strain of $strain", ({ uptime, strain: expected }) => {
    const health = createHealth();
    let failures = 0;
    for (let index = 1; index <= 100; index++) {
      const fails = Math.floor((index * (100 - uptime)) / 100) > failures;
      if (fails) failures += 1;
      see(health, start + index * 500, { faultCode: fails ? "upstream_failed" : undefined });
    }
    expect(strain(health, start + 2 * minute)).toBe(expected);
  });
});

describe("a hold", () => {
  test("lasts as long as the upstream asks, but no more than an hour", () => {
    const health = createHealth();
    see(health, start, { faultCode: "upstream_rate_limited", retryAfterMs: 7 * second });
    expect(heldUntil(health, "e", "c")).toBe(start + 7 * second);
    expect(snapshot(health, "e", start).status).toBe("rate_limited");
    expect(snapshot(health, "e", start + 7 * second).status).toBe("healthy");
    see(health, start, { faultCode: "upstream_overloaded", retryAfterMs: 1e12 });
    expect(heldUntil(health, "e", "c")).toBe(start + 60 * minute);
  });

  test("doubles from a second to a minute while every probe is refused, and starts over after a success", () => {
    const health = createHealth();
    let now = start;
    const waits = [];
    for (let probe = 0; probe < 8; probe++) {
      see(health, now, { faultCode: "upstream_rate_limited" });
      waits.push((heldUntil(health, "e", "c") - now) / second);
      now = heldUntil(health, "e", "c");
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    see(health, now);
    see(health, now, { faultCode: "upstream_rate_limited" });
    expect(heldUntil(health, "e", "c")).toBe(now + second);
  });

  test("does not grow with refusals of requests that were already under way", () => {
    const health = createHealth();
    seeMany(health, start, 9, { faultCode: "upstream_rate_limited" });
    expect(heldUntil(health, "e", "c")).toBe(start + second);
  });

  test("grows on when a request that was under way is answered meanwhile", () => {
    const health = createHealth();
    see(health, start, { faultCode: "upstream_rate_limited" });
    see(health, start + 500);
    see(health, start + second, { faultCode: "upstream_rate_limited" });
    expect(heldUntil(health, "e", "c")).toBe(start + 3 * second);
  });

  test("for a refused credential is that endpoint's with that credential", () => {
    const health = createHealth();
    see(health, start, { faultCode: "upstream_credential" });
    expect(heldUntil(health, "e", "c")).toBe(start + minute);
    expect(heldUntil(health, "other", "c")).toBe(0);
    expect(heldUntil(health, "e", "other")).toBe(0);
  });

  test("for an empty account is that of every endpoint called with it, until one answers", () => {
    const health = createHealth();
    see(health, start, { faultCode: "upstream_billing" });
    expect(heldUntil(health, "other", "c")).toBe(start + minute);
    expect(heldUntil(health, "e", "other")).toBe(0);
    see(health, start + minute, { endpointId: "other" });
    expect(heldUntil(health, "other", "c")).toBe(0);
  });
});

describe("percentiles", () => {
  test("are right within a bin, whatever the samples", () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 20, max: 300_000, noNaN: true }), { minLength: 1, maxLength: 300 }), fc.constantFrom(0.5, 0.75, 0.9, 0.99), (samples, share) => {
      const health = createHealth();
      for (const latencyMs of samples) see(health, start, { latencyMs });
      const sorted = samples.toSorted((left, right) => left - right);
      const exact = sorted[Math.ceil(share * samples.length) - 1] ?? 0;
      const estimate = recentLatency(trackOf(health, "e", "c"), share, start) ?? 0;
      expect(estimate).toBeGreaterThan(exact / 1.19);
      expect(estimate).toBeLessThan(exact * 1.19);
    }));
  });

  test("of latency rise, and those of throughput fall", () => {
    const health = createHealth();
    for (let index = 1; index <= 1000; index++) see(health, start + index, { latencyMs: index, outputTokens: index, generationMs: 1000 });
    const { latency, throughput } = snapshot(health, "e", start + second);
    for (const [estimate = 0, exact] of [[latency?.p50, 500], [latency?.p99, 990], [throughput?.p50, 500], [throughput?.p90, 100]] as const) {
      expect(Math.abs(estimate / exact - 1)).toBeLessThan(0.1);
    }
    expect(recentThroughput(trackOf(health, "e", "c"), 0.9, start + second)).toBeLessThan(recentThroughput(trackOf(health, "e", "c"), 0.5, start + second) ?? 0);
  });

  test("are none before the first sample and half an hour after the last", () => {
    const health = createHealth();
    expect(snapshot(health, "e", start)).toMatchObject({ latency: null, throughput: null, status: "healthy" });
    see(health, start, { latencyMs: 100 });
    expect(snapshot(health, "e", start + 25 * minute).latency).not.toBeNull();
    expect(snapshot(health, "e", start + 31 * minute).latency).toBeNull();
  });

  test("for routing are of the last five minutes when those say enough", () => {
    const health = createHealth();
    const latencyAt = (now: number) => Math.round((recentLatency(trackOf(health, "e", "c"), 0.5, now) ?? 0) / 100);
    seeMany(health, start, 100, { latencyMs: 4000 });
    expect(latencyAt(start + 10 * minute)).toBeGreaterThan(30);
    seeMany(health, start + 10 * minute, 20, { latencyMs: 400 });
    expect(latencyAt(start + 10 * minute + 2 * second)).toBeLessThan(5);
  });
});

describe("what is remembered", () => {
  test("is bounded: the longest unseen is forgotten", () => {
    const health = createHealth(3);
    for (const [index, endpointId] of ["a", "b", "a", "c", "d"].entries()) see(health, start + index, { endpointId });
    expect([...health.tracks.keys()].sort()).toEqual(["a", "c", "d"]);
    for (let index = 0; index < 100; index++) see(health, start + 10 + index, { endpointId: "a", credentialId: `caller ${index}` });
    expect(health.trackCount).toBe(3);
    for (let index = 0; index < 100; index++) see(health, start + 200, { credentialId: `caller ${index}`, faultCode: "upstream_billing" });
    expect(health.accounts.size).toBeLessThanOrEqual(3);
  });

  test("survives a clock that runs backwards", () => {
    const health = createHealth();
    seeMany(health, start, 200, { latencyMs: 100 });
    seeMany(health, start - 30 * minute, 10, { faultCode: "upstream_failed" });
    expect(snapshot(health, "e", start + 20 * second).uptime1d).toBe(95.24);
  });
});
