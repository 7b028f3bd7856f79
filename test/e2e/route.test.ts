/** POST /route and `windrose route`: the dry run says what a live request does. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, type Json } from "../support/caller.ts";
import { json } from "../support/fake-upstream.ts";
import { startStage, type Stage } from "../support/stage.ts";
import { startTaskStage, type TaskStage } from "../support/task-stage.ts";

const model = "lab/routed";
const messages = [{ role: "user", content: "What is the meaning of life?" }];
let stage: Stage;

beforeAll(async () => void (stage = await startStage([model])));
afterAll(() => stage.dispose());

async function route(body: object): Promise<Json> {
  const answer = await call(stage.gateway.baseUrl, "/route", { key: stage.key, body: { model, messages, ...body } });
  expect(answer.status).toBe(200);
  return answer.json.data;
}

test("the endpoints come in order with their chances, costs and no surprise", async () => {
  const explained = await route({});
  expect(explained.candidates.map((one: Json) => one.provider).sort()).toEqual(["First", "Second"]);
  const chances = Object.fromEntries(explained.candidates.map((one: Json) => [one.provider, one.first_try_probability]));
  // Ten times the price is a hundredth of the weight.
  expect(chances.First).toBeGreaterThan(0.9);
  expect(chances.First + chances.Second).toBeCloseTo(1);
  expect(explained.candidates[0].predicted_cost).toBeGreaterThan(0);
  expect(explained.error).toBeNull();
});

test("what is rejected is told the rule and what would have admitted it", async () => {
  const explained = await route({ provider: { max_price: { completion: 1 } } });
  expect(explained.candidates.map((one: Json) => one.provider)).toEqual(["First"]);
  expect(explained.rejected).toEqual([expect.objectContaining({ provider: "Second", rule: "max_price", admitted_by: expect.stringContaining("3") })]);
});

test("a request that would be refused is told why, by the words of the refusal", async () => {
  const body = { provider: { only: ["nobody"] } };
  const explained = await route(body);
  const live = await stage.chat(model, body);
  expect(live.status).toBe(404);
  expect(explained.candidates).toEqual([]);
  expect(explained.error).toEqual({ code: "no_endpoints", message: live.json.error.message });
});

test("no provider is called, and what is tried first is what was said", async () => {
  const before = stage.first.requests.length + stage.second.requests.length;
  const explained = await route({ provider: { order: ["second"] } });
  expect(stage.first.requests.length + stage.second.requests.length).toBe(before);
  stage.second.next(json({ id: "x", choices: [{ index: 0, message: { role: "assistant", content: "42" }, finish_reason: "stop" }], usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 } }));
  const live = await stage.chat(model, { provider: { order: ["second"] } });
  expect(live.json.provider).toBe(explained.candidates[0].provider);
});

test("bad bodies and unknown models are refused as they would be live", async () => {
  expect((await call(stage.gateway.baseUrl, "/route", { key: stage.key, body: { model } })).json.error.metadata.field).toBe("messages");
  expect((await call(stage.gateway.baseUrl, "/route", { key: stage.key, body: { model: "lab/nothing", messages } })).status).toBe(400);
  expect((await call(stage.gateway.baseUrl, "/route", { body: { model, messages } })).status).toBe(401);
});

test("the command line prints it", async () => {
  const printed = await stage.gateway.cli("route", JSON.stringify({ model, messages, provider: { max_price: { completion: 1 } } }));
  expect(printed).toMatch(/1 +100 % +lab\/routed@first/);
  expect(printed).toMatch(/lab\/routed@second +max_price/);
});

describe("a body of any surface is explained as its route would take it", () => {
  test.each([
    { surface: "chat-completions", body: { messages } },
    { surface: "completions", body: { prompt: "What is the meaning of life?" } },
    { surface: "responses", body: { input: "What is the meaning of life?", tools: [{ type: "function", name: "look_up", parameters: {} }] } },
    { surface: "messages", body: { max_tokens: 100, messages } },
  ])("$surface", async ({ surface, body }) => {
    const before = stage.first.requests.length + stage.second.requests.length;
    const { status, json: answer } = await call(stage.gateway.baseUrl, `/route?surface=${surface}`, { key: stage.key, body: { model, ...body, provider: { order: ["second"] } } });
    expect(status).toBe(200);
    expect(answer.data).toMatchObject({ requested: [model], error: null, candidates: [{ provider: "Second" }, { provider: "First" }] });
    expect(stage.first.requests.length + stage.second.requests.length).toBe(before);
  });

  test("and refused in its words when it is none", async () => {
    const refused = async (surface: string, body: object) => (await call(stage.gateway.baseUrl, `/route?surface=${surface}`, { key: stage.key, body: { model, ...body } })).json.error;
    expect((await refused("responses", { messages })).message).toMatch(/^input /);
    expect((await refused("messages", { input: "Hello" })).message).toMatch(/^messages /);
    expect((await refused("embeddings", { messages })).message).toMatch(/^input /);
    expect(await refused("embeddings", { input: "Hello" })).toMatchObject({ code: 400, message: `${model} is not made for embeddings. ${model} gives text. Use POST /chat/completions.` });
    expect(await refused("telegraph", { messages })).toMatchObject({ code: 400, message: expect.stringMatching(/^surface: .*"chat-completions".*"transcriptions"/) });
  });

  test("by the command line too", async () => {
    const told = await stage.gateway.cli("route", JSON.stringify({ model, input: "Hello" }), "--surface", "responses");
    expect(told).toContain(`${model}@first`);
    await expect(stage.gateway.cli("route", JSON.stringify({ model, input: "Hello" }))).rejects.toThrow(/messages/);
  });
});

describe("a task is explained at the cost of its size", () => {
  const offers = [
    { model: "acme/embed", output: "embeddings", pricing: { first: { prompt: "1", completion: "0" }, second: { prompt: "10", completion: "0" } } },
    { model: "acme/rank", output: "rerank", pricing: { first: { prompt: "0", completion: "0", search: "0.002" }, second: { prompt: "0", completion: "0", search: "0.02" } } },
    { model: "acme/draw", output: "image", pricing: { first: { prompt: "0", completion: "0", image_output: "0.04" }, second: { prompt: "0", completion: "0", image_output: "0.4" } } },
    { model: "acme/speak", output: "speech", pricing: { first: { prompt: "0", completion: "0", character: "15" }, second: { prompt: "0", completion: "0", character: "150" } } },
  ];
  let tasks: TaskStage;

  beforeAll(async () => void (tasks = await startTaskStage("openai-chat", offers)));
  afterAll(() => tasks.dispose());

  test.each([
    { surface: "embeddings", body: { model: "acme/embed", input: ["A compass rose", "A wind rose"] }, cost: undefined },
    { surface: "rerank", body: { model: "acme/rank", query: "sailing", documents: ["A ship", "A train"] }, cost: 0.002 },
    { surface: "images", body: { model: "acme/draw", prompt: "A ship", n: 2 }, cost: 0.08 },
    { surface: "speech", body: { model: "acme/speak", input: "Fair winds.", voice: "Kore" }, cost: 11 * 15e-6 },
  ])("$surface", async ({ surface, body, cost }) => {
    const { status, json: answer } = await tasks.post(`/route?surface=${surface}`, body);
    expect(status).toBe(200);
    expect(answer.data).toMatchObject({ requested: [body.model], models: [body.model], strategy: "direct", error: null, candidates: [{ provider: "First" }, { provider: "Second" }] });
    const [first, second] = answer.data.candidates;
    expect(first.predicted_cost).toBeGreaterThan(0);
    if (cost !== undefined) expect(first.predicted_cost).toBeCloseTo(cost, 9);
    expect(second.predicted_cost / first.predicted_cost).toBeCloseTo(10, 1);
    expect(tasks.first.requests.length + tasks.second.requests.length).toBe(0);
  });

  test("what stops it is told as it would be live, in the sandbox too", async () => {
    const body = { model: "acme/embed", input: "A compass rose", provider: { only: ["nobody"] } };
    const live = await tasks.post("/embeddings", body);
    expect((await tasks.post("/route?surface=embeddings", body)).json.data).toMatchObject({ candidates: [], error: { code: "no_endpoints", message: live.json.error.message } });
    const { key: simulated } = await tasks.gateway.newKey({ sandbox: true });
    const { json: answer } = await call(tasks.gateway.baseUrl, "/route?surface=embeddings", { key: simulated, body: { model: "acme/embed", input: "A compass rose" } });
    expect(answer.data).toMatchObject({ sandbox: true, candidates: [], error: { code: "no_endpoints", message: expect.stringContaining("conversations alone") } });
  });
});
