/** A provider that speaks Gemini's protocol, behind the gateway, over real sockets. */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Json } from "../support/caller.ts";
import { fixture, json, sse, type Answer } from "../support/fake-upstream.ts";
import { startProviderStage, type ProviderStage } from "../support/provider-stage.ts";

// Health is kept per endpoint: what breaks one must not touch the other tests.
const models = ["acme/gemini", "acme/cut-end", "acme/cut-cut", "acme/spent", "google/gemini-2.5-flash"];
const weather = { type: "function", function: { name: "weather", parameters: { type: "object", properties: { location: { type: "string" } } } } };
const question = { role: "user", content: "How many r's are in strawberry?" };

let stage: ProviderStage;

beforeAll(async () => {
  stage = await startProviderStage({
    slug: "google-ai-studio", path: "/v1beta", credential: "a-google-credential", models, question,
    endpoint: { upstream_model: "gemini-3-pro-preview", pricing: { prompt: "2", completion: "12" }, context_length: 100_000 },
  });
});

beforeEach(() => stage.upstream.reset());

afterAll(() => stage.dispose());

/** A recorded stream in Google's framing: CRLF, and no end of its own. */
function google(name: string, lines = Infinity, ending: Answer["ending"] = "end"): Answer {
  return sse(fixture(name).split("\n").filter((line) => line !== "").slice(0, lines).map((line) => `data: ${line}\r\n\r\n`), ending);
}

test("a stream gives the words, the finish, the usage with its cost, and the end that Google leaves out", async () => {
  stage.upstream.next(google("google-ai-studio/text.chunks.txt"));
  const events = await (await stage.stream()).rest();
  expect(events.pop()).toBe("[DONE]");
  expect(events.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 208, completion_tokens_details: { reasoning_tokens: 185 }, cost: (9 * 2 + 208 * 12) / 1e6 } });
  const choices = events.slice(0, -1).map((event) => event.choices[0]);
  expect(choices.map((choice) => choice.delta.content ?? "").join("")).toBe('There are **3** "r"s in strawberry.\n\nst**r**awbe**rr**y');
  expect(choices.at(-1)).toMatchObject({ finish_reason: "stop", native_finish_reason: "STOP", delta: { reasoning_details: [{ type: "reasoning.encrypted", format: "google-gemini-v1" }] } });

  const { path, headers, json: sent } = await stage.upstream.received(0);
  expect(path).toBe("/v1beta/models/gemini-3-pro-preview:streamGenerateContent?alt=sse");
  expect(headers["x-goog-api-key"]).toBe("a-google-credential");
  expect(sent).toEqual({ contents: [{ role: "user", parts: [{ text: question.content }] }], generationConfig: { thinkingConfig: { includeThoughts: true } } });
});

test("a call and its result go there and back, with the signature that Google asks for", async () => {
  stage.upstream.next(json(JSON.parse(fixture("google-ai-studio/tool-call-gemini3.json"))), json(JSON.parse(fixture("google-ai-studio/text.json"))));
  const { json: first } = await stage.ask({ tools: [weather], tool_choice: "required" });
  const [choice] = first.choices;
  expect(choice).toMatchObject({ finish_reason: "tool_calls", native_finish_reason: "STOP", message: { content: null, tool_calls: [{ type: "function", function: { name: "weather" } }] } });

  const result = { role: "tool", tool_call_id: choice.message.tool_calls[0].id, content: '{"sky":"fog"}' };
  expect((await stage.ask({ tools: [weather], messages: [question, choice.message, result] })).json.choices[0].finish_reason).toBe("stop");
  const recordedPart = JSON.parse(fixture("google-ai-studio/tool-call-gemini3.json")).candidates[0].content.parts[0];
  const { contents } = (await stage.upstream.received(1)).json as Json;
  expect(contents[1]).toMatchObject({ role: "model", parts: [recordedPart] });
  expect(contents[2]).toMatchObject({ role: "user", parts: [{ functionResponse: { name: "weather", response: { sky: "fog" } } }] });
});

test("a schema reaches Google as one", async () => {
  stage.upstream.next(json(JSON.parse(fixture("google-ai-studio/text.json"))));
  const schema = { type: "object", properties: { count: { type: "integer" } }, required: ["count"], additionalProperties: false };
  expect((await stage.ask({ response_format: { type: "json_schema", json_schema: { name: "count", strict: true, schema } } })).status).toBe(200);
  expect((await stage.upstream.received(0)).json).toMatchObject({ generationConfig: { responseMimeType: "application/json", responseJsonSchema: schema } });
});

test.each(["end", "cut"] as const)("a stream that breaks off (%s) after its first words ends in an error, never as if it were whole", async (ending) => {
  stage.upstream.always(google("google-ai-studio/text.chunks.txt", 1, ending));
  const events = await (await stage.stream({ model: `acme/cut-${ending}` })).rest();
  expect(events.some((event) => event.choices?.[0]?.delta.content === "There are **3**")).toBe(true);
  expect(events.findLast((event) => typeof event === "object")).toMatchObject({ error: { metadata: { error_type: expect.any(String) } }, choices: [{ finish_reason: "error" }] });
});

test("a refused prompt is the caller's, and an image that may not be fetched is refused before Google is asked", async () => {
  stage.upstream.always(json({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 } }));
  expect(await stage.ask({})).toMatchObject({ status: 400, json: { error: { metadata: { error_type: "content_policy_violation" } } } });
  const asked = stage.upstream.requests.length;
  const image = { type: "image_url", image_url: { url: "https://127.0.0.1/a.png" } };
  expect(await stage.ask({ model: "google/gemini-2.5-flash", messages: [{ role: "user", content: [image] }] })).toMatchObject({ status: 400, json: { error: { message: expect.stringContaining("messages[0].content[0]: media is not fetched") } } });
  expect(stage.upstream.requests.length).toBe(asked);
});

test("a spent quota is a rate limit that says when to come back", async () => {
  stage.upstream.always(json(JSON.parse(fixture("google-ai-studio/429-retry-info.json")), 429));
  const { status, headers } = await stage.ask({ model: "acme/spent" });
  expect(status).toBe(429);
  expect(headers.get("retry-after")).toBe("35");
});
