/** Anthropic's own SDK over the gateway, to a provider of its dialect and to one of another. */

import Anthropic, * as sdk from "@anthropic-ai/sdk";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call, openStream, type Json } from "../support/caller.ts";
import { event, fixture, gate, json, replay, sse, startFakeUpstream, type Answer, type FakeUpstream } from "../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { expectValid } from "../support/openapi.ts";

const own = "acme/own";
const other = "acme/other";
// Health is kept per endpoint: what breaks one must not touch the other tests.
const models = ["cut", "refused", "overloaded", "garbled"].map((name) => `acme/${name}`);
const supported = ["max_tokens", "temperature", "stop", "tools", "tool_choice", "parallel_tool_calls", "response_format", "structured_outputs", "reasoning"];

let claude: FakeUpstream;
let openai: FakeUpstream;
let gateway: Gateway;
let key: string;
let client: Anthropic;

beforeAll(async () => {
  [claude, openai] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
  gateway = await startGateway({
    config: {
      providers: [
        { slug: "claude", name: "Claude", protocol: "anthropic-messages", base_url: `${claude.origin}/v1`, credential: "a-credential", endpoints: [own, ...models].map((model) => endpoint(model, "claude-sonnet-4-5")) },
        { slug: "openai-like", name: "Openai Like", protocol: "openai-chat", base_url: `${openai.origin}/v1`, credential: "another", endpoints: [endpoint(other, "gpt")] },
      ],
    },
  });
  ({ key } = await gateway.newKey());
  client = new Anthropic({ apiKey: key, baseURL: gateway.baseUrl.replace(/\/v1$/, ""), maxRetries: 0 });
});

beforeEach(() => {
  claude.reset();
  openai.reset();
});

afterAll(async () => {
  await Promise.all([gateway.dispose(), claude.close(), openai.close()]);
});

const ask = { max_tokens: 1000, messages: [{ role: "user" as const, content: "Hello" }] };
const tool: Anthropic.Tool = { name: "weather", input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } };

function endpoint(model: string, upstream: string): object {
  return { model, upstream_model: upstream, pricing: { prompt: "3", completion: "15" }, context_length: 100_000, supported_parameters: supported };
}

/** A stream of the dialect from events as they were recorded. */
function claudeStream(name: string, lines = Infinity): Answer {
  return sse(fixture(`anthropic/${name}.chunks.txt`).split("\n").filter((line) => line !== "").slice(0, lines).map((line) => event(line)));
}

/** Two calls at once, in OpenAI's words. */
const parallel = [
  { delta: { role: "assistant", content: "Let me look." } },
  { delta: { tool_calls: [{ index: 0, id: "call_a", type: "function", function: { name: "weather", arguments: "" } }] } },
  { delta: { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] } },
  { delta: { tool_calls: [{ index: 0, function: { arguments: '"Oslo"}' } }] } },
  { delta: { tool_calls: [{ index: 1, id: "call_b", type: "function", function: { name: "weather", arguments: '{"city":"Bergen"}' } }] } },
  { delta: {}, finish_reason: "tool_calls" },
].map(({ delta, finish_reason = null }) => event({ id: "c", choices: [{ index: 0, delta, finish_reason }] }));
const usage = event({ id: "c", choices: [], usage: { prompt_tokens: 50, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 30 }, completion_tokens_details: { reasoning_tokens: 4 } } });
const openaiStream = (...events: readonly string[]): Answer => sse([...events, usage, event("[DONE]")]);
const bothCalls = [
  { type: "text", text: "Let me look." },
  { type: "tool_use", id: "call_a", name: "weather", input: { city: "Oslo" } },
  { type: "tool_use", id: "call_b", name: "weather", input: { city: "Bergen" } },
];

