import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Candidate } from "./candidate.ts";
import { breakDown, candidate, groupsOf, measure, noon, plan, priced, routingRequest, tags, type Wanted } from "./examples.ts";
import { createHealth, observe } from "./health.ts";
import { decide } from "./plan.ts";

/** How often each order of tags comes up over so many seeds. */
function orders(candidates: readonly Candidate[], seeds: number, wanted: Wanted = {}, health = createHealth()): Map<string, number> {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < seeds; seed++) {
    const order = tags(candidates, wanted, { health, seed }).join(" ");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  return counts;
}

/** Within five standard deviations of the share expected: with the seeds fixed, this passes always or never. */
function expectShare(counted: number, seeds: number, share: number): void {
  expect(Math.abs(counted - seeds * share)).toBeLessThan(5 * Math.sqrt(seeds * share * (1 - share)));
}

describe("the default order", () => {
  test("is the contract's worked example: $1, $2 with an outage, $3", () => {
    const [a, b, c] = [priced("a", 1), priced("b", 2), priced("c", 3)];
    const health = createHealth();
    breakDown(health, b);
    const seeds = 20_000;
    const counts = orders([a, b, c], seeds, {}, health);
    expect([...counts.keys()].sort()).toEqual(["a c b", "c a b"]);
    expectShare(counts.get("a c b") ?? 0, seeds, 0.9);
  });

  test("draws each by the inverse square of its price, and the fallbacks likewise", () => {
    const prices = { a: 1, b: 2, c: 4 };
    const weights = { a: 1, b: 1 / 4, c: 1 / 16 };
    const seeds = 20_000;
    const counts = orders(Object.entries(prices).map(([tag, price]) => priced(tag, price)), seeds);
    const weight = weights.a + weights.b + weights.c;
    for (const first of ["a", "b", "c"] as const) {
      for (const next of ["a", "b", "c"] as const) {
        if (first === next) continue;
        const third = ["a", "b", "c"].find((tag) => tag !== first && tag !== next) ?? "";
        const share = (weights[first] / weight) * (weights[next] / (weight - weights[first]));
        expectShare(counts.get(`${first} ${next} ${third}`) ?? 0, seeds, share);
      }
    }
  });

  test("compares three prompt tokens with one of the answer, and spreads a fee per request over 4,000 tokens", () => {
    const cheapPrompt = candidate("prompt", { price: { prompt: 1, completion: 5, request: 0, image: 0 } });
    const even = candidate("even", { price: { prompt: 2, completion: 2, request: 0, image: 0 } });
    const fee = candidate("fee", { price: { prompt: 0, completion: 0, request: 0.008, image: 0 } });
    const seeds = 9000;
    for (const first of ["prompt", "even", "fee"]) {
      const counted = [...orders([cheapPrompt, even, fee], seeds)].reduce((sum, [order, count]) => sum + (order.startsWith(first) ? count : 0), 0);
      expectShare(counted, seeds, 1 / 3);
    }
  });

  test("shares the load between free endpoints, and leaves a dear one as fallback", () => {
    const seeds = 4000;
    const counts = orders([priced("a", 0), priced("b", 0), priced("dear", 10)], seeds);
    expectShare(counts.get("a b dear") ?? 0, seeds, 0.5);
    expectShare(counts.get("b a dear") ?? 0, seeds, 0.5);
  });

  test("is active, then unverified, then historical, whatever they cost", () => {
    const candidates = [priced("old", 0.01, { standing: "historical" }), priced("claimed", 0.1, { standing: "unverified" }), priced("proven", 9)];
    expect([...orders(candidates, 50).keys()]).toEqual(["proven claimed old"]);
  });

  test("puts an endpoint that surely fits before one that may not", () => {
    const candidates = [priced("small", 0.1, { contextLength: 8000 }), priced("large", 9)];
    expect([...orders(candidates, 50, { prompt: { low: 4000, high: 12_000 } }).keys()]).toEqual(["large small"]);
    expect([...orders(candidates, 50, { prompt: { low: 4000, high: 7000 }, outputTokensMax: 2000 }).keys()]).toEqual(["large small"]);
    expect(orders(candidates, 50, { prompt: { low: 4000, high: 7000 } }).get("small large")).toBe(50);
  });

  test("puts a rate-limited endpoint last until its time is up", () => {
    const health = createHealth();
    const [limited, spare] = [priced("limited", 1), priced("spare", 9, { standing: "historical" })];
    observe(health, { endpointId: limited.id, credentialId: limited.credentialId, faultCode: "upstream_rate_limited", retryAfterMs: 3000 }, noon);
    expect(tags([limited, spare], {}, { health })).toEqual(["spare", "limited"]);
    const request = routingRequest();
    expect(decide({ groups: groupsOf([limited, spare]), request, health, now: noon + 3000, seed: 1 }).steps[0]).toBe(limited);
  });

  test("uses a degraded endpoint after the others", () => {
    const health = createHealth();
    const degraded = priced("degraded", 1);
    for (let index = 0; index < 200; index++) {
      observe(health, { endpointId: degraded.id, credentialId: degraded.credentialId, faultCode: index % 10 === 0 ? "upstream_failed" : undefined }, noon - 200_000 + index * 100);
    }
    expect([...orders([degraded, priced("dear", 9)], 50, {}, health).keys()]).toEqual(["dear degraded"]);
  });
});

