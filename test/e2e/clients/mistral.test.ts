/** Mistral's own client, which talks of its own API and is answered by a provider that speaks Anthropic's, and by the sandbox. */

import { Mistral } from "@mistralai/mistralai";
import type { ChatCompletionRequest } from "@mistralai/mistralai/models/components";
import { SDKError } from "@mistralai/mistralai/models/errors";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { calls, counted, question, results, schema, text, tool } from "../matrix/scene.ts";
import { models, startClientStage, strange, translatedFor, type ClientStage } from "./stage.ts";

let stage: ClientStage;

beforeAll(async () => {
  stage = await startClientStage(translatedFor.openai);
});
beforeEach(() => stage.answerAll());
afterAll(() => stage.dispose());

// The client adds /v1 itself.
const clientOf = (apiKey: string): Mistral => new Mistral({ apiKey, serverURL: stage.gateway.baseUrl.replace(/\/v1$/, ""), retryConfig: { strategy: "none" } });
const messages: ChatCompletionRequest["messages"] = [{ role: "user", content: question }];
const tools: ChatCompletionRequest["tools"] = [{ type: "function", function: { ...tool, parameters: { ...tool.parameters } } }];
const responseFormat: ChatCompletionRequest["responseFormat"] = { type: "json_schema", jsonSchema: { name: "count", strict: true, schemaDefinition: { ...schema } } };
const made = calls.map(({ name, arguments: given }) => ({ name, arguments: given }));

async function streamed(key: string, request: ChatCompletionRequest) {
  let said = "";
  const given: string[] = [];
  let usage: unknown;
  for await (const { data } of await clientOf(key).chat.stream(request)) {
    const delta = data.choices[0]?.delta;
    if (typeof delta?.content === "string") said += delta.content;
    for (const { index = 0, function: { arguments: piece } } of delta?.toolCalls ?? []) given[index] = (given[index] ?? "") + (piece as string);
    usage = data.usage ?? usage;
  }
  return { said, given, usage };
}

describe("translated", () => {
  const model = models.translated;

  test("a whole answer, and a stream", async () => {
    expect(await clientOf(stage.key).chat.complete({ model, messages })).toMatchObject({
      choices: [{ message: { content: text.text }, finishReason: "stop" }], usage: { promptTokens: counted.prompt, completionTokens: counted.completion },
    });
    expect(await streamed(stage.key, { model, messages })).toMatchObject({ said: text.text, usage: { promptTokens: counted.prompt, completionTokens: counted.completion } });
  });

  test("tools are called and their results reach the model", async () => {
    const answer = await clientOf(stage.key).chat.complete({ model, messages, tools });
    const message = answer.choices?.[0]?.message;
    expect(message?.toolCalls?.map(({ function: { name, arguments: given } }) => ({ name, arguments: JSON.parse(given as string) }))).toEqual(made);
    const said = message?.toolCalls?.map(({ id, function: { name } }, index) => ({ role: "tool" as const, toolCallId: id ?? "", name, content: results[index] ?? "" })) ?? [];
    const next = await clientOf(stage.key).chat.complete({ model, messages: [...messages, { ...message, role: "assistant" }, ...said], tools });
    expect(next.choices?.[0]?.message?.content).toBe(text.text);
    expect(stage.lastSent().turns.filter((turn) => "resultOf" in turn)).toHaveLength(calls.length);
  });

  test("calls in a stream come in fragments, which this client does not read: it wants a whole call in each delta", async () => {
    await expect(streamed(stage.key, { model, messages, tools })).rejects.toThrow(/"name"/);
  });

  test("structured output", async () => {
    expect(JSON.parse((await clientOf(stage.key).chat.complete({ model, messages, responseFormat })).choices?.[0]?.message?.content as string)).toEqual({ count: 3 });
    expect(stage.lastSent().schema).toEqual(schema);
    expect(JSON.parse((await streamed(stage.key, { model, messages, responseFormat })).said)).toEqual({ count: 3 });
  });
});

test("the sandbox: words, calls and JSON, whole and streamed", async () => {
  const ask = { model: models.sandbox, messages };
  const whole = await clientOf(stage.sandboxKey).chat.complete(ask);
  expect((await streamed(stage.sandboxKey, ask)).said).toBe(whole.choices?.[0]?.message?.content);
  const called = await clientOf(stage.sandboxKey).chat.complete({ ...ask, tools, toolChoice: "required" });
  expect(called.choices?.[0]?.message?.toolCalls?.[0]).toMatchObject({ function: { name: tool.name } });
  expect(JSON.parse((await streamed(stage.sandboxKey, { ...ask, responseFormat })).said)).toEqual({ count: expect.any(Number) });
});

describe("errors have the client's own class", () => {
  test.each([
    { name: "no such model", model: models.missing, key: () => stage.key, statusCode: 400 },
    { name: "a model that nobody serves", model: models.unserved, key: () => stage.key, statusCode: 404 },
    { name: "no such key", model: models.translated, key: () => strange, statusCode: 401 },
    { name: "out of capacity", model: models.limited, key: () => stage.key, statusCode: 429 },
  ])("$name", async ({ model, key, statusCode }) => {
    const whole = await clientOf(key()).chat.complete({ model, messages }).catch((error: unknown) => error);
    expect(whole).toBeInstanceOf(SDKError);
    expect(whole).toMatchObject({ statusCode });
    await expect(streamed(key(), { model, messages })).rejects.toMatchObject({ statusCode });
  });
});
