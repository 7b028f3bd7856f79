import { expect, test } from "vitest";
import type { ChatRequest } from "../../wire/chat.ts";
import { quirksOf } from "../known-quirks.ts";
import { openaiChat } from "./adapter.ts";

const request: ChatRequest = {
  models: ["a/b"], messages: [{ role: "user", content: "?" }], stream: false, parameters: {}, extra: {}, gateway: {},
  provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false },
};

const tokens = { prompt_tokens: 5, completion_tokens: 7 };

test.each([
  { name: "one where they are not counted", provider: "perplexity", model: "sonar", usage: tokens, searches: 1 },
  { name: "as many as are counted", provider: "perplexity", model: "sonar", usage: { ...tokens, num_search_queries: 3 }, searches: 3 },
  { name: "none that is counted as none", provider: "perplexity", model: "sonar", usage: { ...tokens, num_search_queries: 0 }, searches: undefined },
  { name: "one of a model that is made for it", provider: "openai", model: "gpt-4o-search-preview", usage: tokens, searches: 1 },
  { name: "none of its neighbour", provider: "openai", model: "gpt-4o", usage: tokens, searches: undefined },
])("searches of the web: $name", ({ provider, model, usage, searches }) => {
  const target = { baseUrl: "https://u.test/v1", upstreamModel: model, parameters: undefined, outputTokensMax: undefined, quirks: quirksOf(provider) };
  const answer = { id: "c1", choices: [{ index: 0, message: { role: "assistant", content: "!" }, finish_reason: "stop" }], usage };
  expect(openaiChat.decodeResponse(answer, request, target).usage?.webSearches).toBe(searches);
});
