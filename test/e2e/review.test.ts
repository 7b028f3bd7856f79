/** Cases that a hostile, careless or unlucky caller or provider brings about, each of which once went wrong. */

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest, Agent } from "node:http";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call } from "../support/caller.ts";
import { done, event, gate, json, sse, type Answer } from "../support/fake-upstream.ts";
import { startGateway, windroseCommand } from "../support/gateway.ts";
import { startStage, type Stage } from "../support/stage.ts";

const chunk = (delta: object, finish: string | null = null, more: object = {}) => event({ id: "c1", choices: [{ index: 0, delta, finish_reason: finish }], ...more });
const usage = { prompt_tokens: 13, completion_tokens: 8 };
const usageChunk = event({ id: "c1", choices: [], usage });
const answer = (message: object, more: object = {}): Answer => json({ id: "c1", choices: [{ index: 0, message, finish_reason: "stop" }], usage, ...more });
const hi = answer({ role: "assistant", content: "Hi" });
/** ⌈13 × 123.457⌉ + ⌈8 × 300⌉ nano-dollars, at the first provider. */
const usageCost = 4005e-9;

const models = Array.from({ length: 40 }, (_, index) => `review/model-${index}`);
let used = 0;
/** Health is kept per endpoint: each case has a model of its own. */
const model = () => models[used++] as string;

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(models);
});
afterAll(() => stage.dispose());
beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
  stage.second.always(hi);
});

const firstOnly = { order: ["first"], allow_fallbacks: false };
const question = { role: "user", content: "What is the meaning of life?" };

describe("what clients send back from an earlier answer", () => {
  const histories = [
    { name: "tool_calls: null on an assistant message", message: { role: "assistant", content: "42", refusal: null, tool_calls: null } },
    { name: "tool_calls: null on a user message", message: { role: "user", content: "And?", tool_calls: null } },
    { name: "every optional field null", message: { role: "assistant", content: "42", name: null, reasoning: null, reasoning_details: null, annotations: null, audio: null, function_call: null, tool_calls: null } },
  ];
  for (const provider of ["first", "second"]) {
    test.each(histories)(`$name is taken (${provider})`, async ({ message }) => {
      stage.first.always(hi);
      const { status } = await stage.chat(model(), { messages: [question, message, question], provider: { order: [provider], allow_fallbacks: false } });
      expect(status).toBe(200);
    });
  }

  const malformed = [
    { name: "tool calls of a user message that are none", message: { role: "user", content: "x", tool_calls: [{ a: 1 }] } },
    { name: "a file whose data is a number", message: { role: "user", content: [{ type: "file", file: { file_data: 5 } }] } },
  ];
  test.each(malformed)("$name are the caller's mistake, not ours", async ({ message }) => {
    expect((await stage.chat(model(), { messages: [message] })).status).toBe(400);
  });
});

describe("a provider's answer of a wrong shape", () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const cases: readonly { name: string; first: Answer; stream: boolean }[] = [
    { name: "content that is a number", stream: true, first: sse([chunk({ role: "assistant", content: 42 }), chunk({}, "stop"), done]) },
    { name: "a refusal that is an object", stream: true, first: sse([chunk({ refusal: { a: 1 } }), chunk({}, "stop"), done]) },
    { name: "a field too deep to be written again", stream: false, first: { ...hi, body: [`{"id":"c1","deep":${deep},"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}]}`] } },
    { name: "no choices", stream: false, first: json({ id: "c1", choices: [], usage }) },
  ];
  test.each(cases)("$name is had elsewhere", async ({ first, stream }) => {
    stage.first.always(first);
    stage.second.always(stream ? sse([chunk({ content: "Hi" }), chunk({}, "stop"), usageChunk, done]) : hi);
    const { status, text } = await stage.chat(model(), { stream });
    expect(status).toBe(200);
    expect(text).toContain('"provider":"Second"');
  });

  test("the caller is not charged for an answer that it does not get", async () => {
    const { key } = await stage.gateway.newKey();
    stage.first.always({ ...hi, body: [`{"id":"c1","deep":${deep},"usage":${JSON.stringify(usage)},"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}]}`] });
    const { status, headers } = await call(stage.gateway.baseUrl, "/chat/completions", { key, body: { model: model(), messages: [question], provider: firstOnly } });
    expect(status).not.toBe(200);
    expect(headers.get("x-generation-id")).toBeNull();
    // A later generation is settled after this one.
    stage.first.always(hi);
    const { json: later } = await call(stage.gateway.baseUrl, "/chat/completions", { key, body: { model: model(), messages: [question], provider: firstOnly } });
    await stage.generation(later.id);
    expect((await call(stage.gateway.baseUrl, "/key", { key })).json.data.usage).toBe(usageCost);
  });

  test("a field named provider does not say who answered", async () => {
    stage.first.always(answer({ content: "Hi" }, { provider: "Somebody else" }));
    expect((await stage.chat(model())).json.provider).toBe("First");
    stage.first.always(sse([chunk({ content: "Hi" }, null, { provider: "Somebody else" }), chunk({}, "stop"), usageChunk, done]));
    for (const one of await (await stage.stream(model())).rest()) if (one !== "[DONE]") expect(one.provider).toBe("First");
  });

  test("a credential that it repeats is not passed on", async () => {
    stage.first.always(json({ error: { message: "cannot use first-credential here" } }, 400));
    expect((await stage.chat(model())).text).not.toContain("first-credential");
    stage.first.always(sse([chunk({ content: "Hi" }), event({ error: { message: "cannot use first-credential here", code: 500 } })]));
    expect(JSON.stringify(await (await stage.stream(model())).rest())).not.toContain("first-credential");
  });
});

