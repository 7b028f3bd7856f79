import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { obeysTheDatabaseLaws } from "../../test/laws/db.ts";
import { migrations } from "./migrations.ts";
import { openSqlite } from "./sqlite.ts";

const directories: string[] = [];
afterAll(async () => {
  for (const directory of directories) await rm(directory, { recursive: true });
});

async function place(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "windrose-db-"));
  directories.push(directory);
  return join(directory, "windrose.db");
}

obeysTheDatabaseLaws({ name: "SQLite", place, open: openSqlite, opener: { module: new URL("./sqlite.ts", import.meta.url).href, name: "openSqlite" } });

test("one process owns a data directory; the second is told whose it is and what to do", async () => {
  const file = await place();
  const db = await openSqlite(file);
  await expect(openSqlite(file)).rejects.toMatchObject({
    code: "storage_unavailable",
    message: `The database cannot be opened: The data directory ${dirname(file)} is in use by process ${process.pid}. Stop that process, or set WINDROSE_DATA_DIR to another directory.`,
  });
  await db.close();
  await (await openSqlite(file)).close();
});

test("a file that is no database is refused with the reason", async () => {
  const file = await place();
  await writeFile(file, "this is no database, ".repeat(100));
  await expect(openSqlite(file)).rejects.toMatchObject({ code: "storage_unavailable", message: expect.stringContaining("not a database") });
});

test("a database of a newer version is refused, not changed", async () => {
  const file = await place();
  const db = await openSqlite(file);
  await db.write([{ sql: "insert into migrations (id, name) values (?, 'later')", values: [migrations.length + 1] }]);
  await db.close();
  await expect(openSqlite(file)).rejects.toMatchObject({ code: "storage_unavailable", message: expect.stringContaining("newer version") });
});

test("writes that wait for a transaction go together into the next one", async () => {
  const db = await openSqlite(":memory:");
  const put = (key: string) => db.write([{ sql: "insert into settings (key, value) values (?, '')", values: [key] }]);
  const first = put("first");
  await Promise.resolve(); // it is on its way
  const answered: string[] = [];
  const rest = ["a", "b", "c"].map((key) => put(key).then(() => answered.push(key)));
  await first;
  expect(answered).toEqual([]);
  await rest[0];
  expect(answered).toEqual(["a", "b", "c"]); // one answer for all of them
  await Promise.all(rest);
  await db.close();
});

test("a full disk refuses the write and changes nothing; reads work on, and writes too once there is space", async () => {
  const db = await openSqlite(await place());
  const put = (key: string, bytes: number) => db.write([{ sql: "insert into settings (key, value) values (?, ?)", values: [key, "x".repeat(bytes)] }]);
  const allowPages = (count: number) => db.write([{ sql: `pragma max_page_count = ${count}`, values: [] }]);
  await put("before", 1);
  await allowPages(100);
  await expect(put("large", 2 ** 20)).rejects.toMatchObject({ code: "storage_unavailable", cause: expect.stringContaining("full") });
  expect(await db.read("select key from settings")).toEqual([{ key: "before" }]);
  await allowPages(1000);
  await put("large", 2 ** 20);
  expect(await db.read("select key from settings order by key")).toEqual([{ key: "before" }, { key: "large" }]);
  await db.close();
});
