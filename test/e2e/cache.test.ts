/** The response cache and single-flight, over real sockets. Source: contract §8.2; docs/response-cache.md. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call, openStream, type Json, type OpenedStream } from "../support/caller.ts";
import { done, event, fixtureEvents, gate, json, replay, sse } from "../support/fake-upstream.ts";
import { recordedAnswerCost, recordedStreamCost, startStage, type Stage } from "../support/stage.ts";

const models = Array.from({ length: 60 }, (_, index) => `cache/model-${index}`);
let used = 0;
/** Each case has a model, and so entries and flights, of its own. */
const model = () => models[used++] as string;

const cached = { "x-openrouter-cache": "true" };
const shared = { "x-windrose-single-flight": "true" };
const firstOnly = { provider: { order: ["first"], allow_fallbacks: false } };
const streamText = "Hello, world! This is a test response.";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(models);
});
afterAll(() => stage.dispose());
beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
});

const status = ({ headers }: { readonly headers: Headers }) => headers.get("x-openrouter-cache-status");
const joined = ({ headers }: { readonly headers: Headers }) => headers.get("x-windrose-single-flight");
const text = (events: readonly Json[]) => events.filter((one) => one !== "[DONE]").map((one) => one.choices[0]?.delta.content ?? "").join("");

describe("the cache", () => {
  test("is off until it is asked for", async () => {
    stage.first.always(replay("mistral/text.json"));
    const own = model();
    for (const headers of [{}, { "x-openrouter-cache": "false" }, { "x-openrouter-cache-ttl": "60" }, { "x-openrouter-cache-clear": "true" }]) {
      expect(status(await stage.chat(own, {}, headers))).toBeNull();
    }
    expect(stage.first.requests).toHaveLength(4);
  });

  test("gives a whole answer again, under a new id, for nothing", async () => {
    stage.first.next(replay("mistral/text.json"));
    const own = model();
    const miss = await stage.chat(own, {}, cached);
    const hit = await stage.chat(own, {}, { ...cached, "x-openrouter-metadata": "enabled", "http-referer": "https://app.example/" });

    expect([status(miss), miss.headers.get("x-openrouter-cache-ttl")]).toEqual(["MISS", "300"]);
    expect(hit.status).toBe(200);
    expect(status(hit)).toBe("HIT");
    expect(hit.headers.get("x-openrouter-cache-source-id")).toBe(miss.json.id);
    expect(Number(hit.headers.get("x-openrouter-cache-age")) + Number(hit.headers.get("x-openrouter-cache-ttl"))).toBe(300);
    expect(hit.json.id).not.toBe(miss.json.id);
    expect(hit.headers.get("x-generation-id")).toBe(hit.json.id);
    expect(hit.json.usage).toMatchObject({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cost: 0 });
    expect({ ...hit.json, id: "", created: 0, usage: {} }).toEqual({ ...miss.json, id: "", created: 0, usage: {} });
    expect(stage.first.requests).toHaveLength(1);
  });

  test("gives a stream again, chunk by chunk", async () => {
    stage.first.next(replay("mistral/text.chunks.txt"));
    const own = model();
    const miss = await stage.stream(own, {}, cached);
    const first = await miss.rest();
    const hit = await stage.stream(own, {}, cached);
    const second = await hit.rest();

    expect([status(miss), status(hit)]).toEqual(["MISS", "HIT"]);
    expect(text(second)).toBe(streamText);
    expect(second).toHaveLength(first.length);
    const id = hit.headers.get("x-generation-id");
    expect(id).not.toBe(miss.headers.get("x-generation-id"));
    for (const one of second.slice(0, -1)) expect(one.id).toBe(id);
    expect(second.at(-2)).toMatchObject({ choices: [], usage: { total_tokens: 0, cost: 0 } });
    expect(second.at(-1)).toBe("[DONE]");
    expect(stage.first.requests).toHaveLength(1);
  });

  test("gives a long stream again to the last word, however slowly it is read", async () => {
    const words = Array.from({ length: 60 }, (_, index) => event({ id: "c", choices: [{ index: 0, delta: { content: `${index}${"x".repeat(20_000)}` }, finish_reason: null }] }));
    stage.first.next(sse([...words, ...fixtureEvents("mistral/text.chunks.txt").slice(-1), done]));
    const own = model();
    const said = text(await (await stage.stream(own, firstOnly, cached)).rest());
    const hit = await stage.stream(own, firstOnly, cached);
    const first = await hit.nextEvent();
    // Others are served while this caller reads nothing.
    await stage.used();
    expect([status(hit), text([first, ...(await hit.rest())]) === said, said.length > 60 * 20_000]).toEqual(["HIT", true, true]);
  });

  test("keeps tool calls", async () => {
    stage.first.next(replay("mistral/tool-call.json"));
    const own = model();
    const tools = { tools: [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }] };
    const miss = await stage.chat(own, tools, cached);
    const hit = await stage.chat(own, tools, cached);
    expect(status(hit)).toBe("HIT");
    expect(hit.json.choices).toEqual(miss.json.choices);
  });

  test("leaves a record that costs nothing and names its source", async () => {
    const { key } = await stage.gateway.newKey();
    stage.first.next(replay("mistral/text.json"));
    const own = model();
    const ask = () => call(stage.gateway.baseUrl, "/chat/completions", { key, headers: cached, body: { model: own, messages: [{ role: "user", content: "Hi" }], ...firstOnly } });
    const source = await ask();
    const hit = await ask();
    expect(await stage.generation(hit.json.id)).toMatchObject({
      id: hit.json.id, response_cache_source_id: source.json.id, model: own, provider_name: "First", usage: 0, total_cost: 0, tokens_prompt: 0, tokens_completion: 0,
      native_tokens_prompt: 0, finish_reason: "stop", streamed: false, cancelled: false, provider_responses: [],
    });
    expect(await stage.generation(source.json.id)).toMatchObject({ response_cache_source_id: null, total_cost: recordedAnswerCost });
    expect((await call(stage.gateway.baseUrl, "/key", { key })).json.data.usage).toBe(recordedAnswerCost);
  });

  const ttls = [["60abc", "60"], ["1.5", "1"], ["soon", "300"], ["0", "1"], ["-5", "1"], ["999999", "86400"]] as const;
  test.each(ttls)("a time to live of %s is %s seconds", async (asked, ttl) => {
    stage.first.next(replay("mistral/text.json"));
    const { headers } = await stage.chat(model(), {}, { ...cached, "x-openrouter-cache-ttl": asked });
    expect(headers.get("x-openrouter-cache-ttl")).toBe(ttl);
  });

  test("forgets an answer when its time is over", async () => {
    stage.first.always(replay("mistral/text.json"));
    const own = model();
    const ask = () => stage.chat(own, {}, { ...cached, "x-openrouter-cache-ttl": "1" });
    await ask();
    const seen = new Set([status(await ask())]);
    while (!seen.has("MISS")) seen.add(status(await ask()));
    expect(seen).toEqual(new Set(["HIT", "MISS"]));
    expect(stage.first.requests).toHaveLength(2);
  });

  test("is refreshed on demand", async () => {
    stage.first.always(replay("mistral/text.json"));
    const own = model();
    const old = await stage.chat(own, {}, cached);
    const refreshed = await stage.chat(own, {}, { ...cached, "x-openrouter-cache-clear": "true" });
    const hit = await stage.chat(own, {}, cached);
    expect([status(refreshed), status(hit)]).toEqual(["MISS", "HIT"]);
    expect(hit.headers.get("x-openrouter-cache-source-id")).toBe(refreshed.json.id);
    expect(refreshed.json.id).not.toBe(old.json.id);
  });

  test("is never shared between keys, nor between a stream and a whole answer", async () => {
    stage.first.always((request) => replay(request.json?.["stream"] === true ? "mistral/text.chunks.txt" : "mistral/text.json"));
    const own = model();
    const other = await stage.gateway.newKey();
    expect(status(await stage.chat(own, {}, cached))).toBe("MISS");
    const body = { model: own, messages: [{ role: "user", content: "What is the meaning of life?" }], provider: { order: ["first", "second"] } };
    expect(status(await call(stage.gateway.baseUrl, "/chat/completions", { key: other.key, body, headers: cached }))).toBe("MISS");
    const stream = await stage.stream(own, {}, cached);
    expect(status(stream)).toBe("MISS");
    await stream.rest();
    expect(stage.first.requests).toHaveLength(3);
  });

  test("is blind to whitespace, and to nothing else in the body", async () => {
    stage.first.always(replay("mistral/text.json"));
    const own = model();
    const ask = async (body: string) => status(await call(stage.gateway.baseUrl, "/chat/completions", { key: stage.key, body, headers: cached }));
    const messages = '"messages":[{"role":"user","content":"a  b"}]';
    expect(await ask(`{"model":"${own}",${messages}}`)).toBe("MISS");
    expect(await ask(`{\n  "model": "${own}",\t${messages} }`)).toBe("HIT");
    expect(await ask(`{${messages},"model":"${own}"}`)).toBe("MISS");
    expect(await ask(`{"model":"${own}",${messages.replace("a  b", "a b")}}`)).toBe("MISS");
    expect(await ask(`{"model":"${own}",${messages},"stream":false}`)).toBe("MISS");
  });

  const failures = [
    { name: "an error", reply: json({ error: { message: "no" } }, 400), stream: false },
    { name: "a stream that breaks off", reply: sse(fixtureEvents("mistral/text.chunks.txt").slice(0, 3), "cut"), stream: true },
  ];
  test.each(failures)("does not keep $name", async ({ reply, stream }) => {
    const own = model();
    const good = replay(stream ? "mistral/text.chunks.txt" : "mistral/text.json");
    const ask = async () => {
      const opened = await stage[stream ? "stream" : "chat"](own, firstOnly, cached);
      if ("rest" in opened) await opened.rest();
      return status(opened);
    };
    stage.first.always(reply);
    await ask();
    stage.first.always(good);
    expect(await ask()).toBe("MISS");
    expect(await ask()).toBe("HIT");
  });

  test("does not keep an answer that its caller left", async () => {
    const own = model();
    const pause = gate();
    stage.first.next(sse([...fixtureEvents("mistral/text.chunks.txt").slice(0, 3), pause.opened]), replay("mistral/text.chunks.txt"));
    const left = await stage.stream(own, firstOnly, cached);
    await left.nextEvent();
    left.hangUp();
    await (await stage.first.received(0)).abandoned;
    pause.open();
    const next = await stage.stream(own, firstOnly, cached);
    expect([status(next), text(await next.rest())]).toEqual(["MISS", streamText]);
  });

  test("follows the word of a preset, and forgets with its next version", async () => {
    stage.first.always(replay("mistral/text.json"));
    const own = model();
    const save = (config: object) => call(stage.gateway.baseUrl, "/presets/cached/chat/completions", { key: stage.key, body: { model: own, ...config } });
    const ask = (headers = {}) => stage.chat("@preset/cached", {}, headers);
    expect((await save({ cache_enabled: true, cache_ttl_seconds: 60 })).status).toBe(200);
    const miss = await ask();
    expect([status(miss), miss.headers.get("x-openrouter-cache-ttl"), status(await ask()), status(await ask({ "x-openrouter-cache": "false" }))]).toEqual(["MISS", "60", "HIT", null]);
    await save({ cache_enabled: true, temperature: 1 });
    expect(status(await ask())).toBe("MISS");
    await save({ cache_enabled: false });
    expect(status(await ask(cached))).toBeNull();
  });

  test("serves no key that is disabled", async () => {
    stage.first.next(replay("mistral/text.json"));
    const own = model();
    const { key, hash } = await stage.gateway.newKey();
    const ask = () => call(stage.gateway.baseUrl, "/chat/completions", { key, headers: cached, body: { model: own, messages: [{ role: "user", content: "Hi" }], ...firstOnly } });
    await ask();
    await call(stage.gateway.baseUrl, `/keys/${hash}`, { key: stage.gateway.managementKey, method: "PATCH", body: { disabled: true } });
    expect((await ask()).status).toBe(401);
  });

  test("costs nothing, and so serves a key that has spent its limit", async () => {
    stage.first.next(replay("mistral/text.json"));
    const own = model();
    const { key } = await stage.gateway.newKey({ limit: 0.0002 });
    const ask = (content: string) => call(stage.gateway.baseUrl, "/chat/completions", { key, headers: cached, body: { model: own, messages: [{ role: "user", content }], max_tokens: 500, ...firstOnly } });
    expect((await ask("Hi")).status).toBe(200);
    const refused = await ask("Something else");
    const hit = await ask("Hi");
    expect([refused.status, hit.status, status(hit)]).toEqual([403, 200, "HIT"]);
  });

  test("tells pages of other origins what it did", async () => {
    stage.first.next(replay("mistral/text.json"));
    const { headers } = await stage.chat(model(), {}, { ...cached, origin: "https://page.example" });
    expect(headers.get("access-control-expose-headers")).toContain("x-openrouter-cache-status");
  });
});

