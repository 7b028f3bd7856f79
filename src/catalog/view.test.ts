import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { picodollars } from "../base/money.ts";
import { plainQuirks } from "../providers/quirks.ts";
import { loadCatalog } from "./load.ts";
import type { CatalogEndpoint, Model } from "./model.ts";
import { endpointsForSale, endpointView, modelEndpointsView, modelView, providerView } from "./view.ts";

const catalog = loadCatalog({
  folder: join(import.meta.dirname, "../../catalog"), configured: [], credential: () => undefined, simulated: [],
  protocols: new Set(), quirksOf: () => plainQuirks, now: Date.parse("2026-11-21"),
});
const seed = catalog.find("mistralai/ministral-8b-2512") as Model;
const mistral = seed.endpoints.find(({ provider }) => provider === "mistral") as CatalogEndpoint;
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Every leaf under `pricing`, tiers included. */
function priceTexts(view: object): unknown[] {
  const { pricing } = view as { pricing: { overrides?: readonly object[] } };
  const { overrides = [], ...prices } = pricing;
  return [...Object.values(prices), ...overrides.flatMap((tier) => Object.entries(tier).flatMap(([key, value]) => (key === "min_prompt_tokens" ? [] : [value])))];
}

describe("modelView", () => {
  const required = ["id", "canonical_slug", "name", "created", "context_length", "architecture", "pricing", "top_provider", "per_request_limits", "supported_parameters", "default_parameters", "supported_voices", "links"];

  test.each(required)("gives every model its %s", (key) => {
    expect(catalog.models.filter((model) => !(key in modelView(model)) || (modelView(model) as Record<string, unknown>)[key] === undefined)).toEqual([]);
  });

  test("gives prices as decimal text per unit, and never a number", () => {
    const texts = catalog.models.flatMap((model) => priceTexts(modelView(model)));
    expect(texts.filter((text) => typeof text !== "string" || !/^(?:\d+(?:\.\d+)?|-1)$/.test(text))).toEqual([]);
    expect(modelView(seed)).toMatchObject({ pricing: { prompt: "0.00000015", completion: "0.00000015", input_cache_read: "0.000000015" } });
  });

  test("says -1 where the price is unknown, never 0", () => {
    expect(modelView({ ...seed, pricing: undefined })).toMatchObject({ pricing: { prompt: "-1", completion: "-1" } });
  });

  test("gives tiers as overrides", () => {
    const pricing = { prompt: picodollars(1_000_000n), completion: picodollars(2_000_000n), overrides: [{ promptTokensOver: 200_000, prompt: picodollars(3_000_000n) }] };
    expect(modelView({ ...seed, pricing })).toMatchObject({ pricing: { prompt: "0.000001", overrides: [{ min_prompt_tokens: 200_000, prompt: "0.000003" }] } });
  });

  test("writes the modality text first, and links to the endpoints", () => {
    expect(modelView({ ...seed, inputModalities: ["image", "file", "text"] })).toMatchObject({
      architecture: { modality: "text+image+file->text", tokenizer: "Mistral", instruct_type: null },
      links: { details: "/api/v1/models/mistralai/ministral-8b-2512/endpoints" },
    });
  });

  test("takes the top provider from the endpoint that the listed price is from", () => {
    const listed = { prompt: picodollars(2n), completion: picodollars(0n) };
    const endpoints = [{ ...mistral, outputTokensMax: 4096, pricing: { ...listed, prompt: picodollars(1n) } }, { ...mistral, outputTokensMax: 262_144, pricing: listed }];
    const model = { ...seed, pricing: listed, endpoints };
    expect(modelView(model)).toMatchObject({ top_provider: { max_completion_tokens: 262_144, is_moderated: false } });
  });

  test("gives the reasoning object only to models that have one", () => {
    expect(modelView(seed)).not.toHaveProperty("reasoning");
    expect(modelView({ ...seed, reasoning: { mandatory: true } })).toHaveProperty("reasoning", { mandatory: true });
  });
});

describe("endpointView", () => {
  const required = [
    "name", "model_id", "model_name", "context_length", "pricing", "provider_name", "tag", "quantization", "max_completion_tokens", "max_prompt_tokens", "supported_parameters",
    "uptime_last_5m", "uptime_last_30m", "uptime_last_1d", "supports_implicit_caching", "latency_last_30m", "throughput_last_30m",
  ];

  test.each(required)("gives every endpoint its %s", (key) => {
    const views = catalog.models.flatMap((model) => model.endpoints.map((endpoint) => endpointView(endpoint, model, undefined) as Record<string, unknown>));
    expect(views.filter((view) => view[key] === undefined)).toEqual([]);
  });

  test("gives health where there is some, and null where there is none", () => {
    expect(endpointView(mistral, seed, undefined)).toMatchObject({ provider_name: "Mistral", tag: "mistral", status: 0, uptime_last_1d: null, latency_last_30m: null });
    const stats = { p50: 1, p75: 2, p90: 3, p99: 4 };
    const health = { uptimeLast5m: null, uptimeLast30m: 99.5, uptimeLast1d: 100, latencyLast30m: stats, throughputLast30m: stats, toolCallErrorsLast1d: 1.5 };
    expect(endpointView(mistral, seed, health)).toMatchObject({ uptime_last_5m: null, uptime_last_30m: 99.5, latency_last_30m: stats, tool_call_error_rate_last_1d: 1.5 });
  });
});

test("modelEndpointsView lists what is for sale, the surest first, with the wrapper's keys", () => {
  const old = catalog.find("mistralai/mixtral-8x7b-instruct") as Model;
  const view = modelEndpointsView(old, () => undefined) as { endpoints: readonly unknown[] };
  expect(view).toMatchObject({ id: old.slug, name: old.name, created: old.createdAt, description: old.description, architecture: { tokenizer: "Mistral", instruct_type: "mistral" } });
  expect(view.endpoints.length).toBe(endpointsForSale(old).length);
  const statuses = catalog.models.flatMap((model) => [endpointsForSale(model).map(({ status }) => status)]);
  expect(statuses.flat()).not.toContain("retired");
  const rank = { active: 0, unverified: 1, historical: 2, retired: 3 };
  const ranks = statuses.map((list) => list.map((status) => rank[status]));
  expect(ranks).toEqual(ranks.map((list) => [...list].sort()));
});

test("providerView gives every provider a name, a slug and its links or null", () => {
  for (const view of catalog.providers.map(providerView)) {
    expect(isObject(view) && typeof view["name"] === "string" && typeof view["slug"] === "string").toBe(true);
    expect(Object.values(view)).not.toContain(undefined);
  }
});