describe("a provider of the same dialect", () => {
  test("a whole answer, with its cost", async () => {
    claude.next(replay("anthropic/text.json"));
    const message = await client.messages.create({ ...ask, model: own });
    expect(message).toMatchObject({
      type: "message", role: "assistant", model: own, provider: "Claude", stop_reason: "end_turn",
      content: [{ type: "text", text: expect.stringContaining("Hello! I'm doing well") }],
      usage: { input_tokens: 12, output_tokens: 29, cache_read_input_tokens: 0, service_tier: "standard", inference_geo: "not_available", cost: (12 * 3 + 29 * 15) / 1e6, is_byok: false },
    });
    expect(message.id).toMatch(/^gen-/);
    const { path, headers } = await claude.received(0);
    expect(path).toBe("/v1/messages");
    expect(headers["x-api-key"] ?? headers.authorization).toContain("a-credential");
  });

  test("a stream", async () => {
    claude.next(claudeStream("text"));
    const stream = client.messages.stream({ ...ask, model: own });
    const pieces: string[] = [];
    stream.on("text", (piece) => pieces.push(piece));
    const message = await stream.finalMessage();
    expect(pieces.length).toBeGreaterThan(1);
    expect(message).toMatchObject({ model: own, stop_reason: "end_turn", content: [{ type: "text", text: pieces.join("") }] });
    expect(message.usage.input_tokens).toBeGreaterThan(0);
  });

  test("thinking is signed, and its signature goes back with the next turn", async () => {
    claude.next(claudeStream("clear-thinking.1"), replay("anthropic/text.json"));
    const thinking = { type: "enabled" as const, budget_tokens: 2000 };
    const first = await client.messages.stream({ ...ask, max_tokens: 4000, model: own, thinking }).finalMessage();
    expect(first.content.map(({ type }) => type)).toEqual(["thinking", "text"]);
    await client.messages.create({ ...ask, max_tokens: 4000, model: own, thinking, messages: [...ask.messages, { role: "assistant", content: first.content }, { role: "user", content: "And?" }] });
    const { json: sent } = await claude.received(1);
    expect(sent).toMatchObject({ thinking, messages: [{ role: "user" }, { role: "assistant", content: first.content }, { role: "user" }] });
    expect((first.content[0] as Anthropic.ThinkingBlock).signature.length).toBeGreaterThan(100);
  });

  test("what the provider's own tools found comes back block by block", async () => {
    const recorded: Json = JSON.parse(fixture("anthropic/web-search-tool.1.json"));
    claude.next(replay("anthropic/web-search-tool.1.json"), replay("anthropic/text.json"));
    const search = { type: "web_search_20250305" as const, name: "web_search" as const, max_uses: 3 };
    const message = await client.messages.create({ ...ask, model: own, tools: [search] });
    expect(message.content).toEqual(recorded.content);
    // Ten thousand tokens more than the caller sent, and no estimate.
    expect(message.usage).toMatchObject({ ...recorded.usage, cost: (recorded.usage.input_tokens * 3 + recorded.usage.output_tokens * 15) / 1e6 });
    await client.messages.create({ ...ask, model: own, tools: [search], messages: [...ask.messages, { role: "assistant", content: message.content }, { role: "user", content: "And?" }] });
    expect((await claude.received(1)).json).toMatchObject({ tools: [search], messages: [{}, { content: recorded.content }, {}] });
  });

  test("a tool call, streamed, and its result", async () => {
    claude.next(claudeStream("json-other-tool.1"), replay("anthropic/text.json"));
    const { content, stop_reason: reason } = await client.messages.stream({ ...ask, model: own, tools: [tool], tool_choice: { type: "any", disable_parallel_tool_use: true } }).finalMessage();
    expect(reason).toBe("tool_use");
    const [called] = content as [Anthropic.ToolUseBlock];
    expect(called).toMatchObject({ name: "weather", input: { location: "San Francisco" } });
    const result = { type: "tool_result" as const, tool_use_id: called.id, content: [{ type: "text" as const, text: "Fog" }], is_error: false };
    await client.messages.create({ ...ask, model: own, tools: [tool], messages: [...ask.messages, { role: "assistant", content }, { role: "user", content: [result] }] });
    expect((await claude.received(0)).json).toMatchObject({ tools: [tool], tool_choice: { type: "any", disable_parallel_tool_use: true } });
    expect((await claude.received(1)).json).toMatchObject({ messages: [{}, { content }, { content: [result] }] });
  });

  test("calls at once, each with its input", async () => {
    const calls = ["Oslo", "Bergen"].flatMap((city, index) => [
      { type: "content_block_start", index, content_block: { type: "tool_use", id: `toolu_${index}`, name: "weather", input: {} } },
      ...['{"city":', `"${city}"}`].map((json) => ({ type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json: json } })),
      { type: "content_block_stop", index },
    ]);
    const start = { type: "message_start", message: { id: "msg_1", type: "message", role: "assistant", model: "claude", content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 50, output_tokens: 1 } } };
    const end = [{ type: "message_delta", delta: { stop_reason: "tool_use", stop_sequence: null }, usage: { output_tokens: 20 } }, { type: "message_stop" }];
    claude.next(sse([start, ...calls, ...end].map((each) => `event: ${each.type}\n${event(each)}`)));
    const seen: unknown[] = [];
    const stream = client.messages.stream({ ...ask, model: own, tools: [tool] });
    stream.on("contentBlock", (block) => seen.push(block.type === "tool_use" ? block.input : block));
    expect((await stream.finalMessage()).usage).toMatchObject({ input_tokens: 50, output_tokens: 20 });
    expect(seen).toEqual([{ city: "Oslo" }, { city: "Bergen" }]);
  });

  test("JSON that fits a schema", async () => {
    claude.next(replay("anthropic/json-output-format.1.json"));
    const format = { type: "json_schema" as const, schema: { type: "object", properties: { recipe: { type: "object", additionalProperties: false } }, additionalProperties: false } };
    const { parsed_output: output } = await client.messages.parse({ ...ask, model: own, output_config: { format: { ...format, parse: JSON.parse } as never } });
    expect(output).toMatchObject({ recipe: { name: "Classic Lasagna" } });
    expect((await claude.received(0)).json).toMatchObject({ output_config: { format } });
  });

  test("features that a header names", async () => {
    claude.next(replay("anthropic/text.json"), replay("anthropic/text.json"));
    await client.beta.messages.create({ ...ask, model: own, betas: ["context-1m-2025-08-07"] });
    await client.messages.create({ ...ask, model: own }, { headers: { "x-anthropic-beta": "one-2025-01-01, two-2025-01-01" } });
    expect((await claude.received(0)).headers["anthropic-beta"]).toBe("context-1m-2025-08-07");
    expect((await claude.received(1)).headers["anthropic-beta"]).toBe("one-2025-01-01,two-2025-01-01");
  });

  test("the bearer's token", async () => {
    claude.next(replay("anthropic/text.json"));
    const bearer = new Anthropic({ authToken: key, apiKey: null, baseURL: gateway.baseUrl.replace(/\/v1$/, ""), maxRetries: 0 });
    expect((await bearer.messages.create({ ...ask, model: own })).type).toBe("message");
  });
});

