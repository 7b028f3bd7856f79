import { describe, expect, test } from "vitest";
import { createSticky } from "../routing/sticky.ts";
import type { ChatRequest, ContentPart, Message, Usage } from "../wire/chat.ts";
import { conversationOf, keepStay, routedModelOf, stayOf, type Success } from "./conversation.ts";

interface Said {
  readonly sessionId?: string;
  readonly cacheKey?: string;
  readonly messages?: readonly Message[];
}

const hello: Message = { role: "user", content: "Hello" };

function request({ sessionId, cacheKey, messages = [hello] }: Said = {}): ChatRequest {
  return {
    models: ["author/model"], messages, stream: false, extra: {},
    parameters: cacheKey === undefined ? {} : { prompt_cache_key: cacheKey },
    gateway: sessionId === undefined ? {} : { sessionId },
    provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false },
  };
}

const keyOf = (said: Said): string => conversationOf(request(said), "w").key;
const system = (content: string): Message => ({ role: "system", content });
const image = (url: string): Message => ({ role: "user", content: [{ type: "image_url", image_url: { url } }] });

describe("a conversation", () => {
  test("is the session, else the cache key, else how it begins", () => {
    expect(conversationOf(request({ sessionId: "s", cacheKey: "c" }), "w")).toEqual({ workspaceId: "w", key: "session s", isExplicit: true });
    expect(keyOf({ cacheKey: "c", messages: [system("a")] })).toBe(keyOf({ cacheKey: "c", messages: [system("b")] }));
    expect(conversationOf(request({ cacheKey: "c" }), "w").isExplicit).toBe(false);
    expect(keyOf({ cacheKey: "session s" })).not.toBe(keyOf({ sessionId: "s" }));
  });

  test("is the same in its next turn", () => {
    const messages = [system("Be brief."), hello];
    expect(keyOf({ messages: [...messages, { role: "assistant", content: "Hi" }, { role: "user", content: "Bye" }] })).toBe(keyOf({ messages }));
  });

  test.each([
    { name: "other instructions", messages: [system("b"), hello] },
    { name: "another first message", messages: [system("a"), { role: "user", content: "Hallo" }] },
    { name: "instructions alone", messages: [system("a")] },
    { name: "what was the message as the instructions", messages: [system("Hello"), { role: "user", content: "a" }] },
    { name: "a picture", messages: [system("a"), image("data:a")] },
    { name: "another picture", messages: [system("a"), image("data:b")] },
    { name: "a longer text that begins alike", messages: [system("a"), { role: "user", content: "x".repeat(10_000) }] },
    { name: "a still longer one", messages: [system("a"), { role: "user", content: "x".repeat(10_001) }] },
  ] satisfies { name: string; messages: readonly Message[] }[])("is another with $name", ({ messages }) => {
    const others = [[system("a"), hello], [system("a"), image("data:c")], [system("a"), { role: "user", content: "x".repeat(9_999) } as const]];
    expect(others.map((other) => keyOf({ messages: other }))).not.toContain(keyOf({ messages }));
  });

  test("says nothing of what was said, and is short however long that was", () => {
    const key = keyOf({ messages: [system("secret ".repeat(100_000)), { role: "user", content: Array.from({ length: 10_000 }, (): ContentPart => ({ type: "text", text: "secret" })) }] });
    expect(key).not.toContain("secret");
    expect(key.length).toBeLessThan(64);
  });

  test("may hold parts that only the upstream knows, and messages without content", () => {
    const part = JSON.parse('{"type":"hologram","hologram":{}}') as ContentPart;
    expect(keyOf({ messages: [{ role: "user", content: [part] }] })).not.toBe(keyOf({ messages: [{ role: "assistant", content: null }] }));
  });
});

function usage(fields: Partial<Usage>): Usage {
  return { promptTokens: 1000, completionTokens: 10, ...fields };
}

describe("what an answer leaves behind", () => {
  const price = { prompt: 1, completion: 3, request: 0, image: 0, cacheRead: 0.1 };
  const endpoint = { id: "author/model@a", model: "author/model", price };
  const now = Date.UTC(2026, 0, 1);

  function stayAfter(said: Said, success: Partial<Success>): number | undefined {
    const sticky = createSticky();
    const conversation = conversationOf(request(said), "w");
    keepStay(sticky, () => conversation, { endpoint, usage: usage({}), router: undefined, ...success }, now);
    return stayOf(sticky, conversation, ["other/model", "author/model"], now)?.cachedTokens;
  }

  test.each([
    { name: "nothing, where no cache is known to have had a part", said: {}, success: {}, tokens: undefined },
    { name: "the whole prompt, for a session", said: { sessionId: "s" }, success: {}, tokens: 1000 },
    { name: "the whole prompt, after a hit", said: {}, success: { usage: usage({ cachedTokens: 600 }) }, tokens: 1000 },
    { name: "what was read and written, where writing is counted", said: {}, success: { usage: usage({ cachedTokens: 600, cacheWriteTokens: 100 }) }, tokens: 700 },
    { name: "no more than the prompt", said: {}, success: { usage: usage({ cachedTokens: 600, cacheWriteTokens: 900 }) }, tokens: 1000 },
    { name: "nothing, where reading from the cache is no cheaper", said: { sessionId: "s" }, success: { endpoint: { ...endpoint, price: { ...price, cacheRead: 1 } } }, tokens: undefined },
  ] satisfies { name: string; said: Said; success: Partial<Success>; tokens: number | undefined }[])("$name", ({ said, success, tokens }) => {
    expect(stayAfter(said, success)).toBe(tokens);
  });

  test("a router's choice, for the same workspace and router", () => {
    const sticky = createSticky();
    const conversation = conversationOf(request({ sessionId: "s" }), "w");
    const { cacheRead: _, ...uncached } = price;
    keepStay(sticky, () => conversation, { endpoint: { ...endpoint, price: uncached }, usage: undefined, router: "openrouter/auto" }, now);
    expect(routedModelOf(sticky, conversation, "openrouter/auto", now)).toBe("author/model");
    expect(routedModelOf(sticky, conversation, "openrouter/free", now)).toBeUndefined();
    expect(routedModelOf(sticky, conversationOf(request({ sessionId: "s" }), "other"), "openrouter/auto", now)).toBeUndefined();
  });
});
