import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import { secret } from "../base/secret.ts";
import { plainQuirks } from "../providers/quirks.ts";
import { loadCatalog, type Catalog, type CatalogOptions } from "./load.ts";
import type { Endpoint, Model } from "./model.ts";
import type { EndpointRecord, ModelRecord, Overlay, ProviderRecord } from "./records.ts";

const price = { prompt: "1", completion: "2" };
const endpoint: EndpointRecord = { id: "lab/one@acme", provider: "acme", upstream_model: "one-v1", pricing: price, status: "active", as_of: "2026-01-01" };
const model: ModelRecord = {
  slug: "lab/one", canonical_slug: "lab/one-20260101", aliases: ["lab/uno"], author: "lab", author_name: "Lab", name: "Lab: One", description: "One.",
  created: 1_767_225_600, context_length: 8192, input_modalities: ["text"], output_modalities: ["text"], tokenizer: "Other",
  pricing: price, supported_parameters: ["max_tokens", "temperature"], endpoints: [endpoint],
};
const acme: ProviderRecord = { slug: "acme", name: "Acme", kind: "host", base_url: "https://api.acme.test/v1/", protocol: "openai-chat", auth: "bearer", credential_env: ["ACME_KEY", "ACME_OLD_KEY"] };
const local: ProviderRecord = { slug: "ollama", name: "Ollama", kind: "local", base_url: "http://localhost:11434/v1", protocol: "openai-chat", auth: "none", credential_env: [], training: false, retains_prompts: false };

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "windrose-catalog-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface World extends Partial<CatalogOptions> {
  readonly models?: readonly ModelRecord[];
  readonly providers?: readonly ProviderRecord[];
  readonly environment?: Readonly<Record<string, string>>;
}

let worlds = 0;
function load({ models = [model], providers = [acme, local], environment = { ACME_KEY: "k-acme" }, ...options }: World = {}): Catalog {
  const home = join(folder, String(worlds++));
  mkdirSync(join(home, "models"), { recursive: true });
  writeFileSync(join(home, "providers.json"), JSON.stringify(providers));
  writeFileSync(join(home, "models", "lab.json"), JSON.stringify(models));
  return loadCatalog({
    folder: home, configured: [], credential: (name) => environment[name], simulated: [], protocols: new Set(["openai-chat"]),
    quirksOf: () => plainQuirks, now: Date.parse("2026-06-01"), ...options,
  });
}

function liveOf(world: World, slug = "lab/one"): readonly Endpoint[] {
  const catalog = load(world);
  return catalog.live(catalog.find(slug) as Model);
}

const withEndpoint = (facts: Partial<EndpointRecord>): World => ({ models: [{ ...model, endpoints: [{ ...endpoint, ...facts }] }] });
/** The record without one of its fields. */
function less<Facts extends object>(facts: Facts, field: keyof Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => name !== field)) as Facts;
}
const without = (field: keyof EndpointRecord): World => ({ models: [{ ...model, endpoints: [less(endpoint, field)] }] });
const withProvider = (facts: Partial<ProviderRecord>, world: World = {}): World => ({ ...world, providers: [{ ...acme, ...facts }] });

