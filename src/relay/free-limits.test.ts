import { expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import { fromDollars } from "../base/money.ts";
import { createFreeLimits, type Bought } from "./free-limits.ts";

const midnight = Date.UTC(2026, 0, 2);
const terms = { perMinute: 3, perDay: 5, perDayWithCredits: 8 };
const poor: Bought = () => Promise.resolve(fromDollars(9.99));
const rich: Bought = () => Promise.resolve(fromDollars(10));
const unlimited: Bought = () => Promise.resolve(null);
const never: Bought = () => Promise.reject(new Fault("internal", "nobody was to be asked"));

/** How many of `count` requests go through, a minute each, and what the next is told. */
async function use(bought: Bought, count = 20): Promise<{ taken: number; fault: Fault | undefined }> {
  const limits = createFreeLimits(terms);
  for (let taken = 0; taken < count; taken++) {
    try {
      await limits.take("ws", midnight + taken * 60_000, bought);
    } catch (error) {
      if (error instanceof Fault) return { taken, fault: error };
      throw error;
    }
  }
  return { taken: count, fault: undefined };
}

function faultOf(act: () => unknown): Fault | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  return undefined;
}

test.each([
  { who: "9.99 credits", bought: poor, taken: 5, limit: "5", message: "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 8 free model requests per day" },
  { who: "10 credits", bought: rich, taken: 8, limit: "8", message: "Rate limit exceeded: free-models-per-day-high-balance." },
  { who: "a purse without bottom", bought: unlimited, taken: 8, limit: "8", message: "Rate limit exceeded: free-models-per-day-high-balance." },
])("a workspace with $who has $taken requests a day", async ({ bought, taken, limit, message }) => {
  const used = await use(bought);
  expect(used.taken).toBe(taken);
  expect(used.fault).toMatchObject({
    code: "rate_limit_exceeded", message, retryAfterMs: 86_400_000 - taken * 60_000,
    metadata: { headers: { "X-RateLimit-Limit": limit, "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": String(midnight + 86_400_000) } },
  });
});

test("a minute has its own limit, which the next minute lifts, and another workspace does not share", () => {
  const limits = createFreeLimits(terms);
  const take = (workspace: string, at: number) => faultOf(() => limits.take(workspace, midnight + at, poor));
  for (let index = 0; index < 3; index++) expect(take("one", 10_000)).toBeUndefined();
  expect(take("one", 59_000)).toMatchObject({ message: "Rate limit exceeded: free-models-per-min.", retryAfterMs: 1000 });
  expect(take("two", 59_000)).toBeUndefined();
  expect(take("one", 60_000)).toBeUndefined();
});

test("a new day begins at midnight, UTC, and nobody is asked for credits before the smaller limit is reached", () => {
  const limits = createFreeLimits(terms);
  for (const day of [0, 1]) {
    for (let index = 0; index < 5; index++) expect(limits.take("ws", midnight + day * 86_400_000 + index * 60_000, never)).toBeUndefined();
  }
});

test("of many requests at once no more pass than the minute has, also while the workspace's credits are looked up", async () => {
  const limits = createFreeLimits({ perMinute: 20, perDay: 5, perDayWithCredits: 1000 });
  for (let index = 0; index < 5; index++) limits.take("ws", midnight, never);
  const burst = await Promise.allSettled(Array.from({ length: 300 }, async () => limits.take("ws", midnight + 60_000, rich)));
  expect(burst.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
});

test("what is refused is not counted, nor what nobody could look up", async () => {
  const limits = createFreeLimits({ perMinute: 20, perDay: 5, perDayWithCredits: 8 });
  for (let index = 0; index < 5; index++) limits.take("ws", midnight, never);
  await Promise.allSettled(Array.from({ length: 10 }, async () => limits.take("ws", midnight, () => Promise.reject(new Error("no database")))));
  const rest = await Promise.allSettled(Array.from({ length: 10 }, async () => limits.take("ws", midnight, rich)));
  expect(rest.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  await expect(limits.take("ws", midnight + 60_000, rich)).rejects.toThrow("high-balance");
});
