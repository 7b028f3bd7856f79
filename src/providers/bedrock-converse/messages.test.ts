import { describe, expect, test } from "vitest";
import type { Message } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { encodeMessages, thinkingBar } from "./messages.ts";
import { traitsOf } from "./models.ts";

const claude = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const llama = "meta.llama3-3-70b-instruct-v1:0";

function encode(model: string, messages: readonly Message[], hasTools = true) {
  const notes: ParameterNote[] = [];
  return { ...encodeMessages(messages, { traits: traitsOf(model), hasTools }, notes), notes };
}

const turns = (...messages: readonly Message[]) => encode(claude, messages).turns;
const call = (id: string) => ({ id, type: "function", function: { name: "weather", arguments: '{"city":"Lübeck"}' } }) as const;
const use = (id: string) => ({ toolUse: { toolUseId: id, name: "weather", input: { city: "Lübeck" } } });
const result = (id: string, text: string) => ({ toolResult: { toolUseId: id, content: [{ text }] } });
const question: Message = { role: "user", content: "And?" };

describe("roles", () => {
  test("the system is apart, wherever it stands; a developer is one; blank text is left out", () => {
    const { system, turns: said, notes } = encode(claude, [{ role: "system", content: "Be kind." }, question, { role: "developer", content: "Be brief." }, { role: "assistant", content: "  " }]);
    expect(system).toEqual([{ text: "Be kind." }, { text: "Be brief." }]);
    expect(said).toEqual([{ role: "user", content: [{ text: "And?" }] }]);
    expect(notes).toEqual([expect.objectContaining({ parameter: "messages", action: "translated" })]);
  });

  test("messages of one side are one turn, and names go before words", () => {
    expect(turns({ role: "user", content: "Hi", name: "Ada" }, question, { role: "assistant", content: "Yes? " })).toEqual([
      { role: "user", content: [{ text: "Ada: Hi" }, { text: "And?" }] },
      { role: "assistant", content: [{ text: "Yes?" }] },
    ]);
  });
});

describe("calls and their results", () => {
  const conversation: readonly Message[] = [
    { role: "assistant", content: "I look.", tool_calls: [call("c1"), call("call:2")] },
    { role: "user", content: "Quick!" },
    { role: "tool", tool_call_id: "c1", content: "fog" },
    { role: "tool", tool_call_id: "call:2", content: "", is_error: true },
  ];

  test("are in one turn each, results first, with ids that the upstream takes", () => {
    const [spoken, heard] = turns(...conversation);
    const [, , second] = spoken?.content ?? [];
    const id = (second as ReturnType<typeof use>).toolUse.toolUseId;
    expect(id).toMatch(/^tooluse_[0-9a-f]{24}$/);
    expect(spoken?.content).toEqual([{ text: "I look." }, use("c1"), use(id)]);
    expect(heard?.content).toEqual([result("c1", "fog"), { toolResult: { toolUseId: id, content: [{ text: "error" }], status: "error" } }, { text: "Quick!" }]);
  });

  test("stand in a turn of their own for the models of other makers", () => {
    const { turns: said, notes } = encode(llama, conversation);
    expect(said.map(({ role, content }) => [role, content.length])).toEqual([["assistant", 3], ["user", 2], ["assistant", 1], ["user", 1]]);
    expect(notes).toEqual([expect.objectContaining({ action: "translated" })]);
  });

  test("have nine alphanumerics as an id at Mistral's", () => {
    const [spoken, heard] = encode("mistral.mistral-large-2407-v1:0", [{ role: "assistant", tool_calls: [call("tooluse_AAAAAAAAAA"), call("tooluse_AAAAAAAAAB")] }, { role: "tool", tool_call_id: "tooluse_AAAAAAAAAB", content: "fog" }]).turns;
    const ids = spoken?.content.map((block) => (block as ReturnType<typeof use>).toolUse.toolUseId) ?? [];
    expect(ids[0]).not.toBe(ids[1]);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(heard?.content).toEqual([result(ids[1] ?? "", "fog")]);
  });

  test("are told as text where there are no tools", () => {
    const { turns: said, notes } = encode(claude, [{ role: "assistant", tool_calls: [call("c1")] }, { role: "tool", tool_call_id: "c1", content: "fog" }], false);
    expect(said).toEqual([{ role: "assistant", content: [{ text: 'Called the tool weather with {"city":"Lübeck"}' }] }, { role: "user", content: [{ text: "The tool answered:" }, { text: "fog" }] }]);
    expect(notes).toEqual([expect.objectContaining({ parameter: "messages", action: "translated" })]);
  });

  test("with arguments that are no JSON object are sent as one", () => {
    const broken = { ...call("c1"), function: { name: "weather", arguments: "{oh" } };
    expect(turns({ role: "assistant", tool_calls: [broken] })[0]?.content).toEqual([{ toolUse: { toolUseId: "c1", name: "weather", input: { arguments: "{oh" } } }]);
  });
});