describe("a caller's order", () => {
  const all = [priced("a", 3), priced("b", 2), priced("c", 1), priced("d", 4)];

  test("comes first, and the others follow by price", () => {
    expect([...orders(all, 50, { preferences: { order: ["d", "b"] } }).keys()]).toEqual(["d b c a"]);
  });

  test("is all there is without fallbacks", () => {
    const { steps, rejected } = plan(all, { preferences: { order: ["d", "b"], allowFallbacks: false } });
    expect(steps.map((step) => step.tag)).toEqual(["d", "b"]);
    expect(rejected.map(({ candidate: { tag }, rule }) => [tag, rule])).toEqual([["a", "fallbacks_not_allowed"], ["c", "fallbacks_not_allowed"]]);
  });

  test("stands even where there was an outage", () => {
    const health = createHealth();
    breakDown(health, all[3] as Candidate);
    expect(tags(all, { preferences: { order: ["d"] } }, { health })).toEqual(["d", "c", "b", "a"]);
  });

  test("replaces a sort", () => {
    expect(tags(all, { preferences: { order: ["d"], sort: { by: "price", partition: "model" } } })).toEqual(["d", "c", "b", "a"]);
  });
});

test("without fallbacks and without an order, one endpoint is left", () => {
  const { steps, rejected } = plan([priced("a", 1), priced("b", 1), priced("c", 1)], { preferences: { allowFallbacks: false } });
  expect(steps).toHaveLength(1);
  expect(rejected.map(({ rule, admittedBy }) => [rule, admittedBy])).toEqual([["fallbacks_not_allowed", "allow_fallbacks"], ["fallbacks_not_allowed", "allow_fallbacks"]]);
});

describe("a sort", () => {
  const [slow, quick, unmeasured] = [priced("slow", 1), priced("quick", 5), priced("unmeasured", 3)];
  const health = createHealth();
  measure(health, slow, { latencyMs: 2000, tokensPerSecond: 20 });
  measure(health, quick, { latencyMs: 200, tokensPerSecond: 200 });
  const all = [slow, unmeasured, quick];

  test.each([
    { by: "price", order: ["slow", "unmeasured", "quick"] },
    { by: "throughput", order: ["quick", "slow", "unmeasured"] },
    { by: "latency", order: ["quick", "slow", "unmeasured"] },
  ] as const)("by $by gives $order, whatever the seed", ({ by, order }) => {
    expect([...orders(all, 50, { preferences: { sort: { by, partition: "model" } } }, health).keys()]).toEqual([order.join(" ")]);
  });

  test("by exacto is the default order", () => {
    expect(orders(all, 100, { preferences: { sort: { by: "exacto", partition: "model" } } })).toEqual(orders(all, 100));
  });

  test("is strict: an outage changes nothing", () => {
    const broken = createHealth();
    breakDown(broken, slow);
    expect(tags(all, { preferences: { sort: { by: "price", partition: "model" } } }, { health: broken })).toEqual(["slow", "unmeasured", "quick"]);
  });
});

