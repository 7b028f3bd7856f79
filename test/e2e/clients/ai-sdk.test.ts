/** Vercel's AI SDK, through its provider for OpenRouter and through the one for whatever is compatible with OpenAI. */

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { APICallError, generateText, jsonSchema, Output, stepCountIs, streamText, tool as aiTool, type LanguageModel } from "ai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { calls, counted, question, results, schema, text, tool } from "../matrix/scene.ts";
import { models, startClientStage, strange, translatedFor, type ClientStage } from "./stage.ts";

let stage: ClientStage;

beforeAll(async () => {
  stage = await startClientStage(translatedFor.openai);
});
beforeEach(() => stage.answerAll());
afterAll(() => stage.dispose());

const providers: readonly { readonly name: string; readonly model: (apiKey: string, id: string) => LanguageModel }[] = [
  { name: "@openrouter/ai-sdk-provider", model: (apiKey, id) => createOpenRouter({ apiKey, baseURL: stage.gateway.baseUrl })(id) },
  {
    name: "@ai-sdk/openai-compatible",
    model: (apiKey, id) => createOpenAICompatible({ name: "windrose", apiKey, baseURL: stage.gateway.baseUrl, includeUsage: true, supportsStructuredOutputs: true })(id),
  },
];

/** Gives the results in the order of the calls. */
function weather() {
  let asked = 0;
  const given: unknown[] = [];
  return {
    given,
    tools: {
      weather: aiTool({
        description: tool.description, inputSchema: jsonSchema<{ city: string }>({ ...tool.parameters, required: [...tool.parameters.required] }),
        execute: (input) => {
          given.push(input);
          return JSON.parse(results[asked++] ?? "{}") as object;
        },
      }),
    },
  };
}

const output = Output.object({ schema: jsonSchema<{ count: number }>({ ...schema, required: [...schema.required] }) });

describe.each(providers)("$name", ({ model: modelOf }) => {
  const common = { maxRetries: 0, prompt: question } as const;
  const model = (): LanguageModel => modelOf(stage.key, models.translated);

  test("a whole answer, and a stream", async () => {
    const whole = await generateText({ ...common, model: model() });
    expect(whole).toMatchObject({ text: text.text, finishReason: "stop", usage: { inputTokens: counted.prompt, outputTokens: counted.completion, cachedInputTokens: counted.cached } });
    const stream = streamText({ ...common, model: model() });
    const pieces: string[] = [];
    for await (const piece of stream.textStream) pieces.push(piece);
    expect(pieces.join("")).toBe(text.text);
    expect(pieces.length).toBeGreaterThan(1);
    expect(await stream.usage).toMatchObject({ inputTokens: counted.prompt, outputTokens: counted.completion });
  });

  test("tools are called and their results reach the model, whole and streamed", async () => {
    const whole = weather();
    expect((await generateText({ ...common, model: model(), tools: whole.tools, stopWhen: stepCountIs(3) })).text).toBe(text.text);
    const streamed = weather();
    expect(await streamText({ ...common, model: model(), tools: streamed.tools, stopWhen: stepCountIs(3) }).text).toBe(text.text);
    for (const { given } of [whole, streamed]) expect(given).toEqual(calls.map((call) => call.arguments));
    expect(stage.lastSent().turns.filter((turn) => "resultOf" in turn)).toHaveLength(calls.length);
  });

  test("structured output, whole and streamed", async () => {
    expect((await generateText({ ...common, model: model(), output })).output).toEqual({ count: 3 });
    expect(stage.lastSent().schema).toMatchObject({ properties: schema.properties });
    expect(await streamText({ ...common, model: model(), output }).output).toEqual({ count: 3 });
  });

  test("the sandbox: words, calls and JSON, whole and streamed", async () => {
    const sandbox = modelOf(stage.sandboxKey, models.sandbox);
    expect(await streamText({ ...common, model: sandbox }).text).toBe((await generateText({ ...common, model: sandbox })).text);
    expect((await generateText({ ...common, model: sandbox, tools: weather().tools, toolChoice: "required" })).toolCalls[0]).toMatchObject({ toolName: tool.name });
    expect(await streamText({ ...common, model: sandbox, output }).output).toEqual({ count: expect.any(Number) });
  });

  test.each([
    { name: "no such model", id: models.missing, key: () => stage.key, statusCode: 400 },
    { name: "a model that nobody serves", id: models.unserved, key: () => stage.key, statusCode: 404 },
    { name: "no such key", id: models.translated, key: () => strange, statusCode: 401 },
    { name: "out of capacity", id: models.limited, key: () => stage.key, statusCode: 429 },
  ])("an error has the client's own class: $name", async ({ id, key, statusCode }) => {
    const failure = await generateText({ ...common, model: modelOf(key(), id) }).catch((error: unknown) => error);
    expect(APICallError.isInstance(failure)).toBe(true);
    expect(failure).toMatchObject({ statusCode });
    const told: unknown[] = [];
    await streamText({ ...common, model: modelOf(key(), id), onError: ({ error }) => void told.push(error) }).consumeStream();
    expect(told).toEqual([expect.objectContaining({ statusCode })]);
  });
});
