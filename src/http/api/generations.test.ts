import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../../../test/support/api.ts";
import { expectValid } from "../../../test/support/openapi.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const read = async (id: string) => api.call("GET", `/generation?id=${encodeURIComponent(id)}`, { key: api.secrets.inference });

test("a settled generation is shown as the contract has it", async () => {
  const { id } = await api.settled();
  const { status, body } = await read(id);
  expectValid("GET /generation", status, body);
  expect(body).toMatchObject({
    data: {
      id, model: "mistralai/ministral-8b", provider_name: "Mistral", api_type: "completions", streamed: true, usage: 0.000003, total_cost: 0.000003,
      native_tokens_prompt: 10, tokens_completion: 20, latency: 210.5, origin: "https://app.example", http_referer: "https://app.example/chat?x=1",
      external_user: "user-7", sandbox: false, provider_responses: [{ provider_name: "Mistral", status: 200, model_permaslug: "mistralai/ministral-8b" }],
    },
  });
});

test("one that nothing served, from nowhere, still has every name", async () => {
  const { id } = await api.settled({
    id: "gen-2-nothing", model: null, endpointId: null, providerName: null, upstreamId: null, finishReason: null, nativeFinishReason: null,
    faultCode: "no_endpoints", latencyMs: null, generationMs: null, attempts: [], app: { referer: "not a url", title: null, categories: [], userAgent: null }, user: null,
  });
  const { status, body } = await read(id);
  expectValid("GET /generation", status, body);
  expect(body).toMatchObject({ data: { model: "mistralai/ministral-8b", provider_name: null, latency: null, origin: "", provider_responses: [] } });
});

test("another workspace's is not found, nor is none", async () => {
  const { id } = await api.settled({ id: "gen-3-theirs", workspaceId: "6b3b2f0e-4a5e-4f43-9d55-0f8d9a4c1a11" });
  for (const absent of [id, "gen-0-none"]) {
    const { status, body } = await read(absent);
    expect(status).toBe(404);
    expectValid("GET /generation", 404, body);
    expect(body).toMatchObject({ error: { message: `Generation ${absent} not found` } });
  }
});

test("the id is asked for by name", async () => {
  const { status, body } = await api.call("GET", "/generation", { key: api.secrets.inference });
  expect(status).toBe(400);
  expect(body).toMatchObject({ error: { message: "id: expected string, received undefined" } });
});
