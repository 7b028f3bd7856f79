import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePricePerMillion, parsePricePerUnit, picodollars, type Picodollars } from "../base/money.ts";
import type { Usage } from "../wire/chat.ts";
import { costOf, isFree, worstCost, type Pricing, type PricingOverride } from "./price.ts";

const perMillion = (text: string) => parsePricePerMillion(text) as Picodollars;
const each = (text: string) => parsePricePerUnit(text) as Picodollars;
const plain: Pricing = { prompt: perMillion("0.15"), completion: perMillion("0.6") };

const cases: readonly { readonly name: string; readonly pricing: Pricing; readonly usage: Usage; readonly images?: number; readonly nanodollars: bigint }[] = [
  { name: "a million tokens each way cost the listed price", pricing: plain, usage: { promptTokens: 1_000_000, completionTokens: 1_000_000 }, nanodollars: 750_000_000n },
  { name: "one token is never free", pricing: { prompt: picodollars(1n), completion: picodollars(0n) }, usage: { promptTokens: 1, completionTokens: 0 }, nanodollars: 1n },
  { name: "no tokens cost nothing", pricing: plain, usage: { promptTokens: 0, completionTokens: 0 }, nanodollars: 0n },
  { name: "cached tokens cost their own price", pricing: { ...plain, cacheRead: perMillion("0.015") }, usage: { promptTokens: 1000, completionTokens: 0, cachedTokens: 1000 }, nanodollars: 15_000n },
  { name: "cached tokens without a price of their own cost what input costs", pricing: plain, usage: { promptTokens: 1000, completionTokens: 0, cachedTokens: 400 }, nanodollars: 150_000n },
  { name: "more cached tokens than prompt tokens count as the prompt", pricing: { ...plain, cacheRead: perMillion("0.015") }, usage: { promptTokens: 100, completionTokens: 0, cachedTokens: 9000, cacheWriteTokens: 50 }, nanodollars: 1500n },
  { name: "what is kept for an hour costs its own price", pricing: { ...plain, cacheWrite: perMillion("0.2"), cacheWriteHour: perMillion("0.9") }, usage: { promptTokens: 1000, completionTokens: 0, cacheWriteTokens: 500, cacheWriteHourTokens: 200 }, nanodollars: 75_000n + 60_000n + 180_000n },
  { name: "without one, twice the input where writing costs 1.25 times that", pricing: { ...plain, prompt: perMillion("3"), cacheWrite: perMillion("3.75") }, usage: { promptTokens: 1000, completionTokens: 0, cacheWriteTokens: 1000, cacheWriteHourTokens: 1000 }, nanodollars: 6_000_000n },
  { name: "and what input costs where writing has no price", pricing: plain, usage: { promptTokens: 1000, completionTokens: 0, cacheWriteTokens: 1000, cacheWriteHourTokens: 1000 }, nanodollars: 150_000n },
  { name: "nothing where writing costs nothing", pricing: { ...plain, cacheWrite: perMillion("0") }, usage: { promptTokens: 1000, completionTokens: 0, cacheWriteTokens: 1000, cacheWriteHourTokens: 1000 }, nanodollars: 0n },
  { name: "more kept for an hour than was written counts as what was written", pricing: { ...plain, cacheWriteHour: perMillion("0.9") }, usage: { promptTokens: 100, completionTokens: 0, cacheWriteTokens: 10, cacheWriteHourTokens: 90 }, nanodollars: 13_500n + 9_000n },
  { name: "a fee is charged for each search of the web", pricing: { ...plain, webSearch: each("0.01") }, usage: { promptTokens: 0, completionTokens: 0, webSearches: 3 }, nanodollars: 30_000_000n },
  { name: "more reasoning than output counts as the output", pricing: { ...plain, reasoning: perMillion("2") }, usage: { promptTokens: 0, completionTokens: 10, reasoningTokens: 500 }, nanodollars: 20_000n },
  { name: "a fee is charged for each request", pricing: { ...plain, request: each("0.005") }, usage: { promptTokens: 0, completionTokens: 0 }, nanodollars: 5_000_000n },
  { name: "a fee is charged for each image", pricing: { ...plain, image: each("0.001") }, usage: { promptTokens: 0, completionTokens: 0 }, images: 3, nanodollars: 3_000_000n },
  { name: "counts that are no counts are none", pricing: plain, usage: { promptTokens: Number.NaN, completionTokens: -5 }, nanodollars: 0n },
  { name: "a prompt as long as the threshold has the base price", pricing: { ...plain, overrides: [{ promptTokensOver: 1000, prompt: perMillion("1") }] }, usage: { promptTokens: 1000, completionTokens: 0 }, nanodollars: 150_000n },
  { name: "a longer prompt has the tier's price, all of it", pricing: { ...plain, overrides: [{ promptTokensOver: 1000, prompt: perMillion("1") }] }, usage: { promptTokens: 1001, completionTokens: 1000 }, nanodollars: 1_601_000n },
];

