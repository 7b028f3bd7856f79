import { expect, test } from "vitest";
import { appOf } from "./apps.ts";

const app = (referer: string | null, title: string | null = null, categories: readonly string[] = []) => appOf({ referer, title, categories, userAgent: null });

test.each([
  { name: "an origin is an app", referer: "https://app.example", title: null, origin: "https://app.example" },
  { name: "whatever its path", referer: "https://app.example/chat?x=1#y", title: "An app", origin: "https://app.example" },
  { name: "and however it is written", referer: "HTTPS://APP.example:443/", title: null, origin: "https://app.example" },
  { name: "another port is another app", referer: "https://app.example:8443", title: null, origin: "https://app.example:8443" },
  { name: "localhost with a title is one", referer: "http://localhost:3000/", title: "My tool", origin: "http://localhost:3000" },
])("$name", ({ referer, title, origin }) => {
  expect(app(referer, title)?.origin).toBe(origin);
});

test.each([
  { name: "a title alone", referer: null, title: "An app" },
  { name: "localhost without a title", referer: "http://localhost:3000", title: null },
  { name: "127.0.0.1 without a title", referer: "http://127.0.0.1:3000", title: null },
  { name: "[::1] without a title", referer: "http://[::1]:3000", title: null },
  { name: "what is no URL", referer: "app.example", title: "An app" },
  { name: "what is no address of the web", referer: "javascript:alert(1)", title: "An app" },
])("$name is no app", ({ referer, title }) => {
  expect(app(referer, title)).toBeUndefined();
});

test("an app keeps its id under every title, and localhost has one for each", () => {
  expect(app("https://app.example/a", "One")?.id).toBe(app("https://app.example/b", "Two")?.id);
  expect(app("http://localhost:3000", "One")?.id).not.toBe(app("http://localhost:3000", "Two")?.id);
  expect(Number.isSafeInteger(app("https://app.example")?.id)).toBe(true);
});

test("categories that nobody knows are dropped in silence", () => {
  expect(app("https://app.example", null, ["cli-agent", "no-such", "game"])?.categories).toEqual(["cli-agent", "game"]);
});
