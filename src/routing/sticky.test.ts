import { describe, expect, test } from "vitest";
import { noon } from "./examples.ts";
import { createSticky, keep, recall, stickyKey, stickyModel, type Answered } from "./sticky.ts";

const minute = 60_000;
const answered = (fields: Partial<Answered> = {}): Answered => ({ endpointId: "author/model@a", model: "author/model", cachedTokens: 900, isExplicit: false, ...fields });

describe("a conversation is remembered", () => {
  test("until ten minutes after its last answer; asking does not prolong it", () => {
    const sticky = createSticky();
    keep(sticky, "k", answered(), noon);
    expect(recall(sticky, "k", noon + 10 * minute - 1)).toEqual({ endpointId: "author/model@a", model: "author/model", cachedTokens: 900 });
    expect(recall(sticky, "k", noon + 10 * minute)).toBeUndefined();
    keep(sticky, "k", answered({ cachedTokens: 1000 }), noon + 9 * minute);
    expect(recall(sticky, "k", noon + 18 * minute)?.cachedTokens).toBe(1000);
  });

  test("from its first answer when the caller named it, else from the first hit of a cache", () => {
    const sticky = createSticky();
    keep(sticky, "unnamed", answered({ cachedTokens: 0 }), noon);
    keep(sticky, "named", answered({ cachedTokens: 0, isExplicit: true }), noon);
    expect(recall(sticky, "unnamed", noon)).toBeUndefined();
    expect(recall(sticky, "named", noon)).toBeDefined();
  });

  test("by the endpoint that answered last; a miss there ends it, a miss elsewhere does not", () => {
    const sticky = createSticky();
    keep(sticky, "k", answered(), noon);
    keep(sticky, "k", answered({ endpointId: "author/model@b", cachedTokens: 0 }), noon);
    expect(recall(sticky, "k", noon)?.endpointId).toBe("author/model@a");
    keep(sticky, "k", answered({ endpointId: "author/model@b", cachedTokens: 5 }), noon);
    expect(recall(sticky, "k", noon)?.endpointId).toBe("author/model@b");
    keep(sticky, "k", answered({ endpointId: "author/model@b", cachedTokens: 0 }), noon);
    expect(recall(sticky, "k", noon)).toBeUndefined();
  });

  test("while there is room: those that have waited longest make way", () => {
    const sticky = createSticky(4);
    for (const key of ["a", "b", "a", "c"]) keep(sticky, key, answered(), noon);
    expect(["a", "b", "c"].map((key) => recall(sticky, key, noon) !== undefined)).toEqual([true, false, true]);
  });
});

test("under a router's slug the model it chose is remembered", () => {
  const sticky = createSticky();
  const key = stickyKey("w", "openrouter/auto", "session s");
  keep(sticky, key, answered({ isExplicit: true, cachedTokens: 0 }), noon);
  expect(stickyModel(sticky, key, noon)).toBe("author/model");
  expect(stickyModel(sticky, stickyKey("other", "openrouter/auto", "session s"), noon)).toBeUndefined();
});
