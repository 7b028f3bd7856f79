import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chatCompletions } from "../surfaces/chat-completions/surface.ts";
import type { GatewayOptions } from "../wire/chat.ts";
import { cacheKey, cacheTtl, createResponseCache, pieceBytes, type KeyInput, type StoredAnswer } from "./response-cache.ts";

const say = { model: "a/b", messages: [{ role: "user", content: "Hi" }] };

function keyOf(body: object | string, more: Partial<KeyInput> = {}, gateway: GatewayOptions = {}): string {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const request = chatCompletions.parse(bytes);
  return cacheKey({ keyHash: "key", surface: "chat-completions", sandboxDirectives: undefined, request: { ...request, gateway: { ...request.gateway, ...gateway } }, body: bytes, ...more });
}

/** As text, because an object puts names that are numbers first, whatever order they were given in. */
function withFields(names: readonly string[]): string {
  return `{"model":"a/b","messages":[{"role":"user","content":"Hi"}],"extra":{${names.map((name) => `${JSON.stringify(name)}:1`).join()}}}`;
}

function answer(size: number, expiresAt = 1_000): StoredAnswer {
  const head = { generationId: "gen-1", created: 1, model: "a/b", providerName: "A" };
  return { recording: { head, pieces: ["x".repeat(size)], finishReason: "stop", isSandbox: false }, storedAt: 0, expiresAt };
}

describe("the key of an answer", () => {
  // Property names of every kind, texts with quotes, backslashes and blanks in them.
  const body = fc.dictionary(fc.oneof(fc.string(), fc.integer().map(String)), fc.jsonValue(), { noNullPrototype: true }).map((metadata) => ({ ...say, extra: metadata }));

  test("is the same with any whitespace between the tokens", () => {
    fc.assert(fc.property(body, fc.constantFrom("\t", " ", "   "), (value, indent) => {
      expect(keyOf(` \r\n${JSON.stringify(value, null, indent).replaceAll("\n", "\r\n")}\t`)).toBe(keyOf(value));
    }));
  });

  test("is another for any other order of the properties", () => {
    fc.assert(fc.property(fc.uniqueArray(fc.oneof(fc.string(), fc.nat().map(String)), { minLength: 2 }), (names) => {
      expect(keyOf(withFields(names))).not.toBe(keyOf(withFields(names.toReversed())));
    }));
  });

  test("is another for any other text, blanks in it included", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (one, other) => {
      fc.pre(one !== other);
      expect(keyOf({ ...say, user: "u", extra: one })).not.toBe(keyOf({ ...say, user: "u", extra: other }));
    }));
  });

  const others = [
    { name: "API key", key: keyOf(say, { keyHash: "other" }) },
    { name: "surface", key: keyOf(say, { surface: "messages" }) },
    { name: "streaming mode", key: keyOf({ ...say, stream: true }) },
    { name: "default, written out", key: keyOf({ ...say, stream: false }) },
    { name: "sandbox directive", key: keyOf(say, { sandboxDirectives: "status=500" }) },
    { name: "preset", key: keyOf(say, {}, { presetId: "preset-1" }) },
    { name: "version of the preset, merged into another request", key: keyOf(say, { request: { ...chatCompletions.parse(Buffer.from(JSON.stringify({ ...say, temperature: 1 }))), gateway: { presetId: "preset-1" } } }) },
  ];
  test("is another for another key, surface, mode, preset or version of a preset", () => {
    expect(new Set([keyOf(say), ...others.map(({ key }) => key)]).size).toBe(others.length + 1);
  });
});

describe("who uses the cache, and for how long", () => {
  const cases: readonly { name: string; wanted?: boolean; ttl?: number; preset?: GatewayOptions; seconds: number | undefined }[] = [
    { name: "nobody by default", seconds: undefined },
    { name: "who says so", wanted: true, seconds: 300 },
    { name: "whose preset says so", preset: { cacheEnabled: true }, seconds: 300 },
    { name: "not who refuses what the preset wants", wanted: false, preset: { cacheEnabled: true }, seconds: undefined },
    { name: "not who wants what the preset refuses", wanted: true, preset: { cacheEnabled: false }, seconds: undefined },
    { name: "a time to live alone asks for nothing", ttl: 60, preset: { cacheTtlSeconds: 60 }, seconds: undefined },
    { name: "the header's time goes before the preset's", wanted: true, ttl: 60, preset: { cacheTtlSeconds: 90 }, seconds: 60 },
    { name: "the preset's time where the header has none", wanted: true, preset: { cacheTtlSeconds: 90 }, seconds: 90 },
    { name: "at least a second", wanted: true, ttl: -1, seconds: 1 },
    { name: "at most a day", wanted: true, preset: { cacheTtlSeconds: 1e9 }, seconds: 86_400 },
  ];
  test.each(cases)("$name", ({ wanted, ttl, preset, seconds }) => {
    expect(cacheTtl({ isWanted: wanted, ttl, isRefresh: false }, preset ?? {})).toBe(seconds);
  });
});

describe("the store", () => {
  test("never holds more bytes than it may, whatever is stored, asked for and removed", () => {
    const bytesMax = 100_000;
    const step = fc.record({ act: fc.constantFrom("store", "find", "remove"), key: fc.nat(60).map(String), size: fc.nat(4_000), now: fc.nat(2_000) });
    fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const cache = createResponseCache(bytesMax);
      for (const { act, key, size, now } of steps) {
        if (act === "store") cache.store(key, answer(size));
        else if (act === "find") cache.find(key, now);
        else cache.remove(key);
        expect(cache.bytes()).toBeLessThanOrEqual(bytesMax);
      }
      for (let key = 0; key <= 60; key++) cache.remove(String(key));
      expect(cache.bytes()).toBe(0);
    }));
  });

  test("lets go of what was not asked for longest", () => {
    const cache = createResponseCache(100_000);
    const fits = Math.floor(100_000 / (1024 + pieceBytes("x".repeat(2_000))));
    for (let key = 0; key < fits; key++) cache.store(String(key), answer(2_000));
    cache.find("0", 1);
    cache.store("one more", answer(2_000));
    expect([cache.find("0", 1), cache.find("1", 1), cache.find("one more", 1)].map((found) => found !== undefined)).toEqual([true, false, true]);
  });

  test("takes no answer larger than a sixteenth of it, and forgets the one that it was to replace", () => {
    const cache = createResponseCache(100_000);
    cache.store("a", answer(10));
    cache.store("a", answer(100_000 / 32));
    expect([cache.find("a", 1), cache.bytes()]).toEqual([undefined, 0]);
  });

  test("gives an answer until its time is over, and not at that time", () => {
    const cache = createResponseCache(100_000);
    cache.store("a", answer(10, 1_000));
    expect(cache.find("a", 999)).toBeDefined();
    expect(cache.find("a", 1_000)).toBeUndefined();
    expect(cache.bytes()).toBe(0);
  });
});
