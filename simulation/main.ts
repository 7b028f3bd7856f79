/**
 * Prints what each policy makes of each world.
 * `node --import tsx simulation/main.ts [--quick] [--seeds 1,2] [--only ref,grey] [--policies ours]`
 */

import { parseArgs } from "node:util";
import { run } from "./run.ts";
import { clairvoyant } from "./clairvoyant.ts";
import { rivals } from "./rivals.ts";
import { ours } from "./ours.ts";
import { scenarios } from "./scenarios.ts";
import { verdicts } from "./goals.ts";
import { table } from "./report.ts";
import { createWorld } from "./world.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, seeds: { type: "string", multiple: true }, only: { type: "string" }, policies: { type: "string" } },
});

/** The policy's numbers were chosen on the first five; nothing was ever chosen on the others. */
const tuned = "1,2,3,4,5";
const unseen = "101,102,103,104,105";

for (const seeds of values.seeds ?? (values.quick ? ["1,2"] : [tuned, unseen])) {
  print(`\n# Seeds ${seeds}\n`);
  for (const plan of scenarios(values.quick ? 0.15 : 1).filter(({ name }) => isAskedFor(values.only, name))) {
    const worlds = seeds.split(",").map((seed) => createWorld(plan, Number(seed)));
    let requests = 0;
    const rows = [clairvoyant, ...rivals, ...ours].filter(({ name }) => isAskedFor(values.policies, name)).map((policy) => {
      const runs = worlds.map((world) => run(world, policy));
      requests = runs.reduce((sum, one) => sum + one.requests, 0);
      return { policy: policy.name, runs: runs.map(({ figures }) => figures) };
    });
    print(`## ${plan.name}: ${requests.toLocaleString("en")} requests a row\n\n${table(rows, plan.focus !== undefined)}\n\n${verdicts(plan.name, rows)}\n`);
  }
}

function isAskedFor(asked: string | undefined, name: string): boolean {
  return asked === undefined || asked.split(",").some((part) => name.startsWith(part));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
