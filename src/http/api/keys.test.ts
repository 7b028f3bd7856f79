import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestApi, type Answer, type TestApi } from "../../../test/support/api.ts";
import { expectValid } from "../../../test/support/openapi.ts";
import { keyHash } from "../../base/ids.ts";
import { nanodollars } from "../../base/money.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

async function manage(method: string, path: string, body?: unknown): Promise<Answer> {
  return api.call(method, path, { key: api.secrets.management, body });
}

interface Created {
  readonly key: string;
  readonly data: Readonly<Record<string, unknown>> & { readonly hash: string };
}

async function create(body: object): Promise<Created> {
  const answer = await manage("POST", "/keys", body);
  expectValid("POST /keys", answer.status, answer.body);
  expect(answer.status).toBe(201);
  return answer.body as Created;
}

describe("POST /keys", () => {
  test("gives a key that works, its secret once, beside the data", async () => {
    const { key, data } = await create({ name: "robot", limit: 12.5, limit_reset: "monthly", include_byok_in_limit: true, expires_at: "2027-01-01T00:00:00Z", unknown_field: 1 });
    expect(data).toMatchObject({
      name: "robot", hash: keyHash(key), disabled: false, limit: 12.5, limit_remaining: 12.5, limit_reset: "monthly", include_byok_in_limit: true,
      usage: 0, expires_at: "2027-01-01T00:00:00.000Z", updated_at: null, sandbox: false,
    });
    const own = await api.call("GET", "/key", { key });
    expectValid("GET /key", own.status, own.body);
    expect(own.body).toMatchObject({ data: { label: data["label"], limit: 12.5, is_management_key: false, rate_limit: { requests: -1 } } });
    expect(JSON.stringify((await manage("GET", "/keys")).body)).not.toContain(key);
  });

  const refused = [
    { name: "no name", body: {}, says: "name: expected string" },
    { name: "an empty name", body: { name: " " }, says: "name: " },
    { name: "a limit in words", body: { name: "x", limit: "ten" }, says: "limit: expected number, received string" },
    { name: "a limit below nothing", body: { name: "x", limit: -1 }, says: "limit: " },
    { name: "a limit that 64 bits cannot hold", body: { name: "x", limit: 1e300 }, says: "limit: " },
    { name: "an unknown reset", body: { name: "x", limit_reset: "yearly" }, says: 'limit_reset: expected one of "daily"' },
    { name: "another zone than UTC", body: { name: "x", expires_at: "2027-01-01T00:00:00+02:00" }, says: "expires_at: expected a time in UTC" },
    { name: "a time that is past", body: { name: "x", expires_at: "2020-01-01T00:00:00Z" }, says: "expires_at: expected a time in the future" },
    { name: "a list", body: [], says: "body: expected object, received array" },
    { name: "broken JSON", body: '{"name":', says: "The body is not valid JSON" },
  ];
  test.each(refused)("$name is refused by name", async ({ body, says }) => {
    const answer = await manage("POST", "/keys", body);
    expect(answer.status).toBe(400);
    expectValid("POST /keys", 400, answer.body);
    expect(answer.body).toMatchObject({ error: { message: expect.stringContaining(says), metadata: { error_type: "invalid_request" } } });
  });

  test("what is not sent as JSON, and what is too long, is told so", async () => {
    const form = await api.call("POST", "/keys", { key: api.secrets.management, body: "name=x", headers: { "content-type": "application/x-www-form-urlencoded" } });
    expect(form.status).toBe(415);
    expect(form.body).toMatchObject({ error: { message: "The body must be sent as Content-Type: application/json" } });
    const giant = await manage("POST", "/keys", { name: "x".repeat(100_000) });
    expect(giant.status).toBe(413);
    expect(giant.body).toMatchObject({ error: { metadata: { error_type: "payload_too_large" } } });
  });

  test("another workspace is out of reach", async () => {
    const other = "6b3b2f0e-4a5e-4f43-9d55-0f8d9a4c1a11";
    const answer = await manage("POST", "/keys", { name: "x", workspace_id: other });
    expect(answer.status).toBe(403);
    expectValid("POST /keys", 403, answer.body);
    expect((await manage("GET", `/keys?workspace_id=${other}`)).body).toEqual({ data: [] });
    await api.addWorkspace(other);
    const { key } = await api.keys.create({ name: "theirs", kind: "inference", workspaceId: other });
    expect((await manage("GET", `/keys/${key.hash}`)).status).toBe(404);
    expect((await manage("PATCH", `/keys/${key.hash}`, { disabled: true })).status).toBe(404);
    expect((await manage("DELETE", `/keys/${key.hash}`)).status).toBe(404);
    expect(await api.keys.find(key.hash)).toMatchObject({ disabled: false });
  });
});

describe("GET /keys", () => {
  test("gives pages of a hundred, newest first, disabled ones when asked", async () => {
    const fresh = await openTestApi();
    for (let count = 0; count < 100; count++) {
      fresh.time.now += 1000;
      await fresh.keys.create({ name: `key ${count}`, kind: "inference" });
    }
    const names = async (query: string) => {
      const { status, body } = await fresh.call("GET", `/keys${query}`, { key: fresh.secrets.management });
      expectValid("GET /keys", status, body);
      return (body as { data: readonly { name: string; hash: string }[] }).data;
    };
    const first = await names("");
    expect(first).toHaveLength(100);
    expect(first[0]?.name).toBe("key 99");
    expect(await names("?offset=100")).toHaveLength(2);
    await fresh.keys.update(first[0]?.hash ?? "", { disabled: true });
    expect((await names(""))[0]?.name).toBe("key 98");
    expect((await names("?include_disabled=true"))[0]?.name).toBe("key 99");
    await fresh.close();
  });

  test.each(["?offset=-1", "?offset=x", "?include_disabled=perhaps", "?workspace_id=mine"])("%s is refused", async (query) => {
    const { status, body } = await manage("GET", `/keys${query}`);
    expectValid("GET /keys", status, body);
    expect(status).toBe(400);
  });
});

