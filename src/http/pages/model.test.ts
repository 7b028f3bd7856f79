import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestSite, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
beforeAll(async () => {
  site = await openTestSite();
});
afterAll(() => site.close());

const seeds = [
  { slug: "mistralai/ministral-8b", name: "Ministral 8B", released: "Oct 17, 2024", context: "128K", input: "$0.10 / 1M", output: "$0.10 / 1M", parameters: 11 },
  { slug: "mistralai/ministral-8b-2512", name: "Ministral 3 8B 2512", released: "Dec 2, 2025", context: "262K", input: "$0.15 / 1M", output: "$0.15 / 1M", parameters: 11 },
  { slug: "mistralai/mixtral-8x7b-instruct", name: "Mixtral 8x7B Instruct", released: "Dec 10, 2023", context: "33K", input: "$0.08 / 1M", output: "$0.24 / 1M", parameters: 14 },
  { slug: "mistralai/mistral-small", name: "Mistral Small", released: "Jan 10, 2024", context: "32K", input: "$0.20 / 1M", output: "$0.60 / 1M", parameters: 11 },
  { slug: "mistralai/mistral-7b-instruct-v0.1", name: "Mistral 7B Instruct v0.1", released: "Sep 28, 2023", context: "4K", input: "$0.11 / 1M", output: "$0.19 / 1M", parameters: 11 },
];

describe.each(seeds)("$slug", ({ slug, name, released, context, input, output, parameters }) => {
  let html: string;
  beforeAll(async () => {
    html = await site.page(`/${slug}`);
  });

  test("has every section, in order", () => {
    const headings = [...html.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map(([, text]) => text);
    expect(headings).toEqual([
      "Description", `Providers for ${name}`, "Would route to", `Apps using ${name}`, `Recent activity on ${name}`, `Uptime stats for ${name}`,
      `Sample code and API for ${name}`, "Parameters", "Using third-party SDKs", "More from Mistral AI", "Similar models",
    ]);
    expect(html).toContain(`<h1>${name}</h1>`);
    expect(html).toContain("Tokens processed per day");
  });

  test("says each fact once", () => {
    const strip = /<dl class="stats"[^>]*>(.*?)<\/dl>/s.exec(html)?.[1] ?? "";
    expect([...strip.matchAll(/<dt>(.*?)<\/dt>/g)].map(([, label]) => label)).toEqual(["Modalities", "Input price", "Output price", "Context", "Max output", "Weekly tokens", "Released"]);
    for (const price of new Set([input, output])) expect(countOf(html, price)).toBe(input === output ? 2 : 1);
    for (const label of ["Input price", "Output price", "Max output</dt>", "Weekly tokens", "Released</dt>"]) expect(countOf(html, label)).toBe(1);
    expect(strip).toContain(released);
    expect(countOf(html, `<dt>Context</dt><dd>${context}`)).toBe(1);
  });

  test("has a row for each of the model's parameters and endpoints, with numbers", () => {
    const model = site.catalog.find(slug);
    expect(rowsOf(html, `Parameters for ${name}`)).toHaveLength(parameters);
    const providers = rowsOf(html, `Providers for ${name}`).filter((row) => !row.startsWith('<tr class="more"'));
    expect(providers).toHaveLength(model?.endpoints.length ?? 0);
    expect(providers.some((row) => countOf(row, "$") >= 2)).toBe(true);
  });

  test("has the sample programs, for this host and this slug", () => {
    const { origin } = new URL(/<link rel="canonical" href="([^"]*)"/.exec(html)?.[1] ?? "");
    for (const id of ["curl", "python", "typescript", "fetch", "openrouter", "anthropic"]) {
      const code = /<code id="sample-code-ID">(.*?)<\/code>/s.source.replace("ID", id);
      const text = new RegExp(code, "s").exec(html)?.[1] ?? "";
      expect(text).toContain(origin);
      expect(text).toContain(slug);
    }
  });

  test("has a title, a description, its address and data for machines", () => {
    expect(html).toContain(`<title>${name} – API, Providers, Stats · Windrose</title>`);
    expect(/<meta name="description" content="([^"]*)"/.exec(html)?.[1]?.length).toBeGreaterThan(60);
    expect(html).toMatch(new RegExp(`<link rel="canonical" href="http://127.0.0.1:\\d+/${slug}"/>`));
    expect(html).toContain(`<meta property="og:title" content="${name} – API, Providers, Stats"/>`);
    expect(html).toMatch(/<meta property="og:image" content="http:\/\/127\.0\.0\.1:\d+\/assets\/card\.png"\/>/);
    expect(html).toContain('<meta name="twitter:card" content="summary_large_image"/>');
    const data: unknown = JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html)?.[1] ?? "");
    expect(data).toMatchObject({ "@type": "SoftwareApplication", alternateName: slug, offers: [{ priceCurrency: "USD" }, {}] });
  });

  test("says where a request would go, and with which chance", () => {
    const rows = rowsOf(html, `Routing of ${name}`);
    expect(rows).toHaveLength(2);
    expect(rows.map((row) => Number(/([\d.]+)%/.exec(row)?.[1])).reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(100, 0);
  });
});

