/** What is billed, and what never is: to the nano-dollar. Source: contract §3.5, §4.8, §7.1; the fault matrix. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { done, event, fixtureEvents, gate, json, replay, sse, type Reply } from "../support/fake-upstream.ts";
import { recordedAnswerCost, recordedStreamCost, startStage, type Stage } from "../support/stage.ts";

const model = "acme/billing";
const onlyFirst = { provider: { only: ["first"] } };
const recorded = fixtureEvents("mistral/text.chunks.txt");

let stage: Stage;

beforeAll(async () => {
  const free = ["acme/free-1", "acme/free-2", "acme/free-3", "acme/free-4", "acme/free-5", "acme/free-6", "acme/free-7"];
  stage = await startStage([model, ...free]);
});

beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
});

afterAll(() => stage.dispose());

test("a whole answer costs its tokens at the prices of who served it", async () => {
  const before = await stage.used();
  stage.first.next(replay("mistral/text.json"));
  const { json: answer } = await stage.chat(model);
  expect(answer.usage.cost).toBe(recordedAnswerCost);
  expect((await stage.generation(answer.id)).total_cost).toBe(recordedAnswerCost);
  expect(nanodollars((await stage.used()) - before)).toBe(nanodollars(recordedAnswerCost));
});

test("after a fallback only the one that served is paid", async () => {
  const before = await stage.used();
  stage.first.next(json({ object: "error", message: "Service unavailable" }, 503));
  const usage = { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 };
  stage.second.next(json({ id: "x", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: "42" }, finish_reason: "stop" }], usage }));
  const { json: answer } = await stage.chat(model);
  // ⌈10 × 1,234.57⌉ + ⌈3 × 3,000⌉ nano-dollars
  expect(nanodollars(answer.usage.cost)).toBe(12_346 + 9_000);
  await stage.generation(answer.id);
  expect(nanodollars((await stage.used()) - before)).toBe(21_346);
});

const unbilled: readonly { name: string; stream: boolean; reply: Reply }[] = [
  { name: "a refusal", stream: false, reply: json({ object: "error", message: "bad request" }, 400) },
  { name: "an answer with nothing in it", stream: false, reply: json({ id: "x", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: "" }, finish_reason: null }], usage: { prompt_tokens: 13, completion_tokens: 0, total_tokens: 13 } }) },
  { name: "an answer that ends with finish_reason error", stream: false, reply: json({ id: "x", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: "Half an" }, finish_reason: "error" }], usage: { prompt_tokens: 13, completion_tokens: 2, total_tokens: 15 } }) },
  { name: "a stream that is cut before its content", stream: true, reply: sse(recorded.slice(0, 1), "cut") },
  { name: "a stream that is cut after its content", stream: true, reply: sse(recorded.slice(0, 4), "cut") },
  { name: "a stream that ends without a finish", stream: true, reply: sse([...recorded.slice(0, 4), done]) },
  { name: "a stream that ends with an error", stream: true, reply: sse([...recorded.slice(0, 4), event({ object: "error", message: "Overloaded", type: "error", code: "3505" })]) },
];

describe("nothing is billed for", () => {
  test.each(unbilled.map((one, index) => ({ ...one, model: `acme/free-${index + 1}` })))("$name", async ({ model: own, stream, reply }) => {
    const before = await stage.used();
    stage.first.always(reply);
    const answer = stream ? await stage.stream(own, onlyFirst) : await stage.chat(own, onlyFirst);
    if ("rest" in answer) await answer.rest();
    const id = answer.headers.get("x-generation-id");
    if (id !== null) expect((await stage.generation(id)).total_cost).toBe(0);
    expect(nanodollars((await usedAfterOneMore()) - before)).toBe(nanodollars(recordedAnswerCost));
    expect(stage.second.requests).toHaveLength(0);
  });
});

test("a caller who hangs up stops the upstream, and pays for what was delivered", async () => {
  const before = await stage.used();
  stage.first.next(sse(recorded.slice(0, 4), "stall"));
  const stream = await stage.stream(model);
  let said = "";
  while (said !== "Hello, world!") said += (await stream.nextEvent()).choices[0].delta.content ?? "";
  stream.hangUp();
  await (await stage.first.received(0)).abandoned;

  const generation = await stage.generation(stream.headers.get("x-generation-id") ?? "");
  expect(generation).toMatchObject({ cancelled: true, usage_estimated: true });
  expect(generation.total_cost).toBeGreaterThan(0);
  expect(generation.total_cost).toBeLessThan(recordedStreamCost * 10);
  expect(nanodollars((await stage.used()) - before)).toBe(nanodollars(generation.total_cost));
});

test("a caller who hangs up before the first content pays nothing, and nobody else is asked", async () => {
  const before = await stage.used();
  stage.first.next(sse([], "stall"));
  const abort = new AbortController();
  const asked = fetch(`${stage.gateway.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${stage.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Are you there?" }], provider: { order: ["first"] } }),
    signal: abort.signal,
  });
  const { abandoned } = await stage.first.received(0);
  abort.abort();
  await expect(asked).rejects.toThrow();
  await abandoned;
  expect(nanodollars((await usedAfterOneMore()) - before)).toBe(nanodollars(recordedAnswerCost));
  expect(stage.second.requests).toHaveLength(0);
});

test("usage that the upstream does not report is estimated, and says so", async () => {
  const silent = recorded.map((one) => one.replace(/,"usage":\{[^}]*\}/, ""));
  stage.first.next(sse([...silent, done]));
  const stream = await stage.stream(model);
  const events = await stream.rest();
  const { usage } = events.at(-2);
  expect(usage.prompt_tokens).toBeGreaterThan(0);
  expect(usage.completion_tokens).toBeGreaterThan(0);
  expect(nanodollars(usage.cost)).toBe(Math.ceil((usage.prompt_tokens * 123_457) / 1000) + usage.completion_tokens * 300);
  expect(await stage.generation(stream.headers.get("x-generation-id") ?? "")).toMatchObject({ usage_estimated: true, total_cost: usage.cost });
});

test("usage that nobody can have used is not believed", async () => {
  const absurd = recorded.map((one) => one.replace('"prompt_tokens":13', '"prompt_tokens":-13').replace('"completion_tokens":8', '"completion_tokens":900000000'));
  stage.first.next(sse([...absurd, done]));
  const { usage } = (await (await stage.stream(model)).rest()).at(-2);
  expect(usage.cost).toBeGreaterThan(0);
  expect(usage.cost).toBeLessThan(recordedStreamCost * 10);
});

test("what is held for a running answer is not free to spend, and is free again after it", async () => {
  const { key } = await stage.gateway.newKey({ limit: 0.0001 });
  const pause = gate();
  const body = { max_tokens: 300, ...onlyFirst };
  stage.first.next(sse([recorded[0] ?? "", recorded[1] ?? "", pause.opened, ...recorded.slice(2), done]));
  const stream = await stage.stream(model, body, { authorization: `Bearer ${key}` });
  // 300 tokens of output hold $0.00009 of the key's $0.0001: there is no room for a second such hold.
  const refused = await stage.chat(model, body, { authorization: `Bearer ${key}` });
  expect(refused.status, refused.text).toBe(403);
  pause.open();
  await stream.rest();
  stage.first.next(replay("mistral/text.chunks.txt"));
  const again = await stage.stream(model, { ...body, max_tokens: 100 }, { authorization: `Bearer ${key}` });
  expect(again.status).toBe(200);
  await again.rest();
});

/** What the key has used once one more answer is booked: generations are booked in order, so that all before it are, too. */
async function usedAfterOneMore(): Promise<number> {
  stage.first.always(replay("mistral/text.json"));
  const { json: answer } = await stage.chat(model, onlyFirst);
  await stage.generation(answer.id);
  return stage.used();
}

/** Whole nano-dollars of an amount in dollars: differences of such amounts carry binary dust. */
function nanodollars(amount: number): number {
  return Math.round(amount * 1e9);
}
