import { describe, expect, test } from "vitest";
import type { Candidate } from "./candidate.ts";
import { candidate, groupsOf, measure, noon, plan, priced, routingRequest, tags } from "./examples.ts";
import { createHealth, observe, started, type Health } from "./health.ts";
import { decide } from "./plan.ts";

/** How often each endpoint is first, over so many seeds. */
function firsts(candidates: readonly Candidate[], health: Health, seeds = 2000): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let seed = 0; seed < seeds; seed++) {
    const [first = ""] = tags(candidates, {}, { health, seed });
    counts[first] = (counts[first] ?? 0) + 1 / seeds;
  }
  return counts;
}

function fail(health: Health, { id, credentialId }: Candidate, now: number, count = 1): void {
  for (let index = 0; index < count; index++) observe(health, { endpointId: id, credentialId, faultCode: "upstream_failed" }, now);
}

function firstAt(candidates: readonly Candidate[], health: Health, now: number): string | undefined {
  return decide({ groups: groupsOf(candidates), request: routingRequest(), health, now, seed: 5 }).steps[0]?.tag;
}

const even = { latencyMs: 500, tokensPerSecond: 50 };
const [a, b, c] = [priced("a", 1), priced("b", 1.05), priced("c", 3)];

describe("once endpoints are known", () => {
  test("those that cost about the same share the load by the inverse square of their price, and a dear one waits", () => {
    const health = createHealth();
    for (const one of [a, b, c]) measure(health, one, even);
    const shares = firsts([a, b, c], health);
    expect(shares["a"]).toBeCloseTo(1.05 ** 2 / (1 + 1.05 ** 2), 1);
    expect(shares["c"]).toBeUndefined();
    expect(tags([c, b, a], {}, { health }).at(-1)).toBe("c");
  });

  test("slowness costs: a cheap endpoint that takes seconds longer is a fallback, but for a look now and then", () => {
    const health = createHealth();
    measure(health, a, { latencyMs: 9000, tokensPerSecond: 50 });
    measure(health, b, even);
    expect(firsts([a, b], health)["b"]).toBeGreaterThan(0.98);
  });

  test("failures cost: one that fails now and then is a fallback long before it is down", () => {
    const health = createHealth();
    for (const one of [a, b]) measure(health, one, even);
    for (let index = 0; index < 60; index++) {
      const { id, credentialId } = a;
      observe(health, { endpointId: id, credentialId, faultCode: index % 8 === 0 ? "upstream_failed" : undefined, latencyMs: 500 }, noon - 30_000 + index * 500);
    }
    expect(firsts([a, b], health)["b"]).toBeGreaterThan(0.98);
  });

  test("a newcomer is drawn by its price until it is known", () => {
    const health = createHealth();
    measure(health, a, even);
    expect(firsts([a, candidate("new", { price: { prompt: 2, completion: 2, request: 0, image: 0 } })], health)["new"]).toBeCloseTo(1 / 5, 1);
  });

  test("one that refuses gets fewer, and is the last to turn to", () => {
    const health = createHealth();
    for (const one of [a, b, c]) measure(health, one, even);
    for (let index = 0; index < 8; index++) observe(health, { endpointId: a.id, credentialId: a.credentialId, faultCode: "upstream_rate_limited", retryAfterMs: 100 }, noon - 4000 + index * 200);
    const shares = firsts([a, b, c], health);
    expect(shares["a"]).toBeLessThan(0.2);
    expect(shares["b"]).toBeGreaterThan(0.8);
  });
});

describe("after an outage", () => {
  test("one request at a time is a probe, and two good ones bring the load back by and by", () => {
    const health = createHealth();
    for (const one of [a, b]) measure(health, one, even);
    fail(health, a, noon, 2);
    const back = noon + 10_000;
    expect(firstAt([a, b], health, noon + 1000)).toBe("b");
    expect(firstAt([a, b], health, back)).toBe("a");
    for (const now of [back, back + 1000]) {
      started(health, a.id, a.credentialId, now);
      expect(firstAt([a, b], health, now)).toBe("b");
      observe(health, { endpointId: a.id, credentialId: a.credentialId, faultCode: undefined, latencyMs: 500, generationMs: 500 }, now + 500);
    }
    const plans = (now: number) => Array.from({ length: 400 }, (_, seed) => decide({ groups: groupsOf([a, b]), request: routingRequest(), health, now, seed }).steps[0]?.tag);
    const share = (now: number) => plans(now).filter((tag) => tag === "a").length / 400;
    expect(share(back + 2500)).toBeLessThan(0.2);
    expect(share(back + 60_000)).toBeGreaterThan(0.45);
  });

  test("waits grow while probes fail, to a minute at most, and what was under way says nothing", () => {
    const health = createHealth();
    measure(health, a, even);
    fail(health, a, noon, 2);
    fail(health, a, noon + 100, 50);
    const waits: number[] = [];
    let now = noon;
    for (let probe = 0; probe < 7; probe++) {
      let wait = 0;
      while (firstAt([a, b], health, now + wait) === "b" && wait < 90_000) wait += 500;
      waits.push(wait);
      now += wait;
      fail(health, a, now);
    }
    expect(waits[0]).toBeLessThan(7000);
    expect(Math.max(...waits)).toBeLessThan(66_000);
    expect(waits[3]).toBeGreaterThan(4 * (waits[0] ?? 0));
  });

  test("where all are down, the one that was left alone longest is tried first", () => {
    const health = createHealth();
    for (const one of [a, b, c]) measure(health, one, even);
    for (const [index, one] of [c, a, b].entries()) fail(health, one, noon - 3000 + index * 1000, 2);
    expect(tags([a, b, c], {}, { health })).toEqual(["c", "a", "b"]);
  });

  test("where all are down, the one that answered since goes before those that have been dead for longer", () => {
    const health = createHealth();
    for (const one of [a, b, c]) measure(health, one, even);
    observe(health, { endpointId: b.id, credentialId: b.credentialId, faultCode: undefined, latencyMs: 9000 }, noon - 20_000);
    for (const [index, one] of [c, a, b].entries()) fail(health, one, noon - 2000 + index * 500, 2);
    expect(tags([a, b, c], {}, { health })).toEqual(["b", "c", "a"]);
  });
});

test("a plan says of each endpoint why it stands there", () => {
  const health = createHealth();
  for (const one of [a, b, c]) measure(health, one, even);
  measure(health, b, { ...even, latencyMs: 9000 });
  fail(health, c, noon - 1000, 2);
  const { steps, reasons } = plan([a, b, c], {}, { health });
  expect([steps.map(({ tag }) => tag).join(), reasons]).toEqual(["a,b,c", "DfB"]);
  expect(plan([a, b], {}, {}).reasons).toBe("Dd");
});

test("a request that has failed goes to one that is sure to answer, and does not mind its price", () => {
  const [cheap, shaky, sure] = [priced("cheap", 1), priced("shaky", 1.3), priced("sure", 2)];
  const health = createHealth();
  for (const one of [cheap, shaky, sure]) measure(health, one, even);
  for (let index = 0; index < 20; index++) {
    const faultCode = index % 4 === 0 ? "upstream_failed" : undefined;
    observe(health, { endpointId: shaky.id, credentialId: shaky.credentialId, faultCode, latencyMs: 500, generationMs: 500 }, noon - 40_000 + index * 2000);
  }
  expect(tags([cheap, shaky, sure], {}, { health })).toEqual(["cheap", "sure", "shaky"]);
});
