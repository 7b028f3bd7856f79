import * as fc from "fast-check";
import { expect, test } from "vitest";
import { binCount, binOf, latencyLeastMs, latencyPercentiles, quantileOf, throughputPercentiles } from "./bins.ts";

const histogramOf = (values: readonly number[], least: number): number[] => {
  const counts = Array.from({ length: binCount }, () => 0);
  for (const value of values) counts[binOf(value, least)] = (counts[binOf(value, least)] ?? 0) + 1;
  return counts;
};

test("a quantile is right within a bin", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 26, max: 170_000 }), { minLength: 1, maxLength: 200 }), fc.constantFrom(0.5, 0.75, 0.9, 0.99), (values, share) => {
    const exact = values.toSorted((one, other) => one - other)[Math.ceil(share * values.length) - 1] ?? 0;
    const read = quantileOf(histogramOf(values, latencyLeastMs), latencyLeastMs, share) ?? 0;
    expect(read / exact).toBeGreaterThan(1 / 1.33);
    expect(read / exact).toBeLessThan(1.33);
  }));
});

test("what lies outside all bins counts in the outermost", () => {
  expect([0, 1, 25, 1e9].map((value) => binOf(value, latencyLeastMs))).toEqual([0, 0, 0, binCount - 1]);
});

test("latency rises with its percentile, throughput falls, and nothing has neither", () => {
  const counts = histogramOf([100, 200, 400, 800, 1600], latencyLeastMs);
  const latency = latencyPercentiles(counts);
  expect(latency?.p99).toBeGreaterThan(latency?.p50 ?? Infinity);
  const throughput = throughputPercentiles(histogramOf([10, 20, 40, 80, 160], 1));
  expect(throughput?.p99).toBeLessThan(throughput?.p50 ?? 0);
  expect([latencyPercentiles(histogramOf([], 1)), quantileOf([], 1, 0.5)]).toEqual([null, undefined]);
});
