import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestSite, type TestSite } from "../../test/support/site.ts";

let site: TestSite;
beforeAll(async () => {
  site = await openTestSite({
    reads: { isDemo: true },
    routes: [
      { path: "/broken", answer: () => { throw new TypeError("a secret of the machine room"); } },
      { path: "/deep/:one/:two", answer: (_reads, { steps }) => ({ contentType: "application/json", body: JSON.stringify(steps) }) },
    ],
  });
});
afterAll(() => site.close());

describe("what is whose", () => {
  test.each(["/api/v1/models", "/api", "/api/v2/x"])("%s is the API's", async (path) => expect((await site.get(path)).status).toBe(418));
  test("what no page answers and no browser asks for is the API's", async () => expect((await site.get("/v1/models", { accept: "application/json" })).status).toBe(418));
  test("data for the pages is the site's", async () => expect((await site.get("/api/ui/v1/models")).headers.get("content-type")).toBe("application/json"));
});

describe("a page", () => {
  test("is a whole document with one heading of the first rank, its title, its address and the ribbon of demo data", async () => {
    const html = await site.page("/models");
    expect(html.startsWith('<!doctype html><html lang="en" data-root="./">')).toBe(true);
    expect(html.match(/<h1[ >]/g)).toHaveLength(1);
    expect(html).toContain("<title>Models · Windrose</title>");
    expect(html).toMatch(/<link rel="canonical" href="http:\/\/127\.0\.0\.1:\d+\/models"\/>/);
    expect(html).toContain("Demo data");
  });

  test("asks nothing of any other host, and carries no style attribute", async () => {
    for (const path of ["/", "/models", "/models?fmt=table"]) {
      const html = await site.page(path);
      expect([...html.matchAll(/(?:src|href)="(https?:\/\/(?!127\.0\.0\.1)[^"]*)"/g)].map(([, url]) => url)).toEqual([]);
      expect(html).not.toMatch(/<[^>]* style=/);
    }
  });

  test("brings React only where an island is", async () => {
    expect(await site.page("/models")).toContain('rel="modulepreload" href="./assets/model-explorer.js"');
    expect(await site.page("/")).not.toContain("modulepreload");
  });

  test("is refused every script but its own and one known by its hash", async () => {
    const policy = (await site.get("/")).headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/script-src 'self' 'sha256-[\w+/=]{44}';/);
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain("unsafe");
  });

  test("is sent again only when it has changed", async () => {
    const first = await site.get("/");
    const again = await site.get("/", { "if-none-match": first.headers.get("etag") ?? "" });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  test.each(["br", "gzip"])("is compressed with %s when asked", async (encoding) => {
    const response = await site.get("/", { "accept-encoding": encoding });
    expect(response.headers.get("content-encoding")).toBe(encoding);
    expect(await response.text()).toContain("</html>");
  });

  test("has links that work under any base path, and the address that the proxy names", async () => {
    const html = await (await site.get("/nobody/nothing", { "x-forwarded-proto": "https", "x-forwarded-host": "ai.example.org", "x-forwarded-prefix": "/gateway" })).text();
    expect(html).toContain('data-root="../"');
    expect(html).toContain('href="../models"');
    expect(html).not.toMatch(/(?:href|src)="\/[^"]*"/);
  });

  test.each(['evil.example"><script>', "a b", "x/../y", "999.999.999.999", "ai.example.org:99999", "xn--a"])("does not repeat a forged host: %s", async (host) => {
    expect(await (await site.get("/", { "x-forwarded-host": host })).text()).not.toContain(host);
  });
});

describe("addresses", () => {
  test("a trailing slash leads to the page without it, and to no other host", async () => {
    const response = await site.get("/models/?q=x");
    expect([response.status, response.headers.get("location")]).toEqual([301, "../models?q=x"]);
    expect((await rawGet("//evil.example/")).location).toBe("../evil.example");
    expect((await rawGet("/%2f%2fevil.example/")).location).toBe("../evil.example");
  });

  test("broken escapes are the API's to refuse", async () => expect((await rawGet("/%zz")).status).toBe(418));
  test("steps are decoded", async () => expect(await (await site.get("/deep/a%2Bb/c")).json()).toEqual({ one: "a+b", two: "c" }));
  test("redirects are relative", async () => expect((await site.get("/keys")).headers.get("location")).toBe("./settings/keys"));
});

describe("what goes wrong", () => {
  test("a page that is not there says so and names what is like it", async () => {
    const response = await site.get("/mistralai/ministral-9b");
    const html = await response.text();
    expect(response.status).toBe(404);
    expect(html).toContain('href="../mistralai/ministral-8b"');
    expect(html).toContain('content="noindex"');
  });

  test("a path is shown, never run", async () => {
    const html = await (await site.get("/%3Cscript%3Ealert(1)%3C%2Fscript%3E")).text();
    expect(html).toContain("&lt;script&gt;alert(1)");
    expect(html).not.toContain("<script>alert");
  });

  test("a page that cannot be made gives a number that the log knows, and no reason", async () => {
    const response = await site.get("/broken");
    const html = await response.text();
    const [id = "none"] = /req-[\w-]+/.exec(html) ?? [];
    expect(response.status).toBe(500);
    expect(html).not.toContain("machine room");
    expect(site.logged.join("")).toContain(id);
  });
});

describe("what machines read", () => {
  test("the map names the places that people read", async () => {
    const map = await site.page("/sitemap.xml");
    expect(map).toMatch(/<loc>http:\/\/127\.0\.0\.1:\d+\/models<\/loc>/);
    expect(map).not.toContain("/api/");
  });
  test("llms.txt has every listed model with its price", async () => {
    const text = await site.page("/llms.txt");
    const listed = site.catalog.models.filter(({ isListed }) => isListed);
    expect(text.match(/^- \[[^\]]+\/[^\]]+\]/gm)).toHaveLength(listed.length);
    expect(text).toContain("Mistral: Ministral 8B; $0.10 in, $0.10 out; 128000 tokens of context");
  });
  test("robots.txt names the map", async () => expect(await site.page("/robots.txt")).toMatch(/^Sitemap: http:\/\/127\.0\.0\.1:\d+\/sitemap\.xml$/m));
});

/** As written, where fetch would tidy the address first. */
async function rawGet(path: string): Promise<{ readonly status: number | undefined; readonly location: string | undefined }> {
  const { url } = await site.get("/robots.txt");
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port: new URL(url).port, path, headers: { accept: "text/html" } }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, location: response.headers.location });
    }).once("error", reject).end();
  });
}
