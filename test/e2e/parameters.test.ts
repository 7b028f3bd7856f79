/** What reaches the upstream, in the upstream's own words, and what `require_parameters` keeps away from it. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call } from "../support/caller.ts";
import { replay } from "../support/fake-upstream.ts";
import { startStage, type Stage } from "../support/stage.ts";

const model = "acme/parameters";

let stage: Stage;

beforeAll(async () => {
  stage = await startStage([model]);
});

beforeEach(() => {
  stage.first.reset();
  stage.second.reset();
  stage.first.always(replay("mistral/text.json"));
  stage.second.always(replay("openai/text.json"));
});

afterAll(() => stage.dispose());

/** The public name and value of each parameter, and what Mistral is to receive. Source: its API reference, chat completions. */
const translations: readonly { sent: object; received: object }[] = [
  { sent: { max_tokens: 64 }, received: { max_tokens: 64 } },
  { sent: { max_completion_tokens: 64 }, received: { max_tokens: 64 } },
  { sent: { temperature: 0.5 }, received: { temperature: 0.5 } },
  { sent: { top_p: 0.9 }, received: { top_p: 0.9 } },
  { sent: { stop: "END" }, received: { stop: ["END"] } },
  { sent: { stop: ["END", "STOP"] }, received: { stop: ["END", "STOP"] } },
  { sent: { seed: 7 }, received: { random_seed: 7 } },
  { sent: { frequency_penalty: 0.25 }, received: { frequency_penalty: 0.25 } },
  { sent: { presence_penalty: -0.25 }, received: { presence_penalty: -0.25 } },
  { sent: { response_format: { type: "json_object" } }, received: { response_format: { type: "json_object" } } },
];

const weather = { type: "function", function: { name: "weather", description: "Tells the weather.", parameters: { type: "object", properties: { city: { type: "string" } } } } };

describe("Mistral receives", () => {
  test.each(translations)("$sent as $received", async ({ sent, received }) => {
    await stage.chat(model, sent);
    expect(stage.first.requests[0]?.json).toMatchObject({ model: "parameters", messages: [{ role: "user", content: "What is the meaning of life?" }], ...received });
    expect(stage.first.requests[0]?.json).not.toHaveProperty("seed");
    expect(stage.first.requests[0]?.json).not.toHaveProperty("max_completion_tokens");
  });

  test("tools, and its own word for a choice that must be made", async () => {
    await stage.chat(model, { tools: [weather], tool_choice: "required" });
    expect(stage.first.requests[0]?.json).toMatchObject({ tools: [weather], tool_choice: "any" });
  });

  test("a JSON schema", async () => {
    const response_format = { type: "json_schema", json_schema: { name: "answer", strict: true, schema: { type: "object", properties: { answer: { type: "number" } } } } };
    await stage.chat(model, { response_format });
    expect(stage.first.requests[0]?.json).toMatchObject({ response_format });
  });

  test("nothing that is meant for the gateway", async () => {
    await stage.chat(model, {
      models: ["acme/other"], user: "user-7", session_id: "s", metadata: { a: "b" }, usage: { include: true }, transforms: ["middle-out"], plugins: [], route: "fallback", trace: { trace_id: "t" },
    });
    const received = Object.keys(stage.first.requests[0]?.json ?? {});
    expect(received.filter((name) => !["model", "messages", "stream"].includes(name))).toEqual([]);
  });

  test("a credential of ours and no header of the caller's", async () => {
    await stage.chat(model, {}, { cookie: "session=1", "x-forwarded-for": "192.0.2.7", "http-referer": "https://app.example" });
    const { headers } = stage.first.requests[0] ?? {};
    expect(headers?.authorization).toBe("Bearer first-credential");
    for (const name of ["cookie", "x-forwarded-for", "http-referer", "x-api-key"]) expect(headers).not.toHaveProperty(name);
  });
});

describe("require_parameters", () => {
  test("leads past a provider that cannot take what is asked", async () => {
    const { json } = await stage.chat(model, { top_k: 40, provider: { order: ["first", "second"], require_parameters: true } });
    expect(json.provider).toBe("Second");
    expect(stage.first.requests).toHaveLength(0);
    expect(stage.second.requests[0]?.json).toMatchObject({ top_k: 40 });
  });

  test("refuses when none can, and names the reason", async () => {
    const { status, json } = await stage.chat(model, { min_p: 0.1, provider: { require_parameters: true } });
    expect(status).toBe(404);
    expect(json.error).toMatchObject({ code: 404, metadata: { error_type: "not_found" } });
    expect(JSON.stringify(json.error)).toContain("min_p");
    expect([...stage.first.requests, ...stage.second.requests]).toEqual([]);
  });

  test("is not the default: what a provider cannot take is left out", async () => {
    const { status, json } = await stage.chat(model, { top_k: 40, provider: { only: ["first"] } });
    expect(status).toBe(200);
    expect(json.provider).toBe("First");
    expect(stage.first.requests[0]?.json).not.toHaveProperty("top_k");
  });
});

test("fields that nobody knows are not refused", async () => {
  const { status } = await stage.chat(model, { a_field_of_tomorrow: { deep: [1] }, provider: { only: ["second"], a_wish_of_tomorrow: true } });
  expect(status).toBe(200);
});

test("the allow and ignore lists decide who may serve", async () => {
  expect((await stage.chat(model, { provider: { only: ["second"] } })).json.provider).toBe("Second");
  expect((await stage.chat(model, { provider: { ignore: ["first"] } })).json.provider).toBe("Second");
  const none = await stage.chat(model, { provider: { only: ["nobody"] } });
  expect(none.status).toBe(404);
  expect(none.json.error.availability).toMatchObject({ retryable: false, requested_models: [model] });
});

test("a price cap keeps the dearer provider away", async () => {
  const { json } = await stage.chat(model, { provider: { order: ["second", "first"], max_price: { prompt: 0.5, completion: "0.5" } } });
  expect(json.provider).toBe("First");
});

test("the model's page says which parameters it takes", async () => {
  const { json } = await call(stage.gateway.baseUrl, "/model/mistralai/ministral-8b-2512");
  expect([...json.data.supported_parameters].sort()).toEqual(["frequency_penalty", "max_tokens", "presence_penalty", "response_format", "seed", "stop", "structured_outputs", "temperature", "tool_choice", "tools", "top_p"]);
});
