import { describe, expect, test } from "vitest";
import { deepFreeze, requestWith, target } from "../../../test/laws/adapter.ts";
import { recorded, recordedBytes, recordedLines } from "../../../test/fixtures/recorded.ts";
import { awsEvent, awsException } from "../../../test/support/aws-eventstream.ts";
import { createFrameParser } from "../../wire/frames.ts";
import { bedrockConverse } from "./adapter.ts";
import { decodeAnswer } from "./answer.ts";

const claude = { ...target, upstreamModel: "anthropic.claude-sonnet-4-5-20250929-v1:0" };
const fixture = (name: string) => recorded(({ id }) => id === `amazon-bedrock/${name}`)[0] as ReturnType<typeof recorded>[number];
const answer = (name: string) => decodeAnswer(deepFreeze(JSON.parse(recordedBytes(fixture(name)).toString("utf8"))), claude);

function decode(bytes: Buffer, to = claude) {
  const parser = createFrameParser(bedrockConverse.framing);
  const decoder = bedrockConverse.openStream(requestWith({}), to);
  const chunks = [...parser.push(bytes), ...parser.end()].flatMap((event) => decoder.push(event));
  return { chunks: () => [...chunks, ...decoder.end()], decoder };
}

const stream = (...events: readonly object[]) => Buffer.concat(events.map((event) => awsEvent(JSON.stringify(event))));
const text = (index: number, said: string) => ({ contentBlockDelta: { contentBlockIndex: index, delta: { text: said } } });
const stop = { messageStop: { stopReason: "end_turn" } };
const metadata = { metadata: { usage: { inputTokens: 3, outputTokens: 1, totalTokens: 4 } } };
const input = (json: unknown) => ({ contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: json } } } });

describe("what an answer says beside its words", () => {
  test("cached tokens are part of the prompt's here", () => {
    const { chunks } = decode(stream(...recordedLines(fixture("written.non-ascii.chunks.txt")).map((line) => JSON.parse(line) as object)));
    expect(chunks().at(-1)?.usage).toEqual({ promptTokens: 4110, completionTokens: 47, cachedTokens: 4000, cacheWriteTokens: 96 });
  });

  test("what is written to be kept for an hour is told apart", () => {
    const usage = { inputTokens: 3, outputTokens: 1, totalTokens: 104, cacheWriteInputTokens: 100, cacheDetails: [{ ttl: "5m", inputTokens: 40 }, { ttl: "1h", inputTokens: 60 }, null] };
    expect(decode(stream(text(0, "Hi"), stop, { metadata: { usage } })).chunks().at(-1)?.usage).toEqual({ promptTokens: 103, completionTokens: 1, cacheWriteTokens: 100, cacheWriteHourTokens: 60 });
  });

  test("Claude's reasoning comes with its signature, in the format in which it is given back", () => {
    const details = answer("reasoning.json").choices[0]?.message.reasoning_details;
    expect(details).toEqual([{ type: "reasoning.text", text: expect.stringContaining("count the r's"), signature: expect.stringMatching(/^EvYBCkgI/), format: "anthropic-claude-v1", index: 0 }]);
    const { chunks } = decode(stream(...recordedLines(fixture("written.non-ascii.chunks.txt")).map((line) => JSON.parse(line) as object)), { ...target, upstreamModel: "us.deepseek.r1-v1:0" });
    const streamed = chunks().flatMap((chunk) => chunk.choices.flatMap((choice) => choice.delta.reasoning_details ?? []));
    expect(streamed).toHaveLength(3);
    expect(streamed.at(-1)).toEqual({ type: "reasoning.text", signature: expect.any(String), format: "unknown", index: 0 });
  });

  test("redacted reasoning is encrypted, and citations stand with the text before them", () => {
    const message = answer("written.redacted-citations.json").choices[0]?.message;
    expect(message?.reasoning_details).toEqual([{ type: "reasoning.encrypted", data: "Y2lwaGVydGV4dCBvZiBhIHRob3VnaHQ=", format: "anthropic-claude-v1", index: 0 }]);
    expect(message?.annotations).toEqual([{ type: "file_citation", file_citation: expect.objectContaining({ title: "manual", start_index: 25, end_index: 54 }) }]);
  });

  test("the word of a guardrail is kept, and so is the tier", () => {
    const { chunks } = decode(stream(text(0, "No."), { messageStop: { stopReason: "guardrail_intervened" } }, { metadata: { ...metadata.metadata, trace: { guardrail: {} }, serviceTier: { type: "flex" } } }));
    expect(chunks().at(-2)?.choices[0]?.finish_reason).toBe("content_filter");
    expect(chunks().at(-1)).toMatchObject({ serviceTier: "flex", extra: { trace: { guardrail: {} } } });
  });
});

