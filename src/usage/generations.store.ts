/** Generations in the database. Rows are written by batch and never changed. */

import type { Db, Statement, Value } from "../db/port.ts";
import { decodeGeneration } from "./generation-text.ts";
import type { Generation } from "./generation.ts";

export interface GenerationRow {
  readonly generation: Generation;
  /** What {@link encodeGeneration} made of it. */
  readonly text: string;
}

export interface Generations {
  /** Statements that insert each generation once, however often they are run. */
  insert(rows: readonly GenerationRow[]): Statement[];

  /** Undefined when there is none in this workspace, or not yet: rows come some 100 ms after the answer. */
  find(id: string, workspaceId: string): Promise<Generation | undefined>;
}

const columns = ["id", "workspace_id", "key_hash", "created_at", "model", "endpoint_id", "is_sandbox", "cost_nano", "prompt_tokens", "completion_tokens", "detail"];

export function openGenerations(db: Db): Generations {
  return {
    insert: (rows) => rows.map((row) => ({ sql: insertSql, values: valuesOf(row) })),

    async find(id, workspaceId) {
      const [row] = await db.read("select detail from generations where id = ? and workspace_id = ?", [id, workspaceId]);
      return row === undefined ? undefined : decodeGeneration(row.detail as string);
    },
  };
}

const insertSql = `insert into generations (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")}) on conflict (id) do nothing`;

function valuesOf({ generation, text }: GenerationRow): Value[] {
  return [
    generation.id, generation.workspaceId, generation.keyHash, generation.createdAt, generation.model, generation.endpointId,
    Number(generation.isSandbox), generation.cost, generation.promptTokens, generation.completionTokens, text,
  ];
}
