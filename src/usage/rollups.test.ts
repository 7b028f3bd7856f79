import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attempt, generationOf } from "../../test/support/generation.ts";
import { nanodollars } from "../base/money.ts";
import type { Db, Row } from "../db/port.ts";
import { openSqlite } from "../db/sqlite.ts";
import { chargedOf, decodeCounted, encodeGeneration } from "./generation-text.ts";
import type { Generation } from "./generation.ts";
import { openGenerations, type GenerationRow } from "./generations.store.ts";
import { providerOf, rollupShapes } from "./rollup.ts";
import { rollUp } from "./rollups.store.ts";
import { dayMs, hourMs } from "./spans.ts";
import { moveWatermark, readWatermark } from "./watermark.store.ts";

let db: Db;
beforeAll(async () => {
  db = await openSqlite(":memory:");
  await db.write([{
    sql: `insert into keys (hash, workspace_id, name, label, kind, is_sandbox, disabled, include_byok_in_limit, created_at, public_app)
      values ('public', '00000000-0000-4000-8000-000000000000', 'x', 'x', 'inference', 0, 0, 0, 0, 1)`,
    values: [],
  }]);
});
afterAll(() => db.close());

const tables = [...Object.keys(rollupShapes), "app_keys", "app_categories"];
const rowOf = (generation: Generation): GenerationRow => ({ generation: chargedOf(generation), text: encodeGeneration(generation) });
const count = async (generations: readonly Generation[]) => db.write(await rollUp(db, generations.map(rowOf)));

async function clear(): Promise<void> {
  await db.write([...tables, "generations", "journals"].map((table) => ({ sql: `delete from ${table}`, values: [] })));
}

/** All rows of all rollups, in an order of their own. */
async function everything(): Promise<readonly (readonly string[])[]> {
  return Promise.all(tables.map(async (table) => (await db.read(`select * from ${table}`)).map((row) => JSON.stringify(row)).toSorted()));
}

async function only(table: string, where = "1 = 1"): Promise<Row> {
  const rows = await db.read(`select * from ${table} where ${where}`);
  expect(rows).toHaveLength(1);
  return rows[0] ?? {};
}

test.each([
  { id: "a/b@groq", provider: "groq" },
  { id: "a/b:free@groq/eu", provider: "groq" },
  { id: "mistralai/mistral-nemo@mistral:open-mistral-nemo", provider: "mistral" },
  { id: "moonshotai/kimi@neuralwatt:moonshotai/Kimi-K2.7-Code", provider: "neuralwatt" },
  { id: "anthropic/claude-haiku-4.5@google-vertex:claude-haiku-4-5@20251001", provider: "google-vertex" },
])("the provider of $id is $provider, whichever of its endpoints it is", ({ id, provider }) => expect(providerOf(id)).toBe(provider));

