import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { requestCost, usualWorkload, workloadOf } from "./cost.ts";

const prices = { prompt: "0.15", completion: "0.6", cacheRead: "0.015" };

describe("the cost of a request", () => {
  test.each([
    { input: 1_000_000, output: 200_000, cached: 0, cost: 0.27 },
    { input: 1_000_000, output: 0, cached: 100, cost: 0.015 },
    { input: 1_000_000, output: 0, cached: 50, cost: 0.0825 },
    { input: 0, output: 0, cached: 50, cost: 0 },
  ])("of $input in, $output out and $cached% from cache is $cost", ({ cost, ...workload }) => expect(requestCost(prices, { ...workload, requests: 1 })).toBeCloseTo(cost, 12));

  test("is the same with any cache where reading from it has no price of its own", () => {
    fc.assert(fc.property(fc.nat(1e6), fc.integer({ min: 0, max: 100 }), (input, cached) => {
      const plain = { prompt: "2", completion: "4" };
      expect(requestCost(plain, { input, output: 7, cached, requests: 1 })).toBeCloseTo(requestCost(plain, { input, output: 7, cached: 0, requests: 1 }), 9);
    }));
  });
});

test("a workload is read from an address, and what is no number is the usual", () => {
  expect(workloadOf(new URLSearchParams("input=1,000,000&output=-3&cached=400&requests=x"))).toEqual({ ...usualWorkload, input: 1_000_000, cached: 100 });
});
