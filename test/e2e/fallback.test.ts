/** Another provider may be tried until the caller has heard the first content, and never after. Source: contract §4.6, the fault matrix. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { done, event, fixtureEvents, gate, json, redirect, replay, sse, type Answer, type Reply } from "../support/fake-upstream.ts";
import { startStage, type Stage } from "../support/stage.ts";

const refusal = (status: number, message: string, headers = {}): Answer => json({ object: "error", message, type: "error", param: null, code: null }, status, headers);
const roleOnly = fixtureEvents("mistral/text.chunks.txt")[0] ?? "";

/** How the first provider fails before it has said anything. */
const failures: readonly { name: string; reply: Reply; status: number | null }[] = [
  { name: "is overloaded (503)", reply: refusal(503, "Service unavailable"), status: 503 },
  { name: "breaks (500)", reply: refusal(500, "Internal error"), status: 500 },
  { name: "limits our rate (429)", reply: refusal(429, "Requests rate limit exceeded", { "retry-after": "7" }), status: 429 },
  { name: "redirects", reply: redirect("http://127.0.0.1:9/elsewhere"), status: 307 },
  { name: "resets the connection", reply: "reset", status: null },
  { name: "answers something else than JSON", reply: { ...json(null), body: ["<html>It works!</html>"] }, status: 200 },
  { name: "sends an error with status 200", reply: json({ object: "error", message: "Service tier capacity exceeded", type: "error", code: "3505" }), status: 200 },
];

const streamFailures: readonly { name: string; reply: Reply }[] = [
  { name: "sends an error as its first event", reply: sse([event({ object: "error", message: "Overloaded", type: "error", code: "3505" }), done]) },
  { name: "is cut after its headers", reply: sse([], "cut") },
  { name: "is cut after announcing its role", reply: sse([roleOnly], "cut") },
  { name: "ends without a word", reply: sse([]) },
  { name: "ends after announcing its role", reply: sse([roleOnly, done]) },
  { name: "sends an event that is not JSON", reply: sse([event("{oops"), done]) },
];

const slug = (name: string) => `acme/${name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}`;
const others = ["acme/all-fail", "acme/all-limited", "acme/callers-mistake", "acme/no-fallbacks", "acme/committed", "acme/primary", "acme/substitute", "acme/model-gone"];

let stage: Stage;

beforeAll(async () => {
  const both = failures.flatMap(({ name }) => [slug(name), `${slug(name)}-stream`]);
  stage = await startStage([...both, ...streamFailures.map(({ name }) => slug(name)), ...others]);
});

beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
  stage.second.always((request) => replay(request.json?.["stream"] === true ? "openai/text.chunks.txt" : "openai/text.json"));
});

afterAll(() => stage.dispose());

describe("the second provider answers when the first one", () => {
  test.each(failures)("$name", async ({ name, reply, status }) => {
    stage.first.always(reply);
    const answer = await stage.chat(slug(name));
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json.provider).toBe("Second");
    expect(stage.first.requests).toHaveLength(1);
    const { provider_responses: tried } = await stage.generation(answer.json.id);
    expect(tried).toMatchObject([{ provider_name: "First", status }, { provider_name: "Second", status: 200 }]);
  });

  test.each(failures)("$name, to a stream", async ({ name, reply }) => {
    stage.first.always(reply);
    const stream = await stage.stream(`${slug(name)}-stream`);
    expect(stream.status).toBe(200);
    const events = await stream.rest();
    expect(new Set(events.slice(0, -1).map((chunk) => chunk.provider))).toEqual(new Set(["Second"]));
    expect(events.at(-2).usage.completion_tokens).toBeGreaterThan(0);
  });

  test.each(streamFailures)("$name", async ({ name, reply }) => {
    stage.first.next(reply);
    const events = await (await stage.stream(slug(name))).rest();
    expect(events[0].provider).toBe("Second");
    expect(events.at(-2).choices).toEqual([]);
    expect(events.at(-1)).toBe("[DONE]");
  });
});

test("no redirect is followed: a credential stays with its provider", async () => {
  stage.first.next(redirect(`${stage.second.origin}/stolen`));
  await stage.chat(slug("redirects"));
  expect(stage.second.requests.map(({ path }) => path)).not.toContain("/stolen");
  expect(stage.second.requests.every(({ headers }) => headers.authorization === "Bearer second-credential")).toBe(true);
});

