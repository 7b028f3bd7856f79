/** Generations in the database. Rows are written by batch and never changed. */

import { nanodollars } from "../base/money.ts";
import type { Db, Row, Statement, Value } from "../db/port.ts";
import { decodeGeneration, type Charged } from "./generation-text.ts";
import type { Generation } from "./generation.ts";

export interface GenerationRow {
  readonly generation: Charged;
  /** What {@link encodeGeneration} made of it. */
  readonly text: string;
}

export interface Generations {
  /** Statements that insert each generation once, however often they are run. */
  insert(rows: readonly GenerationRow[]): Statement[];

  /** Undefined when there is none in this workspace, or not yet: rows come 0.1 to 1 s after the answer. */
  find(id: string, workspaceId: string): Promise<Generation | undefined>;

  /**
   * Those that began in a span, whoever's, in the order of their seconds: a page after the other, at most `countMax` each. A
   * row that is written meanwhile is in a page or is not.
   */
  pages(span: Span, countMax?: number): AsyncIterable<readonly Generation[]>;
}

/** Milliseconds, from the first until before the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const columns = ["id", "workspace_id", "key_hash", "created_at", "is_sandbox", "provider_name", "cost_nano", "detail"];

export function openGenerations(db: Db): Generations {
  return {
    insert: insertAll,

    async find(id, workspaceId) {
      const [row] = await db.read(
        "select key_hash, created_at, is_sandbox, provider_name, cast(cost_nano as text) as cost_nano, detail from generations where id = ? and workspace_id = ?",
        [id, workspaceId],
      );
      if (row === undefined) return undefined;
      return generationOf({ ...row, id, workspace_id: workspaceId });
    },

    async *pages({ from, to }, countMax = 500) {
      // Ids begin with the second, and the time within it is in the row.
      let after = `gen-${Math.floor(from / 1000)}-`;
      const end = `gen-${Math.floor(to / 1000) + 1}-`;
      for (;;) {
        const rows = await db.read(
          "select id, workspace_id, key_hash, created_at, is_sandbox, provider_name, cast(cost_nano as text) as cost_nano, detail from generations where id > ? and id < ? order by id limit ?",
          [after, end, countMax],
        );
        const last = rows.at(-1);
        if (last === undefined) return;
        after = last.id as string;
        yield rows.map(generationOf).filter(({ createdAt }) => createdAt >= from && createdAt < to);
      }
    },
  };
}

function generationOf(row: Row): Generation {
  const charged: Charged = {
    id: row.id as string, workspaceId: row.workspace_id as string, keyHash: row.key_hash as string, createdAt: row.created_at as number,
    isSandbox: row.is_sandbox === 1, providerName: row.provider_name as string | null, cost: nanodollars(BigInt(row.cost_nano as string)),
  };
  return decodeGeneration(charged, row.detail as string);
}

// Many rows in one statement cost half of what they cost one by one. Few sizes, so that few statements are prepared.
const inserts = [64, 8, 1].map((size) => ({ size, sql: insertSql(size) }));

function insertAll(rows: readonly GenerationRow[]): Statement[] {
  const statements: Statement[] = [];
  let done = 0;
  for (const { size, sql } of inserts) {
    for (; rows.length - done >= size; done += size) {
      const values: Value[] = [];
      for (const { generation, text } of rows.slice(done, done + size)) {
        const { id, workspaceId, keyHash, createdAt, isSandbox, providerName, cost } = generation;
        values.push(id, workspaceId, keyHash, createdAt, Number(isSandbox), providerName, cost, text);
      }
      statements.push({ sql, values });
    }
  }
  return statements;
}

function insertSql(rows: number): string {
  const row = `(${columns.map(() => "?").join(", ")})`;
  return `insert into generations (${columns.join(", ")}) values ${Array.from({ length: rows }, () => row).join(", ")} on conflict (id) do nothing`;
}