describe("one key", () => {
  test("is changed where the patch says so", async () => {
    const { data } = await create({ name: "before", limit: 5, limit_reset: "daily" });
    api.time.now += 1000;
    const changed = await manage("PATCH", `/keys/${data.hash}`, { name: "after", disabled: true });
    expectValid("PATCH /keys/{hash}", changed.status, changed.body);
    expect(changed.body).toMatchObject({ data: { name: "after", disabled: true, limit: 5, limit_reset: "daily", updated_at: new Date(api.time.now).toISOString() } });
    const unlimited = await manage("PATCH", `/keys/${data.hash}`, { limit: null, limit_reset: null });
    expect(unlimited.body).toMatchObject({ data: { name: "after", limit: null, limit_remaining: null, limit_reset: null } });
    const read = await manage("GET", `/keys/${data.hash}`);
    expectValid("GET /keys/{hash}", read.status, read.body);
    expect(read.body).toEqual(unlimited.body);
  });

  test("refuses a patch of the wrong type", async () => {
    const { data } = await create({ name: "x" });
    const answer = await manage("PATCH", `/keys/${data.hash}`, { disabled: "yes" });
    expectValid("PATCH /keys/{hash}", 400, answer.body);
    expect(answer.body).toMatchObject({ error: { message: "disabled: expected boolean, received string" } });
  });

  test("does not work when disabled, and is gone when deleted", async () => {
    const { key, data } = await create({ name: "x" });
    await manage("PATCH", `/keys/${data.hash}`, { disabled: true });
    const disabled = await api.call("GET", "/key", { key });
    expect({ status: disabled.status, body: disabled.body }).toMatchObject({ status: 401, body: { error: { message: "API key is disabled" } } });
    const deleted = await manage("DELETE", `/keys/${data.hash}`);
    expectValid("DELETE /keys/{hash}", deleted.status, deleted.body);
    expect(deleted.body).toEqual({ deleted: true });
    expect((await api.call("GET", "/key", { key })).body).toMatchObject({ error: { message: "User not found." } });
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const gone = await manage(method, `/keys/${data.hash}`, method === "PATCH" ? {} : undefined);
      expect(gone.status).toBe(404);
      expectValid(`${method} /keys/{hash}`, 404, gone.body);
    }
  });
});

describe("what a key has spent", () => {
  test("counts in the windows of the calendar, against the limit's own window, and apart from the sandbox", async () => {
    const { key, data } = await create({ name: "spender", limit: 10, limit_reset: "weekly" });
    const wednesday = api.time.now;
    const spend = async (id: string, createdAt: number, dollars: number, isSandbox = false) =>
      api.settled({ id, createdAt, keyHash: data.hash, isSandbox, cost: nanodollars(BigInt(dollars * 1e9)) });
    await spend("gen-1-today", wednesday, 1);
    await spend("gen-1-monday", Date.UTC(2026, 10, 16), 2);
    await spend("gen-1-sunday", Date.UTC(2026, 10, 15, 23), 4);
    await spend("gen-1-october", Date.UTC(2026, 9, 31), 8);
    await spend("gen-1-sandbox", wednesday, 5, true);
    const { status, body } = await api.call("GET", "/key", { key });
    expectValid("GET /key", status, body);
    expect(body).toMatchObject({ data: { usage_daily: 1, usage_weekly: 3, usage_monthly: 7, usage: 15, limit_remaining: 7, sandbox_usage: 5, byok_usage: 0 } });
    expect((await manage("GET", `/keys/${data.hash}`)).body).toMatchObject({ data: { usage: 15, limit_remaining: 7 } });
    await manage("PATCH", `/keys/${data.hash}`, { limit_reset: null });
    expect((await api.call("GET", "/key", { key })).body).toMatchObject({ data: { limit: 10, limit_remaining: 0 } });
  });

  test("of a sandbox key counts against its limit in the sandbox", async () => {
    const { key, data } = await create({ name: "tester", limit: 1, sandbox: true });
    await api.settled({ id: "gen-2-sandbox", keyHash: data.hash, isSandbox: true, cost: nanodollars(250_000_000n) });
    expect((await api.call("GET", "/key", { key })).body).toMatchObject({ data: { sandbox: true, usage: 0, sandbox_usage: 0.25, limit_remaining: 0.75 } });
  });
});

describe("credits", () => {
  test("have no limit before the first grant and count down after it", async () => {
    const fresh = await openTestApi();
    const credits = async (method: string, body?: object) => fresh.call(method, "/credits", { key: fresh.secrets.management, body });
    const before = await credits("GET");
    expectValid("GET /credits", before.status, before.body);
    expect(before.body).toMatchObject({ data: { prepaid: false, total_usage: 0 } });
    expect((await credits("POST", { amount: 25 })).body).toEqual({ data: { prepaid: true, total_credits: 25, total_usage: 0 } });
    await fresh.settled({ cost: nanodollars(3_000n) });
    expect((await credits("POST", { amount: 0.5 })).body).toEqual({ data: { prepaid: true, total_credits: 25.5, total_usage: 0.000003 } });
    expect((await credits("POST", { amount: 0 })).body).toMatchObject({ error: { message: expect.stringContaining("amount: ") } });
    await fresh.close();
  });
});
