/** The documentation as a reader has it: every link leads somewhere, and the reference has all that is answered. */

import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { faults } from "../../src/base/fault.ts";
import { policies } from "../../src/http/api/policy.ts";
import { inferenceOperations } from "../../src/http/server.ts";
import { call, type Json } from "../support/caller.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";

let gateway: Gateway;
let root: URL;
beforeAll(async () => {
  gateway = await startGateway();
  root = new URL("/", gateway.baseUrl);
});
afterAll(() => gateway.dispose());

interface Read {
  readonly status: number;
  readonly html: string;
  readonly ids: readonly string[];
  readonly links: readonly URL[];
}

const shelf = new Map<string, Promise<Read>>();

/** Each address once. */
function read(url: URL): Promise<Read> {
  const address = new URL(url.pathname + url.search, root);
  const reading = shelf.get(address.href) ?? fetch(address, { headers: { accept: "text/html" } }).then(async (response) => {
    const html = await response.text();
    const values = (pattern: RegExp) => [...html.matchAll(pattern)].map(([, value = ""]) => value.replaceAll("&amp;", "&"));
    return { status: response.status, html, ids: values(/\sid="([^"]+)"/g), links: values(/<a\s[^>]*href="([^"]+)"/g).map((href) => new URL(href, response.url)) };
  });
  shelf.set(address.href, reading);
  return reading;
}

/** All pages below /docs that can be reached from it. */
async function readAll(): Promise<ReadonlyMap<string, Read>> {
  const found = new Map<string, Read>();
  const waiting = [new URL("/docs", root)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next.pathname)) continue;
    const page = await read(next);
    found.set(next.pathname, page);
    waiting.push(...page.links.filter(({ origin, pathname }) => origin === root.origin && /^\/docs\/[\w/-]+$/.test(pathname)));
  }
  return found;
}

