import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestSite, siteNow, type TestSite } from "../../../test/support/site.ts";
import { apiQuery, listAddress } from "../../../web/catalog/address.ts";
import { facets } from "../../../web/catalog/facets.ts";
import { select } from "../../../web/catalog/select.ts";
import type { Model } from "../../catalog/model.ts";
import { modelSorts, parseModelQuery, queryModels } from "../../catalog/query.ts";
import { modelIndex } from "./model-row.ts";

let site: TestSite;
beforeAll(async () => {
  site = await openTestSite();
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
  // As the browser has it: through JSON.
  const index = JSON.parse(JSON.stringify(modelIndex({ ...site.reads, measure })));
  return select(index, params).map(({ slug }) => slug);
}

const options = (param: string) => facets.find((facet) => facet.param === param)?.options.map(({ value }) => value) ?? [];
const few = (values: readonly string[]) => fc.subarray([...values], { minLength: 1, maxLength: 2 }).map((chosen) => chosen.join(","));
const amount = fc.constantFrom("0", "0.05", "0.1", "0.5", "1", "3", "15");
const rareOutputs = few(["all", ...options("output_modalities")]);

const queries = fc.record(
  {
    q: fc.constantFrom("mistral", "LLAMA 3", "gpt", " claude  sonnet ", "zzz", "o"),
    input_modalities: few(options("input_modalities")), output_modalities: rareOutputs, supported_parameters: few(options("supported_parameters")),
    context: fc.constantFrom("8000", "131072", "1000000"), min_price: amount, max_price: amount, min_output_price: amount, max_output_price: amount,
    arch: fc.constantFrom("Mistral", "qwen", "ministral"), model_authors: few(["mistralai", "qwen", "openai", "nobody"]), providers: few(["mistral", "deepinfra", "Together AI", "google-vertex"]),
    region: fc.constantFrom("eu", "us"), zdr: fc.constantFrom("true", "false"), distillable: fc.constantFrom("true", "false"), min_age_days: fc.constantFrom("30", "400"), max_age_days: fc.constantFrom("100", "900"),
    min_coding_index: fc.constantFrom("10", "60"), max_tool_success_rate: fc.constantFrom("50"), sort: fc.constantFrom(...modelSorts),
  },
  { requiredKeys: [] },
);

describe("the browser's filter", () => {
  test("finds the same models in the same order as the API, whatever is asked", () => {
    fc.assert(fc.property(queries, (query) => {
      const params = new URLSearchParams(query as Record<string, string>);
      expect(fromBrowser(params)).toEqual(fromApi(params));
    }), { numRuns: 150 });
  });

  test.each(modelSorts)("sorts everything as the API does: %s", (sort) => {
    const params = new URLSearchParams({ sort, output_modalities: "all" });
    expect(fromBrowser(params)).toEqual(fromApi(params));
  });
});

function slugsOf(html: string): readonly (string | undefined)[] {
  return [...html.matchAll(/<li class="card">.*?href="\.\/([^"]+)"/gs)].map(([, slug]) => slug);
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

  test("as a table says what it is sorted by", async () => {
    const html = await site.page("/models?fmt=table&sort=pricing-low-to-high");
    expect(html).toContain('aria-sort="ascending"');
    expect(html.match(/<tr>/g)).toHaveLength(61);
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
    expect(html).toContain('Without <a href="./models?q=ministral">min price: 90</a>: 4 models');
  });

  test("shows text of the address, and runs none", async () => {
    const html = await site.page(`/models?q=${encodeURIComponent("</script><script>alert(1)</script>")}`);
    expect(html).not.toContain("<script>alert");
  });
});

test("addresses are short and readable", () => {
  const params = new URLSearchParams("q=&utm_source=x&order=newest&input_modalities=image&input_modalities=audio&pricing=free&fmt=cards");
  expect(listAddress(params, "table")).toBe("/models?sort=newest&input_modalities=image,audio&max_price=0&max_output_price=0&fmt=table");
});
