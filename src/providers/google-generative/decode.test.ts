import { describe, expect, test } from "vitest";
import type { ChatChunk, Message } from "../../wire/chat.ts";
import { recorded, recordedBytes, recordedLines } from "../../../test/fixtures/recorded.ts";
import type { Target } from "../adapter.ts";
import { plainQuirks } from "../quirks.ts";
import { decodeAnswer } from "./answer.ts";
import { encodeMessages } from "./messages.ts";
import { openCandidateStream } from "./stream.ts";
import { traitsOf } from "./traits.ts";

type Fields = Readonly<Record<string, unknown>>;
const candidate = (parts: readonly object[], fields: Fields = {}) => ({ content: { role: "model", parts }, index: 0, ...fields });
const stop = { finishReason: "STOP" };
const answer = (parts: readonly object[], fields: Fields = stop) => decodeAnswer({ candidates: [candidate(parts, fields)], responseId: "r1" });
const messageOf = (parts: readonly object[], fields?: Fields) => answer(parts, fields).choices[0]?.message;

function streamed(bodies: readonly object[], keepsText = false): readonly ChatChunk[] {
  const decoder = openCandidateStream({ keepsText });
  return [...bodies.flatMap((body) => decoder.push({ event: undefined, data: JSON.stringify(body) })), ...decoder.end()];
}

describe("what a model said", () => {
  test("thoughts and words are kept apart, and signatures know their parts", () => {
    expect(
      messageOf([
        { text: "Plan: ", thought: true }, { text: "look.", thought: true, thoughtSignature: "S0" }, { text: "One. " }, { text: "Again.", thought: true }, { text: "Two.", thoughtSignature: "S1" },
        { functionCall: { name: "f", args: { x: 1 }, id: "g1" }, thoughtSignature: "S2" },
      ]),
    ).toEqual({
      role: "assistant", content: "One. Two.", refusal: null, reasoning: "Plan: look.Again.",
      reasoning_details: [
        { type: "reasoning.text", text: "Plan: look.", signature: "S0", format: "google-gemini-v1", index: 0 },
        { type: "reasoning.text", text: "Again.", format: "google-gemini-v1", index: 1 },
        { type: "reasoning.encrypted", data: "S1", format: "google-gemini-v1", index: 2 },
        { type: "reasoning.encrypted", data: "S2", id: "g1", format: "google-gemini-v1", index: 3 },
      ],
      tool_calls: [{ id: "g1", type: "function", function: { name: "f", arguments: '{"x":1}' } }],
    });
  });

  test("calls without an id are given one, the same each time and another for each", () => {
    const [ids, again] = [1, 2].map(() => messageOf([{ functionCall: { name: "f" } }, { functionCall: { name: "f" } }])?.tool_calls?.map((call) => call.id));
    expect(again).toEqual(ids);
    expect(new Set(ids).size).toBe(2);
  });

  test("images are images, sounds are sound, and what is neither is not lost", () => {
    const code = { executableCode: { language: "PYTHON", code: "1+1" } };
    const sketch = { inlineData: { mimeType: "image/png", data: "c2tl" }, thought: true };
    const sounds = ["a", "bc"].map((bytes) => ({ inlineData: { mimeType: "audio/L16;rate=24000", data: Buffer.from(bytes).toString("base64") } }));
    expect(messageOf([code, sketch, { inlineData: { mimeType: "image/png", data: "iVBO" }, thoughtSignature: "S" }, ...sounds])).toMatchObject({
      content: null,
      images: [{ type: "image_url", image_url: { url: "data:image/png;base64,iVBO" }, index: 0 }],
      audio: { data: Buffer.from("abc").toString("base64") },
      content_parts: [code, sketch],
      reasoning_details: [{ type: "reasoning.encrypted", data: "S", id: "image_0" }],
    });
  });

  test("log probabilities have the public shape", () => {
    const logprobsResult = {
      chosenCandidates: [{ token: "é", tokenId: 1, logProbability: -0.5 }],
      topCandidates: [{ candidates: [{ token: "é", logProbability: -0.5 }, { token: "e", logProbability: -1 }] }],
    };
    expect(answer([{ text: "é" }], { ...stop, logprobsResult }).choices[0]?.logprobs).toEqual({
      content: [{ token: "é", logprob: -0.5, bytes: [195, 169], top_logprobs: [{ token: "é", logprob: -0.5, bytes: [195, 169] }, { token: "e", logprob: -1, bytes: [101] }] }],
      refusal: null,
    });
  });

  test("text that is not text is garbled", () => {
    expect(() => answer([{ text: 5 }])).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });
});

