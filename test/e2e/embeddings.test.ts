/** Vectors over real sockets: by hand, with the clients of OpenAI and OpenRouter, with a second provider, and with what it costs. */

import { OpenRouter } from "@openrouter/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call } from "../support/caller.ts";
import { fixture, json, replay, type Reply } from "../support/fake-upstream.ts";
import { expectValid } from "../support/openapi.ts";
import { startTaskStage, type TaskStage } from "../support/task-stage.ts";

const price = { first: { prompt: "0.1", completion: "0" }, second: { prompt: "1", completion: "0" } };
const names = ["plain", "cached", "cached-faults", "base64", "tokens", "fallback", "limited", "short", "hung", "sdk", "mistake", "uncounted", "missing", "absurd", "openrouter", "options"];
const offers = names.map((name) => ({ model: `acme/${name}`, output: "embeddings", pricing: price }));
const inputs = ["sunny day at the beach", "rainy day in the city"];
const recorded = JSON.parse(fixture("openai/embedding.json"));
const vectors: number[][] = recorded.data.map(({ embedding }: { embedding: number[] }) => embedding);
const asBase64 = (vector: readonly number[]) => Buffer.from(Float32Array.from(vector).buffer).toString("base64");

let stage: TaskStage;

beforeAll(async () => {
  stage = await startTaskStage("mistral-chat", [...offers, { model: "acme/words", output: "text", pricing: price }]);
});

beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
  stage.first.always(replay("openai/embedding.json"));
  stage.second.always(replay("openai/embedding.json"));
});

afterAll(() => stage.dispose());

test("two texts are two vectors, with what they cost to the nano-dollar, on record", async () => {
  const { status, json: answer, headers, text } = await stage.post("/embeddings", { model: "acme/plain", input: inputs, dimensions: 5, user: "user-7" });
  expect(status, text).toBe(200);
  expectValid("POST /embeddings", 200, answer);
  expect(answer).toMatchObject({
    object: "list", model: "acme/plain", provider: "First", usage: { prompt_tokens: 12, total_tokens: 12, cost: 1200e-9, is_byok: false },
    data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
  });
  expect(answer.id).toBe(headers.get("x-generation-id"));
  expect(stage.first.requests[0]).toMatchObject({ path: "/v1/embeddings", json: { model: "plain", input: inputs, output_dimension: 5 } });
  expect(stage.first.requests[0]?.headers.authorization).toBe("Bearer first-credential");
  const record = await stage.generation(answer.id);
  expect(record).toMatchObject({ api_type: "embeddings", provider_name: "First", tokens_prompt: 12, total_cost: 1200e-9, streamed: false, external_user: "user-7", finish_reason: null });
  expectValid("GET /generation", 200, { data: record });
});

test("base64 is made of numbers where the provider gives none", async () => {
  const { json: answer } = await stage.post("/embeddings", { model: "acme/base64", input: inputs, encoding_format: "base64" });
  expect(answer.data.map(({ embedding }: { embedding: string }) => embedding)).toEqual(vectors.map(asBase64));
});

test("tokens are sent as tokens", async () => {
  stage.first.always(json({ ...recorded, data: recorded.data.slice(0, 1) }));
  const { status } = await stage.post("/embeddings", { model: "acme/tokens", input: [1, 2, 3] });
  expect(status).toBe(200);
  expect(stage.first.requests[0]?.json?.["input"]).toEqual([[1, 2, 3]]);
});

describe("another provider answers when the first", () => {
  test.each<{ name: string; model: string; reply: Reply; status: number | null }>([
    { name: "breaks", model: "acme/fallback", reply: json({ message: "Internal error" }, 500), status: 500 },
    { name: "limits our rate", model: "acme/limited", reply: json({ message: "Rate limit exceeded" }, 429), status: 429 },
    { name: "gives too few vectors", model: "acme/short", reply: json({ ...recorded, data: recorded.data.slice(0, 1) }), status: 200 },
    { name: "resets the connection", model: "acme/hung", reply: "reset", status: null },
  ])("$name", async ({ model, reply, status }) => {
    stage.first.always(reply);
    const { json: answer, text } = await stage.post("/embeddings", { model, input: inputs });
    expect(answer.provider, text).toBe("Second");
    expect(answer.usage.cost).toBe(12_000e-9);
    const { provider_responses: tried } = await stage.generation(answer.id);
    expect(tried).toMatchObject([{ provider_name: "First", status }, { provider_name: "Second", status: 200 }]);
  });
});