describe("an endpoint is routable", () => {
  const cases: readonly { readonly when: string; readonly world: World; readonly standing: string | undefined }[] = [
    { when: "active, with everything it needs", world: {}, standing: "active" },
    { when: "unverified", world: withEndpoint({ status: "unverified" }), standing: "unverified" },
    { when: "historical", world: withEndpoint({ status: "historical" }), standing: "historical" },
    { when: "retired: never", world: withEndpoint({ status: "retired" }), standing: undefined },
    { when: "before its deprecation date", world: withEndpoint({ deprecation_date: "2026-06-02" }), standing: "active" },
    { when: "past its deprecation date, as historical at best", world: withEndpoint({ deprecation_date: "2026-05-31" }), standing: "historical" },
    { when: "retired and past its date: never", world: withEndpoint({ status: "retired", deprecation_date: "2026-05-31" }), standing: undefined },
    { when: "without a price: never", world: without("pricing"), standing: undefined },
    { when: "with half a price: never", world: withEndpoint({ pricing: { prompt: "1" } }), standing: undefined },
    { when: "with a price that is none: never", world: withEndpoint({ pricing: { prompt: "1", completion: "cheap" } }), standing: undefined },
    { when: "at a trial's zero price: never", world: withEndpoint({ pricing: { prompt: "0", completion: "0" }, zero_price_unverified: true }), standing: undefined },
    { when: "without the provider's model id: never", world: without("upstream_model"), standing: undefined },
    { when: "without an adapter for its protocol: never", world: withEndpoint({ protocol: "telepathy" }), standing: undefined },
    { when: "without a credential: never", world: { environment: {} }, standing: undefined },
    { when: "with an empty credential: never", world: { environment: { ACME_KEY: "" } }, standing: undefined },
    { when: "with the second of the credential's names", world: { environment: { ACME_OLD_KEY: "k" } }, standing: "active" },
    { when: "without a base URL: never", world: { providers: [less(acme, "base_url")] }, standing: undefined },
    { when: "with a base URL whose placeholder is not set: never", world: withProvider({ base_url: "https://${ACME_HOST}/v1" }), standing: undefined },
    { when: "with a base URL whose placeholder is set", world: withProvider({ base_url: "https://${ACME_HOST}/v1" }, { environment: { ACME_KEY: "k", ACME_HOST: "h.test" } }), standing: "active" },
    { when: "with a header scheme", world: withProvider({ auth: "x-api-key" }), standing: "active" },
    { when: "with a scheme that nobody knows: never", world: withProvider({ auth: "handshake" }), standing: undefined },
    { when: "at a provider without authorization that nobody configured: never", world: withProvider({ auth: "none" }), standing: undefined },
    { when: "at a provider without authorization that the operator configured", world: withProvider({ auth: "none" }, { configured: [{ slug: "acme" }] }), standing: "active" },
    { when: "at a provider with optional authorization, configured without", world: withProvider({ auth: "bearer-optional" }, { configured: [{ slug: "acme" }], environment: {} }), standing: "active" },
  ];
  for (const { when, world, standing } of cases) {
    test(when, () => {
      expect(liveOf(world)[0]?.standing).toBe(standing);
      expect(load(world).hasLive).toBe(standing !== undefined);
    });
  }

  test("and what it lacks can be asked", () => {
    const catalog = load({ environment: {} });
    expect([...catalog.lacks(catalog.find("lab/one") as Model)]).toEqual([["lab/one@acme", "credential"]]);
  });
});

describe("a routable endpoint", () => {
  test("has a price for what the provider reads from its cache, where one is listed", () => {
    expect(liveOf({ models: [{ ...model, endpoints: [{ ...endpoint, pricing: { ...price, input_cache_read: "0.1" } }] }] })[0]?.price.cacheRead).toBe(0.1);
    expect(liveOf({})[0]?.price).not.toHaveProperty("cacheRead");
  });

  test("carries what routing and the relay need, and no secret in its text", () => {
    const [one] = liveOf({});
    expect(one).toMatchObject({
      id: "lab/one@acme", model: "lab/one", provider: "acme", providerName: "Acme", tag: "acme", credentialId: "acme/env:ACME_KEY", contextLength: 8192,
      price: { prompt: 1, completion: 2, request: 0, image: 0 }, protocol: "openai-chat", isSandbox: false,
      target: { baseUrl: "https://api.acme.test/v1", upstreamModel: "one-v1", quirks: plainQuirks },
    });
    expect(one?.authorization.scheme === "bearer" && one.authorization.credential.reveal()).toBe("k-acme");
    expect(JSON.stringify({ ...one, pricing: undefined })).not.toContain("k-acme");
  });

  test("comes before the unverified, and those before the historical, in catalog order otherwise", () => {
    const endpoints = (["historical", "active", "unverified", "active"] as const).map((status, at) => ({ ...endpoint, id: `lab/one@acme:${at}`, status }));
    expect(liveOf({ models: [{ ...model, endpoints }] }).map(({ id }) => id.at(-1))).toEqual(["1", "3", "2", "0"]);
  });

  test("assumes the worst of an unknown data policy, and counts keeping nothing as zero retention", () => {
    expect(liveOf({})[0]?.dataPolicy).toEqual({ trains: true, retains: true, zdr: false });
    expect(liveOf(withProvider({ training: false, retains_prompts: false }))[0]?.dataPolicy).toEqual({ trains: false, retains: false, zdr: true });
    expect(liveOf({ configured: [{ slug: "acme", dataPolicy: { training: false, zdr: true } }] })[0]?.dataPolicy).toEqual({ trains: false, retains: true, zdr: true });
  });

  test("is a service tier only by the tier's own name", () => {
    const tiers = ["acme/priority", "acme/flex", "acme/turbo", "acme", "flex"].map((tag) => liveOf(withEndpoint({ tag }))[0]?.serviceTier);
    expect(tiers).toEqual(["priority", "flex", undefined, undefined, undefined]);
  });

  test("leaves routing when it is switched off, keeps the first reason, and comes back", () => {
    const catalog = load();
    const one = catalog.find("lab/one") as Model;
    expect(catalog.live(one)).toBe(catalog.live(one));
    catalog.switchOff("lab/one@acme", "no such model");
    catalog.switchOff("lab/one@acme", "again");
    expect(catalog.live(one)).toEqual([]);
    expect([...catalog.switchedOff]).toEqual([["lab/one@acme", "no such model"]]);
    expect(catalog.hasLive).toBe(true);
    catalog.switchOn("lab/one@acme");
    expect(catalog.live(one)).toHaveLength(1);
  });
});