describe("a stream", () => {
  test("ends with its figures, which come after the last word", () => {
    expect(decode(stream(text(0, "Hi"), stop)).decoder.isEnded()).toBe(false);
    expect(decode(stream(text(0, "Hi"), stop, metadata)).decoder.isEnded()).toBe(true);
    expect(decode(stream(text(0, "Hi"), metadata)).decoder.usage()).toEqual({ promptTokens: 3, completionTokens: 1 });
  });

  test("goes on past events of a kind that we do not know", () => {
    const { chunks } = decode(stream({ "initial-response": {} }, { somethingNew: { a: 1 } }, text(0, "Hi"), stop, metadata));
    expect(chunks().flatMap((chunk) => chunk.choices.map((choice) => choice.delta.content ?? "")).join("")).toBe("Hi");
  });

  const failures = [
    ["throttlingException", "upstream_rate_limited"], ["serviceUnavailableException", "upstream_overloaded"], ["modelStreamErrorException", "upstream_failed"],
    ["internalServerException", "upstream_failed"], ["validationException", "invalid_request"], ["modelTimeoutException", "upstream_timeout"], ["somethingNewException", "upstream_failed"],
  ] as const;
  test.each(failures)("that breaks off with %s is %s, after what was said", (type, code) => {
    const parser = createFrameParser(bedrockConverse.framing);
    const decoder = bedrockConverse.openStream(requestWith({}), claude);
    const [said, failure] = parser.push(Buffer.concat([stream(text(0, "Hi")), awsException(type, { message: "Please wait." })]));
    expect(said && decoder.push(said)).toHaveLength(1);
    expect(() => failure && decoder.push(failure)).toThrow(expect.objectContaining({ code, message: "Please wait." }));
  });

  test("says what the model's own server said", () => {
    const original = awsException("modelStreamErrorException", { message: "Model error", originalStatusCode: 500, originalMessage: "The model returned the following errors: out of memory" });
    expect(() => decode(original)).toThrow(expect.objectContaining({ message: "out of memory" }));
    expect(() => decode(awsException("validationException", { message: "Input is too long for requested model." }))).toThrow(expect.objectContaining({ code: "context_length_exceeded" }));
  });

  test("that ends with what the upstream could not read is a failure, and any other end is one", () => {
    expect(() => decode(stream(text(0, "Hi"), { messageStop: { stopReason: "malformed_tool_use" } }))).toThrow(expect.objectContaining({ code: "upstream_failed" }));
    const ends = [["end_turn", "stop"], ["stop_sequence", "stop"], ["max_tokens", "length"], ["model_context_window_exceeded", "length"], ["tool_use", "tool_calls"], ["content_filtered", "content_filter"], ["new_one", "stop"]] as const;
    for (const [native, finish] of ends) expect(decode(stream({ messageStop: { stopReason: native } })).chunks()[0]?.choices[0]).toMatchObject({ finish_reason: finish, native_finish_reason: native });
  });

  test("cut at any byte before its end is told is truncated, never a short success", () => {
    const bytes = stream(text(0, "寿司"), { contentBlockStop: { contentBlockIndex: 0 } }, stop);
    for (let length = 0; length < bytes.length; length++) expect(() => decode(bytes.subarray(0, length)).chunks()).toThrow(expect.objectContaining({ code: "stream_truncated" }));
    expect(decode(bytes).chunks().at(-1)?.choices[0]?.finish_reason).toBe("stop");
  });

  const start = { contentBlockStart: { contentBlockIndex: 0, start: { toolUse: { toolUseId: "t", name: "f" } } } };
  test.each([
    { name: "goes on with a call it did not begin", events: [input("{}")] },
    { name: "begins a second message", events: [{ messageStart: { role: "assistant" } }, text(0, "Hi"), { messageStart: { role: "assistant" } }] },
    { name: "begins a call twice", events: [start, start] },
    { name: "goes on with a call that has ended", events: [start, input("{}"), { contentBlockStop: { contentBlockIndex: 0 } }, input("{}")] },
    { name: "has arguments that are no text", events: [start, input({ x: 1 })] },
    { name: "has words that are no text", events: [{ contentBlockDelta: { contentBlockIndex: 0, delta: { text: ["Hi"] } } }] },
    { name: "has thoughts that are no text", events: [{ contentBlockDelta: { contentBlockIndex: 0, delta: { reasoningContent: { text: 1 } } } }] },
  ])("that $name is refused", ({ events }) => {
    expect(() => decode(stream(...events))).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });

  test("finishes once, and may say after it what is no part of the answer", () => {
    const { chunks } = decode(stream(text(0, "Hi"), stop, stop, { messageStart: { role: "assistant" } }, { contentBlockStop: { contentBlockIndex: 0 } }, { somethingNew: {} }, metadata));
    expect(chunks().flatMap((chunk) => chunk.choices.map((choice) => [choice.delta.content, choice.finish_reason]))).toEqual([["Hi", null], [undefined, "stop"]]);
  });
});
