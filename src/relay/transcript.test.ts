import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatChunk, ChatRequest, Delta } from "../wire/chat.ts";
import { createTranscript, isContinuable, withoutOverlap } from "./transcript.ts";

const chunk = (delta: Delta, finish: "stop" | null = null): ChatChunk => ({ choices: [{ index: 0, delta, finish_reason: finish, native_finish_reason: finish }] });
const textOf = (chunks: readonly ChatChunk[]) => chunks.flatMap(({ choices }) => choices).map(({ delta }) => delta.content ?? "").join("");

/** What comes out when `next` comes in such pieces. */
function joined(said: string, pieces: readonly string[]): { readonly text: string; readonly seams: number } {
  let seams = 0;
  const edit = withoutOverlap(said, () => (seams += 1));
  const chunks = [...pieces.map((content) => chunk({ content })), chunk({}, "stop"), { choices: [], usage: { promptTokens: 1, completionTokens: 1 } }];
  return { text: said + textOf(chunks.flatMap((one) => edit([one]))), seams };
}

const said = "It was the best of times, it was the worst of times, ";

describe("a continuation", () => {
  test.each([
    { name: "that goes on where the text ended", next: "it was the age of wisdom", text: `${said}it was the age of wisdom` },
    { name: "that repeats the end", next: "it was the worst of times, it was the age", text: `${said}it was the age` },
    { name: "that repeats everything", next: `${said}it was the age`, text: `${said}it was the age` },
    { name: "that repeats a few letters, as language does", next: "times, it was", text: `${said}times, it was` },
    { name: "that says nothing more", next: "", text: said },
    { name: "that ends within the repetition", next: "it was the worst of times, ", text: said },
  ])("$name", ({ next, text }) => {
    expect(joined(said, [next]).text).toBe(text);
    expect(joined(said, [...next]).text, "in any pieces").toBe(text);
  });

  test("loses nothing that is new, and is the same in any pieces", () => {
    const words = fc.array(fc.constantFrom("a", "b", " ", "ab", "the ", "ü", "😀"), { maxLength: 60 }).map((all) => all.join(""));
    fc.assert(fc.property(words, words, fc.nat(80), fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (before, after, overlap, sizes) => {
      const next = before.slice(Math.max(0, before.length - overlap)) + after;
      const pieces: string[] = [];
      for (let rest = next; rest !== ""; ) {
        const size = sizes.next().value as number;
        pieces.push(rest.slice(0, size));
        rest = rest.slice(size);
      }
      const whole = joined(before, [next]);
      expect(joined(before, pieces)).toEqual(whole);
      expect(whole.text.startsWith(before)).toBe(true);
      expect(next.endsWith(whole.text.slice(before.length)), "it is an end of what came").toBe(true);
    }));
  });

  test("is marked once, and not at all when it adds nothing", () => {
    expect(joined(said, ["it was the", " age"]).seams).toBe(1);
    expect(joined(said, ["it was the worst of times, "]).seams).toBe(0);
  });
});

const transcribed = (...deltas: readonly Delta[]) => {
  const transcript = createTranscript();
  transcript.push(deltas.map((delta) => chunk(delta)));
  return transcript.text();
};

describe("a transcript", () => {
  test("is the text that was told, whatever was thought before", () => {
    expect(transcribed({ role: "assistant" }, { reasoning: "Hm." }, { content: "a" }, { content: "b" })).toBe("ab");
  });
  test.each<readonly [string, readonly Delta[]]>([
    ["nothing", []],
    ["a thought", [{ reasoning: "Hm." }]],
    ["a signed thought", [{ reasoning_details: [{ type: "reasoning.text", signature: "s" }] }, { content: "a" }]],
    ["a hidden thought", [{ reasoning_details: [{ type: "reasoning.encrypted", data: "x" }] }, { content: "a" }]],
    ["a tool call", [{ content: "a" }, { tool_calls: [{ index: 0, id: "1" }] }]],
    ["a refusal", [{ content: "a" }, { refusal: "no" }]],
    ["an image", [{ content: "a" }, { images: [{}] }]],
    ["a sound", [{ content: "a" }, { audio: { data: "x" } }]],
  ])("is not what can be continued after %s", (_, deltas) => {
    expect(transcribed(...deltas)).toBeUndefined();
  });
  test("has come to its end with a finish", () => {
    const transcript = createTranscript("before");
    transcript.push([chunk({ content: "a" }, "stop")]);
    expect(transcript.text()).toBeUndefined();
  });
});

const request = (body: Partial<ChatRequest>): ChatRequest => ({
  models: ["a/b"], messages: [], stream: true, parameters: {}, gateway: {}, extra: {},
  provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false, continue: true },
  ...body,
});

test("only a stream of plain text that its caller wants continued may be", () => {
  expect(isContinuable(request({}))).toBe(true);
  expect(isContinuable(request({ parameters: { response_format: { type: "text" } } }))).toBe(true);
  for (const body of [
    { stream: false }, { parameters: { tools: [] } }, { parameters: { logprobs: true } }, { parameters: { response_format: { type: "json_object" } } },
    { provider: { ...request({}).provider, continue: false } }, { provider: { ...request({}).provider, validateTools: true } },
  ] as const) expect(isContinuable(request(body))).toBe(false);
});
