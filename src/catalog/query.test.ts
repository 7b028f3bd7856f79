import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import { plainQuirks } from "../providers/quirks.ts";
import { loadCatalog } from "./load.ts";
import type { Model } from "./model.ts";
import { modelSorts, pageOf, parseModelQuery, queryModels, type ModelPage, type QueryFacts } from "./query.ts";

const now = Date.parse("2026-11-21");
const catalog = loadCatalog({
  folder: join(import.meta.dirname, "../../catalog"), configured: [], credential: () => undefined, simulated: [],
  protocols: new Set(), quirksOf: () => plainQuirks, now,
});
const facts: QueryFacts = { findProvider: catalog.findProvider, now };

function query(text: string, more: Partial<QueryFacts> = {}): readonly Model[] {
  return queryModels(catalog.models, parseModelQuery(new URLSearchParams(text)), { ...facts, ...more });
}

const perMillion = (price: bigint | undefined): number => (price === undefined ? Number.NaN : Number(price) / 1e6);
const ageDays = (model: Model): number => Math.floor((now / 1000 - model.createdAt) / 86_400);

describe("a filter keeps exactly the models that", () => {
  const cases: readonly { readonly query: string; readonly that: (model: Model) => boolean }[] = [
    { query: "q=Ministral", that: (model) => `${model.slug} ${model.name}`.toLowerCase().includes("ministral") },
    { query: "q=llama+instruct", that: (model) => ["llama", "instruct"].every((word) => `${model.slug} ${model.name}`.toLowerCase().includes(word)) },
    { query: "supported_parameters=tools,structured_outputs", that: (model) => ["tools", "structured_outputs"].every((name) => model.supportedParameters.includes(name)) },
    { query: "input_modalities=text,image", that: (model) => ["text", "image"].every((name) => model.inputModalities.includes(name)) },
    { query: "context=1000000", that: (model) => model.contextLength >= 1_000_000 },
    { query: "min_price=1&max_price=2", that: (model) => perMillion(model.pricing?.prompt) >= 1 && perMillion(model.pricing?.prompt) <= 2 },
    { query: "max_output_price=0.1", that: (model) => perMillion(model.pricing?.completion) <= 0.1 },
    { query: "arch=claude", that: (model) => model.tokenizer === "Claude" || model.family === "claude" },
    { query: "model_authors=mistralai,google", that: (model) => ["mistralai", "google"].includes(model.author) },
    { query: "providers=DeepInfra", that: (model) => model.endpoints.some(({ provider, status }) => provider === "deepinfra" && status !== "retired") },
    { query: "distillable=true", that: (model) => model.distillable },
    { query: "zdr=true&providers=groq", that: (model) => model.endpoints.some(({ provider, status }) => provider === "groq" && status !== "retired") },
    { query: "min_age_days=600&max_age_days=800", that: (model) => ageDays(model) >= 600 && ageDays(model) <= 800 },
    { query: "category=programming", that: () => true },
    { query: "q=&context=&sort=", that: () => true },
  ];
  for (const { query: text, that } of cases) {
    test(text, () => {
      const found = query(text);
      expect(found.length).toBeGreaterThan(0);
      expect(found.map(({ slug }) => slug)).toEqual(catalog.models.filter((model) => model.isListed && model.outputModalities.includes("text") && that(model)).map(({ slug }) => slug));
    });
  }

  test("give text, unless another modality or all are asked for", () => {
    expect(query("").every((model) => model.outputModalities.includes("text"))).toBe(true);
    expect(query("output_modalities=embeddings").map(({ slug }) => slug)).toContain("openai/text-embedding-3-small");
    expect(query("output_modalities=all")).toHaveLength(catalog.models.filter((model) => model.isListed).length);
  });

  test("are in a region by an endpoint's tag or by all of its provider's datacenters", () => {
    const slugs = query("region=eu").map(({ slug }) => slug);
    expect(slugs).toContain("anthropic/claude-haiku-4.5");
    expect(slugs.length).toBeLessThan(query("").length);
  });

  test("were measured, when a measure is bounded", () => {
    const [first] = catalog.models.filter((model) => model.isListed && model.outputModalities.includes("text"));
    expect(query("min_intelligence_index=50")).toEqual([]);
    expect(query("min_intelligence_index=50", { measure: (model) => (model === first ? 60 : 40) })).toEqual([first]);
  });
});

