/** The official SDK checks every answer against its schemas and refuses what is not exactly as documented. */

import { OpenRouter } from "@openrouter/sdk";
import type { ChatRequest, ChatResult, ChatStreamChunk } from "@openrouter/sdk/models";
import * as errors from "@openrouter/sdk/models/errors";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fixtureEvents, gate, json, replay, sse } from "../support/fake-upstream.ts";
import { recordedAnswerCost, recordedStreamCost, startStage, type Stage } from "../support/stage.ts";

const model = "acme/sdk";
const messages = [{ role: "user" as const, content: "What is the meaning of life?" }];

let stage: Stage;
let caller: OpenRouter;
let manager: OpenRouter;

beforeAll(async () => {
  stage = await startStage([model]);
  const options = { serverURL: stage.gateway.baseUrl, httpReferer: "https://app.example", appTitle: "An App", retryConfig: { strategy: "none" as const } };
  caller = new OpenRouter({ ...options, apiKey: stage.key });
  manager = new OpenRouter({ ...options, apiKey: stage.gateway.managementKey });
});

beforeEach(() => {
  stage.first.reset();
});

afterAll(() => stage.dispose());

describe("chat", () => {
  test("a whole answer", async () => {
    stage.first.next(replay("mistral/text.json"));
    const answer = await whole();
    expect(answer).toMatchObject({ model, choices: [{ finishReason: "stop" }], usage: { promptTokens: 13, completionTokens: 434, totalTokens: 447, cost: recordedAnswerCost } });
  });

  test("a stream", async () => {
    stage.first.next(replay("mistral/text.chunks.txt"));
    let text = "";
    let cost: number | null | undefined;
    for await (const chunk of streamed()) {
      text += chunk.choices[0]?.delta.content ?? "";
      cost = chunk.usage?.cost ?? cost;
    }
    expect(text).toBe("Hello, world! This is a test response.");
    expect(cost).toBe(recordedStreamCost);
  });

  test("tool calls", async () => {
    stage.first.next(replay("mistral/tool-call.json"));
    const tools = [{ type: "function" as const, function: { name: "weather", parameters: { type: "object" } } }];
    const answer = await whole({ tools });
    expect(answer.choices[0]?.message.toolCalls).toMatchObject([{ function: { name: "weather" } }]);
  });

  test("an error in the middle of a stream", async () => {
    const heard = gate();
    stage.first.next(sse([...fixtureEvents("mistral/text.chunks.txt").slice(0, 2), heard.opened], "cut"));
    const seen: unknown[] = [];
    for await (const chunk of streamed()) {
      heard.open();
      seen.push(chunk.error?.metadata?.errorType ?? chunk.choices[0]?.finishReason);
    }
    expect(seen.at(-1)).toBe("provider_unavailable");
  });

  test("an error before the stream", async () => {
    stage.first.next(json({ object: "error", message: "the last role must be user" }, 400));
    await expect(streamed().next()).rejects.toBeInstanceOf(errors.BadRequestResponseError);
  });

  test("an unknown key", async () => {
    const stranger = new OpenRouter({ serverURL: stage.gateway.baseUrl, apiKey: "sk-wr-v1-nobody", retryConfig: { strategy: "none" } });
    await expect(stranger.chat.send({ chatRequest: { model, messages, stream: false } })).rejects.toBeInstanceOf(errors.UnauthorizedResponseError);
  });
});

describe("reads", () => {
  test("all models, and how many", async () => {
    const listed: string[] = [];
    for await (const page of await caller.models.list()) listed.push(...page.result.data.map(({ id }) => id));
    expect(listed).toContain("mistralai/ministral-8b-2512");
    const { data } = await caller.models.count();
    expect(data.count).toBe(listed.length);
  });

  test("a page of models", async () => {
    const pages = await caller.models.list({ limit: 3, offset: 0 });
    for await (const page of pages) {
      expect(page.result.data).toHaveLength(3);
      break;
    }
  });

  test("one model and its endpoints", async () => {
    const { data } = await caller.models.get({ author: "mistralai", slug: "ministral-8b" });
    expect(data).toMatchObject({ id: "mistralai/ministral-8b", contextLength: 128_000, pricing: { prompt: "0.0000001", completion: "0.0000001" } });
    const endpoints = await caller.endpoints.list({ author: "mistralai", slug: "ministral-8b" });
    expect(endpoints.data.endpoints.length).toBeGreaterThan(0);
  });

  test("the providers", async () => {
    const { data } = await caller.providers.list();
    expect(data.map(({ slug }) => slug)).toContain("mistral");
  });

  test("a generation", async () => {
    stage.first.next(replay("mistral/text.json"));
    const { id } = await whole();
    await stage.generation(id);
    const { data } = await caller.generations.getGeneration({ id });
    expect(data).toMatchObject({ id, model, providerName: "First", totalCost: recordedAnswerCost, httpReferer: "https://app.example" });
  });

  test("the caller's own key, and the workspace's credits", async () => {
    const { data } = await caller.apiKeys.getCurrentKeyMetadata();
    expect(data).toMatchObject({ isManagementKey: false, limit: null });
    const credits = await manager.credits.getCredits();
    expect(credits.data.totalUsage).toBeGreaterThanOrEqual(0);
  });
});

test("a key is created, read, listed, changed, and deleted", async () => {
  const created = await manager.apiKeys.create({ requestBody: { name: "for the SDK", limit: 5, limitReset: "daily" } });
  const { hash } = created.data;
  expect(created.data).toMatchObject({ name: "for the SDK", limit: 5, limitRemaining: 5, limitReset: "daily", disabled: false, usage: 0 });
  expect((await manager.apiKeys.get({ hash })).data.hash).toBe(hash);
  expect((await manager.apiKeys.list()).data.map((key) => key.hash)).toContain(hash);

  const changed = await manager.apiKeys.update({ hash, requestBody: { name: "renamed", limit: 7, disabled: true } });
  expect(changed.data).toMatchObject({ name: "renamed", limit: 7, disabled: true });
  expect(await manager.apiKeys.delete({ hash })).toMatchObject({ deleted: true });
  await expect(manager.apiKeys.get({ hash })).rejects.toBeInstanceOf(errors.NotFoundResponseError);
});

async function whole(more: Partial<ChatRequest> = {}): Promise<ChatResult> {
  const answer = await caller.chat.send({ chatRequest: { model, messages, provider: { only: ["first"] }, ...more, stream: false } });
  if (!("choices" in answer)) throw new Error("The SDK took the answer for a stream.");
  return answer;
}

async function* streamed(): AsyncGenerator<ChatStreamChunk> {
  const answer = await caller.chat.send({ chatRequest: { model, messages, provider: { only: ["first"] }, stream: true } });
  if ("choices" in answer) throw new Error("The SDK took the answer for a whole one.");
  yield* answer;
}
