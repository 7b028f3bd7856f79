import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../../../test/support/api.ts";
import { expectValid } from "../../../test/support/openapi.ts";
import { observe } from "../../routing/health.ts";
import { modelFeed } from "./rss.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

interface List {
  readonly data: readonly { readonly id: string; readonly created: number }[];
  readonly total_count: number;
  readonly links: { readonly next: string | null };
}

async function list(query: string): Promise<List> {
  const { status, body } = await api.call("GET", `/models${query}`);
  expectValid("GET /models", status, body);
  return body as List;
}

describe("GET /models", () => {
  test("gives every listed model that writes text, as the contract has it", async () => {
    const listed = api.catalog.models.filter((model) => model.isListed && model.outputModalities.includes("text"));
    const { data, total_count, links } = await list("");
    expect(data.map(({ id }) => id)).toEqual(listed.map(({ slug }) => slug));
    expect(total_count).toBe(listed.length);
    expect(links.next).toBeNull();
  });

  test("gives all kinds when asked, with the same count as /models/count", async () => {
    const { data, total_count } = await list("?output_modalities=all");
    const { status, body } = await api.call("GET", "/models/count?output_modalities=all");
    expectValid("GET /models/count", status, body);
    expect(body).toEqual({ data: { count: data.length } });
    expect(total_count).toBe(data.length);
  });

  test("its pages, followed by their links, are the whole list once", async () => {
    const whole = await list("?sort=newest");
    const ids: string[] = [];
    let next: string | null = "/api/v1/models?sort=newest&limit=150";
    while (next !== null) {
      const page: List = await list(next.slice("/api/v1/models".length));
      ids.push(...page.data.map(({ id }) => id));
      expect(page.total_count).toBe(whole.total_count);
      next = page.links.next;
    }
    expect(ids).toEqual(whole.data.map(({ id }) => id));
  });

  test.each([
    { query: "?limit=0", names: "limit" },
    { query: "?offset=-1", names: "offset" },
    { query: "?sort=best", names: "sort" },
    { query: "?min_price=cheap", names: "min_price" },
    { query: "?zdr=maybe", names: "zdr" },
  ])("refuses $query and names $names", async ({ query, names }) => {
    const { status, body } = await api.call("GET", `/models${query}`);
    expect(status).toBe(400);
    expectValid("GET /models", 400, body);
    expect(body).toMatchObject({ error: { message: expect.stringContaining(names) } });
  });

  test("is not sent again to who has it", async () => {
    const first = await api.call("GET", "/models");
    const again = await api.call("GET", "/models", { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: "" });
    expect(again.headers.get("cache-control")).toBe("public, max-age=60");
    expect((await api.call("GET", "/models?q=ministral", { headers: { "if-none-match": first.headers.get("etag") ?? "" } })).status).toBe(200);
  });

  test("is a feed for readers of feeds", async () => {
    const { status, headers, text } = await api.call("GET", "/models?use_rss=true&q=ministral-8b-2512");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/rss+xml; charset=utf-8");
    expect(text).toContain("<title>Mistral: Ministral 3 8B 2512</title><link>http://127.0.0.1:4100/mistralai/ministral-8b-2512</link>");
    const chat = await api.call("GET", "/models?use_rss=true&use_rss_chat_links=true&q=ministral-8b-2512");
    expect(chat.text).toContain("<link>http://127.0.0.1:4100/chat?models=mistralai%2Fministral-8b-2512</link>");
  });
});

test("no name can break out of a feed", () => {
  const models = api.catalog.models.slice(0, 1).map((model) => ({ ...model, name: '</title><script>alert("1")\u0000&\'' }));
  expect(modelFeed({ models, origin: "http://a", linksToChat: false })).toContain("<title>&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&amp;&apos;</title>");
});

test("GET /models/user is the same list, for a key", async () => {
  const { status, body } = await api.call("GET", "/models/user?limit=3", { key: api.secrets.inference });
  expectValid("GET /models/user", status, body);
  expect((body as List).data).toEqual((await list("?limit=3")).data);
  expect((body as List).links.next).toBe("/api/v1/models/user?limit=3&offset=3");
});

