/** The rollups in the database, and the apps: what a batch adds. Read by activity.store.ts and rankings.store.ts. */

import type { Statement, Value } from "../db/port.ts";
import { decodeGeneration } from "./generation-text.ts";
import type { GenerationRow } from "./generations.store.ts";
import { countGeneration, createTally, rollupShapes, type AppSighting, type RollupShape, type RollupTable, type Sum } from "./rollup.ts";

/**
 * Statements that count each generation of a batch. They add, whoever runs them, and so belong into the transaction that
 * moves the watermark over the batch (watermark.store.ts): it refuses a batch that was booked before, and this with it.
 */
export function rollUp(rows: readonly GenerationRow[]): Statement[] {
  const tally = createTally();
  for (const { generation, text } of rows) countGeneration(tally, decodeGeneration(generation, text));
  const statements: Statement[] = [];
  for (const table of tables) statements.push(...addAll(table, [...tally.sums[table].values()]));
  for (const sighting of tally.sightings.values()) statements.push(...sightApp(sighting));
  return statements;
}

const tables = Object.keys(rollupShapes) as RollupTable[];

// As with generations: many rows in one statement cost half of what they cost one by one.
const sizes = [32, 8, 1];
const texts = new Map<string, string>();

function addAll(table: RollupTable, sums: readonly Sum[]): Statement[] {
  const statements: Statement[] = [];
  let done = 0;
  for (const size of sizes) {
    for (; sums.length - done >= size; done += size) {
      const values: Value[] = [];
      for (const { key, counts, cost } of sums.slice(done, done + size)) values.push(...key, ...counts, cost);
      statements.push({ sql: textFor(table, size), values });
    }
  }
  return statements;
}

function textFor(table: RollupTable, size: number): string {
  const name = `${table} ${size}`;
  const text = texts.get(name) ?? (table === "app_days" ? appDaysText(size) : upsertText(table, rollupShapes[table], { row: rowOf(rollupShapes[table]), size }));
  texts.set(name, text);
  return text;
}

/** The key's word on its app is taken in the database, as it is when the batch is booked. */
function appDaysText(size: number): string {
  const { counts } = rollupShapes.app_days;
  const isPublic = "coalesce((select public_app from keys where hash = ?), 0)";
  const row = `(${[isPublic, "?", "?", "?", ...counts.map(() => "?"), "?"].join(", ")})`;
  return upsertText("app_days", { key: ["is_public", "model", "day", "app_id"], counts }, { row, size });
}

function rowOf({ key, counts }: RollupShape): string {
  return `(${[...key, ...counts, "cost_nano"].map(() => "?").join(", ")})`;
}

function upsertText(table: RollupTable, { key, counts }: RollupShape, { row, size }: { readonly row: string; readonly size: number }): string {
  const sums = [...counts, "cost_nano"];
  return `insert into ${table} (${[...key, ...sums].join(", ")}) values ${Array.from({ length: size }, () => row).join(", ")}
    on conflict (${key.join(", ")}) do update set ${sums.map((name) => `${name} = ${table}.${name} + excluded.${name}`).join(", ")}`;
}

function sightApp({ app, keyHash, title, titleAt, firstAt, lastAt, categories }: AppSighting): Statement[] {
  const isLater = "(excluded.title_at > app_keys.title_at or (excluded.title_at = app_keys.title_at and coalesce(excluded.title, '') > coalesce(app_keys.title, '')))";
  return [
    {
      sql: `insert into app_keys (app_id, key_hash, origin, title, title_at, first_at, last_at) values (?, ?, ?, ?, ?, ?, ?)
        on conflict (app_id, key_hash) do update set
          title = case when ${isLater} then excluded.title else app_keys.title end,
          title_at = case when ${isLater} then excluded.title_at else app_keys.title_at end,
          first_at = case when excluded.first_at < app_keys.first_at then excluded.first_at else app_keys.first_at end,
          last_at = case when excluded.last_at > app_keys.last_at then excluded.last_at else app_keys.last_at end`,
      values: [app.id, keyHash, app.origin, title, titleAt, firstAt, lastAt],
    },
    ...[...categories].toSorted().map((category) => ({
      sql: "insert into app_categories (app_id, key_hash, category) values (?, ?, ?) on conflict (app_id, key_hash, category) do nothing",
      values: [app.id, keyHash, category],
    })),
  ];
}
