/** When keys were last used, by day: what the rollups of keys say. */

import type { Reader } from "./activity.store.ts";

/** The last UTC day (whole days since the epoch) on which each key was used, in either book; keys that never were are not in it. */
export async function readLastDays(db: Reader, hashes: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = await Promise.all(hashes.map(async (hash) => {
    const [row] = await db.read(
      `select max(day) as day from (select max(day) as day from key_days where is_sandbox = 0 and key_hash = ?
        union all select max(day) from key_days where is_sandbox = 1 and key_hash = ?) as books`,
      [hash, hash],
    );
    return typeof row?.day === "number" ? [[hash, row.day] as const] : [];
  }));
  return new Map(found.flat());
}