describe("a generation is counted", () => {
  test("for the model before the first @: some providers have one in their own names", async () => {
    await clear();
    const endpointId = "a/b@google-vertex:b@20251001";
    await count([generationOf("gen-1", { model: "a/b", endpointId, attempts: [attempt(endpointId)] })]);
    expect(await only("endpoint_days")).toMatchObject({ model: "a/b", endpoint_id: endpointId, requests: 1 });
    expect(await only("provider_days")).toMatchObject({ provider: "google-vertex", requests: 1 });
  });

  test("where its tokens and its cost belong: its endpoint, provider, model and key", async () => {
    await clear();
    await count([generationOf("g", { endpointId: "a/b:free@groq/eu", attempts: [attempt("a/b:free@groq/eu")], reasoningTokens: 3, cachedTokens: 4, finishReason: "tool_calls", createdAt: 26 * hourMs })]);
    const used = { requests: 1, prompt_tokens: 100, completion_tokens: 50, reasoning_tokens: 3, cached_tokens: 4, tool_calls: 1, cost_nano: 7 };
    const called = { ...used, successes: 1, failures: 0, rate_limited: 0, first_tries: 1, first_failures: 0, rescued: 0 };
    expect(await only("endpoint_hours")).toMatchObject({ ...called, is_sandbox: 0, model: "a/b:free", hour: 26, endpoint_id: "a/b:free@groq/eu", latency_07: 1, throughput_14: 1 });
    expect(await only("endpoint_days")).toMatchObject({ ...called, day: 1, latency_07: 1 });
    expect(await only("provider_hours")).toMatchObject({ ...called, provider: "groq", hour: 26 });
    expect(await only("provider_days")).toMatchObject({ ...called, provider: "groq", day: 1 });
    expect(await only("model_hours")).toMatchObject({ ...used, failures: 0, tokens_1k: 150, tokens_10k: 0 });
    expect(await only("model_days")).toMatchObject({ ...used, model: "a/b:free", day: 1 });
    expect(await only("key_days")).toMatchObject({ ...used, key_hash: "k", model: "a/b:free", day: 1 });
    expect(await db.read("select * from app_days")).toEqual([]);
  });

  test("against whom it failed, and for whom it was rescued", async () => {
    await clear();
    await count([generationOf("g", { endpointId: "a/b@two", attempts: [attempt("a/b@one", { faultCode: "upstream_failed" }), attempt("a/b@two")] })]);
    expect(await only("endpoint_hours", "endpoint_id = 'a/b@one'")).toMatchObject({ requests: 0, successes: 0, failures: 1, first_tries: 1, first_failures: 1, rescued: 1, prompt_tokens: 0, cost_nano: 0 });
    expect(await only("endpoint_hours", "endpoint_id = 'a/b@two'")).toMatchObject({ requests: 1, successes: 1, failures: 0, first_tries: 0, prompt_tokens: 100, cost_nano: 7 });
    expect(await only("model_days")).toMatchObject({ requests: 1, failures: 0 });
  });

  test("for every model it tried", async () => {
    await clear();
    await count([generationOf("g", { endpointId: "c/d@two", attempts: [attempt("a/b@one", { faultCode: "upstream_failed" }), attempt("c/d@two")] })]);
    expect(await db.read("select model, requests, failures, successes from endpoint_days order by model")).toEqual([
      { model: "a/b", requests: 0, failures: 1, successes: 0 }, { model: "c/d", requests: 1, failures: 0, successes: 1 },
    ]);
  });

  test("in the sandbox's book, apart from the real one, and for no app", async () => {
    await clear();
    const app = { referer: "https://app.example", title: "App", categories: [], userAgent: null };
    await count([generationOf("g", { isSandbox: true, app }), generationOf("h")]);
    expect(await db.read("select is_sandbox, requests from model_days order by is_sandbox")).toEqual([{ is_sandbox: 0, requests: 1 }, { is_sandbox: 1, requests: 1 }]);
    expect(await db.read("select * from app_keys")).toEqual([]);
  });

  test("for its app: publicly when the key's owner says so, in private when not", async () => {
    await clear();
    const app = { referer: "https://app.example/x", title: "App", categories: ["cli-agent", "nonsense"], userAgent: null };
    await count([generationOf("g", { app }), generationOf("h", { app, keyHash: "public" })]);
    expect(await db.read("select is_public, model, requests from app_days order by is_public, model")).toEqual([
      { is_public: 0, model: "", requests: 1 }, { is_public: 0, model: "a/b", requests: 1 }, { is_public: 1, model: "", requests: 1 }, { is_public: 1, model: "a/b", requests: 1 },
    ]);
    expect(await db.read("select key_hash, origin, title from app_keys order by key_hash")).toEqual([
      { key_hash: "k", origin: "https://app.example", title: "App" }, { key_hash: "public", origin: "https://app.example", title: "App" },
    ]);
    expect(await db.read("select key_hash, category from app_categories order by key_hash")).toEqual([{ key_hash: "k", category: "cli-agent" }, { key_hash: "public", category: "cli-agent" }]);
  });

  test("though no provider was called for it, as a request", async () => {
    await clear();
    await count([generationOf("g", { endpointId: null, model: "a/b", promptTokens: 0, completionTokens: 0, cost: nanodollars(0n) }), generationOf("h", { endpointId: null, cancelled: true })]);
    expect(await db.read("select * from endpoint_days")).toEqual([]);
    expect(await only("model_days")).toMatchObject({ model: "a/b", requests: 1 });
    expect(await db.read("select model, requests from key_days order by model")).toEqual([{ model: "", requests: 1 }, { model: "a/b", requests: 1 }]);
  });
});

