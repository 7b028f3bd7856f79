/** LangChain over OpenAI's client, in front of a provider that speaks Anthropic's protocol, and of the sandbox. */

import { AIMessageChunk, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { ChatOpenAI, type ChatOpenAIFields } from "@langchain/openai";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { calls, counted, question, results, schema, text, tool } from "../matrix/scene.ts";
import { models, startClientStage, strange, translatedFor, type ClientStage } from "./stage.ts";

let stage: ClientStage;

beforeAll(async () => {
  stage = await startClientStage(translatedFor.openai);
});
beforeEach(() => stage.answerAll());
afterAll(() => stage.dispose());

const chat = (apiKey: string, model: string, fields: ChatOpenAIFields = {}): ChatOpenAI => new ChatOpenAI({ apiKey, model, maxRetries: 0, configuration: { baseURL: stage.gateway.baseUrl }, ...fields });
const tools = [{ type: "function" as const, function: { ...tool, parameters: { ...tool.parameters } } }];
const made = calls.map(({ name, arguments: args }) => ({ name, args }));

async function streamed(model: Pick<ChatOpenAI, "stream">): Promise<AIMessageChunk> {
  let whole: AIMessageChunk | undefined;
  for await (const chunk of await model.stream(question)) whole = whole === undefined ? chunk : whole.concat(chunk);
  return whole ?? new AIMessageChunk("");
}

describe.each([{ name: "chat", useResponsesApi: false }, { name: "responses", useResponsesApi: true }])("translated, $name", ({ useResponsesApi }) => {
  const model = (): ChatOpenAI => chat(stage.key, models.translated, { useResponsesApi });

  test("a whole answer, and a stream", async () => {
    for (const answer of [await model().invoke(question), await streamed(model())]) {
      expect(answer.text).toBe(text.text);
      expect(answer.usage_metadata).toMatchObject({ input_tokens: counted.prompt, output_tokens: counted.completion, input_token_details: { cache_read: counted.cached } });
    }
  });

  test("tools are called and their results reach the model, whole and streamed", async () => {
    const bound = model().bindTools(tools);
    const first = await bound.invoke(question);
    expect(first.tool_calls).toMatchObject(made);
    expect((await streamed(bound as Pick<ChatOpenAI, "stream">)).tool_calls).toMatchObject(made);
    const said = (first.tool_calls ?? []).map(({ id = "" }, index) => new ToolMessage({ tool_call_id: id, content: results[index] ?? "" }));
    expect((await bound.invoke([new HumanMessage(question), first, ...said])).text).toBe(text.text);
    expect(stage.lastSent().turns.filter((turn) => "resultOf" in turn)).toHaveLength(calls.length);
  });

  test("structured output", async () => {
    expect(await model().withStructuredOutput({ ...schema, title: "count" }, { method: "jsonSchema", strict: true }).invoke(question)).toEqual({ count: 3 });
    expect(stage.lastSent().schema).toMatchObject({ properties: schema.properties });
  });
});

test("the sandbox: words, calls and JSON, whole and streamed", async () => {
  const model = chat(stage.sandboxKey, models.sandbox);
  expect((await streamed(model)).text).toBe((await model.invoke(question)).text);
  expect((await model.bindTools(tools, { tool_choice: "required" }).invoke(question)).tool_calls?.[0]).toMatchObject({ name: tool.name });
  expect(await model.withStructuredOutput({ ...schema, title: "count" }, { method: "jsonSchema" }).invoke(question)).toEqual({ count: expect.any(Number) });
});

describe("errors have the classes of the client beneath", () => {
  test.each([
    { name: "no such model", model: models.missing, key: () => stage.key, status: 400 },
    { name: "a model that nobody serves", model: models.unserved, key: () => stage.key, status: 404 },
    { name: "no such key", model: models.translated, key: () => strange, status: 401 },
    { name: "out of capacity", model: models.limited, key: () => stage.key, status: 429 },
  ])("$name", async ({ model, key, status }) => {
    await expect(chat(key(), model).invoke(question)).rejects.toMatchObject({ status });
    await expect(chat(key(), model).invoke(question)).rejects.toBeInstanceOf(OpenAI.APIError);
    await expect(streamed(chat(key(), model))).rejects.toMatchObject({ status });
  });
});