describe("costOf", () => {
  for (const { name, pricing, usage, images, nanodollars } of cases) {
    test(name, () => expect(costOf(pricing, usage, images).total).toBe(nanodollars));
  }

  test("splitting a generation never makes it cheaper", () => {
    fc.assert(
      fc.property(prices(), usages(), usages(), (pricing, one, other) => {
        const apart = costOf(pricing, one).total + costOf(pricing, other).total;
        expect(apart).toBeGreaterThanOrEqual(costOf(pricing, sum(one, other)).total);
      }),
    );
  });

  test("more tokens never cost less", () => {
    fc.assert(
      fc.property(prices(), usages(), fc.nat(1000), (pricing, usage, more) => {
        const longer = { ...usage, promptTokens: usage.promptTokens + more, completionTokens: usage.completionTokens + more };
        expect(costOf(pricing, longer).total).toBeGreaterThanOrEqual(costOf(pricing, usage).total);
      }),
    );
  });

  test("whatever an upstream reports, the parts are not negative and add up", () => {
    fc.assert(
      fc.property(prices(), fc.record({ promptTokens: anyNumber, completionTokens: anyNumber, cachedTokens: anyNumber, cacheWriteTokens: anyNumber, cacheWriteHourTokens: anyNumber, webSearches: anyNumber, reasoningTokens: anyNumber }), (pricing, usage) => {
        const cost = costOf(pricing, usage);
        expect(cost.prompt >= 0n && cost.completion >= 0n && cost.total === cost.prompt + cost.completion).toBe(true);
      }),
    );
  });
});

describe("worstCost", () => {
  test("is never exceeded by a request of at most these sizes, in any tier", () => {
    fc.assert(
      fc.property(prices(), fc.array(tiers(), { maxLength: 3 }), usages(), fc.nat(500), fc.nat(4), (base, overrides, usage, more, images) => {
        const pricing = { ...base, overrides };
        const worst = worstCost(pricing, {
          promptTokens: usage.promptTokens + more, completionTokens: usage.completionTokens + more, images, webSearches: usage.webSearches, cachesForHour: usage.cacheWriteHourTokens > 0,
        });
        expect(worst).toBeGreaterThanOrEqual(costOf(pricing, usage, images).total);
      }),
    );
  });
});

const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constant(Number.POSITIVE_INFINITY));

function price(): fc.Arbitrary<Picodollars> {
  return fc.bigInt({ min: 0n, max: 200_000_000n }).map(picodollars);
}

function optionalPrices() {
  return {
    cacheRead: price(), cacheWrite: price(), cacheWriteHour: price(), webSearch: price(), reasoning: price(), promptAudio: price(), completionAudio: price(), request: price(), image: price(),
  };
}

function prices(): fc.Arbitrary<Pricing> {
  return fc.record({ prompt: price(), completion: price(), ...optionalPrices() }, { requiredKeys: ["prompt", "completion"] });
}

function tiers(): fc.Arbitrary<PricingOverride> {
  return fc.record({ promptTokensOver: fc.nat(3000), prompt: price(), completion: price(), ...optionalPrices() }, { requiredKeys: ["promptTokensOver"] });
}

/** Usage as an honest upstream reports it: the details are parts of the whole. */
function usages(): fc.Arbitrary<Required<Pick<Usage, "promptTokens" | "completionTokens" | "cachedTokens" | "cacheWriteTokens" | "cacheWriteHourTokens" | "webSearches" | "reasoningTokens">>> {
  return fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(5)).map(([fresh, cached, written, forHour, answer, reasoning, webSearches]) => ({
    promptTokens: fresh + cached + written + forHour,
    cachedTokens: cached,
    cacheWriteTokens: written + forHour,
    cacheWriteHourTokens: forHour,
    webSearches,
    completionTokens: answer + reasoning,
    reasoningTokens: reasoning,
  }));
}

function sum(one: Usage, other: Usage): Usage {
  return {
    promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens,
    cachedTokens: (one.cachedTokens ?? 0) + (other.cachedTokens ?? 0),
    cacheWriteTokens: (one.cacheWriteTokens ?? 0) + (other.cacheWriteTokens ?? 0),
    cacheWriteHourTokens: (one.cacheWriteHourTokens ?? 0) + (other.cacheWriteHourTokens ?? 0),
    webSearches: (one.webSearches ?? 0) + (other.webSearches ?? 0),
    reasoningTokens: (one.reasoningTokens ?? 0) + (other.reasoningTokens ?? 0),
  };
}

test.each([
  { name: "nothing", pricing: { prompt: each("0"), completion: each("0") }, free: true },
  { name: "the answer", pricing: { prompt: each("0"), completion: each("0.1") }, free: false },
  { name: "an image", pricing: { prompt: each("0"), completion: each("0"), image: each("0.1") }, free: false },
  { name: "long prompts", pricing: { prompt: each("0"), completion: each("0"), overrides: [{ promptTokensOver: 1000, prompt: each("0.1") }] }, free: false },
  { name: "not even long prompts", pricing: { prompt: each("0"), completion: each("0"), overrides: [{ promptTokensOver: 1000, prompt: each("0") }] }, free: true },
])("where $name has a price, free is $free", ({ pricing, free }) => {
  expect(isFree(pricing)).toBe(free);
});

test("what the upstream bills apart is charged without another discount, and never more than it counted", () => {
  const pricing = { prompt: each("1"), completion: each("2"), cacheRead: each("0.1") };
  const counted = { promptTokens: 507, completionTokens: 10, cachedTokens: 448 };
  expect(costOf(pricing, { ...counted, billedPromptTokens: 12, billedCompletionTokens: 7 })).toEqual(costOf(pricing, { promptTokens: 12, completionTokens: 7 }));
  expect(costOf(pricing, { ...counted, billedPromptTokens: 9999, billedCompletionTokens: 9999 })).toEqual(costOf(pricing, { promptTokens: 507, completionTokens: 10 }));
});
