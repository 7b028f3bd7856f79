import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nanodollars } from "../base/money.ts";
import { openSqlite, openSqliteReader } from "../db/sqlite.ts";
import { encodeGeneration } from "./generation-text.ts";
import type { Generation } from "./generation.ts";
import { openGenerations } from "./generations.store.ts";

function generation(index: number): Generation {
  return {
    id: `gen-${index}`, requestId: "req-1", createdAt: index, workspaceId: "w", keyHash: "k", surface: "chat-completions", requestedModel: "a/b", model: "a/b",
    endpointId: "a/b@p", providerName: index % 2 === 0 ? "P" : null, upstreamId: null, isSandbox: index % 3 === 0, streamed: true, cancelled: false,
    finishReason: "stop", nativeFinishReason: "stop", faultCode: null, latencyMs: 1, generationMs: 2, promptTokens: 3, completionTokens: 4,
    reasoningTokens: 0, cachedTokens: 0, usageEstimated: false, cost: nanodollars(9_007_199_254_740_993n - BigInt(index)), serviceTier: null, router: null, presetId: null, cacheSourceId: null,
    app: { referer: null, title: null, categories: [], userAgent: null }, user: null, sessionId: null, attempts: [],
    plan: { seed: 7, steps: [], rejected: [] }, notes: [],
  };
}

test.each([0, 1, 7, 8, 64, 65, 137])("a batch of %i is in the database once, however often it is inserted, and each comes back exactly", async (count) => {
  const db = await openSqlite(":memory:");
  const generations = openGenerations(db);
  const written = Array.from({ length: count }, (_, index) => generation(index));
  const statements = generations.insert(written.map((each) => ({ generation: each, text: encodeGeneration(each) })));
  await db.write([...statements, ...statements]);
  expect(await Promise.all(written.map(({ id }) => generations.find(id, "w")))).toEqual(written);
  expect(await db.read("select count(*) as count from generations")).toEqual([{ count }]);
  await db.close();
});

test("an entry is a generation or a grant, read as bookkeeping; what was free makes none", async () => {
  const db = await openSqlite(":memory:");
  const [free, live, unknown, simulated] = [generation(2), generation(4), generation(5), generation(6)];
  const rows = [{ ...free, cost: nanodollars(0n) }, live, unknown, simulated].map((each) => ({ generation: each, text: encodeGeneration(each) }));
  const grant = { sql: "insert into grants (id, workspace_id, amount_nano, note, created_at) values ('g', 'w', 5, 'a card', 9)", values: [] };
  await db.write([...openGenerations(db).insert(rows), grant]);
  expect(await db.read("select id, debit_account, credit_account, cast(amount_nano as text) as amount, kind, note from entries order by created_at")).toEqual([
    { id: "gen-4", debit_account: "workspace:w", credit_account: "provider:P", amount: "9007199254740989", kind: "charge", note: null },
    { id: "gen-5", debit_account: "workspace:w", credit_account: "provider:unknown", amount: "9007199254740988", kind: "charge", note: null },
    { id: "gen-6", debit_account: "sandbox/workspace:w", credit_account: "sandbox/provider:P", amount: "9007199254740987", kind: "charge", note: null },
    { id: "g", debit_account: "external", credit_account: "workspace:w", amount: "5", kind: "grant", note: "a card" },
  ]);
  await db.close();
});

test("a reader beside the owner of the database gets a span's generations, a page after the other, and cannot write", async () => {
  const folder = await mkdtemp(join(tmpdir(), "windrose-generations-"));
  const file = join(folder, "windrose.db");
  const owner = await openSqlite(file);
  const reader = await openSqliteReader(file);
  try {
    const start = 1_764_031_697_000;
    const written = Array.from({ length: 25 }, (_, index) => ({ ...generation(index), createdAt: start + index * 400, id: `gen-${Math.floor((start + index * 400) / 1000)}-${25 - index}` }));
    await owner.write(openGenerations(owner).insert(written.map((each) => ({ generation: each, text: encodeGeneration(each) }))));
    const sizes = [];
    const found = [];
    for await (const page of openGenerations(reader).pages({ from: start + 800, to: start + 8000 }, 7)) {
      sizes.push(page.length);
      found.push(...page);
    }
    expect(Math.max(...sizes)).toBe(7);
    expect(found.toSorted((one, other) => one.createdAt - other.createdAt)).toEqual(written.slice(2, 20));
    await expect(reader.write([{ sql: "delete from generations", values: [] }])).rejects.toMatchObject({ code: "storage_unavailable" });
  } finally {
    await reader.close();
    await owner.close();
    await rm(folder, { recursive: true });
  }
});
