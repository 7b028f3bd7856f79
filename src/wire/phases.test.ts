import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inPhases } from "./phases.ts";

const commentary = (at: number) => ({ phase: "commentary", at });
const final = (at: number) => ({ phase: "final_answer", at });

describe("a text in its phases", () => {
  test.each([
    { name: "of a text without any", text: "Yes", phases: undefined, parts: [[undefined, "Yes"]] },
    { name: "of two", text: "I look. Yes", phases: [commentary(0), final(7)], parts: [["commentary", "I look."], ["final_answer", " Yes"]] },
    { name: "that begins later", text: "I look. Yes", phases: [final(7)], parts: [[undefined, "I look."], ["final_answer", " Yes"]] },
    { name: "of a piece from the middle", text: "kYes", phases: [final(6)], start: 5, parts: [[undefined, "k"], ["final_answer", "Yes"]] },
    { name: "that is announced before its words", text: "", phases: [final(9)], start: 9, parts: [["final_answer", ""]] },
    { name: "of what is none", text: "Yes", phases: [{ phase: "third", at: 0 }, { phase: "commentary" }, null, commentary(99), commentary(-1), commentary(0.5)], parts: [[undefined, "Yes"]] },
    { name: "of no list", text: "Yes", phases: { length: 1, 0: commentary(0) }, parts: [[undefined, "Yes"]] },
  ])("$name", ({ text, phases, start, parts }) => {
    expect(inPhases(text, phases, start).map(({ phase, text: part }) => [phase, part])).toEqual(parts);
  });

  test("is the whole of it, whatever the phases are", () => {
    const at = fc.oneof(fc.integer({ min: -5, max: 40 }), fc.double());
    const phases = fc.array(fc.record({ phase: fc.constantFrom("commentary", "final_answer", "other"), at }), { maxLength: 5 });
    fc.assert(fc.property(fc.string({ maxLength: 30, unit: "binary" }), phases, fc.nat(10), (text, given, start) => {
      const parts = inPhases(text, given, start);
      expect(parts.map((part) => part.text).join("")).toBe(text);
      expect(parts.length).toBeGreaterThan(0);
    }));
  });
});
