/** The contract of POST /chat/completions, over real sockets. Source: contract §2.7, §3, §7.1, §8.1. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../support/caller.ts";
import { fixture, gate, inPiecesOf, json, replay, sse, fixtureEvents, done } from "../support/fake-upstream.ts";
import { recordedAnswerCost, recordedStreamCost, startStage, type Stage } from "../support/stage.ts";

const model = "acme/chat";
const streamText = "Hello, world! This is a test response.";
const generationId = /^gen-\d{10}-[A-Za-z0-9]{20}$/;

let stage: Stage;

beforeAll(async () => {
  stage = await startStage([model], { timeouts: { keep_alive_ms: 20 } });
});

beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
});

afterAll(() => stage.dispose());

test("a whole answer has the shape of the contract", async () => {
  stage.first.next(replay("mistral/text.json"));
  const { status, headers, json: answer } = await stage.chat(model);

  expect(status).toBe(200);
  expect(headers.get("content-type")).toMatch(/^application\/json/);
  expect(answer.id).toMatch(generationId);
  expect(headers.get("x-generation-id")).toBe(answer.id);
  expect(answer).toMatchObject({
    object: "chat.completion", model, provider: "First", system_fingerprint: null,
    choices: [{
      index: 0, finish_reason: "stop", native_finish_reason: "stop", logprobs: null,
      message: { role: "assistant", content: JSON.parse(fixture("mistral/text.json")).choices[0].message.content, refusal: null, reasoning: null },
    }],
    usage: { prompt_tokens: 13, completion_tokens: 434, total_tokens: 447, cost: recordedAnswerCost, is_byok: false },
  });
  expect(Number.isInteger(answer.created)).toBe(true);
  expect(answer.choices[0].message).not.toHaveProperty("tool_calls");
});

test("a stream gives content, then the finish, then the usage with its cost, then [DONE]", async () => {
  stage.first.next(replay("mistral/text.chunks.txt"));
  const stream = await stage.stream(model);
  const events = await stream.rest();

  expect(stream.status).toBe(200);
  expect(stream.headers.get("content-type")).toMatch(/^text\/event-stream/);
  expect(events.pop()).toBe("[DONE]");
  const { choices, usage, ...head } = events.at(-1);
  expect(choices).toEqual([]);
  expect(usage).toMatchObject({ prompt_tokens: 13, completion_tokens: 8, total_tokens: 21, cost: recordedStreamCost });
  expect(head).toMatchObject({ id: stream.headers.get("x-generation-id"), object: "chat.completion.chunk", model, provider: "First" });
  expect(events.at(-2).choices[0]).toMatchObject({ finish_reason: "stop", native_finish_reason: "stop" });
  expect(events.slice(0, -1).map((event) => event.choices[0].delta.content ?? "").join("")).toBe(streamText);
  for (const event of events) {
    expect(event).toMatchObject({ id: head.id, created: head.created, model, provider: "First", object: "chat.completion.chunk" });
    expect(event.system_fingerprint).not.toBeNull();
  }
  expect(events.filter((event) => event.usage !== undefined)).toHaveLength(1);
});

test.each([1, 7, 64])("an upstream that sends %i bytes at a time is understood", async (size) => {
  stage.first.next(inPiecesOf(size, replay("mistral/text.chunks.txt")));
  const events = await (await stage.stream(model)).rest();
  expect(events.slice(0, -2).map((event) => event.choices[0].delta.content ?? "").join("")).toBe(streamText);
  expect(events.at(-1)).toBe("[DONE]");
});

test("a tool call comes through with its arguments", async () => {
  stage.first.next(replay("mistral/tool-call.json"));
  const { json: answer } = await stage.chat(model, { tools: [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }] });
  expect(answer.choices[0].finish_reason).toBe("tool_calls");
  expect(answer.choices[0].message.tool_calls).toMatchObject([{ type: "function", function: { name: "weather", arguments: '{"location": "San Francisco"}' } }]);
});

test("what the model thought is apart from what it said", async () => {
  stage.first.next(replay("mistral/reasoning.json"));
  const { json: answer } = await stage.chat(model);
  expect(answer.choices[0].message).toMatchObject({ content: "2 + 2 = 4", reasoning: "The user is asking for 2+2. This is basic arithmetic. 2+2=4." });
});

test("comments keep the caller's connection alive while the upstream is silent, and the answer follows", async () => {
  const pause = gate();
  stage.first.next(sse([pause.opened, ...fixtureEvents("mistral/text.chunks.txt"), done]));
  const stream = await stage.stream(model);
  expect(await stream.next()).toEqual({ kind: "comment", data: "OPENROUTER PROCESSING" });
  expect(await stream.next()).toEqual({ kind: "comment", data: "OPENROUTER PROCESSING" });
  pause.open();
  const events = await stream.rest();
  expect(events.at(-2).usage.cost).toBe(recordedStreamCost);
});

describe("a provider that fails after the caller was kept alive, but has heard nothing,", () => {
  test("is followed by another", async () => {
    stage.second.next(replay("openai/text.chunks.txt"));
    const events = await keptAliveInVain();
    expect(events[0].provider).toBe("Second");
    expect(events.at(-1)).toBe("[DONE]");
  });

  test("is told in-band when there is no other", async () => {
    stage.second.next(json({ error: { message: "overloaded" } }, 503));
    const events = await keptAliveInVain();
    expect(events).toMatchObject([{ error: { code: 503, metadata: { error_type: "provider_overloaded" } }, choices: [{ finish_reason: "error" }] }, "[DONE]"]);
  });
});

test("content is passed on when it comes, not when the answer is complete", async () => {
  const pause = gate();
  const [role, hello, ...rest] = fixtureEvents("mistral/text.chunks.txt");
  stage.first.next(sse([role ?? "", hello ?? "", pause.opened, ...rest, done]));
  const stream = await stage.stream(model);
  let said = "";
  while (said === "") said += (await stream.nextEvent()).choices[0].delta.content ?? "";
  expect(said).toBe("Hello");
  pause.open();
  expect((await stream.rest()).at(-1)).toBe("[DONE]");
});

test("the record of a generation says where the request came from, who served it and what it cost", async () => {
  stage.first.next(replay("mistral/text.chunks.txt"));
  const attribution = { "http-referer": "https://app.example/chat", "x-openrouter-title": "An App", "user-agent": "an-app/1.0" };
  const stream = await stage.stream(model, { user: "user-7", session_id: "session-7" }, attribution);
  await stream.rest();
  const id = stream.headers.get("x-generation-id") ?? "";

  expect(await stage.generation(id)).toMatchObject({
    id, model, provider_name: "First", upstream_id: "5319bd0299614c679a0068a4f2c8ffd0", api_type: "completions", streamed: true, cancelled: false,
    finish_reason: "stop", native_finish_reason: "stop", tokens_prompt: 13, tokens_completion: 8, native_tokens_prompt: 13, native_tokens_completion: 8,
    usage: recordedStreamCost, total_cost: recordedStreamCost, is_byok: false,
    http_referer: "https://app.example/chat", origin: "https://app.example", user_agent: "an-app/1.0", external_user: "user-7", session_id: "session-7",
    provider_responses: [{ provider_name: "First", status: 200 }],
  });
});

/** The events of a stream whose first provider is cut after the caller has received a comment. */
async function keptAliveInVain(): Promise<Json[]> {
  const pause = gate();
  stage.first.next(sse([pause.opened], "cut"));
  const stream = await stage.stream(model);
  expect((await stream.next())?.kind).toBe("comment");
  pause.open();
  return stream.rest();
}
