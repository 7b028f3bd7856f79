/** OpenAI's own client, for both of its dialects. */

import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { calls, cost, counted, question, results, schema, text, tool } from "../matrix/scene.ts";
import { models, startClientStage, strange, translatedFor, type ClientStage } from "./stage.ts";

let stage: ClientStage;
let client: OpenAI;
let sandbox: OpenAI;

beforeAll(async () => {
  stage = await startClientStage(translatedFor.openai);
  const clientOf = (apiKey: string): OpenAI => new OpenAI({ apiKey, baseURL: stage.gateway.baseUrl, maxRetries: 0 });
  [client, sandbox] = [clientOf(stage.key), clientOf(stage.sandboxKey)];
});
beforeEach(() => stage.answerAll());
afterAll(() => stage.dispose());

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: question }];
const tools: OpenAI.ChatCompletionTool[] = [{ type: "function", function: { ...tool, strict: true } }];
const response_format = { type: "json_schema" as const, json_schema: { name: "count", strict: true, schema } };
const made = calls.map(({ name, arguments: given }) => ({ type: "function", function: { name, arguments: JSON.stringify(given) } }));
const usage = { prompt_tokens: counted.prompt, completion_tokens: counted.completion, prompt_tokens_details: { cached_tokens: counted.cached }, cost };

describe("chat, translated", () => {
  const model = models.translated;

  test("a whole answer, and a stream", async () => {
    expect(await client.chat.completions.create({ model, messages })).toMatchObject({ choices: [{ message: { content: text.text }, finish_reason: "stop" }], usage });
    const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
    const pieces: string[] = [];
    stream.on("content", (piece) => pieces.push(piece));
    expect(await stream.finalContent()).toBe(text.text);
    expect(pieces.length).toBeGreaterThan(1);
    expect(await stream.totalUsage()).toMatchObject({ prompt_tokens: counted.prompt, completion_tokens: counted.completion });
  });

  test("tools are called and their results reach the model, whole", async () => {
    const { choices: [choice] } = await client.chat.completions.create({ model, messages, tools });
    expect(choice).toMatchObject({ finish_reason: "tool_calls", message: { tool_calls: made } });
    const said = choice?.message.tool_calls?.map(({ id }, index) => ({ role: "tool" as const, tool_call_id: id, content: results[index] ?? "" })) ?? [];
    const next = await client.chat.completions.create({ model, messages: [...messages, ...(choice === undefined ? [] : [choice.message]), ...said], tools });
    expect(next.choices[0]?.message.content).toBe(text.text);
    expect(stage.lastSent().turns.slice(1)).toEqual([
      { calls: calls.map(({ name, arguments: given }) => ({ name, arguments: given })) },
      ...calls.map(({ name, arguments: given }, index) => ({ resultOf: { name, arguments: given }, result: JSON.parse(results[index] ?? "") })),
    ]);
  });

  test("a runner calls the tools of a stream by itself", async () => {
    const asked: unknown[] = [];
    const runner = client.chat.completions.runTools({
      model, messages, stream: true,
      tools: [{
        type: "function",
        function: {
          name: tool.name, description: tool.description, parameters: tool.parameters as object as Record<string, unknown>, parse: (given: string): unknown => JSON.parse(given),
          function: (given: unknown) => {
            asked.push(given);
            return results[asked.length - 1] ?? "";
          },
        },
      }],
    });
    expect(await runner.finalContent()).toBe(text.text);
    expect(asked).toEqual(calls.map(({ arguments: given }) => given));
  });

  test("structured output is parsed", async () => {
    expect((await client.chat.completions.parse({ model, messages, response_format })).choices[0]?.message.parsed).toEqual({ count: 3 });
    expect(stage.lastSent().schema).toEqual(schema);
    expect(JSON.parse((await client.chat.completions.stream({ model, messages, response_format }).finalContent()) ?? "")).toEqual({ count: 3 });
  });
});

