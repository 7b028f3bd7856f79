/**
 * The fault matrix, three: what lies with the caller, with our own side, or with several requests together; and that no row
 * of docs/faults.md is without its test. Source: docs/faults.md, "The matrix".
 */

import { DatabaseSync } from "@photostructure/sqlite";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { call, openStream } from "../support/caller.ts";
import { chunkedHead, chunkOf, httpAnswer, type Trouble } from "../support/fault-proxy.ts";
import { contentEvents, costs, newKey, startFaultStage, words, type FaultStage } from "../support/fault-stage.ts";
import { event } from "../support/fake-upstream.ts";

const modes = [["streamed", true], ["whole", false]] as const;

const limited = (headers: Readonly<Record<string, string>>): Trouble => ({ say: [httpAnswer(429, JSON.stringify({ error: { message: "Slow down" } }), headers)], ending: "close" });
const broken: Trouble = { say: [httpAnswer(500, JSON.stringify({ error: { message: "Internal error" } }))], ending: "close" };
/** The first words, and then nothing for ever. */
const begun: Trouble = { say: [chunkedHead("text/event-stream"), ...contentEvents.slice(0, 1).map(chunkOf)], ending: "stall" };
/** More than any buffer takes. */
const endless: Trouble = { say: [chunkedHead("text/event-stream"), chunkOf(event({ id: "c1", choices: [{ index: 0, delta: { content: "x".repeat(16 * 1024) }, finish_reason: null }] }))], ending: "flood" };

/** The cases of the shared stage, by name. */
const places = ["waits-streamed", "waits-whole", "again-streamed", "again-whole", "left-streamed", "left-whole", "slow", "held-streamed", "held-whole", "open-streamed", "open-whole", "locked-streamed", "locked-whole", "uptime-limited", "uptime-refused", "uptime-unpaid", "uptime-broken"];

let stage: FaultStage;
beforeAll(async () => void (stage = await startFaultStage(places.map(() => ({})), { timeouts: { reader_ms: 500 } })));
afterAll(() => stage.dispose());

async function scene(place: string) {
  const cast = stage.cast(places.indexOf(place));
  const { key } = await newKey(stage);
  const model = cast.model("pair");
  const upstreamModel = cast.upstreamModel("pair");
  return {
    cast, key, model, upstreamModel,
    calls: () => [stage.proxyA, stage.proxyB].map((proxy) => proxy.requestsFor(upstreamModel).length),
    ask: (stream: boolean, provider: object = { sort: "price" }) => stage.ask({ key, model, stream, body: { provider } }),
  };
}

const body = (model: string, stream: boolean) => ({ model, stream, messages: [{ role: "user", content: "What is the meaning of life?" }], provider: { sort: "price" } });

describe("the only endpoint there is", () => {
  test.each(modes)("row 1, %s: is asked again after the hold that it asked for, when that is short", async (mode, stream) => {
    const { cast, key } = await scene(`waits-${mode}`);
    stage.proxyA.on(cast.upstreamModel("alone"), limited({ "retry-after-ms": "400" }), "none");
    const told = await stage.ask({ key, model: cast.model("alone"), stream, body: { provider: { only: [cast.alone] } } });
    expect([told.status, told.provider, told.content]).toEqual([200, cast.nameOfA, words.join("")]);
    const [first, second, ...more] = stage.proxyA.requestsFor(cast.upstreamModel("alone"));
    expect(more).toEqual([]);
    // A timer may be a millisecond early; it is never so by much.
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(395);
    expect(await stage.charged(key)).toBe(costs.a);
  });

  test.each(modes)("row 6, %s: answers the second time", async (mode, stream) => {
    const { cast, key } = await scene(`again-${mode}`);
    stage.proxyA.on(cast.upstreamModel("alone"), broken, "none");
    const told = await stage.ask({ key, model: cast.model("alone"), stream, body: { provider: { only: [cast.alone] } } });
    expect([told.status, told.provider, told.content]).toEqual([200, cast.nameOfA, words.join("")]);
    expect(await stage.charged(key)).toBe(costs.a);
  });
});

/** Makes a gateway take provider.test for this machine, as long as there is no such file. */
const nameServer = (brokenBy: string) => `--import data:text/javascript,${encodeURIComponent(`
  import dns from "node:dns";
  import { existsSync } from "node:fs";
  const { lookup } = dns;
  dns.lookup = (host, options, callback) => {
    if (host !== "provider.test") return lookup(host, options, callback);
    if (existsSync(${JSON.stringify(brokenBy)})) return process.nextTick(callback, Object.assign(new Error("down"), { code: "EAI_AGAIN", syscall: "getaddrinfo", hostname: host }));
    process.nextTick(() => options.all ? callback(null, [{ address: "127.0.0.1", family: 4 }]) : callback(null, "127.0.0.1", 4));
  };`)}`;

