import { existsSync, readFileSync } from "node:fs";
import { parse as parseYaml } from "yaml";
import { wallClock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import type { Catalog } from "../catalog/load.ts";
import type { Endpoint } from "../catalog/model.ts";
import { paths, type Config } from "../config.ts";
import { openSqliteReader } from "../db/sqlite.ts";
import { openCatalog } from "../gateway.ts";
import { sources } from "../replay/conditions.ts";
import { replay as replayRecords, type Comparison } from "../replay/replay.ts";
import type { Tally } from "../replay/run.ts";
import { quantile } from "../replay/times.ts";
import { defaultPolicy, policyWith, type Policy } from "../routing/policy.ts";
import { profiles } from "../sandbox/profiles.ts";
import { openGenerations } from "../usage/generations.store.ts";
import { readArguments, textOption, usageFault } from "./options.ts";
import { table, type Terminal } from "./terminal.ts";

export const replayUsage = "windrose replay --policy FILE [--days 7] [--sandbox]";

const day = 24 * 60 * 60_000;
/** Before the window, so that its first requests do not meet strangers. */
const warmUpMs = 60 * 60_000;

/**
 * `windrose replay …`: the recorded traffic of the last days under the default policy and under that of a file. Beside a running
 * node it reads the node's database; nothing is called and nothing is written.
 */
export async function replay(config: Config, args: readonly string[], terminal: Terminal): Promise<void> {
  const { values, positionals } = readArguments(args, { policy: { type: "string" }, days: { type: "string" }, sandbox: { type: "boolean" } }, replayUsage);
  const file = textOption(values, "policy");
  if (file === undefined || positionals.length > 0) throw usageFault(replayUsage);
  const other = readPolicy(file);
  const days = readDays(textOption(values, "days") ?? "7");
  const isSandbox = values["sandbox"] === true;
  const database = paths.database(config.dataDir);
  if (!existsSync(database)) throw new Fault("not_found", `Nothing is recorded in ${config.dataDir}. Set WINDROSE_DATA_DIR to the directory of the installation.`);
  const to = wallClock();
  const from = to - days * day;
  const db = await openSqliteReader(database);
  try {
    const generations = openGenerations(db);
    const catalog = await openCatalog(config, profiles.map((profile) => ({ ...profile, baseUrl: "" })));
    const comparison = await replayRecords({
      from, policy: defaultPolicy, other, timeouts: config.timeouts, endpointOf: finder(catalog, isSandbox),
      pages: async function* () {
        for await (const page of generations.pages({ from: from - warmUpMs, to })) yield page.filter((one) => one.isSandbox === isSandbox);
      },
    });
    for (const line of reportOf(comparison, { file, days, isSandbox })) terminal.print(line);
  } finally {
    await db.close();
  }
}

function readPolicy(file: string): Policy {
  let content: unknown;
  try {
    content = parseYaml(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Fault("invalid_request", `${file} cannot be read as YAML or JSON${error instanceof Error ? `: ${error.message.split("\n")[0]}` : ""}.`, { cause: error });
  }
  return policyWith(content);
}

function readDays(text: string): number {
  const days = Number(text);
  if (!(days > 0 && days <= 3650)) throw new Fault("invalid_request", `--days takes a number of days, such as 7 or 0.5, not "${text}".`);
  return days;
}

/** By id, once per endpoint: a window holds the same few ids over and over. */
function finder(catalog: Catalog, isSandbox: boolean): (endpointId: string) => Endpoint | undefined {
  const found = new Map<string, Endpoint | undefined>();
  return (endpointId) => {
    if (!found.has(endpointId)) {
      const model = catalog.find(endpointId.slice(0, endpointId.indexOf("@")));
      const endpoints = model === undefined ? [] : isSandbox ? catalog.sandboxed(model) : catalog.live(model);
      found.set(endpointId, endpoints.find(({ id }) => id === endpointId));
    }
    return found.get(endpointId);
  };
}

interface Asked {
  readonly file: string;
  readonly days: number;
  readonly isSandbox: boolean;
}

function reportOf(comparison: Comparison, { file, days, isSandbox }: Asked): readonly string[] {
  const { recorded, policy, other, firstDiffers, planDiffers, firstAsRecorded, redrawn, untold, unknown } = comparison;
  if (recorded.requests === 0) return [`No ${isSandbox ? "sandbox " : ""}request of the last ${days} days can be replayed (${untold} told nothing of routing, ${unknown} had no endpoint that is configured today).`];
  const tallies = [recorded, policy, other];
  const providers = [...new Set(tallies.flatMap(({ firstTries }) => [...firstTries.keys()]))].sort();
  const row = (title: string, cell: (tally: Tally) => string) => [title, ...tallies.map(cell)];
  return [
    ...table(["", "RECORDED", "DEFAULT", file], [
      row("requests", ({ requests }) => String(requests)),
      row("failures before the first content", ({ failures, requests }) => `${failures} (${percent(failures, requests)})`),
      row("cost", ({ costNano }) => `$${(costNano / 1e9).toFixed(6)}`),
      row("cost, relative to the cheapest", ({ costNano, cheapestNano }) => (cheapestNano === 0 ? "-" : (costNano / cheapestNano).toFixed(3))),
      row("first content, median", ({ times }) => seconds(quantile(times, 0.5))),
      row("first content, 99 %", ({ times }) => seconds(quantile(times, 0.99))),
      row("tries a request", ({ tries, requests }) => (tries / requests).toFixed(3)),
      ...providers.map((provider) => row(`first tries at ${provider}`, ({ firstTries, requests }) => percent(firstTries.get(provider) ?? 0, requests))),
    ]),
    "",
    `Between the two policies, ${firstDiffers} of ${policy.requests} requests go to another endpoint first, and ${planDiffers} have another one among the first three.`,
    `The default policy sends ${firstAsRecorded} of them first where the gateway did.`,
    ...(redrawn.compared === 0 ? [] : [`Of ${redrawn.compared} recorded plans in which the seed decided between endpoints, ${redrawn.agreeing} stand as the seed draws them again.`]),
    ...(untold + unknown === 0 ? [] : [`Left out: ${untold} that no policy could have changed, ${unknown} whose endpoints are not configured today.`]),
    `Estimated: under the default policy ${sourcesOf(policy)}; under ${file} ${sourcesOf(other)}.`,
    "An endpoint that was not called for a request is taken to answer as it answered others within five minutes, else as it did at any time",
    "of the window, else as the model's endpoints did. Prices are today's. docs/simulation.md says what else is assumed.",
  ];
}

const sourceTexts = { recorded: "as recorded", neighbours: "from neighbours in time", overall: "from the whole window", model: "from other endpoints" } as const;

function sourcesOf({ sources: counts, tries }: Tally): string {
  return sources.filter((source) => counts.has(source)).map((source) => `${percent(counts.get(source) ?? 0, tries)} of the tries ${sourceTexts[source]}`).join(", ");
}

function percent(part: number, whole: number): string {
  return `${Number(((100 * part) / whole).toFixed(2))} %`;
}

function seconds(value: number): string {
  return Number.isNaN(value) ? "-" : `${value.toFixed(2)} s`;
}
