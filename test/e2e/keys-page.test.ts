/** Signing in and the keys page, as a browser without a script uses them. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openVisitor, type Visitor } from "../support/browser.ts";
import { call } from "../support/caller.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

let gateway: Gateway;
let origin: string;
/** Cookies, tokens and keys that no log may show; the token that the start printed is one of them nowhere else. */
const secrets: string[] = [];

beforeAll(async () => {
  gateway = await startGateway({ env: { WINDROSE_LOG_LEVEL: "debug" } });
  origin = new URL(gateway.baseUrl).origin;
});
afterAll(() => gateway.dispose());

async function newToken(): Promise<string> {
  const address = (await gateway.cli("login")).trim();
  const [, token = ""] = /\/login#token=(\w{22})$/.exec(address) ?? expect.fail(`${address} is no address that signs in`);
  expect(address).toBe(`${origin}/login#token=${token}`);
  secrets.push(token);
  return token;
}

async function signIn(visitor: Visitor = openVisitor(origin)): Promise<Visitor> {
  const answer = await visitor.send("/login", { token: await newToken() });
  expect([answer.status, answer.location]).toEqual([303, "./settings/keys"]);
  secrets.push(...visitor.cookies.values());
  return visitor;
}

/** Fills in the form, and gives the page that follows and the key in it. */
async function createKey(visitor: Visitor, fields: Readonly<Record<string, string>>): Promise<{ readonly html: string; readonly key: string }> {
  const answer = await visitor.send("/settings/keys", { limit: "10", reset: "monthly", ...fields });
  expect([answer.status, answer.location]).toEqual([303, "../settings/keys"]);
  const { html, headers } = await visitor.get("/settings/keys");
  expect(headers.get("cache-control")).toBe("no-store");
  const [key = ""] = /sk-wr-v1-[0-9a-f]{64}/.exec(html) ?? [];
  secrets.push(key);
  return { html, key };
}

describe("the token", () => {
  test("of the start signs in, once", async () => {
    await expect.poll(gateway.output).toMatch(/^Sign in/m);
    const [, address = "", token = ""] = /^Sign in \(30 min\): (\S+)#token=(\w{22})$/m.exec(gateway.output()) ?? [];
    expect(address).toBe(`${origin}/login`);
    const visitor = openVisitor(origin);
    expect((await visitor.send("/login", { token })).status).toBe(303);
    expect((await visitor.get("/settings/keys")).status).toBe(200);
    expect((await openVisitor(origin).send("/login", { token })).status).toBe(403);
  });

  test("may be pasted with its address", async () => {
    expect((await openVisitor(origin).send("/login", { token: `${origin}/login#token=${await newToken()}` })).status).toBe(303);
  });

  test("that is used or was never there gets the same answer, and no cookie", async () => {
    const token = await newToken();
    await openVisitor(origin).send("/login", { token });
    const visitor = openVisitor(origin);
    const answers = [await visitor.send("/login", { token }), await visitor.send("/login", { token: "never" }), await visitor.send("/login", {})];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(new Set(answers.map(({ html }) => html)).size).toBe(1);
    expect(answers[0]?.html).not.toContain(token);
    expect(visitor.cookies.size).toBe(0);
  });

  test("is given out by the operator's socket alone", async () => {
    for (const key of [undefined, gateway.managementKey]) {
      expect((await call(gateway.baseUrl, "/operator/sign-in", { method: "POST", ...(key === undefined ? {} : { key }) })).status).toBe(404);
    }
  });

  test("is nothing without a node that runs", async () => {
    const stopped = await startGateway();
    await stopped.stop();
    await expect(stopped.cli("login")).rejects.toMatchObject({ stderr: expect.stringContaining("No node runs in this data directory") });
    await stopped.dispose();
  });
});

