/** Documents by relevance over real sockets: searches at a provider that counts them, tokens at one that counts those. */

import { OpenRouter } from "@openrouter/sdk";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { json, replay } from "../support/fake-upstream.ts";
import { expectValid } from "../support/openapi.ts";
import { startTaskStage, type TaskStage } from "../support/task-stage.ts";

const pricing = { first: { prompt: "0", completion: "0", search: "0.002" }, second: { prompt: "0.05", completion: "0" } };
const offers = ["plain", "top", "fallback", "picture", "sdk", "stranger"].map((name) => ({ model: `acme/${name}`, output: "rerank", pricing }));
const documents = ["sunny day at the beach", { text: "rainy day in the city" }];
const body = { query: "rain", documents };
const byTokens = { id: "r", results: [{ index: 0, relevance_score: 0.2 }, { index: 1, relevance_score: 0.9 }], usage: { total_tokens: 40 } };

let stage: TaskStage;

beforeAll(async () => {
  stage = await startTaskStage("cohere-v2", offers);
});

beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
  stage.first.always(replay("cohere/reranking.1.json"));
  stage.second.always(json(byTokens));
});

afterAll(() => stage.dispose());

test("the best document comes first, as an object, at the price of a search", async () => {
  const { status, json: answer, text } = await stage.post("/rerank", { model: "acme/plain", ...body });
  expect(status, text).toBe(200);
  expectValid("POST /rerank", 200, answer);
  expect(answer).toMatchObject({
    model: "acme/plain", provider: "First", usage: { search_units: 1, cost: 0.002 },
    results: [
      { index: 1, relevance_score: 0.10183054, document: { text: "rainy day in the city" } },
      { index: 0, relevance_score: 0.03762639, document: { text: "sunny day at the beach" } },
    ],
  });
  expect(stage.first.requests[0]).toMatchObject({ path: "/v1/rerank", json: { model: "plain", query: "rain", documents: ["sunny day at the beach", "rainy day in the city"] } });
  expect(await stage.generation(answer.id)).toMatchObject({ api_type: "rerank", total_cost: 0.002 });
});

test("another provider is paid for the tokens that it counted, and its order is ours", async () => {
  stage.first.always(json({ message: "Internal error" }, 500));
  const { json: answer } = await stage.post("/rerank", { model: "acme/fallback", ...body });
  expect(answer).toMatchObject({ provider: "Second", usage: { total_tokens: 40, cost: 2000e-9 } });
  expect(answer.results.map(({ index }: { index: number }) => index)).toEqual([1, 0]);
});

test("no more results than were asked for", async () => {
  const { json: answer } = await stage.post("/rerank", { model: "acme/top", ...body, top_n: 1 });
  expect(answer.results).toHaveLength(1);
  expect(stage.first.requests[0]?.json).toHaveProperty("top_n", 1);
});

test("pictures go to who sees them", async () => {
  const picture = { image: "data:image/png;base64,iVBORw0KGgo=" };
  const { json: answer } = await stage.post("/rerank", { model: "acme/picture", query: "rain", documents: ["sun", picture] });
  expect(answer.provider).toBe("Second");
  expect(answer.results[0].document).toEqual(picture);
  expect(stage.first.requests).toHaveLength(0);
});

test("a ranking of documents that were not sent is tried elsewhere", async () => {
  stage.first.always(json({ results: [{ index: 7, relevance_score: 1 }] }));
  expect((await stage.post("/rerank", { model: "acme/stranger", ...body })).json.provider).toBe("Second");
});

describe("what is refused before anything is asked", () => {
  test.each([
    { more: { query: "" }, field: "query" },
    { more: { documents: [] }, field: "documents" },
    { more: { documents: [{}] }, field: "documents[0]" },
    { more: { documents: [1] }, field: "documents[0]" },
    { more: { top_n: 0 }, field: "top_n" },
  ])("$more", async ({ more, field }) => {
    const { status, json: answer } = await stage.post("/rerank", { model: "acme/plain", ...body, ...more });
    expect([status, answer.error.metadata.field]).toEqual([400, field]);
    expectValid("POST /rerank", 400, answer);
  });
});

test("OpenRouter's client reads it", async () => {
  const client = new OpenRouter({ apiKey: stage.key, serverURL: stage.gateway.baseUrl, retryConfig: { strategy: "none" } });
  const answer = await client.rerank.rerank({ requestBody: { model: "acme/sdk", ...body, provider: { only: ["first"] } } });
  expect(answer).toMatchObject({ model: "acme/sdk", results: [{ index: 1, relevanceScore: 0.10183054 }, { index: 0 }], usage: { searchUnits: 1, cost: 0.002 } });
});
