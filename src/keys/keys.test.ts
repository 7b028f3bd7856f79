import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import { keyHash } from "../base/ids.ts";
import { nanodollars } from "../base/money.ts";
import type { Db } from "../db/port.ts";
import { openSqlite } from "../db/sqlite.ts";
import { openKeys } from "./keys.ts";

let db: Db;
beforeAll(async () => {
  db = await openSqlite(":memory:");
});
afterAll(() => db.close());

/** Counts what reaches the database, and can be cut off from it. */
function watched(inner: Db) {
  const state = { reads: 0, isDown: false };
  const unlessDown = () => {
    if (state.isDown) throw new Fault("storage_unavailable", "down");
  };
  const watchedDb: Db = {
    async read(sql, values) {
      state.reads += 1;
      unlessDown();
      return inner.read(sql, values);
    },
    async write(statements) {
      unlessDown();
      return inner.write(statements);
    },
    close: () => inner.close(),
  };
  return { db: watchedDb, state };
}

function setUp() {
  const time = { now: 1_700_000_000_000 };
  const { db: watchedDb, state } = watched(db);
  return { time, state, keys: openKeys({ db: watchedDb, clock: () => time.now }) };
}

describe("authenticate", () => {
  test("a created key is known at once, without the database", async () => {
    const { keys, state } = setUp();
    const { key, secret } = await keys.create({ name: "first", kind: "inference" });
    expect(keys.authenticate(secret)).toEqual(key);
    expect(state.reads).toBe(0);
    expect(key.hash).toBe(keyHash(secret));
    expect(JSON.stringify(key)).not.toContain(secret);
  });

  test("another node reads it once, then knows it", async () => {
    const { secret, key } = await setUp().keys.create({ name: "x", kind: "inference", limit: nanodollars(9_007_199_254_740_993n) });
    const { keys, state } = setUp();
    expect(await Promise.all([keys.authenticate(secret), keys.authenticate(secret)])).toEqual([key, key]);
    expect(keys.authenticate(secret)).toEqual(key);
    expect(state.reads).toBe(1);
  });

  test("no such key is remembered for five seconds", async () => {
    const { keys, state, time } = setUp();
    expect(await keys.authenticate("sk-wr-v1-none")).toBeUndefined();
    time.now += 5_000;
    expect(keys.authenticate("sk-wr-v1-none")).toBeUndefined();
    expect(state.reads).toBe(1);
    time.now += 1;
    expect(keys.authenticate("sk-wr-v1-none")).toBeInstanceOf(Promise);
  });

  test("a key revoked elsewhere stops after 30 seconds at the latest", async () => {
    const here = setUp();
    const elsewhere = setUp();
    const { secret, key } = await elsewhere.keys.create({ name: "x", kind: "inference" });
    await here.keys.authenticate(secret);
    await elsewhere.keys.remove(key.hash);
    here.time.now += 15_000;
    expect(here.keys.authenticate(secret)).toEqual(key);
    here.time.now += 15_001;
    expect(await here.keys.authenticate(secret)).toBeUndefined();
  });

  test("after 15 seconds it is read again behind the answer", async () => {
    const here = setUp();
    const elsewhere = setUp();
    const { secret, key } = await elsewhere.keys.create({ name: "x", kind: "inference" });
    await here.keys.authenticate(secret);
    const changed = await elsewhere.keys.update(key.hash, { disabled: true });
    here.time.now += 15_001;
    expect(here.keys.authenticate(secret)).toEqual(key);
    await new Promise(setImmediate);
    await db.read("select 1");
    await new Promise(setImmediate);
    expect(here.keys.authenticate(secret)).toEqual(changed);
  });

  test("when the database is down a known key works for 30 seconds and an unknown one is never refused as wrong", async () => {
    const { keys, state, time } = setUp();
    const { secret, key } = await keys.create({ name: "x", kind: "inference" });
    state.isDown = true;
    time.now += 30_000;
    expect(keys.authenticate(secret)).toEqual(key);
    time.now += 1;
    await expect(keys.authenticate(secret)).rejects.toMatchObject({ code: "storage_unavailable" });
    await expect(keys.authenticate("sk-wr-v1-other")).rejects.toMatchObject({ code: "storage_unavailable" });
  });

  test("a change is never overwritten by a reading that began before it", async () => {
    const { secret, key } = await setUp().keys.create({ name: "x", kind: "inference" });
    const { keys } = setUp();
    const before = keys.authenticate(secret);
    const removed = keys.remove(key.hash);
    await Promise.all([before, removed]);
    expect(keys.authenticate(secret)).toBeUndefined();
  });
});

describe("changes", () => {
  test("update changes what is named and nothing else, and is always later", async () => {
    const { keys } = setUp();
    const { key } = await keys.create({ name: "x", kind: "inference", limit: nanodollars(5n), limitReset: "daily", isSandbox: true, expiresAt: 5 });
    const first = await keys.update(key.hash, { limit: null });
    expect(first).toEqual({ ...key, limit: null, updatedAt: key.createdAt + 1 });
    const second = await keys.update(key.hash, { name: "y", disabled: true, limitReset: null, includeByokInLimit: true });
    expect(second).toEqual({ ...first, name: "y", disabled: true, limitReset: null, includeByokInLimit: true, updatedAt: key.createdAt + 2 });
    expect(await keys.find(key.hash)).toEqual(second);
  });

  test("a removed key is gone for callers and its row stays", async () => {
    const { keys } = setUp();
    const { key, secret } = await keys.create({ name: "x", kind: "inference" });
    const before = await keys.count();
    expect(await Promise.all([keys.remove(key.hash), keys.remove(key.hash)])).toEqual([true, false]);
    expect(keys.authenticate(secret)).toBeUndefined();
    expect(await keys.find(key.hash)).toBeUndefined();
    expect(await keys.update(key.hash, { name: "y" })).toBeUndefined();
    expect(await keys.count()).toBe(before - 1);
    expect(await db.read("select name from keys where hash = ?", [key.hash])).toEqual([{ name: "x" }]);
    await expect(keys.create({ name: "again", kind: "inference", secret })).rejects.toMatchObject({ code: "invalid_request" });
  });

  test("of two callers that create one secret, one is told", async () => {
    const { keys } = setUp();
    const secret = "the-bootstrap-key-of-a-test";
    const both = await Promise.allSettled([1, 2].map(() => keys.create({ name: "x", kind: "management", secret })));
    expect(both.map((each) => each.status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("list gives the newest first, page by page, disabled ones on request", async () => {
    const { keys, time } = setUp();
    const workspaceId = "5e1f0000-0000-4000-8000-000000000000";
    await db.write([{ sql: "insert into workspaces (id, name, slug, created_at) values (?, 'other', 'other', 0)", values: [workspaceId] }]);
    for (const name of ["a", "b", "c", "d"]) {
      time.now += 1;
      const { key } = await keys.create({ name, kind: "inference", workspaceId });
      if (name === "c") await keys.update(key.hash, { disabled: true });
    }
    const names = async (page: { offset: number; limit: number; includeDisabled: boolean }) => (await keys.list({ ...page, workspaceId })).map((key) => key.name);
    expect(await names({ offset: 0, limit: 2, includeDisabled: false })).toEqual(["d", "b"]);
    expect(await names({ offset: 2, limit: 2, includeDisabled: false })).toEqual(["a"]);
    expect(await names({ offset: 0, limit: 9, includeDisabled: true })).toEqual(["d", "c", "b", "a"]);
  });
});