test.each(modes)("row 7, %s: while names are not found the last good address is used", async (_mode, stream) => {
  const home = await mkdtemp(join(tmpdir(), "windrose-names-"));
  const brokenBy = join(home, "broken");
  const own = await startFaultStage([{ at: "named" }], {}, { NODE_OPTIONS: nameServer(brokenBy) });
  onTestFinished(async () => {
    await own.dispose();
    await rm(home, { recursive: true });
  });
  const { key } = await newKey(own);
  const cast = own.cast(0);
  const ask = () => own.ask({ key, model: cast.model("pair"), stream });
  expect((await ask()).provider).toBe(cast.nameOfA);
  await writeFile(brokenBy, "");
  expect((await ask()).provider).toBe(cast.nameOfA);
  expect(own.proxyA.requestsFor(cast.upstreamModel("pair"))).toHaveLength(2);
});

describe("uptime", () => {
  /** Contract §5.3: it counts 401, 402 and 5xx, and not 429. */
  const counted = [
    { row: 1, name: "a rate limit", place: "uptime-limited", trouble: limited({ "retry-after": "20" }), uptime: 100 },
    { row: 6, name: "a failure", place: "uptime-broken", trouble: broken, uptime: 99 },
    { row: 28, name: "a refused credential", place: "uptime-refused", trouble: { say: [httpAnswer(401, "{}")], ending: "close" } satisfies Trouble, uptime: 99 },
    { row: 29, name: "an unpaid account", place: "uptime-unpaid", trouble: { say: [httpAnswer(402, "{}")], ending: "close" } satisfies Trouble, uptime: 99 },
  ];
  test.each(counted)("row $row: after $name in a hundred is $uptime per cent", async ({ place, trouble, uptime }) => {
    const { ask, model, upstreamModel, cast } = await scene(place);
    for (let ten = 0; ten < 10; ten++) expect((await Promise.all(Array.from({ length: 10 }, () => ask(false)))).every(({ provider }) => provider === cast.nameOfA)).toBe(true);
    stage.proxyA.on(upstreamModel, trouble);
    expect((await ask(false)).provider).toBe("B");
    const { json } = await call(stage.gateway.baseUrl, `/models/${model}/endpoints`);
    const shown = json.data.endpoints.find((one: { provider_name: string }) => one.provider_name === cast.nameOfA);
    expect(Math.round(shown.uptime_last_5m)).toBe(uptime);
  });
});

describe("a caller who leaves", () => {
  test("row 35, streamed: stops the provider, and pays for what it heard", async () => {
    const { key, model, upstreamModel, cast, calls } = await scene("left-streamed");
    stage.proxyA.on(upstreamModel, begun);
    const stream = await openStream(stage.gateway.baseUrl, "/chat/completions", { key, body: body(model, true) });
    expect((await stream.nextEvent()).choices[0].delta.content).toBe(words[0]);
    stream.hangUp();
    await (await stage.proxyA.received(upstreamModel, 0)).closed;
    const generation = await stage.generation(key, stream.headers.get("x-generation-id") ?? "");
    expect(generation).toMatchObject({ cancelled: true, usage_estimated: true, provider_name: cast.nameOfA });
    const charged = await stage.charged(key);
    expect(charged).toBe(Math.round(generation.total_cost * 1e9));
    expect(charged).toBeGreaterThan(0);
    expect(charged).toBeLessThan(costs.a);
    expect(calls()).toEqual([1, 0]);
    expect(await stage.chanceOfA(key, model)).toBeGreaterThan(0);
  });

  test("row 35, whole: stops the provider, and pays nothing, because it heard nothing", async () => {
    const { key, model, upstreamModel, calls } = await scene("left-whole");
    stage.proxyA.on(upstreamModel, { ending: "stall" });
    const abort = new AbortController();
    const asked = fetch(`${stage.gateway.baseUrl}/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${key}` }, body: JSON.stringify(body(model, false)), signal: abort.signal });
    const { closed } = await stage.proxyA.received(upstreamModel, 0);
    abort.abort();
    await expect(asked).rejects.toThrow();
    await closed;
    expect(await stage.charged(key)).toBe(0);
    expect(calls()).toEqual([1, 0]);
    expect(await stage.chanceOfA(key, model)).toBeGreaterThan(0);
  });
});

