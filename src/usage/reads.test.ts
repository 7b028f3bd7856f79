import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { attempt, generationOf } from "../../test/support/generation.ts";
import { nanodollars } from "../base/money.ts";
import type { Db } from "../db/port.ts";
import { openSqlite } from "../db/sqlite.ts";
import { chargedOf, encodeGeneration } from "./generation-text.ts";
import type { Generation } from "./generation.ts";
import { openUsageReads } from "./reads.ts";
import { rollupShapes } from "./rollup.ts";
import { rollUp } from "./rollups.store.ts";
import { dayMs, hourMs } from "./spans.ts";

let db: Db;
beforeAll(async () => {
  db = await openSqlite(":memory:");
});
afterAll(() => db.close());

const today = Date.UTC(2026, 10, 18);
const now = today + 12 * hourMs + 1;
const ago = (days: number) => today - days * dayMs + hourMs;

beforeEach(async () => {
  await db.write([...Object.keys(rollupShapes), "app_keys", "app_categories", "keys"].map((table) => ({ sql: `delete from ${table}`, values: [] })));
});

async function record(...generations: readonly Partial<Generation>[]): Promise<void> {
  const rows = generations.map((fields, index) => generationOf(`gen-${index}`, { createdAt: now, ...fields })).map((generation) => ({ generation: chargedOf(generation), text: encodeGeneration(generation) }));
  await db.write(await rollUp(db, rows));
}

const many = (count: number, fields: Partial<Generation>): readonly Partial<Generation>[] => Array.from({ length: count }, () => fields);
const reads = (isSandbox = false) => openUsageReads({ db, clock: () => now, isSandbox });

const fromHost = (host: string, title: string | null = null, categories: readonly string[] = []) => ({ app: { referer: `https://${host}/x`, title, categories, userAgent: null } });
const appAsked = (host: string, days: number, promptTokens: number) => ({ app: { referer: `https://${host}`, title: null, categories: host === "grows.example" ? ["game"] : ["legal"], userAgent: null }, keyHash: "open", createdAt: ago(days), promptTokens, completionTokens: 0 });

const allDays = { from: Math.floor(today / dayMs) - 20, to: Math.floor(today / dayMs), context: undefined, isToolCalling: false, nameOf: (model: string) => model } as const;
const startsOf = async (period: "week" | "month") => (await reads().modelDataset({ ...allDays, period })).map(({ day, tokens }) => [new Date(day * dayMs).toISOString().slice(0, 10), tokens]);
const tokensOf = async (query: object) => (await reads().modelDataset({ ...allDays, period: "day", ...query })).map(({ model, tokens: sum }) => [model, sum]);

const sharesBy = async (by: "tokens" | "requests" | "cost") => (await reads().ranking("models", "week", by)).rows.map(({ id, share }) => [id, share]);

async function addKey(hash: string, isPublic: boolean): Promise<void> {
  await db.write([{
    sql: `insert into keys (hash, workspace_id, name, label, kind, is_sandbox, disabled, include_byok_in_limit, created_at, public_app)
      values (?, '00000000-0000-4000-8000-000000000000', 'x', 'x', 'inference', 0, 0, 0, 0, ?)`,
    values: [hash, Number(isPublic)],
  }]);
}

