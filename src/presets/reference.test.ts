import { describe, expect, test } from "vitest";
import { presetNamedIn } from "./reference.ts";

describe("a request names its preset", () => {
  const cases = [
    { name: "not at all", models: ["author/model:free"], preset: undefined, slug: undefined },
    { name: "as its model", models: ["@preset/mine"], preset: undefined, slug: "mine" },
    { name: "behind its model", models: ["author/model:nitro@preset/mine"], preset: undefined, slug: "mine" },
    { name: "behind one of its models", models: ["author/model", "author/other@preset/mine"], preset: undefined, slug: "mine" },
    { name: "in a field of its own", models: ["author/model"], preset: "mine", slug: "mine" },
    { name: "twice the same", models: ["@preset/mine", "author/model@preset/mine"], preset: "mine", slug: "mine" },
    { name: "with nothing behind the mark", models: ["@preset/"], preset: undefined, slug: "" },
  ];
  test.each(cases)("$name", ({ models, preset, slug }) => {
    expect(presetNamedIn({ models, gateway: preset === undefined ? {} : { preset } })).toBe(slug);
  });

  test.each([
    { models: ["a/b@preset/one", "@preset/two"], gateway: {} },
    { models: ["a/b@preset/one"], gateway: { preset: "two" } },
  ])("but not two: $models $gateway", (request) => {
    expect(() => presetNamedIn(request)).toThrow("takes one preset");
  });
});