describe("a provider of another dialect", () => {
  test("calls at once, whole and streamed, are the same", async () => {
    const calls = [["call_a", "Oslo"], ["call_b", "Bergen"]].map(([id, city]) => ({ id, type: "function", function: { name: "weather", arguments: JSON.stringify({ city }) } }));
    openai.next(
      json({ id: "c", choices: [{ index: 0, message: { role: "assistant", content: "Let me look.", tool_calls: calls }, finish_reason: "tool_calls" }], usage: { prompt_tokens: 50, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 30 } } }),
      openaiStream(...parallel),
    );
    const question = { ...ask, model: other, tools: [tool], tool_choice: { type: "auto" as const } };
    const whole = await client.messages.create(question);
    const streamed = await client.messages.stream(question).finalMessage();
    for (const message of [whole, streamed]) {
      expect(message).toMatchObject({ model: other, stop_reason: "tool_use", content: bothCalls, usage: { input_tokens: 20, cache_read_input_tokens: 30, output_tokens: 20 } });
    }
    expect((await openai.received(0)).json).toMatchObject({ tools: [{ type: "function", function: { name: "weather", parameters: tool.input_schema } }], tool_choice: "auto" });
  });

  test("the results of both calls answer them", async () => {
    openai.next(openaiStream(event({ id: "c", choices: [{ index: 0, delta: { content: "Rain." }, finish_reason: "stop" }] })));
    const results = ["call_a", "call_b"].map((id) => ({ type: "tool_result" as const, tool_use_id: id, content: "Rain" }));
    const messages = [...ask.messages, { role: "assistant" as const, content: bothCalls as Anthropic.ContentBlockParam[] }, { role: "user" as const, content: [...results, { type: "text" as const, text: "So?", cache_control: { type: "ephemeral" as const } }] }];
    const { content } = await client.messages.stream({ ...ask, model: other, system: "Be brief", tools: [tool], messages }).finalMessage();
    expect(content).toMatchObject([{ type: "text", text: "Rain." }]);
    expect((await openai.received(0)).json?.["messages"]).toEqual([
      { role: "system", content: "Be brief" },
      { role: "user", content: "Hello" },
      { role: "assistant", content: "Let me look.", tool_calls: [expect.objectContaining({ id: "call_a" }), expect.objectContaining({ id: "call_b" })] },
      { role: "tool", tool_call_id: "call_a", content: "Rain" },
      { role: "tool", tool_call_id: "call_b", content: "Rain" },
      { role: "user", content: [{ type: "text", text: "So?" }] },
    ]);
  });

  test("reasoning is thinking, and goes back as it came", async () => {
    const reasoning = event({ id: "c", choices: [{ index: 0, delta: { reasoning_content: "Hm. " }, finish_reason: null }] });
    openai.next(openaiStream(reasoning, event({ id: "c", choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }] })), openaiStream(event({ id: "c", choices: [{ index: 0, delta: { content: "Yes" }, finish_reason: "stop" }] })));
    const { content } = await client.messages.stream({ ...ask, model: other, thinking: { type: "enabled", budget_tokens: 1024 } }).finalMessage();
    expect(content).toMatchObject([{ type: "thinking", thinking: "Hm. ", signature: "" }, { type: "text", text: "Hi" }]);
    const messages = [...ask.messages, { role: "assistant" as const, content }, { role: "user" as const, content: "And?" }];
    expect((await client.messages.stream({ ...ask, model: other, messages }).finalMessage()).content).toMatchObject([{ text: "Yes" }]);
  });

  test("nothing of the caller's dialect is passed on as a field", async () => {
    openai.next(openaiStream(event({ id: "c", choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }] })));
    const body = { ...ask, model: other, stream: true as const, thinking: { type: "adaptive" }, output_config: { effort: "high" }, context_management: { edits: [] }, mcp_servers: [], novelty: 1 };
    const stream = await client.messages.create(body as Anthropic.MessageCreateParamsStreaming, { headers: { "anthropic-beta": "one-2025-01-01" } });
    for await (const _event of stream);
    const { json: sent, headers } = await openai.received(0);
    expect(Object.keys(sent ?? {}).toSorted()).toEqual(["max_tokens", "messages", "model", "reasoning_effort", "stream", "stream_options"]);
    expect(headers["anthropic-beta"]).toBeUndefined();
  });

  test("a caller of the other dialect who names features in a header", async () => {
    openai.next(json({ id: "c", choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }], usage: { prompt_tokens: 5, completion_tokens: 1 } }));
    const headers = { "x-anthropic-beta": "one-2025-01-01" };
    expect((await call(gateway.baseUrl, "/chat/completions", { key, headers, body: { model: other, messages: ask.messages } })).status).toBe(200);
    expect((await openai.received(0)).json).not.toHaveProperty("anthropic_beta");
  });
});

