/** A preset that was made over the API, and what the provider receives of the requests that name it. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call, openStream, type Called } from "../support/caller.ts";
import { replay } from "../support/fake-upstream.ts";
import { startGateway } from "../support/gateway.ts";
import { startStage, type Stage } from "../support/stage.ts";

const model = "acme/preset";
const other = "acme/other";
const user = { role: "user", content: "What is the meaning of life?" };
const weather = { type: "function", function: { name: "weather", parameters: { type: "object" } } };
const news = { type: "function", function: { name: "news" } };

let stage: Stage;

beforeAll(async () => {
  stage = await startStage([model, other]);
});

beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
  stage.first.always(replay("mistral/text.json"));
  stage.second.always(replay("openai/text.json"));
});

afterAll(() => stage.dispose());

async function save(slug: string, body: object): Promise<string> {
  const { status, json } = await call(stage.gateway.baseUrl, `/presets/${slug}/chat/completions`, { key: stage.key, body });
  expect(status).toBe(200);
  return json.data.id;
}

function chat(body: object, key = stage.key): Promise<Called> {
  return call(stage.gateway.baseUrl, "/chat/completions", { key, body: { messages: [user], ...body } });
}

const onSecond = { only: ["second"] };

describe("the provider receives", () => {
  test.each([
    { how: "as its model", body: { model: "@preset/whole" } },
    { how: "in a field of its own", body: { preset: "whole" } },
  ])("all of the preset, from a request that names it $how", async ({ body }) => {
    await save("whole", { model, temperature: 0.25, top_p: 0.5, tools: [weather], provider: onSecond, messages: [{ role: "system", content: "Be brief." }, user] });
    expect((await chat(body)).json).toMatchObject({ model, provider: "Second" });
    expect(stage.first.requests).toEqual([]);
    expect(stage.second.requests[0]?.json).toMatchObject({
      model: "preset", temperature: 0.25, top_p: 0.5, tools: [weather], messages: [{ role: "system", content: "Be brief." }, user],
    });
    expect(stage.second.requests[0]?.text).not.toContain("whole");
  });

  test("what the request brings itself, and both their tools", async () => {
    await save("partial", { model, temperature: 0.25, top_p: 0.5, tools: [weather], provider: onSecond, messages: [{ role: "system", content: "Be brief." }] });
    const messages = [{ role: "system", content: "Be long." }, user];
    const { json } = await chat({ model: `${other}@preset/partial`, temperature: 1, tools: [news], messages, provider: { only: ["first"] } });
    expect(json).toMatchObject({ model: other, provider: "First" });
    expect(stage.first.requests[0]?.json).toMatchObject({ model: "other", temperature: 1, top_p: 0.5, tools: [weather, news], messages });
  });

  test("the system prompt before a prompt so long that its JSON would else be sent on as it is", async () => {
    await save("long", { messages: [{ role: "system", content: "Be brief." }] });
    const content = "x".repeat(40_000).replaceAll("xxxxxxxxxx", "many words ");
    await chat({ model: `${model}@preset/long`, provider: onSecond, max_tokens: 5, messages: [{ role: "user", content: content.slice(0, 8_000) }], user: content.slice(0, 400), novelty: content });
    expect(stage.second.requests[0]?.json).toMatchObject({ messages: [{ role: "system", content: "Be brief." }, { role: "user", content: content.slice(0, 8_000) }] });
  });

  test("the next version, from the request that follows it", async () => {
    for (const temperature of [0.1, 0.2]) {
      await save("changing", { model, temperature, provider: onSecond });
      await chat({ preset: "changing" });
    }
    expect(stage.second.requests.map((request) => request.json?.["temperature"])).toEqual([0.1, 0.2]);
  });

  test("the preset of a streamed request", async () => {
    await save("streamed", { model, temperature: 0.25, provider: onSecond, stream: false });
    stage.second.always(replay("openai/text.chunks.txt"));
    const stream = await openStream(stage.gateway.baseUrl, "/chat/completions", { key: stage.key, body: { model: "@preset/streamed", stream: true, messages: [user] } });
    expect((await stream.rest()).at(-1)).toBe("[DONE]");
    expect(stage.second.requests[0]?.json).toMatchObject({ stream: true, temperature: 0.25 });
  });
});

test("the fallbacks of a preset are tried in their order", async () => {
  await save("falling", { model: other, models: [model], provider: onSecond });
  stage.second.next({ ...replay("openai/text.json"), status: 404, body: ['{"error":{"message":"The model `other` does not exist","code":"model_not_found"}}'] });
  expect((await chat({ preset: "falling" })).json).toMatchObject({ model });
  expect(stage.second.requests.map((request) => request.json?.["model"])).toEqual(["other", "preset"]);
});

test("the generation names the preset", async () => {
  const id = await save("recorded", { model, provider: onSecond });
  const { json } = await chat({ model: "@preset/recorded" });
  expect(await stage.generation(json.id)).toMatchObject({ preset_id: id, model });
  const plain = await chat({ model, provider: onSecond });
  expect((await stage.generation(plain.json.id)).preset_id).toBeNull();
});

test("the dry run goes where the live request goes", async () => {
  await save("dry", { model, provider: onSecond });
  const { json } = await call(stage.gateway.baseUrl, "/route", { key: stage.key, body: { preset: "dry", messages: [user] } });
  expect(json.data.candidates.map((one: { provider: string }) => one.provider)).toEqual(["Second"]);
});

describe("refused, before any provider is called:", () => {
  test.each([
    { name: "a preset that is not there", body: { model: "@preset/nowhere" }, status: 404, says: "There is no preset nowhere", field: "model" },
    { name: "one that is not there, by its own field", body: { model, preset: "nowhere" }, status: 404, says: "There is no preset nowhere", field: "preset" },
    { name: "two presets", body: { models: ["a/b@preset/one", "@preset/two"] }, status: 400, says: "one and two", field: "model" },
    { name: "a preset without a model for a request without one", body: { preset: "modelless" }, status: 400, says: "names no model", field: "model" },
  ])("$name", async ({ body, status, says, field }) => {
    await save("modelless", { temperature: 1 });
    const answer = await chat(body);
    expect(answer.status).toBe(status);
    expect(answer.json.error).toMatchObject({ message: expect.stringContaining(says), metadata: { field } });
    expect([...stage.first.requests, ...stage.second.requests]).toEqual([]);
  });
});

test("presets outlive a restart", async () => {
  await save("lasting", { model, temperature: 0.75, provider: onSecond });
  const { json: before } = await call(stage.gateway.baseUrl, "/presets/lasting", { key: stage.key });
  await stage.gateway.kill9();
  const again = await startGateway({ home: stage.gateway.home });
  try {
    expect((await call(again.baseUrl, "/presets/lasting", { key: stage.key })).json).toEqual(before);
    await call(again.baseUrl, "/chat/completions", { key: stage.key, body: { preset: "lasting", messages: [user] } });
    expect(stage.second.requests[0]?.json).toMatchObject({ temperature: 0.75 });
  } finally {
    await again.stop();
  }
});