describe("a session", () => {
  test("is a cookie that no script reads", async () => {
    const visitor = openVisitor(origin);
    const { headers } = await visitor.send("/login", { token: await newToken() });
    expect(headers.get("set-cookie")).toMatch(/^windrose-\d+=\w{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
    expect(headers.get("cache-control")).toBe("no-store");
  });

  test("over https is bound to the host", async () => {
    const https = { "sec-fetch-site": "same-origin", "origin": "https://ai.example.org", "x-forwarded-proto": "https", "x-forwarded-host": "ai.example.org" };
    const { headers } = await openVisitor(origin).send("/login", { token: await newToken() }, https);
    expect(headers.get("set-cookie")).toMatch(/^__Host-windrose=\w{43}; Path=\/; .*; Secure$/);
  });

  test("is not begun where others can listen", async () => {
    const plain = { "origin": "http://ai.example.org", "x-forwarded-host": "ai.example.org" };
    const answer = await openVisitor(origin).send("/login", { token: await newToken() }, plain);
    expect([answer.status, answer.headers.get("set-cookie")]).toEqual([403, null]);
  });

  test("changes at every sign-in, and the one before ends", async () => {
    const visitor = await signIn();
    const before = new Map(visitor.cookies);
    await signIn(visitor);
    expect(visitor.cookies).not.toEqual(before);
    expect((await openVisitor(origin, before).get("/settings/keys")).location).toBe("../login");
    expect((await visitor.get("/settings/keys")).status).toBe(200);
  });

  test("ends when its holder signs out", async () => {
    const visitor = await signIn();
    const kept = new Map(visitor.cookies);
    expect((await visitor.send("/logout", {})).location).toBe("./login");
    expect(visitor.cookies.size).toBe(0);
    expect((await openVisitor(origin, kept).get("/settings/keys")).location).toBe("../login");
  });

  test("is asked for: strangers are shown the door", async () => {
    const stranger = openVisitor(origin, new Map([[`windrose-${new URL(origin).port}`, "a".repeat(43)]]));
    expect((await stranger.get("/settings/keys")).location).toBe("../login");
    expect((await stranger.send("/settings/keys", { name: "x", limit: "" })).location).toBe("../login");
  });
});

describe("a form from elsewhere", () => {
  test.each([
    { name: "another site", headers: { "sec-fetch-site": "cross-site", "origin": "https://evil.example" } },
    { name: "another site whose browser says little", headers: { origin: "https://evil.example" } },
    { name: "another port", headers: { "sec-fetch-site": "same-site", "origin": "http://127.0.0.1:1" } },
    { name: "nowhere", headers: {} },
  ])("is refused: $name", async ({ headers }) => {
    const visitor = await signIn();
    for (const [path, fields] of [["/settings/keys", { name: "forged", limit: "" }], ["/logout", {}], ["/login", { token: await newToken() }]] as const) {
      expect((await visitor.send(path, fields, headers)).status).toBe(403);
    }
    const { html } = await visitor.get("/settings/keys");
    expect(html).not.toContain("forged");
  });

  test("nor is one that is no form, or too large", async () => {
    const visitor = await signIn();
    const sent = { "sec-fetch-site": "same-origin", origin };
    expect((await visitor.send("/settings/keys", { name: "json" }, { ...sent, "content-type": "application/json" })).status).toBe(415);
    expect((await visitor.send("/settings/keys", { name: "x".repeat(20_000) })).status).toBe(413);
  });
});

describe("a key", () => {
  test("is shown once, works, and is refused when it is revoked", async () => {
    const visitor = await signIn();
    const { html, key } = await createKey(visitor, { name: "shown once", sandbox: "on" });
    expect(html.split(key)).toHaveLength(2);
    expect(html).toContain("Test now");
    const later = await visitor.get("/settings/keys");
    expect(later.html).toContain("shown once");
    expect(later.html).toContain(`${key.slice(0, 12)}...${key.slice(-4)}`);
    expect(later.html).not.toContain(key);

    const body = { model: "mistralai/ministral-8b", messages: [{ role: "user", content: "Hello" }] };
    expect((await call(gateway.baseUrl, "/chat/completions", { key, body })).status).toBe(200);
    const [, hash = ""] = /<input type="hidden" name="revoke" value="(\w{64})"/.exec(later.html.slice(later.html.indexOf("Revoke “shown once”"))) ?? [];
    expect((await visitor.send("/settings/keys", { revoke: hash })).status).toBe(303);
    expect((await call(gateway.baseUrl, "/chat/completions", { key, body })).status).toBe(401);
    expect((await visitor.get("/settings/keys")).html).not.toContain("shown once");
    // Twice is as good as once.
    expect((await visitor.send("/settings/keys", { revoke: hash })).status).toBe(303);
  });

  test("has the limit, the reset and the kinds that the form says", async () => {
    const { key } = await createKey(await signIn(), { name: "of all kinds", limit: "2.5", reset: "weekly", sandbox: "on", hedge: "on" });
    expect((await call(gateway.baseUrl, "/key", { key })).json.data).toMatchObject({ limit: 2.5, limit_reset: "weekly", sandbox: true, hedge: true });
    const { key: free } = await createKey(await signIn(), { name: "without a limit", limit: "" });
    expect((await call(gateway.baseUrl, "/key", { key: free })).json.data).toMatchObject({ limit: null, limit_reset: null, sandbox: false, hedge: false });
  });

  test("is shown to the session that made it and to no other, nor used up by a look at the head", async () => {
    const [maker, other] = [await signIn(), await signIn()];
    await maker.send("/settings/keys", { name: "mine", limit: "1", reset: "" });
    expect((await other.get("/settings/keys")).html).not.toMatch(/sk-wr-v1-[0-9a-f]{64}/);
    await maker.get("/settings/keys", "HEAD");
    const { html } = await maker.get("/settings/keys");
    const [key = ""] = /sk-wr-v1-[0-9a-f]{64}/.exec(html) ?? expect.fail("the key is shown");
    secrets.push(key);
  });

  test.each([
    { name: "no name", fields: { name: " ", limit: "1" }, why: "Give the key a name" },
    { name: "a limit in words", fields: { name: "x", limit: "ten" }, why: "A limit is an amount in dollars" },
    { name: "a limit below nothing", fields: { name: "x", limit: "-1" }, why: "A limit is an amount in dollars" },
  ])("is not made of $name, and the form keeps what was typed", async ({ fields, why }) => {
    const answer = await (await signIn()).send("/settings/keys", fields);
    expect(answer.status).toBe(400);
    expect(answer.html).toContain(why);
    expect(answer.html).toContain(`value="${fields.limit}"`);
  });

  test("may be called anything, and is shown as text", async () => {
    const { html } = await createKey(await signIn(), { name: '"><script>alert(1)</script>' });
    expect(html).not.toContain("<script>alert");
    expect(html).toContain("&lt;script&gt;alert(1)");
  });
});

test("nothing of all this is in a log", () => {
  const output = gateway.output();
  expect(secrets.length).toBeGreaterThan(20);
  for (const secret of secrets) expect(output).not.toContain(secret);
});