describe("a model", () => {
  test("has a summary of 7 days and of 24 hours, with its windows, and of the real book alone", async () => {
    await record({ createdAt: ago(6) }, { createdAt: ago(7) }, { createdAt: now - 23 * hourMs, reasoningTokens: 5, cachedTokens: 6 }, { createdAt: now - 25 * hourMs }, { isSandbox: true }, { endpointId: "c/d@p" });
    const { week, day } = await reads().modelSummary("a/b");
    expect(week).toMatchObject({ requests: 3, tokens: 450, cost: 21n, n: 3, isThin: true, asOf: now, window: { from: today - 6 * dayMs, to: now } });
    expect(day).toMatchObject({ requests: 1, tokens: 150, reasoningTokens: 5, cachedTokens: 6, window: { from: today + 12 * hourMs - 23 * hourMs, to: now } });
    expect((await reads(true).modelSummary("a/b")).week).toMatchObject({ requests: 1 });
  });

  test("has 90 days of activity, the empty ones too, by provider", async () => {
    await record(...many(2, { createdAt: ago(89), endpointId: "a/b@two", attempts: [attempt("a/b@two")] }), { createdAt: ago(90) }, { createdAt: ago(0), promptTokens: 1000 }, { endpointId: "a/b@p/eu", attempts: [attempt("a/b@p/eu")] });
    const { days, providers, n } = await reads().modelActivity("a/b");
    expect([days.length, providers, n]).toEqual([90, ["p", "two"], 4]);
    expect(days[0]).toMatchObject({ date: "2026-08-21", requests: 2, promptTokens: 200, completionTokens: 100, tokensByProvider: { two: 300 } });
    expect(days[89]).toMatchObject({ date: "2026-11-18", requests: 2, tokensByProvider: { p: 1200 } });
    expect(days[50]).toMatchObject({ requests: 0, tokensByProvider: {} });
  });

  test("is better with routing than without", async () => {
    const rescue = { endpointId: "a/b@two", attempts: [attempt("a/b@one", { faultCode: "upstream_failed" }), attempt("a/b@two")] };
    const failure = { endpointId: "a/b@two", faultCode: "upstream_failed", attempts: [attempt("a/b@one", { faultCode: "upstream_failed" }), attempt("a/b@two", { faultCode: "upstream_failed" })] };
    const plain = { endpointId: "a/b@one", attempts: [attempt("a/b@one")] };
    await record(...many(6, plain), ...many(3, rescue), failure);
    const { all, each } = await reads().modelUptime("a/b", "hour");
    expect(all.overall).toEqual({ availability: 9 / 14, withRouting: 0.9, withoutRouting: 0.6 });
    expect(all.points).toHaveLength(72);
    expect(all.points[71]).toMatchObject({ at: today + 12 * hourMs, withRouting: 0.9, n: 14 });
    expect(all.points[0]).toMatchObject({ availability: null, withRouting: null, n: 0 });
    expect(each.map(({ of, overall, n }) => [of, overall.availability, n])).toEqual([["a/b@one", 0.6, 10], ["a/b@two", 0.75, 4]]);
    expect((await reads().modelUptime("a/b", "day")).all.points).toHaveLength(90);
  });

  test("has percentiles from 30 samples on, and says how many there were", async () => {
    const fast = { endpointId: "a/b@fast", attempts: [attempt("a/b@fast", { latencyMs: 100 })], generationMs: 400, completionTokens: 50 };
    await record(...many(30, fast), ...many(29, { endpointId: "a/b@few", attempts: [attempt("a/b@few")] }));
    const [first, second] = await reads().modelSpeed("a/b", "24h");
    expect(first).toMatchObject({ endpointId: "a/b@fast", n: 30, isThin: false, latencySamples: 30 });
    expect(first?.latency?.p50).toBeGreaterThan(85);
    expect(first?.latency?.p50).toBeLessThan(132);
    expect(first?.throughput?.p50).toBeGreaterThan(75);
    expect(first?.throughput?.p50).toBeLessThan(132);
    expect(second).toMatchObject({ endpointId: "a/b@few", n: 29, isThin: true, latency: null, throughput: null });
  });
});

test("models have their medians over all endpoints of the last seven days, from 30 samples on", async () => {
  const paced = { generationMs: 400, completionTokens: 50 };
  await record(
    ...many(20, { ...paced, endpointId: "a/b@one", attempts: [attempt("a/b@one", { latencyMs: 100 })] }), ...many(15, { ...paced, endpointId: "a/b@two", attempts: [attempt("a/b@two", { latencyMs: 800 })] }),
    ...many(40, { ...paced, endpointId: "a/b@one", attempts: [attempt("a/b@one", { latencyMs: 20_000 })], createdAt: ago(7) }), ...many(29, { ...paced, endpointId: "c/d@one", attempts: [attempt("c/d@one")] }),
  );
  const { speeds, n, window } = await reads().modelSpeeds();
  expect([n, window]).toEqual([64, { from: today - 6 * dayMs, to: now }]);
  expect(speeds.get("a/b")?.latency).toBeGreaterThan(85);
  expect(speeds.get("a/b")?.latency).toBeLessThan(132);
  expect(speeds.get("a/b")?.throughput).toBeDefined();
  expect(speeds.get("c/d")).toEqual({ latency: undefined, throughput: undefined });
});

test("a provider has its days and hours over all models", async () => {
  await record({ endpointId: "a/b@p" }, { endpointId: "c/d@p/eu", attempts: [attempt("c/d@p/eu", { faultCode: "upstream_failed" })], faultCode: "upstream_failed" });
  expect(await reads().providers()).toEqual(["p"]);
  expect((await reads().providerUptime("p", "day")).overall.availability).toBe(0.5);
  expect((await reads().providerActivity("p", 7)).days.at(-1)).toMatchObject({ requests: 2, tokensByProvider: { p: 300 } });
});