test("the caller's mistake is told, and tried nowhere else", async () => {
  stage.first.always(json({ message: "input is too weird", type: "invalid_request_error" }, 400));
  const { status, json: answer } = await stage.post("/embeddings", { model: "acme/mistake", input: inputs });
  expect(status).toBe(400);
  expectValid("POST /embeddings", 400, answer);
  expect(stage.second.requests).toHaveLength(0);
});

describe("a count that cannot be true is replaced and marked", () => {
  test.each([
    { model: "acme/uncounted", usage: undefined },
    { model: "acme/missing", usage: { prompt_tokens: -3 } },
    { model: "acme/absurd", usage: { prompt_tokens: 1_000_000 } },
  ])("$usage", async ({ model, usage }) => {
    stage.first.always(json({ ...recorded, usage }));
    const { json: answer } = await stage.post("/embeddings", { model, input: inputs });
    expect(answer.usage.estimated).toBe(true);
    expect(answer.usage.prompt_tokens).toBeGreaterThan(4);
    expect(answer.usage.prompt_tokens).toBeLessThan(60);
    expect((await stage.generation(answer.id)).usage_estimated).toBe(true);
  });
});

test("options for one provider reach that one alone", async () => {
  stage.first.always(json({ message: "Internal error" }, 500));
  await stage.post("/embeddings", { model: "acme/options", input: inputs, provider: { order: ["first", "second"], options: { second: { truncate: "END" } } } });
  expect(stage.first.requests[0]?.json).not.toHaveProperty("truncate");
  expect(stage.second.requests[0]?.json).toHaveProperty("truncate", "END");
});

describe("what is refused before anything is asked", () => {
  test.each([
    { body: { model: "acme/plain", input: "" }, field: "input" },
    { body: { model: "acme/plain", input: [] }, field: "input" },
    { body: { model: "acme/plain", input: ["one", ""] }, field: "input[1]" },
    { body: { model: "acme/plain" }, field: "input" },
    { body: { model: "acme/plain", input: "x", encoding_format: "int8" }, field: "encoding_format" },
    { body: { model: "acme/plain", input: "x", dimensions: 0 }, field: "dimensions" },
    { body: { model: "acme/words", input: "x" }, field: "model" },
    { body: { input: "x" }, field: "model" },
  ])("$body", async ({ body, field }) => {
    const { status, json: answer } = await stage.post("/embeddings", body);
    expect(status).toBe(400);
    expect(answer.error.metadata.field).toBe(field);
    expectValid("POST /embeddings", 400, answer);
  });

  test("a model of vectors, asked to converse", async () => {
    const { status, json: answer } = await stage.post("/chat/completions", { model: "acme/plain", messages: [{ role: "user", content: "Hi" }] });
    expect([status, answer.error.availability.code]).toEqual([400, "wrong_endpoint"]);
    expect(answer.error.message).toContain("POST /embeddings");
  });

  test("an unknown model, an unknown key, an empty purse", async () => {
    const unknown = await stage.post("/embeddings", { model: "acme/nothing", input: "x" });
    expect(unknown.status).toBe(400);
    expect((await call(stage.gateway.baseUrl, "/embeddings", { key: "sk-wr-v1-nobody", body: { model: "acme/plain", input: "x" } })).status).toBe(401);
    const { key } = await stage.gateway.newKey({ limit: 0 });
    const poor = await call(stage.gateway.baseUrl, "/embeddings", { key, body: { model: "acme/plain", input: "x" } });
    expect(poor.json.error.metadata.error_type).toBe("payment_required");
    expect(stage.first.requests).toHaveLength(0);
  });
});

describe("unmodified clients", () => {
  test("OpenAI's, which asks for base64 unless it is told otherwise", async () => {
    const client = new OpenAI({ apiKey: stage.key, baseURL: stage.gateway.baseUrl, maxRetries: 0 });
    const { data, usage } = await client.embeddings.create({ model: "acme/sdk", input: inputs });
    expect(data.map(({ embedding }) => embedding)).toEqual(vectors.map((vector) => [...Float32Array.from(vector)]));
    expect(usage).toMatchObject({ prompt_tokens: 12, total_tokens: 12 });
    const plain = await client.embeddings.create({ model: "acme/sdk", input: inputs, encoding_format: "float" });
    expect(plain.data.map(({ embedding }) => embedding)).toEqual(vectors);
  });

  test("OpenRouter's", async () => {
    const client = new OpenRouter({ apiKey: stage.key, serverURL: stage.gateway.baseUrl, retryConfig: { strategy: "none" } });
    const answer = await client.embeddings.generate({ requestBody: { model: "acme/openrouter", input: inputs } });
    expect(typeof answer === "string" ? answer : answer.data.map(({ embedding }) => embedding)).toEqual(vectors);
    await expect(client.embeddings.generate({ requestBody: { model: "acme/openrouter", input: "" } })).rejects.toMatchObject({ statusCode: 400 });
    const models = await client.embeddings.listModels();
    expect(JSON.stringify(models)).toContain("acme/openrouter");
  });
});