describe("the documentation", () => {
  test("has no dead link and no dead anchor, and no id twice", async () => {
    const pages = await readAll();
    expect(pages.size).toBeGreaterThan(25);
    const dead: string[] = [];
    for (const [path, { status, ids, links }] of pages) {
      if (status !== 200) dead.push(`${path} is ${status}`);
      for (const id of ids.filter((one, at) => ids.indexOf(one) !== at)) dead.push(`${path} has #${id} twice`);
      for (const link of links) {
        if (link.origin !== root.origin) continue;
        const target = await read(link);
        if (target.status !== 200) dead.push(`${path} links to ${link.pathname}, which is ${target.status}`);
        else if (link.hash !== "" && !target.ids.includes(decodeURIComponent(link.hash.slice(1)))) dead.push(`${path} links to ${link.pathname}${link.hash}, which has no such place`);
      }
    }
    expect(dead).toEqual([]);
  });

  test("names this host in its samples", async () => {
    const { html } = await read(new URL("/docs/quickstart", root));
    expect(html).toContain(`${root.origin}/api/v1/chat/completions`);
    expect(html).not.toContain("127.0.0.1:4100");
    expect(html).toMatch(/href="\.\.\/settings\/keys"/);
  });

  test("has a first request that works as pasted", async ({ skip }) => {
    if (spawnSync("curl", ["--version"]).status !== 0) return skip("there is no curl here");
    const { html } = await read(new URL("/docs/quickstart", root));
    const [, sample = ""] = /<code id="[^"]+">(curl [^<]+chat\/completions[^<]+)<\/code>/.exec(html) ?? [];
    const command = sample.replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&amp;", "&");
    const { key } = await gateway.newKey({ sandbox: true });
    const { stdout } = await promisify(execFile)("sh", ["-c", `${command} -sS`], { env: { PATH: process.env["PATH"], WINDROSE_API_KEY: key } });
    expect(JSON.parse(stdout)).toMatchObject({ choices: [{ message: { content: expect.stringContaining(" ") } }] });
  });

  test("has a place for every error, where errors point", async () => {
    const { ids } = await read(new URL("/docs/errors", root));
    expect(ids).toEqual(expect.arrayContaining(Object.keys(faults)));
    const { key } = await gateway.newKey();
    const refused = await call(gateway.baseUrl, "/chat/completions", { key, body: { model: "nobody/nothing", messages: [{ role: "user", content: "Hello" }] } });
    expect((await read(new URL(refused.json.error.availability.docs_url, root))).status).toBe(200);
    for (const [path, options] of [["/chat/completions", { key, body: { model: "nobody/nothing" } }], ["/messages", { body: {} }], ["/key", {}], ["/nowhere", { key }], ["/embeddings", { key, body: {} }]] as const) {
      const { json, status } = await call(gateway.baseUrl, path, options);
      // The messages dialect has it beside the error.
      const url = new URL((json.error.metadata ?? json.metadata).docs_url, root);
      expect([path, status >= 400, (await read(url)).ids.includes(url.hash.slice(1))]).toEqual([path, true, true]);
    }
  });

  test("is there as Markdown, and llms.txt says where", async () => {
    const index = await (await fetch(new URL("/llms.txt", root))).text();
    const documents = [...index.matchAll(/\((\S+\/docs\/[\w-]+\.md)\)/g)].map(([, url = ""]) => url);
    expect(documents.length).toBeGreaterThan(15);
    const whole = await (await fetch(new URL("/llms-full.txt", root))).text();
    expect(whole.match(/^# /gm)?.length).toBeGreaterThanOrEqual(documents.length);
    expect(whole).toContain(`${root.origin}/api/v1/chat/completions`);
    for (const url of documents) {
      const response = await fetch(url);
      expect([url, response.status, (await response.text()).slice(0, 2)]).toEqual([url, 200, "# "]);
    }
  });

  test("is found by the search palette", async () => {
    const places: { name: string; path: string }[] = await (await fetch(new URL("/api/ui/v1/docs", root))).json();
    expect(places.length).toBeGreaterThan(100);
    for (const { path } of places) {
      const url = new URL(path, root);
      const { status, ids } = await read(url);
      expect([path, status, url.hash === "" || ids.includes(url.hash.slice(1))]).toEqual([path, 200, true]);
    }
  });
});

async function operationsOf(path: string): Promise<readonly string[]> {
  const document = (await (await fetch(new URL(path, root))).json()) as Json;
  return Object.entries<object>(document.paths).flatMap(([where, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${where}`));
}

describe("the reference", () => {
  test("has every operation that is answered, and no other", async () => {
    const described = await operationsOf("/openapi.json");
    expect(described.toSorted()).toEqual([...Object.keys(policies), ...inferenceOperations].toSorted());
    expect(await operationsOf("/api/v1/openapi.json")).toEqual(described);
    const index = (await read(new URL("/docs/api", root))).links.map(({ hash }) => hash.slice(1));
    for (const operation of described) expect(index).toContain(operation.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/-$/, ""));
  });

  test("describes operations that exist: none is unknown or takes another method", async () => {
    for (const operation of await operationsOf("/openapi.json")) {
      const [method = "", path = ""] = operation.split(" ");
      const { status, text } = await call(gateway.baseUrl, path.replaceAll(/\{(\w+)\}/g, "x"), { method, ...(method === "POST" ? { body: {} } : {}) });
      expect([operation, status === 405 || text.includes(`There is no ${method} `)]).toEqual([operation, false]);
    }
  });

  test("names samples' models that the catalog has", async () => {
    const document = (await (await fetch(new URL("/openapi.json", root))).json()) as Json;
    for (const operation of inferenceOperations) {
      const { model } = document.paths[operation.slice("POST ".length)].post.requestBody.content["application/json"].example;
      const [author, slug] = String(model).split("/");
      expect([operation, (await call(gateway.baseUrl, `/model/${author}/${slug}`)).status]).toEqual([operation, 200]);
    }
  });

  test("is the same document as YAML, with the address of this host", async () => {
    const [json, yaml] = await Promise.all(["/openapi.json", "/openapi.yaml"].map(async (path) => (await fetch(new URL(path, root))).text()));
    expect(parse(yaml ?? "")).toEqual(JSON.parse(json ?? ""));
    expect(JSON.parse(json ?? "").servers).toEqual([{ url: `${root.origin}/api/v1` }]);
  });
});