describe("a preferred speed", () => {
  const [slow, quick, unmeasured] = [priced("slow", 0.1), priced("quick", 5), priced("unmeasured", 5)];
  const health = createHealth();
  measure(health, slow, { latencyMs: 2000, tokensPerSecond: 20 });
  measure(health, quick, { latencyMs: 200, tokensPerSecond: 200 });

  test.each([
    { wanted: { preferredMinThroughput: { p50: 100 } }, last: "slow" },
    { wanted: { preferredMaxLatency: { p90: 1 } }, last: "slow" },
    { wanted: { preferredMaxLatency: { p50: 9, p99: 1 } }, last: "slow" },
  ])("$wanted moves $last to the end", ({ wanted, last }) => {
    expect(tags([slow, quick, unmeasured], { preferences: wanted }, { health }).at(-1)).toBe(last);
    expect(tags([slow, quick], { preferences: { ...wanted, order: ["slow"] } }, { health })).toEqual(["quick", "slow"]);
  });

  test("that all reach moves none", () => {
    expect(tags([slow, quick], { preferences: { preferredMinThroughput: { p50: 10 } } }, { health })).toEqual(["slow", "quick"]);
  });
});

describe("several models", () => {
  const first = [priced("a", 5, { model: "author/first" }), priced("b", 6, { model: "author/first" })];
  const second = [priced("c", 1, { model: "author/second" })];

  test("are used up one after the other", () => {
    expect(tags([...first, ...second], { preferences: { sort: { by: "price", partition: "model" } } })).toEqual(["a", "b", "c"]);
  });

  test("are sorted together when not partitioned", () => {
    expect(tags([...first, ...second], { preferences: { sort: { by: "price", partition: "none" } } })).toEqual(["c", "a", "b"]);
  });

  test("that are one under two names are tried once", () => {
    const groups = [...groupsOf(first), ...groupsOf(first)];
    expect(decide({ groups, request: routingRequest(), health: createHealth(), now: noon, seed: 1 }).steps).toHaveLength(2);
  });
});

test("the priority tier goes first, then the default one by throughput", () => {
  const health = createHealth();
  const all = [candidate("a"), candidate("b"), candidate("a", { tag: "a/priority", serviceTier: "priority" })];
  measure(health, all[1] as Candidate, { latencyMs: 100, tokensPerSecond: 100 });
  expect(tags(all, { serviceTier: "priority" }, { health })).toEqual(["a/priority", "b", "a"]);
});

const names = ["acme", "bolt", "coil", "dyne"];

const anyCandidate = fc.record({
  provider: fc.constantFrom(...names),
  tag: fc.constantFrom("", "/turbo", "/flex"),
  model: fc.constantFrom("author/one", "author/two"),
  standing: fc.constantFrom("active", "unverified", "historical"),
  contextLength: fc.constantFrom(1000, 8000, 32_000),
  outputTokensMax: fc.constantFrom(undefined, 500, 4000),
  parameters: fc.constantFrom(undefined, new Set(["tools"]), new Set(["min_p"]), new Set<string>()),
  quantization: fc.constantFrom(undefined, "fp8", "mxfp8", "bf16"),
  price: fc.record({ prompt: fc.constantFrom(0, 0.1, 3), completion: fc.constantFrom(0, 1, 15), request: fc.constantFrom(0, 0.01), image: fc.constant(0) }),
  dataPolicy: fc.record({ trains: fc.boolean(), retains: fc.boolean(), zdr: fc.boolean() }),
  distillable: fc.boolean(),
} as const).map(({ provider, tag, ...fields }) => candidate(provider, { ...fields, tag: `${provider}${tag}`, serviceTier: tag === "/flex" ? "flex" : undefined }));

const anyCandidates = fc.uniqueArray(anyCandidate, { selector: (one) => one.id, maxLength: 12 });

const anyNames = fc.option(fc.uniqueArray(fc.constantFrom(...names, "acme/turbo", "bolt/flex", "COIL"), { minLength: 1 }), { nil: undefined });

const anyPreferences = fc.record({
  only: anyNames, ignore: anyNames, order: anyNames, allowFallbacks: fc.boolean(), requireParameters: fc.boolean(),
  dataCollection: fc.constantFrom("allow", "deny"), zdr: fc.boolean(), enforceDistillableText: fc.boolean(),
  quantizations: fc.option(fc.constant(["fp8"]), { nil: undefined }),
  maxPrice: fc.option(fc.record({ completion: fc.constantFrom(0, 1, 15) }), { nil: undefined }),
  sort: fc.option(fc.record({ by: fc.constantFrom("price", "throughput", "latency", "exacto"), partition: fc.constantFrom("model", "none") } as const), { nil: undefined }),
} as const);

