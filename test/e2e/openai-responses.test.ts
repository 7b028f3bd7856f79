/** Providers that speak the Responses dialect, and Azure's two addresses, behind the gateway, over real sockets. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call, openStream, type Json } from "../support/caller.ts";
import { fixture, inPiecesOf, replay, sse, startFakeUpstream, type Answer, type FakeUpstream } from "../support/fake-upstream.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

const model = "acme/reasoner";
// Health is kept per endpoint: what breaks one must not touch the other tests.
const models = [model, "acme/cut-end", "acme/cut-cut", "acme/failing", "acme/endless", "openai/gpt-5-image"];
const weather = { type: "function", function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } } };
const question = { role: "user", content: "How is the weather in Zürich and São Paulo?" };
const parallelCalls = "openai/written.responses-parallel-calls";

let upstream: FakeUpstream;
let gateway: Gateway;
let key: string;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const supported = ["max_tokens", "tools", "tool_choice", "response_format", "structured_outputs", "reasoning"];
  const endpoint = { upstream_model: "my-deployment", pricing: { prompt: "2", completion: "12" }, context_length: 200_000, supported_parameters: supported };
  const azure = { slug: "azure", credential: "an-azure-credential" };
  gateway = await startGateway({
    config: {
      providers: [
        { slug: "openai", protocol: "openai-responses", base_url: `${upstream.origin}/v1`, credential: "an-openai-credential", endpoints: models.map((each) => ({ ...endpoint, model: each })) },
        {
          ...azure, base_url: `${upstream.origin}/openai`, quirks: { route: "/deployments/{model}/chat/completions?api-version=2024-10-21" },
          endpoints: [{ ...endpoint, model: "acme/deployed" }],
        },
        { slug: "azure-v1", protocol: "openai-responses", base_url: `${upstream.origin}/openai/v1`, credential: "another", quirks: { reasoning_format: "azure-openai-responses-v1" }, endpoints: [{ ...endpoint, model: "acme/azure-reasoner" }] },
      ],
    },
  });
  ({ key } = await gateway.newKey());
});

beforeEach(() => upstream.reset());

afterAll(async () => {
  await Promise.all([gateway.dispose(), upstream.close()]);
});

const ask = (body: object = {}) => call(gateway.baseUrl, "/chat/completions", { key, body: { model, messages: [question], ...body } });
const stream = (body: object = {}) => openStream(gateway.baseUrl, "/chat/completions", { key, body: { model, messages: [question], stream: true, ...body } });
const choicesOf = (events: readonly Json[]): readonly Json[] => events.flatMap((event) => event.choices ?? []);
const linesOf = (name: string): readonly string[] => fixture(name).split("\n").filter((line) => line !== "");

/** A recorded stream in OpenAI's framing: named events, CRLF for once, and no [DONE]. */
function responses(lines: readonly string[], ending: Answer["ending"] = "end"): Answer {
  return sse(lines.map((line) => `event: ${JSON.parse(line).type}\r\ndata: ${line}\r\n\r\n`), ending);
}

test.each([1, 7, 4096])("a stream in pieces of %i bytes gives the words, the calls, the finish and the usage with its cost", async (size) => {
  upstream.next(inPiecesOf(size, responses(linesOf(`${parallelCalls}.chunks.txt`))));
  const opened = await stream({ tools: [weather], reasoning: { effort: "high" } });
  const events = await opened.rest();
  expect(events.pop()).toBe("[DONE]");
  expect(events.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 120, completion_tokens: 80, prompt_tokens_details: { cached_tokens: 64 }, completion_tokens_details: { reasoning_tokens: 40 } } });
  const choices = choicesOf(events);
  expect(choices.map(({ delta }) => delta.content ?? "").join("")).toBe("Ich schaue nach.");
  expect(choices.map(({ delta }) => delta.reasoning ?? "").join("")).toBe("**Two cities**One call each.");
  expect(choices.at(-1)).toMatchObject({ finish_reason: "tool_calls", native_finish_reason: "completed" });

  const { path, headers, json: sent } = await upstream.received(0);
  expect(path).toBe("/v1/responses");
  expect(headers["authorization"]).toBe("Bearer an-openai-credential");
  expect(sent).toEqual({
    model: "my-deployment", input: [{ role: "user", content: [{ type: "input_text", text: question.content }] }], stream: true, store: false,
    include: ["reasoning.encrypted_content"], reasoning: { effort: "high", summary: "auto" }, tools: [{ type: "function", name: "weather", parameters: weather.function.parameters, strict: false }],
  });
});

