import { describe, expect, test } from "vitest";
import { decode, deepFreeze } from "../../../test/laws/adapter.ts";
import { framed, recorded, recordedBytes, recordedLines } from "../../../test/fixtures/recorded.ts";
import { cohereV2 } from "./adapter.ts";
import { decodeAnswer } from "./answer.ts";

const fixture = (name: string) => recorded(({ id }) => id === `cohere/${name}`)[0] as ReturnType<typeof recorded>[number];
const answer = (name: string) => decodeAnswer(deepFreeze(JSON.parse(recordedBytes(fixture(name)).toString("utf8"))));
const chunksOf = (name: string) => decode(cohereV2, fixture(name), [framed(recordedLines(fixture(name)))]);
const events = (...lines: readonly object[]) => decode(cohereV2, { provider: "cohere" }, [framed(lines.map((line) => JSON.stringify(line)))]);
const end = { type: "message-end", delta: { finish_reason: "COMPLETE", usage: { tokens: { input_tokens: 3, output_tokens: 1 } } } };
const piece = (fields: object) => ({ type: "tool-call-delta", index: 0, delta: { message: { tool_calls: fields } } });

describe("what an answer says beside its words", () => {
  test("billed units stand beside the tokens, which are usage, and are what is charged", () => {
    expect(answer("text.json")).toMatchObject({ usage: { promptTokens: 507, completionTokens: 10, cachedTokens: 448, billedPromptTokens: 12, billedCompletionTokens: 7 }, extra: { billed_units: { input_tokens: 12, output_tokens: 7 } } });
    expect(chunksOf("text.chunks.txt").at(-1)).toMatchObject({ usage: { promptTokens: 507 }, extra: { billed_units: { input_tokens: 12 } } });
  });

  test("the plan of its calls is what it says before them, streamed or not", () => {
    expect(answer("written.calls.json").choices[0]?.message).toMatchObject({ content: "I will look both up." });
    const plan = chunksOf("tool-call.chunks.txt").flatMap((chunk) => chunk.choices.map((choice) => choice.delta.content ?? "")).join("");
    expect(plan).toBe("I will use the weather tool to find the weather in San Francisco and the cityAttractions tool to find attractions in San Francisco.");
  });

  test("citations are annotations: of the caller's documents, or of addresses", () => {
    const annotations = answer("citations.json").choices[0]?.message.annotations;
    expect(annotations).toHaveLength(3);
    expect(annotations?.[0]).toMatchObject({ type: "file_citation", file_citation: { text: "Automation of tasks", type: "TEXT_CONTENT", start_index: 52, end_index: 71, sources: [{ id: "doc:0" }] } });
    const linked = chunksOf("written.non-ascii.chunks.txt").flatMap((chunk) => chunk.choices.flatMap((choice) => choice.delta.annotations ?? []));
    expect(linked).toEqual([{ type: "url_citation", url_citation: { url: "https://example.com/karte", title: "Speisekarte", start_index: 10, end_index: 13 } }]);
  });

  test("thoughts are plain text, of no signer", () => {
    expect(answer("reasoning.json").choices[0]?.message.reasoning_details).toEqual([{ type: "reasoning.text", text: expect.stringContaining("Okay"), format: "unknown", index: 0 }]);
  });

  test("log probabilities are in our shape, a piece of several tokens as one", () => {
    const body = { id: "x", message: { content: [{ type: "text", text: "Hello" }] }, finish_reason: "COMPLETE", logprobs: [{ text: "He", token_ids: [1], logprobs: [-0.5] }, { text: "llo", token_ids: [2, 3], logprobs: [-1, -0.25] }] };
    const content = [{ token: "He", logprob: -0.5, bytes: [72, 101], top_logprobs: [] }, { token: "llo", logprob: -1.25, bytes: [108, 108, 111], top_logprobs: [] }];
    expect(decodeAnswer(body).choices[0]?.logprobs).toEqual({ content });
    const [chunk] = events({ type: "content-delta", delta: { message: { content: { text: "He" } } }, logprobs: { text: "He", token_ids: [1], logprobs: [-0.5] } }, end);
    expect(chunk?.choices[0]?.logprobs).toEqual({ content: content.slice(0, 1) });
  });
});

describe("a stream", () => {
  const unusual = [
    { name: "a start that carries text already", lines: [{ type: "content-start", index: 0, delta: { message: { content: { type: "text", text: "Hi" } } } }, end], content: "Hi" },
    { name: "an event of a kind that we do not know", lines: [{ type: "debug", prompt: "…" }, { type: "content-delta", delta: { message: { content: { text: "Hi" } } } }, end], content: "Hi" },
    { name: "what is no part of it after the end", lines: [{ type: "content-delta", delta: { message: { content: { text: "Hi" } } } }, end, end, { type: "content-end", index: 0 }, { type: "debug" }], content: "Hi" },
  ];
  test.each(unusual)("is read with $name", ({ lines, content }) => {
    expect(events(...lines).flatMap((chunk) => chunk.choices.map((choice) => choice.delta.content ?? "")).join("")).toBe(content);
  });

  const garbled = [
    { name: "words that are no text", lines: [{ type: "content-delta", delta: { message: { content: { text: ["Hi"] } } } }, end] },
    { name: "thoughts that are no text", lines: [{ type: "content-delta", delta: { message: { content: { thinking: 1 } } } }, end] },
    { name: "a second message", lines: [{ type: "message-start", id: "m1" }, { type: "message-start", id: "m2" }, end] },
    { name: "a call that is a list", lines: [piece([{ function: { arguments: "{}" } }]), end] },
    { name: "a call whose beginning is missing", lines: [piece({ function: { arguments: "{}" } }), end] },
  ];
  test.each(garbled)("with $name is garbled", ({ lines }) => {
    expect(() => events(...lines)).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });

  test("finishes once, and a failure after its finish is one", () => {
    expect(events(end, end).flatMap((chunk) => chunk.choices.map((choice) => choice.finish_reason))).toEqual(["stop"]);
    expect(() => events(end, { type: "message-end", delta: { finish_reason: "ERROR", error: "It broke." } })).toThrow(expect.objectContaining({ code: "upstream_failed" }));
  });

  const finishes = [["COMPLETE", "stop"], ["STOP_SEQUENCE", "stop"], ["MAX_TOKENS", "length"], ["TOOL_CALL", "tool_calls"], ["ERROR_TOXIC", "content_filter"], ["SOMETHING_NEW", "stop"]] as const;
  test.each(finishes)("that ends with %s ends with %s", (native, finish) => {
    expect(events({ type: "message-end", delta: { finish_reason: native } })[0]?.choices[0]).toMatchObject({ finish_reason: finish, native_finish_reason: native });
  });

  test("gives the same id to a call that came without one, each time", () => {
    const lines = [{ type: "message-start", id: "m1", delta: {} }, { type: "tool-call-start", index: 0, delta: { message: { tool_calls: { type: "function", function: { name: "f", arguments: "" } } } } }, end];
    const id = (): unknown => events(...lines).flatMap((chunk) => chunk.choices.flatMap((choice) => choice.delta.tool_calls ?? []))[0]?.id;
    expect(id()).toMatch(/^call_/);
    expect(id()).toBe(id());
  });
});
