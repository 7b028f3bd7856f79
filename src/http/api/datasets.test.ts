import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../../../test/support/api.ts";
import { attempt } from "../../../test/support/generation.ts";
import { expectValid } from "../../../test/support/openapi.ts";

let api: TestApi;
const yesterday = Date.UTC(2026, 10, 17, 9);
const app = { referer: "https://app.example/x", title: "An app", categories: ["cli-agent"], userAgent: null };

beforeAll(async () => {
  api = await openTestApi();
  const key = (await api.keys.create({ name: "open", kind: "inference", publicApp: true })).key;
  await api.settled({ id: "gen-1", createdAt: yesterday, keyHash: key.hash, app });
  await api.settled({ id: "gen-2", createdAt: yesterday, model: "openai/gpt-4o", endpointId: "openai/gpt-4o@openai", promptTokens: 100_000 });
  await api.settled({ id: "gen-3", createdAt: yesterday, model: "gone/from-the-catalog", endpointId: "gone/from-the-catalog@x", finishReason: "tool_calls" });
  await api.settled({ id: "gen-4", createdAt: yesterday, isSandbox: true });
});
afterAll(() => api.close());

async function read(path: string): Promise<{ readonly data: Record<string, unknown>[]; readonly meta: Record<string, unknown> }> {
  // Another minute for each reading, so that none is over its limit.
  api.time.now += 60_000;
  const { status, body } = await api.call("GET", path, { key: api.secrets.inference });
  expect(status).toBe(200);
  expectValid(`GET ${path.split("?")[0]}`, 200, body);
  return body as Awaited<ReturnType<typeof read>>;
}

const daily = async (query = "") => (await read(`/datasets/rankings-daily${query}`)).data.map((row) => [row["date"], row["model_permaslug"], row["total_tokens"]]);

describe("GET /datasets/rankings-daily", () => {
  test("lists the last thirty days that are over, most tokens first, by the names that last", async () => {
    const { data, meta } = await read("/datasets/rankings-daily");
    expect(meta).toEqual({ as_of: new Date(api.time.now).toISOString(), version: "v1", start_date: "2026-10-19", end_date: "2026-11-17" });
    expect(data).toEqual([
      { date: "2026-11-17", model_permaslug: api.catalog.find("openai/gpt-4o")?.canonicalSlug, total_tokens: "100020" },
      { date: "2026-11-17", model_permaslug: "gone/from-the-catalog", total_tokens: "30" },
      { date: "2026-11-17", model_permaslug: api.catalog.find("mistralai/ministral-8b")?.canonicalSlug, total_tokens: "30" },
    ]);
  });

  test.each([
    { query: "?period=week", rows: [["2026-11-16", 3]] },
    { query: "?period=month", rows: [["2026-11-01", 3]] },
    { query: "?context_bucket=100K", rows: [["2026-11-17", 1]] },
    { query: "?modality=tool_calling", rows: [["2026-11-17", 1]] },
    { query: "?modality=text", rows: [["2026-11-17", 2]] },
    { query: "?modality=image", rows: [["2026-11-17", 1]] },
    { query: "?modality=image_output", rows: [] },
    { query: "?end_date=2026-11-16", rows: [] },
    { query: "?start_date=2026-11-17&end_date=2026-11-18", rows: [["2026-11-17", 3]] },
    { query: "?category=programming", rows: [] },
    { query: "?language_type=natural&period=month", rows: [] },
  ])("$query", async ({ query, rows }) => {
    const dates = (await daily(query)).map(([date]) => date);
    expect([...new Set(dates)].map((date) => [date, dates.filter((one) => one === date).length])).toEqual(rows);
  });

  test("a start before 2025 is moved to it", async () => {
    expect((await read("/datasets/rankings-daily?start_date=2020-01-01&end_date=2025-02-01")).meta).toMatchObject({ start_date: "2025-01-01", end_date: "2025-02-01" });
  });

  test.each([
    { query: "?end_date=2024-12-31", says: "end_date: the dataset begins on 2025-01-01" },
    { query: "?end_date=2026-02-30", says: "end_date: there is no 2026-02-30" },
    { query: "?start_date=yesterday", says: "start_date: expected a date such as 2026-05-11" },
    { query: "?start_date=2026-11-02&end_date=2026-11-01", says: "start_date: expected a day that is not after end_date" },
    { query: "?start_date=2025-11-01&end_date=2026-11-17", says: "start_date: expected at most 366 days up to end_date" },
    { query: "?category=programming&modality=text", says: "category and language_type go neither" },
    { query: "?category=programming&language_type=natural", says: "category and language_type go neither" },
    { query: "?category=programming&period=day", says: "period: category and language_type are counted by week" },
    { query: "?context_bucket=2K", says: "context_bucket: expected one of" },
  ])("$query is refused", async ({ query, says }) => {
    api.time.now += 60_000;
    const { status, body } = await api.call("GET", `/datasets/rankings-daily${query}`, { key: api.secrets.inference });
    expect(status).toBe(400);
    expectValid("GET /datasets/rankings-daily", 400, body);
    expect(body).toMatchObject({ error: { message: expect.stringContaining(says) } });
  });
});