test("what a provider refused for too many requests is counted apart from what it failed", async () => {
  const refused = attempt("a/b@p", { faultCode: "upstream_rate_limited" });
  await record({ endpointId: "a/b@p" }, { endpointId: "a/b@p", attempts: [refused], faultCode: "upstream_rate_limited" }, { endpointId: "a/b@p", attempts: [attempt("a/b@p", { faultCode: "upstream_failed" })], faultCode: "upstream_failed" });
  expect(await reads().providerUptime("p", "day")).toMatchObject({ n: 2, failures: 1, rateLimited: 1 });
});

test("all providers together are as each is alone", async () => {
  await record({ endpointId: "a/b@p" }, { endpointId: "a/b@q:b-latest", attempts: [attempt("a/b@q:b-latest", { faultCode: "upstream_failed" })], createdAt: now - 5 * hourMs }, { endpointId: "a/b@old", attempts: [attempt("a/b@old")], createdAt: ago(20) });
  const one = reads();
  for (const unit of ["hour", "day"] as const) {
    const all = await one.providersUptime(unit);
    expect(all.map(({ of }) => of).toSorted()).toEqual(unit === "hour" ? ["p", "q"] : ["old", "p", "q"]);
    for (const series of all) expect(series).toEqual(await one.providerUptime(series.of, unit));
  }
  const activities = await one.providersActivity(7);
  expect([...activities.keys()].toSorted()).toEqual(["p", "q"]);
  for (const [provider, activity] of activities) expect(activity).toEqual(await one.providerActivity(provider, 7));
  expect(await reads(true).providersUptime("day")).toEqual([]);
});

describe("rankings", () => {
  test("order by tokens, with shares and what was before", async () => {
    await record(
      { endpointId: "a/b@p", promptTokens: 650 }, { endpointId: "a/c@p" }, { endpointId: "d/e@p", promptTokens: 50 },
      { endpointId: "d/e@p", createdAt: ago(8), promptTokens: 950 }, { endpointId: "a/c@p", createdAt: ago(8) },
    );
    const { rows, n, tokens, window, previousWindow } = await reads().ranking("models", "week");
    expect([n, tokens, window, previousWindow]).toEqual([3, 950, { from: today - 6 * dayMs, to: now }, { from: today - 13 * dayMs, to: now - 7 * dayMs }]);
    expect(rows).toEqual([
      { rank: 1, id: "a/b", requests: 1, tokens: 700, cost: 7n, share: 700 / 950, previousRank: null, previousAmount: 0 },
      { rank: 2, id: "a/c", requests: 1, tokens: 150, cost: 7n, share: 150 / 950, previousRank: 2, previousAmount: 150 },
      { rank: 3, id: "d/e", requests: 1, tokens: 100, cost: 7n, share: 100 / 950, previousRank: 1, previousAmount: 1000 },
    ]);
    expect((await reads().ranking("authors", "week")).rows.map(({ id, tokens: sum, previousRank }) => [id, sum, previousRank])).toEqual([["a", 850, 2], ["d", 100, 1]]);
  });

  test("hold today, which is not over, against the same hours of its day a week ago", async () => {
    const sameHour = now - 7 * dayMs;
    await record({ promptTokens: 950 }, { createdAt: sameHour, promptTokens: 350 }, { createdAt: sameHour + hourMs, promptTokens: 9_950 }, { createdAt: ago(13), promptTokens: 50 });
    const { rows } = await reads().ranking("models", "week");
    expect(rows).toMatchObject([{ tokens: 1_000, previousAmount: 500 }]);
  });

  test("of a day are of 24 hours", async () => {
    await record({ createdAt: now - 23 * hourMs }, { createdAt: now - 24 * hourMs, promptTokens: 1 });
    expect((await reads().ranking("models", "day")).rows).toMatchObject([{ requests: 1, tokens: 150, previousAmount: 51 }]);
  });

  test("by requests and by cost are other orders, of other shares", async () => {
    await record({ endpointId: "a/b@p", promptTokens: 900 }, { endpointId: "c/d@p", cost: nanodollars(0n) }, { endpointId: "c/d@p", cost: nanodollars(21n) }, { endpointId: "e/f@p", cost: nanodollars(0n), createdAt: ago(8) });
    expect(await sharesBy("tokens")).toEqual([["a/b", 950 / 1250], ["c/d", 300 / 1250]]);
    expect(await sharesBy("requests")).toEqual([["c/d", 2 / 3], ["a/b", 1 / 3]]);
    expect((await sharesBy("cost")).map(([id, share]) => [id, Number(share).toFixed(6)])).toEqual([["c/d", "0.750000"], ["a/b", "0.250000"]]);
  });

  test("of all time begin with the first day on record", async () => {
    expect(await reads().ranking("models", "all")).toMatchObject({ rows: [], window: { from: today } });
    await record({ createdAt: ago(200) }, { endpointId: "c/d@p" }, { createdAt: ago(300), isSandbox: true });
    const { rows, window } = await reads().ranking("models", "all");
    expect([rows.map(({ id, previousRank }) => [id, previousRank]), window.from]).toEqual([[["a/b", null], ["c/d", null]], today - 200 * dayMs]);
  });

  test("are kept for ten seconds", async () => {
    const time = { now };
    const kept = openUsageReads({ db, clock: () => time.now });
    await record({});
    expect((await kept.weeklyTokens()).get("a/b")).toBe(150);
    await record({});
    expect((await kept.weeklyTokens()).get("a/b")).toBe(150);
    time.now += 10_000;
    expect((await kept.weeklyTokens()).get("a/b")).toBe(300);
  });
});

