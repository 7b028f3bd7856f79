import { describe, expect, test } from "vitest";
import { createQueue } from "../src/replay/queue.ts";
import { ours } from "./ours.ts";
import type { Policy } from "./policy.ts";
import { rivals } from "./rivals.ts";
import { run } from "./run.ts";
import { scenarios } from "./scenarios.ts";
import { createTraffic } from "./traffic.ts";
import { createWorld, day, hour, type WorldPlan } from "./world.ts";

function scenario(name: string): WorldPlan {
  const plan = scenarios(0.05).find((one) => one.name === name);
  if (plan === undefined) throw new RangeError(name);
  return plan;
}

const stress = scenario("stress");

test.each([...rivals, ...ours])("$name decides the same in two runs of one seed, and otherwise with another", (policy) => {
  const hashOf = (seed: number) => run(createWorld(stress, seed), policy).logHash;
  expect(hashOf(7)).toBe(hashOf(7));
  expect(hashOf(8)).not.toBe(hashOf(7));
});

test("what happens next is what is due first, and first come at equal times", () => {
  const queue = createQueue<string>();
  for (const [at, name] of [[3, "d"], [1, "a"], [2, "b"], [2, "c"], [9, "e"]] as const) queue.schedule(at, name);
  const order = [];
  for (let entry = queue.next(); entry !== undefined; entry = queue.next()) order.push(entry.happening);
  expect(order).toEqual(["a", "b", "c", "d", "e"]);
});

describe("traffic", () => {
  test("has the load it is told, over a week", () => {
    const world = createWorld({ name: "week", days: 7, requestsPerSecond: 0.5, adversity: 0 }, 1);
    const next = createTraffic(world);
    let count = 0;
    let last = world.start;
    for (let arrival = next(); arrival !== undefined; arrival = next()) {
      if (arrival.at > last) count += 1;
      last = arrival.at;
    }
    expect(count / (0.5 * 7 * (day / 1000))).toBeCloseTo(1, 1);
  });

  test("is the same under every policy", () => {
    const world = createWorld(stress, 3);
    const counts = new Set([...rivals, ...ours].map((policy) => run(world, policy).requests));
    expect(counts.size).toBe(1);
  });
});

describe("the world", () => {
  test("is well where nothing befalls it", () => {
    const world = createWorld({ name: "calm", days: 1, requestsPerSecond: 1, adversity: 0 }, 1);
    expect(world.conditions.flat().every(({ errorShare, slowness }) => errorShare === 0 && slowness === 1)).toBe(true);
  });

  test("adds up troubles that overlap", () => {
    const spell = { hangShare: 0, slowness: 2, errorShare: 0.5 };
    const world = createWorld({ name: "two", days: 1, requestsPerSecond: 1, adversity: 0, spells: [[{ ...spell, from: 0, to: 2 * hour }, { ...spell, from: hour, to: 3 * hour }]] }, 1);
    expect(world.conditions[0]?.map(({ errorShare, slowness }) => [errorShare, slowness])).toEqual([[0.5, 2], [0.75, 4], [0.5, 2], [0, 1]]);
  });
});

// The goals that are cheap to check on every push; docs/simulation.md has them all, from long runs.
describe("the policy", () => {
  const [, adaptive] = ours as [Policy, Policy, Policy];

  test.each([
    { name: "hard down, 0.2 rps", shareMost: 10 },
    { name: "hard down, 1 rps", shareMost: 2.2 },
  ])("leaves a dead endpoint alone: $name", ({ name, shareMost }) => {
    const { figures } = run(createWorld(scenario(name), 11), adaptive);
    expect(figures.focusShare).toBeLessThan(shareMost);
    expect(figures.failed).toBe(0);
  });

  test("does not add to a blackout", () => {
    expect(run(createWorld(scenario("blackout"), 11), adaptive).figures.focusTries).toBeLessThan(1.15);
  });
});
