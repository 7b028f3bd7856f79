/** The rollups in the database, and the apps: what a batch adds. Read by activity.store.ts and rankings.store.ts. */

import type { Db, Statement, Value } from "../db/port.ts";
import { decodeCounted } from "./generation-text.ts";
import type { GenerationRow } from "./generations.store.ts";
import { countGeneration, createTally, rollupShapes, sumsOf, type AppSighting, type RollupTable, type Sum } from "./rollup.ts";

/**
 * Statements that count each generation of a batch. They add, whoever runs them, and so belong into the transaction that
 * moves the watermark over the batch (watermark.store.ts): it refuses a batch that was booked before, and this with it.
 */
export async function rollUp(db: Db, rows: readonly GenerationRow[]): Promise<Statement[]> {
  const publicKeys = new Set((await db.read("select hash from keys where public_app = 1")).map((row) => row.hash as string));
  const tally = createTally();
  for (const [index, { generation, text }] of rows.entries()) {
    countGeneration(tally, decodeCounted(generation, text));
    if (index % breathEvery === breathEvery - 1) await breath();
  }
  const sightings = [...tally.sightings.values()];
  const statements = [
    ...insertAll(sightings, sightingText, (values, { app, keyHash, title, titleAt, firstAt, lastAt }) => values.push(app.id, keyHash, app.origin, title, titleAt, firstAt, lastAt)),
    ...insertAll(categoriesOf(sightings), categoryText, (values, row) => values.push(...row)),
  ];
  for (const table of tables) {
    if (rows.length > breathEvery) await breath();
    statements.push(...insertAll(sumsOf(tally, table, publicKeys), (size) => upsertText(table, size), pushSum));
  }
  return statements;
}

/** Thousands of generations are some milliseconds' work: answers under way need not wait for all of it. */
const breathEvery = 250;

function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function pushSum(values: Value[], { key, counts, cost }: Sum): void {
  for (const value of key) values.push(value);
  for (const count of counts) values.push(count);
  values.push(cost);
}

const tables = Object.keys(rollupShapes) as RollupTable[];

// As with generations: many rows in one statement cost half of what they cost one by one, and few sizes are few statements.
const sizes = [32, 8, 1];
const texts = new Map<string, string>();

function insertAll<Item>(items: readonly Item[], textFor: (size: number) => string, push: (values: Value[], item: Item) => void): Statement[] {
  const statements: Statement[] = [];
  let done = 0;
  for (const size of sizes) {
    for (; items.length - done >= size; done += size) {
      const values: Value[] = [];
      for (let index = done; index < done + size; index++) push(values, items[index] as Item);
      statements.push({ sql: textFor(size), values });
    }
  }
  return statements;
}

function kept(name: string, make: () => string): string {
  const text = texts.get(name) ?? make();
  texts.set(name, text);
  return text;
}

function rows(size: number, columns: number): string {
  const row = `(${Array.from({ length: columns }, () => "?").join(", ")})`;
  return Array.from({ length: size }, () => row).join(", ");
}

function upsertText(table: RollupTable, size: number): string {
  return kept(`${table} ${size}`, () => {
    const { key, counts } = rollupShapes[table];
    const sums = [...counts, "cost_nano"];
    const columns = [...key, ...sums];
    return `insert into ${table} (${columns.join(", ")}) values ${rows(size, columns.length)}
      on conflict (${key.join(", ")}) do update set ${sums.map((name) => `${name} = ${table}.${name} + excluded.${name}`).join(", ")}`;
  });
}

const isLaterTitle = "(excluded.title_at > app_keys.title_at or (excluded.title_at = app_keys.title_at and coalesce(excluded.title, '') > coalesce(app_keys.title, '')))";

function sightingText(size: number): string {
  return kept(`app_keys ${size}`, () => `insert into app_keys (app_id, key_hash, origin, title, title_at, first_at, last_at) values ${rows(size, 7)}
    on conflict (app_id, key_hash) do update set
      title = case when ${isLaterTitle} then excluded.title else app_keys.title end,
      title_at = case when ${isLaterTitle} then excluded.title_at else app_keys.title_at end,
      first_at = case when excluded.first_at < app_keys.first_at then excluded.first_at else app_keys.first_at end,
      last_at = case when excluded.last_at > app_keys.last_at then excluded.last_at else app_keys.last_at end`);
}

function categoryText(size: number): string {
  return kept(`app_categories ${size}`, () => `insert into app_categories (app_id, key_hash, category) values ${rows(size, 3)}
    on conflict (app_id, key_hash, category) do nothing`);
}

function categoriesOf(sightings: readonly AppSighting[]): (readonly [number, string, string])[] {
  return sightings.flatMap(({ app, keyHash, categories }) => [...categories].toSorted().map((category) => [app.id, keyHash, category] as const));
}
