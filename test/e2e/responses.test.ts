/** `POST /responses` as the clients of OpenAI and of OpenRouter use it, over real sockets to providers that speak other dialects. */

import { OpenRouter } from "@openrouter/sdk";
import type { OpenResponsesResult, StreamEvents } from "@openrouter/sdk/models";
import * as errors from "@openrouter/sdk/models/errors";
import OpenAI from "openai";
import type { Response, ResponseInput, ResponseStreamEvent } from "openai/resources/responses/responses";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call, openStream, type Json } from "../support/caller.ts";
import { done, event, fixture, fixtureEvents, gate, json, replay, sse, startFakeUpstream, type FakeUpstream } from "../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

const chat = "acme/chat";
const claude = "acme/claude-sonnet-4-5";
const native = "acme/native";
// Health is kept per endpoint: what breaks one must not touch the other tests.
const breaking = ["acme/cut", "acme/sdk-cut", "acme/broken"];
const look = { type: "function" as const, name: "weather", description: "The weather", parameters: { type: "object", properties: { location: { type: "string" } }, required: ["location"], additionalProperties: false }, strict: true };
const question = "What is the meaning of life?";

let upstream: FakeUpstream;
let gateway: Gateway;
let key: string;
let openai: OpenAI;
let openrouter: OpenRouter;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const supported = ["max_tokens", "temperature", "tools", "tool_choice", "parallel_tool_calls", "response_format", "structured_outputs", "reasoning"];
  const endpoint = (model: string, upstreamModel: string) => ({ model, upstream_model: upstreamModel, pricing: { prompt: "1", completion: "2" }, context_length: 100_000, supported_parameters: supported });
  gateway = await startGateway({
    config: {
      providers: [
        { slug: "chatty", name: "Chatty", protocol: "openai-chat", base_url: `${upstream.origin}/v1`, credential: "a-credential", endpoints: [chat, ...breaking].map((model) => endpoint(model, "chat")) },
        { slug: "claudish", name: "Claudish", protocol: "anthropic-messages", base_url: `${upstream.origin}/claude/v1`, credential: "b-credential", endpoints: [endpoint(claude, "claude-sonnet-4-5")] },
        { slug: "nativish", name: "Nativish", protocol: "openai-responses", base_url: `${upstream.origin}/native/v1`, credential: "c-credential", endpoints: [endpoint(native, "native")] },
      ],
    },
  });
  ({ key } = await gateway.newKey());
  openai = new OpenAI({ baseURL: gateway.baseUrl, apiKey: key, maxRetries: 0 });
  openrouter = new OpenRouter({ serverURL: gateway.baseUrl, apiKey: key, retryConfig: { strategy: "none" } });
});

beforeEach(() => upstream.reset());

afterAll(async () => {
  await Promise.all([gateway.dispose(), upstream.close()]);
});

const cost = (input: number, output: number): number => (input * 1 + output * 2) / 1e6;
const recorded = (part: number) => fixtureEvents(`openai/responses.reasoning-encrypted-content.1.part${part}.chunks.txt`);
const claudeStream = () => sse(fixtureEvents("anthropic/clear-thinking.1.chunks.txt"));
const sent = (index = 0) => upstream.requests[index]?.json;

