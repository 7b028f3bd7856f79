/** Text completions over real sockets, with OpenAI's own client: at an endpoint that has the route, and at one that only converses. */

import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call, openStream } from "../support/caller.ts";
import { done, event, fixture, gate, json, replay, sse } from "../support/fake-upstream.ts";
import { startTaskStage, type TaskStage } from "../support/task-stage.ts";

const pricing = { first: { prompt: "1", completion: "2" }, second: { prompt: "10", completion: "20" } };
const offers = ["plain", "stream", "fallback", "cut", "sdk", "logprobs"].map((name) => ({ model: `acme/${name}`, output: "text", pricing }));
const recordedText: string = JSON.parse(fixture("openai/completions.completion-text.json")).choices[0].text;
const piece = (text: string, finish: string | null = null) => event({ id: "c", object: "text_completion", choices: [{ text, index: 0, logprobs: null, finish_reason: finish }] });
const usage = event({ id: "c", object: "text_completion", choices: [], usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 } });
const streamed = () => sse([piece("Grüße "), piece("日本", "stop"), usage, done]);

let stage: TaskStage;

beforeAll(async () => {
  stage = await startTaskStage("openai-chat", offers, { completions: "all" });
});

beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
  stage.first.always((request) => (request.json?.["stream"] === true ? streamed() : replay("openai/completions.completion-text.json")));
  stage.second.always(replay("openai/text.json"));
});

afterAll(() => stage.dispose());

test("the prompt goes as it is, and its continuation comes back", async () => {
  const { status, json: answer, headers, text } = await stage.post("/completions", { model: "acme/plain", prompt: "Invent a holiday.", suffix: " The end.", max_tokens: 16 });
  expect(status, text).toBe(200);
  expect(answer).toMatchObject({
    object: "text_completion", model: "acme/plain", provider: "First",
    choices: [{ index: 0, text: recordedText, finish_reason: "length", logprobs: null }],
    usage: { prompt_tokens: 14, completion_tokens: 16, total_tokens: 30, cost: 46_000e-9 },
  });
  expect(stage.first.requests[0]).toMatchObject({ path: "/v1/completions", json: { model: "plain", prompt: "Invent a holiday.", suffix: " The end.", max_tokens: 16 } });
  expect(answer.id).toBe(headers.get("x-generation-id"));
  expect(await stage.generation(answer.id)).toMatchObject({ api_type: "completions", tokens_prompt: 14, total_cost: 46_000e-9 });
});

test("an endpoint that only converses is asked as in a conversation", async () => {
  stage.first.always(json({ error: { message: "Internal error" } }, 500));
  const { json: answer } = await stage.post("/completions", { model: "acme/fallback", prompt: "Invent a holiday.", suffix: " The end." });
  expect(answer).toMatchObject({ object: "text_completion", provider: "Second", choices: [{ text: JSON.parse(fixture("openai/text.json")).choices[0].message.content }] });
  expect(stage.second.requests[0]).toMatchObject({ path: "/v1/chat/completions", json: { messages: [{ role: "user", content: "Invent a holiday." }] } });
  expect(stage.second.requests[0]?.json).not.toHaveProperty("suffix");
});

test("a stream is pieces of text, then usage, then its end", async () => {
  const stream = await openStream(stage.gateway.baseUrl, "/completions", { key: stage.key, body: { model: "acme/stream", prompt: "Hi", stream: true, provider: { only: ["first"] } } });
  const events = await stream.rest();
  expect(events.slice(0, 2)).toMatchObject([{ object: "text_completion", choices: [{ text: "Grüße " }] }, { choices: [{ text: "日本", finish_reason: "stop" }] }]);
  expect(events.at(-2)).toMatchObject({ choices: [], usage: { prompt_tokens: 4, completion_tokens: 2, cost: 8000e-9 } });
  expect(events.at(-1)).toBe("[DONE]");
});

test("a stream that breaks off says so", async () => {
  const heard = gate();
  stage.first.next(sse([piece("Once "), heard.opened], "cut"));
  const stream = await openStream(stage.gateway.baseUrl, "/completions", { key: stage.key, body: { model: "acme/cut", prompt: "Hi", stream: true, provider: { order: ["first"] } } });
  expect((await stream.nextEvent()).choices[0].text).toBe("Once ");
  heard.open();
  const [last, end] = await stream.rest();
  expect(last).toMatchObject({ choices: [{ text: "", finish_reason: "error" }], error: { code: 502 } });
  expect(end).toBe("[DONE]");
});

const onlyFirst = { provider: { only: ["first"] } };

function client(): OpenAI {
  return new OpenAI({ apiKey: stage.key, baseURL: stage.gateway.baseUrl, maxRetries: 0 });
}

describe("OpenAI's client", () => {
  test("reads a whole answer", async () => {
    const answer = await client().completions.create(Object.assign({ model: "acme/sdk", prompt: "Invent a holiday." }, onlyFirst));
    expect(answer).toMatchObject({ object: "text_completion", choices: [{ text: recordedText, finish_reason: "length" }], usage: { total_tokens: 30 } });
  });

  test("reads a stream", async () => {
    let text = "";
    for await (const chunk of await client().completions.create(Object.assign({ model: "acme/sdk", prompt: "Hi", stream: true as const }, onlyFirst))) text += chunk.choices[0]?.text ?? "";
    expect(text).toBe("Grüße 日本");
  });

  test("is told of a prompt that is none", async () => {
    await expect(client().completions.create({ model: "acme/sdk", prompt: ["one", "two"] })).rejects.toMatchObject({ status: 400 });
  });
});

test("a body that is no completion is refused in our words", async () => {
  const { status, json: answer } = await call(stage.gateway.baseUrl, "/completions", { key: stage.key, body: { model: "acme/plain" } });
  expect([status, answer.error.metadata.field]).toEqual([400, "prompt"]);
});
