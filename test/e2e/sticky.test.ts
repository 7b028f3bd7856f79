/** A conversation stays where its prompt is cached, as long as that costs the least. Source: contract §5.8. */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { call, type Json } from "../support/caller.ts";
import { json, startFakeUpstream, type FakeUpstream } from "../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

/** Both cost the same, and only one of them makes a difference for what it has read before. */
const pricing = { prompt: "1", completion: "1" };
const names = ["Cached", "Plain"] as const;
const models = ["acme/session", "acme/hit", "acme/miss", "acme/failing", "acme/ordered"];

let upstreams: readonly FakeUpstream[];
let gateway: Gateway;
let key: string;

beforeAll(async () => {
  upstreams = await Promise.all(names.map(() => startFakeUpstream()));
  gateway = await startGateway({
    config: {
      detect_local_servers: false,
      providers: names.map((name, index) => ({
        slug: name.toLowerCase(), name, protocol: "openai-chat", base_url: `${upstreams[index]?.origin}/v1`, credential: "secret",
        endpoints: models.map((model) => ({ model, upstream_model: "m", context_length: 100_000, pricing: name === "Cached" ? { ...pricing, cache_read: "0.1" } : pricing })),
      })),
    },
  });
  ({ key } = await gateway.newKey());
});

beforeEach(() => answering(0));

afterAll(async () => {
  await gateway.dispose();
  await Promise.all(upstreams.map((upstream) => upstream.close()));
});

function answering(cachedTokens: number): void {
  const usage = { prompt_tokens: 1000, completion_tokens: 2, total_tokens: 1002, prompt_tokens_details: { cached_tokens: cachedTokens } };
  for (const upstream of upstreams) {
    upstream.always(json({ id: "c", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: "Yes." }, finish_reason: "stop" }], usage }));
  }
}

const longText = "All work and no play makes Jack a dull boy. ".repeat(100);

async function ask(model: string, body: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Json> {
  const { json: answer } = await call(gateway.baseUrl, "/chat/completions", { key, headers, body: { model, messages: [{ role: "system", content: longText }, { role: "user", content: "Is he?" }], ...body } });
  return answer;
}

const only = (slug: string): object => ({ provider: { only: [slug] } });

/** Who answers the next so many requests, without being told to. */
async function askOften(model: string, headers: Readonly<Record<string, string>>): Promise<ReadonlySet<string>> {
  const providers = new Set<string>();
  for (let count = 0; count < 24; count++) providers.add((await ask(model, {}, headers)).provider);
  return providers;
}

test("a named session stays after any answer, by body or by header", async () => {
  const headers = { "x-session-id": "s1" };
  await ask("acme/session", { ...only("cached"), session_id: "s1" });
  expect(await askOften("acme/session", headers)).toEqual(new Set(["Cached"]));
  const route = await call(gateway.baseUrl, "/route", { key, body: { model: "acme/session", session_id: "s1", messages: [{ role: "user", content: longText }] } });
  expect(route.json.data.candidates[0]).toMatchObject({ provider: "Cached", first_try_probability: 1 });
});

test("a conversation without a name stays after a hit, and not after a miss", async () => {
  await ask("acme/miss", only("cached"));
  expect(await askOften("acme/miss", {})).toEqual(new Set(names));
  answering(900);
  await ask("acme/hit", only("cached"));
  expect(await askOften("acme/hit", {})).toEqual(new Set(["Cached"]));
  const other = new Set<string>();
  for (let count = 0; count < 24; count++) other.add((await ask("acme/hit", { messages: [{ role: "user", content: `Another story, number ${count}. ${longText}` }] })).provider);
  expect(other, "another conversation is drawn").toEqual(new Set(names));
});

test("one whose endpoint fails goes elsewhere, and an order stands before it", async () => {
  const session = { session_id: "s2" };
  await ask("acme/ordered", { ...only("cached"), ...session });
  expect((await ask("acme/ordered", { ...session, provider: { order: ["plain"] } })).provider).toBe("Plain");
  await ask("acme/failing", { ...only("cached"), ...session });
  upstreams[0]?.always(json({ error: { message: "Internal" } }, 500));
  expect((await ask("acme/failing", session)).provider).toBe("Plain");
});
