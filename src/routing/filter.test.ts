import { describe, expect, test } from "vitest";
import { candidate, plan, tags, type Wanted } from "./examples.ts";
import { grouped } from "./filter.ts";
import type { Candidate, Rule } from "./candidate.ts";

interface Case {
  readonly name: string;
  readonly endpoint: Partial<Candidate>;
  readonly wanted: Wanted;
  /** Undefined when the endpoint is admitted. */
  readonly rule?: Rule;
  readonly admittedBy?: string;
}

const takesMinP = new Set(["max_tokens", "min_p"]);
const price = { prompt: 0.08, completion: 0.24, request: 0.01, image: 0.002 };

const cases: readonly Case[] = [
  { name: "a prompt that fits exactly", endpoint: { contextLength: 4096 }, wanted: { prompt: { low: 4096, high: 9000 } } },
  { name: "a prompt one token too long", endpoint: { contextLength: 4096 }, wanted: { prompt: { low: 4097, high: 9000 } }, rule: "context_length", admittedBy: "a prompt of at most 4,096 tokens" },
  { name: "a prompt over the endpoint's own limit", endpoint: { promptTokensMax: 1000 }, wanted: { prompt: { low: 1001, high: 3000 } }, rule: "context_length", admittedBy: "a prompt of at most 1,000 tokens" },
  { name: "an answer as long as the endpoint writes", endpoint: { outputTokensMax: 8192 }, wanted: { outputTokensMax: 8192 } },
  { name: "a longer answer than the endpoint writes", endpoint: { outputTokensMax: 8192 }, wanted: { outputTokensMax: 8193 }, rule: "output_length", admittedBy: "max_tokens of at most 8,192" },
  { name: "a long answer where the limit is unknown", endpoint: {}, wanted: { outputTokensMax: 30_000 } },
  { name: "required parameters that are all there", endpoint: { parameters: takesMinP }, wanted: { parameters: new Set(["min_p"]), preferences: { requireParameters: true } } },
  { name: "required parameters that are missing", endpoint: {}, wanted: { parameters: new Set(["temperature", "min_p", "top_a"]), preferences: { requireParameters: true } }, rule: "require_parameters", admittedBy: "without min_p, top_a" },
  { name: "missing parameters that are not required", endpoint: {}, wanted: { parameters: new Set(["min_p"]) } },
  { name: "required parameters of an unknown endpoint", endpoint: { parameters: undefined }, wanted: { parameters: new Set(["min_p"]), preferences: { requireParameters: true } }, rule: "require_parameters", admittedBy: "without require_parameters" },
  { name: "no parameters at an unknown endpoint", endpoint: { parameters: undefined }, wanted: { preferences: { requireParameters: true } } },
  { name: "max_tokens under its other name", endpoint: { parameters: new Set(["max_completion_tokens"]) }, wanted: { parameters: new Set(["max_tokens"]), preferences: { requireParameters: true } } },
  { name: "JSON where schemas are taken", endpoint: { parameters: new Set(["structured_outputs"]) }, wanted: { parameters: new Set(["response_format"]), preferences: { requireParameters: true } } },
  { name: "a schema where only JSON is taken", endpoint: { parameters: new Set(["response_format"]) }, wanted: { parameters: new Set(["response_format", "structured_outputs"]), preferences: { requireParameters: true } }, rule: "require_parameters", admittedBy: "without structured_outputs" },
  { name: "an image where images are taken", endpoint: { inputModalities: new Set(["text", "image"]) }, wanted: { inputModalities: new Set(["text", "image"]) } },
  { name: "an image where only text is taken", endpoint: {}, wanted: { inputModalities: new Set(["text", "image"]) }, rule: "input_modalities", admittedBy: "without image input" },
  { name: "an image asked of a writer", endpoint: {}, wanted: { outputModalities: new Set(["image", "text"]) }, rule: "output_modalities", admittedBy: "modalities without image" },
  { name: "prices at the cap", endpoint: { price }, wanted: { preferences: { maxPrice: { prompt: 0.08, completion: 0.24, request: 0.01, image: 0.002 } } } },
  { name: "a dearer completion", endpoint: { price }, wanted: { preferences: { maxPrice: { completion: 0.2 } } }, rule: "max_price", admittedBy: "max_price.completion of at least 0.24" },
  { name: "a dearer prompt and request", endpoint: { price }, wanted: { preferences: { maxPrice: { prompt: 0.01, request: 0 } } }, rule: "max_price", admittedBy: "max_price.prompt of at least 0.08 and max_price.request of at least 0.01" },
  { name: "a dearer image", endpoint: { price }, wanted: { preferences: { maxPrice: { image: 0.001 } } }, rule: "max_price", admittedBy: "max_price.image of at least 0.002" },
  { name: "dear audio in a request without audio", endpoint: { price: { ...price, audio: 9 } }, wanted: { preferences: { maxPrice: { audio: 1 } } } },
  { name: "dear audio", endpoint: { price: { ...price, audio: 9 }, inputModalities: new Set(["text", "audio"]) }, wanted: { inputModalities: new Set(["audio"]), preferences: { maxPrice: { audio: 1 } } }, rule: "max_price", admittedBy: "max_price.audio of at least 9" },
  { name: "an endpoint that trains, denied", endpoint: { dataPolicy: { trains: true, retains: false, zdr: false } }, wanted: { preferences: { dataCollection: "deny" } }, rule: "data_policy:training", admittedBy: "data_collection allow" },
  { name: "an endpoint that stores, denied", endpoint: { dataPolicy: { trains: false, retains: true, zdr: false } }, wanted: { preferences: { dataCollection: "deny" } }, rule: "data_policy:training" },
  { name: "an endpoint that does neither, denied", endpoint: { dataPolicy: { trains: false, retains: false, zdr: false } }, wanted: { preferences: { dataCollection: "deny" } } },
  { name: "an endpoint that trains, allowed", endpoint: { dataPolicy: { trains: true, retains: true, zdr: false } }, wanted: {} },
  { name: "no zero retention", endpoint: { dataPolicy: { trains: false, retains: false, zdr: false } }, wanted: { preferences: { zdr: true } }, rule: "data_policy:zdr", admittedBy: "without zdr" },
  { name: "zero retention", endpoint: {}, wanted: { preferences: { zdr: true } } },
  { name: "an author who forbids distillation", endpoint: { distillable: false }, wanted: { preferences: { enforceDistillableText: true } }, rule: "distillable_text", admittedBy: "without enforce_distillable_text" },
  { name: "the quantization itself", endpoint: { quantization: "fp8" }, wanted: { preferences: { quantizations: ["FP8", "bf16"] } } },
  { name: "fp8 asks for mxfp8", endpoint: { quantization: "mxfp8" }, wanted: { preferences: { quantizations: ["fp8"] } } },
  { name: "fp4 asks for mxfp4", endpoint: { quantization: "mxfp4" }, wanted: { preferences: { quantizations: ["fp4"] } } },
  { name: "fp4 asks for nvfp4", endpoint: { quantization: "nvfp4" }, wanted: { preferences: { quantizations: ["fp4"] } } },
  { name: "mxfp4 does not ask for fp4", endpoint: { quantization: "fp4" }, wanted: { preferences: { quantizations: ["mxfp4"] } }, rule: "quantization", admittedBy: "quantizations with fp4" },
  { name: "an unstated quantization is unknown", endpoint: {}, wanted: { preferences: { quantizations: ["unknown"] } } },
  { name: "an unstated quantization is not fp8", endpoint: {}, wanted: { preferences: { quantizations: ["fp8"] } }, rule: "quantization", admittedBy: "quantizations with unknown" },
  { name: "a tier that was not asked for", endpoint: { tag: "acme/flex", serviceTier: "flex" }, wanted: {}, rule: "service_tier", admittedBy: "service_tier flex, or acme/flex in only or order" },
  { name: "the other tier than asked for", endpoint: { tag: "acme/priority", serviceTier: "priority" }, wanted: { serviceTier: "flex" }, rule: "service_tier" },
  { name: "fast is another word for priority", endpoint: { tag: "acme/priority", serviceTier: "priority" }, wanted: { serviceTier: "fast" } },
  { name: ":floor lets flex in", endpoint: { tag: "acme/flex", serviceTier: "flex" }, wanted: { variant: { tier: "flex" } } },
  { name: ":nitro does not let flex in", endpoint: { tag: "acme/flex", serviceTier: "flex" }, wanted: { variant: { tier: "priority" } }, rule: "service_tier" },
  { name: ":floor beside an order lets nothing in", endpoint: { tag: "acme/flex", serviceTier: "flex" }, wanted: { variant: { tier: "flex" }, preferences: { order: ["acme"] } }, rule: "service_tier" },
  { name: ":floor beside an empty order lets flex in", endpoint: { tag: "acme/flex", serviceTier: "flex" }, wanted: { variant: { tier: "flex" }, preferences: { order: [] } } },
  { name: ":floor beside the default tier lets nothing in", endpoint: { tag: "acme/flex", serviceTier: "flex" }, wanted: { variant: { tier: "flex" }, serviceTier: "default" }, rule: "service_tier" },
  { name: ":free where there is a price", endpoint: {}, wanted: { variant: { isFree: true } }, rule: "variant", admittedBy: "without :free" },
  { name: ":free where there is none", endpoint: { isFree: true }, wanted: { variant: { isFree: true } } },
  { name: ":thinking where reasoning is taken", endpoint: { parameters: new Set(["reasoning_effort"]) }, wanted: { variant: { reasons: true } } },
  { name: ":thinking where it may be taken", endpoint: { parameters: undefined }, wanted: { variant: { reasons: true } } },
  { name: ":thinking where it is not", endpoint: {}, wanted: { variant: { reasons: true } }, rule: "variant", admittedBy: "without :thinking" },
  { name: ":extended and a shorter window", endpoint: { contextLength: 4096 }, wanted: { variant: { contextLengthMin: 8192 } }, rule: "variant", admittedBy: "without :extended" },
  { name: ":extended and the longest window", endpoint: { contextLength: 8192 }, wanted: { variant: { contextLengthMin: 8192 } } },
  { name: "web search where it is listed", endpoint: { parameters: new Set(["web_search_options"]) }, wanted: { variant: { searchesWeb: true } } },
  { name: "web search where nothing is known", endpoint: { parameters: undefined }, wanted: { variant: { searchesWeb: true } }, rule: "web_search", admittedBy: "without web search" },
  { name: "empty lists are no lists", endpoint: {}, wanted: { preferences: { only: [], ignore: [], order: [], quantizations: [] } } },
];

