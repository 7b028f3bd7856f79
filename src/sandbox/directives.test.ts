import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import { directiveNames, readDirectives } from "./directives.ts";

const nothing = { fast: false, slowMs: 0, lengthTokens: undefined, refusal: undefined, disturbance: undefined };

describe("readDirectives", () => {
  const cases = [
    { header: "", behaviour: nothing },
    { header: "fast", behaviour: { ...nothing, fast: true } },
    { header: "503", behaviour: { ...nothing, refusal: { name: "503", retryAfterSeconds: undefined } } },
    { header: "429;retry-after=2", behaviour: { ...nothing, refusal: { name: "429", retryAfterSeconds: 2 } } },
    { header: " Slow = 3000 , CUT ", behaviour: { ...nothing, slowMs: 3000, disturbance: "cut" } },
    { header: "stall-mid, cut", behaviour: { ...nothing, disturbance: "stall-mid" } },
    { header: "length=400,no-usage", behaviour: { ...nothing, lengthTokens: 400, disturbance: "no-usage" } },
    { header: "swift:503", behaviour: { ...nothing, refusal: { name: "503", retryAfterSeconds: undefined } } },
    { header: "sandbox-swift:429;retry-after=1", behaviour: { ...nothing, refusal: { name: "429", retryAfterSeconds: 1 } } },
    { header: "steady:503,thrifty:cut,fast", behaviour: { ...nothing, fast: true } },
  ];
  test.each(cases)("at swift, reads “$header”", ({ header, behaviour }) => {
    expect(readDirectives(header, "swift")).toEqual(behaviour);
  });

  const wrong = [
    { header: "explode", says: "Known directives: 400, 401" },
    { header: "418", says: "Unknown sandbox directive '418'" },
    { header: "fast,slow", says: "takes a number" },
    { header: "slow=999999999", says: "takes a number" },
    { header: "length=0", says: "takes a number" },
    { header: "cut=3", says: "takes no number" },
    { header: "cut;retry-after=3", says: "goes with a refusal" },
    { header: "429;retry-after=soon", says: "Unknown sandbox directive" },
    { header: "nobody:503", says: "There is no sandbox provider 'nobody': there are swift, steady, thrifty." },
    { header: "toString", says: "Unknown sandbox directive" },
  ];
  test.each(wrong)("refuses “$header” and says why", ({ header, says }) => {
    expect(() => readDirectives(header, "swift")).toThrow(says);
  });

  test("answers any text with a behaviour or with an invalid_request", () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (header) => {
      try {
        readDirectives(header, "swift");
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
        expect(error).toHaveProperty("code", "invalid_request");
      }
    }));
  });
});

test("docs/sandbox.md lists every directive, and no other", () => {
  const manual = readFileSync(new URL("../../docs/sandbox.md", import.meta.url), "utf8");
  const listed = [...manual.matchAll(/^\| `([a-z0-9-]+)(?:=N)?` \|/gm)].map((row) => row[1]);
  expect(listed.toSorted()).toEqual(directiveNames.toSorted());
});
