import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { original, type ChatRequest, type Message } from "../wire/chat.ts";
import { promptSize, routingRequestOf, sizeOfText } from "./prompt-size.ts";

function request(messages: readonly Message[], parameters: ChatRequest["parameters"] = {}): ChatRequest {
  const provider = { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false } as const;
  return { models: ["author/model"], messages, stream: false, parameters, provider, gateway: {}, extra: {} };
}

function blocks(...source: readonly Record<string, unknown>[]): Message {
  return { role: "assistant", content: "hi", [original]: { of: "hi", source } };
}

function said(content: Message["content"]): ChatRequest {
  return request([{ role: "user", content: content ?? null }]);
}

/** Answers as recorded, with the provider's own count of their tokens (test/fixtures holds their bytes). */
const recorded = [
  { provider: "anthropic, JSON", chars: 2005, tokens: 629 },
  { provider: "anthropic", chars: 4384, tokens: 1320 },
  { provider: "mistral", chars: 1926, tokens: 434 },
  { provider: "deepseek", chars: 1855, tokens: 400 },
  { provider: "alibaba", chars: 4892, tokens: 1064 },
  { provider: "groq", chars: 3189, tokens: 662 },
  { provider: "perplexity", chars: 1970, tokens: 392 },
  { provider: "openai", chars: 1842, tokens: 363 },
  { provider: "openai, streamed", chars: 1724, tokens: 300 },
];

/** Tokens for a character, as docs/routing.md promises. */
const characters = [
  { script: "Latin", character: "a", low: 1 / 8, high: 1 / 2 },
  { script: "Cyrillic", character: "ж", low: 1 / 8, high: 1.75 },
  { script: "Han", character: "狐", low: 1 / 4, high: 3 },
  { script: "Devanagari", character: "न", low: 1 / 4, high: 3 },
  { script: "emoji", character: "🎉", low: 1 / 4, high: 3.5 },
];

function sizeOf(text: string) {
  return sizeOfText(text.length, Buffer.byteLength(text));
}

describe("the bounds of a text", () => {
  test.each(recorded)("hold for what $provider counted", ({ chars, tokens }) => {
    const { low, high } = sizeOfText(chars, chars);
    expect(low).toBeLessThan(tokens);
    expect(high).toBeGreaterThan(tokens);
  });

  test.each(characters)("are $low to $high tokens for each character of $script", ({ character, low, high }) => {
    expect(sizeOf(character.repeat(1000))).toEqual({ low: 1000 * low, high: 1000 * high });
  });

  test("of a mixture hold what its parts hold", () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...characters), { maxLength: 200 }), (parts) => {
      const { low, high } = sizeOf(parts.map(({ character }) => character).join(""));
      expect(low).toBeLessThanOrEqual(parts.reduce((sum, part) => sum + part.low, 0));
      expect(high).toBeGreaterThanOrEqual(Math.floor(parts.reduce((sum, part) => sum + part.high, 0)));
    }));
  });
});