describe("one model", () => {
  test("every slug of the catalog is found, listed or not, in the form of the contract", async () => {
    for (const { slug } of api.catalog.models) {
      const model = await api.call("GET", `/model/${slug}`);
      expectValid("GET /model/{author}/{slug}", model.status, model.body);
      expect(model.body).toMatchObject({ data: { id: slug } });
    }
  });

  test("every model's endpoints are in the form of the contract", async () => {
    for (const { slug } of api.catalog.models) {
      const { status, body } = await api.call("GET", `/models/${slug}/endpoints`);
      expectValid("GET /models/{author}/{slug}/endpoints", status, body);
    }
  });

  test("a canonical slug leads to its model", async () => {
    const model = api.catalog.models.find(({ slug, canonicalSlug }) => canonicalSlug !== slug);
    expect(model).toBeDefined();
    expect((await api.call("GET", `/model/${model?.canonicalSlug}`)).body).toMatchObject({ data: { id: model?.slug } });
  });

  test.each(["/model/mistralai/ministral-8", "/models/mistralai/ministral-8/endpoints"])("%s is not there, and what is near is named", async (path) => {
    const { status, body } = await api.call("GET", path);
    expectValid("GET /model/{author}/{slug}", 404, body);
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: { code: 404, message: expect.stringContaining("mistralai/ministral-8b") } });
  });
});

describe("endpoint health", () => {
  const slug = "mistralai/ministral-8b-2512";
  interface Endpoints {
    readonly data: { readonly endpoints: readonly { readonly tag: string; readonly uptime_last_30m: number | null; readonly latency_last_30m: unknown; readonly throughput_last_30m: unknown }[] };
  }

  async function endpointOf(key: string | undefined): Promise<Endpoints["data"]["endpoints"][number] | undefined> {
    const { status, body } = await api.call("GET", `/models/${slug}/endpoints`, { key });
    expectValid("GET /models/{author}/{slug}/endpoints", status, body);
    return (body as Endpoints).data.endpoints.find(({ tag }) => tag === "mistral");
  }

  test("uptime and the rate of bad tool calls are public, percentiles are for callers with a key", async () => {
    const endpoint = api.catalog.find(slug)?.endpoints.find(({ tag }) => tag === "mistral");
    for (let request = 0; request < 100; request++) {
      observe(api.health, { endpointId: endpoint?.id ?? "", credentialId: "mine", faultCode: undefined, latencyMs: 200, outputTokens: 100, generationMs: 1000, toolCalls: request < 3 ? "invalid" : "valid" }, api.time.now);
    }
    expect(await endpointOf(undefined)).toMatchObject({ uptime_last_30m: 100, tool_call_error_rate_last_1d: 3, latency_last_30m: null, throughput_last_30m: null });
    const percentiles = { p50: expect.any(Number), p75: expect.any(Number), p90: expect.any(Number), p99: expect.any(Number) };
    expect(await endpointOf(api.secrets.inference)).toMatchObject({ uptime_last_30m: 100, latency_last_30m: percentiles, throughput_last_30m: percentiles });
  });

  test("what is shown to a key is kept by no cache of others", async () => {
    const { headers } = await api.call("GET", `/models/${slug}/endpoints`, { key: api.secrets.inference });
    expect(headers.get("cache-control")).toBe("private, no-cache");
    expect(headers.get("vary")).toContain("authorization");
  });
});

test("GET /endpoints/zdr gives the endpoints of providers that retain nothing", async () => {
  const { status, body } = await api.call("GET", "/endpoints/zdr");
  expectValid("GET /endpoints/zdr", status, body);
  const zdr = new Set(api.catalog.providers.filter(({ dataPolicy }) => dataPolicy.zdr).map(({ name }) => name));
  const names = (body as { data: readonly { provider_name: string }[] }).data.map(({ provider_name }) => provider_name);
  expect(names).not.toHaveLength(0);
  expect(names.filter((name) => !zdr.has(name))).toEqual([]);
});

test("GET /providers gives every provider", async () => {
  const { status, body } = await api.call("GET", "/providers");
  expectValid("GET /providers", status, body);
  expect((body as { data: unknown[] }).data).toHaveLength(api.catalog.providers.length);
});

test("an endpoint that was switched off is listed, and switched on again once", async () => {
  const id = "mistralai/ministral-8b@mistral";
  await api.switchOff(id, "no such model");
  const key = api.secrets.management;
  expect((await api.call("GET", "/endpoints/switched-off", { key })).body).toEqual({ data: [{ id, since: new Date(api.time.now).toISOString(), reason: "no such model" }] });
  const path = `/endpoints/switched-off?id=${encodeURIComponent(id)}`;
  expect((await api.call("DELETE", path, { key })).body).toEqual({ deleted: true });
  expect((await api.call("DELETE", path, { key })).status).toBe(404);
});
