/** Pictures over real sockets: made, made of others, streamed, refused, and paid for or not; and pictures within a conversation. */

import { OpenRouter } from "@openrouter/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call, openStream } from "../support/caller.ts";
import { fixture, json, replay } from "../support/fake-upstream.ts";
import { expectSchema, expectValid } from "../support/openapi.ts";
import { startTaskStage, type TaskStage } from "../support/task-stage.ts";

const byPicture = { prompt: "0", completion: "0", image_output: "0.04" };
const byToken = { prompt: "5", completion: "40" };
const names = ["plain", "fallback", "edit", "stream", "sdk", "openrouter", "url", "policy", "empty"];
const offers = [
  ...names.map((name) => ({ model: `acme/${name}`, output: "image", pricing: { first: byPicture, second: byToken }, contextLength: 1 })),
  { model: "acme/painter", output: "image+text", pricing: { first: byToken, second: byToken }, contextLength: 32_768 },
];
const recorded = JSON.parse(fixture("openai/images.image.json"));
const pictures: string[] = recorded.data.map(({ b64_json }: { b64_json: string }) => b64_json);
const counted = { ...recorded, usage: { input_tokens: 10, output_tokens: 4160, total_tokens: 4170, input_tokens_details: { text_tokens: 10, image_tokens: 0 } } };
const dataUrl = `data:image/png;base64,${pictures[0]}`;

let stage: TaskStage;

beforeAll(async () => {
  stage = await startTaskStage("openai-chat", offers);
});

beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
  stage.first.always(replay("openai/images.image.json"));
  stage.second.always(json(counted));
});

afterAll(() => stage.dispose());

test("two pictures cost twice the price of one", async () => {
  const { status, json: answer, headers, text } = await stage.post("/images", { model: "acme/plain", prompt: "A baby sea otter", n: 2, quality: "high", aspect_ratio: "16:9" });
  expect(status, text).toBe(200);
  expectValid("POST /images", 200, answer);
  expect(answer).toMatchObject({ data: pictures.map((b64_json) => ({ b64_json, media_type: "image/png" })), usage: { cost: 0.08 } });
  expect(stage.first.requests[0]).toMatchObject({ path: "/v1/images/generations", json: { model: "plain", prompt: "A baby sea otter", n: 2, quality: "high", size: "1536x1024", response_format: "b64_json" } });
  const record = await stage.generation(headers.get("x-generation-id") as string);
  expect(record).toMatchObject({ api_type: "image", total_cost: 0.08, usage_estimated: false });
  expectValid("GET /generation", 200, { data: record });
});

test("another provider is paid for its tokens, and the one that failed for nothing", async () => {
  stage.first.always(json({ error: { message: "Internal error" } }, 500));
  const { json: answer, headers } = await stage.post("/images", { model: "acme/fallback", prompt: "An otter" });
  expect(answer.usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 4160, completion_tokens_details: { image_tokens: 4160 }, cost: 0.16645 });
  const { provider_responses: tried } = await stage.generation(headers.get("x-generation-id") as string);
  expect(tried).toMatchObject([{ status: 500, cost: 0 }, { status: 200 }]);
});

