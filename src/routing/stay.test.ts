import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Candidate } from "./candidate.ts";
import { breakDown, candidate, groupsOf, measure, noon, routingRequest, tags, type Wanted } from "./examples.ts";
import { createHealth, observe, type Health } from "./health.ts";
import { decide } from "./plan.ts";

/** A turn of a long conversation: some 6,000 tokens. */
const turn: Wanted = { prompt: { low: 3000, high: 12_000 } };
const even = { latencyMs: 500, tokensPerSecond: 50 };

function caching(provider: string, prompt: number, cacheRead: number | undefined, fields: Partial<Candidate> = {}): Candidate {
  return candidate(provider, { price: { prompt, completion: prompt * 3, request: 0, image: 0, ...(cacheRead === undefined ? {} : { cacheRead }) }, ...fields });
}

interface Asked {
  readonly health?: Health;
  readonly wanted?: Wanted;
  readonly seed?: number;
  readonly cachedTokens?: number;
}

function planFrom(candidates: readonly Candidate[], stayed: Candidate | undefined, { health = createHealth(), wanted = turn, seed = 1, cachedTokens = 5000 }: Asked = {}) {
  const stay = stayed === undefined ? undefined : { endpointId: stayed.id, model: stayed.model, cachedTokens };
  return decide({ groups: groupsOf(candidates), request: routingRequest(wanted), health, now: noon, seed, stay });
}

const order = (...given: Parameters<typeof planFrom>): string[] => planFrom(...given).steps.map(({ tag }) => tag);

const dear = caching("dear", 1.5, 0.15);
const cheap = caching("cheap", 1, undefined);

describe("a conversation goes back to the endpoint that has its prompt in the cache", () => {
  test("always, when that makes it the cheapest, whatever the draw", () => {
    for (let seed = 0; seed < 100; seed++) expect(order([dear, cheap], dear, { seed })[0]).toBe("dear");
    expect(order([dear, cheap], undefined, { seed: 1 })[0]).toBe("cheap");
  });

  test("not when another is cheaper all the same", () => {
    const bargain = caching("bargain", 0.3, undefined);
    const far = caching("far", 3, 1.5);
    expect(order([far, bargain], far)).toEqual(order([far, bargain], undefined));
  });

  test("not for a short prompt, whose price is the answer's", () => {
    expect(order([dear, cheap], dear, { wanted: { prompt: { low: 50, high: 200 } } })).toEqual(order([dear, cheap], undefined, { wanted: { prompt: { low: 50, high: 200 } } }));
  });

  test("not when what it saves is less than what waiting for it costs", () => {
    const health = createHealth();
    measure(health, dear, { latencyMs: 5000, tokensPerSecond: 50 });
    measure(health, cheap, even);
    expect(order([dear, cheap], dear, { health })[0]).toBe("cheap");
  });

  test("not when it fails too often: one answer in seven costs more than this cache saves", () => {
    for (const [every, first] of [[7, "cheap"], [20, "dear"]] as const) {
      const health = createHealth();
      measure(health, cheap, even);
      for (let index = 0; index < 200; index++) {
        const faultCode = index % every === every - 1 ? "upstream_failed" : undefined;
        observe(health, { endpointId: dear.id, credentialId: dear.credentialId, faultCode, latencyMs: 500 }, noon - 1_800_000 + index * 8900);
      }
      expect(order([dear, cheap], dear, { health, seed: 3 })[0]).toBe(first);
    }
  });

  test("within its model: a fallback model stays behind the first", () => {
    const [first, second] = [caching("first", 5, undefined), caching("second", 1, 0.1, { model: "author/other" })];
    expect(order([first, second], second)).toEqual(["first", "second"]);
  });
});

function refused(health: Health, faultCode: "upstream_rate_limited" | "upstream_credential"): void {
  observe(health, { endpointId: dear.id, credentialId: dear.credentialId, faultCode }, noon - 100);
}

