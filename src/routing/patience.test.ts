import { describe, expect, test } from "vitest";
import { createHedgeAllowance, earnHedges, mayRetry, takeHedge } from "./budget.ts";
import { isClosed } from "./breaker.ts";
import { measure, noon, priced } from "./examples.ts";
import { createHealth, observe, overtaken, trackOf, type Health } from "./health.ts";
import { firstContentTimeoutMs, hedgeAfterMs, mayTakeMs, wholeAnswerTimeoutMs } from "./patience.ts";

const one = priced("one", 1);
const pair = { endpointId: one.id, credentialId: one.credentialId };
const wait = { ...pair, mostMs: 30_000, promptTokens: 0, next: { endpointId: "next", credentialId: "c" } };

function known(latencyMs: number): Health {
  const health = createHealth();
  measure(health, one, { latencyMs, tokensPerSecond: 50, count: 200 });
  return health;
}

describe("the wait for the first content", () => {
  test("is the longest one for a stranger, and where nothing else is left", () => {
    expect(firstContentTimeoutMs(createHealth(), wait, noon)).toBe(30_000);
    expect(firstContentTimeoutMs(known(500), { ...wait, next: undefined }, noon)).toBe(30_000);
  });

  test("is the longest one where the next is down or on hold", () => {
    const health = known(500);
    const next = priced("next", 2);
    const turn = { ...wait, next: { endpointId: next.id, credentialId: next.credentialId } };
    expect(firstContentTimeoutMs(health, turn, noon)).toBeLessThan(30_000);
    observe(health, { ...turn.next, faultCode: "upstream_rate_limited", retryAfterMs: 1000 }, noon);
    expect(firstContentTimeoutMs(health, turn, noon)).toBe(30_000);
    expect(firstContentTimeoutMs(health, turn, noon + 1000)).toBeLessThan(30_000);
    for (const now of [noon + 1000, noon + 1100]) observe(health, { ...turn.next, faultCode: "upstream_failed" }, now);
    expect(firstContentTimeoutMs(health, turn, noon + 1200)).toBe(30_000);
  });

  test("follows what the endpoint usually takes, within bounds", () => {
    expect(firstContentTimeoutMs(known(50), wait, noon)).toBe(2500);
    expect(firstContentTimeoutMs(known(4000), wait, noon)).toBeGreaterThan(4000);
    expect(firstContentTimeoutMs(known(4000), wait, noon)).toBeLessThan(15_000);
    expect(firstContentTimeoutMs(known(60_000), wait, noon)).toBe(30_000);
  });

  test("grows with the prompt", () => {
    const health = known(4000);
    expect(firstContentTimeoutMs(health, { ...wait, promptTokens: 20_000 }, noon) - firstContentTimeoutMs(health, wait, noon)).toBeCloseTo(6600);
  });

  test("is shorter for one that has failed lately", () => {
    const health = known(4000);
    const calm = firstContentTimeoutMs(health, wait, noon);
    for (const now of [noon, noon + 100]) observe(health, { ...pair, faultCode: "upstream_failed" }, now);
    expect(firstContentTimeoutMs(health, wait, noon + 1000)).toBeLessThan(calm);
  });
});

describe("reasoning", () => {
  const thinking = { ...wait, reasons: true };

  test("is waited for as long as its class allows until it is known, however quick plain answers are", () => {
    const health = known(500);
    expect(firstContentTimeoutMs(health, thinking, noon)).toBe(30_000);
    expect(hedgeAfterMs(health, { ...pair, isStream: true, reasons: true }, noon)).toBeUndefined();
  });

  test("has a pace of its own, and leaves the other as it was", () => {
    const health = known(500);
    const before = firstContentTimeoutMs(health, wait, noon);
    for (let index = 0; index < 40; index++) observe(health, { ...pair, faultCode: undefined, latencyMs: 6000, reasons: true }, noon + index);
    overtaken(health, { ...pair, waitedMs: 9000, reasons: true }, noon + 50);
    observe(health, { ...pair, faultCode: "upstream_timeout", generationMs: 9000, reasons: true }, noon + 60);
    observe(health, { ...pair, faultCode: undefined, latencyMs: 6000, reasons: true }, noon + 61);
    expect(trackOf(health, pair.endpointId, pair.credentialId)?.pace.answers).toBe(200);
    expect(firstContentTimeoutMs(health, wait, noon + 300_000)).toBe(before);
    expect(firstContentTimeoutMs(health, thinking, noon + 300_000)).toBeGreaterThan(6000);
    expect(firstContentTimeoutMs(health, thinking, noon + 300_000)).toBeLessThan(30_000);
    expect(hedgeAfterMs(health, { ...pair, isStream: true, reasons: true }, noon + 300_000)).toBeGreaterThan(6000);
  });
});

