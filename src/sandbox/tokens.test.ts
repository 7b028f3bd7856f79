import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countTokens, splitTokens } from "./tokens.ts";

const texts = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.lorem(), fc.stringMatching(/^[a-z0-9 .,]*$/));

describe("tokens", () => {
  const cases = [
    { text: "", tokens: [] },
    { text: "The meaning of life?", tokens: ["The", " meanin", "g", " of", " life", "?"] },
    { text: "12345 km", tokens: ["123", "45", " km"] },
    { text: "Zürich 東京 🎏!", tokens: ["Zürich", " 東", "京", " 🎏", "!"] },
    { text: "  \n", tokens: ["  \n"] },
  ];
  test.each(cases)("of $text are $tokens", ({ text, tokens }) => {
    expect(splitTokens(text)).toEqual(tokens);
  });

  test("join to the text again, and are as many as counted", () => {
    fc.assert(fc.property(texts, (text) => {
      const tokens = splitTokens(text);
      expect(tokens.join("")).toBe(text);
      expect(tokens.length).toBe(countTokens(text));
      expect(tokens.every((token) => token.length > 0)).toBe(true);
    }));
  });

  test("cut anywhere, keep their count, and split no character", () => {
    fc.assert(fc.property(texts, fc.nat(20), (text, most) => {
      const cut = splitTokens(text).slice(0, most).join("");
      expect(countTokens(cut)).toBe(Math.min(most, countTokens(text)));
      expect(Buffer.from(cut).toString()).toBe(cut);
    }));
  });
});