test("when all fail the caller learns of the last one, and who failed before", async () => {
  stage.first.next(refusal(503, "Service unavailable"));
  stage.second.next(json({ error: { message: "The server had an error", type: "server_error" } }, 500));
  const { status, headers, json: body } = await stage.chat("acme/all-fail");
  expect(status).toBe(502);
  expect(headers.get("content-type")).toMatch(/^application\/json/);
  expect(body.error).toMatchObject({ code: 502, metadata: { error_type: "provider_unavailable", provider_name: "Second", previous_errors: [{ provider: "First" }] } });
});

test("when all limit our rate, the caller gets 429 and the shortest of the waits", async () => {
  stage.first.next(refusal(429, "Requests rate limit exceeded", { "retry-after": "20" }));
  stage.second.next(json({ error: { message: "Rate limit reached", type: "requests", code: "rate_limit_exceeded" } }, 429, { "retry-after": "9" }));
  const { status, headers, json: body } = await stage.chat("acme/all-limited");
  expect(status).toBe(429);
  expect(body.error.metadata.error_type).toBe("rate_limit_exceeded");
  expect(headers.get("retry-after")).toBe("9");
});

test("the caller's own mistake is not tried elsewhere", async () => {
  stage.first.next(refusal(400, "messages: the last role must be user"));
  const { status, json: body } = await stage.chat("acme/callers-mistake");
  expect(status).toBe(400);
  expect(body.error).toMatchObject({ code: 400, metadata: { error_type: "invalid_request", provider_name: "First" } });
  expect(body.error.message).toContain("the last role must be user");
  expect(stage.second.requests).toHaveLength(0);
});

test("allow_fallbacks: false gives the first provider's failure", async () => {
  stage.first.always(refusal(503, "Service unavailable"));
  const { status } = await stage.chat("acme/no-fallbacks", { provider: { order: ["first"], allow_fallbacks: false } });
  expect(status).toBe(503);
  expect(stage.second.requests).toHaveLength(0);
});

test("after the first content nothing is tried elsewhere: the stream ends with an error", async () => {
  const heard = gate();
  stage.first.next(sse([...fixtureEvents("mistral/text.chunks.txt").slice(0, 2), heard.opened], "cut"));
  const stream = await stage.stream("acme/committed");
  const content = await stream.nextEvent();
  expect(content).toMatchObject({ provider: "First" });
  heard.open();
  const events = await stream.rest();
  expect(events.at(-1)).toBe("[DONE]");
  expect(events.at(-2)).toMatchObject({ id: content.id, error: { metadata: { error_type: expect.any(String) } }, choices: [{ finish_reason: "error" }] });
  expect(Number.isInteger(events.at(-2).error.code)).toBe(true);
  expect(events.filter((one) => one.error !== undefined)).toHaveLength(1);
  expect(stage.second.requests).toHaveLength(0);
});

test("the next model of the list serves when the first model cannot, and is named in the answer", async () => {
  stage.first.next(refusal(503, "Service unavailable"), replay("mistral/text.json"));
  const { status, json: body } = await stage.chat("acme/primary", { models: ["acme/substitute"], provider: { only: ["first"] } });
  expect(status).toBe(200);
  expect(body.model).toBe("acme/substitute");
  expect(stage.first.requests.map((request) => request.json?.["model"])).toEqual(["primary", "substitute"]);
});

test("an endpoint that says it has no such model is not asked again", async () => {
  stage.first.always(json({ object: "error", message: "Invalid model: model-gone", type: "invalid_model", param: null, code: "1500" }, 404));
  for (const _ of [1, 2]) expect((await stage.chat("acme/model-gone")).json.provider).toBe("Second");
  expect(stage.first.requests).toHaveLength(1);
});

test.each([
  // A credential may be good for one model and not for another; an empty account is good for none.
  { name: "does not know our credential is left alone for that model", reply: refusal(401, "Unauthorized"), next: "acme/one" },
  { name: "wants to be paid is left alone for every model", reply: refusal(402, "Payment required"), next: "acme/two" },
])("a provider that $name", async ({ reply, next }) => {
  const apart = await startStage(["acme/one", "acme/two"]);
  try {
    apart.first.always(reply);
    apart.second.always(replay("openai/text.json"));
    for (const model of ["acme/one", next]) expect((await apart.chat(model)).json.provider).toBe("Second");
    expect(apart.first.requests).toHaveLength(1);
    const { status, text } = await apart.chat("acme/one", { provider: { only: ["first"] } });
    expect(status, "the credential is ours, and no fault of the caller").toBe(503);
    expect(text).not.toContain("first-credential");
  } finally {
    await apart.dispose();
  }
});