describe("the operator's file", () => {
  test("points a known provider elsewhere, with a credential of its own", () => {
    const [one] = liveOf({ environment: {}, configured: [{ slug: "acme", baseUrl: "http://127.0.0.1:9999/v1/", credential: secret("own") }] });
    expect(one).toMatchObject({ credentialId: "acme/config", target: { baseUrl: "http://127.0.0.1:9999/v1", upstreamModel: "one-v1" } });
  });

  test("overrides the base URL of endpoints that have one of their own", () => {
    const world = withEndpoint({ base_url: "https://special.test" });
    expect(liveOf(world)[0]?.target.baseUrl).toBe("https://special.test");
    expect(liveOf({ ...world, configured: [{ slug: "acme", baseUrl: "http://127.0.0.1:9" }] })[0]?.target.baseUrl).toBe("http://127.0.0.1:9");
  });

  test("names another variable for the credential", () => {
    const configured = [{ slug: "acme", credentialEnv: "MY_KEY" }];
    expect(liveOf({ configured, environment: { MY_KEY: "k" } })[0]?.credentialId).toBe("acme/env:MY_KEY");
    expect(liveOf({ configured, environment: { ACME_KEY: "k" } })).toEqual([]);
  });

  test("lays its quirks over the known ones", () => {
    expect(liveOf({ configured: [{ slug: "acme", quirks: { max_tokens_required: true } }] })[0]?.target.quirks).toEqual({ ...plainQuirks, maxTokensRequired: true });
  });

  test("overrides an endpoint of the catalog and keeps what it does not mention", () => {
    const entry = { model: "lab/one", pricing: { prompt: "0.5", completion: "0.5", cacheRead: "0.05" } };
    const [one] = liveOf({ ...withEndpoint({ status: "historical", quantization: "fp8" }), configured: [{ slug: "acme", endpoints: [entry] }] });
    expect(one).toMatchObject({ id: "lab/one@acme", standing: "active", quantization: "fp8", target: { upstreamModel: "one-v1" } });
    expect(one?.pricing).toEqual({ prompt: 500_000n, completion: 500_000n, cacheRead: 50_000n });
  });

  test("adds an endpoint under a tag of its own, also by an alias of the model", () => {
    const entry = { model: "lab/uno", tag: "acme/turbo", upstreamModel: "one-turbo", pricing: { prompt: "3", completion: "3" } };
    expect(liveOf({ configured: [{ slug: "acme", endpoints: [entry] }] }).map(({ id }) => id)).toEqual(["lab/one@acme/turbo", "lab/one@acme"]);
  });

  test("adds a provider, and a model that nobody knew", () => {
    const catalog = load({ configured: [{ slug: "mine", name: "Mine", baseUrl: "http://10.0.0.5:8000/v1", endpoints: [{ model: "me/private", contextLength: 4096, inputModalities: ["text", "image"] }] }] });
    const found = catalog.find("me/private") as Model;
    expect(found).toMatchObject({ author: "me", name: "me: private", contextLength: 4096, isListed: true, inputModalities: ["text", "image"] });
    expect(catalog.live(found)).toMatchObject([{ providerName: "Mine", credentialId: "mine/config", authorization: { scheme: "none" }, price: { prompt: 0, completion: 0 }, target: { upstreamModel: "me/private" } }]);
    expect(catalog.configuredProviders).toContainEqual({ slug: "mine", name: "Mine", endpoints: 1 });
  });

  test("prices a local server at nothing when it says nothing", () => {
    const entry = { model: "ollama/llama3.2:latest", upstreamModel: "llama3.2:latest", contextLength: 8192 };
    const [one] = liveOf({ configured: [{ slug: "ollama", endpoints: [entry] }] }, "ollama/llama3.2:latest");
    expect(one).toMatchObject({ pricing: { prompt: 0n, completion: 0n }, dataPolicy: { trains: false, retains: false, zdr: true } });
  });

  test("shows a configured provider that cannot be called, with no endpoints", () => {
    expect(load({ environment: {}, configured: [{ slug: "acme" }] }).configuredProviders).toEqual([{ slug: "acme", name: "Acme", endpoints: 0 }]);
  });

  const refusals: readonly { readonly name: string; readonly configured: CatalogOptions["configured"]; readonly message: RegExp }[] = [
    { name: "a bought endpoint without a price", configured: [{ slug: "acme", endpoints: [{ model: "lab/two", contextLength: 1 }] }], message: /"acme", model "lab\/two".*add pricing/ },
    { name: "a price that is none", configured: [{ slug: "acme", endpoints: [{ model: "lab/one", pricing: { prompt: "$1", completion: "2" } }] }], message: /pricing\.prompt is "\$1"/ },
    { name: "an unknown model without its context", configured: [{ slug: "ollama", endpoints: [{ model: "me/private" }] }], message: /"ollama", model "me\/private".*context_length/ },
    { name: "a model that is not author/name", configured: [{ slug: "ollama", endpoints: [{ model: "private", contextLength: 1 }] }], message: /"private".*author\/name/ },
    { name: "an unknown provider without a base URL", configured: [{ slug: "mine" }], message: /"mine".*base_url/ },
    { name: "a slug that could not be a routing slug", configured: [{ slug: "My Box", baseUrl: "http://x" }], message: /"My Box"/ },
    { name: "a protocol that we do not speak", configured: [{ slug: "acme", protocol: "openai" }], message: /no protocol "openai".*openai-chat/ },
    { name: "one provider twice", configured: [{ slug: "acme" }, { slug: "acme" }], message: /"acme" is configured twice/ },
    { name: "a quirk that is none", configured: [{ slug: "acme", quirks: { moods: true } }], message: /"acme".*moods/ },
  ];
  for (const { name, configured, message } of refusals) {
    test(`is refused for ${name}`, () => {
      expect(() => load({ configured })).toThrow(message);
      expect(() => load({ configured })).toThrow(Fault);
    });
  }
});