describe("responses, translated", () => {
  const model = models.translated;
  const functionTool = { type: "function" as const, ...tool, parameters: { ...tool.parameters }, strict: true };
  const format = { type: "json_schema" as const, name: "count", strict: true, schema };

  test("a whole answer, and a stream", async () => {
    expect(await client.responses.create({ model, input: question, store: false })).toMatchObject({ status: "completed", output_text: text.text, usage: { input_tokens: counted.prompt, output_tokens: counted.completion, cost } });
    const pieces: string[] = [];
    const stream = client.responses.stream({ model, input: question, store: false });
    stream.on("response.output_text.delta", ({ delta }) => pieces.push(delta));
    expect((await stream.finalResponse()).output_text).toBe(text.text);
    expect(pieces.length).toBeGreaterThan(1);
  });

  test("tools are called and their results reach the model, streamed", async () => {
    const first = await client.responses.stream({ model, input: question, tools: [functionTool], store: false }).finalResponse();
    const asked = first.output.filter((item) => item.type === "function_call");
    expect(asked.map(({ name, arguments: given }) => ({ name, arguments: JSON.parse(given) }))).toEqual(calls.map(({ name, arguments: given }) => ({ name, arguments: given })));
    const said = asked.map(({ call_id }, index) => ({ type: "function_call_output" as const, call_id, output: results[index] ?? "" }));
    const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: question }, ...asked, ...said];
    expect((await client.responses.create({ model, input, tools: [functionTool], store: false })).output_text).toBe(text.text);
    expect(stage.lastSent().turns.filter((turn) => "resultOf" in turn)).toHaveLength(calls.length);
  });

  test("structured output is parsed", async () => {
    expect((await client.responses.parse({ model, input: question, text: { format }, store: false })).output_parsed).toEqual({ count: 3 });
    expect(stage.lastSent().schema).toEqual(schema);
    const streamed = await client.responses.stream({ model, input: question, text: { format }, store: false }).finalResponse();
    expect(JSON.parse(streamed.output_text)).toEqual({ count: 3 });
  });
});

describe("the sandbox", () => {
  const model = models.sandbox;

  test("chat: words, calls and JSON, whole and streamed", async () => {
    const whole = await sandbox.chat.completions.create({ model, messages });
    expect(await sandbox.chat.completions.stream({ model, messages }).finalContent()).toBe(whole.choices[0]?.message.content);
    const called = await sandbox.chat.completions.create({ model, messages, tools, tool_choice: "required" });
    expect((await sandbox.chat.completions.stream({ model, messages, tools, tool_choice: "required" }).finalMessage()).tool_calls?.[0]).toMatchObject({ function: { name: tool.name } });
    expect(called.choices[0]?.finish_reason).toBe("tool_calls");
    expect((await sandbox.chat.completions.parse({ model, messages, response_format })).choices[0]?.message.parsed).toEqual({ count: expect.any(Number) });
  });

  test("responses: words, calls and JSON, whole and streamed", async () => {
    const body = { model, input: question, store: false } as const;
    expect((await sandbox.responses.stream(body).finalResponse()).output_text).toBe((await sandbox.responses.create(body)).output_text);
    const tooled = { ...body, tools: [{ type: "function" as const, ...tool, parameters: { ...tool.parameters }, strict: true }], tool_choice: "required" as const };
    expect((await sandbox.responses.create(tooled)).output).toContainEqual(expect.objectContaining({ type: "function_call", name: tool.name }));
    expect((await sandbox.responses.parse({ ...body, text: { format: { type: "json_schema", name: "count", strict: true, schema } } })).output_parsed).toEqual({ count: expect.any(Number) });
  });
});

describe("errors have the client's own classes", () => {
  test.each([
    { name: "no such model", model: models.missing, key: () => stage.key, type: OpenAI.BadRequestError },
    { name: "a model that nobody serves", model: models.unserved, key: () => stage.key, type: OpenAI.NotFoundError },
    { name: "no such key", model: models.translated, key: () => strange, type: OpenAI.AuthenticationError },
    { name: "out of capacity", model: models.limited, key: () => stage.key, type: OpenAI.RateLimitError },
  ])("$name", async ({ model, key, type }) => {
    const asking = new OpenAI({ apiKey: key(), baseURL: stage.gateway.baseUrl, maxRetries: 0 });
    for (const stream of [false, true]) {
      await expect(asking.chat.completions.create({ model, messages, stream })).rejects.toBeInstanceOf(type);
      await expect(asking.responses.create({ model, input: question, stream })).rejects.toBeInstanceOf(type);
    }
  });
});
