import { describe, expect, test } from "vitest";
import { chatCompletions } from "../surfaces/chat-completions/surface.ts";
import { completions } from "../surfaces/completions/surface.ts";
import type { ChatRequest, Tool } from "../wire/chat.ts";
import { applyPreset } from "./apply.ts";
import { contentOf, settingsOf } from "./content.ts";

const user = { role: "user", content: "Hello" };

function request(body: object): ChatRequest {
  return chatCompletions.parse(Buffer.from(JSON.stringify({ messages: [user], ...body })));
}

/** What becomes of the request when the preset `p` was made of `preset`. */
function merged(preset: Readonly<Record<string, unknown>>, body: object): ChatRequest {
  return applyPreset(request(body), "id-of-p", settingsOf(contentOf(chatCompletions, preset)));
}

const named = (name: string, description?: string): Tool => ({ type: "function", function: { name, ...(description === undefined ? {} : { description }) } });
const advisor = (name: string, model?: string): Tool => ({ type: "openrouter:advisor", parameters: { name, ...(model === undefined ? {} : { model }) } });

describe("models", () => {
  const cases = [
    { name: "the preset's stand in for it", preset: { model: "a/one", models: ["a/two"] }, body: { model: "@preset/p" }, models: ["a/one", "a/two"] },
    { name: "so they do for its name alone", preset: { model: "a/one" }, body: { preset: "p" }, models: ["a/one"] },
    { name: "the request's own win as a whole", preset: { model: "a/one", models: ["a/two"] }, body: { model: "b/own", preset: "p" }, models: ["b/own"] },
    { name: "one before the mark wins as well", preset: { model: "a/one" }, body: { model: "b/own:free@preset/p" }, models: ["b/own:free"] },
    { name: "one before the mark needs none in the preset", preset: {}, body: { model: "b/own@preset/p" }, models: ["b/own"] },
    { name: "in a list they take the place of the reference, each once", preset: { models: ["a/one", "a/two"] }, body: { models: ["b/own", "@preset/p", "a/one"] }, models: ["b/own", "a/one", "a/two"] },
  ];
  test.each(cases)("$name", ({ preset, body, models }) => {
    expect(merged(preset, body).models).toEqual(models);
  });

  test("of neither side are a fault that says how to name one", () => {
    expect(() => merged({ temperature: 1 }, { model: "@preset/p" })).toThrow("author/model@preset/slug");
  });
});

describe("parameters", () => {
  test("of the request win one by one, and what it leaves open is the preset's", () => {
    const { parameters } = merged(
      { temperature: 0.2, top_p: 0.5, stop: "END", reasoning: { effort: "high", exclude: true }, max_tokens: 10 },
      { model: "a/b", preset: "p", temperature: 1, reasoning_effort: "low", max_completion_tokens: 20 },
    );
    expect(parameters).toEqual({ temperature: 1, top_p: 0.5, stop: ["END"], reasoning: { effort: "low" }, max_tokens: 20 });
  });

  test("that are details of what the request switches off go with it", () => {
    expect(merged({ logprobs: true, top_logprobs: 5 }, { model: "a/b@preset/p", logprobs: false }).parameters).toEqual({ logprobs: false });
    expect(merged({ logprobs: true, top_logprobs: 5 }, { model: "a/b@preset/p" }).parameters).toEqual({ logprobs: true, top_logprobs: 5 });
  });
});