describe("OpenAI's client", () => {
  test("has a whole answer", async () => {
    upstream.next(replay("mistral/text.json"));
    const answer = await openai.responses.create({ model: chat, input: question, instructions: "Be brief.", metadata: { trip: "7" }, temperature: 0.5, max_output_tokens: 900 });
    expect(answer).toMatchObject({
      object: "response", status: "completed", model: chat, instructions: "Be brief.", metadata: { trip: "7" }, temperature: 0.5, max_output_tokens: 900,
      usage: { input_tokens: 13, output_tokens: 434, total_tokens: 447, cost: cost(13, 434) },
    });
    expect(answer.output_text).toBe(JSON.parse(fixture("mistral/text.json")).choices[0].message.content);
    expect(sent()).toMatchObject({ model: "chat", temperature: 0.5, messages: [{ role: "system", content: "Be brief." }, { role: "user", content: question }] });
    expect(sent()).not.toHaveProperty("store");
  });

  test("has a stream", async () => {
    upstream.next(replay("mistral/text.chunks.txt"));
    const { response, types } = await streamed({ model: chat, input: question });
    expect(response.output_text).toBe("Hello, world! This is a test response.");
    expect(response).toMatchObject({ status: "completed", usage: { input_tokens: 13, output_tokens: 8, cost: cost(13, 8) } });
    expect(types.slice(0, 4)).toEqual(["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"]);
    expect(types.slice(-4)).toEqual(["response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed"]);
  });

  test("calls tools and gives back what they said", async () => {
    upstream.next(replay("mistral/tool-call.json"), replay("mistral/text.json"));
    const input: ResponseInput = [{ role: "user", content: "The weather in San Francisco?" }];
    const first = await openai.responses.create({ model: chat, input, tools: [look], tool_choice: { type: "function", name: "weather" } });
    const [made] = first.output;
    if (made?.type !== "function_call") throw new Error("no call was made");
    expect(made).toMatchObject({ name: "weather", arguments: '{"location": "San Francisco"}', status: "completed" });
    expect(sent()).toMatchObject({ tools: [{ type: "function", function: { name: "weather", strict: true } }], tool_choice: { type: "function", function: { name: "weather" } } });

    const output = { type: "function_call_output" as const, call_id: made.call_id, output: "Fog" };
    await openai.responses.create({ model: chat, input: [...input, ...first.output, output] as ResponseInput, tools: [look] });
    expect(sent(1)?.["messages"]).toEqual([
      { role: "user", content: "The weather in San Francisco?" },
      { role: "assistant", content: null, tool_calls: [{ id: made.call_id, type: "function", function: { name: "weather", arguments: made.arguments } }] },
      { role: "tool", tool_call_id: made.call_id, content: "Fog" },
    ]);
  });

  test("hears reasoning and a call piece by piece", async () => {
    upstream.next(replay("xai/compat.tool-call.chunks.txt"));
    const { response, types } = await streamed({ model: chat, input: "The weather?", tools: [look] });
    expect(response.output.map(({ type }) => type)).toEqual(["reasoning", "function_call"]);
    expect(types).toEqual(expect.arrayContaining(["response.reasoning_text.delta", "response.reasoning_text.done", "response.function_call_arguments.delta", "response.function_call_arguments.done"]));
  });

  test("parses structured output", async () => {
    const text = '{"answer":42}';
    const chunks = [{ content: '{"answer":' }, { content: "42}" }].map((delta) => event({ id: "1", choices: [{ index: 0, delta, finish_reason: null }] }));
    upstream.next(
      json({ id: "1", choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }], usage: { prompt_tokens: 1, completion_tokens: 1 } }),
      sse([...chunks, event({ id: "1", choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: { prompt_tokens: 1, completion_tokens: 1 } }), done]),
    );
    const schema = { type: "object", properties: { answer: { type: "integer" } }, required: ["answer"], additionalProperties: false };
    const body = { model: chat, input: question, text: { format: { type: "json_schema" as const, name: "life", schema, strict: true } } };
    expect((await openai.responses.parse(body)).output_parsed).toEqual({ answer: 42 });
    expect(sent()).toMatchObject({ response_format: { type: "json_schema", json_schema: { name: "life", strict: true, schema } } });
    expect((await streamed(body)).response.output_text).toBe(text);
  });

  test.each([
    { name: "whole", stream: false },
    { name: "streamed", stream: true },
  ])("gives signed reasoning back, and it reaches the provider as it was signed ($name)", async ({ stream }) => {
    upstream.next(stream ? claudeStream() : replay("anthropic/clear-thinking.1.json"), replay("anthropic/text.json"));
    const asked = { model: claude, input: "925 by 5?", reasoning: { effort: "low" as const }, max_output_tokens: 8_000 };
    const response = stream ? (await streamed(asked)).response : await openai.responses.create(asked);
    expect(response.output).toMatchObject([{ type: "reasoning", signature: expect.any(String) }, { type: "message" }]);
    await openai.responses.create({ ...asked, input: [{ role: "user", content: "925 by 5?" }, ...response.output, { role: "user", content: "And by 2?" }] as ResponseInput });
    const said = signedThought(stream);
    expect(sent(1)?.["messages"]).toMatchObject([{ role: "user" }, { role: "assistant", content: [{ type: "thinking", ...said }, { type: "text", text: response.output_text }] }, { role: "user" }]);
  });

  test("gives encrypted reasoning and its call back to a provider of the same dialect, as they were", async () => {
    upstream.next(sse(recorded(1)), sse(recorded(2)));
    const asked = { model: native, input: [{ role: "user" as const, content: "12 plus 7, by 3, by 10?" }], tools: [{ ...look, name: "calculator" }], reasoning: { effort: "medium" as const, summary: "auto" as const }, truncation: "auto" as const };
    const { response } = await streamed(asked);
    const theirs = itemsIn(recorded(1));
    expect(response.output).toMatchObject(theirs.map(({ id, ...item }) => (item["type"] === "reasoning" ? { id, ...item } : item)));

    const output = { type: "function_call_output" as const, call_id: theirs[1]?.["call_id"], output: "19" };
    await streamed({ ...asked, input: [...asked.input, ...response.output, output] });
    const { id: _made, status: _done, ...made } = theirs[1] ?? {};
    expect(sent(1)).toMatchObject({ truncation: "auto", input: [{ role: "user" }, theirs[0], made, output] });
  });

  test("is told where an answer ends too early", async () => {
    upstream.next(json({ id: "1", choices: [{ index: 0, message: { role: "assistant", content: "One, two" }, finish_reason: "length" }], usage: { prompt_tokens: 1, completion_tokens: 2 } }));
    const answer = await openai.responses.create({ model: chat, input: "Count", max_output_tokens: 16 });
    expect(answer).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" }, output_text: "One, two" });
  });

  test("hears of a failure in the middle of a stream", async () => {
    const heard = gate();
    upstream.next(sse([...fixtureEvents("mistral/text.chunks.txt").slice(0, 2), heard.opened], "cut"));
    const seen: ResponseStreamEvent[] = [];
    for await (const one of await openai.responses.create({ model: "acme/cut", input: question, stream: true })) {
      heard.open();
      seen.push(one);
    }
    expect(seen.slice(-2)).toMatchObject([
      { type: "error", code: "server_error", param: null },
      { type: "response.failed", response: { status: "failed", error: { code: "server_error" }, error_type: "provider_unavailable", output: [{ status: "incomplete" }] } },
    ]);
  });

  test.each([
    { name: "an unknown model", body: { model: "acme/nothing", input: question }, status: 400 },
    { name: "a stored response", body: { model: chat, input: question, previous_response_id: "resp_1" }, status: 400 },
    { name: "storing", body: { model: chat, input: question, store: true }, status: 400 },
  ])("is refused $name", async ({ body, status }) => {
    await expect(openai.responses.create(body)).rejects.toMatchObject({ status });
    expect(upstream.requests).toHaveLength(0);
  });

  test("is told of a failure before the answer", async () => {
    upstream.always(json({ error: { message: "Our database is down." } }, 500));
    await expect(openai.responses.create({ model: "acme/broken", input: question })).rejects.toMatchObject({ status: 502 });
  });
});