// A whole answer is one write, and waits in nobody's way.
test("row 36, streamed: a caller who reads nothing is given up, and pays for what was sent", async () => {
  const { key, model, upstreamModel, calls } = await scene("slow");
  stage.proxyA.on(upstreamModel, endless);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}` };
    httpRequest(`${stage.gateway.baseUrl}/chat/completions`, { method: "POST", headers }, resolve).once("error", reject).end(JSON.stringify(body(model, true)));
  });
  // Nothing reads the response from here on.
  await (await stage.proxyA.received(upstreamModel, 0)).closed;
  const ended = new Promise((resolve) => response.once("close", resolve).once("error", () => undefined));
  response.resume();
  await ended;
  expect(response.complete).toBe(false);
  const generation = await stage.generation(key, String(response.headers["x-generation-id"]));
  expect(generation).toMatchObject({ cancelled: true, usage_estimated: true });
  const charged = await stage.charged(key);
  expect(charged).toBe(Math.round(generation.total_cost * 1e9));
  expect(charged).toBeGreaterThan(costs.a);
  expect(calls()).toEqual([1, 0]);
  expect(await stage.chanceOfA(key, model)).toBeGreaterThan(0);
});

describe("row 37: when nobody may be called, nobody is", () => {
  test.each(modes)("row 37, %s: all are held, and the first comes back in nine seconds", async (mode, stream) => {
    const { ask, key, upstreamModel, calls } = await scene(`held-${mode}`);
    stage.proxyA.on(upstreamModel, limited({ "retry-after": "20" }));
    stage.proxyB.on(upstreamModel, limited({ "retry-after": "9" }));
    const first = await ask(stream);
    expect([first.status, first.headers.get("retry-after")]).toEqual([429, "9"]);
    const told = await ask(stream);
    expect(calls(), "calls of A and of B").toEqual([1, 1]);
    expect(told.status).toBeOneOf([429, 503]);
    expect(Number(told.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(told.headers.get("retry-after"))).toBeLessThanOrEqual(9);
    expect(await stage.charged(key)).toBe(0);
  });

  test.each(modes)("row 37, %s: all are down", async (mode, stream) => {
    const { ask, key, upstreamModel, calls } = await scene(`open-${mode}`);
    stage.proxyA.on(upstreamModel, broken);
    stage.proxyB.on(upstreamModel, broken);
    for (let time = 0; time < 2; time++) expect((await ask(stream, {})).status).toBe(502);
    const before = calls();
    const told = await ask(stream, {});
    expect(calls(), "calls of A and of B").toEqual(before);
    expect(told.status).toBe(503);
    expect(told.error.metadata.error_type).toBe("provider_overloaded");
    expect(Number(told.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await stage.charged(key)).toBe(0);
  });
});

test.each(modes)("row 38, %s: while the database takes no writes a known key is served, and pays when it does again", async (mode, stream) => {
  const { key, ask, cast } = await scene(`locked-${mode}`);
  // A key is known, and its money leased, once it was used.
  expect((await ask(stream)).status).toBe(200);
  await stage.charged(key);
  const other = new DatabaseSync(join(stage.gateway.dataDir, "windrose.db"));
  try {
    other.exec("begin immediate");
    const told = await ask(stream);
    expect([told.status, told.provider, told.content]).toEqual([200, cast.nameOfA, words.join("")]);
    other.exec("rollback");
    expect((await stage.generation(key, told.headers.get("x-generation-id") ?? "")).total_cost).toBe(costs.a / 1e9);
    expect(await stage.charged(key)).toBe(2 * costs.a + costs.b);
  } finally {
    other.close();
  }
});

describe("row 41: a balance that is too low", () => {
  let own: FaultStage;
  beforeAll(async () => {
    own = await startFaultStage([{}, {}]);
    // Between what the worst case of 100 tokens costs at A and at B.
    const granted = await call(own.gateway.baseUrl, "/credits", { key: own.gateway.managementKey, body: { amount: 0.0003 } });
    expect(granted.status, granted.text).toBe(200);
  });
  afterAll(() => own.dispose());

  test.each(modes)("row 41, %s: is told what is needed and what is there, and nobody is called", async (_mode, stream) => {
    const { key } = await newKey(own);
    const cast = own.cast(0);
    const told = await own.ask({ key, model: cast.model("pair"), stream, body: { max_tokens: 4000 } });
    expect(told.status, told.text).toBe(402);
    expect(told.error).toMatchObject({ code: 402, metadata: { error_type: "payment_required", needed: expect.any(Number), available: 0.0003 } });
    expect(told.error.metadata.needed).toBeGreaterThan(0.008);
    expect(told.error.message).toContain("0.0003");
    expect([own.proxyA, own.proxyB].map((proxy) => proxy.requestsFor(cast.upstreamModel("pair")))).toEqual([[], []]);
  });

  test.each(modes)("row 41, %s: is enough for the cheaper endpoint", async (mode, stream) => {
    const { key } = await newKey(own);
    const told = await own.ask({ key, model: own.cast(1).model(mode === "streamed" ? "pair" : "other"), stream, body: { max_tokens: 100 } });
    expect([told.status, told.provider], told.text).toEqual([200, own.cast(1).nameOfA]);
  });
});

describe("row 42: SIGTERM", () => {
  test("row 42, streamed: at the end of the grace the stream ends with an error, free of charge", async () => {
    const own = await startFaultStage([{}], { timeouts: { drain_ms: 300 } });
    onTestFinished(own.dispose);
    const { key } = await newKey(own);
    own.proxyA.on(own.cast(0).upstreamModel("pair"), begun);
    const stream = await openStream(own.gateway.baseUrl, "/chat/completions", { key, body: body(own.cast(0).model("pair"), true) });
    expect((await stream.nextEvent()).choices[0].delta.content).toBe(words[0]);
    const stopped = own.gateway.stop();
    const events = await stream.rest();
    expect(events.at(-1)).toBe("[DONE]");
    expect(events.at(-2)).toMatchObject({ choices: [{ finish_reason: "error" }], error: { code: 503, metadata: { error_type: "server" } } });
    expect(await stopped).toBe(0);
    expect(ledgerOf(own)).toEqual([{ cost: 0, count: 1 }]);
  });

  test("row 42, whole: at the end of the grace the request is refused, free of charge", async () => {
    const own = await startFaultStage([{}], { timeouts: { drain_ms: 300 } });
    onTestFinished(own.dispose);
    const { key } = await newKey(own);
    const cast = own.cast(0);
    own.proxyA.on(cast.upstreamModel("pair"), { ending: "stall" });
    const asked = own.ask({ key, model: cast.model("pair"), stream: false });
    await own.proxyA.received(cast.upstreamModel("pair"), 0);
    const stopped = own.gateway.stop();
    const told = await asked;
    expect(told.status).toBe(503);
    expect(told.error.metadata.error_type).toBe("server");
    expect(await stopped).toBe(0);
    expect(own.proxyB.requestsFor(cast.upstreamModel("pair"))).toEqual([]);
    expect(ledgerOf(own)).toEqual([{ cost: 0, count: 1 }]);
  });
});

/** What a gateway that has stopped has booked. */
function ledgerOf({ gateway }: FaultStage): unknown {
  const db = new DatabaseSync(join(gateway.dataDir, "windrose.db"), { readOnly: true });
  try {
    return db.prepare("select coalesce(sum(cost_nano), 0) as cost, count(*) as count from generations").all().map((row) => ({ ...row }));
  } finally {
    db.close();
  }
}

/** Rows, or halves of them, that a test elsewhere proves. */
const elsewhere: readonly { readonly row: number; readonly file: string; readonly test: string }[] = [
  { row: 22, file: "test/e2e/review.test.ts", test: "goes on to the next model after $name" },
  { row: 35, file: "test/e2e/review.test.ts", test: "a caller who hangs up when the provider has told its usage pays for that usage" },
  { row: 38, file: "src/keys/keys.test.ts", test: "when the database is down a known key works for 30 seconds and an unknown one is never refused as wrong" },
  { row: 38, file: "src/ledger/ledger.test.ts", test: "a store that cannot be asked refuses what is unknown and serves what is leased" },
  { row: 39, file: "src/usage/journal.test.ts", test: "a full disk refuses the append and the next paid request; space lets both go on" },
  { row: 39, file: "src/db/sqlite.test.ts", test: "a full disk refuses the write and changes nothing; reads work on, and writes too once there is space" },
  { row: 40, file: "test/e2e/crash.test.ts", test: "kill -9 in the middle of traffic" },
  { row: 40, file: "src/relay/settler.test.ts", test: "a batch whose word of success was lost is not booked again" },
  { row: 42, file: "test/e2e/start.test.ts", test: "SIGTERM lets a stream under way come to its end, refuses new requests, and exits with 0" },
];

const text = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

test.each(elsewhere)("row $row has its test in $file", ({ file, test: name }) => {
  expect(text(file)).toContain(`"${name}"`);
});

test("every row of docs/faults.md has a test, and every test its row", () => {
  const documented = [...text("docs/faults.md").matchAll(/^\| (\d+) \| /gm)].map(([, row]) => Number(row));
  const tested = ["before", "during", "ours"].flatMap((part) => [...text(`test/e2e/fault-matrix-${part}.test.ts`).matchAll(/\brow:? (\d+)|\bboth\((\d+),/g)]).map(([, row, other]) => Number(row ?? other));
  expect(documented).toEqual(Array.from({ length: 42 }, (_, index) => index + 1));
  expect([...new Set(tested)].sort((one, other) => one - other)).toEqual(documented);
});