describe("GET /datasets/app-rankings", () => {
  test.each(["", "?sort=trending", "?category=coding", "?subcategory=cli-agent", "?category=coding&subcategory=cli-agent", "?limit=1"])("%s lists the public app", async (query) => {
    expect((await read(`/datasets/app-rankings${query}`)).data).toEqual([{ rank: 1, app_id: expect.any(Number), app_name: "An app", total_tokens: "30", total_requests: 1 }]);
  });

  test.each(["?category=creative", "?subcategory=game", "?offset=1", "?end_date=2026-11-16"])("%s does not", async (query) => {
    expect((await read(`/datasets/app-rankings${query}`)).data).toEqual([]);
  });

  test.each([
    { query: "?category=coding&subcategory=game", says: "subcategory: game is not in coding" },
    { query: "?limit=101", says: "limit" },
    { query: "?offset=-1", says: "offset" },
  ])("$query is refused", async ({ query, says }) => {
    const { status, body } = await api.call("GET", `/datasets/app-rankings${query}`, { key: api.secrets.inference });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { message: expect.stringContaining(says) } });
  });
});

test("a key asks thirty times a minute, a workspace 500 times a day", async () => {
  const other = await openTestApi();
  const ask = (key: string) => other.call("GET", "/datasets/app-rankings", { key });
  for (let count = 0; count < 30; count++) expect((await ask(other.secrets.inference)).status).toBe(200);
  const refused = await ask(other.secrets.inference);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
  expectValid("GET /datasets/app-rankings", 429, refused.body);
  for (let count = 30; count < 500; count++) {
    if (count % 30 === 0) other.time.now += 60_000;
    expect((await ask(other.secrets.inference)).status).toBe(200);
  }
  other.time.now += 60_000;
  expect((await ask(other.secrets.management)).status).toBe(429);
  other.time.now += 86_400_000;
  expect((await ask(other.secrets.inference)).status).toBe(200);
  await other.close();
});

test.each(["top-weekly", "most-popular"])("GET /models?sort=%s begins with what was used most this week", async (sort) => {
  const { body } = await api.call("GET", `/models?sort=${sort}`);
  expect((body as { data: { id: string }[] }).data.slice(0, 2).map(({ id }) => id)).toEqual(["openai/gpt-4o", "mistralai/ministral-8b"]);
});

test("GET /models sorts by how fast models were this week, from 30 answers on", async () => {
  const other = await openTestApi();
  const paced = { createdAt: yesterday, completionTokens: 100 };
  for (let index = 0; index < 30; index++) {
    const [calm, quick] = [{ endpointId: "mistralai/ministral-8b@mistral", latencyMs: 2000, generationMs: 4000 }, { endpointId: "openai/gpt-4o@openai", latencyMs: 100, generationMs: 600 }].map((speeds) => ({
      ...paced, ...speeds, attempts: [attempt(speeds.endpointId, { latencyMs: speeds.latencyMs })],
    }));
    await other.settled({ id: `gen-calm-${index}`, model: "mistralai/ministral-8b", ...calm });
    await other.settled({ id: `gen-quick-${index}`, model: "openai/gpt-4o", ...quick });
    if (index > 0) await other.settled({ id: `gen-few-${index}`, model: "openai/gpt-4o-mini", ...quick, endpointId: "openai/gpt-4o-mini@openai", attempts: [attempt("openai/gpt-4o-mini@openai", { latencyMs: 1 })] });
  }
  const first = async (sort: string) => ((await other.call("GET", `/models?sort=${sort}`)).body as { data: { id: string }[] }).data.slice(0, 3).map(({ id }) => id);
  const [unmeasured] = await first("");
  expect(await first("throughput-high-to-low")).toEqual(["openai/gpt-4o", "mistralai/ministral-8b", unmeasured]);
  expect(await first("latency-low-to-high")).toEqual(["openai/gpt-4o", "mistralai/ministral-8b", unmeasured]);
  await other.close();
});

test("a key says whether its apps are public, and can think again", async () => {
  const created = await api.call("POST", "/keys", { key: api.secrets.management, body: { name: "x", public_app: true } });
  expect(created.body).toMatchObject({ data: { public_app: true } });
  const { hash } = (created.body as { data: { hash: string } }).data;
  const changed = await api.call("PATCH", `/keys/${hash}`, { key: api.secrets.management, body: { public_app: false } });
  expect(changed.body).toMatchObject({ data: { public_app: false } });
  expect((await api.call("POST", "/keys", { key: api.secrets.management, body: { name: "y" } })).body).toMatchObject({ data: { public_app: false } });
});
