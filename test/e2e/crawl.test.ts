/** The site as a crawler has it, on generated data and below a base path: every link leads somewhere, and every page has a head of its own. */

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startGateway, windroseCommand, type Gateway } from "../support/gateway.ts";

const base = "/gateway";

let home: string;
let gateway: Gateway;
let proxy: Server;
let root: URL;
let pages: ReadonlyMap<string, Visited>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "windrose-crawl-"));
  await promisify(execFile)(process.execPath, [...windroseCommand(), "demo", "--dir", join(home, "data"), "--generations", "4000", "--days", "30"], { env: { PATH: process.env["PATH"] } });
  gateway = await startGateway({ home, config: {} });
  proxy = below(base, new URL(gateway.baseUrl));
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  root = new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}${base}/`);
  pages = await crawl();
}, 120_000);
afterAll(async () => {
  proxy.close();
  await gateway.stop();
  await rm(home, { recursive: true, force: true });
});

/** A proxy as people put before the gateway: it takes the base path off, and says where the caller came to. */
function below(prefix: string, { hostname, port }: URL): Server {
  return createServer((message, response) => {
    if (message.url?.startsWith(`${prefix}/`) !== true) return void response.writeHead(404).end("Not below the base path.");
    const headers = { ...message.headers, "x-forwarded-prefix": prefix, "x-forwarded-host": message.headers.host };
    request({ hostname, port, path: message.url.slice(prefix.length), method: message.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
}

interface Visited {
  readonly status: number;
  readonly from: string;
  /** "" for what is no page. */
  readonly html: string;
  readonly location: string | null;
  readonly links: readonly URL[];
}

const atOnce = 8;

/** Everything that can be reached by links from the front page. Of addresses with a query there is no end, and a model's variants are its page again. */
async function crawl(): Promise<ReadonlyMap<string, Visited>> {
  const found = new Map<string, Visited>();
  const named = new Set([root.pathname]);
  let waiting: { readonly path: string; readonly from: string }[] = [{ path: root.pathname, from: "" }];
  while (waiting.length > 0) {
    const batch = waiting.slice(0, atOnce);
    waiting = waiting.slice(atOnce);
    for (const [path, page] of await Promise.all(batch.map(async ({ path, from }) => [path, await visit(path, from)] as const))) {
      found.set(path, page);
      for (const { origin, pathname, search } of page.links) {
        if (origin !== root.origin || search !== "" || named.has(pathname) || /\/[^/]+\/[^/]+:/.test(pathname)) continue;
        named.add(pathname);
        waiting.push({ path: pathname, from: path });
      }
    }
  }
  return found;
}

async function visit(path: string, from: string): Promise<Visited> {
  const response = await fetch(new URL(path, root), { headers: { accept: "text/html" }, redirect: "manual" });
  const text = await response.text();
  const html = response.headers.get("content-type")?.includes("text/html") === true ? text : "";
  const links = [...html.matchAll(/<a\s[^>]*href="([^"]+)"/g)].map(([, href = ""]) => new URL(href.replaceAll("&amp;", "&"), new URL(path, root)));
  return { status: response.status, from, html, location: response.headers.get("location"), links };
}

const documents = () => [...pages].filter(([, { status, html }]) => status === 200 && html !== "");
const inHead = (html: string, pattern: RegExp) => pattern.exec(html)?.[1]?.replaceAll("&amp;", "&").replaceAll("&#x27;", "'").replaceAll("&quot;", '"') ?? "";

describe("the site", () => {
  test("is as large as the catalog, and has no dead link", () => {
    expect(documents().length).toBeGreaterThan(500);
    const behindSignIn = [...pages].filter(([, { status }]) => status === 302);
    expect(behindSignIn.map(([path, { location }]) => [path, new URL(location ?? "", new URL(path, root)).pathname])).toEqual([[`${base}/settings/keys`, `${base}/login`]]);
    expect([...pages].filter(([, { status }]) => status !== 200 && status !== 302).map(([path, { status, from }]) => `${path} is ${status}, linked from ${from}`)).toEqual([]);
  });

  test("has no link to a section that is not there, and none out of its base path", () => {
    const idsOf = new Map(documents().map(([path, { html }]) => [path, new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id))]));
    const dead = new Set<string>();
    for (const [path, { links }] of pages) {
      for (const { origin, pathname, hash } of links) {
        if (origin !== root.origin) continue;
        if (!pathname.startsWith(root.pathname)) dead.add(`${path} leads out to ${pathname}`);
        if (hash !== "" && idsOf.get(pathname)?.has(decodeURIComponent(hash.slice(1))) === false) dead.add(`${path} links to ${pathname}${hash}`);
      }
    }
    expect([...dead]).toEqual([]);
  });

  test("has a head of its own on every page: title, description, canonical address, one heading, the ribbon", () => {
    const wrong: string[] = [];
    const titles = new Map<string, string>();
    for (const [path, { html }] of documents()) {
      const title = inHead(html, /<title>(.*?)<\/title>/);
      if (title === "" || title.length > 60) wrong.push(`${path} is called "${title}"`);
      if (titles.has(title)) wrong.push(`${path} and ${titles.get(title)} are both "${title}"`);
      titles.set(title, path);
      const description = inHead(html, /<meta name="description" content="([^"]*)"/);
      if (description.length < 10 || description.length > 200) wrong.push(`${path} is described in ${description.length} characters`);
      const isPrivate = html.includes('<meta name="robots" content="noindex"/>');
      if (!isPrivate && inHead(html, /<link rel="canonical" href="([^"]+)"/) !== new URL(path, root).href.replace(/\/$/, path === root.pathname ? "/" : "")) wrong.push(`${path} has another canonical address`);
      if (html.match(/<h1[ >]/g)?.length !== 1) wrong.push(`${path} has not one h1`);
      if (/<[^>]*\sstyle=/.test(html)) wrong.push(`${path} has a style in its markup`);
      if (!html.includes('aria-label="Demo data"')) wrong.push(`${path} does not say that its data is generated`);
    }
    expect(wrong).toEqual([]);
  });

  test("has a map with every page that is for everybody, and no other", async () => {
    const map = await (await fetch(new URL("sitemap.xml", root))).text();
    const mapped = new Set([...map.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, url = ""]) => new URL(url).pathname));
    const open = documents().filter(([, { html }]) => !html.includes('content="noindex"')).map(([path]) => path);
    expect(open.filter((path) => !mapped.has(path))).toEqual([]);
    expect([...mapped].filter((path) => pages.get(path)?.status !== 200)).toEqual([]);
  });
});

describe("an address that is another's", () => {
  test.each([
    { asked: "models/mistralai/ministral-8b", status: 301, to: "mistralai/ministral-8b" },
    { asked: "rankings/", status: 301, to: "rankings" },
    { asked: "docs/quickstart/", status: 301, to: "docs/quickstart" },
    { asked: "keys", status: 302, to: "settings/keys" },
    { asked: "status/mistral", status: 301, to: "provider/mistral" },
    { asked: "mistralai/ministral-8b/providers", status: 301, to: "mistralai/ministral-8b" },
    { asked: "apps?url=https://helmsman.example/about", status: 302, to: "apps/helmsman.example" },
  ])("$asked leads to $to", async ({ asked, status, to }) => {
    const response = await fetch(new URL(asked, root), { redirect: "manual", headers: { accept: "text/html" } });
    expect([response.status, new URL(response.headers.get("location") ?? "", response.url).pathname]).toEqual([status, `${root.pathname}${to}`]);
  });

  test.each([
    { asked: "mistralai/ministral-8bb", near: "mistralai/ministral-8b" },
    { asked: "rankigns", near: "rankings" },
    { asked: "provider/mistrall", near: "provider/mistral" },
    { asked: "docs/quickstrat", near: "docs/quickstart" },
  ])("and what is nowhere names what is near: $asked", async ({ asked, near }) => {
    const page = await visit(`${root.pathname}${asked}`, "");
    expect(page.status).toBe(404);
    expect(page.links.map(({ pathname }) => pathname)).toContain(`${root.pathname}${near}`);
  });
});