test("the models that make vectors are listed by themselves", async () => {
  const { status, json: answer } = await call(stage.gateway.baseUrl, "/embeddings/models");
  expect(status).toBe(200);
  expectValid("GET /embeddings/models", 200, answer);
  const ids: string[] = answer.data.map(({ id }: { id: string }) => id);
  expect(ids).toEqual(expect.arrayContaining(["acme/plain", "openai/text-embedding-3-small"]));
  expect(ids).not.toContain("acme/words");
  const page = await call(stage.gateway.baseUrl, "/embeddings/models?limit=1");
  expect(page.json.data).toHaveLength(1);
  expect(page.json.links.next).toBe("/api/v1/embeddings/models?limit=1&offset=1");
});

describe("the response cache", () => {
  const cached = { "x-openrouter-cache": "true" };
  const ask = (body: object = {}, headers: Readonly<Record<string, string>> = cached) => stage.post("/embeddings", { model: "acme/cached", input: inputs, ...body }, headers);

  test("gives vectors again under a new id, for nothing, to who asks for it", async () => {
    expect(statusOf(await ask({}, {}))).toBeNull();
    const miss = await ask({}, { ...cached, "x-openrouter-cache-ttl": "60" });
    const hit = await ask({}, { ...cached, "x-openrouter-cache-ttl": "60" });
    expect([statusOf(miss), miss.headers.get("x-openrouter-cache-ttl"), statusOf(hit)]).toEqual(["MISS", "60", "HIT"]);
    expect(Number(hit.headers.get("x-openrouter-cache-age")) + Number(hit.headers.get("x-openrouter-cache-ttl"))).toBe(60);
    expect(hit.headers.get("x-openrouter-cache-source-id")).toBe(miss.json.id);
    expect(hit.json.id).not.toBe(miss.json.id);
    expect(hit.json).toMatchObject({ model: "acme/cached", provider: "First", data: miss.json.data, usage: { prompt_tokens: 0, total_tokens: 0, cost: 0 } });
    expectValid("POST /embeddings", 200, hit.json);
    expect(stage.first.requests).toHaveLength(2);
    expect(await stage.generation(hit.json.id)).toMatchObject({ api_type: "embeddings", response_cache_source_id: miss.json.id, total_cost: 0, tokens_prompt: 0, provider_responses: [] });
  });

  test("knows requests by their body and their key, and forgets when told to", async () => {
    const { key: another } = await stage.gateway.newKey();
    const ofAnother = await call(stage.gateway.baseUrl, "/embeddings", { key: another, headers: cached, body: { provider: { order: ["first", "second"] }, model: "acme/cached", input: inputs } });
    const statuses = [
      statusOf(ofAnother), statusOf(await ask()), statusOf(await ask({ encoding_format: "base64" })), statusOf(await ask({ encoding_format: "base64" })), statusOf(await ask({ input: inputs[0] })),
      statusOf(await ask({}, { ...cached, "x-openrouter-cache-clear": "true" })), statusOf(await ask()),
    ];
    expect(statuses).toEqual(["MISS", "HIT", "MISS", "HIT", "MISS", "MISS", "HIT"]);
  });

  test("keeps no failure, and nothing of other tasks", async () => {
    stage.first.always(json({ error: { message: "no" } }, 400));
    stage.second.always(json({ error: { message: "no" } }, 400));
    const failed = await stage.post("/embeddings", { model: "acme/cached-faults", input: inputs }, cached);
    expect(failed.status).toBe(400);
    stage.first.always(replay("openai/embedding.json"));
    const next = await stage.post("/embeddings", { model: "acme/cached-faults", input: inputs }, cached);
    expect([next.status, statusOf(next)]).toEqual([200, "MISS"]);
    expect(statusOf(await stage.post("/rerank", { model: "acme/cached", query: "q", documents: ["a"] }, cached))).toBeNull();
  });
});

function statusOf({ headers }: { readonly headers: Headers }): string | null {
  return headers.get("x-openrouter-cache-status");
}
