import { expect, test } from "vitest";
import { nanodollars } from "../base/money.ts";
import { createHealth } from "../routing/health.ts";
import { earnHedge, type HedgeAllowances } from "./hedge.ts";

/** What is left after one answer, by what it was paid with. */
function earned(isSandbox: boolean, cost: bigint): readonly (readonly [string, number])[] {
  const hedges: HedgeAllowances = new Map();
  const run = { deps: { hedges, health: createHealth() }, call: { key: { workspaceId: "ws" } }, planned: { isSandbox } };
  earnHedge(run as never, nanodollars(cost));
  return [...hedges].map(([purse, { left }]) => [purse, left]);
}

test("play money of the sandbox earns no hedges that real providers charge for", () => {
  expect(earned(false, 1_000n)).toEqual([["ws", 30.5]]);
  expect(earned(true, 1_000n)).toEqual([["ws sandbox", 30.5]]);
});

test("an answer that cost nothing earns a part of an attempt, and none of one that costs", () => {
  expect(earned(false, 0n)).toEqual([["ws free", expect.closeTo(0.05)]]);
});