describe("how an answer ends", () => {
  const calls = [{ functionCall: { name: "f" } }];
  const cases = [
    { native: "STOP", parts: [], finish: "stop" },
    { native: "STOP", parts: calls, finish: "tool_calls" },
    { native: "MAX_TOKENS", parts: calls, finish: "length" },
    { native: "SAFETY", parts: [], finish: "content_filter" },
    { native: "IMAGE_SAFETY", parts: [], finish: "content_filter" },
    { native: "SOMETHING_NEW", parts: [], finish: "stop" },
  ];
  test.each(cases)("$native is $finish", ({ native, parts, finish }) => {
    expect(answer(parts, { finishReason: native }).choices[0]).toMatchObject({ finish_reason: finish, native_finish_reason: native });
  });

  test.each(["MALFORMED_FUNCTION_CALL", "OTHER", "NO_IMAGE"])("%s is a failure that may be had better elsewhere", (native) => {
    expect(() => answer([], { finishReason: native })).toThrow(expect.objectContaining({ code: "upstream_failed", metadata: { provider_code: native } }));
    expect(() => streamed([{ candidates: [candidate([], { finishReason: native })] }])).toThrow(expect.objectContaining({ code: "upstream_failed" }));
  });

  test("an unset reason is none", () => {
    expect(answer([{ text: "a" }], { finishReason: "FINISH_REASON_UNSPECIFIED" }).choices[0]).toMatchObject({ finish_reason: null, native_finish_reason: null });
  });
});

describe("grounding", () => {
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: "https://a.test", title: "A" } }, { web: { uri: "https://b.test" } }, { image: {} }],
    groundingSupports: [{ segment: { endIndex: 8, text: "Zürich " }, groundingChunkIndices: [0, 2, 9] }, { segment: { startIndex: 8, endIndex: 13 }, groundingChunkIndices: [0] }],
    webSearchQueries: ["q"],
  };
  const annotations = [
    { url: "https://a.test", title: "A", start_index: 0, end_index: 7 },
    { url: "https://a.test", title: "A", start_index: 7, end_index: 10 },
    { url: "https://b.test", title: "", start_index: 0, end_index: 0 },
  ].map((citation) => ({ type: "url_citation", url_citation: citation }));

  test("becomes citations, counted in characters, and is there as Google gave it", () => {
    const whole = answer([{ text: "Zürich 🗼!" }], { ...stop, groundingMetadata });
    expect(whole.choices[0]?.message.annotations).toEqual(annotations);
    expect(whole.extra).toEqual({ groundingMetadata });
  });

  test.each([
    { model: "gemini-3-pro-preview", queries: ["q", "r", "q", 7], searches: 2 },
    { model: "gemini-2.5-flash", queries: ["q", "r"], searches: 1 },
    { model: "gemini-3-pro-preview", queries: [], searches: undefined },
  ])("of $model, $queries, is $searches searches to be paid", ({ model, queries, searches }) => {
    const body = { candidates: [candidate([{ text: "a" }], { ...stop, groundingMetadata: { webSearchQueries: queries } })], modelVersion: model, usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 } };
    expect(streamed([body], true).at(-1)?.usage?.webSearches).toBe(searches);
  });

  test("of a stream comes with its finish", () => {
    const chunks = streamed([{ candidates: [candidate([{ text: "Zür" }])] }, { candidates: [candidate([{ text: "ich 🗼!" }], { ...stop, groundingMetadata })] }], true);
    expect(chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta.annotations))).toEqual([undefined, annotations]);
    expect(chunks.at(-1)?.extra).toEqual({ groundingMetadata });
  });
});

