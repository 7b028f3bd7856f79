import { HTTPClient, OpenRouter } from "@openrouter/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestApi, type Answer, type TestApi } from "../../../test/support/api.ts";
import { expectValid } from "../../../test/support/openapi.ts";
import { defaultWorkspaceId } from "../../keys/key.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

async function call(method: string, path: string, body?: unknown, key = api.secrets.inference): Promise<Answer> {
  return api.call(method, path, { key, body });
}

async function save(slug: string, body: object): Promise<unknown> {
  const answer = await call("POST", `/presets/${slug}/chat/completions`, body);
  expect(answer.status).toBe(200);
  expectValid("POST /presets/{slug}/chat/completions", 200, answer.body);
  return answer.body;
}

const body = { model: "mistralai/ministral-8b", temperature: 0.7, stream: true, messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Hello" }] };

describe("POST /presets/{slug}/chat/completions", () => {
  test("makes a preset of the body, then a version of the same preset", async () => {
    const first = await save("made", body);
    expect(first).toMatchObject({
      data: {
        slug: "made", name: "made", description: null, status: "active", status_updated_at: null, creator_user_id: null, workspace_id: defaultWorkspaceId,
        designated_version: { version: 1, system_prompt: "Be brief.", config: { model: "mistralai/ministral-8b", temperature: 0.7 } },
      },
    });
    expect(await save("made", { temperature: 1 })).toMatchObject({ data: { designated_version: { version: 2, system_prompt: null, config: { temperature: 1 } } } });
  });

  const refused = [
    { name: "a parameter out of range", slug: "x", body: { temperature: 9 }, status: 400, says: "temperature must be" },
    { name: "a message of nobody", slug: "x", body: { messages: [{ role: "wizard", content: "" }] }, status: 400, says: "messages[0].role must be" },
    { name: "a slug with a space", slug: "a%20b", body: {}, status: 400, says: "slug: expected" },
    { name: "a list", slug: "x", body: [], status: 400, says: "body: expected" },
    { name: "broken JSON", slug: "x", body: '{"model":', status: 400, says: "The body is not valid JSON" },
    { name: "a nest without end", slug: "x", body: `{"tools":${"[".repeat(200_000)}${"]".repeat(200_000)}}`, status: 400, says: "tools is nested more than" },
    { name: "a system prompt like a book", slug: "x", body: { messages: [{ role: "system", content: "x".repeat(200_000) }] }, status: 413, says: "A preset holds at most" },
    { name: "more than a megabyte", slug: "x", body: { messages: [{ role: "user", content: "x".repeat(1_100_000) }] }, status: 413, says: "too large" },
  ];
  test.each(refused)("$name is refused by name", async ({ slug, body: sent, status, says }) => {
    const answer = await call("POST", `/presets/${slug}/chat/completions`, sent);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { message: expect.stringContaining(says) } });
    if (status === 400) expectValid("POST /presets/{slug}/chat/completions", 400, answer.body);
    expect((await call("GET", "/presets/x")).status).toBe(404);
  });
});

