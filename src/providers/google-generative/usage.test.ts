import { expect, test } from "vitest";
import { readUsage } from "./usage.ts";

const cases = [
  { name: "thoughts stand beside what was said", raw: { promptTokenCount: 9, candidatesTokenCount: 28, thoughtsTokenCount: 244, totalTokenCount: 281 }, usage: { promptTokens: 9, completionTokens: 272, reasoningTokens: 244 } },
  { name: "thoughts are counted once where the sum says that they are within", raw: { promptTokenCount: 9, candidatesTokenCount: 272, thoughtsTokenCount: 244, totalTokenCount: 281 }, usage: { promptTokens: 9, completionTokens: 272, reasoningTokens: 244 } },
  { name: "zeros are left out by Google", raw: { promptTokenCount: 9, totalTokenCount: 9 }, usage: { promptTokens: 9, completionTokens: 0 } },
  {
    name: "what Google's tools read is not the prompt", raw: { promptTokenCount: 55, candidatesTokenCount: 51, toolUsePromptTokenCount: 89, thoughtsTokenCount: 56, totalTokenCount: 251 },
    usage: { promptTokens: 55, completionTokens: 107, reasoningTokens: 56 },
  },
  {
    name: "the cache and the modalities have their own counts",
    raw: {
      promptTokenCount: 1000, cachedContentTokenCount: 600, candidatesTokenCount: 300, totalTokenCount: 1300,
      promptTokensDetails: [{ modality: "TEXT", tokenCount: 500 }, { modality: "AUDIO", tokenCount: 500 }], cacheTokensDetails: [{ modality: "AUDIO", tokenCount: 200 }, { modality: "TEXT", tokenCount: 400 }],
      candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 200 }, { modality: "AUDIO", tokenCount: 50 }],
    },
    usage: { promptTokens: 1000, completionTokens: 300, cachedTokens: 600, promptAudioTokens: 300, completionAudioTokens: 50, completionImageTokens: 200 },
  },
  { name: "parts are cut to their whole", raw: { promptTokenCount: 5, cachedContentTokenCount: 50, candidatesTokenCount: 1 }, usage: { promptTokens: 5, completionTokens: 1, cachedTokens: 5 } },
  { name: "no prompt, no figures", raw: { trafficType: "ON_DEMAND" }, usage: undefined },
  { name: "absurd figures are none", raw: { promptTokenCount: -1, candidatesTokenCount: 1 }, usage: undefined },
  { name: "nor is half of them", raw: { promptTokenCount: 1, candidatesTokenCount: 1.5 }, usage: undefined },
  { name: "nothing is nothing", raw: undefined, usage: undefined },
];

test.each(cases)("$name", ({ raw, usage }) => {
  expect(readUsage(raw)).toEqual(usage);
});
