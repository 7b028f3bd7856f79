import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAssets } from "./assets.ts";

const script = "console.log('rose')";
const folder = mkdtempSync(join(tmpdir(), "windrose-assets-"));
let server: Server;
let origin: string;

beforeAll(async () => {
  writeFileSync(join(folder, "main-1.js"), script);
  writeFileSync(join(folder, "main-1.js.gz"), gzipSync(script));
  writeFileSync(join(folder, "main-1.js.br"), "brotli bytes");
  writeFileSync(join(folder, "plex.woff2"), "font");
  writeFileSync(join(folder, "rose-1.svg"), "<svg/>");
  writeFileSync(join(folder, "secret.txt"), "not in the manifest");
  const manifest = { style: "style-1.css", script: "main-1.js", icon: "rose-1.svg", card: "card-1.png", fonts: ["plex.woff2"], islands: { one: ["one-1.js"] }, files: ["main-1.js", "plex.woff2", "rose-1.svg"] };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  const assets = openAssets(folder);
  server = createServer((message, response) => {
    if (assets?.answer(message, response, message.url ?? "") !== true) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

describe("assets", () => {
  test("are named as paths of the site", () => {
    expect(openAssets(folder)?.names).toEqual({ style: "/assets/style-1.css", script: "/assets/main-1.js", icon: "/assets/rose-1.svg", card: "/assets/card-1.png", fonts: ["/assets/plex.woff2"], islands: { one: ["/assets/one-1.js"] } });
  });

  test("never change under their names", async () => {
    const response = await fetch(`${origin}/assets/main-1.js`, { headers: { "accept-encoding": "identity" } });
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(await response.text()).toBe(script);
  });

  test.each([
    ["gzip, deflate", "gzip"],
    ["gzip, br;q=0", "gzip"],
    ["br;q=0.5, gzip", "br"],
    ["", null],
    ["zstd", null],
  ])("come as the caller takes them: %j", async (accepts, encoding) => {
    const response = await fetch(`${origin}/assets/main-1.js`, { method: "HEAD", headers: { "accept-encoding": accepts } });
    expect(response.headers.get("content-encoding")).toBe(encoding);
    expect(response.headers.get("vary")).toBe("accept-encoding");
  });

  test("compressed at build time are sent as they are", async () => {
    const response = await fetch(`${origin}/assets/main-1.js`, { headers: { "accept-encoding": "gzip" } });
    expect([response.headers.get("content-length"), await response.text()]).toEqual([String(gzipSync(script).length), script]);
  });
  test("fonts are not compressed again", async () => {
    const response = await fetch(`${origin}/assets/plex.woff2`, { headers: { "accept-encoding": "br, gzip" } });
    expect([response.headers.get("content-encoding"), response.headers.get("content-type")]).toEqual([null, "font/woff2"]);
  });
  test.each(["/assets/secret.txt", "/assets/../secret.txt", "/assets/", "/assets/manifest.json"])("%s is not one", async (path) => expect((await fetch(origin + path)).status).toBe(404));
  test("the mark answers old browsers, too", async () => expect((await fetch(`${origin}/favicon.ico`)).headers.get("content-type")).toBe("image/svg+xml"));
});

test("a gateway that was not built has no site", () => expect(openAssets(join(folder, "nowhere"))).toBeUndefined());
