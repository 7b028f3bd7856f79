import { expect, test } from "vitest";
import { randomText, seededChance } from "./clock.ts";
import { generationId, keyHash, keyLabel, keySecret, rowId } from "./ids.ts";
import { secret, withoutSecrets } from "./secret.ts";
import { inspect } from "node:util";

test("ids have the contract's shapes", () => {
  expect(generationId(1_764_031_697_500)).toMatch(/^gen-1764031697-[0-9A-Za-z]{20}$/);
  expect(keySecret()).toMatch(/^sk-wr-v1-[0-9a-f]{64}$/);
  expect(rowId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(keyHash("a")).toBe("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
});

test("ten thousand ids are ten thousand different ids", () => {
  expect(new Set(Array.from({ length: 10_000 }, () => generationId(0))).size).toBe(10_000);
});

test("random text uses the whole alphabet evenly", () => {
  const counts = new Map<string, number>();
  for (const character of randomText(62_000, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")) counts.set(character, (counts.get(character) ?? 0) + 1);
  expect(counts.size).toBe(62);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(250);
});

test("a seed replays its chance", () => {
  const first = seededChance(42);
  const second = seededChance(42);
  for (let index = 0; index < 100; index++) expect(first()).toBe(second());
});

test("a label gives away no more than sixteen characters, and a short secret nothing", () => {
  expect(keyLabel("sk-wr-v1-0123456789abcdef")).toBe("sk-wr-v1-012...cdef");
  expect(keyLabel("short")).toBe("***");
});

test("a secret shows itself to nothing but reveal", () => {
  const hidden = secret("sk-test-0123456789abcdef0123");
  expect(`${String(hidden)} ${JSON.stringify({ hidden })} ${inspect(hidden)}`).not.toContain("0123456789");
  expect(hidden.reveal()).toBe("sk-test-0123456789abcdef0123");
});

test.each(["sk-or-v1-0123456789abcdef0123", "gsk_0123456789abcdef0123", "Bearer abc.def.ghi-0123456789", "AIzaSyA0123456789abcdef0123"])("%s is taken out of a text", (key) => {
  expect(withoutSecrets(`before ${key} after`)).toBe("before [redacted] after");
});