test("a turn goes there and back: reasoning, words and calls as they were, then the results", async () => {
  upstream.next(replay(`${parallelCalls}.json`), replay("azure/responses.text.1.json"));
  const { json: first } = await ask({ tools: [weather] });
  const { message } = first.choices[0];
  const results = message.tool_calls.map(({ id }: Json) => ({ role: "tool", tool_call_id: id, content: "sun" }));
  expect((await ask({ tools: [weather], messages: [question, message, ...results] })).json.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: expect.any(String) } });

  const [reasoning, , second, ...calls] = JSON.parse(fixture(`${parallelCalls}.json`)).output;
  const { input } = (await upstream.received(1)).json as Json;
  expect(input).toEqual([
    { role: "user", content: [{ type: "input_text", text: question.content }] },
    reasoning,
    { role: "assistant", content: [{ type: "output_text", text: "Ich schaue nach." }] },
    second,
    ...calls.map(({ call_id, name, arguments: args }: Json) => ({ type: "function_call", call_id, name, arguments: args || "{}" })),
    ...calls.map(({ call_id }: Json) => ({ type: "function_call_output", call_id, output: "sun" })),
  ]);
});

test("a schema reaches the upstream as one", async () => {
  upstream.next(replay("azure/responses.text.1.json"));
  const schema = { type: "object", properties: { count: { type: "integer" } }, required: ["count"], additionalProperties: false };
  expect((await ask({ response_format: { type: "json_schema", json_schema: { name: "count", strict: true, schema } } })).status).toBe(200);
  expect((await upstream.received(0)).json).toMatchObject({ text: { format: { type: "json_schema", name: "count", strict: true, schema } } });
});

test.each(["end", "cut"] as const)("a stream that breaks off (%s) after its first words ends in an error, never as if it were whole", async (ending) => {
  const lines = linesOf("openai/written.responses-non-ascii.chunks.txt").slice(0, 7);
  upstream.always(responses(lines, ending));
  const events = await (await stream({ model: `acme/cut-${ending}` })).rest();
  expect(choicesOf(events.filter((event) => typeof event === "object")).map(({ delta }) => delta.content ?? "").join("")).toMatch(/^Grüße aus Zürich: /);
  expect(events.findLast((event) => typeof event === "object")).toMatchObject({ error: { metadata: { error_type: expect.any(String) } }, choices: [{ finish_reason: "error" }] });
});

test("a response that fails before it says a word is a failure with its own status", async () => {
  const [created = ""] = linesOf(`${parallelCalls}.chunks.txt`);
  upstream.always(responses([created, JSON.stringify({ type: "response.failed", response: { id: "resp_written", status: "failed", error: { code: "rate_limit_exceeded", message: "Too fast." } } })]));
  expect(await (await stream({ model: "acme/failing" })).status).toBe(429);
});

describe("Azure", () => {
  test("is reached at the older address, where the path names the deployment, with the api-key header", async () => {
    upstream.next(replay("azure/chat.model-router.1.chunks.txt"));
    const events = await (await stream({ model: "acme/deployed", max_tokens: 50 })).rest();
    expect(events.at(-1)).toBe("[DONE]");
    const { path, headers, json: sent } = await upstream.received(0);
    expect(path).toBe("/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21");
    expect(headers["api-key"]).toBe("an-azure-credential");
    expect(headers["authorization"]).toBeUndefined();
    expect(sent).toMatchObject({ max_completion_tokens: 50 });
  });

  test("hands out reasoning that goes back to Azure alone", async () => {
    upstream.next(responses(linesOf("azure/responses.reasoning-encrypted-content.1.part1.chunks.txt")), replay("azure/responses.text.1.json"), replay("azure/responses.text.1.json"));
    const choices = choicesOf((await (await stream({ model: "acme/azure-reasoner" })).rest()).slice(0, -1));
    const details = choices.flatMap(({ delta }) => delta.reasoning_details ?? []);
    expect(details.at(-1)).toMatchObject({ type: "reasoning.encrypted", format: "azure-openai-responses-v1", id: expect.stringMatching(/^rs_/) });
    const messages = [question, { role: "assistant", content: "Hm.", reasoning_details: details }, question];
    await ask({ model: "acme/azure-reasoner", messages });
    await ask({ messages });
    expect(((await upstream.received(1)).json as Json).input.map((item: Json) => item.type ?? item.role)).toEqual(["user", "reasoning", "assistant", "user"]);
    expect(((await upstream.received(2)).json as Json).input.map((item: Json) => item.type ?? item.role)).toEqual(["user", "assistant", "user"]);
  });
});

