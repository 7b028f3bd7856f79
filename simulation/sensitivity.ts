/**
 * How much the conclusions hang on the world that we made: each main assumption at half and at twice its value, one at a time, in the
 * stress world; our policy as it runs beside the best rival on failures.
 * `node --import tsx simulation/sensitivity.ts [--seeds 1,2] [--days 0.5]`
 */

import { parseArgs } from "node:util";
import { ours } from "./ours.ts";
import { mean } from "./report.ts";
import { published } from "./rivals.ts";
import { run } from "./run.ts";
import { createWorld, type EndpointTraits, type World, type WorldPlan } from "./world.ts";

interface Assumption {
  readonly name: string;
  readonly plan?: (plan: WorldPlan, factor: number) => WorldPlan;
  readonly world?: (world: World, factor: number) => World;
}

const assumptions: readonly Assumption[] = [
  { name: "how often something befalls an endpoint", plan: (plan, factor) => ({ ...plan, adversity: plan.adversity * factor }) },
  { name: "the share of errors that are silence", world: (world, factor) => withConditions(world, (one) => ({ ...one, hangShare: Math.min(1, one.hangShare * factor) })) },
  { name: "how slow slow spells are", world: (world, factor) => withConditions(world, (one) => ({ ...one, slowness: 1 + (one.slowness - 1) * factor })) },
  { name: "the spread of latencies (sigma)", plan: endpointsWith((one, factor) => ({ ...one, sigma: one.sigma * factor })) },
  { name: "the latencies themselves", plan: endpointsWith((one, factor) => ({ ...one, latencyMs: one.latencyMs * factor })) },
  { name: "what endpoints cost above the cheapest", plan: endpointsWith((one, factor) => ({ ...one, price: 1 + (one.price - 1) * factor })) },
  { name: "what endpoints take before they refuse", plan: endpointsWith((one, factor) => ({ ...one, capacity: one.capacity * factor })) },
  { name: "traffic", plan: (plan, factor) => ({ ...plan, requestsPerSecond: plan.requestsPerSecond * factor }) },
];

const { values } = parseArgs({ options: { seeds: { type: "string", default: "1,2" }, days: { type: "string", default: "0.5" } } });
const seeds = values.seeds.split(",").map(Number);
const base: WorldPlan = { name: "stress", days: Number(values.days), requestsPerSecond: 1, adversity: 8 };
const policies = [ours.find(({ name }) => name === "ours + adaptive timeout"), published].filter((policy) => policy !== undefined);

print(`stress, ${values.days} days, seeds ${values.seeds}; each cell: ${policies.map(({ name }) => name).join(" / ")}\n`);
print("| assumption | times | failed % | p99 s | p99 in faults s | price |\n| --- | --- | --- | --- | --- | --- |");
measure({ name: "as it is" }, 1);
for (const assumption of assumptions) for (const factor of [0.5, 2]) measure(assumption, factor);

function measure({ name, plan = (one) => one, world = (one) => one }: Assumption, factor: number): void {
  const worlds = seeds.map((seed) => world(createWorld(plan(base, factor), seed), factor));
  const figures = policies.map((policy) => worlds.map((one) => run(one, policy).figures));
  const cell = (figure: "failed" | "p99" | "p99InFaults" | "price", decimals: number) => figures.map((runs) => mean(runs.map((one) => one[figure])).toFixed(decimals)).join(" / ");
  print(`| ${name} | ${factor} | ${cell("failed", 3)} | ${cell("p99", 1)} | ${cell("p99InFaults", 1)} | ${cell("price", 3)} |`);
}

function endpointsWith(change: (one: EndpointTraits, factor: number) => EndpointTraits): NonNullable<Assumption["plan"]> {
  return (plan, factor) => ({ ...plan, endpoints: (standard) => (plan.endpoints?.(standard) ?? standard).map((one) => change(one, factor)) });
}

function withConditions(world: World, change: (one: World["conditions"][number][number]) => World["conditions"][number][number]): World {
  return { ...world, conditions: world.conditions.map((ofEndpoint) => ofEndpoint.map(change)) };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
