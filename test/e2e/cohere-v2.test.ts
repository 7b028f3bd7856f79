/** A provider that speaks Cohere's protocol, behind the gateway, over real sockets. */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Json } from "../support/caller.ts";
import { fixture, inPiecesOf, json, sse, type Answer } from "../support/fake-upstream.ts";
import { startProviderStage, type ProviderStage } from "../support/provider-stage.ts";

// Health is kept per endpoint: what breaks one must not touch the other tests.
const models = ["acme/command", "acme/cut-end", "acme/cut-cut", "acme/failing", "acme/unsafe"];
const weather = { type: "function", function: { name: "weather", parameters: { type: "object", properties: { location: { type: "string" } } } } };
const question = { role: "user", content: "What is the capital of France?" };

let stage: ProviderStage;

beforeAll(async () => {
  stage = await startProviderStage({
    slug: "cohere", path: "/v2", credential: "a-cohere-credential", models, parameters: ["top_p"], question,
    endpoint: { upstream_model: "command-a-03-2025", pricing: { prompt: "2.5", completion: "10" }, context_length: 100_000 },
  });
});

beforeEach(() => stage.upstream.reset());

afterAll(() => stage.dispose());

/** A recorded stream in Cohere's framing: named events, and no end of another protocol's. */
function cohere(name: string, lines = Infinity, ending: Answer["ending"] = "end"): Answer {
  return sse(fixture(`cohere/${name}`).split("\n").filter((line) => line !== "").slice(0, lines).map((line) => `event: ${JSON.parse(line).type}\ndata: ${line}\n\n`), ending);
}

test("a stream gives the words, the finish, and the usage with its cost, however its bytes come", async () => {
  stage.upstream.next(inPiecesOf(7, cohere("text.chunks.txt")));
  const events = await (await stage.stream({ top_p: 0.9 })).rest();
  expect(events.pop()).toBe("[DONE]");
  expect(events.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 507, completion_tokens: 10, prompt_tokens_details: { cached_tokens: 448 }, cost: expect.any(Number) } });
  expect(events.find((event) => event.billed_units !== undefined)).toMatchObject({ billed_units: { input_tokens: 12, output_tokens: 7 } });
  const choices = events.flatMap((event) => event.choices);
  expect(choices.map((choice) => choice.delta.content ?? "").join("")).toBe("The capital of France is Paris.");
  expect(choices.at(-1)).toMatchObject({ finish_reason: "stop", native_finish_reason: "COMPLETE" });

  const { path, headers, json: sent } = await stage.upstream.received(0);
  expect(path).toBe("/v2/chat");
  expect(headers["authorization"]).toBe("Bearer a-cohere-credential");
  expect(sent).toEqual({ model: "command-a-03-2025", messages: [question], stream: true, p: 0.9 });
});

test("calls and their results go there and back, with the plan that they came with", async () => {
  stage.upstream.next(cohere("tool-call.chunks.txt"), json(JSON.parse(fixture("cohere/text.json"))));
  const events = (await (await stage.stream({ tools: [weather], tool_choice: "required" })).rest()).filter((event): event is Json => typeof event === "object");
  const deltas = events.flatMap((event) => event.choices).map((choice) => choice.delta);
  const pieces = deltas.flatMap((delta) => delta.tool_calls ?? []);
  const calls = [0, 1].map((index) => {
    const own = pieces.filter((piece: Json) => piece.index === index);
    return { id: own[0].id, type: "function", function: { name: own[0].function.name, arguments: own.map((piece: Json) => piece.function?.arguments ?? "").join("") } };
  });
  expect(calls.map((each) => JSON.parse(each.function.arguments))).toEqual([{ location: "San Francisco" }, { city: "San Francisco" }]);
  const plan = deltas.map((delta) => delta.content ?? "").join("");

  const results = calls.map((each) => ({ role: "tool", tool_call_id: each.id, content: "fog" }));
  expect((await stage.ask({ tools: [weather], messages: [question, { role: "assistant", content: plan, tool_calls: calls }, ...results] })).json.choices[0].finish_reason).toBe("stop");
  expect((await stage.upstream.received(0)).json).toMatchObject({ tool_choice: "REQUIRED" });
  expect((await stage.upstream.received(1)).json).toMatchObject({ messages: [question, { role: "assistant", tool_plan: expect.stringContaining("I will use"), tool_calls: calls }, ...results] });
});

test("a schema reaches Cohere as one", async () => {
  stage.upstream.next(json(JSON.parse(fixture("cohere/text.json"))));
  const schema = { type: "object", properties: { count: { type: "integer" } }, required: ["count"], additionalProperties: false };
  expect((await stage.ask({ response_format: { type: "json_schema", json_schema: { name: "count", strict: true, schema } } })).status).toBe(200);
  expect((await stage.upstream.received(0)).json).toMatchObject({ response_format: { type: "json_object", json_schema: schema } });
});

test.each(["end", "cut"] as const)("a stream that breaks off (%s) after its first words ends in an error, never as if it were whole", async (ending) => {
  stage.upstream.always(cohere("text.chunks.txt", 4, ending));
  const events = await (await stage.stream({ model: `acme/cut-${ending}` })).rest();
  expect(events.some((event) => event.choices?.[0]?.delta.content === "The")).toBe(true);
  expect(events.findLast((event) => typeof event === "object")).toMatchObject({ error: { metadata: { error_type: expect.any(String) } }, choices: [{ finish_reason: "error" }] });
});

test("an answer that the provider gave up is an error with its words, and an unsafe prompt is the caller's", async () => {
  stage.upstream.always(sse(['data: {"type":"message-start","id":"m","delta":{}}\n\n', 'data: {"type":"message-end","delta":{"error":"the model server went away","finish_reason":"ERROR"}}\n\n']));
  expect(await stage.ask({ model: "acme/failing", stream: true })).toMatchObject({ status: 502, text: expect.stringContaining("the model server went away") });
  stage.upstream.always(json({ message: "blocked input: please edit the prompt and try again" }, 498));
  expect(await stage.ask({ model: "acme/unsafe" })).toMatchObject({ status: 400, json: { error: { metadata: { error_type: "content_policy_violation" } } } });
});
