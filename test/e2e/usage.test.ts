/** From requests to rankings: what callers asked is in the datasets once, whatever happened in between. */

import { DatabaseSync } from "@photostructure/sqlite";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, type Json } from "../support/caller.ts";
import { json as answer, replay, startFakeUpstream, type FakeUpstream } from "../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { expectValid } from "../support/openapi.ts";

const model = "acme/usage";
const attribution = { "HTTP-Referer": "https://helm.example/chat", "X-OpenRouter-Title": "Helm", "X-OpenRouter-Categories": "cli-agent,no-such" };
/** Of the answer that the providers replay: 13 prompt tokens and 434 of completion. */
const tokensEach = 447;

let upstreams: readonly FakeUpstream[];
let gateway: Gateway;

beforeAll(async () => {
  upstreams = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
  for (const upstream of upstreams) upstream.always(replay("mistral/text.json"));
  const providers = upstreams.map(({ origin }, index) => ({
    slug: ["first", "second"][index], protocol: "mistral-chat", base_url: origin, credential: "credential",
    endpoints: [{ model, pricing: { prompt: "0.1", completion: "0.3" }, context_length: 4096 }],
  }));
  gateway = await startGateway({ config: { providers } });
});

afterAll(() => Promise.all([gateway.dispose(), ...upstreams.map((upstream) => upstream.close())]));

async function ask(key: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const body = { model, messages: [{ role: "user", content: "What is the meaning of life?" }], provider: { order: ["first", "second"] } };
  return (await call(gateway.baseUrl, "/chat/completions", { key, headers, body })).status;
}

async function dataset(name: "rankings-daily" | "app-rankings", key: string): Promise<Json[]> {
  const today = new Date(Date.now() + 60_000).toISOString().slice(0, 10);
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const { status, json } = await call(gateway.baseUrl, `/datasets/${name}?start_date=${yesterday}&end_date=${today}`, { key });
  expect(status).toBe(200);
  expectValid(`GET /datasets/${name}`, 200, json);
  return json.data;
}

test("requests are in the rankings once, through failures, a power cut and a restart, and their app when its key is public", async () => {
  const open = await gateway.newKey({ public_app: true });
  const closed = await gateway.newKey();
  for (let count = 0; count < 3; count++) expect(await ask(open.key, attribution)).toBe(200);
  expect(await ask(closed.key, { ...attribution, "X-OpenRouter-Title": "Not Helm" })).toBe(200);
  upstreams[0]?.next(answer({ error: { message: "overloaded" } }, 503));
  expect(await ask(open.key)).toBe(200);

  await gateway.kill9();
  gateway = await startGateway({ home: gateway.home });

  const expected = [{ date: expect.any(String), model_permaslug: model, total_tokens: String(5 * tokensEach) }];
  expect(await dataset("rankings-daily", open.key)).toEqual(expected);
  expect(await dataset("app-rankings", open.key)).toEqual([{ rank: 1, app_id: expect.any(Number), app_name: "Helm", total_tokens: String(3 * tokensEach), total_requests: 3 }]);
  const { json } = await call(gateway.baseUrl, "/models?sort=top-weekly&limit=1");
  expect(json.data[0].id).toBe(model);

  await gateway.stop();
  gateway = await startGateway({ home: gateway.home });
  expect(await dataset("rankings-daily", open.key)).toEqual(expected);

  await gateway.stop();
  const database = new DatabaseSync(join(gateway.dataDir, "windrose.db"));
  const rows = database.prepare("select endpoint_id as endpoint, sum(successes) as successes, sum(failures) as failures, sum(first_tries) as tries, sum(rescued) as rescued from endpoint_hours group by endpoint_id order by endpoint_id").all();
  database.close();
  gateway = await startGateway({ home: gateway.home });
  expect(rows).toEqual([
    { endpoint: `${model}@first`, successes: 4, failures: 1, tries: 5, rescued: 1 },
    { endpoint: `${model}@second`, successes: 1, failures: 0, tries: 0, rescued: 0 },
  ]);
});

test("traffic of a sandbox key is in no ranking", async () => {
  const sandbox = await gateway.newKey({ sandbox: true, public_app: true });
  const before = await dataset("rankings-daily", sandbox.key);
  expect(await ask(sandbox.key, attribution)).toBe(200);
  await gateway.stop();
  gateway = await startGateway({ home: gateway.home });
  expect(await dataset("rankings-daily", sandbox.key)).toEqual(before);
});

test("windrose demo fills a directory of its own, for which serve stands, and no other", async () => {
  const dir = join(gateway.home, "demo");
  const printed = await gateway.cli("demo", "--dir", dir, "--generations", "3000", "--days", "5");
  expect(printed).toContain(`WINDROSE_DATA_DIR=${dir} npx windrose serve`);
  await expect(gateway.cli("demo", "--dir", dir)).rejects.toThrow(/already/);
  await gateway.stop();
  await expect(gateway.cli("demo", "--dir", gateway.dataDir)).rejects.toThrow(/already/);
  const demo = await startGateway({ home: gateway.home, env: { WINDROSE_DATA_DIR: dir } });
  try {
    const { key } = await demo.newKey();
    const { json } = await call(demo.baseUrl, "/datasets/app-rankings", { key });
    expect(json.data.length).toBeGreaterThan(5);
    expect(json.data[0].app_name).not.toMatch(/Internal|Scripts/);
  } finally {
    await demo.stop();
    gateway = await startGateway({ home: gateway.home });
  }
});
