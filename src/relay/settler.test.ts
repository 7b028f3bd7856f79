import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { wallClock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { nanodollars } from "../base/money.ts";
import type { Db } from "../db/port.ts";
import { openSqlite } from "../db/sqlite.ts";
import { openKeys } from "../keys/keys.ts";
import { keyBudget } from "../ledger/budget.ts";
import { openLedger } from "../ledger/ledger.ts";
import { openGenerations } from "../usage/generations.store.ts";
import type { Generation } from "../usage/generation.ts";
import { openJournal } from "../usage/journal.ts";
import { startSettler } from "./settler.ts";

const nodeId = "embedded";
const clock = wallClock;
const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

async function freshDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "windrose-settler-"));
  directories.push(directory);
  return directory;
}

async function openNode(directory: string, wrap: (db: Db) => Db = (db) => db) {
  const embedded = await openSqlite(join(directory, "windrose.db"));
  const db = wrap(embedded);
  const journal = await openJournal({ directory: join(directory, "journal") });
  const ledger = openLedger({ db, clock, nodeId });
  const generations = openGenerations(db);
  const log: string[] = [];
  const start = () => startSettler({ db, journal, ledger, generations, nodeId, clock, log: { error: (_, message) => log.push(message) } });
  const close = async () => {
    await journal.close();
    await embedded.close();
  };
  return { db, journal, ledger, generations, start, close, log };
}

const request = { workspaceId: "w", isSandbox: false, key: { hash: "k", limit: null, limitReset: null, createdAt: 1, updatedAt: null } };

function generation(id: string, cost: bigint): Generation {
  return {
    id, requestId: "req-1", createdAt: clock(), workspaceId: "w", keyHash: "k", surface: "chat-completions", requestedModel: "a/b", model: "a/b",
    endpointId: "a/b@p", providerName: "P", upstreamId: null, isSandbox: false, streamed: false, cancelled: false, finishReason: "stop",
    nativeFinishReason: "stop", faultCode: null, latencyMs: 1, generationMs: 1, promptTokens: 1, completionTokens: 1, reasoningTokens: 0,
    cachedTokens: 0, usageEstimated: false, cost: nanodollars(cost), serviceTier: null, router: null, presetId: null, cacheSourceId: null,
    app: { referer: null, title: null, categories: ["x"], userAgent: null }, user: null, sessionId: null,
    attempts: [{ endpointId: "a/b@p", providerName: "P", model: "a/b", status: 200, faultCode: null, latencyMs: 1, kind: "try", cost: nanodollars(cost) }],
    plan: { seed: 1, steps: ["a/b@p"], rejected: [] }, notes: [],
  };
}

describe("the settler", () => {
  test("books each generation with its entry and its sums, and gives it back whole", async () => {
    const { journal, ledger, generations, start, close, db } = await openNode(await freshDirectory());
    const settler = await start();
    const written = generation("gen-1", 9_007_199_254_740n);
    const hold = await ledger.hold(request, nanodollars(1n));
    await journal.append(written);
    ledger.settle(hold, written.cost);
    await journal.append(generation("gen-free", 0n));
    await settler.drain();
    expect(await generations.find("gen-1", "w")).toEqual(written);
    expect(await generations.find("gen-1", "another workspace")).toBeUndefined();
    expect(await generations.find("gen-free", "w")).toMatchObject({ cost: 0n });
    expect(await db.read("select id, debit_account, credit_account, kind from entries")).toEqual([{ id: "gen-1", debit_account: "workspace:w", credit_account: "provider:P", kind: "charge" }]);
    expect((await ledger.usageOf(keyBudget("k", false))).total).toBe(written.cost);
    expect(ledger.stateOf(keyBudget("k", false))).toMatchObject({ held: 0n, unsettled: 0n });
    await close();
  });

  test("a batch whose word of success was lost is not booked again", async () => {
    const lose = { next: false };
    const { journal, ledger, start, close, db } = await openNode(await freshDirectory(), (inner) => ({
      ...inner,
      async write(statements) {
        const results = await inner.write(statements);
        if (!lose.next || statements.length < 3) return results;
        lose.next = false;
        throw new Fault("storage_unavailable", "lost");
      },
    }));
    const settler = await start();
    lose.next = true;
    await journal.append(generation("gen-1", 5n));
    await settler.settle();
    await journal.append(generation("gen-2", 7n));
    await settler.drain();
    expect(lose.next).toBe(false);
    expect((await ledger.usageOf("key:k")).total).toBe(12n);
    expect(await db.read("select id from generations order by id")).toEqual([{ id: "gen-1" }, { id: "gen-2" }]);
    expect(await db.read("select requests, cost_nano from model_days")).toEqual([{ requests: 2, cost_nano: 12 }]);
    await close();
  });

  test("while the database is down the journal keeps everything, and all of it is booked later", async () => {
    const down = { is: false };
    const { journal, ledger, start, close } = await openNode(await freshDirectory(), (inner) => ({
      ...inner,
      async write(statements) {
        if (down.is) throw new Fault("storage_unavailable", "down");
        return inner.write(statements);
      },
    }));
    const settler = await start();
    down.is = true;
    for (let index = 0; index < 3; index++) {
      await journal.append(generation(`gen-${index}`, 5n));
      await expect(settler.settle()).rejects.toMatchObject({ code: "storage_unavailable" });
    }
    down.is = false;
    await settler.drain();
    expect((await ledger.usageOf("key:k")).total).toBe(15n);
    await close();
  });

  test("a journal that was lost does not hide what comes after it", async () => {
    const directory = await freshDirectory();
    const first = await openNode(directory);
    const settler = await first.start();
    for (let index = 0; index < 3; index++) await first.journal.append(generation(`gen-${index}`, 5n));
    await settler.drain();
    await first.close();
    await rm(join(directory, "journal"), { recursive: true });
    const second = await openNode(directory);
    const settlerAfter = await second.start();
    await second.journal.append(generation("gen-after", 5n));
    await settlerAfter.drain();
    expect((await second.ledger.usageOf("key:k")).total).toBe(20n);
    await second.close();
  });
});

