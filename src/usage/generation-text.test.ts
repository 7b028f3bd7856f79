import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nanodollars } from "../base/money.ts";
import { chargedOf, decodeCharged, decodeGeneration, encodeCharged, encodeGeneration } from "./generation-text.ts";
import type { AttemptRecord, Generation } from "./generation.ts";

const plain: Generation = {
  id: "gen-1764031697-vqvW0uz7ouT4gsp3FYqp", requestId: "req-1764031697-vqvW0uz7ouT4gsp3FYqp", createdAt: 1_764_031_697_123,
  workspaceId: "00000000-0000-4000-8000-000000000000", keyHash: "0123456789abcdef".repeat(4), surface: "chat-completions",
  requestedModel: "mistralai/ministral-8b", model: "mistralai/ministral-8b", endpointId: "mistralai/ministral-8b@mistral", providerName: "Mistral", router: null, presetId: null, cacheSourceId: null,
  upstreamId: "cmpl-e5cc70bb28c444948073e77776eb30ef", isSandbox: false, streamed: true, cancelled: false, finishReason: "stop",
  nativeFinishReason: "stop", faultCode: null, latencyMs: 210, generationMs: 900, promptTokens: 1000, completionTokens: 200,
  reasoningTokens: 0, cachedTokens: 0, usageEstimated: false, cost: nanodollars(30_000n), serviceTier: null,
  app: { referer: null, title: null, categories: [], userAgent: "OpenAI/JS 6.49.0" }, user: null, sessionId: null,
  attempts: [{ endpointId: "mistralai/ministral-8b@mistral", providerName: "Mistral", model: "mistralai/ministral-8b", status: 200, faultCode: null, latencyMs: 208, kind: "try", cost: nanodollars(30_000n) }],
  plan: { seed: 4_000_000_000, reasons: "Df", steps: ["mistralai/ministral-8b@mistral", "mistralai/ministral-8b@azure"], rejected: [["mistralai/ministral-8b@nebius", "context_length"]] },
  notes: [],
};

const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("a/b", "a/b@p", "@p", "=@p", "=", "", "stop", "P", "ü\n\t\u2028\ud800"));
const optionalText = fc.option(text);
const count = fc.nat();
const nano = fc.bigInt({ min: 0n, max: 10n ** 16n - 1n }).map(nanodollars);
const latency = fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }));
const anyGeneration: fc.Arbitrary<Generation> = fc.record({
  id: text, requestId: text, createdAt: fc.maxSafeNat(), workspaceId: text, keyHash: text, surface: text, requestedModel: text, model: optionalText,
  router: optionalText, presetId: optionalText, cacheSourceId: optionalText, endpointId: optionalText, providerName: optionalText, upstreamId: optionalText, isSandbox: fc.boolean(), streamed: fc.boolean(), cancelled: fc.boolean(),
  finishReason: optionalText, nativeFinishReason: optionalText, faultCode: optionalText, latencyMs: latency, generationMs: latency,
  promptTokens: count, completionTokens: count, reasoningTokens: count, cachedTokens: count, usageEstimated: fc.boolean(),
  cost: nano, serviceTier: optionalText,
  app: fc.record({ referer: optionalText, title: optionalText, categories: fc.array(text), userAgent: optionalText }), user: optionalText, sessionId: optionalText,
  attempts: fc.array(fc.record({ endpointId: text, providerName: text, model: text, status: fc.option(count), faultCode: optionalText, latencyMs: count, kind: fc.constantFrom("try", "retry", "hedge", "continuation"), cost: nano })),
  plan: fc.record({ seed: count, steps: fc.array(text), rejected: fc.array(fc.tuple(text, text)) }).chain((plan) =>
    fc.option(fc.string({ unit: fc.constantFrom("D", "d", "p", "f", "-"), minLength: plan.steps.length, maxLength: plan.steps.length })).map((reasons) => (reasons === null ? plan : { ...plan, reasons }))),
  notes: fc.array(fc.tuple(text, text, text)),
});

const read = (generation: Generation) => decodeGeneration(decodeCharged(encodeCharged(chargedOf(generation))), encodeGeneration(generation));

test("any generation comes back exactly, from lines without a break or a tab", () => {
  fc.assert(fc.property(anyGeneration, (generation) => {
    expect(read(generation)).toEqual(generation);
    expect(encodeCharged(generation) + encodeGeneration(generation)).not.toMatch(/[\n\t]/);
  }), { numRuns: 500 });
});

test("so do one that nothing served, and one that a second endpoint served", () => {
  const [attempt] = plain.attempts;
  const failed: AttemptRecord = { endpointId: "mistralai/ministral-8b@azure", providerName: "Azure", model: "mistralai/ministral-8b", status: null, faultCode: "upstream_failed", latencyMs: 3, kind: "try", cost: nanodollars(0n) };
  for (const generation of [
    plain,
    { ...plain, model: null, endpointId: null, providerName: null, finishReason: null, nativeFinishReason: null, faultCode: "no_endpoints", attempts: [] },
    { ...plain, attempts: [failed, ...(attempt === undefined ? [] : [attempt])] },
  ]) expect(read(generation)).toEqual(generation);
});

test("a plain generation takes less than 500 bytes, and its columns and its text share nothing", () => {
  const [columns, rest] = [encodeCharged(plain), encodeGeneration(plain)];
  expect(Buffer.byteLength(columns + rest)).toBeLessThan(500);
  for (const value of [plain.id, plain.workspaceId, plain.keyHash, "1764031697123", '"Mistral"', "30000"]) expect(rest).not.toContain(value);
});

test.each([{ createdAt: 0.5 }, { promptTokens: Number.NaN }, { completionTokens: 2 ** 53 }, { cost: nanodollars(-1n) }, { cost: nanodollars(10n ** 16n) }])(
  "what would not fit the database is refused: %o",
  (fields) => expect(() => encodeGeneration({ ...plain, ...fields })).toThrow(plain.id),
);