describe("a stream", () => {
  test("is complete when every candidate is, and ended when the figures are known too", () => {
    const decoder = openCandidateStream({ keepsText: false });
    const push = (body: object) => decoder.push({ event: undefined, data: JSON.stringify(body) });
    const state = () => [decoder.isComplete(), decoder.isEnded()];
    push({ candidates: [candidate([{ text: "a" }]), candidate([{ text: "b" }], { index: 1 })], responseId: "r" });
    expect(state()).toEqual([false, false]);
    push({ candidates: [candidate([], { ...stop })] });
    expect(state()).toEqual([false, false]);
    expect(push({ candidates: [candidate([{ text: "!" }], { index: 1, finishReason: "MAX_TOKENS" })] })[0]?.choices).toMatchObject([{ index: 1, delta: { content: "!" }, finish_reason: "length" }]);
    expect(state()).toEqual([true, false]);
    expect(decoder.usage()).toBeUndefined();
    push({ usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 } });
    expect(state()).toEqual([true, true]);
    expect(decoder.end()).toEqual([{ choices: [], usage: { promptTokens: 3, completionTokens: 2 } }]);
  });

  test("may go on after a finish, and finishes once", () => {
    const chunks = streamed([{ candidates: [candidate([{ text: "a" }], stop)] }, { candidates: [candidate([{ text: "b" }], stop)] }, { candidates: [candidate([{ text: "" }], stop)] }]);
    expect(chunks.flatMap((chunk) => chunk.choices.map((choice) => [choice.delta.content, choice.finish_reason]))).toEqual([["a", "stop"], ["b", null]]);
  });

  test("of nothing is cut, with or without figures", () => {
    for (const bodies of [[], [{ usageMetadata: { promptTokenCount: 3 } }], [{ candidates: [candidate([{ text: "a" }])] }]]) {
      expect(() => streamed(bodies)).toThrow(expect.objectContaining({ code: "stream_truncated" }));
    }
  });

  test("says the tier that it was served at", () => {
    expect(streamed([{ candidates: [candidate([{ text: "a" }], stop)], usageMetadata: { promptTokenCount: 1, serviceTier: "standard" } }])[0]).toMatchObject({ serviceTier: "default" });
  });

  const partial = (functionCall: object) => ({ candidates: [candidate([{ functionCall }])] });
  const begun = [
    partial({ name: "f", willContinue: true }),
    partial({ partialArgs: [{ jsonPath: "$.list[0].a", stringValue: "x", willContinue: true }], willContinue: true }),
    partial({ willContinue: true }),
    partial({ partialArgs: [{ jsonPath: "$.list[0].a", stringValue: "y" }, { jsonPath: "$.n", numberValue: 2 }], willContinue: true }),
  ];

  test("puts the pieces of arguments together at their end, or where a limit cuts them", () => {
    for (const [rest, finish] of [[[partial({}), { candidates: [candidate([], stop)] }], "tool_calls"], [[{ candidates: [candidate([], { finishReason: "MAX_TOKENS" })] }], "length"]] as const) {
      const chunks = streamed([...begun, ...rest]);
      const pieces = chunks.flatMap((chunk) => chunk.choices.flatMap((choice) => choice.delta.tool_calls ?? []));
      expect(pieces.map((piece) => [piece.index, piece.function?.name, piece.function?.arguments])).toEqual([[0, "f", ""], [0, undefined, '{"list":[{"a":"xy"}],"n":2}']]);
      expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe(finish);
    }
  });

  const garbled = [
    { name: "arguments that are to go on, and do not", bodies: [...begun, { candidates: [candidate([], stop)] }] },
    { name: "a call within a call", bodies: [...begun, partial({ name: "g", args: {} })] },
    { name: "arguments of no call", bodies: [partial({ partialArgs: [{ jsonPath: "$.a", stringValue: "x" }] })] },
    { name: "a candidate that is none", bodies: [{ candidates: ["a"] }] },
    { name: "content that is text", bodies: [{ candidates: [{ content: "a" }] }] },
    { name: "parts that are no list", bodies: [{ candidates: [{ content: { parts: { text: "a" } } }] }] },
    { name: "a part that is none", bodies: [{ candidates: [{ content: { parts: ["a"] } }] }] },
    { name: "two pieces in one event", bodies: [[{ candidates: [candidate([{ text: "a" }])] }, { candidates: [candidate([{ text: "b" }], stop)] }]] },
  ];
  test.each(garbled)("of $name is garbled", ({ bodies }) => {
    expect(() => streamed(bodies)).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });
});

