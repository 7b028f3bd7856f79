/** OpenRouter's own client, which is stricter than its published document: it refuses an answer with a name missing. */

import { HTTPClient, OpenRouter } from "@openrouter/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../../../test/support/api.ts";

let api: TestApi;
let user: OpenRouter;
let manager: OpenRouter;
beforeAll(async () => {
  api = await openTestApi();
  const httpClient = new HTTPClient({ fetcher: async (input, init) => api.fetch(new Request(input, init)) });
  const serverURL = "http://127.0.0.1:4100/api/v1";
  user = new OpenRouter({ apiKey: api.secrets.inference, serverURL, httpClient });
  manager = new OpenRouter({ apiKey: api.secrets.management, serverURL, httpClient });
});
afterAll(() => api.close());

test("reads models and providers", async () => {
  const { data: count } = await user.models.count();
  const list = await user.models.list();
  expect(list.result.data).toHaveLength(count.count);
  expect((await user.models.get({ author: "mistralai", slug: "ministral-8b" })).data.canonicalSlug).toBe("mistralai/ministral-8b");
  expect((await user.providers.list()).data).toHaveLength(api.catalog.providers.length);
  await expect(user.models.get({ author: "no", slug: "such" })).rejects.toMatchObject({ name: "NotFoundResponseError", statusCode: 404 });
});

test("reads its key, a generation and the credits", async () => {
  const { id, cost } = await api.settled();
  expect((await user.apiKeys.getCurrentKeyMetadata()).data).toMatchObject({ usage: Number(cost) / 1e9, limit: null, isManagementKey: false });
  expect((await user.generations.getGeneration({ id })).data).toMatchObject({ id, totalCost: Number(cost) / 1e9 });
  expect((await manager.credits.getCredits()).data.totalUsage).toBe(Number(cost) / 1e9);
  await expect(user.credits.getCredits()).rejects.toMatchObject({ name: "ForbiddenResponseError", statusCode: 403 });
});

test("makes, changes and removes a key", async () => {
  const expiresAt = new Date("2027-01-01");
  const { data, key } = await manager.apiKeys.create({ requestBody: { name: "x", limit: 5, limitReset: "daily", expiresAt } });
  expect(data).toMatchObject({ name: "x", limit: 5, limitReset: "daily", expiresAt });
  expect(key).toMatch(/^sk-wr-v1-[0-9a-f]{64}$/);
  expect((await manager.apiKeys.list()).data.map(({ hash }) => hash)).toContain(data.hash);
  expect((await manager.apiKeys.update({ hash: data.hash, requestBody: { limit: null } })).data).toMatchObject({ name: "x", limit: null });
  expect((await manager.apiKeys.get({ hash: data.hash })).data.hash).toBe(data.hash);
  expect(await manager.apiKeys.delete({ hash: data.hash })).toMatchObject({ deleted: true });
});
