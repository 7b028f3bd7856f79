/** What a hostile reading of the road of a request found: nothing that a provider says, and nothing that a caller does, may do these. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call } from "../support/caller.ts";
import { connect } from "node:net";
import { readFileSync } from "node:fs";
import { done, event, gate, json, replay, sse, startFakeUpstream, type Answer } from "../support/fake-upstream.ts";
import { startGateway } from "../support/gateway.ts";
import { startStage, type Stage } from "../support/stage.ts";

const models = Array.from({ length: 40 }, (_, index) => `acme/m${index}`);
let used = 0;
const model = () => models[used++] as string;
const usage = { prompt_tokens: 30, completion_tokens: 7, total_tokens: 37 };
const chunk = (delta: object, finish: string | null = null, more: object = {}): string =>
  event({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }], ...more });
const whole = (message: object, finish = "stop", more: object = { usage }): Answer =>
  json({ id: "w", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish }], ...more });
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const ms = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

describe("a gateway that must survive", () => {
  const tools = [{ type: "function", function: { name: "pay", parameters: { type: "object" } } }, { type: "custom", custom: { name: "code" } }];
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  const deepChunk = (delta: object, finish: string) => `data: {"id":"c","choices":[{"index":0,"delta":${JSON.stringify(delta)},"finish_reason":"${finish}"}],"trace":${deep}}\n\n`;
  const cases: readonly { name: string; body: object; stream: boolean; answer: Answer }[] = [
    { name: "a whole answer that calls a custom tool", stream: false, body: { tools }, answer: whole({ content: null, tool_calls: [{ id: "x", type: "custom", custom: { name: "code", input: "1" } }] }, "tool_calls") },
    { name: "an empty stream with a field nested deeply", stream: true, body: {}, answer: sse([deepChunk({}, "stop"), done]) },
    { name: "a held stream with a field nested deeply", stream: true, body: { provider: { order: ["second"], validate_tools: true } }, answer: sse([deepChunk({ content: "Hi" }, "stop"), done]) },
    { name: "a finished stream with a field nested deeply, left open", stream: true, body: {}, answer: sse([deepChunk({ content: "Hi" }, "stop"), done], "stall") },
    { name: "a finished stream with a field nested deeply, reset", stream: true, body: {}, answer: sse([deepChunk({ content: "Hi" }, "stop")], "cut") },
  ];
  test.each(cases)("lives on after $name", async ({ body, stream, answer }) => {
    const stage = await startStage(["acme/victim"]);
    try {
      stage.first.always(answer);
      stage.second.always(answer);
      const request = { order: ["second"], provider: { order: ["second"], allow_fallbacks: false }, ...body };
      const answering = stream ? stage.stream("acme/victim", request).then((one) => one.rest()) : stage.chat("acme/victim", request);
      const heard = await Promise.race([answering.then(() => "an end", () => "an end"), ms(3000).then(() => "nothing")]);
      await ms(300);
      expect([isAlive(stage.gateway.pid), heard]).toEqual([true, "an end"]);
    } finally {
      await stage.dispose();
    }
  });
});

describe("one stage", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(models);
  });
  beforeEach(() => {
    stage.first.reset();
    stage.second.reset();
  });
  afterAll(() => stage.dispose());

  const order = ["first", "second"];
  const makeKnown = async (own: string, stream: boolean, provider: object = { order }): Promise<void> => {
    stage.first.always((request) => replay(request.json?.["stream"] === true ? "mistral/text.chunks.txt" : "mistral/text.json"));
    const body = { model: own, stream, messages: [{ role: "user", content: "What is the meaning of life?" }], provider };
    for (let count = 0; count < 200; count += 20) {
      await Promise.all(Array.from({ length: 20 }, () => call(stage.gateway.baseUrl, "/chat/completions", { key: stage.key, body })));
    }
    stage.first.reset();
  };

  test("a caller who hangs up during a continuation pays for what was delivered", async () => {
    const own = model();
    const said = "It was the best of times, it was the worst of times, ";
    stage.second.next(sse([chunk({ content: said })], "cut"));
    const { opened, open } = gate();
    stage.first.next(sse([chunk({ content: "it was the age of wisdom, " }), chunk({ content: "x".repeat(4000) }), opened, chunk({ content: "." }, "stop", { usage }), done]));
    const stream = await stage.stream(own, { provider: { order: ["second", "first"], continue: true } });
    let text = "";
    let id = "";
    while (text.length < 4000) {
      const one = await stream.nextEvent();
      id = one.id;
      text += one.choices[0]?.delta.content ?? "";
    }
    stream.hangUp();
    await (await stage.first.received(0)).abandoned;
    open();
    const record = await stage.generation(id);
    expect(record.cancelled).toBe(true);
    expect(record.total_cost).toBeGreaterThan(0);
  });

  test("a hedge that has nothing to say does not silence the slow first one", async () => {
    const own = model();
    await makeKnown(own, false);
    stage.second.always(whole({ content: "" }, "stop", { usage: { prompt_tokens: 13, completion_tokens: 0, total_tokens: 13 } }));
    const { opened, open } = gate();
    const slow = replay("mistral/text.json");
    stage.first.next({ ...slow, body: [opened, ...slow.body] });
    const answering = stage.chat(own, { provider: { order, hedge: true } });
    await stage.second.received(0);
    await ms(200);
    open();
    const answer = await answering;
    expect([answer.json.provider, answer.json.choices[0].message.content !== ""]).toEqual(["First", true]);
  });

  test("a hedge goes to another endpoint of the model, not to the fallback model", async () => {
    const [own, other] = [model(), model()];
    await makeKnown(own, false, { only: ["first"] });
    const { opened, open } = gate();
    const slow = replay("mistral/text.json");
    stage.first.next({ ...slow, body: [opened, ...slow.body] });
    stage.first.always(replay("mistral/text.json"));
    const answering = stage.chat(own, { models: [own, other], provider: { only: ["first"], hedge: true } });
    await stage.first.received(0);
    await ms(1500);
    open();
    expect((await answering).json.model).toBe(own);
  });

  test("what a filter blocked without a word is told, not shopped for elsewhere, and is nobody's failure (rows 22, 23)", async () => {
    const own = model();
    stage.first.always(whole({ content: null }, "content_filter", { usage: { prompt_tokens: 30, completion_tokens: 0, total_tokens: 30 } }));
    stage.second.always(whole({ content: "Here is how." }));
    const answers = [await stage.chat(own), await stage.chat(own)];
    const other = await stage.gateway.newKey();
    stage.first.always(whole({ content: "Fine." }));
    const innocent = await call(stage.gateway.baseUrl, "/chat/completions", { key: other.key, body: { model: own, messages: [{ role: "user", content: "Hi" }], provider: { only: ["first"] } } });
    expect({ shopped: stage.second.requests.length, finish: answers.map((one) => one.json.choices?.[0].finish_reason), innocent: innocent.status }).toEqual({ shopped: 0, finish: ["content_filter", "content_filter"], innocent: 200 });
  });

  test("two answers that a caller's stop sequence made empty do not close the endpoint to everybody", async () => {
    const own = model();
    stage.first.always(whole({ content: "" }, "stop", { usage: { prompt_tokens: 30, completion_tokens: 0, total_tokens: 30 } }));
    stage.second.always(whole({ content: "T" }));
    for (let count = 0; count < 2; count++) await stage.chat(own, { stop: ["T"] });
    stage.first.always(whole({ content: "Fine." }));
    const other = await stage.gateway.newKey();
    const innocent = await call(stage.gateway.baseUrl, "/chat/completions", { key: other.key, body: { model: own, messages: [{ role: "user", content: "Hi" }], provider: { only: ["first"] } } });
    expect([innocent.status, innocent.json.error?.message]).toEqual([200, undefined]);
  });

  test("an answer that cannot be encoded falls back like any other, because nothing was sent", async () => {
    const own = model();
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    stage.first.next(sse([`data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi","annotations":${deep}},"finish_reason":null}]}\n\n`, done]));
    stage.second.next(replay("openai/text.chunks.txt"));
    const stream = await stage.stream(own);
    expect(stream.status).toBe(200);
  });

  test("what is held until it is complete (validate_tools) is bounded", async () => {
    const own = model();
    const piece = Array.from({ length: 4 }, () => chunk({ content: "y".repeat(250_000) })).join("");
    stage.first.always(sse([...Array.from({ length: 500 }, () => piece), chunk({}, "stop", { usage }), done]));
    const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${stage.gateway.pid}/status`, "utf8"))?.[1]) / 1024;
    const before = rss();
    let most = 0;
    const timer = setInterval(() => (most = Math.max(most, rss())), 50);
    const stream = await stage.stream(own, { provider: { order, validate_tools: true, allow_fallbacks: false } }).catch(() => undefined);
    stream?.hangUp();
    clearInterval(timer);
    expect(most - before).toBeLessThan(200);
  });
});

describe("time", () => {
  test("gap_ms is the silence after content: a provider that sent its headers may think longer", async () => {
    const stage = await startStage(["acme/thinks"], { timeouts: { gap_ms: 1000 } });
    const heads = sse([ms(2500), ...replay("mistral/text.chunks.txt").body]);
    stage.first.always(heads);
    const status: number[] = [];
    status.push((await stage.stream("acme/thinks", { provider: { only: ["first"] }, reasoning: { effort: "high" } })).status);
    stage.first.always({ ...replay("mistral/text.json"), body: [ms(2500), ...replay("mistral/text.json").body] });
    status.push((await stage.chat("acme/thinks", { provider: { only: ["first"] } })).status);
    await stage.dispose();
    expect(status).toEqual([200, 200]);
  });

  test("a request that the end of the grace ended is not begun again with the next model", async () => {
    const stage = await startStage(["acme/one", "acme/two"], { timeouts: { drain_ms: 300 } });
    stage.first.always("silence");
    const answering = stage.chat("acme/one", { models: ["acme/one", "acme/two"], provider: { only: ["first"] } }).catch((error) => error);
    await stage.first.received(0);
    await stage.gateway.stop();
    const answer = await answering;
    const seen = stage.first.requests.length;
    await stage.dispose();
    expect([seen, answer.status]).toEqual([1, 503]);
  });

  test("a whole answer that its caller does not read is not kept for ever (row 36)", async () => {
    const stage = await startStage(["acme/large"], { timeouts: { reader_ms: 1000 } });
    stage.first.always(whole({ content: "z".repeat(30_000_000) }));
    const { hostname, port } = new URL(stage.gateway.baseUrl);
    const socket = connect(Number(port), hostname);
    const body = JSON.stringify({ model: "acme/large", messages: [{ role: "user", content: "Hi" }], provider: { only: ["first"] } });
    socket.write(`POST /api/v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${stage.key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    socket.on("error", () => undefined);
    socket.pause();
    await stage.first.received(0);
    await ms(3500);
    let bytes = 0;
    socket.on("data", (piece) => (bytes += piece.length));
    socket.resume();
    await Promise.race([new Promise((resolve) => socket.once("close", resolve)), ms(3000)]);
    socket.destroy();
    await stage.dispose();
    expect(bytes).toBeLessThan(30_000_000);
  });
});

describe("money", () => {
  test("a continued answer costs no more than was held", async () => {
    const one = await startFakeUpstream();
    const two = await startFakeUpstream();
    const endpoint = { model: "acme/held", upstream_model: "held", pricing: { prompt: "30", completion: "3" }, context_length: 4096, supported_parameters: ["max_tokens"] };
    const gateway = await startGateway({
      config: {
        providers: [
          { slug: "one", name: "One", protocol: "mistral-chat", base_url: `${one.origin}/v1`, credential: "c1", endpoints: [endpoint] },
          { slug: "two", name: "Two", protocol: "mistral-chat", base_url: `${two.origin}/v1`, credential: "c2", endpoints: [endpoint] },
        ],
      },
    });
    const limit = 0.0013;
    const { key } = await gateway.newKey({ limit });
    const said = "word ".repeat(79);
    one.always(sse([chunk({ content: said })], "cut"));
    two.always(sse([chunk({ content: "end." }), chunk({}, "stop", { usage: { prompt_tokens: 110, completion_tokens: 1, total_tokens: 111 } }), done]));
    const body = { model: "acme/held", stream: true, max_tokens: 100, messages: [{ role: "user", content: "What is the meaning of life?" }], provider: { order: ["one", "two"], continue: true } };
    const answer = await call(gateway.baseUrl, "/chat/completions", { key, body });
    await ms(2500);
    const spent = (await call(gateway.baseUrl, "/key", { key })).json.data.usage;
    await Promise.all([gateway.dispose(), one.close(), two.close()]);
    expect(answer.status).toBe(200);
    expect(spent).toBeLessThanOrEqual(limit);
  });
});

test("half-open with one endpoint: of ten requests at once one is the probe", async () => {
  const stage = await startStage(["acme/one"]);
  stage.first.always(json({ error: { message: "x" } }, 500));
  const body = { provider: { only: ["first"] } };
  await stage.chat("acme/one", body);
  let wait = 0;
  for (;;) {
    const answer = await stage.chat("acme/one", body);
    if (answer.status === 503 && answer.headers.get("retry-after") !== null) { wait = Number(answer.headers.get("retry-after")); break; }
  }
  await ms(wait * 1000 + 50);
  stage.first.reset();
  stage.first.always({ ...json({}, 500), body: [ms(1500), "{}"] });
  await Promise.all(Array.from({ length: 10 }, () => stage.chat("acme/one", body)));
  const seen = stage.first.requests.length;
  await stage.dispose();
  expect(seen).toBeLessThanOrEqual(2);
});


test("after content, comments alone do not keep a caller waiting for ever", async () => {
  const stage = await startStage(["acme/drip"], { timeouts: { gap_ms: 1000, first_content_ms: 2000, first_content_alive_ms: 3000, whole_answer_ms: 3000 } });
  const drips = Array.from({ length: 40 }, (_, index) => [ms(500 * (index + 1)), ": still here\n\n"]).flat();
  stage.first.always(sse([chunk({ content: "Hi" }), ...drips], "stall"));
  const stream = await stage.stream("acme/drip", { provider: { only: ["first"] } });
  const ended = await Promise.race([stream.rest().then(() => "ended"), ms(9_000).then(() => "still waiting after 9 s, every limit being 3 s or less")]);
  stream.hangUp();
  await stage.gateway.kill9();
  expect(ended).toBe("ended");
}, 40_000);