describe("reasoning", () => {
  const details = [
    { type: "reasoning.text", text: "2 + ", format: "anthropic-claude-v1", index: 0 },
    { type: "reasoning.text", text: "2", format: "anthropic-claude-v1", index: 0 },
    { type: "reasoning.text", signature: "c2ln", format: "anthropic-claude-v1", index: 0 },
    { type: "reasoning.encrypted", data: "Y2lwaGVy", format: "anthropic-claude-v1", index: 1 },
  ];

  test("is given back as it was signed, in front, its pieces joined", () => {
    expect(turns({ role: "assistant", content: "4", reasoning: "2 + 2", reasoning_details: details })[0]?.content).toEqual([
      { reasoningContent: { reasoningText: { text: "2 + 2", signature: "c2ln" } } },
      { reasoningContent: { redactedContent: "Y2lwaGVy" } },
      { text: "4" },
    ]);
  });

  test("of another maker's model, or unsigned, is left out with a note", () => {
    for (const given of [{ reasoning: "2 + 2" }, { reasoning_details: [{ type: "reasoning.encrypted", data: "x", format: "google-gemini-v1" }] }]) {
      const { turns: said, notes } = encode(claude, [{ role: "assistant", content: "4", ...given }]);
      expect(said[0]?.content).toEqual([{ text: "4" }]);
      expect(notes).toEqual([expect.objectContaining({ action: "dropped" })]);
    }
    expect(encode(llama, [{ role: "assistant", content: "4", reasoning_details: details }]).turns[0]?.content).toEqual([{ text: "4" }]);
  });

  test("cannot be budgeted in the midst of a message that began without it", () => {
    const called: Message = { role: "assistant", tool_calls: [call("c1")] };
    const answered: Message = { role: "tool", tool_call_id: "c1", content: "fog" };
    expect(thinkingBar(turns(question))).toBeUndefined();
    expect(thinkingBar(turns(question, called, answered))).toBe("the tool calls before came without reasoning");
    expect(thinkingBar(turns(question, { ...called, reasoning_details: details }, answered))).toBeUndefined();
    expect(thinkingBar(turns(question, { role: "assistant", content: "It" }))).toBe("the last message is to be continued");
  });
});

describe("parts", () => {
  const data = "AAAA";
  const parts = [
    { part: { type: "image_url", image_url: { url: `data:image/jpg;base64,${data}` } }, block: { image: { format: "jpeg", source: { bytes: data } } } },
    { part: { type: "image_url", image_url: { url: "s3://bucket/a.png" } }, block: { image: { format: "png", source: { s3Location: { uri: "s3://bucket/a.png" } } } } },
    { part: { type: "video_url", video_url: { url: `data:video/webm;base64,${data}` } }, block: { video: { format: "webm", source: { bytes: data } } } },
    { part: { type: "input_audio", input_audio: { data, format: "mp3" } }, block: { audio: { format: "mp3", source: { bytes: data } } } },
    { part: { type: "file", file: { filename: "a report_v1.pdf", file_data: `data:application/pdf;base64,${data}` } }, block: { document: { format: "pdf", name: "a report v1", source: { bytes: data } } } },
    { part: { type: "file", file: { filename: "x.json", file_data: 'data:application/json,{"a":1}' } }, block: { document: { format: "txt", name: "x", source: { bytes: "eyJhIjoxfQ==" } } } },
    { part: { type: "guardContent", guardContent: { text: { text: "Check me" } } }, block: { guardContent: { text: { text: "Check me" } } } },
  ];
  test.each(parts)("$part.type becomes $block", ({ part, block }) => {
    expect(turns({ role: "user", content: [{ type: "text", text: "See" }, part as never] })[0]?.content).toEqual([{ text: "See" }, block]);
  });

  test("that would have to be fetched are refused, that an endpoint elsewhere may take them", () => {
    const refused = expect.objectContaining({ code: "unsupported_parameter" });
    expect(() => turns({ role: "user", content: [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }] })).toThrow(refused);
    expect(() => turns({ role: "user", content: [{ type: "file", file: { file_data: "data:application/zip;base64,AA" } }] })).toThrow(refused);
  });

  test("documents have each a name of its own, and a word beside them", () => {
    const file = { type: "file", file: { filename: "a.pdf", file_data: "AAAA" } } as const;
    expect(turns({ role: "user", content: [file, file] })[0]?.content).toMatchObject([{ document: { name: "a" } }, { document: { name: "a 2" } }, { text: "a, a 2" }]);
  });

  test("markers of a cache are blocks behind what they mark, where the model takes them", () => {
    const marked: Message = { role: "user", content: [{ type: "text", text: "Long", cache_control: { type: "ephemeral", ttl: "1h" } }, { type: "text", text: "Short" }] };
    expect(turns(marked)[0]?.content).toEqual([{ text: "Long" }, { cachePoint: { type: "default", ttl: "1h" } }, { text: "Short" }]);
    expect(encode("amazon.nova-lite-v1:0", [marked]).turns[0]?.content).toContainEqual({ cachePoint: { type: "default" } });
    expect(encode(llama, [marked]).turns[0]?.content).toEqual([{ text: "Long" }, { text: "Short" }]);
  });
});
