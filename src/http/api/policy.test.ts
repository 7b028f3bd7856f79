import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../../../test/support/api.ts";
import { expectValid } from "../../../test/support/openapi.ts";
import { assertPolicies, policies } from "./policy.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const operations = Object.entries(policies).map(([operation, policy]) => {
  const [method = "", path = ""] = operation.split(" ");
  return { operation, policy, method, path: path.replace("{author}/{slug}", path.startsWith("/images/") ? "openai/gpt-image-1" : "mistralai/ministral-8b").replace("{hash}", "0".repeat(64)) };
});
const guarded = operations.filter(({ policy }) => policy !== "public");
const open = operations.filter(({ policy }) => policy === "public");

describe("without a key", () => {
  test.each(guarded)("$operation is refused before anything is read", async ({ method, path }) => {
    const { status, body } = await api.call(method, path, { body: method === "GET" || method === "DELETE" ? undefined : "{" });
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: { code: 401, message: "Missing Authentication header", metadata: { error_type: "authentication" } } });
    expectValid("GET /key", 401, body);
  });

  test.each(open)("$operation answers, to pages of any origin, and may be kept", async ({ method, path }) => {
    const { status, headers } = await api.call(method, path);
    expect(status).toBe(200);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.has("access-control-allow-credentials")).toBe(false);
    expect(headers.get("cache-control")).toBe("public, max-age=60");
  });
});

describe("with a key of the wrong kind", () => {
  test.each(operations.filter(({ policy }) => policy === "management"))("$operation is forbidden", async ({ method, path }) => {
    const { status, body } = await api.call(method, path, { key: api.secrets.inference, body: method === "POST" || method === "PATCH" ? "{" : undefined });
    expect(status).toBe(403);
    expect(body).toMatchObject({ error: { message: "Only management keys can perform this operation" } });
    expectValid("GET /credits", 403, body);
  });
});

test.each(open)("$operation takes a wrong key for none", async ({ method, path }) => {
  expect((await api.call(method, path, { key: "sk-wr-v1-nobody" })).status).toBe(200);
});

test("x-api-key serves as well", async () => {
  expect((await api.call("GET", "/key", { headers: { "x-api-key": api.secrets.inference } })).status).toBe(200);
});

test("what a key was needed for is kept by nobody and read by no other origin", async () => {
  const { headers } = await api.call("GET", "/key", { key: api.secrets.inference, headers: { origin: "https://elsewhere.example" } });
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.has("access-control-allow-origin")).toBe(false);
});

describe("a preflight", () => {
  test("opens a public read", async () => {
    const { status, headers } = await api.call("OPTIONS", "/models", { headers: { origin: "https://elsewhere.example" } });
    expect(status).toBe(204);
    expect(Object.fromEntries(headers)).toMatchObject({ "access-control-allow-origin": "*", "access-control-allow-methods": "GET", "access-control-allow-headers": "*, authorization" });
  });

  test("opens nothing else", async () => {
    const { status, headers } = await api.call("OPTIONS", "/keys", { headers: { origin: "https://elsewhere.example" } });
    expect(status).toBe(204);
    expect(headers.get("allow")).toBe("GET, POST");
    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

describe("at start-up", () => {
  const routes = Object.keys(policies).map((operation) => {
    const [method = "", path = ""] = operation.split(" ");
    return { method, path: `/api/v1${path.replaceAll(/\{(\w+)\}/g, ":$1")}` };
  });

  test("a route without a policy is refused", () => {
    expect(() => assertPolicies(routes)).not.toThrow();
    expect(() => assertPolicies([...routes, { method: "GET", path: "/api/v1/secrets/:id" }])).toThrow("GET /secrets/{id} has no policy");
  });

  test("a policy without a route is refused", () => {
    expect(() => assertPolicies(routes.slice(1))).toThrow("has a policy and no route");
  });
});

test("HEAD is GET without its body", async () => {
  const { status, text } = await api.call("HEAD", "/models/count");
  expect({ status, text }).toEqual({ status: 200, text: "" });
  expect((await api.call("HEAD", "/key")).status).toBe(401);
});
