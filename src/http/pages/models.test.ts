import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestSite, siteNow, type TestSite } from "../../../test/support/site.ts";
import { apiQuery, listAddress, plainView, viewOf } from "../../../web/catalog/address.ts";
import { choicesIn, countFacets, type Choices } from "../../../web/catalog/facets.ts";
import type { ModelIndex } from "../../../web/catalog/indexed-model.ts";
import { select } from "../../../web/catalog/select.ts";
import type { Model } from "../../catalog/model.ts";
import { modelSorts, parseModelQuery, queryModels } from "../../catalog/query.ts";
import { indexedModels } from "./model-row.ts";

let site: TestSite;
let index: ModelIndex;
let choices: Choices;
beforeAll(async () => {
  site = await openTestSite();
  // As the browser has it: through JSON.
  index = JSON.parse(JSON.stringify({ now: siteNow, source: "", models: indexedModels(site.catalog, measure) }));
  choices = choicesIn(index);
});
afterAll(() => site.close());

/** A figure for two models in three, so that the unknown is sorted, too. */
function measure({ slug }: Model, what: string): number | undefined {
  const figure = slug.length * what.length;
  return figure % 3 === 0 ? undefined : figure % 100;
}

function fromApi(params: URLSearchParams): readonly string[] {
  return queryModels(site.catalog.models, parseModelQuery(params), { findProvider: site.catalog.findProvider, now: siteNow, measure }).map(({ slug }) => slug);
}

function fromBrowser(params: URLSearchParams): readonly string[] {
  return select(index, params).map(({ slug }) => slug);
}

const modalities = ["text", "image", "file", "audio", "video"] as const;
const few = (values: readonly string[]) => fc.subarray([...values], { minLength: 1, maxLength: 2 }).map((chosen) => chosen.join(","));
const amount = fc.constantFrom("0", "0.05", "0.1", "0.5", "1", "3", "15");

/** All that the API takes, but for pages. */
const queries = fc.record(
  {
    q: fc.constantFrom("mistral", "LLAMA 3", "gpt", " claude  sonnet ", "zzz", "o"),
    input_modalities: few(modalities), output_modalities: few(["all", ...modalities, "embeddings", "transcription", "rerank"]),
    supported_parameters: few(["tools", "reasoning", "structured_outputs", "seed", "top_a", "nonsense"]),
    context: fc.constantFrom("8000", "131072", "1000000"), min_price: amount, max_price: amount, min_output_price: amount, max_output_price: amount,
    arch: fc.constantFrom("Mistral", "qwen", "ministral"), model_authors: few(["mistralai", "qwen", "openai", "nobody"]), providers: few(["mistral", "DeepInfra", "Amazon Bedrock", "google-vertex"]),
    region: fc.constantFrom("eu", "us"), zdr: fc.constantFrom("true", "false"), distillable: fc.constantFrom("true", "false"), min_age_days: fc.constantFrom("30", "400"), max_age_days: fc.constantFrom("100", "900"),
    min_intelligence_index: fc.constantFrom("5", "40"), max_intelligence_index: fc.constantFrom("60"), min_coding_index: fc.constantFrom("10", "60"), max_coding_index: fc.constantFrom("70"),
    min_agentic_index: fc.constantFrom("10"), max_agentic_index: fc.constantFrom("30", "80"), min_tool_success_rate: fc.constantFrom("0.5", "20"), max_tool_success_rate: fc.constantFrom("50"),
    category: fc.constantFrom("programming", "marketing/seo"), sort: fc.constantFrom(...modelSorts),
  },
  { requiredKeys: [] },
).map((query) => new URLSearchParams(query as Record<string, string>));

/** Some of it, so that often something is found. */
const wideQueries = queries.map((query) => apiQuery(new URLSearchParams([...query].slice(0, 3))));

describe("the browser's filter", () => {
  test("finds the same models in the same order as the API, whatever is asked", () => {
    fc.assert(fc.property(queries, (query) => {
      expect(fromBrowser(query)).toEqual(fromApi(query));
    }), { numRuns: 150 });
    fc.assert(fc.property(wideQueries, (query) => {
      expect(fromBrowser(query)).toEqual(fromApi(query));
    }), { numRuns: 150 });
  });

  test("asks the API's query of the page's address, and loses nothing on the way", () => {
    fc.assert(fc.property(queries, (query) => {
      const address = listAddress(query, plainView);
      expect(fromApi(apiQuery(new URLSearchParams(address.slice("/models".length))))).toEqual(fromApi(query));
    }), { numRuns: 100 });
  });

  test("counts for each choice what would be found with it", () => {
    fc.assert(fc.property(wideQueries, (query) => {
      const counts = countFacets(index, query);
      for (const [param, value] of choicesOf(choices)) {
        const chosen = apiQuery(new URLSearchParams([...query, ...(param === "pricing" ? [["pricing", "free"]] : [])]));
        if (param === "input_modalities" || param === "supported_parameters") chosen.set(param, [chosen.get(param), value].filter((one) => one !== null).join(","));
        else if (param !== "pricing") chosen.set(param, value);
        expect([param, value, counts[`${param}:${value}`] ?? 0]).toEqual([param, value, select(index, chosen).length]);
      }
    }), { numRuns: 25 });
  });

  test.each(modelSorts)("sorts everything as the API does: %s", (sort) => {
    const params = new URLSearchParams({ sort, output_modalities: "all" });
    expect(fromBrowser(params)).toEqual(fromApi(params));
  });
});

