import { describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import { candidate, routingRequest, type Wanted } from "../routing/examples.ts";
import { wishesOf } from "../routing/filter.ts";
import type { ChatRequest } from "../wire/chat.ts";
import { alternativesTo } from "./alternatives.ts";
import { readAutoOptions } from "./auto-options.ts";
import { chooseAuto, chooseFree } from "./auto.ts";
import type { Endpoint, Model } from "./model.ts";
import { poolOf, type PoolSource } from "./pool.ts";

interface Facts {
  readonly slug: string;
  readonly price: number;
  readonly endpoint?: Partial<Endpoint>;
  readonly model?: Partial<Model>;
}

const takesTools = new Set(["tools", "max_tokens"]);

/** A pool of models, the newest first. */
function source(facts: readonly Facts[]): PoolSource & { readonly replace: (slug: string) => void } {
  const endpoints = new Map<string, readonly Endpoint[]>();
  const models = facts.map(({ slug, price, endpoint, model }) => {
    const one = candidate("acme", { model: slug, parameters: takesTools, price: { prompt: price, completion: price, request: 0, image: 0 }, isFree: price === 0 });
    endpoints.set(slug, [{ ...one, ...endpoint } as Endpoint]);
    const [author = ""] = slug.split("/");
    return { slug, canonicalSlug: slug, author, family: undefined, isListed: true, supportedParameters: [], ...model } as unknown as Model;
  });
  const live = (model: Model) => endpoints.get(model.slug) ?? [];
  return { models, live, sandboxed: live, replace: (slug) => void endpoints.set(slug, [...(endpoints.get(slug) ?? [])]) };
}

const ten = Array.from({ length: 10 }, (_, index): Facts => ({ slug: `lab/m${index}`, price: index + 1 }));

interface Asked {
  readonly wanted?: Wanted;
  readonly request?: Partial<ChatRequest>;
  readonly plugin?: Readonly<Record<string, unknown>>;
  readonly before?: string;
}

function auto(facts: readonly Facts[], { wanted, request, plugin = {}, before }: Asked = {}): string[] {
  const asked = { messages: [{ role: "user", content: "Hello" }], parameters: {}, ...request } as unknown as ChatRequest;
  const options = readAutoOptions([{ id: "auto-router", ...plugin }], "auto-router");
  return chooseAuto(poolOf(source(facts), false), { request: asked, wishes: wishesOf(routingRequest(wanted)), options, before }).map(({ model }) => model.slug);
}

describe("the cost band", () => {
  test.each([
    { plugin: {}, models: ["lab/m0", "lab/m1"] },
    { plugin: { cost_tier: "low" }, models: ["lab/m0", "lab/m1"] },
    { plugin: { cost_tier: "medium" }, models: ["lab/m2", "lab/m3"] },
    { plugin: { cost_tier: "high" }, models: ["lab/m4", "lab/m5"] },
    { plugin: { cost_tier: "xhigh" }, models: ["lab/m6", "lab/m7"] },
    { plugin: { cost_tier: "max" }, models: ["lab/m8", "lab/m9"] },
    { plugin: { cost_quality_tradeoff: 9 }, models: ["lab/m0", "lab/m1"] },
    { plugin: { cost_quality_tradeoff: 10 }, models: ["lab/m0"] },
    { plugin: { cost_quality_tradeoff: 0 }, models: ["lab/m0", "lab/m1", "lab/m2"] },
    { plugin: { cost_tier: "high", cost_quality_tradeoff: 10 }, models: ["lab/m4", "lab/m5"] },
    // Where the band is empty, the next cheaper one that is not, then the next dearer.
    { plugin: { cost_tier: "high", allowed_models: ["lab/m1", "lab/m2", "lab/m7"] }, models: ["lab/m2"] },
    { plugin: { cost_tier: "high", allowed_models: ["lab/m7", "lab/m9"] }, models: ["lab/m7"] },
  ])("of $plugin is $models", ({ plugin, models }) => {
    expect(auto(ten, { plugin })).toEqual(models);
  });

  test("has all that cost the same", () => {
    expect(auto([{ slug: "lab/a", price: 1 }, { slug: "lab/b", price: 1 }, { slug: "lab/c", price: 1 }])).toHaveLength(3);
  });
});

describe("allowed and excluded models", () => {
  const named: readonly Facts[] = ["lab/alpha-1", "lab/alpha-2", "other/alpha-1"].map((slug) => ({ slug, price: 1 }));
  test.each([
    { allowed: ["lab/*"], excluded: [], models: ["lab/alpha-1", "lab/alpha-2"] },
    { allowed: ["*/alpha-1"], excluded: [], models: ["lab/alpha-1", "other/alpha-1"] },
    { allowed: ["l*b/*-2"], excluded: [], models: ["lab/alpha-2"] },
    { allowed: ["lab/*"], excluded: ["*-1"], models: ["lab/alpha-2"] },
    { allowed: undefined, excluded: ["lab/alpha-2"], models: ["lab/alpha-1", "other/alpha-1"] },
    { allowed: ["lab/alpha"], excluded: [], models: [] },
    { allowed: ["lab/alpha-*-1"], excluded: [], models: [] },
    { allowed: [], excluded: [], models: ["lab/alpha-1", "lab/alpha-2", "other/alpha-1"] },
    { allowed: ["*"], excluded: ["**"], models: [] },
  ])("$allowed without $excluded leaves $models", ({ allowed, excluded, models }) => {
    expect(auto(named, { plugin: { allowed_models: allowed, excluded_models: excluded, cost_quality_tradeoff: 0 } })).toEqual(models);
  });

  test.each([
    [{ allowed_models: "lab/*" }, "allowed_models"],
    [{ excluded_models: [1] }, "excluded_models"],
    [{ allowed_models: Array.from({ length: 1025 }, () => "x") }, "allowed_models"],
    [{ allowed_models: ["x".repeat(1025)] }, "allowed_models"],
    [{ allowed_models: Array.from({ length: 65 }, () => "x".repeat(1024)) }, "allowed_models"],
    [{ cost_tier: "constructor" }, "cost_tier"],
    [{ cost_quality_tradeoff: 11 }, "cost_quality_tradeoff"],
  ])("that are none are refused", (options, field) => {
    expect(() => readAutoOptions([{ id: "web" }, { id: "auto-router", ...options }], "auto-router")).toThrow(expect.objectContaining({ code: "invalid_request", metadata: { field: `plugins[1].${field}` } }) as Fault);
  });

  test("that are hostile take no time to speak of", () => {
    const { allows } = readAutoOptions([{ id: "auto-router", allowed_models: [`${"a*".repeat(500)}b`] }], "auto-router");
    expect(allows("a".repeat(2000))).toBe(false);
  });

  test("of a plugin that is turned off, or has another name, are not read", () => {
    for (const plugins of [[{ id: "auto-router", enabled: false, cost_tier: "x" }], [{ id: "auto-beta-router", cost_tier: "x" }], undefined]) {
      expect(readAutoOptions(plugins, "auto-router").band).toEqual({ from: 0, to: 20 });
    }
  });
});

describe("within the band", () => {
  const same = (slug: string, facts: Partial<Facts> = {}): Facts => ({ slug, price: 1, ...facts });
  const plain = same("lab/new");

  test.each([
    { name: "a model that surely fits", other: same("lab/long", { endpoint: { contextLength: 1_000_000 } }), asked: { wanted: { prompt: { low: 10_000, high: 40_000 } } } },
    { name: "a verified one", other: same("lab/sure"), first: same("lab/new", { endpoint: { standing: "unverified" } }), asked: {} },
    { name: "a general one", other: same("lab/general"), first: same("lab/guard", { endpoint: { parameters: new Set(["max_tokens"]) } }), asked: {} },
    { name: "one that reasons, for a request that asks for it,", other: same("lab/deep", { endpoint: { parameters: new Set([...takesTools, "reasoning"]) } }), asked: { request: { parameters: { reasoning: { effort: "high" } } } } },
    { name: "one for code, for a question about code,", other: same("lab/new-coder"), asked: { request: { messages: [{ role: "user", content: "Fix this:\n```\nx = 1\n```" }] } } },
  ] satisfies readonly { name: string; other: Facts; first?: Facts; asked: Asked }[])("$name goes before a newer one", ({ other, first = plain, asked }) => {
    expect(auto([first, other], asked as Asked)[0]).toBe(other.slug);
  });

  test("the newest goes first, and three are enough", () => {
    expect(auto([plain, same("lab/b"), same("lab/c"), same("lab/d")])).toEqual(["lab/new", "lab/b", "lab/c"]);
  });

  test("a question about code is in the last message of the user", () => {
    const messages = [{ role: "user", content: "debug this Python" }, { role: "assistant", content: "ok" }, { role: "user", content: [{ type: "text", text: "Thank you" }] }];
    expect(auto([plain, same("lab/coder")], { request: { messages } as Partial<ChatRequest> })[0]).toBe("lab/new");
  });

  test("what the request needs is needed", () => {
    const without = same("lab/new", { endpoint: { parameters: new Set(["max_tokens"]) } });
    expect(auto([without, same("lab/tools")], { wanted: { parameters: new Set(["tools"]) } })).toEqual(["lab/tools"]);
    expect(auto([plain], { wanted: { inputModalities: new Set(["image"]) } })).toEqual([]);
    expect(auto([same("lab/one:free")])).toEqual([]);
  });

  test("a pinned model is kept, dear or not, while it can serve and is allowed", () => {
    const messages = [{ role: "assistant", content: "Hi", model: "lab/m9" }];
    const request = { messages } as Partial<ChatRequest>;
    expect(auto(ten, { request, plugin: { pin_model: true } })).toEqual(["lab/m9", "lab/m0", "lab/m1"]);
    expect(auto(ten, { request, plugin: { pin_model: true, excluded_models: ["lab/m9"] } })).toEqual(["lab/m0", "lab/m1"]);
    expect(auto(ten, { request })).toEqual(["lab/m0", "lab/m1"]);
  });
});

test("a conversation stays with its model while that is a candidate, and a pin goes before", () => {
  expect(auto(ten, { before: "lab/m1" })).toEqual(["lab/m1", "lab/m0"]);
  expect(auto(ten, { before: "lab/m5" })).toEqual(["lab/m0", "lab/m1"]);
  const request = { messages: [{ role: "assistant", content: "Hi", model: "lab/m0" }] } as Partial<ChatRequest>;
  expect(auto(ten, { before: "lab/m1", request, plugin: { pin_model: true } })).toEqual(["lab/m0", "lab/m1"]);
});

test("the free router takes each free model as often as the others, and one seed replays it", () => {
  const pool = poolOf(source([...ten.map((one) => ({ ...one, price: 0 })), { slug: "lab/paid", price: 1 }]), false);
  const wishes = wishesOf(routingRequest({ variant: { isFree: true } }));
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 10_000; seed++) {
    const [first] = chooseFree(pool, wishes, seed);
    counts.set(first?.model.slug ?? "", (counts.get(first?.model.slug ?? "") ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(ten.map(({ slug }) => slug));
  // 30 is the standard deviation of a thousand draws in ten thousand.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  expect(chooseFree(pool, wishes, 7)).toEqual(chooseFree(pool, wishes, 7));
});

describe("the pool", () => {
  const facts: readonly Facts[] = [...ten, { slug: "lab/hidden", price: 1, model: { isListed: false } }];

  test("is made once, and again when an endpoint came or went", () => {
    const models = source(facts);
    const pool = poolOf(models, false);
    expect(pool.map(({ model }) => model.slug)).not.toContain("lab/hidden");
    expect(poolOf(models, false)).toBe(pool);
    models.replace("lab/m3");
    expect(poolOf(models, false)).not.toBe(pool);
  });

  test("counts a price as the share of models that are cheaper, without the tiers'", () => {
    const tiered = { ...source(ten), live: (model: Model) => [candidate("acme", { model: model.slug, price: { prompt: 5, completion: 5, request: 0, image: 0 } }), candidate("acme", { model: model.slug, serviceTier: "flex", price: { prompt: 0.1, completion: 0.1, request: 0, image: 0 } })] as unknown as readonly Endpoint[] };
    expect(poolOf(tiered, false)[0]).toMatchObject({ price: 5, percentile: 0 });
    expect(poolOf(source(ten), false).map(({ percentile }) => percentile)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
  });
});

test("alternatives are of the family, of the author, near in price; and could take the request", () => {
  const facts: readonly Facts[] = [
    { slug: "far/cheap", price: 0.1 }, { slug: "far/near", price: 3 }, { slug: "lab/other", price: 90 }, { slug: "lab/kin", price: 50, model: { family: "kin" } },
    { slug: "lab/wanted", price: 2, model: { family: "kin" } }, { slug: "lab/blind", price: 2, endpoint: { inputModalities: new Set() }, model: { family: "kin" } }, { slug: "lab/kin:free", price: 0, model: { family: "kin" } },
  ];
  const models = source(facts);
  const wanted = models.models.filter(({ slug }) => slug === "lab/wanted");
  expect(alternativesTo(wanted, poolOf(models, false), wishesOf(routingRequest()))).toEqual(["lab/kin", "lab/other", "far/near"]);
});