describe("OpenRouter's client", () => {
  test("has a whole answer", async () => {
    upstream.next(replay("anthropic/clear-thinking.1.json"));
    const answer = await ask({ model: claude, input: "925 by 5?", metadata: { trip: "7" }, reasoning: { effort: "low" }, tools: [look] });
    expect(answer).toMatchObject({ status: "completed", metadata: { trip: "7" }, outputText: "925 ÷ 5 = 185", usage: { cost: cost(69, 33) }, tools: [{ name: "weather" }] });
    expect(answer.output).toMatchObject([{ type: "reasoning", content: [{ text: "925 divided by 5 = 185" }], format: "anthropic-claude-v1" }, { type: "message" }]);
  });

  test("has a stream, and every event of it is as published", async () => {
    upstream.next(claudeStream());
    const events: StreamEvents[] = [];
    for await (const one of await listen({ model: claude, input: "925 by 5?" })) events.push(one);
    expect(events.at(-1)).toMatchObject({ type: "response.completed", response: { status: "completed", outputText: expect.stringContaining("185") } });
    expect(events.map((one) => ("sequenceNumber" in one ? one.sequenceNumber : undefined))).toEqual(events.map((_, index) => index));
  });

  test("gives items back and calls tools", async () => {
    upstream.next(replay("mistral/tool-call.json"), replay("mistral/text.json"));
    const first = await ask({ model: chat, input: "The weather?", tools: [look] });
    const [made] = first.output;
    if (made?.type !== "function_call") throw new Error("no call was made");
    await ask({ model: chat, input: [{ role: "user", content: "The weather?" }, made, { type: "function_call_output", callId: made.callId, output: "Fog" }], tools: [look] });
    expect(sent(1)?.["messages"]).toMatchObject([{ role: "user" }, { role: "assistant", tool_calls: [{ id: made.callId }] }, { role: "tool", content: "Fog" }]);
  });

  test("hears of a failure in the middle of a stream", async () => {
    const heard = gate();
    upstream.next(sse([...fixtureEvents("mistral/text.chunks.txt").slice(0, 2), heard.opened], "cut"));
    const seen: string[] = [];
    for await (const one of await listen({ model: "acme/sdk-cut", input: question })) {
      heard.open();
      seen.push(String(one.type));
    }
    expect(seen.slice(-2)).toEqual(["error", "response.failed"]);
  });

  test("is refused in words that it knows", async () => {
    await expect(openrouter.responses.send({ responsesRequest: { model: "acme/nothing", input: question } })).rejects.toBeInstanceOf(errors.BadRequestResponseError);
    const stranger = new OpenRouter({ serverURL: gateway.baseUrl, apiKey: "sk-wr-v1-nobody", retryConfig: { strategy: "none" } });
    await expect(stranger.responses.send({ responsesRequest: { model: chat, input: question } })).rejects.toBeInstanceOf(errors.UnauthorizedResponseError);
  });
});

