import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import { openSqlite } from "../db/sqlite.ts";
import type { Db } from "../db/port.ts";
import { openKeys, type Keys } from "../keys/keys.ts";
import { authenticate, requireKind } from "./authenticate.ts";

const now = Date.UTC(2026, 0, 1);
const secrets = { good: "sk-wr-v1-good-0123456789", disabled: "sk-wr-v1-disabled-0123456789", expired: "sk-wr-v1-expired-0123456789", managing: "sk-wr-v1-managing-0123456789" };

let db: Db;
let keys: Keys;
beforeAll(async () => {
  db = await openSqlite(":memory:");
  keys = openKeys({ db, clock: () => now });
  await keys.create({ name: "good", kind: "inference", secret: secrets.good });
  await keys.create({ name: "managing", kind: "management", secret: secrets.managing });
  await keys.create({ name: "expired", kind: "inference", secret: secrets.expired, expiresAt: now });
  const { key } = await keys.create({ name: "disabled", kind: "inference", secret: secrets.disabled });
  await keys.update(key.hash, { disabled: true });
});
afterAll(() => db.close());

const refused = [
  { name: "no header", headers: {}, message: "Missing Authentication header" },
  { name: "an empty header", headers: { authorization: "" }, message: "Missing Authentication header" },
  { name: "a scheme without a key", headers: { authorization: "Bearer " }, message: "Missing Authentication header" },
  { name: "another scheme", headers: { authorization: "Basic dXNlcjpwYXNz" }, message: 'Authorization header must read "Bearer <API key>"' },
  { name: "two keys in one", headers: { authorization: "Bearer a b" }, message: 'Authorization header must read "Bearer <API key>"' },
  { name: "an unknown key", headers: { authorization: "Bearer sk-or-v1-nobody" }, message: "User not found." },
  { name: "a disabled key", headers: { authorization: `Bearer ${secrets.disabled}` }, message: "API key is disabled" },
  { name: "an expired key", headers: { authorization: `Bearer ${secrets.expired}` }, message: "API key has expired on 2026-01-01T00:00:00.000Z" },
];

describe("authenticate", () => {
  test.each(refused)("$name is refused and told why", async ({ headers, message }) => {
    const fault = await (async () => authenticate(headers, keys, now))().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({ code: "authentication", message });
  });

  test.each([
    { name: "Authorization", headers: { authorization: `Bearer ${secrets.good}` } },
    { name: "Authorization in small letters and wide spaces", headers: { authorization: `bearer   ${secrets.good} ` } },
    { name: "x-api-key", headers: { "x-api-key": secrets.good } },
    { name: "x-api-key beside an empty Authorization", headers: { authorization: "", "x-api-key": secrets.good } },
    { name: "Authorization before x-api-key", headers: { authorization: `Bearer ${secrets.good}`, "x-api-key": "another" } },
  ])("a key is found in $name", async ({ headers }) => {
    expect(await authenticate(headers, keys, now)).toMatchObject({ name: "good" });
  });

  test("a key that is remembered is answered without waiting", async () => {
    await authenticate({ authorization: `Bearer ${secrets.good}` }, keys, now);
    expect(authenticate({ authorization: `Bearer ${secrets.good}` }, keys, now)).toMatchObject({ name: "good" });
  });
});

describe("requireKind", () => {
  test("each kind does its own work and no other", async () => {
    const inference = await authenticate({ "x-api-key": secrets.good }, keys, now);
    const management = await authenticate({ "x-api-key": secrets.managing }, keys, now);
    expect(() => requireKind(inference, "inference")).not.toThrow();
    expect(() => requireKind(management, "management")).not.toThrow();
    expect(() => requireKind(inference, "management")).toThrow("Only management keys can perform this operation");
    expect(() => requireKind(management, "inference")).toThrow("Management keys cannot perform this operation");
  });
});
