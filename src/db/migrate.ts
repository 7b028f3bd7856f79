/** Brings a schema up to date, through the port, so that it is the same program for every driver. */

import { Fault } from "../base/fault.ts";
import { migrations } from "./migrations.ts";
import type { Db } from "./port.ts";

/**
 * Applies the migrations that are missing, in order, each in one transaction with the record of it.
 * The second of two racing callers fails on that record and changes nothing.
 * @throws Fault storage_unavailable when the database was written by a newer version.
 */
export async function migrate(db: Db): Promise<void> {
  await db.write([{ sql: "create table if not exists migrations (id integer primary key, name text not null)", values: [] }]);
  const applied = new Set((await db.read("select id from migrations")).map((row) => row.id));
  if (applied.size > migrations.length) {
    throw new Fault("storage_unavailable", `The database was written by a newer version (schema ${applied.size}, this program knows ${migrations.length}). Start that version, or restore a backup.`);
  }
  for (const [index, migration] of migrations.entries()) {
    const id = index + 1;
    if (applied.has(id)) continue;
    await db.write([
      ...migration.statements.map((sql) => ({ sql, values: [] })),
      { sql: "insert into migrations (id, name) values (?, ?)", values: [id, migration.name] },
    ]);
  }
}
