import { describe, expect, test } from "vitest";
import type { FaultCode } from "../base/fault.ts";
import { nanodollars, picodollars } from "../base/money.ts";
import type { Endpoint } from "../catalog/model.ts";
import { plan, priced } from "../routing/examples.ts";
import { defaultPolicy, policyWith } from "../routing/policy.ts";
import type { Generation } from "../usage/generation.ts";
import { createConditions } from "./conditions.ts";
import { isOrderedByCaller, isRedrawn } from "./draws.ts";
import { recordedOf, type Recorded } from "./recorded.ts";
import { replay, type Comparison } from "./replay.ts";
import { quantile } from "./times.ts";

const start = Date.UTC(2026, 0, 5);
const minute = 60_000;
const model = "author/model";

function endpoint(provider: string, price: bigint): Endpoint {
  return {
    ...priced(provider, Number(price)), protocol: "openai-chat", authorization: { scheme: "none" }, isSandbox: false,
    pricing: { prompt: picodollars(price * 1_000_000n), completion: picodollars(price * 1_000_000n) },
    target: { baseUrl: "", upstreamModel: model, parameters: undefined, outputTokensMax: undefined, quirks: {} as Endpoint["target"]["quirks"] },
  };
}

const cheap = endpoint("cheap", 1n);
const dear = endpoint("dear", 2n);
const endpoints = [cheap, dear];
const endpointOf = (id: string) => endpoints.find((one) => one.id === id);

interface Made {
  readonly at: number;
  readonly attempts: readonly (readonly [Endpoint, FaultCode | null, number])[];
}

/** A streamed request of a thousand tokens each way, served by the last of its attempts unless that failed. */
function generation({ at, attempts }: Made, fields: Partial<Generation> = {}): Generation {
  const [served, faultCode] = attempts.at(-1) ?? [cheap, null];
  const isFailed = faultCode !== null;
  return {
    id: `gen-${Math.floor(at / 1000)}-${at}`, requestId: "req-1", createdAt: at, workspaceId: "w", keyHash: "k", surface: "chat-completions", requestedModel: model, model,
    router: null, presetId: null, cacheSourceId: null, endpointId: served.id, providerName: served.providerName, upstreamId: null, isSandbox: false, streamed: true, cancelled: false,
    finishReason: isFailed ? "error" : "stop", nativeFinishReason: null, faultCode, latencyMs: isFailed ? null : attempts.reduce((sum, [, , ms]) => sum + ms, 0), generationMs: isFailed ? null : 1000,
    promptTokens: isFailed ? 0 : 1000, completionTokens: isFailed ? 0 : 1000, reasoningTokens: 0, cachedTokens: 0, usageEstimated: false,
    cost: nanodollars(isFailed ? 0n : served === cheap ? 2_000_000n : 4_000_000n), serviceTier: null, app: { referer: null, title: null, categories: [], userAgent: null }, user: null, sessionId: null,
    attempts: attempts.map(([one, code, latencyMs]) => ({ endpointId: one.id, providerName: one.providerName, model, status: code === null ? 200 : 503, faultCode: code, latencyMs, kind: "try" as const, cost: nanodollars(0n) })),
    plan: { seed: at % 2 ** 32, steps: endpoints.map(({ id }) => id), rejected: [] }, notes: [], ...fields,
  };
}

/** One request in two seconds for an hour; for ten minutes of it the cheap endpoint is down, and the dear one mends. */
const anHour = Array.from({ length: 1800 }, (_, index) => {
  const at = start + index * 2000;
  const isDown = index >= 600 && index < 900;
  if (isDown) return generation({ at, attempts: [[cheap, "upstream_failed", 200], [dear, null, 700]] });
  return generation({ at, attempts: [index % 3 === 0 ? [dear, null, 700] : [cheap, null, 900]] });
});

function over(records: readonly Generation[], overrides: object, from = start): Promise<Comparison> {
  return replay({
    pages: async function* () {
      for (let place = 0; place < records.length; place += 100) yield records.slice(place, place + 100);
    },
    from, endpointOf, policy: defaultPolicy, other: policyWith(overrides), timeouts: { firstContentMs: 60_000, wholeAnswerMs: 600_000 },
  });
}