function choicesOf(all: Choices): readonly (readonly [string, string])[] {
  const listed = Object.entries(all).flatMap(([param, of]) => (of ?? []).map(({ value }) => [param, value] as const));
  return [...listed, ["pricing", "free"], ["zdr", "true"], ["region", "eu"], ["region", "us"], ["distillable", "true"], ["distillable", "false"]];
}

function slugsOf(html: string): readonly (string | undefined)[] {
  return [...html.matchAll(/<li class="card"[^>]*>.*?href="\.\/([^"]+)"/gs)].map(([, slug]) => slug);
}

describe("/models", () => {
  test.each(["", "?q=ministral", "?supported_parameters=tools&sort=pricing-low-to-high", "?order=context-high-to-low&max_price=0.1", "?input_modalities=image&input_modalities=audio"])(
    "shows what the API finds for the same address: %s", async (address) => {
      const query = apiQuery(new URLSearchParams(address));
      const found = queryModels(site.catalog.models, parseModelQuery(query), { findProvider: site.catalog.findProvider, now: siteNow }).map(({ slug }) => slug);
      const html = await site.page(`/models${address}`);
      expect(slugsOf(html)).toEqual(found.slice(0, 60));
      expect(html).toContain(`<strong>${found.length} model${found.length === 1 ? "" : "s"}</strong>`);
    });

  test("leads from page to page, each model once", async () => {
    const seen: (string | undefined)[] = [];
    for (let path: string | undefined = "/models?output_modalities=all"; path !== undefined;) {
      const html: string = await site.page(path);
      seen.push(...slugsOf(html));
      path = /rel="next" href="\.([^"]+)"|href="\.([^"]+)"[^>]*rel="next"/.exec(html)?.slice(1).find((one) => one !== undefined)?.replaceAll("&amp;", "&");
    }
    expect(seen).toEqual(site.catalog.models.filter(({ isListed }) => isListed).map(({ slug }) => slug));
  });

  test("as a table says what it is sorted by, and a click on a column sorts by it", async () => {
    const html = await site.page("/models?fmt=table&sort=pricing-low-to-high");
    expect(html.match(/aria-sort="ascending"[^>]*><a href="([^"]+)"/)?.[1]).toBe("./models?sort=pricing-high-to-low&amp;fmt=table");
    expect(html).toContain('href="./models?sort=throughput-high-to-low&amp;fmt=table"');
    expect(html.match(/<tr>/g)).toHaveLength(61);
  });

  test.each([200, 201])("%i values in one address make no page of megabytes", async (count) => {
    const values = Array.from({ length: count }, (_, index) => `value-${index}`).join(",");
    const html = await site.page(`/models?supported_parameters=${values}&providers=${values}&model_authors=${values}`);
    expect(html.length).toBeLessThan(600_000);
    expect(html.includes("supported_parameters must have at most 200 values; it was left out.")).toBe(count > 200);
  });

  test("leaves out what the API refuses, and says so", async () => {
    const html = await site.page("/models?sort=nonsense&min_price=cheap&q=ministral");
    expect(html).toContain("sort must be one of");
    expect(html).toContain("min_price must be a number");
    expect(html).toContain("<strong>4 models</strong>");
  });

  test("where nothing fits, names what to let go of and what that gives", async () => {
    const html = await site.page("/models?q=ministral&min_price=90");
    expect(html).toContain("<strong>0 models</strong>");
    expect(html).toContain('Without <a href="./models?q=ministral">Input price ≥ $90.00</a>: 4 models');
  });

  test("says what of the address narrows nothing, in one note that can be dismissed", async () => {
    const html = await site.page("/models?q=ministral&category=programming&colour=red&fmt=table");
    expect(html).toContain("The catalog has no categories");
    expect(html).toContain("Not known here, and ignored: colour.");
    expect(html).toContain('<a href="./models?q=ministral&amp;fmt=table">Dismiss</a>');
    expect(await site.page("/models?q=ministral")).not.toContain("Dismiss");
  });

  test("has a chip for each wish, which leads to the list without it", async () => {
    const html = await site.page("/models?q=mistral&input_modalities=text,image&pricing=free&sort=newest");
    const chips = [...html.matchAll(/href="([^"]+)" class="chip" aria-label="Remove ([^"]+)"/g)].map(([, href = "", label]) => [label, href.replaceAll("&amp;", "&")]);
    expect(chips).toEqual([
      ["Free", "./models?q=mistral&input_modalities=text,image&sort=newest"],
      ["“mistral”", "./models?input_modalities=text,image&max_price=0&max_output_price=0&sort=newest"],
      ["Input: text", "./models?q=mistral&input_modalities=image&max_price=0&max_output_price=0&sort=newest"],
      ["Input: image", "./models?q=mistral&input_modalities=text&max_price=0&max_output_price=0&sort=newest"],
    ]);
    expect(html).toContain('<a href="./models?sort=newest" class="chip">Clear filters</a>');
  });

  test("shows every filter of an address in the form, so that the next one keeps it", async () => {
    const html = await site.page("/models?model_authors=mistralai,nobody&providers=DeepInfra&arch=Qwen&region=eu&distillable=false&min_age_days=30&min_coding_index=50&max_price=2&sort=most-popular");
    const fields = html.slice(html.indexOf('aria-label="Filter models"'), html.indexOf('id="model-results"'));
    const checked = [...fields.matchAll(/<input type="checkbox"[^>]*>/g)].map(([tag]) => tag).filter((tag) => tag.includes('checked=""'));
    expect(checked.map((tag) => [/ name="([^"]+)"/.exec(tag)?.[1], / value="([^"]+)"/.exec(tag)?.[1]]))
      .toEqual([["model_authors", "mistralai"], ["model_authors", "nobody"], ["providers", "deepinfra"]]);
    for (const [name, value] of [["min_age_days", "30"], ["min_coding_index", "50"], ["max_price", "2"]]) expect(fields).toMatch(new RegExp(`name="${name}"[^>]*value="${value}"`));
    for (const value of ["qwen", "eu", "false", "top-weekly"]) expect(fields).toMatch(new RegExp(`<option (?:value="${value}" selected=""|selected="" value="${value}")`));
  });

  test("offers no filter and no sort by what nobody has measured, and says so", async () => {
    const html = await site.page("/models");
    expect(html).toMatch(/<option value="coding-high-to-low" disabled="">Coding \(no figures here\)/);
    expect(html).toMatch(/<fieldset disabled=""><legend>Coding index<\/legend>.*?No model has a figure for this here\./s);
  });

  test("as a scatter draws all that was found, with a table of the same numbers; the context where nothing is measured", async () => {
    const html = await site.page("/models?q=ministral&fmt=scatter");
    expect(html.match(/data-point="/g)).toHaveLength(4);
    expect(html).toContain("Nothing among these has a measured throughput here yet, so the height is the context.");
    const rows = html.slice(html.indexOf('id="model-scatter-table"')).match(/<th scope="row"[^>]*><a href="\.\/mistralai/g);
    expect(rows).toHaveLength(4);
  });

  test("keeps the compare tray, of models that there are", async () => {
    const html = await site.page("/models?q=ministral&compare=mistralai/ministral-8b,openai/gpt-4o,nobody/nothing");
    expect(html).toContain('<a href="./compare?models=mistralai/ministral-8b,openai/gpt-4o" class="button button-primary button-small">Compare 2</a>');
    expect(html).toContain("There is no model nobody/nothing to compare.");
    expect(html).toMatch(/<input type="checkbox" data-compare="mistralai\/ministral-8b" checked=""/);
    expect(await site.page("/models")).not.toContain('class="tray"');
  });

  test("shows text of the address, and runs none", async () => {
    const html = await site.page(`/models?q=${encodeURIComponent("</script><script>alert(1)</script>")}`);
    expect(html).not.toContain("<script>alert");
  });
});

test("addresses are short and readable", () => {
  const params = new URLSearchParams("q=&utm_source=x&order=newest&input_modalities=image&input_modalities=audio&pricing=free&fmt=table&x=price&y=latency&compare=a/x,b/y:free&compare=a/x");
  expect(listAddress(params, viewOf(params))).toBe("/models?sort=newest&input_modalities=image,audio&max_price=0&max_output_price=0&fmt=table&compare=a/x,b/y:free");
  expect(listAddress(new URLSearchParams(), { ...viewOf(params), format: "scatter", compared: [] })).toBe("/models?fmt=scatter&y=latency");
});
