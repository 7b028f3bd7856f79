/** Keys in the database. A removed key keeps its row, because its generations and its spend go on naming it. */

import { nanodollars } from "../base/money.ts";
import type { Db, Row, Value } from "../db/port.ts";
import type { Key, KeyPage, KeyPatch } from "./key.ts";

const columns = `hash, workspace_id, name, label, kind, is_sandbox, disabled, cast(limit_nano as text) as limit_nano, limit_reset,
  include_byok_in_limit, hedge, public_app, expires_at, created_at, updated_at, creator_user_id`;

/** False when a key with this hash was there before, removed or not; the second of two racing callers gets false. */
export async function insertKey(db: Db, key: Key): Promise<boolean> {
  const sql = `insert into keys (hash, workspace_id, name, label, kind, is_sandbox, disabled, limit_nano, limit_reset,
      include_byok_in_limit, hedge, public_app, expires_at, created_at, creator_user_id)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (hash) do nothing`;
  const [result] = await db.write([{ sql, values: [
    key.hash, key.workspaceId, key.name, key.label, key.kind, Number(key.isSandbox), Number(key.disabled), key.limit, key.limitReset,
    Number(key.includeByokInLimit), Number(key.hedge), Number(key.publicApp), key.expiresAt, key.createdAt, key.creatorUserId,
  ] }]);
  return result?.changes === 1;
}

export async function findKey(db: Db, hash: string): Promise<Key | undefined> {
  const [row] = await db.read(`select ${columns} from keys where hash = ? and deleted_at is null`, [hash]);
  return row === undefined ? undefined : decodeKey(row);
}

/** Newest first. */
export async function listKeys(db: Db, page: KeyPage & { readonly workspaceId: string }): Promise<readonly Key[]> {
  const sql = `select ${columns} from keys where workspace_id = ? and deleted_at is null and disabled <= ?
    order by created_at desc, hash limit ? offset ?`;
  const rows = await db.read(sql, [page.workspaceId, Number(page.includeDisabled), page.limit, page.offset]);
  return rows.map(decodeKey);
}

export async function countKeys(db: Db): Promise<number> {
  const [row] = await db.read("select count(*) as keys from keys where deleted_at is null");
  return Number(row?.keys);
}

/**
 * The key after the change; undefined when there is none.
 * Two racing callers both succeed: fields that both name have the value of the second.
 */
export async function updateKey(db: Db, hash: string, patch: KeyPatch & { readonly now: number }): Promise<Key | undefined> {
  const changes: [string, Value][] = [];
  if (patch.name !== undefined) changes.push(["name", patch.name]);
  if (patch.disabled !== undefined) changes.push(["disabled", Number(patch.disabled)]);
  if (patch.limit !== undefined) changes.push(["limit_nano", patch.limit]);
  if (patch.limitReset !== undefined) changes.push(["limit_reset", patch.limitReset]);
  if (patch.includeByokInLimit !== undefined) changes.push(["include_byok_in_limit", Number(patch.includeByokInLimit)]);
  if (patch.hedge !== undefined) changes.push(["hedge", Number(patch.hedge)]);
  if (patch.publicApp !== undefined) changes.push(["public_app", Number(patch.publicApp)]);
  const sql = `update keys set ${changes.map(([column]) => `${column} = ?, `).join("")}
      updated_at = case when coalesce(updated_at, created_at) < ? then ? else coalesce(updated_at, created_at) + 1 end
    where hash = ? and deleted_at is null returning ${columns}`;
  const [result] = await db.write([{ sql, values: [...changes.map(([, value]) => value), patch.now, patch.now, hash] }]);
  const row = result?.rows[0];
  return row === undefined ? undefined : decodeKey(row);
}

/** False when there is no such key; the second of two racing callers gets false. */
export async function removeKey(db: Db, hash: string, now: number): Promise<boolean> {
  const [result] = await db.write([{ sql: "update keys set deleted_at = ? where hash = ? and deleted_at is null", values: [now, hash] }]);
  return result?.changes === 1;
}

function decodeKey(row: Row): Key {
  return {
    hash: row.hash as string,
    name: row.name as string,
    label: row.label as string,
    kind: row.kind as Key["kind"],
    isSandbox: row.is_sandbox === 1,
    workspaceId: row.workspace_id as string,
    disabled: row.disabled === 1,
    limit: row.limit_nano === null ? null : nanodollars(BigInt(row.limit_nano as string)),
    limitReset: row.limit_reset as Key["limitReset"],
    includeByokInLimit: row.include_byok_in_limit === 1,
    hedge: row.hedge === 1,
    publicApp: row.public_app === 1,
    expiresAt: row.expires_at as number | null,
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number | null,
    creatorUserId: row.creator_user_id as string | null,
  };
}