test("every model of the catalog has a page without holes in it", async () => {
  expect(site.catalog.models).toHaveLength(433);
  for (const { slug } of site.catalog.models) {
    const response = await site.get(`/${slug}`);
    const html = await response.text();
    const text = html.replace(/<(script|code)\b.*?<\/\1>/gs, "").replace(/<[^>]*>/g, " ");
    expect([slug, response.status, /\b(?:undefined|NaN|null|Infinity|\[object)\b/.exec(text)?.[0]]).toEqual([slug, 200, undefined]);
    expect([slug, html.match(/<h1[ >]/g)?.length]).toEqual([slug, 1]);
    expect([slug, duplicates([...html.matchAll(/ id="([^"]*)"/g)].map(([, id = ""]) => id))]).toEqual([slug, []]);
  }
}, 120_000);

describe("models that do not converse", () => {
  test.each([
    { slug: "openai/text-embedding-3-large", parameters: ["input", "dimensions", "encoding_format", "input_type"], holds: "/embeddings" },
    { slug: "nvidia/llama-nemotron-rerank-vl-1b-v2", parameters: ["query", "documents", "top_n"], holds: "/rerank" },
    { slug: "openai/gpt-image-1", parameters: ["prompt", "input_references", "n", "size", "aspect_ratio", "resolution", "quality", "background", "output_format", "seed", "stream"], holds: "/images" },
    { slug: "google/gemini-2.5-flash-tts", parameters: ["input", "voice", "response_format", "speed", "input_references"], holds: "/audio/speech" },
    { slug: "openai/whisper-large-v3", parameters: ["file", "language", "prompt", "temperature", "response_format", "timestamp_granularities"], holds: "/audio/transcriptions" },
  ])("$slug has the fields of its own route, and no claim about those of a conversation", async ({ slug, parameters, holds }) => {
    const html = await site.page(`/${slug}`);
    const name = /<h1>(.*?)<\/h1>/.exec(html)?.[1] ?? "";
    expect(rowsOf(html, `Parameters for ${name}`).map((row) => /<code>(.*?)<\/code>/.exec(row)?.[1])).toEqual(parameters);
    expect(html).not.toContain("max_tokens");
    expect(html).not.toContain("It takes every parameter");
    expect(html).toContain(holds);
  });

  test("an embedding has no longest answer: what the catalog has there is the length of its vectors", async () => {
    expect(await site.page("/openai/text-embedding-3-large")).toContain('<dt>Max output</dt><dd>—');
  });

  test("one that draws in a conversation is asked for a picture", async () => {
    expect(await site.page("/google/gemini-2.5-flash-image")).toContain("modalities");
  });
});

describe("the table of providers", () => {
  test("and the page of a provider tell apart what has one tag, by the provider's own names", async () => {
    const slug = "mistralai/mistral-medium-3-5";
    const names = site.catalog.find(slug)?.endpoints.filter(({ tag }) => tag === "mistral").map(({ upstreamModel }) => upstreamModel ?? "") ?? [];
    expect(new Set(names).size).toBe(2);
    const [own, provider] = [await site.page(`/${slug}`), await site.page("/provider/mistral")];
    for (const name of names) {
      expect(own).toContain(`as <code>${name}</code>`);
      expect(provider).toMatch(new RegExp(`<span class="chip[^"]*"[^>]*>${name}</span>`));
    }
    expect(await site.page("/mistralai/ministral-8b")).not.toContain(`class="cell-note">as <code>`);
  });

  const address = "/mistralai/mixtral-8x7b-instruct";

  test("is ordered by what the address says, the other way round by the same link again, what is not known last", async () => {
    const html = await site.page(`${address}?order=input`);
    expect(html).toMatch(/aria-sort="ascending"><a href="[^"]*\?order=-input#providers">Input/);
    const known = inputs(html).filter((price) => price !== "—").map((price) => Number(price?.slice(1)));
    expect(known).toEqual([...known].sort((one, other) => one - other));
    expect(inputs(html).slice(known.length).every((price) => price === "—")).toBe(true);
    const turned = await site.page(`${address}?order=-input`);
    expect(turned).toMatch(/aria-sort="descending"><a href="[^"]*\?order=input#providers">Input/);
    expect(inputs(turned).slice(0, known.length)).toEqual(inputs(html).slice(0, known.length).toReversed());
  });

  test("is as it was for an order that is none", async () => expect(inputs(await site.page(`${address}?order=colour`))).toEqual(inputs(await site.page(address))));

  test("folds away how to pin each provider, where its JSON is, and what it does not take", async () => {
    const html = await site.page(address);
    const endpoints = site.catalog.find("mistralai/mixtral-8x7b-instruct")?.endpoints ?? [];
    for (const { tag } of endpoints) expect(html).toContain(`&quot;only&quot;: [&quot;${tag}&quot;]`);
    expect(countOf(html, "/api/v1/models/mistralai/mixtral-8x7b-instruct/endpoints")).toBe(endpoints.length);
    expect(html).toMatch(/It does not take <span><code>/);
  });

  test("has the prices above a length of the prompt", async () => {
    const model = site.catalog.models.find(({ endpoints }) => endpoints.some(({ pricing }) => pricing?.overrides !== undefined));
    const html = await site.page(`/${model?.slug}`);
    expect(html).toMatch(/<span class="cell-note">other over \d+K<\/span>/);
    expect(html).toMatch(/<li>over \d+K tokens: \$[\d.]+ in, \$[\d.]+ out/);
  });
});

describe("addresses", () => {
  test.each([
    { path: "/models/mistralai/ministral-8b", status: 301, location: "../../mistralai/ministral-8b" },
    { path: "/mistralai/ministral-8b/", status: 301, location: "../ministral-8b" },
    { path: "/mistralai/ministral-8b/api", status: 301, location: "../../mistralai/ministral-8b#sample-code" },
    { path: "/mistralai/ministral-8b/parameters", status: 301, location: "../../mistralai/ministral-8b#parameters" },
    { path: "/mistralai/ministral-8b/uptime", status: 301, location: "../../mistralai/ministral-8b#uptime" },
    { path: "/mistralai/ministral-8b/apps", status: 301, location: "../../mistralai/ministral-8b#apps" },
    { path: "/mistralai/ministral-8b/activity", status: 301, location: "../../mistralai/ministral-8b#activity" },
    { path: "/mistralai/ministral-8b/providers", status: 301, location: "../../mistralai/ministral-8b#providers" },
    { path: "/models/mistralai/ministral-8b:nitro?app=1", status: 301, location: "../../mistralai/ministral-8b:nitro?app=1" },
  ])("$path leads to $location", async ({ path, status, location }) => {
    const response = await site.get(path);
    expect([response.status, response.headers.get("location")]).toEqual([status, location]);
  });

  test("the latest of a family leads to it, for now", async () => {
    const model = site.catalog.models.find(({ family, isListed }) => family !== undefined && isListed);
    const response = await site.get(`/~${model?.author}/${model?.family}-latest`);
    expect([response.status, response.headers.get("location")]).toEqual([302, `../${site.catalog.find(`~${model?.author}/${model?.family}-latest`)?.slug}`]);
  });

  test("a variant has a page, and the model's own is its one address", async () => {
    const html = await site.page("/mistralai/ministral-8b:nitro");
    expect(html).toMatch(/<link rel="canonical" href="[^"]*\/mistralai\/ministral-8b"\/>/);
    expect(html).toMatch(/aria-current="page"[^>]*>nitro</);
    expect(html).toContain("mistralai/ministral-8b:nitro&quot;");
    expect(html).toMatch(/<code>:nitro<\/code> The fastest first; priority tiers, too\. The same endpoints; first comes Sandbox \d \(\d+\.\d%\), without it Sandbox \d/);
  });

  test.each(["/mistralai/ministral-8c", "/mistralai/ministral-8b:quick", "/mistralai/ministral-8b/nothing"])("%s is not there", async (path) => {
    const response = await site.get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("mistralai/ministral-8b");
  });
});

describe("the preview of routing", () => {
  test("is asked by a few fields", async () => {
    const small = await preview("model=mistralai/mixtral-8x7b-instruct&prompt_tokens=100&sort=price");
    const large = await preview("model=mistralai/mixtral-8x7b-instruct&prompt_tokens=10000&sort=price");
    expect(small.body.data?.candidates.map(({ endpoint }) => endpoint)).toEqual(["mistralai/mixtral-8x7b-instruct@sandbox-1", "mistralai/mixtral-8x7b-instruct@sandbox-2"]);
    expect(large.body.data?.candidates[0]?.predicted_cost).toBeGreaterThan(small.body.data?.candidates[0]?.predicted_cost ?? Number.NaN);
  });

  test("says which rule stands in the way", async () => {
    const { body } = await preview("model=mistralai/mixtral-8x7b-instruct&max_price=0.09");
    expect(body.data?.rejected).toMatchObject([{ rule: "max_price" }]);
    expect((await preview("model=mistralai/mixtral-8x7b-instruct&prompt_tokens=900000")).body.data?.rejected[0]?.rule).toBe("context_length");
  });

  test("is on the page, for whom no script runs", async () => {
    const html = await site.page("/mistralai/mixtral-8x7b-instruct?max_price=0.09&needs=tools&data=zdr");
    expect(rowsOf(html, "Routing of Mixtral 8x7B Instruct")).toHaveLength(1);
    expect(html).toContain("max price");
    expect(html).toMatch(/<input[^>]*checked=""[^>]*value="tools"|<input[^>]*value="tools"[^>]*checked=""/);
  });

  test("knows no model but those of the catalog", async () => expect((await preview("model=nobody/nothing")).status).toBe(404));

  test("is for so many a second", async () => {
    const statuses: number[] = [];
    for (let asked = 0; asked < 50; asked++) statuses.push((await preview("model=mistralai/ministral-8b")).status);
    expect(statuses.at(-1)).toBe(429);
  });
});

test.each([
  { query: "sample=stream", holds: "stream: true" },
  { query: "sample=tools", holds: "get_weather" },
  { query: "sample=json", holds: "json_schema" },
  { query: "sample=image", holds: "data:image/png" },
  { query: "app=1", holds: "HTTP-Referer" },
])("the samples are another at ?$query, by a link that stands on the page", async ({ query, holds }) => {
  expect(await site.page("/mistralai/ministral-8b-2512")).toContain(`/mistralai/ministral-8b-2512?${query}#sample-code`);
  const code = /<code id="sample-code-typescript">(.*?)<\/code>/s.exec(await site.page(`/mistralai/ministral-8b-2512?${query}`))?.[1];
  expect(code).toContain(holds);
});

function inputs(html: string): readonly (string | undefined)[] {
  return rowsOf(html, "Providers for Mixtral 8x7B Instruct").filter((row) => !row.startsWith('<tr class="more"')).map((row) => /data-label="Input">(?:<[^>]*>)*([^<]*)/.exec(row)?.[1]);
}

/** The rows of the body of the table of that name. */
function rowsOf(html: string, caption: string): readonly string[] {
  const table = html.split("<table").find((part) => part.includes(`>${caption}</caption>`)) ?? "";
  return (/<tbody>(.*?)<\/tbody>/s.exec(table)?.[1] ?? "").split("</tr>").slice(0, -1);
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

function duplicates(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

interface Preview {
  readonly data?: { readonly candidates: readonly { readonly endpoint: string; readonly predicted_cost: number }[]; readonly rejected: readonly { readonly rule: string }[] };
}

async function preview(query: string): Promise<{ readonly status: number; readonly body: Preview }> {
  const response = await site.get(`/api/ui/v1/route-preview?${query}`);
  return { status: response.status, body: (await response.json()) as Preview };
}