describe("tools are united", () => {
  const search = { type: "openrouter:web_search", parameters: { max_results: 3 } };
  const wideSearch = { type: "openrouter:web_search", parameters: { max_results: 9 } };
  const cases: readonly { name: string; preset: readonly Tool[]; own: readonly Tool[]; tools: readonly Tool[] }[] = [
    { name: "the preset's first", preset: [named("a"), search], own: [named("b")], tools: [named("a"), search, named("b")] },
    { name: "functions by name, the request's wording in the preset's place", preset: [named("a"), named("b")], own: [named("c"), named("a", "mine")], tools: [named("a", "mine"), named("b"), named("c")] },
    { name: "server tools by type", preset: [search], own: [wideSearch], tools: [wideSearch] },
    { name: "advisors by type and name", preset: [advisor("law"), advisor("tax")], own: [advisor("tax", "a/b")], tools: [advisor("law"), advisor("tax", "a/b")] },
    { name: "a function is not the server tool of its name", preset: [search], own: [named("web_search")], tools: [search, named("web_search")] },
    { name: "and none of the request's is lost, even twice the same", preset: [search], own: [wideSearch, search], tools: [search, wideSearch] },
    { name: "with nothing, an empty list keeps the preset's", preset: [search], own: [], tools: [search] },
  ];
  test("but text completions have none, for they have nowhere to put a call", () => {
    const settings = settingsOf(contentOf(chatCompletions, { model: "a/b", temperature: 0.2, tools: [search], tool_choice: "auto" }));
    const prompt = completions.parse(Buffer.from(JSON.stringify({ model: "@preset/p", prompt: "Once" })));
    expect(applyPreset(prompt, "id-of-p", settings).parameters).toEqual({ temperature: 0.2 });
  });

  test.each(cases)("$name", ({ preset, own, tools }) => {
    expect(merged({ tools: preset }, { model: "a/b@preset/p", tools: own }).parameters.tools).toEqual(tools);
  });
});

describe("the system prompt", () => {
  const preset = { messages: [{ role: "system", content: "Be brief." }] };

  test("goes before all messages", () => {
    expect(merged(preset, { model: "a/b@preset/p" }).messages).toEqual([{ role: "system", content: "Be brief." }, user]);
  });

  test.each(["system", "developer"])("gives way to a %s message of the request's own", (role) => {
    const messages = [user, { role, content: "Be long." }];
    expect(merged(preset, { model: "a/b@preset/p", messages }).messages).toEqual(messages);
  });

  test("takes with it the JSON that the messages were parsed from; without one that stays", () => {
    const body = { model: "a/b@preset/p", messages: [{ role: "user", content: "x".repeat(40_000) }] };
    expect(request(body).messagesJson).toBeDefined();
    expect(merged(preset, body).messagesJson).toBeUndefined();
    expect(merged({ temperature: 1 }, body).messagesJson).toEqual(request(body).messagesJson);
  });
});

test("provider preferences and plugins are the preset's or the request's, each as a whole", () => {
  const preset = { provider: { order: ["one"], zdr: true }, plugins: [{ id: "web" }] };
  const silent = merged(preset, { model: "a/b@preset/p" });
  expect(silent.provider).toMatchObject({ order: ["one"], zdr: true, allowFallbacks: true });
  expect(silent.gateway.plugins).toEqual([{ id: "web" }]);
  const own = merged(preset, { model: "a/b@preset/p", provider: { sort: "price" }, plugins: [] });
  expect(own.provider).not.toHaveProperty("order");
  expect(own.provider).toMatchObject({ zdr: false, sort: { by: "price" } });
  expect(own.gateway.plugins).toEqual([]);
});

test("the preset's id and its word on the response cache travel with the request, which has no word of its own", () => {
  expect(merged({ cache_enabled: true, cache_ttl_seconds: 60 }, { model: "a/b@preset/p", user: "u" }).gateway).toEqual({ user: "u", presetId: "id-of-p", cacheEnabled: true, cacheTtlSeconds: 60 });
  expect(merged({}, { model: "a/b", preset: "p", cache_enabled: true }).gateway).toEqual({ preset: "p", presetId: "id-of-p" });
});

test("stream, unknown fields and what identifies the request are the request's own", () => {
  const { stream, extra, gateway } = merged({ stream: true, safe_prompt: true, session_id: "s", user: "someone" }, { model: "a/b@preset/p", novelty: 1 });
  expect({ stream, extra, gateway }).toEqual({ stream: false, extra: { novelty: 1 }, gateway: { presetId: "id-of-p" } });
});