test("costs are exact beyond what a number can hold", async () => {
  await clear();
  await count([generationOf("g", { cost: nanodollars(9_007_199_254_740_993n) }), generationOf("h", { cost: nanodollars(2n) })]);
  expect(await db.read("select cast(cost_nano as text) as cost from model_days")).toEqual([{ cost: "9007199254740995" }]);
});

const traffic = fc.array(
  fc.record({
    createdAt: fc.integer({ min: 0, max: 3 * dayMs }),
    endpointId: fc.constantFrom("a/b@one", "a/b@two", "c/d@one/eu", null),
    keyHash: fc.constantFrom("k", "public"),
    isSandbox: fc.boolean(),
    streamed: fc.boolean(),
    faultCode: fc.constantFrom(null, "upstream_failed", "invalid_request"),
    promptTokens: fc.integer({ min: 0, max: 2_000_000 }),
    completionTokens: fc.nat(5000),
    cost: fc.bigInt(0n, 10n ** 12n).map(nanodollars),
    app: fc.record({
      referer: fc.constantFrom(null, "https://app.example", "http://localhost:3000"), title: fc.constantFrom(null, "One", "Two"),
      categories: fc.constantFrom<string[]>([], ["game"], ["cli-agent", "legal"]), userAgent: fc.constant(null),
    }),
  }),
  { minLength: 1, maxLength: 40 },
).map((all) => all.map((fields, index) => generationOf(`gen-${index}`, fields)));

test("any order, any cut into batches and any batch that comes again give the same sums, and each generation counts once", async () => {
  const generations = openGenerations(db);
  const book = async (rows: readonly GenerationRow[], from: number) =>
    db.write([moveWatermark("n", from, from + rows.length), ...generations.insert(rows), ...(await rollUp(db, rows))]);
  await fc.assert(fc.asyncProperty(traffic, fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), fc.infiniteStream(fc.nat(7)), fc.infiniteStream(fc.boolean()), async (all, places, cuts, repeats) => {
    await clear();
    await count(all);
    const whole = await everything();
    await clear();
    await readWatermark(db, "n");
    const shuffled = all.map((generation, index) => ({ row: rowOf(generation), place: places[index] ?? 0 })).toSorted((one, other) => one.place - other.place).map(({ row }) => row);
    for (let from = 0; from < shuffled.length; ) {
      const batch = shuffled.slice(from, from + 1 + (cuts.next().value ?? 0));
      await book(batch, from);
      if (repeats.next().value === true) await expect(book(batch, from)).rejects.toMatchObject({ code: "storage_unavailable" });
      from += batch.length;
    }
    expect(await everything()).toEqual(whole);
    const [requests] = await db.read("select sum(requests) as requests from key_days");
    expect(requests).toEqual({ requests: all.length });
  }), { numRuns: 60 });
});

test("what is read of a record to count it is what the record holds", () => {
  fc.assert(fc.property(traffic, (all) => {
    for (const generation of all) {
      const { generation: charged, text } = rowOf(generation);
      const { createdAt, keyHash, isSandbox, model, endpointId, streamed, cancelled, finishReason, faultCode, generationMs, promptTokens, completionTokens, reasoningTokens, cachedTokens, cost, app, attempts } = generation;
      expect(decodeCounted(charged, text)).toEqual({
        createdAt, keyHash, isSandbox, model, endpointId, streamed, cancelled, finishReason, faultCode, generationMs, promptTokens, completionTokens, reasoningTokens, cachedTokens, cost, app, attempts,
      });
    }
  }), { numRuns: 50 });
});