describe("it never goes first", () => {
  test.each([
    { name: "when it is down", harm: (health: Health) => breakDown(health, dear) },
    { name: "when it is on hold", harm: (health: Health) => refused(health, "upstream_rate_limited") },
    { name: "when its credential was refused", harm: (health: Health) => refused(health, "upstream_credential") },
    {
      name: "when it is degraded", harm: (health: Health) => {
        for (let index = 0; index < 240; index++) {
          observe(health, { endpointId: dear.id, credentialId: dear.credentialId, faultCode: index % 12 === 11 ? "upstream_failed" : undefined, latencyMs: 500 }, noon - (240 - index) * 1000);
        }
      },
    },
  ])("$name", ({ harm }) => {
    const health = createHealth();
    harm(health);
    expect(order([dear, cheap], dear, { health })[0]).toBe("cheap");
  });

  test.each([
    { name: "a sort", preferences: { sort: { by: "price", partition: "model" } } },
    { name: "the default sort, asked for", preferences: { sort: { by: "exacto", partition: "model" } } },
    { name: "an order", preferences: { order: ["cheap"] } },
    { name: "a preferred speed that it misses", preferences: { preferredMaxLatency: { p50: 1 } } },
  ] satisfies (Wanted & { name: string })[])("before $name", ({ preferences }) => {
    const health = createHealth();
    measure(health, dear, { latencyMs: 2000, tokensPerSecond: 50 });
    const wanted = { ...turn, preferences };
    for (let seed = 0; seed < 20; seed++) expect(order([dear, cheap], dear, { health, wanted, seed })).toEqual(order([dear, cheap], undefined, { health, wanted, seed }));
  });
});

test("an endpoint set back for its tool calls is gone back to: its cache is dearer than another's better record", () => {
  const peers = ["a", "b", "c", "d"].map((name) => caching(name, 1, undefined));
  const health = createHealth();
  for (const one of [dear, ...peers]) {
    for (let index = 0; index < 250; index++) {
      observe(health, { endpointId: one.id, credentialId: one.credentialId, faultCode: undefined, latencyMs: 500, outputTokens: 150, generationMs: 3000, toolCalls: one === dear && index % 5 === 0 ? "invalid" : "valid" }, noon - 1_200_000 + index * 4000);
    }
  }
  const wanted = { ...turn, parameters: new Set(["tools"]) };
  expect(order([dear, ...peers], undefined, { health, wanted }).at(-1)).toBe("dear");
  expect(order([dear, ...peers], dear, { health, wanted })[0]).toBe("dear");
});

describe("for any endpoints", () => {
  const endpoints = fc.uniqueArray(fc.record({ name: fc.constantFrom("a", "b", "c", "d", "e"), prompt: fc.constantFrom(0, 0.5, 1, 1.1, 3), cacheRead: fc.constantFrom(undefined, 0, 0.1, 1, 5), answers: fc.constantFrom(0, 40), latencyMs: fc.constantFrom(200, 3000) }), { minLength: 1, selector: ({ name }) => name });
  const world = fc.record({ endpoints, stayed: fc.nat(4), cachedTokens: fc.constantFrom(0, 10, 5000, 1e9), seed: fc.nat() });
  const build = ({ endpoints: given, stayed, cachedTokens, seed }: typeof world extends fc.Arbitrary<infer World> ? World : never) => {
    const health = createHealth();
    const candidates = given.map(({ name, prompt, cacheRead }) => caching(name, prompt, cacheRead));
    given.forEach(({ answers, latencyMs }, index) => measure(health, candidates[index] as Candidate, { latencyMs, tokensPerSecond: 50, count: answers }));
    return { candidates, stay: candidates[stayed % candidates.length] as Candidate, asked: { health, seed, cachedTokens } };
  };

  test("a stay that saves nothing changes nothing, and one that saves moves nobody but the endpoint itself", () => {
    fc.assert(fc.property(world, (given) => {
      const { candidates, stay, asked } = build(given);
      const without = order(candidates, undefined, asked);
      const withIt = order(candidates, stay, asked);
      const { cacheRead, prompt } = stay.price;
      if (cacheRead === undefined || cacheRead >= prompt || asked.cachedTokens === 0) expect(withIt).toEqual(without);
      expect(withIt.filter((tag) => tag !== stay.tag)).toEqual(without.filter((tag) => tag !== stay.tag));
      expect([without.indexOf(stay.tag), 0]).toContain(withIt.indexOf(stay.tag));
    }), { numRuns: 300 });
  });

  test("the same inputs give the same plan, byte for byte", () => {
    fc.assert(fc.property(world, (given) => {
      const [one, other] = [build(given), build(given)];
      expect(JSON.stringify(planFrom(one.candidates, one.stay, one.asked))).toBe(JSON.stringify(planFrom(other.candidates, other.stay, other.asked)));
    }), { numRuns: 100 });
  });

  test("without a stay and without tools, the order is the same as with tools that nobody has called", () => {
    fc.assert(fc.property(world, (given) => {
      const { candidates, asked } = build(given);
      expect(tags(candidates, { parameters: new Set(["tools"]) }, asked)).toEqual(tags(candidates, {}, asked));
    }), { numRuns: 100 });
  });
});
