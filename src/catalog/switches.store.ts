/** Endpoints that were switched off because their provider said it has no such model. They stay off until the operator looks. */

import type { Db } from "../db/port.ts";

export interface Switch {
  readonly endpointId: string;
  /** Milliseconds since the epoch. */
  readonly offAt: number;
  readonly reason: string;
}

/** Oldest first. */
export async function listSwitches(db: Db): Promise<readonly Switch[]> {
  const rows = await db.read("select endpoint_id, off_at, reason from endpoint_switches order by off_at, endpoint_id");
  return rows.map((row) => ({ endpointId: String(row["endpoint_id"]), offAt: Number(row["off_at"]), reason: String(row["reason"]) }));
}

/** Of two racing callers the first one's reason stays. */
export async function switchOff(db: Db, { endpointId, offAt, reason }: Switch): Promise<void> {
  await db.write([{ sql: "insert into endpoint_switches (endpoint_id, off_at, reason) values (?, ?, ?) on conflict (endpoint_id) do nothing", values: [endpointId, offAt, reason] }]);
}

/** False when it was not off, and for the second of two racing callers. */
export async function switchOn(db: Db, endpointId: string): Promise<boolean> {
  const [result] = await db.write([{ sql: "delete from endpoint_switches where endpoint_id = ?", values: [endpointId] }]);
  return (result?.changes ?? 0) > 0;
}