describe("a replay", () => {
  test("says what happened, to the last nano-dollar", async () => {
    const { recorded } = await over(anHour, {});
    expect([recorded.requests, recorded.failures, recorded.tries]).toEqual([1800, 0, 2100]);
    expect(recorded.costNano).toBe(1000 * 2_000_000 + 800 * 4_000_000);
    expect(Object.fromEntries(recorded.firstTries)).toEqual({ CHEAP: 1300, DEAR: 500 });
    expect(quantile(recorded.times, 0.5)).toBeCloseTo(0.9, 1);
  });

  test("finds that the outage would have been left alone, and the cheap endpoint called more often beside it", async () => {
    const { policy, recorded } = await over(anHour, {});
    expect(policy.failures).toBe(0);
    expect(policy.tries).toBeLessThan(recorded.tries - 200);
    expect(policy.costNano).toBeLessThan(recorded.costNano);
    expect(policy.firstTries.get("CHEAP")).toBeGreaterThan(1400);
  });

  test("gives the same figures twice, and the same under the same policy", async () => {
    const [one, again] = [await over(anHour, {}), await over(anHour, {})];
    expect(again).toEqual(one);
    expect(one.other).toEqual(one.policy);
    expect([one.firstDiffers, one.planDiffers]).toEqual([0, 0]);
  });

  test("finds that a policy which never gives up on an endpoint tries far more of the outage twice", async () => {
    const { policy, other, firstDiffers } = await over(anHour, { perFailure: 0, breaker: { inRow: 10_000, errors: 10_000 } });
    expect(other.tries).toBeGreaterThan(policy.tries + 100);
    expect(firstDiffers).toBeGreaterThan(100);
  });

  test("counts nothing of the time before its window, and learns from it", async () => {
    const { recorded, policy } = await over(anHour, {}, start + 30 * minute);
    expect([recorded.requests, policy.requests]).toEqual([900, 900]);
  });

  test("leaves out what no policy could have changed, and what is not configured any more", async () => {
    const at = start + 61 * minute;
    const odd = [
      generation({ at, attempts: [[cheap, "content_policy_violation", 100]] }),
      generation({ at: at + 1, attempts: [[cheap, null, 100]] }, { cancelled: true, latencyMs: null }),
      generation({ at: at + 2, attempts: [[cheap, null, 100]] }, { cacheSourceId: "gen-1" }),
      generation({ at: at + 3, attempts: [[cheap, null, 100]] }, { plan: { seed: 1, steps: ["author/model@gone"], rejected: [] } }),
    ];
    const { recorded, untold, unknown } = await over([...anHour, ...odd], {});
    expect([recorded.requests, untold, unknown]).toEqual([1800, 3, 1]);
  });
});

describe("the draw of a recorded plan", () => {
  const field = ["a", "b", "c", "d"].map((provider, place) => priced(provider, 1 + place / 4));
  const find = (id: string) => field.find((one) => one.id === id);
  const made = (seed: number) => {
    const { steps, reasons } = plan(field, {}, { seed });
    return { ...(recordedOf(anHour[0] as Generation) as Recorded), seed, steps: steps.map(({ id }) => id), reasons };
  };

  test("is made again from its seed, and from no other", () => {
    const drawn = Array.from({ length: 100 }, (_, seed) => made(seed));
    expect(drawn.every((one) => one.reasons === "Dddd" && isRedrawn(one, find))).toBe(true);
    expect(drawn.filter((one) => isRedrawn({ ...one, seed: one.seed + 1 }, find) === true).length).toBeLessThan(30);
  });

  test("is not asked for where the caller or the health of the endpoints decided", () => {
    const { steps, reasons } = plan(field, { preferences: { sort: { by: "price", partition: "model" } } });
    expect(reasons).toBe("----");
    expect(isRedrawn({ ...made(1), steps: steps.map(({ id }) => id), reasons }, find)).toBeUndefined();
    expect(isRedrawn({ ...made(1), reasons: undefined }, find)).toBeUndefined();
    expect(isOrderedByCaller({ ...made(1), reasons })).toBe(true);
  });
});

describe("what an endpoint would have answered", () => {
  const told = anHour.map(recordedOf).filter((one): one is Recorded => one !== undefined);
  const conditions = createConditions();
  for (const one of told) conditions.survey(one);
  for (const one of told) conditions.add(one);
  const at = (index: number) => told[index] as Recorded;

  test("is what it did answer", () => {
    expect(conditions.answerOf(cheap, at(1))).toMatchObject({ source: "recorded", sample: { latencyMs: 900, faultCode: undefined } });
  });

  test("is else what it answered others around that time", () => {
    expect(conditions.answerOf(dear, at(1))).toMatchObject({ source: "neighbours", sample: { latencyMs: 700 } });
    const amidst = { ...at(0), at: at(750).at, samples: [] };
    expect(conditions.answerOf(cheap, amidst)).toMatchObject({ source: "neighbours", sample: { faultCode: "upstream_failed" } });
  });

  test("is else what it answered at any time, and for a stranger what the model's endpoints did", () => {
    const later = { ...at(0), at: start + 300 * minute, samples: [] };
    expect(conditions.answerOf(cheap, later).source).toBe("overall");
    expect(conditions.answerOf(endpoint("new", 3n), later).source).toBe("model");
  });
});