describe("a prompt", () => {
  test("is its messages' text and a little for each message", () => {
    const text = "x".repeat(600);
    expect(promptSize(said(text))).toEqual({ low: 76, high: 308 });
    expect(promptSize(said([{ type: "text", text }]))).toEqual(promptSize(said(text)));
    expect(promptSize(request(["user", "assistant", "user"].map((role) => ({ role, content: text }) as Message)))).toEqual({ low: 228, high: 924 });
  });

  test("does not count an image's bytes as text", () => {
    const image = { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(4_000_000)}` } } as const;
    expect(promptSize(said([image, image]))).toEqual({ low: 3, high: 10_008 });
  });

  test.each([
    { name: "a file that is in the request", part: { type: "file", file: { file_data: `data:application/pdf;base64,${"A".repeat(40_000)}` } }, least: 20_000 },
    { name: "a file elsewhere", part: { type: "file", file: { file_data: "https://example.com/a.pdf" } }, least: 20_000 },
    { name: "sound", part: { type: "input_audio", input_audio: { data: "A".repeat(32_000), format: "mp3" } }, least: 1000 },
    { name: "a film", part: { type: "video_url", video_url: { url: "https://example.com/a.mp4" } }, least: 100_000 },
  ] as const)("may be long with $name, and may be short", ({ part, least }) => {
    const { low, high } = promptSize(said([part]));
    expect(low).toBe(2);
    expect(high).toBeGreaterThanOrEqual(least);
  });

  test("counts tools, calls, reasoning and schemas", () => {
    const schema = { type: "object", description: "d".repeat(1200) };
    const plain = promptSize(said("hi"));
    const withTools = promptSize(request([{ role: "user", content: "hi" }], { tools: [{ type: "function", function: { name: "f", parameters: schema } }] }));
    const withSchema = promptSize(request([{ role: "user", content: "hi" }], { response_format: { type: "json_schema", json_schema: { name: "s", schema } } }));
    const withCall = promptSize(request([{ role: "assistant", content: "hi", tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: JSON.stringify(schema) } }] }]));
    const withReasoning = promptSize(request([{ role: "assistant", content: "hi", reasoning: "r".repeat(1200) }]));
    for (const { high } of [withTools, withSchema, withCall, withReasoning]) expect(high).toBeGreaterThanOrEqual(plain.high + 600);
    for (const { low } of [withTools, withCall]) expect(low).toBeGreaterThan(plain.low + 70);
    for (const { low } of [withSchema, withReasoning]) expect(low).toBe(plain.low);
  });

  test("counts at most the blocks that only one dialect has, and no block twice", () => {
    const plain = promptSize(request([{ role: "assistant", content: "hi" }]));
    expect(promptSize(request([blocks({ type: "text", text: "hi" }, { type: "thinking", thinking: "x".repeat(1200) })]))).toEqual(plain);
    const found = promptSize(request([blocks({ type: "web_search_tool_result", content: "x".repeat(1200) })]));
    expect(found.low).toBe(plain.low);
    expect(found.high).toBeGreaterThanOrEqual(plain.high + 600);
  });

  test("may have no content at all", () => {
    expect(promptSize(said(null))).toEqual({ low: 1, high: 8 });
  });
});

describe("what routing must know", () => {
  test("is drawn from the request", () => {
    const parts = [{ type: "text", text: "?" }, { type: "image_url", image_url: { url: "https://example.com/a.png" } }] as const;
    const routing = routingRequestOf(request([{ role: "user", content: parts }], { max_tokens: 100, top_k: 4, service_tier: "flex", prompt_cache_key: "k", modalities: ["text", "image"] }));
    expect(routing).toMatchObject({ outputTokensMax: 100, images: 1, serviceTier: "flex" });
    expect([...routing.parameters].sort()).toEqual(["max_tokens", "top_k"]);
    expect([...routing.inputModalities].sort()).toEqual(["image", "text"]);
    expect([...routing.outputModalities].sort()).toEqual(["image", "text"]);
  });

  const search = { type: "web_search_20250305", name: "web_search" };
  test.each([
    { name: "a tool with a bound", parameters: { tools: [{ ...search, max_uses: 3 }] }, most: 3 },
    { name: "one without", parameters: { tools: [{ type: "web_search_preview" }] }, most: 30 },
    { name: "one with a bound that is none", parameters: { tools: [{ ...search, max_uses: -1 }] }, most: 30 },
    { name: "one with a boundless bound", parameters: { tools: [{ ...search, max_uses: 1e9 }] }, most: 1_000 },
    { name: "two tools", parameters: { tools: [{ ...search, max_uses: 80 }, search] }, most: 110 },
    { name: "the option", parameters: { web_search_options: {} }, most: 30 },
    { name: "a function of that name", parameters: { tools: [{ type: "function", function: { name: "web_search" } }] }, most: undefined },
  ])("the most searches: $name", ({ parameters, most }) => {
    expect(routingRequestOf(request([], parameters)).webSearchesMax).toBe(most);
    expect(routingRequestOf(request([], parameters)).promptGrows).toBe(most === undefined ? undefined : true);
  });

  const hour = { type: "ephemeral", ttl: "1h" };
  test.each([
    { name: "a part", asked: request([{ role: "user", content: [part(hour)] }]), isLong: true },
    { name: "a message", asked: request([{ role: "user", content: "?", cache_control: hour }]), isLong: true },
    { name: "a tool", asked: request([], { tools: [{ ...search, cache_control: hour }] }), isLong: true },
    { name: "a block of the caller's dialect", asked: request([{ role: "tool", tool_call_id: "c", content: "?", [original]: { of: "?", source: [{ type: "tool_result", tool_use_id: "c", cache_control: hour }] } }]), isLong: true },
    { name: "the request", asked: request([], { cache_control: hour }), isLong: true },
    { name: "a part kept for minutes", asked: request([{ role: "user", content: [part({ type: "ephemeral", ttl: "5m" }), part({ type: "ephemeral" }), part(null), part("1h")] }]), isLong: undefined },
  ])("what is to be kept for an hour: $name", ({ asked, isLong }) => {
    expect(routingRequestOf(asked).cachesForHour).toBe(isLong);
  });

  test.each([
    { tool: { type: "web_search_20250305", name: "web_search" }, grows: true },
    { tool: { type: "function", function: { name: "f" } }, grows: undefined },
    { tool: { type: "openrouter:datetime" }, grows: undefined },
  ])("the prompt of a request with a tool of type $tool.type grows: $grows", ({ tool, grows }) => {
    expect(routingRequestOf(request([], { tools: [tool] })).promptGrows).toBe(grows);
  });

  test("is text in and text out when nothing else is said", () => {
    const routing = routingRequestOf(said("hi"));
    expect([...routing.inputModalities, ...routing.outputModalities]).toEqual(["text", "text"]);
    expect(routing.outputTokensMax).toBeUndefined();
  });

  const parameterCases: readonly { readonly parameters: ChatRequest["parameters"]; readonly names: readonly string[] }[] = [
    { parameters: { response_format: { type: "json_schema", json_schema: { name: "s" } } }, names: ["response_format", "structured_outputs"] },
    { parameters: { response_format: { type: "json_object" } }, names: ["response_format"] },
    { parameters: { response_format: { type: "text" } }, names: [] },
    { parameters: { tools: [], stop: [] }, names: [] },
    { parameters: { tools: [{ type: "function" }], tool_choice: "auto" }, names: ["tool_choice", "tools"] },
  ];
  test.each(parameterCases)("asks for $names", ({ parameters, names }) => {
    expect([...routingRequestOf(request([], parameters)).parameters].sort()).toEqual(names);
  });
});

test("a call to a tool of another type than a function is measured too", () => {
  const [short, long] = ["x", "x".repeat(1000)].map((input) => promptSize(request([{ role: "assistant", content: null, tool_calls: [{ id: "c", type: "custom", custom: { name: "sql", input } }] } as unknown as Message])).high);
  expect((long ?? 0) - (short ?? 0)).toBeGreaterThan(400);
});

function part(cache_control: unknown) {
  return { type: "text", text: "?", cache_control } as const;
}
