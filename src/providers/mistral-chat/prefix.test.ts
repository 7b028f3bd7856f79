import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatRequest } from "../../wire/chat.ts";
import type { Target } from "../adapter.ts";
import { plainQuirks } from "../quirks.ts";
import { mistralChat } from "./adapter.ts";

const target: Target = { baseUrl: "https://m.test/v1", upstreamModel: "m", parameters: undefined, outputTokensMax: undefined, quirks: plainQuirks };

function continuing(prefix: string): ChatRequest {
  return {
    models: ["a/b"], stream: true, parameters: {}, extra: {}, gateway: {},
    messages: [{ role: "user", content: "Go on" }, { role: "assistant", content: prefix }],
    provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false },
  };
}

function streamed(prefix: string, pieces: readonly string[]): string {
  const decoder = mistralChat.openStream(continuing(prefix), target);
  const deltas = [...pieces.map((content) => ({ delta: { content }, finish_reason: null })), { delta: { content: "" }, finish_reason: "stop" }];
  const chunks = deltas.flatMap((choice) => decoder.push({ event: undefined, data: JSON.stringify({ choices: [{ index: 0, ...choice }] }) }));
  return [...chunks, ...decoder.end()].flatMap((chunk) => chunk.choices.map((choice) => choice.delta.content ?? "")).join("");
}

function whole(prefix: string, content: string): string | null | undefined {
  return mistralChat.decodeResponse({ choices: [{ index: 0, message: { content }, finish_reason: "stop" }] }, continuing(prefix), target).choices[0]?.message.content;
}

describe("a repeated prefix", () => {
  const cases = [
    { name: "is left out", prefix: "The answer", pieces: ["The answer", " is 4"], said: " is 4" },
    { name: "is left out across pieces", prefix: "The answer", pieces: ["", "The", " ans", "wer is", " 4"], said: " is 4" },
    { name: "that is not there costs nothing", prefix: "The answer", pieces: ["Four", " it is"], said: "Four it is" },
    { name: "that only begins is given in full", prefix: "The answer", pieces: ["The", " reply"], said: "The reply" },
    { name: "that breaks off is given in full", prefix: "The answer", pieces: ["The", " an"], said: "The an" },
    { name: "with nothing after it leaves nothing", prefix: "The answer", pieces: ["The answer"], said: "" },
    { name: "is left out once", prefix: "ha", pieces: ["ha", "ha"], said: "ha" },
  ];
  test.each(cases)("$name", ({ prefix, pieces, said }) => {
    expect(streamed(prefix, pieces)).toBe(said);
    expect(whole(prefix, pieces.join(""))).toBe(said);
  });

  test("leaves the same, streamed in any pieces or whole", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 4 });
    fc.assert(fc.property(word.filter((text) => text !== ""), fc.array(word, { maxLength: 6 }), (prefix, pieces) => {
      expect(streamed(prefix, pieces)).toBe(whole(prefix, pieces.join("")));
    }));
  });
});
