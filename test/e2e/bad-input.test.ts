/** Bad input gets the contract's code and a message that names the cause; no provider hears of it, and nothing is billed. Source: contract §4. */

import { request } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { call, type Called } from "../support/caller.ts";
import { json, replay } from "../support/fake-upstream.ts";
import { startStage, type Stage } from "../support/stage.ts";

const model = "acme/bad-input";
const messages = [{ role: "user", content: "What is the meaning of life?" }];
const bodyBytesMax = 1024 * 1024;

let stage: Stage;

beforeAll(async () => {
  stage = await startStage([model], { limits: { body_bytes_max: bodyBytesMax } });
});

afterEach(async () => {
  expect([...stage.first.requests, ...stage.second.requests]).toEqual([]);
  expect(await stage.used()).toBe(0);
});

afterAll(() => stage.dispose());

function expectFault(answer: Called, status: number, errorType: string, message: RegExp): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
  expect(answer.json.error).toMatchObject({ code: status, message: expect.stringMatching(message), metadata: { error_type: errorType } });
}

function ask(options: { key?: string; headers?: Record<string, string> }): Promise<Called> {
  return call(stage.gateway.baseUrl, "/chat/completions", { ...options, body: { model, messages } });
}

describe("a request that is not one", () => {
  test.each([
    { name: "no JSON", body: '{"model": "acme', message: /JSON/ },
    { name: "nothing", body: "", message: /JSON|body/i },
    { name: "a list", body: "[]", message: /object/ },
    { name: "no messages", body: { model }, message: /messages/ },
    { name: "messages that are no list", body: { model, messages: "Hello" }, message: /messages/ },
    { name: "no message at all", body: { model, messages: [] }, message: /messages/ },
    { name: "a message without a role", body: { model, messages: [{ content: "Hello" }] }, message: /messages.*0.*role/ },
    { name: "a role that nobody plays", body: { model, messages: [{ role: "oracle", content: "Hello" }] }, message: /role/ },
    { name: "content that is a number", body: { model, messages: [{ role: "user", content: 42 }] }, message: /content/ },
    { name: "a model that is a number", body: { model: 8, messages }, message: /model/ },
    { name: "models that are no list", body: { models: "acme/a", messages }, message: /models/ },
    { name: "stream that is text", body: { model, messages, stream: "yes" }, message: /stream/ },
    { name: "a temperature that is text", body: { model, messages, temperature: "hot" }, message: /temperature/ },
    { name: "a temperature out of range", body: { model, messages, temperature: 3 }, message: /temperature/ },
    { name: "no tokens to answer with", body: { model, messages, max_tokens: 0 }, message: /max_tokens/ },
    { name: "half a token", body: { model, messages, max_tokens: 1.5 }, message: /max_tokens/ },
    { name: "tools that are no list", body: { model, messages, tools: {} }, message: /tools/ },
    { name: "a tool without a name", body: { model, messages, tools: [{ type: "function", function: {} }] }, message: /tools.*name/ },
    { name: "an answer format that nobody knows", body: { model, messages, response_format: { type: "poem" } }, message: /response_format/ },
    { name: "provider that is text", body: { model, messages, provider: "first" }, message: /provider/ },
    { name: "an order that is text", body: { model, messages, provider: { order: "first" } }, message: /order/ },
    { name: "reasoning efforts that differ", body: { model, messages, reasoning: { effort: "low" }, reasoning_effort: "high" }, message: /reasoning/ },
  ])("$name: 400, and the field", async ({ body, message }) => {
    expectFault(await call(stage.gateway.baseUrl, "/chat/completions", { key: stage.key, body }), 400, "invalid_request", message);
  });

  test("a model that does not exist: 400, and one that is meant perhaps", async () => {
    const answer = await stage.chat("mistralai/ministral-8bb");
    expectFault(answer, 400, "invalid_request", /mistralai\/ministral-8bb is not a valid model ID/);
    expect(answer.json.error.message).toContain("mistralai/ministral-8b");
    expect(answer.json.error.availability).toMatchObject({ code: "model_not_found", retryable: false, requested_models: ["mistralai/ministral-8bb"] });
  });

  test("a prompt that is longer than any endpoint takes: 400, and how long it may be", async () => {
    const answer = await stage.chat(model, { messages: [{ role: "user", content: "many words ".repeat(20_000) }] });
    expectFault(answer, 400, "context_length_exceeded", /4,?096/);
  });

  test("a model that no provider here can serve: 404, and what is missing", async () => {
    expectFault(await stage.chat("mistralai/ministral-8b", { provider: {} }), 404, "not_found", /ministral-8b/);
  });
});

