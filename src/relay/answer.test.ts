/** Who calls the provider when many ask for the same at once. On a real gateway, so that the order of things is known, and a fake provider. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { loadConfig } from "../config.ts";
import { openGateway, type Gateway } from "../gateway.ts";
import type { Key } from "../keys/key.ts";
import { chatCompletions } from "../surfaces/chat-completions/surface.ts";
import { gate, json, replay, startFakeUpstream, type FakeUpstream } from "../../test/support/fake-upstream.ts";
import { answer, createReplays, type Origin, type Replays } from "./answer.ts";

let home: string;
let upstream: FakeUpstream;
let gateway: Gateway;
let key: Key;

const models = Array.from({ length: 10 }, (_, index) => `answer/model-${index}`);
let used = 0;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "windrose-test-"));
  upstream = await startFakeUpstream();
  const endpoints = models.map((model) => ({ model, pricing: { prompt: "1", completion: "1" }, context_length: 4096 }));
  const providers = [{ slug: "first", name: "First", protocol: "mistral-chat", base_url: `${upstream.origin}/v1`, credential: "c", endpoints }];
  await writeFile(join(home, "windrose.json"), JSON.stringify({ detect_local_servers: false, providers }));
  gateway = await openGateway(loadConfig({ WINDROSE_DATA_DIR: join(home, "data"), WINDROSE_CONFIG: join(home, "windrose.json") }));
  ({ key } = await gateway.keys.create({ name: "test", kind: "inference" }));
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
  await rm(home, { recursive: true, force: true });
});

interface Told {
  /** The whole answer, or the message of the fault. */
  readonly result: Promise<string>;
  readonly origin: () => Origin | undefined;
  readonly hangUp: () => void;
}

function ask(model: string, options: { readonly replays?: Replays; readonly isSingleFlight?: boolean; readonly isWanted?: boolean } = {}): Told {
  const { replays = gateway.replays, isSingleFlight = true, isWanted } = options;
  const body = Buffer.from(JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }] }));
  const hangUps: (() => void)[] = [];
  let text = "";
  let origin: Origin | undefined;
  const answered = answer({ relay: gateway.relay, replays }, {
    body, wishes: { isWanted, ttl: undefined, isRefresh: false, isSingleFlight }, onOrigin: (told) => (origin = told),
    call: {
      requestId: "req-1", surface: chatCompletions, request: chatCompletions.parse(body), key, app: { referer: null, title: null, categories: [], userAgent: null },
      sandboxDirectives: undefined, wantsMetadata: false,
      reply: {
        start: () => undefined, write: () => true, end: () => undefined, onDrain: () => undefined, drop: () => undefined,
        whole: (_id, whole) => (text = whole),
        onHangUp: (listener) => hangUps.push(listener),
      },
    },
  });
  return {
    result: answered.then(() => text, (error: Error) => error.message),
    origin: () => origin,
    hangUp: () => {
      for (const listener of hangUps) listener();
    },
  };
}

const text = JSON.parse(replay("mistral/text.json").body.join("")).choices[0].message.content as string;
const refusal = json({ error: { message: "no, not this" } }, 400);

test("twenty who ask at once are answered by one call", async () => {
  const model = models[used++] as string;
  upstream.next(replay("mistral/text.json"));
  const asked = Array.from({ length: 20 }, () => ask(model));
  const answers = await Promise.all(asked.map(({ result }) => result));
  expect(upstream.requests).toHaveLength(1);
  for (const one of answers) expect(JSON.parse(one).choices[0].message.content).toBe(text);
  expect(asked.map(({ origin }) => origin()?.kind)).toEqual(["made", ...asked.slice(1).map(() => "joined")]);
  expect(gateway.replays.flights.size).toBe(0);
});

test("when the call fails, one of those who waited makes it again for the others", async () => {
  const model = models[used++] as string;
  upstream.next(refusal, replay("mistral/text.json"));
  const [leader, ...followers] = await Promise.all(Array.from({ length: 20 }, () => ask(model).result));
  expect(leader).toContain("no, not this");
  for (const one of followers) expect(JSON.parse(one).choices[0].message.content).toBe(text);
  expect(upstream.requests).toHaveLength(2);
});

test("when that fails as well, they are told, and the provider is spared the rest", async () => {
  const model = models[used++] as string;
  upstream.always(refusal);
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(model).result));
  for (const one of answers) expect(one).toContain("no, not this");
  expect(upstream.requests).toHaveLength(2);
});

test("a leader who hangs up before there is an answer leaves it to the others", async () => {
  const model = models[used++] as string;
  const pause = gate();
  const recorded = replay("mistral/text.json");
  upstream.next({ ...recorded, body: [pause.opened, ...recorded.body] });
  const [leader, follower] = [ask(model), ask(model)];
  await upstream.received(0);
  leader.hangUp();
  pause.open();
  expect(JSON.parse(await follower.result).choices[0].message.content).toBe(text);
  expect([upstream.requests.length, await leader.result]).toEqual([1, ""]);
});

test("an answer is kept when one who shares it wants that, though the leader does not", async () => {
  const model = models[used++] as string;
  upstream.next(replay("mistral/text.json"));
  await Promise.all([ask(model).result, ask(model, { isWanted: true }).result]);
  const again = ask(model, { isSingleFlight: false, isWanted: true });
  await again.result;
  expect([again.origin()?.kind, upstream.requests.length]).toEqual(["stored", 1]);
});

test("without memory for it, everybody makes a call of his own", async () => {
  const model = models[used++] as string;
  upstream.always(replay("mistral/text.json"));
  const replays = createReplays(0);
  const asked = Array.from({ length: 3 }, () => ask(model, { replays, isWanted: true }));
  await Promise.all(asked.map(({ result }) => result));
  expect([upstream.requests.length, ...asked.map(({ origin }) => origin())]).toEqual([3, undefined, undefined, undefined]);
});