test("an answer from the cache is told again in the dialect of the one who asks", async () => {
  upstream.next(replay("mistral/text.chunks.txt"));
  const headers = { "x-openrouter-cache": "true" };
  const request = { key, headers, body: { model: chat, input: "The same", stream: true } };
  const first = await (await openStream(gateway.baseUrl, "/responses", request)).rest();
  const again = await (await openStream(gateway.baseUrl, "/responses", request)).rest();
  expect(upstream.requests).toHaveLength(1);
  expect(again.map((each) => each.type ?? each)).toEqual(first.map((each) => each.type ?? each));
  expect(again.at(-2).response).toMatchObject({ status: "completed", output_text: first.at(-2).response.output_text, usage: { output_tokens: 0, cost: 0 } });
  expect(again.at(-2).response.id).not.toBe(first.at(-2).response.id);
});

test("a preset made of a responses body is applied to a responses request, and repeated in its answer", async () => {
  const saved = await call(gateway.baseUrl, "/presets/brief/responses", { key, body: { model: chat, instructions: "Be brief.", temperature: 0.25, tools: [look], max_output_tokens: 99, input: "passed over" } });
  expect(saved.json).toMatchObject({ data: { designated_version: { system_prompt: "Be brief.", config: { model: chat, temperature: 0.25, max_tokens: 99 } } } });
  upstream.next(replay("mistral/text.json"));
  const { json: answer } = await call(gateway.baseUrl, "/responses", { key, body: { preset: "brief", input: question } });
  expect(answer).toMatchObject({ temperature: 0.25, max_output_tokens: 99, tools: [look] });
  expect(sent()).toMatchObject({ temperature: 0.25, messages: [{ role: "system", content: "Be brief." }, { role: "user", content: question }] });
});

test("the routing is told in the answer, and the generation is on record", async () => {
  upstream.next(replay("mistral/text.json"));
  const { json: answer } = await call(gateway.baseUrl, "/responses", { key, headers: { "x-openrouter-metadata": "enabled" }, body: { model: chat, input: question } });
  expect(answer.openrouter_metadata).toMatchObject({ requested: chat, attempt: 1 });
});

async function streamed(body: object): Promise<{ response: Response; types: string[] }> {
  const types: string[] = [];
  const stream = openai.responses.stream(body as Parameters<typeof openai.responses.stream>[0]);
  for await (const each of stream) types.push(each.type);
  return { response: (await stream.finalResponse()) as Response, types };
}

type Asked = Parameters<typeof openrouter.responses.send>[0]["responsesRequest"];

async function ask(responsesRequest: Asked): Promise<OpenResponsesResult> {
  const answer = await openrouter.responses.send({ responsesRequest: { ...responsesRequest, stream: false } });
  if (!("output" in answer)) throw new Error("The SDK took the answer for a stream.");
  return answer;
}

async function listen(responsesRequest: Asked): Promise<AsyncIterable<StreamEvents>> {
  const answer = await openrouter.responses.send({ responsesRequest: { ...responsesRequest, stream: true } });
  if ("output" in answer) throw new Error("The SDK took the answer for a whole one.");
  return answer;
}

/** The items of a recorded stream, each as it was when it was done. */
function itemsIn(events: readonly string[]): Json[] {
  return events.map((each) => JSON.parse(each.slice("data: ".length))).filter(({ type }) => type === "response.output_item.done").map(({ item }) => item);
}

/** What the recorded provider thought and signed. */
function signedThought(stream: boolean): { thinking: string; signature: string } {
  if (!stream) {
    const [{ thinking, signature }] = JSON.parse(fixture("anthropic/clear-thinking.1.json")).content;
    return { thinking, signature };
  }
  const deltas = fixture("anthropic/clear-thinking.1.chunks.txt").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line).delta ?? {});
  return { thinking: deltas.map(({ thinking }) => thinking ?? "").join(""), signature: deltas.map(({ signature }) => signature ?? "").join("") };
}