describe("a body that is too large: 413, and the limit", () => {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "x".repeat(bodyBytesMax) }] });

  test("announced by its length", async () => {
    expectFault(await call(stage.gateway.baseUrl, "/chat/completions", { key: stage.key, body }), 413, "payload_too_large", /1 MiB/);
  });

  test("found out on the way", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: `Bearer ${stage.key}`, "content-type": "application/json", "transfer-encoding": "chunked" };
      const sent = request(`${stage.gateway.baseUrl}/chat/completions`, { method: "POST", headers }, (response) => {
        resolve(response.statusCode);
        response.destroy();
      });
      sent.once("error", reject);
      for (let from = 0; from < body.length; from += 65_536) sent.write(body.slice(from, from + 65_536));
    });
    expect(status).toBe(413);
  });
});

describe("who may ask", () => {
  test("nobody without a key: 401", async () => {
    expectFault(await ask({}), 401, "authentication", /^Missing Authentication header$/);
  });

  test.each(["sk-wr-v1-0000000000000000000000000000000000000000000000000000000000000000", "nonsense"])("no stranger: 401 (%s)", async (key) => {
    const answer = await ask({ key });
    expectFault(answer, 401, "authentication", /./);
    expect(answer.text).not.toContain(key);
  });

  test("no other scheme than Bearer: 401", async () => {
    expectFault(await ask({ headers: { authorization: "Basic dXNlcjpwYXNz" } }), 401, "authentication", /Bearer/);
  });

  test("no disabled key: 401, as soon as it is disabled", async () => {
    const { key, hash } = await stage.gateway.newKey();
    const answer = await call(stage.gateway.baseUrl, `/keys/${hash}`, { key: stage.gateway.managementKey, method: "PATCH", body: { disabled: true } });
    expect(answer.status).toBe(200);
    expectFault(await ask({ key }), 401, "authentication", /disabled/);
  });

  test("no deleted key: 401", async () => {
    const { key, hash } = await stage.gateway.newKey();
    expect((await call(stage.gateway.baseUrl, `/keys/${hash}`, { key: stage.gateway.managementKey, method: "DELETE" })).json).toEqual({ deleted: true });
    expectFault(await ask({ key }), 401, "authentication", /./);
  });

  test("no key whose limit is used up: 403, and the limit", async () => {
    const { key } = await stage.gateway.newKey({ limit: 0 });
    expectFault(await ask({ key }), 403, "payment_required", /limit/i);
  });

  test("no management key for inference, and no other key for management: 403", async () => {
    expectFault(await ask({ key: stage.gateway.managementKey }), 403, "permission_denied", /[Mm]anagement key/);
    expectFault(await call(stage.gateway.baseUrl, "/keys", { key: stage.key }), 403, "permission_denied", /management keys/);
  });
});

describe("where and how", () => {
  test("an address that is none: 404 in the envelope", async () => {
    expectFault(await call(stage.gateway.baseUrl, "/chat/completion", { key: stage.key, body: {} }), 404, "not_found", /./);
  });

  test("GET where POST is meant: 405 in the envelope", async () => {
    expectFault(await call(stage.gateway.baseUrl, "/chat/completions", { key: stage.key }), 405, "invalid_request", /POST/);
  });
});

test("a workspace with no credits left: 402, and what would be needed; with new credits it goes on", async () => {
  const prepaid = await startStage([model]);
  try {
    prepaid.first.always(replay("mistral/text.json"));
    await prepaid.gateway.cli("credits", "grant", "0.000001");
    const refused = await prepaid.chat(model, { max_tokens: 500 });
    expectFault(refused, 402, "payment_required", /credits/i);
    expect(prepaid.first.requests).toHaveLength(0);
    await prepaid.gateway.cli("credits", "grant", "1");
    const answer = await prepaid.chat(model, { max_tokens: 500 });
    expect(answer.status).toBe(200);
    await prepaid.generation(answer.json.id);
    const { data } = (await call(prepaid.gateway.baseUrl, "/credits", { key: prepaid.gateway.managementKey })).json;
    expect(data).toMatchObject({ total_credits: 1.000001, total_usage: 0.000131805 });
  } finally {
    await prepaid.dispose();
  }
});

test("nothing that a provider says can hurt: a hostile error is told without what it holds", async () => {
  const hostile = await startStage([model]);
  try {
    hostile.first.always(json({ object: "error", message: `no access for Bearer first-credential, sk-abcdefghijklmnopqrstuvwxyz` }, 400));
    const answer = await hostile.chat(model);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain("sk-abcdefghijklmnopqrstuvwxyz");
    expect(answer.text).not.toContain("first-credential");
  } finally {
    await hostile.dispose();
  }
});
