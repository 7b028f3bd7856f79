import fc from "fast-check";
import { expect, test } from "vitest";
import { dollars, dollarsText, fromDollars, nanodollars, parseDollars, parsePricePerMillion, parsePricePerUnit, pricePerMillionText, pricePerUnitText, picodollars, toNanodollars } from "./money.ts";

test.each([
  { name: "a price list line", price: "0.15", picos: 150_000n },
  { name: "a whole price", price: "15", picos: 15_000_000n },
  { name: "free", price: "0", picos: 0n },
  { name: "float noise below a pico-dollar", price: "0.15000999999999999998", picos: 150_010n },
  { name: "the smallest", price: "0.000001", picos: 1n },
])("a price per million: $name", ({ price, picos }) => {
  expect(parsePricePerMillion(price)).toBe(picos);
});

test.each(["", "free", "-1", "1e-7", "0x10", "1,5", ".5", "1.", " 1", "NaN", "Infinity"])("%j is no price", (text) => {
  expect(parsePricePerMillion(text)).toBeUndefined();
  expect(parsePricePerUnit(text)).toBeUndefined();
  expect(parseDollars(text)).toBeUndefined();
});

test("price text is exact in both notations", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (picos) => {
    expect(parsePricePerMillion(pricePerMillionText(picodollars(picos)))).toBe(picos);
    expect(parsePricePerUnit(pricePerUnitText(picodollars(picos)))).toBe(picos);
  }));
});

test("amounts survive the wire's JSON numbers up to four million dollars", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 4n * 10n ** 15n }), (nanos) => {
    expect(fromDollars(dollars(nanodollars(nanos)))).toBe(nanos);
    expect(parseDollars(dollarsText(nanodollars(nanos)))).toBe(nanos);
  }));
});

test("one token is never free, and rounding never loses more than a nano-dollar", () => {
  expect(toNanodollars(1n)).toBe(1n);
  expect(toNanodollars(0n)).toBe(0n);
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), (picos) => {
    const exact = toNanodollars(picos) * 1000n;
    expect(exact - picos).toBeGreaterThanOrEqual(0n);
    expect(exact - picos).toBeLessThan(1000n);
  }));
});