/** Without the ids that were made up for calls. */
const ofGoogle = (parts: readonly object[]) => parts.map((part) => ("functionCall" in part ? { ...part, functionCall: { ...(part.functionCall as object), id: undefined } } : part));

describe("an answer that is given back as history", () => {
  const target: Target = { baseUrl: "https://studio.test/v1beta", upstreamModel: "gemini-3-pro-preview", parameters: undefined, outputTokensMax: undefined, quirks: plainQuirks };
  const partsOf = (message: Message) =>
    encodeMessages([{ role: "user", content: "Hi" }, message], { target, traits: traitsOf(target.upstreamModel), instruction: undefined }, []).contents[1]?.parts ?? [];

  const answers = recorded((fixture) => fixture.wire_format === "google-generative" && fixture.kind === "chat" && !fixture.stream && fixture.expected.finish_reason !== "length");
  test.each(answers.map((fixture) => [fixture.id, fixture] as const))("%s is what Google said, signatures and all", (_id, fixture) => {
    const body = JSON.parse(recordedBytes(fixture).toString("utf8"));
    const { parts } = body.candidates[0].content;
    const expected = parts.map((part: object) => ("functionCall" in part ? { ...part, functionCall: { args: {}, ...(part.functionCall as object) } } : part));
    const { message } = decodeAnswer(body).choices[0] ?? expect.fail("no choice");
    expect(ofGoogle(partsOf(message))).toEqual(ofGoogle(expected));
  });

  const streams = recorded((fixture) => fixture.wire_format === "google-generative" && fixture.stream);
  test.each(streams.map((fixture) => [fixture.id, fixture] as const))("%s gives back every signature, from the pieces as they came", (_id, fixture) => {
    const deltas = streamed(recordedLines(fixture).map((line) => JSON.parse(line))).flatMap((chunk) => chunk.choices.map((choice) => choice.delta));
    const given: string[] = JSON.stringify(recordedLines(fixture).map((line) => JSON.parse(line))).match(/(?<="thoughtSignature":")[^"]+/g) ?? [];
    const calls = deltas.flatMap((delta) => delta.tool_calls ?? []).filter((piece) => piece.id !== undefined);
    const message: Message = {
      role: "assistant",
      content: deltas.map((delta) => delta.content ?? "").join(""),
      reasoning_details: deltas.flatMap((delta) => delta.reasoning_details ?? []),
      tool_calls: calls.map((piece) => ({ id: piece.id ?? "", type: "function", function: { name: piece.function?.name ?? "", arguments: piece.function?.arguments ?? "" } })),
    };
    const signatures = partsOf(message).flatMap((part) => part.thoughtSignature ?? []);
    expect(signatures).toEqual(given);
    expect(given.length).toBeGreaterThan(0);
  });
});