test("totals are of all models, and tell failures", async () => {
  await record({}, { endpointId: "c/d@p", faultCode: "upstream_failed", promptTokens: 0, completionTokens: 0, cost: nanodollars(0n) }, { createdAt: ago(3) });
  expect(await reads().totals()).toMatchObject({ day: { requests: 2, failures: 1, tokens: 150, cost: 7n }, week: { requests: 3, failures: 1 } });
});

describe("apps", () => {
  test("are shown when a key's owner says so, with what came by such keys, as those describe them", async () => {
    await addKey("open", true);
    await addKey("closed", false);
    await record(
      { ...fromHost("one.example", "One", ["game"]), keyHash: "open", createdAt: now - 5000 }, { ...fromHost("one.example", "Not one", ["legal"]), keyHash: "closed" },
      { ...fromHost("two.example", "Two"), keyHash: "closed" }, { ...fromHost("three.example"), keyHash: "open", promptTokens: 1, createdAt: ago(3) },
    );
    const { rows, apps } = await reads().appRanking("week");
    expect(rows.map(({ id, requests, tokens }) => [apps.get(id)?.name, requests, tokens])).toEqual([["One", 1, 150], ["three.example", 1, 51]]);
    expect((await reads().modelApps("a/b")).rows.map(({ requests }) => requests)).toEqual([1, 1]);
    expect((await reads().modelApps("c/d")).rows).toEqual([]);
    const one = await reads().app("https://one.example/another/path");
    expect(one).toMatchObject({ app: { slug: "one.example", name: "One", categories: ["game"], firstAt: now - 5000 }, rank: 1, requests: 1, tokens: 150, models: ["a/b"] });
    expect(one?.days).toHaveLength(90);
    expect(one?.days.at(-1)).toEqual({ date: "2026-11-18", requests: 1, promptTokens: 100, completionTokens: 50, cost: 7n, tokensByModel: { "a/b": 150 } });
    expect(await reads().app("one.example")).toEqual(one);
    expect(await reads().app(String(one?.app.id))).toEqual(one);
    expect([await reads().app("two.example"), await reads().app("no such")]).toEqual([undefined, undefined]);
  });

  test("are gone, and their past with them, when the last of those keys says no or is removed", async () => {
    await addKey("open", true);
    await record({ ...fromHost("one.example"), keyHash: "open" });
    for (const change of ["public_app = 0", "public_app = 1, deleted_at = 5"]) {
      expect((await reads().appRanking("week")).rows).toHaveLength(1);
      await db.write([{ sql: `update keys set ${change}`, values: [] }]);
      expect((await reads().appRanking("week")).rows).toEqual([]);
      expect(await reads().app("one.example")).toBeUndefined();
      await db.write([{ sql: "update keys set public_app = 1, deleted_at = null", values: [] }]);
    }
  });

  test("of one host with TLS and without have addresses of their own", async () => {
    await addKey("open", true);
    const plain = { app: { referer: "http://one.example", title: "Plain", categories: [], userAgent: null } };
    await record({ ...plain, keyHash: "open" }, { ...fromHost("one.example", "Safe"), keyHash: "open" }, { ...fromHost("two.example"), keyHash: "open", app: { ...plain.app, referer: "http://two.example", title: null } });
    const { apps } = await reads().appRanking("week");
    const slugs = new Map([...apps.values()].map(({ origin, slug }) => [origin, slug]));
    expect(slugs.get("https://one.example")).toBe("one.example");
    expect(slugs.get("http://two.example")).toBe("two.example");
    expect(slugs.get("http://one.example")).toMatch(/^\d+$/);
    expect((await reads().app(slugs.get("http://one.example") ?? ""))?.app.name).toBe("Plain");
    expect((await reads().app("one.example"))?.app.name).toBe("Safe");
  });

  test("have the latest title, and at most ten categories", async () => {
    await addKey("open", true);
    const all = ["cli-agent", "ide-extension", "cloud-agent", "programming-app", "native-app-builder", "creative-writing", "video-gen", "image-gen", "audio-gen", "writing-assistant", "general-chat", "legal"];
    await record(...all.map((category, index) => ({ ...fromHost("one.example", `Title ${index}`, [category]), keyHash: "open", createdAt: now - 1000 + index })));
    await record({ ...fromHost("one.example", "Older"), keyHash: "open", createdAt: now - 5000 });
    expect((await reads().app("one.example"))?.app).toMatchObject({ name: "Title 11", firstAt: now - 5000, lastAt: now - 989 });
    expect((await reads().app("one.example"))?.app.categories).toHaveLength(10);
  });
});

