import { describe, expect, test } from "vitest";
import { knownQuirks } from "./known-quirks.ts";
import { quirksOf } from "./known-quirks.ts";
import { parseQuirks, plainQuirks, routeOf } from "./quirks.ts";

test("a provider that we have not met has the plain quirks", () => {
  expect(quirksOf("nobody")).toBe(plainQuirks);
  expect(quirksOf("constructor")).toBe(plainQuirks);
});

test.each(Object.keys(knownQuirks))("%s states only quirks that exist", (provider) => {
  expect(Object.keys(quirksOf(provider)).sort()).toEqual(Object.keys(plainQuirks).sort());
});

test("a route of the provider's own names the model where it says so, as one part of a path", () => {
  const upstreamModel = "a model/$&";
  expect(routeOf({ quirks: plainQuirks, upstreamModel }, "/chat/completions")).toBe("/chat/completions");
  expect(routeOf({ quirks: { ...plainQuirks, route: "/deployments/{model}/chat?v=1" }, upstreamModel }, "/chat/completions")).toBe("/deployments/a%20model%2F%24%26/chat?v=1");
});

describe("the config file", () => {
  test("replaces what it names and leaves the rest", () => {
    const read = parseQuirks(
      {
        renames: { max_tokens: "max_completion_tokens" }, refuses: ["top_k"], passes: ["n"], developer_role: true, response_formats: ["text"],
        tool_choices: ["auto"], reasoning: "thinking", efforts: ["low"], reasoning_history: { field: "reasoning", required: true }, reasoning_format: "r-v1",
        reasoning_tokens: "beside", envelope: "x", stream_options: false, max_tokens_required: true, fields: { a: 1 }, reasoning_fields: { b: 2 },
        prefill: { message: { prefix: true }, path: "/beta" }, route: "/deployments/{model}/chat", completions: "all", searches: ["seeker"], fetches: ["image"],
        images: { fields: { c: 3 }, shape: "aspect_ratio" },
      },
      quirksOf("openai"),
    );
    expect(read).toEqual({
      renames: { max_tokens: "max_completion_tokens" }, refuses: ["top_k"], passes: ["n"], developerRole: true, responseFormats: ["text"],
      toolChoices: ["auto"], reasoning: "thinking", efforts: ["low"], reasoningHistory: { field: "reasoning", required: true }, reasoningFormat: "r-v1",
      reasoningTokens: "beside", envelope: "x", streamOptions: false, maxTokensRequired: true, fields: { a: 1 }, reasoningFields: { b: 2 },
      prefill: { message: { prefix: true }, path: "/beta" }, route: "/deployments/{model}/chat", completions: "all", searches: ["seeker"], fetches: ["image"],
      images: { fields: { c: 3 }, shape: "aspect_ratio" },
    });
    expect(parseQuirks({ stream_options: false }, quirksOf("xai"))).toEqual({ ...quirksOf("xai"), streamOptions: false });
    expect(parseQuirks({ prefill: null }, quirksOf("deepseek")).prefill).toBeUndefined();
  });

  const wrong: readonly { readonly value: unknown; readonly field: string }[] = [
    { value: [], field: "quirks" },
    { value: null, field: "quirks" },
    { value: { streamOptions: true }, field: "quirks.streamOptions" },
    { value: { constructor: {} }, field: "quirks.constructor" },
    { value: { stream_options: "yes" }, field: "quirks.stream_options" },
    { value: { refuses: "top_k" }, field: "quirks.refuses" },
    { value: { refuses: ["top_k", 1] }, field: "quirks.refuses[1]" },
    { value: { passes: "some" }, field: "quirks.passes" },
    { value: { renames: { seed: 1 } }, field: "quirks.renames.seed" },
    { value: { reasoning: "hard" }, field: "quirks.reasoning" },
    { value: { efforts: ["low", "extreme"] }, field: "quirks.efforts[1]" },
    { value: { reasoning_history: { field: "reasoning" } }, field: "quirks.reasoning_history.required" },
    { value: { prefill: { header: {} } }, field: "quirks.prefill.header" },
    { value: { fields: [] }, field: "quirks.fields" },
  ];
  test.each(wrong)("names $field when it is wrong", ({ value, field }) => {
    expect(() => parseQuirks(value)).toThrow(expect.objectContaining({ code: "invalid_request", metadata: { field }, message: expect.stringContaining(field) }));
  });
});