describe("the end of a stream", () => {
  test.each(["stall", "cut"] as const)("[DONE] is the end, though the connection then has a %s", async (ending) => {
    stage.first.always(sse([chunk({ content: "Hi" }), chunk({}, "stop"), usageChunk, done], ending));
    const stream = await stage.stream(model());
    const events = await stream.rest();
    expect(events.filter((one) => one !== "[DONE]" && one.error !== undefined)).toEqual([]);
    expect((await stage.generation(stream.headers.get("x-generation-id") ?? "")).total_cost).toBe(usageCost);
  });

  test("a caller who hangs up when the provider has told its usage pays for that usage", async () => {
    const thought = { prompt_tokens: 13, completion_tokens: 1008, completion_tokens_details: { reasoning_tokens: 1000 } };
    stage.first.always(sse([chunk({ content: "42" }, null, { usage: thought })], "stall"));
    const stream = await stage.stream(model());
    await stream.nextEvent();
    stream.hangUp();
    expect(await stage.generation(stream.headers.get("x-generation-id") ?? "")).toMatchObject({ cancelled: true, native_tokens_completion: 1008, usage_estimated: false });
  });

  test("a caller who leaves with a pipelined request unanswered is noticed for both", async () => {
    const long = Array.from({ length: 40 }, () => chunk({ content: "x".repeat(20_000) }));
    stage.first.next(sse([chunk({ content: "Hi" })], "stall"), sse([chunk({ content: "Hi" }), ...long], "stall"));
    const socket = connect(Number(new URL(stage.gateway.baseUrl).port), "127.0.0.1");
    socket.resume();
    for (const one of [model(), model()]) {
      const body = JSON.stringify({ model: one, messages: [question], stream: true, provider: firstOnly });
      socket.write(`POST /api/v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${stage.key}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    }
    const [one, other] = await Promise.all([stage.first.received(0), stage.first.received(1)]);
    socket.destroy();
    await Promise.all([one.abandoned, other.abandoned]);
  });
});

describe("a list of models", () => {
  test("is refused when it is longer than anybody could mean", async () => {
    const { status, json: refusal } = await stage.chat(model(), { models: Array.from({ length: 20_000 }, (_, index) => `x/${index}`) });
    expect([status, refusal.error.metadata.field]).toEqual([400, "models"]);
  });

  const refusals = [
    { name: "a content filter", body: { error: { message: "flagged", code: "content_policy_violation" } } },
    { name: "a prompt that is too long", body: { error: { message: "maximum context length is 8 tokens", code: "context_length_exceeded" } } },
  ];
  test.each(refusals)("goes on to the next model after $name", async ({ body }) => {
    const [one, other] = [model(), model()];
    stage.first.next(json(body, 400));
    stage.first.always(hi);
    const { status, json: answered } = await stage.chat(one, { models: [one, other], provider: { only: ["first"] } });
    expect([status, answered.model]).toEqual([200, other]);
  });
});

describe("the life of a node", () => {
  test("a port in use ends it with code 1, and the keys that a first start shows are not lost", async () => {
    const home = await mkdtemp(join(tmpdir(), "windrose-test-"));
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
    const env = { PATH: process.env["PATH"], PORT: String((squatter.address() as AddressInfo).port), WINDROSE_DATA_DIR: join(home, "data") };
    const code = await new Promise((resolve) => {
      execFile(process.execPath, [...windroseCommand(), "serve"], { env, timeout: 15_000 }, (error) => resolve(error?.code));
    });
    squatter.close();
    const gateway = await startGateway({ home, config: {} });
    try {
      expect(code).toBe(1);
      await gateway.newKey(); // answered, so all of the banner is there
      expect(gateway.output()).toMatch(/API key[^]*?sk-wr-/);
    } finally {
      await gateway.dispose();
      await rm(home, { recursive: true, force: true });
    }
  });

  test("it stops when its last answer has ended, though callers keep their connections", async () => {
    const own = await startStage([models[0] as string], { timeouts: { drain_ms: 600_000 } });
    const held = gate();
    own.first.always({ ...hi, body: [held.opened, ...hi.body] });
    const agent = new Agent({ keepAlive: true });
    const status = new Promise((resolve, reject) => {
      const sent = httpRequest(`${own.gateway.baseUrl}/chat/completions`, { method: "POST", agent, headers: { authorization: `Bearer ${own.key}` } }, (response) => {
        response.resume().once("end", () => resolve(response.statusCode));
      });
      sent.once("error", reject).end(JSON.stringify({ model: models[0], messages: [question] }));
    });
    await own.first.received(0);
    const stopped = own.gateway.stop();
    held.open();
    try {
      expect(await status).toBe(200);
      expect(await stopped).toBe(0);
    } finally {
      agent.destroy();
      await own.dispose();
    }
  });
});