describe("datasets", () => {
  test("list 50 models a period and add up the others", async () => {
    await record(...Array.from({ length: 52 }, (_, index) => ({ endpointId: `a/${String(index).padStart(2, "0")}@p`, promptTokens: index < 2 ? 0 : 10 })), { endpointId: "z/idle@p", promptTokens: 0, completionTokens: 0 });
    const rows = await reads().modelDataset({ ...allDays, period: "day" });
    expect(rows).toHaveLength(51);
    expect([rows[0], rows[49], rows[50]]).toMatchObject([{ model: "a/02", tokens: 60 }, { model: "a/51" }, { model: "other", tokens: 100 }]);
  });

  test("go by week from Monday and by month", async () => {
    await record({ createdAt: Date.UTC(2026, 10, 16) }, { createdAt: Date.UTC(2026, 10, 15) }, { createdAt: Date.UTC(2026, 9, 31) });
    expect(await startsOf("week")).toEqual([["2026-10-26", 150], ["2026-11-09", 150], ["2026-11-16", 150]]);
    expect(await startsOf("month")).toEqual([["2026-10-01", 150], ["2026-11-01", 300]]);
  });

  test("keep to a context bucket, to tool calls and to named models", async () => {
    await record({ promptTokens: 1000 }, { promptTokens: 1001 }, { endpointId: "c/d@p", promptTokens: 2_000_000, finishReason: "tool_calls" });
    expect(await tokensOf({ context: "1K" })).toEqual([["a/b", 1050]]);
    expect(await tokensOf({ context: "10K" })).toEqual([["a/b", 1051]]);
    expect(await tokensOf({ context: "10M" })).toEqual([["c/d", 2_000_050]]);
    expect(await tokensOf({ isToolCalling: true })).toEqual([["c/d", 2_000_050]]);
    expect(await tokensOf({ nameOf: (model: string) => (model === "c/d" ? undefined : "x") })).toEqual([["x", 2101]]);
  });

  test("of apps: the popular, and those that grow", async () => {
    await addKey("open", true);
    await record(appAsked("big.example", 0, 1000), appAsked("big.example", 1, 3000), appAsked("grows.example", 0, 300), appAsked("grows.example", 3, 300));
    const days = { from: allDays.to, to: allDays.to };
    const names = async (query: object) => (await reads().appDataset({ ...days, sort: "popular", category: undefined, subcategory: undefined, ...query })).map(({ rank, app, tokens }) => [rank, app.name, tokens]);
    expect(await names({})).toEqual([[1, "big.example", 1000], [2, "grows.example", 300]]);
    expect(await names({ sort: "trending" })).toEqual([[1, "grows.example", 300]]);
    expect(await names({ category: "entertainment" })).toEqual([[1, "grows.example", 300]]);
    expect(await names({ subcategory: "legal" })).toEqual([[1, "big.example", 1000]]);
  });
});
