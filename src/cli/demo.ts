/** `windrose demo`: a data directory of its own with three months of generated traffic, to see the pages full. */

import { resolve } from "node:path";
import { wallClock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { paths, type Config } from "../config.ts";
import { openSqlite } from "../db/sqlite.ts";
import { fillDemo } from "../demo/fill.ts";
import { nodeId, openCatalog } from "../gateway.ts";
import { openJournal } from "../usage/journal.ts";
import { readyDataDirectory } from "./data-directory.ts";
import { readArguments, textOption, usageFault, type Arguments } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export const demoUsage = "windrose demo [--dir DIR] [--seed N] [--now TIME] [--days N] [--generations N]";

const options = { dir: { type: "string" }, seed: { type: "string" }, now: { type: "string" }, days: { type: "string" }, generations: { type: "string" } } as const;

export async function demo(config: Config, args: readonly string[], terminal: Terminal): Promise<void> {
  const { positionals, values } = readArguments(args, options, demoUsage);
  if (positionals.length > 0) throw usageFault(demoUsage);
  const dataDir = resolve(textOption(values, "dir") ?? `${config.dataDir}-demo`);
  const days = wholeOption(values, "days", { usual: 90, min: 1, max: 400 });
  const count = wholeOption(values, "generations", { usual: 120_000, min: 1, max: 2_000_000 });
  const seed = wholeOption(values, "seed", { usual: 1, min: 0, max: 2 ** 32 - 1 });
  const now = timeOption(values) ?? wallClock();

  readyDataDirectory(dataDir);
  const { models } = await openCatalog({ ...config, dataDir, providers: [], detectLocalServers: false });
  const db = await openSqlite(paths.database(dataDir));
  try {
    const journal = await openJournal({ directory: paths.journal(dataDir) });
    terminal.print(`Making about ${count} requests over ${days} days in ${dataDir} …`);
    const made = await fillDemo({ db, journal, nodeId, models, seed, now, days, count });
    await journal.close();
    terminal.print(`Made ${made} requests, seed ${seed}, up to ${new Date(now).toISOString()}. All of it is invented, and every page says so.`);
    terminal.print("See it with:");
    terminal.print(`WINDROSE_DATA_DIR=${dataDir} npx windrose serve`);
  } finally {
    await db.close();
  }
}

function wholeOption(values: Arguments["values"], name: string, { usual, min, max }: { readonly usual: number; readonly min: number; readonly max: number }): number {
  const text = textOption(values, name);
  if (text === undefined) return usual;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Fault("invalid_request", `--${name} takes a whole number from ${min} to ${max}, not "${text}".`);
}

function timeOption(values: Arguments["values"]): number | undefined {
  const text = textOption(values, "now");
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new Fault("invalid_request", `--now takes a time such as 2026-11-21T12:00:00Z, not "${text}".`);
}
