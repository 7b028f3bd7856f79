import { describe, expect, test } from "vitest";
import { decode } from "../../../test/laws/adapter.ts";
import { framed, recorded, recordedBytes, recordedLines, type Recorded } from "../../../test/fixtures/recorded.ts";
import type { ChatChunk, Message } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import type { JsonObject } from "../json.ts";
import { quirksOf } from "../known-quirks.ts";
import { openaiResponses } from "./adapter.ts";
import { decodeAnswer } from "./answer.ts";
import { encodeSpeech } from "./history.ts";

type Item = JsonObject & { readonly type: string };

/** An answer's item as it should stand in the next request: what is not ours to say again is left out. */
function asInput({ status: _status, ...item }: Item): JsonObject | undefined {
  if (item.type === "reasoning") {
    const { content, ...rest } = item;
    const hasContent = Array.isArray(content) && content.length > 0;
    return item["encrypted_content"] === undefined && !hasContent ? undefined : hasContent ? { ...rest, content } : rest;
  }
  if (item.type === "message") return { role: "assistant", content: (item["content"] as JsonObject[]).map(({ type, text }) => ({ type, text })) };
  if (item.type !== "function_call") return item;
  const { id: _id, ...call } = item;
  return call;
}

const outputOf = (fixture: Recorded): readonly Item[] => {
  const lines = fixture.stream ? recordedLines(fixture).map((line) => JSON.parse(line)) : [];
  return fixture.stream ? lines.filter(({ type }) => type === "response.output_item.done").sort((a, b) => a.output_index - b.output_index).map(({ item }) => item) : JSON.parse(String(recordedBytes(fixture))).output;
};
const without = (item: JsonObject): JsonObject => Object.fromEntries(Object.entries(item).filter(([name]) => name !== "status"));

/** What a client keeps of a stream: the deltas of reasoning as they came. */
function messageOf(chunks: readonly ChatChunk[]): Message {
  const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));
  const calls: { id: string; type: "function"; function: { name: string; arguments: string } }[] = [];
  for (const { index, function: called, ...piece } of deltas.flatMap((delta) => delta.tool_calls ?? [])) {
    const call = (calls[index] ??= { id: "", type: "function", function: { name: "", arguments: "" } });
    Object.assign(call, piece, { function: { name: call.function.name + (called?.name ?? ""), arguments: call.function.arguments + (called?.arguments ?? "") } });
  }
  return {
    role: "assistant",
    content: deltas.map(({ content }) => content ?? "").join(""),
    reasoning_details: deltas.flatMap((delta) => delta.reasoning_details ?? []),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

describe("what was answered is given back as it was, in its order", () => {
  const chats = recorded(({ wire_format, kind }) => wire_format === "openai-responses" && kind === "chat");
  // Several messages of one answer are one message to a chat, and images are given back as nothing.
  const single = chats.filter((fixture) => {
    const types = outputOf(fixture).map(({ type }) => type);
    return types.filter((type) => type === "message").length < 2 && !types.includes("image_generation_call");
  });

  test.each(single.map((fixture) => [fixture.id, fixture] as const))("%s", (_id, fixture) => {
    const { reasoningFormat } = quirksOf(fixture.provider);
    const message = fixture.stream
      ? messageOf(decode(openaiResponses, fixture, [framed(recordedLines(fixture))]))
      : (decodeAnswer(JSON.parse(String(recordedBytes(fixture))), reasoningFormat).choices[0]?.message as Message);
    const given = JSON.parse(JSON.stringify(encodeSpeech(message, reasoningFormat, []).map(without)));
    const expected = outputOf(fixture).map(asInput).filter((item) => item !== undefined);
    expect(given).toEqual(JSON.parse(JSON.stringify(expected).replaceAll('"arguments":""', '"arguments":"{}"')));
    expect(given.length).toBeGreaterThan(0);
  });
});

describe("reasoning", () => {
  const format = "openai-responses-v1";
  const given = (details: readonly unknown[], fields: object = {}) => {
    const notes: ParameterNote[] = [];
    return { items: encodeSpeech({ role: "assistant", content: "Hi", reasoning_details: details, ...fields }, format, notes), notes };
  };
  const words = { role: "assistant", content: [{ type: "output_text", text: "Hi" }] };
  const dropped = [{ parameter: "messages", action: "dropped", detail: expect.stringContaining("reasoning") }];

  test("of another maker stays behind, and that is noted", () => {
    const foreign = [{ type: "reasoning.encrypted", data: "x", format: "azure-openai-responses-v1", id: "rs_1", index: 0 }, { type: "reasoning.text", text: "x", signature: "y" }, "nonsense"];
    expect(given(foreign)).toEqual({ items: [words], notes: dropped });
    expect(given([], { reasoning: "Hm." })).toEqual({ items: [words], notes: dropped });
    expect(given([])).toEqual({ items: [words], notes: [] });
  });

  test("that is nothing but its summary cannot be given back", () => {
    const { items, notes } = given([{ type: "reasoning.summary", summary: "Hm.", format, id: "rs_1", index: 0 }]);
    expect(items).toEqual([words]);
    expect(notes).toContainEqual(expect.objectContaining({ detail: expect.stringContaining("encrypted") }));
  });

  test("goes back whole from clients that joined its pieces, renumbered them, or lost their numbers and names", () => {
    const whole = { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "One two" }], encrypted_content: "x" };
    const pieces = [{ type: "reasoning.summary", summary: "One", format }, { type: "reasoning.summary", summary: " two", format }, { type: "reasoning.encrypted", data: "x", format }];
    for (const from of [0, 7]) {
      const numbered = pieces.map((piece, place) => ({ ...piece, id: "rs_1", index: from + (place === 2 ? 1 : 0) }));
      expect(given(numbered).items).toEqual([whole, words]);
    }
    const { id: _id, ...unnamed } = { ...whole, summary: [{ type: "summary_text", text: "One" }, { type: "summary_text", text: " two" }] };
    expect(given(pieces).items).toEqual([unnamed, words]);
  });

  test("of several items stays apart, each before what it led to", () => {
    const [first, second] = ["c1", "c2"].map((id) => ({ id, type: "function", function: { name: "f", arguments: "" } }));
    const details = [{ type: "reasoning.encrypted", data: "a", format, id: "rs_1", index: 0 }, { type: "reasoning.encrypted", data: "b", format, id: "rs_2", index: 2 }];
    const { items } = given(details, { content: null, tool_calls: [first, second] });
    expect(items.map((item) => item["id"] ?? item["call_id"])).toEqual(["rs_1", "c1", "rs_2", "c2"]);
  });
});

