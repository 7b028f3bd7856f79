import { expect, test } from "vitest";
import { openSqlite } from "../db/sqlite.ts";
import { moveWatermark, readWatermark } from "./watermark.store.ts";

test("a batch that is replayed fails with everything in it, and so does one that leaves a gap", async () => {
  const db = await openSqlite(":memory:");
  const batch = (from: number, to: number) => db.write([moveWatermark("n", from, to), { sql: "insert into settings (key, value) values (?, '')", values: [`${from}-${to}`] }]);
  expect(await readWatermark(db, "n")).toBe(0);
  const [first, second] = await Promise.allSettled([batch(0, 5), batch(0, 5)]);
  expect([first?.status, second?.status]).toEqual(["fulfilled", "rejected"]);
  await expect(batch(6, 9)).rejects.toMatchObject({ code: "storage_unavailable" });
  await batch(5, 9);
  expect(await readWatermark(db, "n")).toBe(9);
  expect(await db.read("select key from settings order by key")).toEqual([{ key: "0-5" }, { key: "5-9" }]);
  await db.close();
});
