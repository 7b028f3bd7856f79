/** The packaged catalog itself: what must be true of the data files, whoever edits them next. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { plainQuirks } from "../providers/quirks.ts";
import { loadCatalog } from "./load.ts";
import { parsePricing, readRecords } from "./records.ts";
import { modelView } from "./view.ts";

const folder = join(import.meta.dirname, "../../catalog");
const records = readRecords(folder);
const startedAt = performance.now();
const catalog = loadCatalog({
  folder, configured: [], credential: () => undefined, protocols: new Set(["openai-chat", "mistral-chat"]), quirksOf: () => plainQuirks, now: Date.parse("2026-11-21"),
  simulated: [{ slug: "sandbox-steady", name: "Sandbox Steady", baseUrl: "http://127.0.0.1:1", priceFactor: 1 }],
});
process.stdout.write(`catalog: loaded in ${(performance.now() - startedAt).toFixed(0)} ms\n`);

const ministral = ["max_tokens", "temperature", "top_p", "stop", "frequency_penalty", "presence_penalty", "seed", "response_format", "structured_outputs", "tools", "tool_choice"];
const mistral7b = ["max_tokens", "temperature", "top_p", "top_k", "seed", "repetition_penalty", "frequency_penalty", "presence_penalty", "min_p", "stop", "logit_bias"];

const seeds = [
  { slug: "mistralai/ministral-8b", name: "Mistral: Ministral 8B", created: "2024-10-17", context: 128_000, modality: "text->text", prompt: "0.0000001", completion: "0.0000001", parameters: undefined, description: /^Ministral 8B is an 8B parameter model .* privacy-first applications\.$/ },
  { slug: "mistralai/ministral-8b-2512", name: "Mistral: Ministral 3 8B 2512", created: "2025-12-02", context: 262_144, modality: "text+image->text", prompt: "0.00000015", completion: "0.00000015", parameters: ministral, description: /^A balanced model in the Ministral 3 family, .* vision capabilities\.$/ },
  { slug: "mistralai/mixtral-8x7b-instruct", name: "Mistral: Mixtral 8x7B Instruct", created: "2023-12-10", context: 32_768, modality: "text->text", prompt: "0.00000008", completion: "0.00000024", parameters: undefined, description: /^Mixtral 8x7B Instruct is a pretrained generative .*47 billion parameters\.\n\nInstruct model fine-tuned by Mistral\. #moe$/ },
  { slug: "mistralai/mistral-small", name: "Mistral Small", created: "2024-01-10", context: 32_000, modality: "text->text", prompt: "0.0000002", completion: "0.0000006", parameters: undefined, description: /^Mistral Small / },
  { slug: "mistralai/mistral-7b-instruct-v0.1", name: "Mistral: Mistral 7B Instruct v0.1", created: "2023-09-28", context: 4096, modality: "text->text", prompt: "0.00000011", completion: "0.00000019", parameters: mistral7b, description: /^A 7\.3B parameter model that outperforms Llama 2 13B .* context length\.$/ },
];

describe("the five seed models carry exactly the facts of their pages", () => {
  for (const seed of seeds) {
    test(seed.slug, () => {
      const model = catalog.find(seed.slug);
      expect(model).toBeDefined();
      if (model === undefined) return;
      expect(model.isListed).toBe(true);
      expect(modelView(model)).toMatchObject({
        id: seed.slug, name: seed.name, created: Date.parse(`${seed.created}T00:00:00Z`) / 1000, context_length: seed.context,
        description: expect.stringMatching(seed.description), architecture: { modality: seed.modality },
        pricing: { prompt: seed.prompt, completion: seed.completion },
      });
      if (seed.parameters !== undefined) expect(model.supportedParameters).toEqual(seed.parameters);
      expect(catalog.sandboxed(model)).toHaveLength(1);
    });
  }
});

describe("the packaged catalog", () => {
  test("has 433 models, 1,900 endpoints and 179 providers", () => {
    expect(catalog.models).toHaveLength(433);
    expect(catalog.models.flatMap((model) => model.endpoints)).toHaveLength(1900);
    expect(catalog.providers).toHaveLength(179);
  });

  test("names every model and every endpoint once", () => {
    const ids = records.models.flatMap((model) => [model.slug, ...model.endpoints.map(({ id }) => id)]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("has a readable price wherever it has a price", () => {
    const priced = records.models.flatMap((model) => [model, ...model.endpoints]).filter(({ pricing }) => pricing !== undefined);
    expect(priced.length).toBeGreaterThan(2000);
    expect(priced.filter(({ pricing }) => parsePricing(pricing) === undefined)).toEqual([]);
  });

  test("has no float noise in its prices", () => {
    const texts = records.models.flatMap((model) => [model, ...model.endpoints]).flatMap(({ pricing }) => Object.values(pricing ?? {}).filter((value) => typeof value === "string"));
    expect(texts.filter((text) => !/^\d+(?:\.\d{1,6})?$/.test(text))).toEqual([]);
  });

  test("calls no price zero that is only a trial's", () => {
    const free = catalog.models.flatMap((model) => [model, ...model.endpoints]).filter(({ pricing }) => pricing?.prompt === 0n && pricing.completion === 0n);
    expect(free).toEqual([]);
  });

  test("knows the provider of every endpoint, and completes base URLs only from named variables", () => {
    const providers = new Set(records.providers.map(({ slug }) => slug));
    expect(records.models.flatMap((model) => model.endpoints).filter(({ provider }) => !providers.has(provider))).toEqual([]);
    const urls = [...records.providers, ...records.models.flatMap((model) => model.endpoints)].flatMap(({ base_url }) => base_url ?? []);
    expect(urls.filter((url) => /[{}]/.test(url.replace(/\$\{[A-Z][A-Z0-9_]*\}/g, "")))).toEqual([]);
  });

  test("names what a search costs where one is made, not only with the model", () => {
    const makers = new Set(["anthropic", "openai", "perplexity", "xai"]);
    const own = records.models.flatMap(({ pricing, endpoints }) => endpoints.map((endpoint) => ({ endpoint, listed: pricing?.web_search })));
    const searching = own.filter(({ endpoint, listed }) => listed !== undefined && makers.has(endpoint.provider) && endpoint.pricing !== undefined);
    expect(searching.length).toBeGreaterThan(50);
    expect(searching.filter(({ endpoint, listed }) => endpoint.pricing?.web_search !== listed)).toEqual([]);
  });

  test("opens each provider with a credential of its own", () => {
    const owners = records.providers.flatMap(({ slug, credential_env }) => credential_env.map((name) => [name, slug] as const));
    expect(new Map(owners).size).toBe(owners.length);
  });

  test("lists models newest first", () => {
    const created = catalog.models.map((model) => model.createdAt);
    expect(created).toEqual([...created].sort((one, other) => other - one));
  });

  test("claims nothing of Mistral's dialect that it has no field for", () => {
    const mistral = catalog.models.flatMap((model) => model.endpoints).filter(({ protocol }) => protocol === "mistral-chat");
    expect(mistral.length).toBeGreaterThan(20);
    expect(mistral.filter(({ supportedParameters }) => supportedParameters?.some((name) => ["top_k", "min_p", "logit_bias", "repetition_penalty"].includes(name)))).toEqual([]);
  });
});
