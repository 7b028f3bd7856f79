/** OpenRouter's own client, in front of a provider that speaks Anthropic's protocol, and of the sandbox. */

import { OpenRouter } from "@openrouter/sdk";
import type { ChatRequest, ChatResult, ChatStreamChunk, ResponsesRequest, StreamEvents } from "@openrouter/sdk/models";
import * as errors from "@openrouter/sdk/models/errors";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { calls, cost, counted, question, results, schema, text, tool } from "../matrix/scene.ts";
import { models, startClientStage, strange, translatedFor, type ClientStage } from "./stage.ts";

let stage: ClientStage;

beforeAll(async () => {
  stage = await startClientStage(translatedFor.openai);
});
beforeEach(() => stage.answerAll());
afterAll(() => stage.dispose());

const clientOf = (apiKey: string): OpenRouter => new OpenRouter({ apiKey, serverURL: stage.gateway.baseUrl, retryConfig: { strategy: "none" } });
const messages: ChatRequest["messages"] = [{ role: "user", content: question }];
const tools: ChatRequest["tools"] = [{ type: "function", function: { ...tool, parameters: { ...tool.parameters } } }];
const responseFormat: ChatRequest["responseFormat"] = { type: "json_schema", jsonSchema: { name: "count", strict: true, schema: { ...schema } } };

async function whole(key: string, request: Omit<ChatRequest, "stream">): Promise<ChatResult> {
  return (await clientOf(key).chat.send({ chatRequest: { ...request, stream: false } })) as ChatResult;
}

async function streamed(key: string, request: Omit<ChatRequest, "stream">): Promise<readonly ChatStreamChunk[]> {
  const chunks: ChatStreamChunk[] = [];
  const stream = (await clientOf(key).chat.send({ chatRequest: { ...request, stream: true } })) as AsyncIterable<ChatStreamChunk>;
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks: readonly ChatStreamChunk[]): string => chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");

describe("chat, translated", () => {
  const model = models.translated;

  test("a whole answer, and a stream", async () => {
    expect(await whole(stage.key, { model, messages })).toMatchObject({ choices: [{ message: { content: text.text }, finishReason: "stop" }], usage: { promptTokens: counted.prompt, completionTokens: counted.completion, cost } });
    const chunks = await streamed(stage.key, { model, messages });
    expect(textOf(chunks)).toBe(text.text);
    expect(chunks.at(-1)?.usage).toMatchObject({ promptTokens: counted.prompt, cost });
  });

  test("tools are called and their results reach the model", async () => {
    const { choices: [choice] } = await whole(stage.key, { model, messages, tools });
    expect(choice?.message.toolCalls?.map(({ function: { name, arguments: given } }) => ({ name, arguments: JSON.parse(given) }))).toEqual(calls.map(({ name, arguments: given }) => ({ name, arguments: given })));
    const said = choice?.message.toolCalls?.map(({ id }, index) => ({ role: "tool" as const, toolCallId: id, content: results[index] ?? "" })) ?? [];
    const next = await whole(stage.key, { model, messages: [...messages, ...(choice === undefined ? [] : [{ ...choice.message, role: "assistant" as const }]), ...said], tools });
    expect(next.choices[0]?.message.content).toBe(text.text);
    expect(stage.lastSent().turns.filter((turn) => "resultOf" in turn)).toHaveLength(calls.length);
    const pieces = (await streamed(stage.key, { model, messages, tools })).flatMap(({ choices }) => choices[0]?.delta.toolCalls ?? []);
    expect(calls.map((_, index) => JSON.parse(pieces.filter((piece) => piece.index === index).map((piece) => piece.function?.arguments ?? "").join("")))).toEqual(calls.map(({ arguments: given }) => given));
  });

  test("structured output", async () => {
    expect(JSON.parse((await whole(stage.key, { model, messages, responseFormat })).choices[0]?.message.content as string)).toEqual({ count: 3 });
    expect(stage.lastSent().schema).toEqual(schema);
    expect(JSON.parse(textOf(await streamed(stage.key, { model, messages, responseFormat })))).toEqual({ count: 3 });
  });
});

test("responses, translated, whole and streamed", async () => {
  const responsesRequest: ResponsesRequest = { model: models.translated, input: question };
  const client = clientOf(stage.key);
  expect(await client.beta.responses.send({ responsesRequest: { ...responsesRequest, stream: false } })).toMatchObject({ status: "completed", output: [{ content: [{ text: text.text }] }] });
  let said = "";
  const stream = (await client.beta.responses.send({ responsesRequest: { ...responsesRequest, stream: true } })) as AsyncIterable<StreamEvents>;
  for await (const event of stream) if (event.type === "response.output_text.delta") said += event.delta;
  expect(said).toBe(text.text);
});

test("the sandbox: words, calls and JSON, whole and streamed", async () => {
  const ask = { model: models.sandbox, messages };
  expect(textOf(await streamed(stage.sandboxKey, ask))).toBe((await whole(stage.sandboxKey, ask)).choices[0]?.message.content);
  const called = await whole(stage.sandboxKey, { ...ask, tools, toolChoice: "required" });
  expect(called.choices[0]).toMatchObject({ finishReason: "tool_calls", message: { toolCalls: [{ function: { name: tool.name } }] } });
  expect(JSON.parse(textOf(await streamed(stage.sandboxKey, { ...ask, responseFormat })))).toEqual({ count: expect.any(Number) });
});

describe("errors have the client's own classes", () => {
  test.each([
    { name: "no such model", model: models.missing, key: () => stage.key, type: errors.BadRequestResponseError },
    { name: "a model that nobody serves", model: models.unserved, key: () => stage.key, type: errors.NotFoundResponseError },
    { name: "no such key", model: models.translated, key: () => strange, type: errors.UnauthorizedResponseError },
    { name: "out of capacity", model: models.limited, key: () => stage.key, type: errors.TooManyRequestsResponseError },
  ])("$name", async ({ model, key, type }) => {
    await expect(whole(key(), { model, messages })).rejects.toBeInstanceOf(type);
    await expect(streamed(key(), { model, messages })).rejects.toBeInstanceOf(type);
  });
});