test("a picture to begin from goes as a file", async () => {
  const { status, text } = await stage.post("/images", { model: "acme/edit", prompt: "With a hat", input_references: [{ type: "image_url", image_url: { url: dataUrl } }] });
  expect(status, text).toBe(200);
  const [sent] = stage.first.requests;
  expect(sent?.path).toBe("/v1/images/edits");
  expect(sent?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
  expect(sent?.text).toContain('name="image"; filename="image-0.png"\r\ncontent-type: image/png\r\n\r\n');
  expect(sent?.text).toContain('name="prompt"\r\n\r\nWith a hat\r\n');
});

test("the address of a picture is not fetched by us", async () => {
  const { status, json: answer } = await stage.post("/images", { model: "acme/url", prompt: "x", input_references: [{ type: "image_url", image_url: { url: "http://127.0.0.1:1/a.png" } }] });
  expect([status, answer.error.message]).toEqual([400, expect.stringContaining("data URL")]);
  expect([stage.first.requests.length, stage.second.requests.length]).toEqual([0, 0]);
});

test("who asks for a stream gets whole pictures, then usage, then the end", async () => {
  const stream = await openStream(stage.gateway.baseUrl, "/images", { key: stage.key, body: { model: "acme/stream", prompt: "Otters", n: 2, stream: true, provider: { only: ["first"] } } });
  expect(stream.headers.get("content-type")).toBe("text/event-stream");
  const [one, two, end] = await stream.rest();
  for (const event of [one, two]) expectSchema("ImageGenCompletedEvent", event);
  expect([one.b64_json, two.b64_json]).toEqual(pictures);
  expect([one.usage, two.usage.cost]).toEqual([undefined, 0.08]);
  expect(end).toBe("[DONE]");
});

test("a refusal is told, tried nowhere else, and free", async () => {
  stage.first.always(json({ error: { message: "Your request was rejected as a result of our safety system.", code: "moderation_blocked", type: "image_generation_user_error" } }, 400));
  const { status, json: answer } = await stage.post("/images", { model: "acme/policy", prompt: "Something awful" });
  expect(status).toBe(400);
  expectValid("POST /images", 400, answer);
  expect(stage.second.requests).toHaveLength(0);
});

test("an answer without a picture is tried elsewhere", async () => {
  stage.first.always(json({ created: 1, data: [] }));
  const { status } = await stage.post("/images", { model: "acme/empty", prompt: "An otter" });
  expect([status, stage.second.requests.length]).toEqual([200, 1]);
});

describe("what is refused before anything is asked", () => {
  test.each([
    { more: { prompt: "" }, field: "prompt" },
    { more: { n: 11 }, field: "n" },
    { more: { resolution: "8K" }, field: "resolution" },
    { more: { aspect_ratio: "5:1" }, field: "aspect_ratio" },
    { more: { size: "1024x1024", aspect_ratio: "16:9" }, field: "size" },
    { more: { size: "1024x1024", resolution: "4K" }, field: "size" },
    { more: { response_format: "url" }, field: "response_format" },
    { more: { input_references: [{ type: "text" }] }, field: "input_references[0].type" },
  ])("$more", async ({ more, field }) => {
    const { status, json: answer } = await stage.post("/images", { model: "acme/plain", prompt: "x", ...more });
    expect([status, answer.error.metadata.field]).toEqual([400, field]);
  });
});

describe("unmodified clients", () => {
  test("OpenAI's", async () => {
    const client = new OpenAI({ apiKey: stage.key, baseURL: stage.gateway.baseUrl, maxRetries: 0 });
    const { data } = await client.images.generate({ model: "acme/sdk", prompt: "An otter", n: 2 });
    expect(data?.map(({ b64_json }) => b64_json)).toEqual(pictures);
  });

  test("OpenRouter's", async () => {
    const client = new OpenRouter({ apiKey: stage.key, serverURL: stage.gateway.baseUrl, retryConfig: { strategy: "none" } });
    const answer = await client.images.generate({ imageGenerationRequest: { model: "acme/openrouter", prompt: "An otter", provider: { only: ["first"] } } });
    expect(JSON.parse(JSON.stringify(answer))).toMatchObject({ data: [{ b64Json: pictures[0] }, {}], usage: { cost: 0.08 } });
    const { data } = await client.images.listModels();
    expect(data.map(({ id }) => id)).toContain("acme/openrouter");
  });
});

test("the models that make pictures, and who makes them at what price", async () => {
  const listed = await call(stage.gateway.baseUrl, "/images/models");
  expectValid("GET /images/models", 200, listed.json);
  expect(listed.json.data.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(["acme/plain", "acme/painter", "openai/gpt-image-1"]));
  const { json: endpoints } = await call(stage.gateway.baseUrl, "/images/models/acme/plain/endpoints");
  expectValid("GET /images/models/{author}/{slug}/endpoints", 200, endpoints);
  expect(endpoints.endpoints.flatMap(({ provider_slug, pricing }: { provider_slug: string; pricing: object[] }) => pricing.map((price) => ({ provider_slug, ...price })))).toEqual(expect.arrayContaining([
    { provider_slug: "first", billable: "output_image", unit: "image", cost_usd: 0.04 },
    { provider_slug: "second", billable: "output_image", unit: "token", cost_usd: 0.00004 },
  ]));
  expect((await call(stage.gateway.baseUrl, "/images/models/acme/nothing/endpoints")).status).toBe(404);
  expect((await call(stage.gateway.baseUrl, "/images/models/mistralai/ministral-8b/endpoints")).status).toBe(404);
});

test("a conversation gives pictures beside its words", async () => {
  const image = { type: "image_url", image_url: { url: dataUrl } };
  stage.first.always(json({ id: "c", object: "chat.completion", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Here:", images: [image] } }], usage: { prompt_tokens: 5, completion_tokens: 1300 } }));
  const { json: answer, text } = await stage.post("/chat/completions", { model: "acme/painter", messages: [{ role: "user", content: "Draw" }], modalities: ["image", "text"], image_config: { aspect_ratio: "16:9" } });
  expect(answer.choices?.[0].message, text).toMatchObject({ content: "Here:", images: [image] });
  expect(stage.first.requests[0]?.json).toMatchObject({ modalities: ["image", "text"], image_config: { aspect_ratio: "16:9" } });
  expectValid("POST /chat/completions", 200, answer);
});
