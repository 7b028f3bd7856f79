import fc from "fast-check";
import { expect, test } from "vitest";
import { asBase64, asNumbers } from "./encode.ts";

test("numbers survive base64 as 32-bit floats, and base64 survives numbers", () => {
  fc.assert(fc.property(fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 50 }), (vector) => {
    const written = asBase64(vector);
    expect(asNumbers(written)).toEqual(vector.map(Math.fround));
    expect(asBase64(asNumbers(written))).toBe(written);
  }));
});

test("what is as it was asked for is not made again", () => {
  const vector = [0.1];
  expect([asBase64("AAAA"), asNumbers(vector)]).toEqual(["AAAA", vector]);
  expect(asNumbers("AACAPw==")).toEqual([1]);
});
