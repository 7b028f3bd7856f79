import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readUsage } from "./usage.ts";

const cases = [
  { name: "the plain two", raw: { prompt_tokens: 5, completion_tokens: 7 }, usage: { promptTokens: 5, completionTokens: 7 } },
  { name: "details", raw: { prompt_tokens: 5, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 1 }, completion_tokens_details: { reasoning_tokens: 4 } }, usage: { promptTokens: 5, completionTokens: 7, cachedTokens: 3, cacheWriteTokens: 1, reasoningTokens: 4 } },
  { name: "cached tokens, flat", raw: { prompt_tokens: 5, completion_tokens: 7, cached_tokens: 2 }, usage: { promptTokens: 5, completionTokens: 7, cachedTokens: 2 } },
  { name: "cached tokens, counted", raw: { prompt_tokens: 5, completion_tokens: 7, num_cached_tokens: 2 }, usage: { promptTokens: 5, completionTokens: 7, cachedTokens: 2 } },
  { name: "cached tokens, hit and missed", raw: { prompt_tokens: 5, completion_tokens: 7, prompt_cache_hit_tokens: 2, prompt_cache_miss_tokens: 3 }, usage: { promptTokens: 5, completionTokens: 7, cachedTokens: 2 } },
  { name: "cached tokens, misspelt", raw: { prompt_tokens: 5, completion_tokens: 7, prompt_token_details: { cached_tokens: 2 } }, usage: { promptTokens: 5, completionTokens: 7, cachedTokens: 2 } },
  { name: "more cached than prompted is cut", raw: { prompt_tokens: 5, completion_tokens: 7, cached_tokens: 9 }, usage: { promptTokens: 5, completionTokens: 7, cachedTokens: 5 } },
  { name: "more reasoning than completion is cut", raw: { prompt_tokens: 5, completion_tokens: 7, reasoning_tokens: 9 }, usage: { promptTokens: 5, completionTokens: 7, reasoningTokens: 7 } },
  { name: "a negative detail is no detail", raw: { prompt_tokens: 5, completion_tokens: 7, cached_tokens: -2 }, usage: { promptTokens: 5, completionTokens: 7 } },
  { name: "written for an hour, as far as it was written", raw: { prompt_tokens: 5, completion_tokens: 7, prompt_tokens_details: { cache_write_tokens: 4, cache_creation_token_details: { ephemeral_1h_input_tokens: 9 } } }, usage: { promptTokens: 5, completionTokens: 7, cacheWriteTokens: 4, cacheWriteHourTokens: 4 } },
  { name: "searches", raw: { prompt_tokens: 5, completion_tokens: 7, num_search_queries: 18 }, usage: { promptTokens: 5, completionTokens: 7, webSearches: 18 } },
  { name: "searches, among the tools", raw: { prompt_tokens: 5, completion_tokens: 7, server_tool_use: { web_search_requests: 2 } }, usage: { promptTokens: 5, completionTokens: 7, webSearches: 2 } },
  { name: "searches, in detail", raw: { prompt_tokens: 5, completion_tokens: 7, server_tool_use_details: { web_search_requests: 2 } }, usage: { promptTokens: 5, completionTokens: 7, webSearches: 2 } },
  { name: "nonsense for searches is none", raw: { prompt_tokens: 5, completion_tokens: 7, num_search_queries: -3 }, usage: { promptTokens: 5, completionTokens: 7 } },
  { name: "nothing", raw: undefined, usage: undefined },
  { name: "null", raw: null, usage: undefined },
  { name: "one of the two", raw: { prompt_tokens: 5 }, usage: undefined },
  { name: "a negative figure", raw: { prompt_tokens: 5, completion_tokens: -7 }, usage: undefined },
  { name: "half a token", raw: { prompt_tokens: 5.5, completion_tokens: 7 }, usage: undefined },
  { name: "text", raw: { prompt_tokens: "5", completion_tokens: 7 }, usage: undefined },
  { name: "over 100 million", raw: { prompt_tokens: 100_000_001, completion_tokens: 7 }, usage: undefined },
];
const thought = (reasoning: number) => ({ prompt_tokens: 12, completion_tokens: 84, completion_tokens_details: { reasoning_tokens: reasoning } });

test.each(cases)("$name", ({ raw, usage }) => expect(readUsage(raw, "within")).toEqual(usage));

test("reasoning beside the completion is added to it", () => {
  expect(readUsage(thought(20), "beside")).toMatchObject({ completionTokens: 104, reasoningTokens: 20 });
  expect(readUsage(thought(1081), "beside_when_more")).toMatchObject({ completionTokens: 1165, reasoningTokens: 1081 });
  expect(readUsage(thought(20), "beside_when_more")).toMatchObject({ completionTokens: 84, reasoningTokens: 20 });
});

test("no part is ever more than its whole", () => {
  const figure = fc.option(fc.oneof(fc.nat(50), fc.integer(), fc.double()), { nil: undefined });
  const raw = fc.record({
    prompt_tokens: fc.nat(30),
    completion_tokens: fc.nat(30),
    prompt_tokens_details: fc.record({ cached_tokens: figure, cache_write_tokens: figure, audio_tokens: figure }),
    completion_tokens_details: fc.record({ reasoning_tokens: figure, audio_tokens: figure }),
  });
  fc.assert(
    fc.property(raw, fc.constantFrom("within" as const, "beside" as const, "beside_when_more" as const), (value, reasoningTokens) => {
      const usage = readUsage(value, reasoningTokens);
      if (usage === undefined) return;
      expect((usage.cachedTokens ?? 0) + (usage.cacheWriteTokens ?? 0) + (usage.promptAudioTokens ?? 0)).toBeLessThanOrEqual(usage.promptTokens);
      expect((usage.reasoningTokens ?? 0) + (usage.completionAudioTokens ?? 0)).toBeLessThanOrEqual(usage.completionTokens);
    }),
  );
});
