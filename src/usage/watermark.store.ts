/** How far a node's journal has reached the database. */

import type { Db, Statement } from "../db/port.ts";

/** The position of the last record that is in the database; 0 before the first. */
export async function readWatermark(db: Db, nodeId: string): Promise<number> {
  const [result] = await db.write([{
    sql: "insert into journals (node_id, position) values (?, 0) on conflict (node_id) do update set position = journals.position returning position",
    values: [nodeId],
  }]);
  return Number(result?.rows[0]?.position);
}

/**
 * Moves the watermark over a batch, from exactly where it must be: anywhere else the position becomes null, which the
 * column refuses, and the whole transaction with it. So of two callers that race with one batch the second fails, and a
 * batch that is replayed is never booked twice.
 */
export function moveWatermark(nodeId: string, from: number, to: number): Statement {
  return {
    sql: "update journals set position = case when position = ? then cast(? as bigint) else null end where node_id = ?",
    values: [from, to, nodeId],
  };
}
