import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startGateway, type Gateway } from "../support/gateway.ts";

let gateway: Gateway;
let root: URL;
beforeAll(async () => {
  gateway = await startGateway();
  root = new URL("/", gateway.baseUrl);
});
afterAll(() => gateway.dispose());

interface Sizes {
  readonly script: number;
  readonly style: number;
  readonly font: number;
}

/** What a browser loads before anybody touches the page, in bytes on the wire. */
async function firstLoad(path: string): Promise<Sizes> {
  const page = new URL(path, root);
  const html = await (await fetch(page)).text();
  const linked = [...html.matchAll(/<(?:script|link)[^>]*(?:src|href)="([^"]*assets\/[^"]+)"/g)].map(([, href = ""]) => new URL(href, page));
  const sheet = await (await fetch(linked.find(({ pathname }) => pathname.endsWith(".css")) ?? page)).text();
  // All fonts of the sheet: more than a page asks for.
  const fonts = [...sheet.matchAll(/url\("?\.\/([^")]+\.woff2)"?\)/g)].map(([, name = ""]) => new URL(`/assets/${name}`, root));
  const sizes = { script: 0, style: 0, font: 0 };
  for (const url of new Set([...linked, ...fonts].map(String))) {
    const response = await fetch(url, { method: "HEAD", headers: { "accept-encoding": "gzip" } });
    expect([url, response.status, response.headers.get("cache-control")]).toEqual([url, 200, "public, max-age=31536000, immutable"]);
    const bytes = Number(response.headers.get("content-length"));
    if (url.endsWith(".js")) sizes.script += bytes;
    else if (url.endsWith(".css")) sizes.style += bytes;
    else if (url.endsWith(".woff2")) sizes.font += bytes;
  }
  return sizes;
}

const kilobyte = 1024;

describe("the built site", () => {
  test.each([
    { path: "/", script: 4 * kilobyte },
    { path: "/models", script: 170 * kilobyte },
    { path: "/models?fmt=table&sort=newest", script: 170 * kilobyte },
    { path: "/mistralai/mixtral-8x7b-instruct", script: 170 * kilobyte },
    { path: "/compare?models=mistralai/ministral-8b,mistralai/mistral-small", script: 170 * kilobyte },
    ...["/mistralai", "/rankings", "/apps", "/providers", "/provider/mistral", "/status", "/docs", "/docs/quickstart", "/docs/api/chat", "/login"].map((path) => ({ path, script: 170 * kilobyte })),
  ])("loads no more than is promised: $path", async ({ path, script }) => {
    const sizes = await firstLoad(path);
    expect(sizes.script).toBeGreaterThan(0);
    expect(sizes.script).toBeLessThanOrEqual(script);
    expect(sizes.style).toBeLessThanOrEqual(40 * kilobyte);
    expect(sizes.font).toBeGreaterThan(0);
    expect(sizes.font).toBeLessThanOrEqual(90 * kilobyte);
  });

  test("and the API share an address", async () => {
    expect((await fetch(root)).headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect((await fetch(`${gateway.baseUrl}/models/count`)).headers.get("content-type")).toBe("application/json");
    expect((await fetch(new URL("/openapi.json", root))).status).toBe(200);
  });

  test("tells a program that asks for what is not there what there is", async () => {
    const response = await fetch(new URL("/v1/models", root), { headers: { accept: "application/json" } });
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining("/api/v1/models")]);
  });
});
