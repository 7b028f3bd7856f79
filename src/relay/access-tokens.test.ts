/** Tokens from an endpoint on a real socket, signed for with a key of the test's own. */

import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { gate, json, redirect, startFakeUpstream, type FakeUpstream, type Reply } from "../../test/support/fake-upstream.ts";
import { signedClaims, testAccount } from "../../test/support/service-account.ts";
import { secret } from "../base/secret.ts";
import type { ServiceAccount } from "../providers/service-account.ts";
import { createAccessTokens } from "./access-tokens.ts";
import { createUpstream, type Upstream } from "./upstream.ts";

let issuer: FakeUpstream;
let upstream: Upstream;
let now: number;
let account: ServiceAccount;
let publicKey: ReturnType<typeof testAccount>["publicKey"];

beforeAll(async () => {
  issuer = await startFakeUpstream();
  upstream = createUpstream({ connectMs: 2_000 });
  const made = testAccount(`${issuer.origin}/token`);
  publicKey = made.publicKey;
  account = { email: made.file.client_email, keyId: made.file.private_key_id, privateKey: secret(made.file.private_key), tokenUrl: made.file.token_uri };
});

beforeEach(() => {
  issuer.reset();
  now = 1_700_000_000_500;
});

afterAll(async () => {
  await Promise.all([issuer.close(), upstream.close()]);
});

const open = () => createAccessTokens({ upstream, clock: () => now });
const given = (token: string, more: object = { expires_in: 3599, token_type: "Bearer" }): Reply => json({ access_token: token, ...more });

test("a token is asked for in the account's name, for an hour, under its signature", async () => {
  issuer.next(given("ya29.one"));
  expect((await open().get(account)).reveal()).toBe("ya29.one");
  const { method, path, headers, text } = await issuer.received(0);
  expect([method, path, headers["content-type"], headers.authorization]).toEqual(["POST", "/token", "application/x-www-form-urlencoded", undefined]);
  expect(signedClaims(text, publicKey)).toEqual({
    head: { alg: "RS256", typ: "JWT", kid: "key-1" }, grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    claims: { iss: account.email, scope: "https://www.googleapis.com/auth/cloud-platform", aud: account.tokenUrl, iat: 1_700_000_000, exp: 1_700_003_600 },
  });
});

test("it is kept until a minute before it expires, and given at once", async () => {
  issuer.next(given("one"), given("two"));
  const tokens = open();
  await tokens.get(account);
  now += (3599 - 61) * 1000;
  expect(tokens.get(account)).not.toBeInstanceOf(Promise);
  now += 1_000;
  expect((await tokens.get(account)).reveal()).toBe("two");
  expect(issuer.requests).toHaveLength(2);
});

test("those who ask at one time share one, and so does a failure", async () => {
  const { opened, open: answer } = gate();
  issuer.next({ status: 200, headers: { "content-type": "application/json" }, body: [opened, '{"access_token":"shared","expires_in":3599}'], ending: "end" });
  const tokens = open();
  const asked = [tokens.get(account), tokens.get(account), tokens.get(account)];
  await issuer.received(0);
  answer();
  expect((await Promise.all(asked)).map((token) => token.reveal())).toEqual(["shared", "shared", "shared"]);
  expect(issuer.requests).toHaveLength(1);

  issuer.next(json({ error: "invalid_grant" }, 400), given("next"));
  const others = open();
  const failed = await Promise.allSettled([others.get(account), others.get(account)]);
  expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(issuer.requests).toHaveLength(2);
  expect((await others.get(account)).reveal()).toBe("next");
});

test("one that was refused is forgotten, but not the one that came after it", async () => {
  issuer.next(given("one"), given("two"));
  const tokens = open();
  const one = await tokens.get(account);
  tokens.forget(account, one);
  const two = await tokens.get(account);
  expect(two.reveal()).toBe("two");
  tokens.forget(account, one);
  expect(tokens.get(account)).toBe(two);
});

test("one that does not say how long it lives is good for one request", async () => {
  issuer.next(given("one", {}), given("two", { expires_in: "soon" }));
  const tokens = open();
  expect((await tokens.get(account)).reveal()).toBe("one");
  expect((await tokens.get(account)).reveal()).toBe("two");
});

describe("a failure is one of ours, with nothing of the endpoint's words", () => {
  const refusals: readonly { name: string; reply: Reply; code: string; cause: unknown }[] = [
    { name: "a refused key", reply: json({ error: "invalid_grant", error_description: "Invalid JWT: s3cr3t" }, 400), code: "upstream_credential", cause: "the token endpoint answered 400 (invalid_grant)" },
    { name: "a strange word for it", reply: json({ error: "<b>s3cr3t</b>" }, 401), code: "upstream_credential", cause: "the token endpoint answered 401" },
    { name: "too many requests", reply: json({ error: "slow_down" }, 429), code: "upstream_unreachable", cause: "the token endpoint answered 429 (slow_down)" },
    { name: "a failure of its own", reply: json({}, 503), code: "upstream_unreachable", cause: "the token endpoint answered 503" },
    { name: "no token", reply: json({ id_token: "s3cr3t" }), code: "upstream_unreachable", cause: "the token endpoint answered 200" },
    { name: "a token that is no word", reply: json({ access_token: "a\r\nx: s3cr3t" }), code: "upstream_unreachable", cause: "the token endpoint answered 200" },
    { name: "a page", reply: { status: 200, headers: {}, body: ["<html>s3cr3t"], ending: "end" }, code: "upstream_unreachable", cause: "the token endpoint answered 200" },
    { name: "a redirect", reply: redirect("http://127.0.0.1:1/"), code: "upstream_unreachable", cause: "the token endpoint answered 307" },
    { name: "more than a token", reply: { status: 200, headers: {}, body: ["s".repeat(70_000)], ending: "end" }, code: "upstream_unreachable", cause: "its answer is larger than 64 KiB" },
    { name: "a reset connection", reply: "reset", code: "upstream_unreachable", cause: "The provider closed the connection before its answer was complete." },
  ];
  test.each(refusals)("$name", async ({ reply, code, cause }) => {
    issuer.next(reply);
    const failed: unknown = await Promise.resolve(open().get(account)).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code, cause });
    expect(String(failed)).not.toContain("s3cr3t");
    expect(issuer.requests).toHaveLength(1);
  });
});

test("a key that cannot sign fails who asks, and nobody else later", async () => {
  vi.useFakeTimers();
  try {
    await expect(open().get({ ...account, privateKey: secret("no key") })).rejects.toThrow();
    vi.advanceTimersByTime(60_000);
  } finally {
    vi.useRealTimers();
  }
  expect(issuer.requests).toHaveLength(0);
});
