/** POST /route and `windrose route`: the dry run says what a live request does. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { call, type Json } from "../support/caller.ts";
import { json } from "../support/fake-upstream.ts";
import { startStage, type Stage } from "../support/stage.ts";

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