describe("the sandbox", () => {
  const simulated = [
    { slug: "sandbox-swift", name: "Sandbox Swift", baseUrl: "http://127.0.0.1:1/swift", priceFactor: 1.1 },
    { slug: "sandbox-steady", name: "Sandbox Steady", baseUrl: "http://127.0.0.1:1/steady", priceFactor: 1 },
  ];
  const sandboxOf = (facts: Partial<ModelRecord>) => {
    const catalog = load({ simulated, environment: {}, models: [{ ...model, ...facts }] });
    return catalog.sandboxed(catalog.find("lab/one") as Model);
  };

  test("serves a model that nobody else does, once per simulated provider, at its listed price", () => {
    const endpoints = sandboxOf({});
    expect(endpoints).toMatchObject([
      { id: "lab/one@sandbox-swift", credentialId: "sandbox", isSandbox: true, protocol: "openai-chat", contextLength: 8192, authorization: { scheme: "none" }, pricing: { prompt: 1_100_000n, completion: 2_200_000n } },
      { id: "lab/one@sandbox-steady", price: { prompt: 1, completion: 2 }, target: { baseUrl: "http://127.0.0.1:1/steady", upstreamModel: "lab/one" } },
    ]);
    expect([...(endpoints[0]?.parameters ?? [])]).toEqual(["max_tokens", "temperature"]);
  });

  test("meters a model without a price at a dollar per million", () => {
    const catalog = load({ simulated, models: [{ ...less(model, "pricing"), endpoints: [] }] });
    expect(catalog.sandboxed(catalog.find("lab/one") as Model)[1]?.price).toMatchObject({ prompt: 1, completion: 1 });
  });

  test("has no endpoint for a model that gives no text", () => expect(sandboxOf({ output_modalities: ["image"] })).toEqual([]));
});

