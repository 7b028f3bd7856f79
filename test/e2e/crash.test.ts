/** A power cut in the middle of traffic loses no answer whose end was reported, books none twice, and leaves no money set aside. */

import { DatabaseSync } from "@photostructure/sqlite";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, openStream } from "../support/caller.ts";
import { replay, startFakeUpstream, type FakeUpstream } from "../support/fake-upstream.ts";
import { startGateway, type Gateway, type NewKey } from "../support/gateway.ts";

const callers = 8;
const powerCuts = 3;
const answersBetweenCuts = 60;
const limit = 2;
const model = "acme/crash";

let upstream: FakeUpstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  upstream.always((request) => replay(request.json?.["stream"] === true ? "mistral/text.chunks.txt" : "mistral/text.json"));
  gateway = await startGateway({
    config: {
      providers: [{
        slug: "first", protocol: "mistral-chat", base_url: upstream.origin, credential: "first-credential",
        endpoints: [{ model, pricing: { prompt: "0.123457", completion: "0.3" }, context_length: 4096 }],
      }],
    },
  });
});

afterAll(() => Promise.all([gateway.dispose(), upstream.close()]));

test("kill -9 in the middle of traffic", async () => {
  const key = await gateway.newKey({ limit });
  /** What callers were told: the cost in nano-dollars by generation. */
  const reported = new Map<string, number>();

  for (let cut = 0; cut < powerCuts; cut++) {
    await trafficUntilCut(key, reported);
    gateway = await startGateway({ home: gateway.home });
  }
  expect(reported.size).toBeGreaterThanOrEqual(powerCuts * answersBetweenCuts);

  for (const [id, cost] of reported) {
    const { status, json } = await call(gateway.baseUrl, `/generation?id=${id}`, { key: key.key });
    expect(status, id).toBe(200);
    expect(nanodollars(json.data.total_cost), id).toBe(cost);
  }
  const { usage, limit_remaining } = (await call(gateway.baseUrl, "/key", { key: key.key })).json.data;
  // Nothing runs, so that nothing is held: what is not used is left.
  expect(nanodollars(usage) + nanodollars(limit_remaining)).toBe(nanodollars(limit));

  expect(await gateway.stop()).toBe(0);
  const books = readBooks(gateway, key.hash);
  expect(books.costs.size).toBe(books.rows);
  for (const [id, cost] of reported) expect(books.costs.get(id), id).toBe(cost);
  expect(books.charged).toBe(nanodollars(usage));
  expect(books.spent).toBe(nanodollars(usage));
  expect(books.leases).toBe(0);
});

/** Callers ask, one request after the other, streamed and whole in turn, until so many answers were given; then the power is cut. */
async function trafficUntilCut(key: NewKey, reported: Map<string, number>): Promise<void> {
  const enough = reported.size + answersBetweenCuts;
  let isCut = false;
  const ask = async (index: number) => {
    while (!isCut) {
      const [id, cost] = index % 2 === 0 ? await askWhole(key.key) : await askStream(key.key);
      reported.set(id, nanodollars(cost));
      if (reported.size >= enough && !isCut) {
        isCut = true;
        await gateway.kill9();
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: callers }, (_, index) => ask(index)));
  // The one who saw enough ends well; the requests of the others broke off, or had just ended.
  expect(ends.some(({ status }) => status === "fulfilled")).toBe(true);
}

const request = { model, messages: [{ role: "user", content: "What is the meaning of life?" }], max_tokens: 500 };

async function askWhole(key: string): Promise<[id: string, cost: number]> {
  const { json } = await call(gateway.baseUrl, "/chat/completions", { key, body: request });
  return [json.id, json.usage.cost];
}

async function askStream(key: string): Promise<[id: string, cost: number]> {
  const events = await (await openStream(gateway.baseUrl, "/chat/completions", { key, body: { ...request, stream: true } })).rest();
  if (events.at(-1) !== "[DONE]") throw new Error("The answer broke off.");
  return [events.at(-2).id, events.at(-2).usage.cost];
}

/** What the database says once the gateway is gone. Amounts in nano-dollars. */
function readBooks({ dataDir }: Gateway, keyHash: string) {
  const db = new DatabaseSync(join(dataDir, "windrose.db"), { readOnly: true });
  try {
    const generations = db.prepare("select id, cost_nano from generations where key_hash = ?").all(keyHash) as { id: string; cost_nano: number }[];
    const [spend] = db.prepare("select coalesce(sum(spent_nano), 0) as spent from spend where budget_id like ?").all(`%${keyHash}%`) as { spent: number }[];
    const [leases] = db.prepare("select count(*) as count from leases").all() as { count: number }[];
    return {
      rows: generations.length,
      costs: new Map(generations.map(({ id, cost_nano }) => [id, cost_nano])),
      charged: generations.reduce((sum, { cost_nano }) => sum + cost_nano, 0),
      spent: spend?.spent,
      leases: leases?.count,
    };
  } finally {
    db.close();
  }
}

function nanodollars(amount: number): number {
  return Math.round(amount * 1e9);
}