describe("errors", () => {
  test.each<{ name: string; act: () => PromiseLike<unknown>; error: abstract new (...args: never[]) => unknown; type: string }>([
    { name: "a key that nobody knows", act: () => new Anthropic({ apiKey: "sk-wr-v1-nobody", baseURL: client.baseURL, maxRetries: 0 }).messages.create({ ...ask, model: own }), error: sdk.AuthenticationError, type: "authentication_error" },
    { name: "a model that nobody knows", act: () => client.messages.create({ ...ask, model: "acme/nothing" }), error: sdk.BadRequestError, type: "invalid_request_error" },
    { name: "a field of the wrong kind", act: () => client.messages.create({ ...ask, model: own, max_tokens: "many" as never }), error: sdk.BadRequestError, type: "invalid_request_error" },
    { name: "a key of management", act: () => new Anthropic({ apiKey: gateway.managementKey, baseURL: client.baseURL, maxRetries: 0 }).messages.create({ ...ask, model: own }), error: sdk.PermissionDeniedError, type: "permission_error" },
    { name: "no room for the count either", act: () => client.messages.countTokens({ model: own, messages: [] }), error: sdk.BadRequestError, type: "invalid_request_error" },
  ])("$name", async ({ act, error, type }) => {
    const thrown: Json = await act().then(() => undefined, (reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(error);
    expect(thrown.error).toMatchObject({ type: "error", error: { type }, request_id: expect.stringMatching(/^req-/) });
  });

  test("a provider that refuses", async () => {
    claude.always(json({ type: "error", error: { type: "rate_limit_error", message: "Slow down" } }, 429, { "retry-after": "3" }));
    const thrown: Json = await client.messages.create({ ...ask, model: "acme/refused" }).catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(sdk.RateLimitError);
    expect(thrown.error.error).toMatchObject({ type: "rate_limit_error", error_type: "rate_limit_exceeded" });
    expectValid("POST /messages", 429, thrown.error);
  });

  test("a stream that breaks off ends in an error event", async () => {
    const heard = gate();
    const begun = claudeStream("text", 4);
    claude.next({ ...begun, body: [...begun.body, heard.opened], ending: "cut" });
    const stream = client.messages.stream({ ...ask, model: "acme/cut" });
    stream.on("text", () => heard.open());
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(sdk.APIError);
  });
});

test("what is told is what the contract promises", async () => {
  claude.next(replay("anthropic/text.json"));
  openai.next(openaiStream(...parallel), json({ id: "c", choices: [{ index: 0, message: { role: "assistant", content: "Hi", reasoning: "Hm" }, finish_reason: "stop" }], usage: { prompt_tokens: 5, completion_tokens: 1 } }));
  const stream = await openStream(gateway.baseUrl, "/messages", { key, body: { ...ask, model: other, stream: true }, headers: { "x-openrouter-metadata": "enabled" } });
  const events = await stream.rest();
  expect(stream.headers.get("x-generation-id")).toBe(events[0].message.id);
  expect(events.at(-1)).toMatchObject({ type: "message_stop", openrouter_metadata: { attempt: 1 } });
  const { json: whole } = await call(gateway.baseUrl, "/messages", { key, body: { ...ask, model: other } });
  expectValid("POST /messages", 200, whole);
});

test.each([false, true])("an answer from the cache says the same (streamed: %s)", async (stream) => {
  claude.next(stream ? claudeStream("clear-thinking.1") : replay("anthropic/clear-thinking.1.json"));
  const askAgain = async () => {
    const options = { headers: { "x-openrouter-cache": "true" } };
    const body = { ...ask, model: own, max_tokens: 4000, thinking: { type: "enabled" as const, budget_tokens: 2000 } };
    return stream ? client.messages.stream(body, options).finalMessage() : client.messages.create(body, options);
  };
  const [first, again] = [await askAgain(), await askAgain()];
  expect(again.content).toMatchObject(first.content);
  expect(again.stop_reason).toBe(first.stop_reason);
  expect(claude.requests).toHaveLength(1);
});

test("tokens are counted without asking a provider", async () => {
  const short = await client.messages.countTokens({ model: own, messages: ask.messages });
  const long = await client.messages.countTokens({ model: own, system: "Be brief. ".repeat(100), messages: ask.messages, tools: [tool] });
  expect(short.input_tokens).toBeGreaterThan(0);
  expect(long.input_tokens).toBeGreaterThan(short.input_tokens + 100);
  expect(claude.requests).toHaveLength(0);
  expect((await call(gateway.baseUrl, "/messages/count_tokens", { body: { model: own, messages: ask.messages } })).status).toBe(401);
  expect((await call(gateway.baseUrl, "/messages/count_tokens", { key })).status).toBe(405);
});

test("a preset is made of a messages body, and merged into one", async () => {
  const body = { model: own, system: "Be brief", max_tokens: 77, thinking: { type: "disabled" }, tools: [tool], messages: ask.messages };
  const saved = await call(gateway.baseUrl, "/presets/short/messages", { key, body });
  expect(saved).toMatchObject({ status: 200, json: { data: { designated_version: { system_prompt: "Be brief", config: { model: own, max_tokens: 77 } } } } });
  expectValid("POST /presets/{slug}/messages", 200, saved.json);
  claude.next(replay("anthropic/text.json"));
  await client.messages.create({ messages: ask.messages, model: "@preset/short", max_tokens: 99 });
  expect((await claude.received(0)).json).toMatchObject({ max_tokens: 99, system: [{ type: "text", text: "Be brief" }], tools: [{ name: "weather" }] });
});