test("an image that was drawn is shown again, before what it led to", () => {
  const notes: ParameterNote[] = [];
  const message: Message = {
    role: "assistant", content: null, images: [{ type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }, {}],
    tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }],
  };
  expect(encodeSpeech(message, "openai-responses-v1", notes)).toEqual([
    { role: "user", content: [{ type: "input_image", image_url: "data:image/png;base64,AA==", detail: "auto" }] },
    { type: "function_call", call_id: "c1", name: "f", arguments: "{}" },
  ]);
  expect(notes).toEqual([expect.objectContaining({ parameter: "messages", action: "translated" })]);
});

test("words of several phases are several messages, each in its place", () => {
  const search = { type: "reasoning.server_tool_call", tool_name: "web_search_call", arguments: "{}", result: '{"status":"completed"}', id: "ws_1", format: "openai-responses-v1", index: 1 };
  const message: Message = { role: "assistant", content: "I look. Fog.", phases: [{ phase: "commentary", at: 0 }, { phase: "final_answer", at: 7 }], reasoning_details: [search] };
  expect(encodeSpeech(message, "openai-responses-v1", [])).toEqual([
    { role: "assistant", content: [{ type: "output_text", text: "I look." }], phase: "commentary" },
    { type: "web_search_call", id: "ws_1", status: "completed" },
    { role: "assistant", content: [{ type: "output_text", text: " Fog." }], phase: "final_answer" },
  ]);
});

test("a refusal, a phase, a custom call and what a call belongs to go back", () => {
  const message: Message = {
    role: "assistant", content: "Hi", refusal: "No.", phase: "commentary",
    tool_calls: [
      { id: "c1", type: "function", function: { name: "f", arguments: "" }, namespace: "crm" },
      { id: "c2", type: "custom", custom: { name: "sql", input: "SELECT 1" } } as never,
    ],
  };
  expect(encodeSpeech(message, "openai-responses-v1", [])).toEqual([
    { role: "assistant", content: [{ type: "output_text", text: "Hi" }, { type: "refusal", refusal: "No." }], phase: "commentary" },
    { type: "function_call", call_id: "c1", name: "f", arguments: "{}", namespace: "crm" },
    { type: "custom_tool_call", call_id: "c2", name: "sql", input: "SELECT 1" },
  ]);
});