describe("a model is found", () => {
  test.each(["lab/one", "lab/one-20260101", "lab/uno"])("by %s", (slug) => expect(load().find(slug)?.slug).toBe("lab/one"));
  test.each(["lab/One", "one", "lab/one:free", ""])("but not by %j", (slug) => expect(load().find(slug)).toBeUndefined());

  test("by a static variant only where that variant exists", () => {
    const catalog = load({ models: [model, { ...model, slug: "lab/one:free", canonical_slug: "lab/one:free", aliases: [], endpoints: [] }] });
    expect(catalog.find("lab/one:free")?.slug).toBe("lab/one:free");
    expect(catalog.find("lab/one:nitro")).toBeUndefined();
  });

  test("by its family, when it is the newest listed one of it, whether the catalog or its slug says that it is", () => {
    const facts: readonly (Partial<ModelRecord> & { readonly slug: string })[] = [
      { slug: "lab/big-1", created: 1, family: "big" }, { slug: "lab/big-2", created: 2, family: "big" }, { slug: "lab/big-3", created: 3, family: "big", listed: false },
      { slug: "lab/big-2:free", created: 4, family: "big" }, { slug: "lab/small-mini-1", created: 1, family: "small-mini" }, { slug: "lab/small-mini-2.5", created: 2, family: "small" },
      { slug: "lab/lone-1" }, { slug: "lab/undefined-1" },
    ];
    const catalog = load({ models: facts.map((one) => ({ ...model, canonical_slug: one.slug, aliases: [], endpoints: [], ...one })) });
    expect(catalog.find("~lab/big-latest")?.slug).toBe("lab/big-2");
    expect(catalog.find("~lab/small-mini-latest")?.slug).toBe("lab/small-mini-2.5");
    expect(catalog.find("~lab/small-latest")?.slug).toBe("lab/small-mini-2.5");
    for (const slug of ["~lab/lone-latest", "~lab/undefined-latest", "~lab/big", "~/-latest", "~-latest"]) expect(catalog.find(slug), slug).toBeUndefined();
    expect(catalog.suggest("~lab/bigg-latest")[0]).toBe("~lab/big-latest");
    expect(catalog.suggest("lab/big")).not.toContain("~lab/big-latest");
  });

  test("or what looks like it is suggested, whatever was sent", () => {
    expect(load().suggest("Lab/oen")).toContain("lab/one");
    expect(load().suggest("completely different")).toEqual([]);
    const models = ["lab/pixtral-12b", "lab/mixtral-8x7b-instruct"].map((slug) => ({ ...model, slug, canonical_slug: slug, aliases: [], endpoints: [] }));
    expect(load({ models }).suggest("lab/mixtral")[0]).toBe("lab/mixtral-8x7b-instruct");
    expect(load().suggest("")).toEqual([]);
    expect(load().suggest("x".repeat(1_000_000))).toEqual([]);
  });
});

function overlayFile(text: string): string {
  const file = join(folder, `overlay-${worlds++}.json`);
  writeFileSync(file, text);
  return file;
}

function overlay(facts: Partial<Overlay>): string {
  return overlayFile(JSON.stringify({ endpoints: {}, added: {}, ...facts }));
}

describe("refreshed facts", () => {
  test("replace the endpoint's, and the listed price that was taken from it", () => {
    const catalog = load({ overlayFile: overlay({ endpoints: { "lab/one@acme": { pricing: { prompt: "0.9", completion: "1.8" }, context_length: 16_384, as_of: "2026-05-01" } } }) });
    const one = catalog.find("lab/one") as Model;
    expect(catalog.live(one)).toMatchObject([{ contextLength: 16_384, price: { prompt: 0.9, completion: 1.8 } }]);
    expect(one.pricing).toEqual({ prompt: 900_000n, completion: 1_800_000n });
  });

  test("give a trial the price that the operator accepted", () => {
    const trial = withEndpoint({ pricing: { prompt: "0", completion: "0" }, zero_price_unverified: true });
    const file = overlay({ endpoints: { "lab/one@acme": { pricing: { prompt: "0", completion: "0" }, as_of: "2026-05-01" } } });
    expect(liveOf({ ...trial, overlayFile: file })).toHaveLength(1);
  });

  test("yield to the operator's file", () => {
    const file = overlay({ endpoints: { "lab/one@acme": { pricing: price, as_of: "2026-05-01" } } });
    const configured = [{ slug: "acme", endpoints: [{ model: "lab/one", pricing: { prompt: "7", completion: "7" } }] }];
    expect(liveOf({ overlayFile: file, configured })[0]?.price.prompt).toBe(7);
  });

  test("need not exist, and are refused when they are something else", () => {
    expect(liveOf({ overlayFile: join(folder, "none.json") })).toHaveLength(1);
    expect(() => load({ overlayFile: overlayFile("{ cut") })).toThrow(/cannot be read.*catalog sync/);
    expect(() => load({ overlayFile: overlayFile("[]") })).toThrow(/not a refreshed catalog/);
  });
});

test("what a provider refuses, no endpoint of it takes, whatever its list says", () => {
  const catalog = load({
    models: [{ ...model, endpoints: [{ ...endpoint, supported_parameters: ["seed", "top_k"] }] }],
    quirksOf: () => ({ ...plainQuirks, refuses: ["top_k"] }),
  });
  expect([...(catalog.live(catalog.find("lab/one") as Model)[0]?.parameters ?? [])]).toEqual(["seed"]);
});
