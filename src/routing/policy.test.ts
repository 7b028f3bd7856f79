import { expect, test } from "vitest";
import { defaultPolicy, policyWith } from "./policy.ts";

test("a policy is the default one but for the numbers that are given", () => {
  expect(policyWith({})).toEqual(defaultPolicy);
  expect(policyWith({ band: 0.5, breaker: { inRow: 3 } })).toEqual({ ...defaultPolicy, band: 0.5, breaker: { ...defaultPolicy.breaker, inRow: 3 } });
});

test.each([
  { overrides: { badn: 1, breaker: { inrow: 2 } }, says: ["badn is not one of band,", "breaker.inrow is not one of inRow,"] },
  { overrides: { band: "0.1", explored: -1, perSecond: Infinity }, says: ["band must be a number", "explored must be", "perSecond must be"] },
  { overrides: { breaker: 5 }, says: ["breaker must hold fields and their numbers"] },
  { overrides: JSON.parse('{ "__proto__": 1 }'), says: ["__proto__ is not one of"] },
  { overrides: null, says: ["it must hold fields and their numbers"] },
  { overrides: [0.1], says: ["it must hold fields and their numbers"] },
])("$overrides is refused with everything that is wrong", ({ overrides, says }) => {
  for (const text of says) expect(() => policyWith(overrides)).toThrow(text);
});