const anyWanted = fc.record({
  prompt: fc.constantFrom({ low: 10, high: 30 }, { low: 2000, high: 9000 }),
  outputTokensMax: fc.constantFrom(undefined, 1000),
  parameters: fc.constantFrom(new Set<string>(), new Set(["tools", "min_p"])),
  serviceTier: fc.constantFrom(undefined, "flex", "priority"),
  preferences: anyPreferences,
} as const).map(({ preferences, ...wanted }) => ({ ...wanted, preferences: defined(preferences) })) satisfies fc.Arbitrary<Wanted>;

/** Without the fields that are undefined: a wish is there or it is not. */
function defined<T extends object>(wishes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(wishes).filter(([, wish]) => wish !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

describe("any plan", () => {
  test("has each candidate once: as a step, or rejected with a reason", () => {
    fc.assert(fc.property(anyCandidates, anyWanted, fc.nat(), (candidates, wanted, seed) => {
      const { steps, rejected } = plan(candidates, wanted, { seed });
      expect([...steps, ...rejected.map((one) => one.candidate)].map(({ id }) => id).sort()).toEqual(candidates.map(({ id }) => id).sort());
      for (const { admittedBy } of rejected) expect(admittedBy).not.toBe("");
    }));
  });

  test("is replayed byte for byte by the same input and seed", () => {
    fc.assert(fc.property(anyCandidates, anyWanted, fc.nat(), (candidates, wanted, seed) => {
      const replayed = candidates.map((one) => ({ ...one }));
      expect(JSON.stringify(plan(replayed, wanted, { seed }))).toBe(JSON.stringify(plan(candidates, wanted, { seed })));
    }));
  });

  test("changes nobody else's place when an endpoint is taken away", () => {
    fc.assert(fc.property(anyCandidates, fc.nat(), fc.nat(), (candidates, seed, place) => {
      const ofOneModel = candidates.filter((one) => one.model === "author/one");
      const gone = ofOneModel[place % (ofOneModel.length || 1)];
      const before = plan(ofOneModel, {}, { seed }).steps;
      const after = plan(ofOneModel.filter((one) => one !== gone), {}, { seed }).steps;
      expect(after.map(({ id }) => id)).toEqual(before.filter((step) => step !== gone).map(({ id }) => id));
    }));
  });

  test("loses no endpoint to a wish that is dropped", () => {
    const wishes = fc.constantFrom("only", "ignore", "requireParameters", "dataCollection", "zdr", "enforceDistillableText", "quantizations", "maxPrice", "allowFallbacks");
    fc.assert(fc.property(anyCandidates, anyWanted, wishes, (candidates, wanted, dropped) => {
      // Three wishes choose the best of what is left, so that of more they may choose others: tools, flex, and one alone.
      const open = candidates.filter((one) => one.serviceTier === undefined);
      const allowFallbacks = wanted.preferences.order === undefined || wanted.preferences.allowFallbacks === true;
      const strict = { ...wanted, serviceTier: undefined, parameters: new Set(["min_p"]), preferences: { ...wanted.preferences, allowFallbacks } };
      const { [dropped]: _, ...relaxed } = strict.preferences;
      const before = plan(open, strict).steps.map(({ id }) => id);
      const after = plan(open, { ...strict, preferences: relaxed }).steps.map(({ id }) => id);
      expect(after).toEqual(expect.arrayContaining(before));
    }));
  });

  test("names only what only allows, and nothing that ignore forbids", () => {
    fc.assert(fc.property(anyCandidates, anyWanted, (candidates, wanted) => {
      const { only, ignore } = wanted.preferences;
      for (const { provider, tag } of plan(candidates, wanted).steps) {
        const known = [provider, tag];
        if (only !== undefined) expect(only.some((entry) => known.includes(entry.toLowerCase()))).toBe(true);
        if (ignore !== undefined && !tag.endsWith("/flex")) expect(ignore.some((entry) => known.includes(entry.toLowerCase()))).toBe(false);
      }
    }));
  });

  test("tries no endpoint of lower standing before one of higher, within a model", () => {
    const rank = { active: 0, unverified: 1, historical: 2 };
    fc.assert(fc.property(anyCandidates, anyPreferences, fc.nat(), (candidates, preferences, seed) => {
      const { steps } = plan(candidates, { preferences: { ...defined(preferences), sort: { partition: "model" } } }, { seed });
      for (const model of ["author/one", "author/two"]) {
        const ranks = steps.filter((step) => step.model === model).map((step) => rank[step.standing]);
        expect(ranks).toEqual([...ranks].sort());
      }
    }));
  });
});