describe("the wait for an answer that is not streamed", () => {
  const other = { endpointId: "next", credentialId: "c" };
  const tokensPerSecond = 100;
  const short = (): Health => {
    const health = createHealth();
    for (let count = 0; count < 100; count++) observe(health, { ...pair, faultCode: undefined, wholeMs: 1000, outputTokens: tokensPerSecond, generationMs: 1000 }, noon - 100_000 + count * 1000);
    return health;
  };
  const whole = { ...pair, mostMs: 300_000, next: other };

  test("is as long as its length takes at the endpoint's own pace", () => {
    const health = short();
    const waitMs = wholeAnswerTimeoutMs(health, { ...whole, outputTokensMax: 8_000 }, noon);
    expect(waitMs).toBeGreaterThanOrEqual((8_000 / tokensPerSecond) * 1000);
    expect(waitMs).toBeLessThan(120_000);
    expect(wholeAnswerTimeoutMs(health, { ...whole, outputTokensMax: 10 }, noon)).toBe(30_000);
  });

  test("is the longest one where nobody said how long the answer may be, or where it is thought about first", () => {
    expect(wholeAnswerTimeoutMs(short(), whole, noon)).toBe(300_000);
    expect(wholeAnswerTimeoutMs(short(), { ...whole, outputTokensMax: 100, reasons: true }, noon)).toBe(300_000);
  });

  test("is no failure when it was shorter than that, but silence is one in the end", () => {
    const health = short();
    const track = trackOf(health, pair.endpointId, pair.credentialId);
    const timeout = { ...pair, faultCode: "upstream_timeout", generationMs: 60_000, mayTakeMs: mayTakeMs(health, { ...pair, outputTokensMax: 8_000 }, noon) } as const;
    for (const now of [noon, noon + 60_000]) observe(health, timeout, now);
    expect(track?.breaker.failures).toBe(0);
    observe(health, { ...pair, faultCode: undefined, wholeMs: 1000 }, noon + 61_000);
    for (let count = 1; count <= 3; count++) observe(health, timeout, noon + 61_000 + count * 60_000);
    expect(track?.breaker.failures).toBe(1);
    observe(health, timeout, noon + 400_000);
    expect(track !== undefined && isClosed(track.breaker)).toBe(false);
  });

  test("is a failure when an answer of that length would have come", () => {
    const health = short();
    for (const now of [noon, noon + 60_000]) observe(health, { ...pair, faultCode: "upstream_timeout", generationMs: 60_000, mayTakeMs: 40_000 }, now);
    expect(trackOf(health, pair.endpointId, pair.credentialId)?.breaker.openedAt).toBe(noon + 60_000);
  });
});

describe("a hedge", () => {
  test("starts when all but one in twenty would have answered, and never for a stranger", () => {
    expect(hedgeAfterMs(createHealth(), { ...pair, isStream: true }, noon)).toBeUndefined();
    const health = known(1000);
    expect(hedgeAfterMs(health, { ...pair, isStream: true }, noon)).toBeGreaterThan(900);
    expect(hedgeAfterMs(health, { ...pair, isStream: true }, noon)).toBeLessThan(1250);
    expect(hedgeAfterMs(known(20), { ...pair, isStream: true }, noon)).toBe(500);
  });

  test("is paid from a share of what is spent", () => {
    const allowance = createHedgeAllowance();
    expect(takeHedge(allowance, 1)).toBe(false);
    for (let index = 0; index < 100; index++) earnHedges(allowance, 2, 0.03);
    for (let index = 0; index < 5; index++) expect(takeHedge(allowance, 1)).toBe(true);
    expect(takeHedge(allowance, 1.01)).toBe(false);
  });

  test("that wins makes the loser slow in the books, so that silence that is always overtaken is not called health", () => {
    const health = known(500);
    const rival = priced("rival", 1.1);
    measure(health, rival, { latencyMs: 500, tokensPerSecond: 50, count: 200 });
    const before = health.tracks.get(one.id)?.get(one.credentialId)?.pace.level ?? 0;
    for (let index = 0; index < 10; index++) overtaken(health, { ...pair, waitedMs: 3000 }, noon + index * 1000);
    expect(health.tracks.get(one.id)?.get(one.credentialId)?.pace.level).toBeGreaterThan(before + 1);
  });
});

describe("a retry", () => {
  const model = "author/model";

  test("is free while most is well, and stops when nearly everything fails", () => {
    const health = createHealth();
    expect(mayRetry(health, { model }, "upstream_failed", noon)).toBe(true);
    for (let index = 0; index < 100; index++) observe(health, { ...pair, model, faultCode: index % 3 === 0 ? "upstream_failed" : undefined }, noon + index);
    expect(mayRetry(health, { model }, "upstream_failed", noon + 100)).toBe(true);
    for (let index = 0; index < 25; index++) observe(health, { ...pair, model, faultCode: "upstream_failed" }, noon + 200 + index);
    expect(mayRetry(health, { model }, "upstream_failed", noon + 300)).toBe(false);
    expect(mayRetry(health, { model: "author/other" }, "upstream_failed", noon + 300)).toBe(true);
    expect(mayRetry(health, { model }, "upstream_failed", noon + 300_000)).toBe(true);
  });

  test("is not paid for by the answers of simulated providers, nor the other way round", () => {
    const health = createHealth();
    for (let index = 0; index < 60; index++) observe(health, { ...pair, model, faultCode: "upstream_failed" }, noon);
    for (let index = 0; index < 60; index++) observe(health, { endpointId: "simulated", credentialId: "sandbox", model, isSandbox: true, faultCode: undefined }, noon + 1);
    expect(mayRetry(health, { model }, "upstream_failed", noon + 1)).toBe(false);
    expect(mayRetry(health, { model, isSandbox: true }, "upstream_failed", noon + 1)).toBe(true);
  });

  test("of a refusal for capacity is always free, and of a caller's mistake never", () => {
    const health = createHealth();
    for (let index = 0; index < 50; index++) observe(health, { ...pair, model, faultCode: "upstream_failed" }, noon);
    expect(mayRetry(health, { model }, "upstream_rate_limited", noon)).toBe(true);
    expect(mayRetry(health, { model }, "invalid_request", noon)).toBe(false);
  });
});