describe("reads", () => {
  test("show presets and versions to both kinds of key", async () => {
    api.time.now += 1;
    for (const temperature of [0.1, 0.2, 0.3]) await save("read", { ...body, temperature });
    for (const key of [api.secrets.inference, api.secrets.management]) {
      const one = await call("GET", "/presets/read", undefined, key);
      expectValid("GET /presets/{slug}", one.status, one.body);
      expect(one.body).toMatchObject({ data: { slug: "read", designated_version: { version: 3 } } });
      const list = await call("GET", "/presets?limit=1", undefined, key);
      expectValid("GET /presets", list.status, list.body);
      expect(list.body).toMatchObject({ data: [{ slug: "read" }], total_count: expect.any(Number) });
      const versions = await call("GET", "/presets/read/versions?offset=1&limit=2", undefined, key);
      expectValid("GET /presets/{slug}/versions", versions.status, versions.body);
      expect(versions.body).toMatchObject({ data: [{ version: 2 }, { version: 3 }], total_count: 3 });
      const version = await call("GET", "/presets/read/versions/1", undefined, key);
      expectValid("GET /presets/{slug}/versions/{version}", version.status, version.body);
      expect(version.body).toMatchObject({ data: { version: 1, system_prompt: "Be brief.", config: { temperature: 0.1 } } });
    }
  });

  test.each([
    ["GET /presets/{slug}", "/presets/nothing"],
    ["GET /presets/{slug}/versions", "/presets/nothing/versions"],
    ["GET /presets/{slug}/versions/{version}", "/presets/nothing/versions/1"],
    ["GET /presets/{slug}/versions/{version}", "/presets/there/versions/99"],
  ])("%s says what is not there", async (operation, path) => {
    await save("there", body);
    const { status, body: told } = await call("GET", path);
    expect(status).toBe(404);
    expectValid(operation, 404, told);
  });

  test.each([
    ["GET /presets", "/presets?limit=101"],
    ["GET /presets", "/presets?limit=0"],
    ["GET /presets/{slug}/versions", "/presets/read/versions?offset=-1"],
    ["GET /presets/{slug}/versions/{version}", "/presets/read/versions/first"],
  ])("%s refuses %s", async (operation, path) => {
    const { status, body: told } = await call("GET", path);
    expect(status).toBe(400);
    expectValid(operation, 400, told);
  });

  test("keep another workspace's presets from a key", async () => {
    const workspaceId = "5e1f0000-0000-4000-8000-000000000000";
    await api.addWorkspace(workspaceId);
    const { secret } = await api.keys.create({ name: "other", kind: "inference", workspaceId });
    await save("private", body);
    expect((await call("GET", "/presets/private", undefined, secret)).status).toBe(404);
    expect((await call("GET", "/presets", undefined, secret)).body).toEqual({ data: [], total_count: 0 });
    expect((await call("POST", "/presets/private/chat/completions", body, secret)).body).toMatchObject({ data: { workspace_id: workspaceId, designated_version: { version: 1 } } });
  });
});

test("POST /presets/{slug}/responses makes the same preset of another dialect's words", async () => {
  const sent = { model: "mistralai/ministral-8b", instructions: "Be brief.", max_output_tokens: 99, text: { format: { type: "json_object" } }, tools: [{ type: "function", name: "look", parameters: { type: "object" } }] };
  const answer = await call("POST", "/presets/of-responses/responses", { ...sent, input: "passed over" });
  expectValid("POST /presets/{slug}/responses", 200, answer.body);
  expect(answer.body).toMatchObject({
    data: {
      designated_version: {
        system_prompt: "Be brief.",
        config: { model: sent.model, max_tokens: 99, response_format: { type: "json_object" }, tools: [{ type: "function", function: { name: "look" } }] },
      },
    },
  });
  const refused = await call("POST", "/presets/of-responses/responses", { ...sent, store: true });
  expect(refused).toMatchObject({ status: 400, body: { error: { metadata: { field: "store" } } } });
});

test("POST /route explains the request that the preset makes", async () => {
  await save("routed", { model: "mistralai/ministral-8b", provider: { only: ["nobody"] } });
  const { status, body: told } = await call("POST", "/route", { model: "@preset/routed", messages: body.messages });
  expect(status).toBe(200);
  expect(JSON.stringify(told)).toContain("mistralai/ministral-8b");
  expect((await call("POST", "/route", { model: "@preset/unknown", messages: body.messages })).status).toBe(404);
});

test("OpenRouter's own client makes presets and pages through them", async () => {
  const httpClient = new HTTPClient({ fetcher: async (input, init) => api.fetch(new Request(input, init)) });
  const { presets } = new OpenRouter({ apiKey: api.secrets.inference, serverURL: "http://127.0.0.1:4100/api/v1", httpClient });
  const chatRequest = { model: "mistralai/ministral-8b", temperature: 0.7, messages: [{ role: "system" as const, content: "Be brief." }] };
  const { data } = await presets.createPresetsChatCompletions({ slug: "sdk", chatRequest });
  expect(data.designatedVersion).toMatchObject({ version: 1, systemPrompt: "Be brief.", config: { temperature: 0.7 } });
  await presets.createPresetsChatCompletions({ slug: "sdk", chatRequest });
  expect((await presets.get({ slug: "sdk" })).data.designatedVersion?.version).toBe(2);
  expect((await presets.getVersion({ slug: "sdk", version: "1" })).data).toEqual(data.designatedVersion);
  const versions: number[] = [];
  for await (const page of await presets.listVersions({ slug: "sdk", limit: 1 })) versions.push(...page.result.data.map((version) => version?.version ?? 0));
  expect(versions).toEqual([1, 2]);
  for await (const page of await presets.list({ limit: 100 })) expect(page.result.totalCount).toBeGreaterThan(0);
});
