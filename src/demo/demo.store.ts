/** What makes a data directory a demonstration: one setting, written before anything else. */

import type { Db } from "../db/port.ts";

const setting = "demo";

/** Is all that this database holds generated? Pages say so. */
export async function isDemo(db: Pick<Db, "read">): Promise<boolean> {
  const [row] = await db.read("select value from settings where key = ?", [setting]);
  return row?.value === "1";
}

/** Has it been used: is there a key, or a generation? */
export async function isUsed(db: Db): Promise<boolean> {
  const rows = await db.read("select 1 as used from keys union all select 1 from generations limit 1");
  return rows.length > 0;
}

export async function markDemo(db: Db): Promise<void> {
  await db.write([{ sql: "insert into settings (key, value) values (?, '1') on conflict (key) do nothing", values: [setting] }]);
}
