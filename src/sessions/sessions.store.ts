/** Sessions and one-time tokens in the database, under the hashes of what their holders have. */

import type { Db } from "../db/port.ts";
import type { Session } from "./sessions.ts";

export interface NewToken {
  readonly hash: string;
  readonly workspaceId: string;
  readonly expiresAt: number;
  readonly now: number;
}

/** Those that are too old go at the same time. */
export async function insertToken(db: Db, { hash, workspaceId, expiresAt, now }: NewToken): Promise<void> {
  await db.write([
    { sql: "delete from sign_in_tokens where expires_at <= ?", values: [now] },
    { sql: "insert into sign_in_tokens (hash, workspace_id, expires_at) values (?, ?, ?)", values: [hash, workspaceId, expiresAt] },
  ]);
}

/** Sessions that began or were seen earlier have ended. */
export interface Living {
  readonly createdAfter: number;
  readonly seenAfter: number;
}

export interface Opening extends Living {
  readonly tokenHash: string;
  readonly hash: string;
  /** The session that the browser had before. */
  readonly previousHash: string;
  readonly now: number;
}

/** False when there is no such token or it is too old; the second of two racing callers gets false. Sessions that have ended go at the same time. */
export async function openSession(db: Db, { tokenHash, hash, previousHash, now, createdAfter, seenAfter }: Opening): Promise<boolean> {
  // A stranger who guesses is to cost a read, and no transaction.
  if ((await db.read("select 1 as found from sign_in_tokens where hash = ? and expires_at > ?", [tokenHash, now])).length === 0) return false;
  const [opened] = await db.write([
    {
      sql: `insert into sessions (hash, workspace_id, created_at, seen_at)
        select cast(? as text), workspace_id, cast(? as bigint), cast(? as bigint) from sign_in_tokens where hash = ? and expires_at > ?`,
      values: [hash, now, now, tokenHash, now],
    },
    { sql: "delete from sign_in_tokens where hash = ?", values: [tokenHash] },
    { sql: "delete from sessions where hash = ? and exists (select 1 from sessions as opened where opened.hash = ?)", values: [previousHash, hash] },
    { sql: "delete from sessions where created_at <= ? or seen_at <= ?", values: [createdAfter, seenAfter] },
  ]);
  return opened?.changes === 1;
}

export async function findSession(db: Db, { hash, createdAfter, seenAfter }: Living & { readonly hash: string }): Promise<Session | undefined> {
  const [row] = await db.read("select workspace_id, created_at, seen_at from sessions where hash = ? and created_at > ? and seen_at > ?", [hash, createdAfter, seenAfter]);
  return row === undefined ? undefined : { hash, workspaceId: row.workspace_id as string, createdAt: Number(row.created_at), seenAt: Number(row.seen_at) };
}

/** Of two racing callers the later time stays. A session that was ended meanwhile stays ended. */
export async function touchSession(db: Db, hash: string, now: number): Promise<void> {
  await db.write([{ sql: "update sessions set seen_at = ? where hash = ? and seen_at < ?", values: [now, hash, now] }]);
}

export async function removeSession(db: Db, hash: string): Promise<void> {
  await db.write([{ sql: "delete from sessions where hash = ?", values: [hash] }]);
}