describe("a sort", () => {
  test("by price goes up and down, with the unknown last both ways", () => {
    for (const direction of ["low-to-high", "high-to-low"]) {
      const prices = query(`sort=pricing-${direction}&output_modalities=all`).map(({ pricing }) => (pricing === undefined ? undefined : Number(pricing.prompt + pricing.completion)));
      const known = prices.slice(0, prices.indexOf(undefined)) as number[];
      expect(prices.slice(known.length).every((price) => price === undefined)).toBe(true);
      expect(known).toEqual([...known].sort((one, other) => (direction === "low-to-high" ? one - other : other - one)));
    }
  });

  test("by context goes down", () => {
    const lengths = query("sort=context-high-to-low").map((model) => model.contextLength);
    expect(lengths).toEqual([...lengths].sort((one, other) => other - one));
  });

  test("without its facts keeps the default order", () => {
    const usual = query("");
    for (const sort of modelSorts.filter((name) => !name.startsWith("pricing") && !name.startsWith("context"))) expect(query(`sort=${sort}`)).toEqual(usual);
  });

  test("by facts from elsewhere puts the unknown last, in their usual order", () => {
    const usual = query("");
    const tokens = new Map([[usual[5], 10], [usual[3], 20]]);
    const rest = usual.filter((model) => !tokens.has(model));
    expect(query("sort=top-weekly", { measure: (model) => tokens.get(model) })).toEqual([usual[3], usual[5], ...rest]);
    expect(query("sort=latency-low-to-high", { measure: (model) => tokens.get(model) })).toEqual([usual[5], usual[3], ...rest]);
  });
});

function page(text: string): ModelPage {
  const params = new URLSearchParams(text);
  const parsed = parseModelQuery(params);
  return pageOf(queryModels(catalog.models, parsed, facts), parsed, { path: "/api/v1/models", params });
}

describe("a page", () => {
  test("is everything, with no next, when none is asked for", () => {
    expect(page("q=mistral")).toMatchObject({ models: query("q=mistral"), total: query("q=mistral").length, next: null });
  });

  test("leads to the next one until nothing is left, and misses nothing", () => {
    const seen: Model[] = [];
    let at: string | null = "/api/v1/models?model_authors=mistralai,google&limit=7";
    while (at !== null) {
      const one: ModelPage = page(at.slice(at.indexOf("?") + 1));
      expect(one.models.length).toBeLessThanOrEqual(7);
      seen.push(...one.models);
      at = one.next;
    }
    expect(seen).toEqual(query("model_authors=mistralai,google"));
  });

  test("beyond the end is empty", () => expect(page("offset=100000")).toMatchObject({ models: [], next: null }));
});

describe("a bad parameter is refused by name", () => {
  const bad = [
    "limit=0", "limit=1001", "limit=ten", "offset=-1", "offset=1.5", "context=0", "context=big", "min_price=-1", "max_price=free", "max_output_price=1e9", "sort=best", "category=cooking",
    "distillable=yes", "zdr=1", "region=mars", "min_age_days=-3", "min_tool_success_rate=high",
    `q=${"a ".repeat(2001)}b`, `model_authors=${Array.from({ length: 201 }, (_, index) => `author-${index}`).join(",")}`,
  ];
  test.each(bad)("%s", (text) => {
    const name = text.slice(0, text.indexOf("="));
    expect(() => parseModelQuery(new URLSearchParams(text))).toThrow(expect.objectContaining({ code: "invalid_request", metadata: { field: name }, message: expect.stringContaining(name) }));
    expect(() => parseModelQuery(new URLSearchParams(text))).toThrow(Fault);
  });
});