describe("a rule", () => {
  test.each(cases)("$name: $rule", ({ endpoint, wanted, rule, admittedBy }) => {
    const { steps, rejected } = plan([candidate("acme", endpoint)], wanted);
    expect(steps).toHaveLength(rule === undefined ? 1 : 0);
    expect(rejected[0]?.rule).toBe(rule);
    if (admittedBy !== undefined) expect(rejected[0]?.admittedBy).toBe(admittedBy);
  });
});

describe("a slug in only, ignore or order", () => {
  const plain = candidate("acme");
  const turbo = candidate("acme", { tag: "acme/turbo" });
  const flex = candidate("acme", { tag: "acme/flex", serviceTier: "flex" });
  const other = candidate("other", { providerName: "Other & Sons" });
  const all = [plain, turbo, flex, other];

  test.each([
    { entry: "acme", matched: ["acme", "acme/turbo"] },
    { entry: "ACME", matched: ["acme", "acme/turbo"] },
    { entry: "acme/turbo", matched: ["acme/turbo"] },
    { entry: "acme/flex", matched: ["acme/flex"] },
    { entry: "other & sons", matched: ["other"] },
    { entry: "acm", matched: [] },
    { entry: "acme/", matched: [] },
  ])("$entry names $matched", ({ entry, matched }) => {
    expect(tags(all, { preferences: { only: [entry] } }).sort()).toEqual(matched);
    expect(tags(all, { preferences: { order: [entry], allowFallbacks: false } }).sort()).toEqual(matched);
    expect(tags([plain, turbo, other], { preferences: { ignore: [entry] } })).toHaveLength(3 - matched.filter((tag) => tag !== "acme/flex").length);
  });

  test("names a tier's endpoint by its provider once the request asks for the tier", () => {
    expect(tags(all, { serviceTier: "flex", preferences: { only: ["acme"] } })).toEqual(["acme/flex"]);
    expect(tags(all, { serviceTier: "flex", preferences: { ignore: ["acme"] } })).toEqual(["other"]);
  });

  test("leaves a tier's endpoint that is named by its tag alone with its provider's name", () => {
    expect(tags(all, { preferences: { only: ["acme/flex"], ignore: ["acme"] } })).toEqual(["acme/flex"]);
    expect(tags(all, { preferences: { only: ["acme"], order: ["acme/flex"] } }).sort()).toEqual(["acme", "acme/turbo"]);
  });

  test("is told in the rejection", () => {
    const { rejected } = plan([plain, other], { preferences: { ignore: ["acme"], only: ["acme"] } });
    expect(rejected.map(({ rule, admittedBy }) => [rule, admittedBy])).toEqual([
      ["ignored_providers", "ignore without acme"],
      ["allowed_providers", "only with other"],
    ]);
  });
});

