import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../../../test/support/api.ts";
import { validator } from "../../../test/support/openapi.ts";
import { inferenceOperations } from "../server.ts";
import { policies } from "./policy.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

test("our own document describes every operation, those that are answered elsewhere too, says which need a key, and our answers keep to it", async () => {
  const { body } = await api.call("GET", "/openapi.json");
  const document = body as Parameters<typeof validator>[0];
  const described = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, (operation as { security?: unknown[] }).security?.length === 0 ? "public" : "guarded"]),
  );
  const elsewhere = inferenceOperations.map((operation) => [operation, "guarded"]);
  const expected = [...Object.entries(policies).map(([operation, policy]) => [operation, policy === "public" ? "public" : "guarded"]), ...elsewhere];
  expect(Object.fromEntries(described)).toEqual(Object.fromEntries(expected));

  const expectOurs = validator(document);
  await api.settled();
  const reads = [
    { operation: "GET /models", path: "/models?limit=50" },
    { operation: "GET /models/count", path: "/models/count" },
    { operation: "GET /models/user", path: "/models/user?limit=1" },
    { operation: "GET /model/{author}/{slug}", path: "/model/mistralai/ministral-8b" },
    { operation: "GET /models/{author}/{slug}/endpoints", path: "/models/mistralai/ministral-8b/endpoints" },
    { operation: "GET /endpoints/zdr", path: "/endpoints/zdr" },
    { operation: "GET /providers", path: "/providers" },
    { operation: "GET /key", path: "/key" },
    { operation: "GET /auth/key", path: "/auth/key" },
    { operation: "GET /generation", path: "/generation?id=gen-1764031697-vqvW0uz7ouT4gsp3FYqp" },
    { operation: "GET /credits", path: "/credits" },
    { operation: "GET /keys", path: "/keys" },
    { operation: "GET /endpoints/switched-off", path: "/endpoints/switched-off" },
    { operation: "GET /keys/{hash}", path: "/keys/none" },
  ];
  for (const { operation, path } of reads) {
    const answer = await api.call("GET", path, { key: api.secrets.management });
    expectOurs(operation, answer.status, answer.body);
  }
  const created = await api.call("POST", "/keys", { key: api.secrets.management, body: { name: "x" } });
  expect(created.status).toBe(201);
  expectOurs("POST /keys", created.status, created.body);
});

test("an unknown route, a wrong method and a wrong base are told apart", async () => {
  expect((await api.call("GET", "/model")).body).toMatchObject({ error: { code: 404, message: "There is no GET /api/v1/model. Did you mean GET /api/v1/models?" } });
  const wrong = await api.call("GET", "/chat/completions");
  expect(wrong.status).toBe(405);
  expect(wrong.headers.get("allow")).toBe("POST");
});

test("every answer names its request, a failure in its body too", async () => {
  const { headers, body } = await api.call("GET", "/nothing-like-it");
  expect(headers.get("x-request-id")).toMatch(/^req-\d+-\w{20}$/);
  expect(body).toMatchObject({ error: { metadata: { request_id: headers.get("x-request-id") } } });
  expect((await api.call("GET", "/models/count")).headers.get("x-request-id")).toMatch(/^req-/);
});

test("a failure of our own is reported, and the caller learns its id alone", async () => {
  const broken = await openTestApi();
  await broken.call("GET", "/key", { key: broken.secrets.inference });
  await broken.close();
  const { status, text, body } = await broken.call("GET", "/key", { key: broken.secrets.inference });
  expect(status).toBeGreaterThanOrEqual(500);
  expect(body).toMatchObject({ error: { code: status, metadata: { request_id: expect.stringMatching(/^req-/) } } });
  expect(text).not.toMatch(/sqlite|select|worker/i);
  expect(broken.reported).toHaveLength(1);
});
