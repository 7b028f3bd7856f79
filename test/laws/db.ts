/** The laws of a database driver: what src/db/port.ts promises. Every driver runs them. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rowId } from "../../src/base/ids.ts";
import type { Db, Statement } from "../../src/db/port.ts";

export interface DriverUnderTest {
  readonly name: string;
  /** A place for a database that no one else uses: a file, a schema. */
  place(): Promise<string>;
  open(place: string): Promise<Db>;
  /** The module and the function in it that opens a place, for a program that will be killed. */
  readonly opener: { readonly module: string; readonly name: string };
}

export function obeysTheDatabaseLaws(driver: DriverUnderTest): void {
  describe(`the laws of a database driver: ${driver.name}`, () => {
    let place: string;
    let db: Db;
    beforeAll(async () => {
      place = await driver.place();
      db = await driver.open(place);
    });
    afterAll(() => db.close());

    test("a write is all or nothing", async () => {
      const name = rowId();
      const refused = db.write([put(`${name}/1`), put(`${name}/2`), put(`${name}/1`)]);
      await expect(refused).rejects.toMatchObject({ code: "storage_unavailable", cause: expect.anything() });
      expect(await keysUnder(db, name)).toEqual([]);
    });

    test("a write that fails does not fail its neighbours", () =>
      fc.assert(fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), async (fails) => {
        const name = rowId();
        const writes = fails.map((fail, index) => db.write([put(`${name}/${index}`), ...(fail ? [put(`${name}/${index}`)] : [])]));
        const settled = await Promise.allSettled(writes);
        expect(settled.map((each) => each.status === "rejected")).toEqual(fails);
        const kept = fails.flatMap((fail, index) => (fail ? [] : [`${name}/${index}`]));
        expect(await keysUnder(db, name)).toEqual(kept.sort());
      }), { numRuns: 20 }));

    test("SQL that is wrong fails its own caller only", async () => {
      const name = rowId();
      const [wrong, right, read] = await Promise.allSettled([db.write([{ sql: "no such thing", values: [] }]), db.write([put(name)]), db.read("nor this")]);
      expect([wrong?.status, right?.status, read?.status]).toEqual(["rejected", "fulfilled", "rejected"]);
      expect(await keysUnder(db, name)).toEqual([name]);
    });

    test("a read sees every write that was acknowledged before it", async () => {
      const name = rowId();
      for (let index = 0; index < 50; index++) {
        await db.write([put(`${name}/${index}`)]);
        expect(await keysUnder(db, name)).toHaveLength(index + 1);
      }
    });

    test("racing writes run one after the other: no increment is lost", async () => {
      const name = rowId();
      await db.write([put(name, "0")]);
      const increment = { sql: "update settings set value = cast(cast(value as bigint) + 1 as text) where key = ? returning value", values: [name] };
      const results = await Promise.all(Array.from({ length: 200 }, () => db.write([increment])));
      const values = results.map(([result]) => Number(result?.rows[0]?.value));
      expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    });

    test("statements of one write see each other, and each tells its rows and changes", async () => {
      const name = rowId();
      const results = await db.write([
        put(name, "a"),
        { sql: "select value from settings where key = ?", values: [name] },
        { sql: "update settings set value = 'b' where key = ?", values: [name] },
        { sql: "delete from settings where key = ? returning value", values: [name] },
        { sql: "delete from settings where key = ?", values: [name] },
      ]);
      expect(results.map((result) => result.rows)).toEqual([[], [{ value: "a" }], [], [{ value: "b" }], []]);
      expect([0, 2, 3, 4].map((index) => results[index]?.changes)).toEqual([1, 1, 1, 0]);
    });

    test("integers of 64 bits are exact, and text and null come back as they went", () =>
      fc.assert(fc.asyncProperty(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.string({ unit: "grapheme" }), async (amount, text) => {
        const id = rowId();
        await db.write([{ sql: "insert into budgets (id, limit_nano, limit_reset, terms_at) values (?, ?, ?, ?)", values: [id, amount, text.replaceAll("\0", ""), 9_007_199_254_740_991] }]);
        const rows = await db.read("select cast(limit_nano as text) as amount, limit_reset, terms_at from budgets where id = ? and limit_nano = ?", [id, amount]);
        expect(rows).toEqual([{ amount: amount.toString(), limit_reset: text.replaceAll("\0", ""), terms_at: 9_007_199_254_740_991 }]);
        expect(await db.read("select cast(null as text) as absent")).toEqual([{ absent: null }]);
      }), { numRuns: 50 }));

    test("many writers share a transaction and all of them are told", async () => {
      const name = rowId();
      await Promise.all(Array.from({ length: 1000 }, (_, index) => db.write([put(`${name}/${index}`)])));
      expect(await keysUnder(db, name)).toHaveLength(1000);
    });

    test("close waits for what was begun, and refuses what comes after", async () => {
      const elsewhere = await driver.place();
      const closing = await driver.open(elsewhere);
      const begun = closing.write([put("begun")]);
      await closing.close();
      await begun;
      await expect(closing.read("select 1")).rejects.toMatchObject({ code: "storage_unavailable" });
      const reopened = await driver.open(elsewhere);
      expect(await keysUnder(reopened, "begun")).toEqual(["begun"]);
      await reopened.close();
    });

    test("what was acknowledged survives kill -9", { timeout: 60_000 }, async () => {
      const elsewhere = await driver.place();
      const acknowledged: string[] = [];
      for (let run = 0; run < 3; run++) acknowledged.push(...(await acknowledgedUntilKilled(driver, elsewhere, { run, count: 200 })));
      const reopened = await driver.open(elsewhere);
      const kept = new Set(await keysUnder(reopened, "run"));
      await reopened.close();
      expect(acknowledged.length).toBeGreaterThanOrEqual(600);
      expect(acknowledged.filter((key) => !kept.has(key))).toEqual([]);
    });
  });
}

function put(key: string, value = ""): Statement {
  return { sql: "insert into settings (key, value) values (?, ?)", values: [key, value] };
}

async function keysUnder(db: Db, prefix: string): Promise<unknown[]> {
  return (await db.read("select key from settings where key like ? order by key", [`${prefix}%`])).map((row) => row.key);
}

/** Writes from ten sides at once in another process, kills it in the middle, and gives what it was told is written. */
async function acknowledgedUntilKilled({ opener }: DriverUnderTest, place: string, { run, count }: { run: number; count: number }): Promise<string[]> {
  const program = `
    import { ${opener.name} as open } from ${JSON.stringify(opener.module)};
    const db = await open(${JSON.stringify(place)});
    const writer = async (side) => {
      for (let index = 0; ; index++) {
        const key = "run ${run}, " + side + ", " + index;
        await db.write([{ sql: "insert into settings (key, value) values (?, '')", values: [key] }]);
        console.log(key);
      }
    };
    for (let side = 0; side < 10; side++) void writer(side);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
  const acknowledged: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    acknowledged.push(line);
    if (acknowledged.length === count) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return acknowledged;
}
