/** Anthropic's own client, in front of a provider that speaks OpenAI's dialect, and of the sandbox. */

import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call } from "../../support/caller.ts";
import { event, sse } from "../../support/fake-upstream.ts";
import { gatherMessage, readEvents } from "../../support/message-events.ts";
import { calls, cost, counted, question, results, schema, text, tool } from "../matrix/scene.ts";
import { models, startClientStage, strange, translatedFor, type ClientStage } from "./stage.ts";

let stage: ClientStage;
let client: Anthropic;
let sandbox: Anthropic;

const clientOf = (apiKey: string): Anthropic => new Anthropic({ apiKey, baseURL: stage.gateway.baseUrl.replace(/\/v1$/, ""), maxRetries: 0 });

beforeAll(async () => {
  stage = await startClientStage(translatedFor.anthropic);
  [client, sandbox] = [clientOf(stage.key), clientOf(stage.sandboxKey)];
});
beforeEach(() => stage.answerAll());
afterAll(() => stage.dispose());

const messages: Anthropic.MessageParam[] = [{ role: "user", content: question }];
const tools: Anthropic.Tool[] = [{ name: tool.name, description: tool.description, input_schema: { ...tool.parameters, required: [...tool.parameters.required] } }];
const output_config = { format: { type: "json_schema" as const, schema } };
const made = calls.map(({ name, arguments: input }) => ({ type: "tool_use", name, input }));

/** One event of the upstream's stream. */
function piece(delta: object, finish: string | null = null): string {
  return event({ id: "c", choices: [{ index: 0, delta, finish_reason: finish }] });
}

describe("translated", () => {
  const ask = { model: models.translated, max_tokens: 1000, messages };

  test("a whole answer, and a stream", async () => {
    const whole = await client.messages.create(ask);
    expect(whole).toMatchObject({
      content: [{ type: "text", text: text.text }], stop_reason: "end_turn",
      usage: { input_tokens: counted.prompt - counted.cached, cache_read_input_tokens: counted.cached, output_tokens: counted.completion, cost },
    });
    const pieces: string[] = [];
    const stream = client.messages.stream(ask);
    stream.on("text", (piece) => pieces.push(piece));
    expect((await stream.finalMessage()).content).toEqual(whole.content);
    expect(pieces.length).toBeGreaterThan(1);
  });

  test.each([{ name: "whole", isStream: false }, { name: "streamed", isStream: true }])("tools are called and their results reach the model ($name)", async ({ isStream }) => {
    const body = { ...ask, tools };
    const first = await (isStream ? client.messages.stream(body).finalMessage() : client.messages.create(body));
    expect(first).toMatchObject({ stop_reason: "tool_use", content: made });
    const said = first.content.flatMap((block, index) => (block.type === "tool_use" ? [{ type: "tool_result" as const, tool_use_id: block.id, content: results[index] ?? "" }] : []));
    const next = await client.messages.create({ ...body, messages: [...messages, { role: "assistant", content: first.content }, { role: "user", content: said }] });
    expect(next.content).toMatchObject([{ type: "text", text: text.text }]);
    expect(stage.lastSent().turns.slice(1)).toEqual([
      { calls: calls.map(({ name, arguments: given }) => ({ name, arguments: given })) },
      ...calls.map(({ name, arguments: given }, index) => ({ resultOf: { name, arguments: given }, result: JSON.parse(results[index] ?? "") })),
    ]);
  });

  test("calls whose fragments come interleaved are told one after the other", async () => {
    const given = calls.map((one) => JSON.stringify(one.arguments));
    const fragment = (index: number, from: number, to?: number): string => piece({ tool_calls: [{ index, function: { arguments: given[index]?.slice(from, to) } }] });
    const begins = calls.map(({ id, name }, index) => piece({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }));
    stage.upstream.next(sse([...begins, fragment(0, 0, 5), fragment(1, 0, 5), fragment(0, 5), fragment(1, 5), piece({}, "tool_calls"), event("[DONE]")]));
    const { content } = await client.messages.stream({ ...ask, tools }).finalMessage();
    expect(content).toMatchObject(made);
    stage.upstream.next(sse([...begins, fragment(0, 0, 5), fragment(1, 0, 5), fragment(0, 5), fragment(1, 5), piece({}, "tool_calls"), event("[DONE]")]));
    const stream = await call(stage.gateway.baseUrl, "/messages", { key: stage.key, body: { ...ask, tools, stream: true } });
    expect(gatherMessage(readEvents(stream.text)).content).toMatchObject(made);
  });

  test("structured output is parsed", async () => {
    expect((await client.messages.parse({ ...ask, output_config })).content).toMatchObject([{ type: "text", text: '{"count":3}' }]);
    expect(stage.lastSent().schema).toEqual(schema);
    expect((await client.messages.stream({ ...ask, output_config }).finalMessage()).content).toMatchObject([{ text: '{"count":3}' }]);
  });
});

test("the sandbox: words, calls and JSON, whole and streamed", async () => {
  const ask = { model: models.sandbox, max_tokens: 1000, messages };
  const whole = await sandbox.messages.create(ask);
  expect((await sandbox.messages.stream(ask).finalMessage()).content).toEqual(whole.content);
  expect((await sandbox.messages.stream({ ...ask, tools, tool_choice: { type: "any" } }).finalMessage()).content).toContainEqual(expect.objectContaining({ type: "tool_use", name: tool.name }));
  const { content: [block] } = await sandbox.messages.create({ ...ask, output_config });
  expect(JSON.parse(block?.type === "text" ? block.text : "")).toEqual({ count: expect.any(Number) });
});

describe("errors have the client's own classes", () => {
  test.each([
    { name: "no such model", model: models.missing, key: () => stage.key, type: Anthropic.BadRequestError },
    { name: "a model that nobody serves", model: models.unserved, key: () => stage.key, type: Anthropic.NotFoundError },
    { name: "no such key", model: models.translated, key: () => strange, type: Anthropic.AuthenticationError },
    { name: "out of capacity", model: models.limited, key: () => stage.key, type: Anthropic.RateLimitError },
  ])("$name", async ({ model, key, type }) => {
    for (const stream of [false, true]) await expect(clientOf(key()).messages.create({ model, messages, max_tokens: 100, stream })).rejects.toBeInstanceOf(type);
  });
});
