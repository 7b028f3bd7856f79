import { describe, expect, test } from "vitest";
import type { Reasoning } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { encodeThinking } from "./thinking.ts";
import { traitsOf } from "./traits.ts";

function configOf(model: string, reasoning: Reasoning | undefined, { isListed = true, isAlias = false, outputTokensMax = 10_000 as number | undefined } = {}) {
  const notes: ParameterNote[] = [];
  return { config: encodeThinking(reasoning, { thinking: traitsOf(model).thinking, outputTokensMax, isListed, isAlias }, notes), notes };
}

describe("reasoning as a thinking config", () => {
  const shown = { includeThoughts: true };
  const cases: readonly { readonly model: string; readonly reasoning: Reasoning | undefined; readonly config: object | undefined }[] = [
    { model: "gemini-3-flash-preview", reasoning: { effort: "minimal" }, config: { thinkingLevel: "minimal", ...shown } },
    { model: "gemini-3-flash-preview", reasoning: { effort: "medium" }, config: { thinkingLevel: "medium", ...shown } },
    { model: "gemini-3-flash-preview", reasoning: { effort: "xhigh" }, config: { thinkingLevel: "high", ...shown } },
    { model: "gemini-3-flash-preview", reasoning: { effort: "max", exclude: true }, config: { thinkingLevel: "high" } },
    { model: "gemini-3-flash-preview", reasoning: { effort: "none" }, config: { thinkingLevel: "minimal" } },
    { model: "gemini-3-flash-preview", reasoning: { max_tokens: 900 }, config: { thinkingBudget: 900, ...shown } },
    { model: "gemini-3-pro-preview", reasoning: { effort: "medium" }, config: { thinkingLevel: "high", ...shown } },
    { model: "gemini-3.1-pro-preview", reasoning: { effort: "medium" }, config: { thinkingLevel: "medium", ...shown } },
    { model: "gemini-3.1-pro-preview", reasoning: { effort: "minimal" }, config: { thinkingLevel: "low", ...shown } },
    { model: "gemini-3.7-flash", reasoning: { effort: "minimal" }, config: { thinkingLevel: "low", ...shown } },
    { model: "gemini-3.1-flash-image-preview", reasoning: { effort: "low" }, config: { thinkingLevel: "minimal", ...shown } },
    { model: "gemini-3-pro-image-preview", reasoning: { effort: "low" }, config: shown },
    { model: "publishers/google/models/gemini-flash-latest", reasoning: { enabled: true }, config: { thinkingLevel: "medium", ...shown } },
    { model: "gemini-2.5-flash", reasoning: { effort: "high" }, config: { thinkingBudget: 8000, ...shown } },
    { model: "gemini-2.5-flash", reasoning: { enabled: true }, config: { thinkingBudget: 5000, ...shown } },
    { model: "gemini-2.5-flash", reasoning: { max_tokens: 100_000 }, config: { thinkingBudget: 24_576, ...shown } },
    { model: "gemini-2.5-flash", reasoning: { enabled: false }, config: { thinkingBudget: 0 } },
    { model: "gemini-2.5-flash-lite", reasoning: { max_tokens: 10 }, config: { thinkingBudget: 512, ...shown } },
    { model: "gemini-2.5-pro", reasoning: { max_tokens: 1 }, config: { thinkingBudget: 128, ...shown } },
    { model: "gemini-2.5-pro", reasoning: undefined, config: shown },
    { model: "gemini-2.5-pro", reasoning: {}, config: shown },
    { model: "gemini-2.5-pro", reasoning: { exclude: true }, config: undefined },
    // Thoughts cannot be asked for where the model does not think by itself.
    { model: "gemini-2.5-flash-lite", reasoning: undefined, config: undefined },
    { model: "my-tuned-model", reasoning: undefined, config: undefined },
    { model: "my-tuned-model", reasoning: { effort: "low" }, config: { thinkingBudget: 2000, ...shown } },
    { model: "gemini-2.0-flash", reasoning: { effort: "high" }, config: undefined },
    { model: "gemini-2.5-flash-image", reasoning: undefined, config: undefined },
  ];
  test.each(cases)("$model, $reasoning: $config", ({ model, reasoning, config }) => {
    expect(configOf(model, reasoning).config).toEqual(config);
  });

  test.each(["gemini-2.5-pro", "gemini-3.1-pro-preview", "gemini-3-pro-image-preview"])("%s cannot have its reasoning switched off", (model) => {
    expect(() => configOf(model, { effort: "none" })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  });

  test("an alias for the latest has it as low as can be instead, and says so", () => {
    const { config, notes } = configOf("gemini-3.1-pro-preview", { effort: "none" }, { isAlias: true });
    expect(config).toEqual({ thinkingLevel: "low" });
    expect(notes).toEqual([expect.objectContaining({ parameter: "reasoning", action: "translated" })]);
    expect(configOf("gemini-2.5-pro", { enabled: false }, { isAlias: true }).config).toEqual({ thinkingBudget: 128 });
  });

  test("thoughts are not asked for unasked of an endpoint that may not have them", () => {
    expect(configOf("gemini-2.5-pro", undefined, { isListed: false }).config).toBeUndefined();
  });

  test("a model that does not reason says so", () => {
    expect(configOf("gemini-2.0-flash", { effort: "high" }).notes).toEqual([expect.objectContaining({ parameter: "reasoning", action: "dropped" })]);
  });
});
