import { describe, expect, test } from "vitest";
import { picodollars } from "../base/money.ts";
import { quirksOf } from "../providers/known-quirks.ts";
import type { ChatAnswer, Delta, FinishReason, ToolCall, ToolCallDelta, Usage } from "../wire/chat.ts";
import { billOf, chargeOf, emptyReading, meterAnswer, meterChunk, type Asked } from "./meter.ts";

const asked: Asked = { prompt: { low: 10, high: 40 }, images: 0, outputTokensMax: 100, inputModalities: new Set(["text"]) };
const endpoint = { contextLength: 128_000, outputTokensMax: 64_000, pricing: { prompt: picodollars(1n), completion: picodollars(1n) } };

function isBelieved(usage: Usage, wishes: Partial<Asked> = {}): boolean {
  const reading = { ...emptyReading(), outputBytes: 40, finishReason: "stop" as FinishReason, usage };
  const bill = billOf(reading, { ...asked, ...wishes }, endpoint);
  expect(bill.usage).toEqual(bill.isEstimated ? { promptTokens: 20, completionTokens: 10 } : usage);
  return !bill.isEstimated;
}

describe("the provider's own count is taken", () => {
  test.each([
    { name: "of an answer as long as was asked for", usage: { promptTokens: 20, completionTokens: 100 }, believed: true },
    { name: "of a longer one", usage: { promptTokens: 20, completionTokens: 200 }, believed: false },
    { name: "of some reasoning besides, which some providers count apart", usage: { promptTokens: 20, completionTokens: 4_000, reasoningTokens: 3_900 }, believed: true },
    { name: "of a flood that is called reasoning, and that nobody asked for", usage: { promptTokens: 20, completionTokens: 100_000, reasoningTokens: 99_990 }, believed: false },
    { name: "of much reasoning that was asked for", usage: { promptTokens: 20, completionTokens: 60_000, reasoningTokens: 59_990 }, wishes: { reasons: true }, believed: true },
    { name: "of more reasoning than the endpoint can give", usage: { promptTokens: 20, completionTokens: 65_000, reasoningTokens: 64_990 }, wishes: { reasons: true }, believed: false },
    { name: "of a prompt far longer than its text", usage: { promptTokens: 3_000, completionTokens: 10 }, believed: false },
    { name: "of the same prompt with tools, which templates explain at length", usage: { promptTokens: 3_000, completionTokens: 10 }, wishes: { parameters: new Set(["tools"]) }, believed: true },
  ])("$name: $believed", ({ usage, wishes = {}, believed }) => expect(isBelieved(usage, wishes)).toBe(believed));
});

describe("searches of the web are believed", () => {
  const used = { promptTokens: 20, completionTokens: 10, webSearches: 100 };
  test.each([
    { name: "as many as were asked for", usage: { ...used, webSearches: 2 }, asks: { webSearchesMax: 3 }, searches: 2 },
    { name: "and no more", usage: used, asks: { webSearchesMax: 3 }, searches: 3 },
    { name: "none where nobody asked", usage: used, asks: {}, searches: 0 },
    { name: "thirty where the model searches by itself", usage: used, asks: {}, target: { quirks: quirksOf("perplexity"), upstreamModel: "sonar" }, searches: 30 },
    { name: "one of a model that searches by itself, in an answer that was cut", usage: undefined, asks: {}, target: { quirks: quirksOf("openai"), upstreamModel: "gpt-4o-search-preview" }, searches: 1 },
    { name: "none of another that was", usage: undefined, asks: { webSearchesMax: 3 }, target: { quirks: quirksOf("openai"), upstreamModel: "gpt-4o" }, searches: undefined },
    { name: "also when the tokens are not", usage: { ...used, completionTokens: 10_000 }, asks: { webSearchesMax: 3 }, searches: 3 },
  ])("$name", ({ usage, asks, target, searches }) => {
    const reading = { ...emptyReading(), outputBytes: 40, finishReason: "stop" as FinishReason, usage };
    expect(billOf(reading, { ...asked, ...asks }, { ...endpoint, ...(target === undefined ? {} : { target }) }).usage.webSearches).toBe(searches);
  });
});

test("what is given to a tool that takes text is output like all else, whole and in pieces", () => {
  const custom = { name: "sql", input: "select 1" };
  const [streamed, whole] = [emptyReading(), emptyReading()];
  for (const piece of [{ index: 0, type: "custom", custom: { name: "sql", input: "" } }, { index: 0, custom: { input: "select 1" } }] as unknown as readonly ToolCallDelta[]) {
    meterChunk(streamed, { choices: [{ index: 0, delta: { tool_calls: [piece] }, finish_reason: null, native_finish_reason: null }] });
  }
  const call = { id: "c", type: "custom", custom } as unknown as ToolCall;
  meterAnswer(whole, { choices: [{ index: 0, message: { role: "assistant", content: null, refusal: null, reasoning: null, tool_calls: [call] }, finish_reason: "tool_calls", native_finish_reason: "tool_calls" }] } as unknown as ChatAnswer);
  expect([streamed.outputBytes, whole.outputBytes]).toEqual([11, 11]);
});

test.each([
  { name: "a picture", delta: { images: [{ type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }] }, isFree: false },
  { name: "a sound", delta: { audio: { data: "AA==" } }, isFree: false },
  { name: "nothing but a role", delta: { role: "assistant", content: "", images: [] }, isFree: true },
  { name: "fields that are null", delta: { content: null, images: null, audio: null } as unknown as Delta, isFree: true },
] as const)("an answer that is cut after $name is free: $isFree", ({ delta, isFree }) => {
  const reading = emptyReading();
  meterChunk(reading, { choices: [{ index: 0, delta, finish_reason: null, native_finish_reason: null }] });
  const bill = chargeOf({ ...reading, usage: { promptTokens: 20, completionTokens: 90 } }, asked, { ...endpoint, pricing: { prompt: picodollars(1_000n), completion: picodollars(1_000n) } });
  expect(bill.total === 0n).toBe(isFree);
});