/** Kills the node of settler.traffic.ts after `count` acknowledged generations; gives those, with their costs. */
async function trafficUntilKilled(directory: string, secret: string, count: number): Promise<[string, bigint][]> {
  const program = fileURLToPath(new URL("./settler.traffic.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, directory, secret], { stdio: ["ignore", "pipe", "inherit"] });
  const acknowledged: [string, bigint][] = [];
  for await (const line of createInterface(child.stdout)) {
    const [id = "", cost = ""] = line.split(" ");
    if (/^\d+$/.test(cost)) acknowledged.push([id, BigInt(cost)]);
    if (acknowledged.length === count) child.kill("SIGKILL");
  }
  return acknowledged;
}

test("kill -9 in the middle of traffic, again and again: nothing acknowledged is lost or booked twice, no lease and no hold stays", { timeout: 60_000 }, async () => {
  const directory = await freshDirectory();
  const setUp = await openNode(directory);
  const limit = nanodollars(1_000_000_000_000n);
  const { key, secret } = await openKeys({ db: setUp.db, clock }).create({ name: "traffic", kind: "inference", limit });
  await setUp.ledger.grant(key.workspaceId, limit, "for the test");
  await setUp.close();

  const acknowledged = new Map<string, bigint>();
  for (const count of [1, 150, 700, 2000]) {
    for (const [id, cost] of await trafficUntilKilled(directory, secret, count)) acknowledged.set(id, cost);
  }

  const { db, ledger, start, close, journal } = await openNode(directory);
  const settler = await start();
  const rows = await db.read("select id, cast(cost_nano as text) as cost from generations");
  const recorded = new Map(rows.map((row) => [row.id as string, BigInt(row.cost as string)]));
  const cost = [...recorded.values()].reduce((sum, each) => sum + each, 0n);

  expect(acknowledged.size).toBeGreaterThan(2800);
  expect([...acknowledged].filter(([id, told]) => recorded.get(id) !== told)).toEqual([]);
  expect((await ledger.usageOf(keyBudget(key.hash, false))).total).toBe(cost);
  expect((await ledger.credits(key.workspaceId)).totalUsage).toBe(cost);
  const [entries] = await db.read("select cast(sum(amount_nano) as text) as charged from entries where kind = 'charge'");
  expect(BigInt(entries?.charged as string)).toBe(cost);
  const [rolled] = await db.read("select sum(requests) as requests, cast(sum(cost_nano) as text) as cost from endpoint_hours");
  expect(rolled).toEqual({ requests: rows.length, cost: String(cost) });
  expect(await db.read("select * from leases")).toEqual([]);
  expect(ledger.openHolds()).toBe(0);
  expect(await db.read("select position from journals")).toEqual([{ position: journal.end() }]);
  expect((await readdir(join(directory, "journal"))).length).toBe(1);

  // The whole of the balance can be held again.
  const left = nanodollars(limit - cost);
  ledger.release(await ledger.hold({ workspaceId: key.workspaceId, isSandbox: false, key }, left));
  await settler.drain();
  await close();
});