describe("an image of 6 MB, which is one line of a stream,", () => {
  const data = "iVBORw0K".repeat(768 * 1024);
  const image = { type: "image_generation_call", id: "ig_1", status: "completed", result: data };
  const usage = { input_tokens: 20, output_tokens: 1000 };
  const drawn = [
    { type: "response.created", response: { id: "resp_1", status: "in_progress" } },
    { type: "response.output_item.done", output_index: 0, item: image },
    { type: "response.completed", response: { id: "resp_1", status: "completed", output: [image], usage } },
  ].map((event) => JSON.stringify(event));

  test("comes through from a model that draws", async () => {
    upstream.next(inPiecesOf(64 * 1024, responses(drawn)));
    const events = await (await stream({ model: "openai/gpt-5-image", modalities: ["image", "text"] })).rest();
    const images = choicesOf(events.slice(0, -1)).flatMap(({ delta }) => delta.images ?? []);
    expect(images).toHaveLength(1);
    expect(images[0].image_url.url).toBe(`data:image/png;base64,${data}`);
    expect(events.at(-2).usage.completion_tokens).toBe(1000);
    expect((await upstream.received(0)).json).toMatchObject({ tools: [{ type: "image_generation" }] });
  });

  test("is refused from a model that writes, and the rest of it is not waited for", async () => {
    const [created = "", line = ""] = drawn;
    // What came is more than is kept, and nothing follows it: whoever waited for the line's end would wait for ever.
    upstream.always({ ...responses([created]), body: [...responses([created]).body, ...inPiecesOf(64 * 1024, sse([`data: ${line}`])).body], ending: "stall" });
    expect(await (await stream({ model: "acme/endless" })).status).toBe(502);
    await (await upstream.received(0)).abandoned;
  });
});

describe("what is said on the way and what is the answer", () => {
  const recorded = linesOf("openai/responses.phase.1.chunks.txt");
  const spoken = (JSON.parse(recorded.at(-1) as string).response.output as Json[]).map((item) => ({ phase: item.phase, text: item.content?.[0]?.text })).filter(({ phase }) => phase !== undefined);
  const whole: Answer = { ...replay("openai/text.json"), body: [JSON.stringify(JSON.parse(recorded.at(-1) as string).response)] };

  test("comes with its phase, streamed and whole, and goes back with it", async () => {
    expect(spoken.map(({ phase }) => phase)).toEqual(["commentary", "final_answer"]);
    const asked = (body: object) => ({ key, body: { model, input: question.content, ...body } });
    upstream.next(responses(recorded));
    const events: readonly Json[] = await (await openStream(gateway.baseUrl, "/responses", asked({ stream: true }))).rest();
    expect(told(events.filter(({ type }) => type === "response.output_item.done").map(({ item }) => item))).toEqual(spoken);
    expect(told(events.find(({ type }) => type === "response.completed")?.["response"].output)).toEqual(spoken);
    const added = events.filter(({ type, item }) => type === "response.output_item.added" && item.type === "message");
    expect(added.map(({ item }) => item.phase)).toEqual(["commentary", "final_answer"]);

    upstream.next(whole, whole);
    const { json: answer } = await call(gateway.baseUrl, "/responses", asked({}));
    expect(told(answer.output)).toEqual(spoken);

    await call(gateway.baseUrl, "/responses", asked({ input: [question, ...answer.output, { role: "user", content: "And tomorrow?" }] }));
    const { json: sent } = await upstream.received(2);
    const back = (sent as Json).input.filter(({ role }: Json) => role === "assistant").map((item: Json) => ({ phase: item.phase, text: item.content[0].text }));
    expect(back).toEqual(spoken);
  });

  test("is one text to callers of another dialect, and their own fields disturb nobody", async () => {
    upstream.next(whole, whole);
    const { json: answer } = await ask();
    const { message } = answer.choices[0];
    expect(message.content).toBe(spoken.map(({ text }) => text).join(""));
    await ask({ messages: [question, message, { role: "user", content: "And tomorrow?" }] });
    const { json: sent } = await upstream.received(1);
    expect((sent as Json).input.filter(({ role }: Json) => role === "assistant").map(({ phase }: Json) => phase)).toEqual(["commentary", "final_answer"]);
  });

  test("has a phase that this dialect knows", async () => {
    const { status, json: refusal } = await call(gateway.baseUrl, "/responses", { key, body: { model, input: [{ role: "assistant", content: "Hi", phase: "third" }, question] } });
    expect([status, refusal.error.message]).toEqual([400, expect.stringContaining("input[0].phase")]);
  });
});

function told(output: readonly Json[]): readonly object[] {
  return output.filter(({ type }) => type === "message").map((item) => ({ phase: item.phase, text: item.content[0].text }));
}