describe("a parameter that is only preferred", () => {
  const withTools = candidate("tools", { parameters: new Set(["tools"]) });
  const without = candidate("plain");
  const unknown = candidate("unknown", { parameters: undefined });

  test("leaves those that take it, and those that may", () => {
    const { steps, rejected } = plan([withTools, without, unknown], { parameters: new Set(["tools"]) });
    expect(steps.map((step) => step.tag).sort()).toEqual(["tools", "unknown"]);
    expect(rejected).toEqual([{ candidate: without, rule: "preferred_parameters", admittedBy: "without tools" }]);
  });

  test("leaves all when none takes it", () => {
    expect(tags([without, unknown], { parameters: new Set(["tools"]) })).toHaveLength(2);
  });

  test("is preferred model by model", () => {
    const elsewhere = candidate("plain", { model: "author/other" });
    expect(tags([withTools, without, elsewhere], { parameters: new Set(["tools"]) })).toEqual(["tools", "plain"]);
  });

  test.each(["structured_outputs", "response_format", "verbosity"])("may be %s", (name) => {
    expect(tags([without, candidate("able", { parameters: new Set([name]) })], { parameters: new Set([name]) })).toEqual(["able"]);
  });

  test("is not any other", () => {
    expect(tags([without, candidate("able", { parameters: new Set(["min_p"]) })], { parameters: new Set(["min_p"]) })).toHaveLength(2);
  });
});

test("the flex tier is used alone where there is one, and otherwise the default tier serves", () => {
  const flex = candidate("acme", { tag: "acme/flex", serviceTier: "flex" });
  expect(tags([candidate("acme"), flex], { serviceTier: "flex" })).toEqual(["acme/flex"]);
  expect(tags([candidate("acme")], { serviceTier: "flex" })).toEqual(["acme"]);
});

test.each([[7, "7"], [4096, "4,096"], [262_144, "262,144"], [1_048_576, "1,048,576"]])("%i is written %s", (count, text) => {
  expect(grouped(count)).toBe(text);
});
