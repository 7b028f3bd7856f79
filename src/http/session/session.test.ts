import { describe, expect, test } from "vitest";
import { canSignIn, sessionCookie, sessionIdOf } from "./cookie.ts";
import { createPace } from "./pace.ts";
import { createReveals } from "./reveals.ts";
import { isSameOrigin } from "./same-origin.ts";

describe("isSameOrigin", () => {
  const ours = "https://ai.example.org/gateway";
  test.each([
    { name: "a form of ours", headers: { "sec-fetch-site": "same-origin", "origin": "https://ai.example.org" }, is: true },
    { name: "a form of ours, from a browser that names no origin", headers: { "sec-fetch-site": "same-origin" }, is: true },
    { name: "a form of ours over http, where there is no Fetch Metadata", headers: { origin: "https://ai.example.org" }, is: true },
    { name: "a form of another site", headers: { "sec-fetch-site": "cross-site", "origin": "https://evil.example" }, is: false },
    { name: "a form of a neighbour", headers: { "sec-fetch-site": "same-site", "origin": "https://other.example.org" }, is: false },
    { name: "an address that was typed", headers: { "sec-fetch-site": "none" }, is: false },
    { name: "another site that says nothing but its origin", headers: { origin: "https://evil.example" }, is: false },
    { name: "another port of our host", headers: { origin: "https://ai.example.org:8443" }, is: false },
    { name: "our host without TLS", headers: { origin: "http://ai.example.org" }, is: false },
    { name: "a sandboxed frame", headers: { origin: "null" }, is: false },
    { name: "one that contradicts itself", headers: { "sec-fetch-site": "same-origin", "origin": "https://evil.example" }, is: false },
    { name: "a program", headers: {}, is: false },
  ])("$name: $is", ({ headers, is }) => expect(isSameOrigin({ headers }, ours)).toBe(is));
});

describe("the cookie", () => {
  test("over https is bound to the host", () => {
    const cookie = sessionCookie({ origin: "https://ai.example.org/gateway" }, "abc");
    expect(cookie).toBe("__Host-windrose=abc; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure");
    expect(sessionIdOf({ origin: "https://ai.example.org/gateway", cookies: "a=b; __Host-windrose=abc; c=d" })).toBe("abc");
  });

  test("on this machine is a plain one, and neither is taken for the other", () => {
    const origin = "http://127.0.0.1:4100";
    expect(sessionCookie({ origin }, "abc")).toBe("windrose-4100=abc; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
    expect(sessionIdOf({ origin, cookies: "__Host-windrose=abc" })).toBeUndefined();
    expect(sessionIdOf({ origin: "https://ai.example.org", cookies: "windrose-4100=abc" })).toBeUndefined();
    expect(sessionIdOf({ origin: "http://127.0.0.1:4200", cookies: "windrose-4100=abc" })).toBeUndefined();
  });

  test("is taken away", () => expect(sessionCookie({ origin: "http://localhost" }, undefined)).toContain("windrose-80=; Path=/; Max-Age=0;"));

  test.each([
    ["https://ai.example.org", true], ["http://localhost:4100", true], ["http://127.0.0.1:1", true], ["http://127.8.9.1:1", true], ["http://[::1]:4100", true], ["http://a.localhost", true],
    ["http://ai.example.org", false], ["http://192.168.1.5:4100", false], ["http://127.0.0.1.example.org", false], ["http://evil-localhost", false],
  ])("at %s: %s", (origin, can) => expect(canSignIn({ origin })).toBe(can));
});

describe("refusals", () => {
  test("wait for each other, and never for long", () => {
    const time = { now: 1_000_000 };
    const pace = createPace(() => time.now);
    expect([pace(), pace(), pace()]).toEqual([500, 1_000, 1_500]);
    time.now += 60_000;
    expect(pace()).toBe(500);
    expect(Math.max(...Array.from({ length: 100 }, pace))).toBe(10_000);
  });
});

describe("a revealed secret", () => {
  const made = { name: "first", isSandbox: true, secret: "sk-wr-v1-secret" };
  test("is given once, to the session that made it, and shows itself to nobody else", () => {
    const reveals = createReveals(() => 0);
    reveals.put("mine", made);
    expect(reveals.take("another's")).toBeUndefined();
    const taken = reveals.take("mine");
    expect(taken?.secret.reveal()).toBe(made.secret);
    expect(JSON.stringify(taken)).not.toContain(made.secret);
    expect(reveals.take("mine")).toBeUndefined();
  });

  test("is forgotten after two minutes", () => {
    const time = { now: 0 };
    const reveals = createReveals(() => time.now);
    reveals.put("mine", made);
    time.now = 120_000;
    expect(reveals.take("mine")).toBeUndefined();
  });
});
