import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCatalog } from "../catalog/load.ts";
import type { Db } from "../db/port.ts";
import { openSqlite } from "../db/sqlite.ts";
import { openKeys } from "../keys/keys.ts";
import { plainQuirks } from "../providers/quirks.ts";
import { openJournal } from "../usage/journal.ts";
import { openUsageReads } from "../usage/reads.ts";
import { rollupShapes } from "../usage/rollup.ts";
import { isDemo } from "./demo.store.ts";
import { fillDemo } from "./fill.ts";

const now = Date.UTC(2026, 10, 21, 6);
const { models } = loadCatalog({
  folder: fileURLToPath(new URL("../../catalog/", import.meta.url)), configured: [], credential: () => undefined, simulated: [],
  protocols: new Set(["openai-chat"]), quirksOf: () => plainQuirks, now,
});
const tables = [...Object.keys(rollupShapes), "generations", "keys", "app_keys", "app_categories", "spend", "journals"];

let directory: string;
let db: Db;
let made: number;

async function fill(name: string, seed: number): Promise<{ readonly db: Db; readonly made: number }> {
  const opened = await openSqlite(join(directory, name, "windrose.db"));
  const journal = await openJournal({ directory: join(directory, name, "journal") });
  try {
    return { db: opened, made: await fillDemo({ db: opened, journal, nodeId: "embedded", models, seed, now, days: 14, count: 6000 }) };
  } finally {
    await journal.close();
  }
}

const rowsOf = async (from: Db) => Object.fromEntries(await Promise.all(tables.map(async (table) => [table, (await from.read(`select * from ${table}`)).map((row) => JSON.stringify(row)).toSorted()])));

const reads = () => openUsageReads({ db, clock: () => now });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "windrose-demo-"));
  ({ db, made } = await fill("one", 1));
});
afterAll(async () => {
  await db.close();
  await rm(directory, { recursive: true });
});

test("one seed makes the same rows, another makes others", async () => {
  const [same, other] = [await fill("same", 1), await fill("other", 2)];
  const rows = await rowsOf(db);
  expect(await rowsOf(same.db)).toEqual(rows);
  expect((await rowsOf(other.db))["generations"]).not.toEqual(rows["generations"]);
  await Promise.all([same.db.close(), other.db.close()]);
});

test("what it makes is recorded as real traffic is: each generation once, in every sum, and marked as a demonstration", async () => {
  const [row] = await db.read("select (select count(*) from generations) as rows, (select sum(requests) from model_days) as requests, (select sum(requests) from key_days) as by_key, (select count(*) from model_days where is_sandbox = 1) as simulated");
  expect(row).toEqual({ rows: made, requests: made, by_key: made, simulated: 0 });
  expect(Math.abs(made - 6000)).toBeLessThan(3);
  const [costs] = await db.read("select cast((select sum(cost_nano) from generations) as text) as booked, cast((select sum(cost_nano) from model_days) as text) as rolled, cast((select sum(spent_nano) from spend where budget_id like 'workspace:%') as text) as spent");
  expect([costs?.rolled, costs?.spent]).toEqual([costs?.booked, costs?.booked]);
  expect(await isDemo(db)).toBe(true);
});

describe("it shows what pages are for", () => {
  test("the models of the first pages are among the busiest, with three to six providers each", async () => {
    const busiest = (await reads().ranking("models", "month")).rows.slice(0, 10).map(({ id }) => id);
    for (const slug of ["ministral-8b", "mistral-small", "mixtral-8x7b-instruct", "ministral-8b-2512"]) expect(busiest).toContain(`mistralai/${slug}`);
    const counts = await db.read("select model, count(distinct endpoint_id) as endpoints from endpoint_days group by model having sum(requests) > 100");
    expect(counts.filter(({ endpoints }) => Number(endpoints) < 3 || Number(endpoints) > 6)).toEqual([]);
  });

  test("an invented provider fails often, and routing makes up for it", async () => {
    expect((await reads().providerUptime("gale", "day")).overall.availability).toBeLessThan(0.8);
    const { overall } = (await reads().modelUptime("mistralai/ministral-8b", "day")).all;
    expect(overall.withRouting).toBeGreaterThan(overall.withoutRouting ?? 1);
  });

  test("public apps are ranked, private ones are not, and nobody can call with a key of theirs", async () => {
    const names = [...(await reads().appRanking("month")).apps.values()].map(({ name }) => name);
    expect(names).toContain("Helmsman");
    expect(names).not.toContain("Internal tool");
    expect(await db.read("select name from keys where disabled = 0")).toEqual([]);
  });
});

test("a database that was used is left as it is", async () => {
  const used = await openSqlite(":memory:");
  await openKeys({ db: used, clock: () => 1 }).create({ name: "mine", kind: "inference" });
  const journal = await openJournal({ directory: join(directory, "used") });
  await expect(fillDemo({ db: used, journal, nodeId: "embedded", models, seed: 1, now, days: 1, count: 1 })).rejects.toMatchObject({ code: "invalid_request" });
  expect([await isDemo(used), await used.read("select id from generations")]).toEqual([false, []]);
  await Promise.all([used.close(), journal.close()]);
});