describe("single-flight", () => {
  const [role, hello, ...rest] = fixtureEvents("mistral/text.chunks.txt") as [string, string, ...string[]];

  /** Streams of one question, each of which has heard the first word; `go` lets the provider say the rest. */
  async function inFlight(own: string, count: number, ending: readonly string[] = [...rest, done]): Promise<{ leader: OpenedStream; followers: OpenedStream[]; go: () => void }> {
    const pause = gate();
    stage.first.next(sse([role, hello, pause.opened, ...ending]));
    const leader = await stage.stream(own, firstOnly, shared);
    const followers = await Promise.all(Array.from({ length: count }, () => stage.stream(own, firstOnly, shared)));
    return { leader, followers, go: pause.open };
  }

  test("twenty callers who ask for the same stream share one call, and each hears all of it under an id of its own", async () => {
    const { leader, followers, go } = await inFlight(model(), 19);
    go();
    const streams = await Promise.all([leader, ...followers].map((one) => one.rest()));
    expect(stage.first.requests).toHaveLength(1);
    for (const events of streams) expect([text(events), events.at(-1)]).toEqual([streamText, "[DONE]"]);
    expect(new Set(streams.map((events) => events[0].id)).size).toBe(20);
    expect(joined(leader)).toBeNull();
    expect(followers.map(joined)).toEqual(followers.map(() => "joined"));
    expect(streams[0]?.at(-2).usage.cost).toBe(recordedStreamCost);
    for (const events of streams.slice(1)) expect(events.at(-2).usage).toMatchObject({ total_tokens: 0, cost: 0 });

    const [follower] = followers as [OpenedStream];
    expect(await stage.generation(follower.headers.get("x-generation-id") ?? "")).toMatchObject({
      response_cache_source_id: leader.headers.get("x-generation-id"), total_cost: 0, streamed: true, finish_reason: "stop", provider_responses: [],
    });
  });

  test("twenty callers who ask for the same whole answer share one call", async () => {
    stage.first.next(replay("mistral/text.json"));
    const own = model();
    // With the cache, so that one who comes when the answer is there has it from there.
    const answers = await Promise.all(Array.from({ length: 20 }, () => stage.chat(own, firstOnly, { ...cached, ...shared })));
    expect(stage.first.requests).toHaveLength(1);
    expect(new Set(answers.map((one) => one.json.id)).size).toBe(20);
    expect(new Set(answers.map((one) => one.json.choices[0].message.content)).size).toBe(1);
    expect(answers.filter((one) => one.json.usage.cost === 0)).toHaveLength(19);
    expect(answers.filter((one) => joined(one) === null && status(one) === "MISS")).toHaveLength(1);
  });

  test("is not for those who did not ask for it, nor for another key", async () => {
    const own = model();
    const { leader, go } = await inFlight(own, 0);
    stage.first.always(replay("mistral/text.chunks.txt"));
    const other = await stage.gateway.newKey();
    const body = { model: own, messages: [{ role: "user", content: "What is the meaning of life?" }], stream: true, ...firstOnly };
    for (const stream of [await stage.stream(own, firstOnly), await openStream(stage.gateway.baseUrl, "/chat/completions", { key: other.key, body, headers: shared })]) {
      expect(joined(stream)).toBeNull();
      await stream.rest();
    }
    go();
    await leader.rest();
    expect(stage.first.requests).toHaveLength(3);
  });

  test("a leader who hangs up takes nothing from the others", async () => {
    const { leader, followers, go } = await inFlight(model(), 2);
    leader.hangUp();
    await followers[0]?.nextEvent();
    go();
    for (const follower of followers) expect((await follower.rest()).at(-1)).toBe("[DONE]");
    expect(stage.first.requests).toHaveLength(1);
    expect((await stage.generation(leader.headers.get("x-generation-id") ?? "")).total_cost).toBe(recordedStreamCost);
  });

  test("when all have hung up, the provider is hung up on", async () => {
    const { leader, followers, go } = await inFlight(model(), 2);
    const upstream = await stage.first.received(0);
    for (const one of [leader, ...followers]) one.hangUp();
    await upstream.abandoned;
    go();
    expect(await stage.generation(followers[0]?.headers.get("x-generation-id") ?? "")).toMatchObject({ cancelled: true, total_cost: 0 });
  });

  test("an answer that breaks off breaks off for all, with the same error", async () => {
    const { leader, followers, go } = await inFlight(model(), 2, [event({ error: { message: "overloaded", code: 503 } })]);
    go();
    const [first, ...others] = await Promise.all([leader, ...followers].map((one) => one.rest()));
    const told = first?.at(-2);
    expect(told.choices[0].finish_reason).toBe("error");
    for (const events of others) {
      expect(events.at(-2).choices).toEqual(told.choices);
      expect({ ...events.at(-2).error, metadata: { ...events.at(-2).error.metadata, request_id: "" } }).toEqual({ ...told.error, metadata: { ...told.error.metadata, request_id: "" } });
    }
    expect(await stage.generation(followers[0]?.headers.get("x-generation-id") ?? "")).toMatchObject({ finish_reason: "error", total_cost: 0 });
  });

  test("a call that fails before it says anything fails nobody else: another makes it again", async () => {
    const own = model();
    const pause = gate();
    const refusal = json({ error: { message: "no" } }, 400);
    stage.first.next({ ...refusal, body: [pause.opened, ...refusal.body] });
    stage.first.always(replay("mistral/text.chunks.txt"));
    const leader = stage.stream(own, firstOnly, shared);
    await stage.first.received(0);
    const followers = Array.from({ length: 5 }, () => stage.stream(own, firstOnly, shared));
    pause.open();
    expect((await leader).status).toBe(400);
    for (const follower of followers) expect(text(await (await follower).rest())).toBe(streamText);
  });
});
