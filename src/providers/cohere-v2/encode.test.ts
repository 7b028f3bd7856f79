import { describe, expect, test } from "vitest";
import { requestWith, target } from "../../../test/laws/adapter.ts";
import type { ChatParameters, ChatRequest, Message } from "../../wire/chat.ts";
import type { Target } from "../adapter.ts";
import { encodeRequest } from "./encode.ts";

function encode(parameters: ChatParameters, fields: Partial<ChatRequest> = {}, at: Partial<Target> = {}) {
  const { body, notes, url, headers } = encodeRequest(requestWith(parameters, fields), { ...target, ...at });
  return { body: JSON.parse(String(body)) as Record<string, unknown>, notes, url, headers };
}

const say = (...messages: readonly Message[]) => ({ messages });
const sent = (...messages: readonly Message[]) => encode({}, say(...messages)).body["messages"];
const weather = { type: "function", function: { name: "weather", description: "Of a city", parameters: { type: "object", properties: { city: { type: "string" } } } } } as const;
const calling = (text: string) => ({ role: "assistant", tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: text } }] }) as const;
const file = (data: string, filename: string) => ({ type: "file", file: { file_data: data, filename } }) as const;
const now = { type: "function", function: { name: "now" } } as const;

describe("a request", () => {
  test("goes to the chat, streamed or not", () => {
    expect(encode({}).url).toBe("https://upstream.test/v1/chat");
    expect(encode({}).headers["accept"]).toBe("text/event-stream");
    expect(encode({}, { stream: false }).body).toEqual({ model: "upstream-model", messages: [{ role: "user", content: "Hello" }] });
  });

  const sampling: readonly (readonly [ChatParameters, object])[] = [
    [{ top_p: 0.9, top_k: 40 }, { p: 0.9, k: 40 }],
    [{ top_p: 1, top_k: 1000 }, { p: 0.99, k: 500 }],
    [{ temperature: 1.5 }, { temperature: 1 }],
    [{ frequency_penalty: -1, presence_penalty: 2 }, { frequency_penalty: 0, presence_penalty: 1 }],
    [{ stop: ["a", "b"], seed: 7, max_tokens: 9, logprobs: true }, { stop_sequences: ["a", "b"], seed: 7, max_tokens: 9, logprobs: true }],
  ];
  test.each(sampling)("%j is sent as %j, and what is changed is noted", (parameters, expected) => {
    const { body, notes } = encode(parameters);
    expect(body).toMatchObject(expected);
    for (const name of Object.keys(parameters)) {
      const isSame = body[name] === (parameters as Record<string, unknown>)[name] || name === "stop";
      expect(notes.some((note) => note.parameter === name && note.action === "translated")).toBe(!isSame);
    }
  });

  test("carries fields of Cohere's own, and leaves others out with a note", () => {
    const { body, notes } = encode({}, { extra: { safety_mode: "STRICT", citation_options: { mode: "FAST" }, top_n: 3 } });
    expect(body).toMatchObject({ safety_mode: "STRICT", citation_options: { mode: "FAST" } });
    expect(body).not.toHaveProperty("top_n");
    expect(notes).toContainEqual(expect.objectContaining({ parameter: "top_n", action: "dropped" }));
  });
});

describe("tools", () => {
  const choices = [
    { choice: "auto", expected: { tools: [weather, expect.anything()] }, absent: true },
    { choice: "none", expected: { tool_choice: "NONE" }, absent: false },
    { choice: "required", expected: { tool_choice: "REQUIRED" }, absent: false },
    { choice: { type: "function", function: { name: "weather" } }, expected: { tools: [weather], tool_choice: "REQUIRED" }, absent: false },
  ] as const;
  test.each(choices)("the choice of $choice", ({ choice, expected, absent }) => {
    const { body } = encode({ tools: [weather, now], tool_choice: choice });
    expect(body).toMatchObject(expected);
    expect(body["tool_choice"] === undefined).toBe(absent);
  });

  test("without parameters take an empty object; strict is of all or of none", () => {
    const strict = { ...weather, function: { ...weather.function, strict: true } };
    expect(encode({ tools: [now] }).body["tools"]).toEqual([{ type: "function", function: { name: "now", parameters: { type: "object", properties: {} } } }]);
    expect(encode({ tools: [strict] }).body["strict_tools"]).toBe(true);
    const mixed = encode({ tools: [strict, now] });
    expect(mixed.body).not.toHaveProperty("strict_tools");
    expect(mixed.notes).toContainEqual(expect.objectContaining({ parameter: "tools", action: "translated" }));
  });
});

describe("the form of an answer", () => {
  const schema = { type: "object", properties: { n: { type: "integer" } } };
  const format = { type: "json_schema", json_schema: { name: "n", schema } } as const;

  test("is a schema within json_object", () => {
    expect(encode({ response_format: { type: "json_object" } }).body["response_format"]).toEqual({ type: "json_object" });
    expect(encode({ response_format: format }).body["response_format"]).toEqual({ type: "json_object", json_schema: schema });
    expect(encode({ response_format: { type: "text" } }).body).not.toHaveProperty("response_format");
  });

  test("is an instruction beside tools, with which the upstream takes none", () => {
    const { body, notes } = encode({ response_format: format, tools: [weather] });
    expect(body).not.toHaveProperty("response_format");
    expect(body["messages"]).toMatchObject([{ role: "system", content: expect.stringContaining(JSON.stringify(schema)) }, { role: "user" }]);
    expect(notes).toContainEqual(expect.objectContaining({ parameter: "response_format", action: "translated" }));
  });
});

describe("reasoning", () => {
  test.each([
    [{ effort: "none" }, { type: "disabled" }],
    [{ enabled: false }, { type: "disabled" }],
    [{ enabled: true }, { type: "enabled" }],
    [{ max_tokens: 500 }, { type: "enabled", token_budget: 500 }],
    [{ effort: "high" }, { type: "enabled", token_budget: 800 }],
    [{ exclude: true }, undefined],
  ] as const)("%j is sent as %j", (reasoning, thinking) => {
    expect(encode({ reasoning, max_tokens: 1000 }).body["thinking"]).toEqual(thinking);
  });

  const thought: Message = { role: "assistant", content: "4", reasoning: "2 + 2", reasoning_details: [{ type: "reasoning.text", text: "2 + 2", format: "unknown", index: 0 }] };
  const thinker = { parameters: new Set(["reasoning"]) };

  test("that is plain is given back to a model that thinks, and to no other", () => {
    expect(encode({}, say(thought), thinker).body["messages"]).toEqual([{ role: "assistant", content: [{ type: "thinking", thinking: "2 + 2" }, { type: "text", text: "4" }] }]);
    const other = encode({}, say(thought), { parameters: new Set() });
    expect(other.body["messages"]).toEqual([{ role: "assistant", content: "4" }]);
    expect(other.notes).toContainEqual(expect.objectContaining({ parameter: "messages", action: "dropped" }));
  });

  test("that another signed is not", () => {
    const signed = { ...thought, reasoning_details: [{ type: "reasoning.text", text: "2 + 2", signature: "s", format: "anthropic-claude-v1" }] };
    const { body, notes } = encode({}, say(signed), thinker);
    expect(body["messages"]).toEqual([{ role: "assistant", content: "4" }]);
    expect(notes).toContainEqual(expect.objectContaining({ detail: "reasoning that another provider signed or encrypted" }));
  });
});

describe("messages", () => {
  test("keep their roles, and names go before words", () => {
    expect(sent({ role: "developer", content: "Be brief." }, { role: "user", content: "Hi", name: "Ada" })).toEqual([{ role: "system", content: "Be brief." }, { role: "user", content: "Ada: Hi" }]);
  });

  test("of text parts are text; with an image they are a list", () => {
    const image = { type: "image_url", image_url: { url: "https://example.com/a.png", detail: "high" } } as const;
    expect(sent({ role: "user", content: [{ type: "text", text: "a" }, { type: "text", text: "b" }] })).toEqual([{ role: "user", content: "a\nb" }]);
    expect(sent({ role: "user", content: [{ type: "text", text: "What?" }, image] })).toEqual([{ role: "user", content: [{ type: "text", text: "What?" }, image] }]);
  });

  test("with calls have a plan instead of words, and results answer them", () => {
    const call = { id: "c1", type: "function", function: { name: "weather", arguments: '{"city":"Lübeck"}' } } as const;
    expect(sent({ role: "assistant", content: "I will look.", tool_calls: [call] }, { role: "tool", tool_call_id: "c1", content: "fog" })).toEqual([
      { role: "assistant", tool_plan: "I will look.", tool_calls: [call] },
      { role: "tool", tool_call_id: "c1", content: "fog" },
    ]);
    expect(sent({ role: "assistant", content: null, tool_plan: "Its own plan.", tool_calls: [call] })).toMatchObject([{ tool_plan: "Its own plan." }]);
  });

  test("with arguments that are no JSON object are sent as one", () => {
    expect(sent(calling(""))).toMatchObject([{ tool_calls: [{ function: { arguments: "{}" } }] }]);
    expect(sent(calling("{oh"))).toMatchObject([{ tool_calls: [{ function: { arguments: '{"arguments":"{oh"}' } }] }]);
  });

  test("give files of text as documents, and leave others out with a note", () => {
    const { body, notes } = encode({}, say({ role: "user", content: [{ type: "text", text: "Read." }, file(`data:text/plain;base64,${Buffer.from("5 €").toString("base64")}`, "price.txt"), file("data:application/pdf;base64,AAAA", "a.pdf")] }));
    expect(body).toMatchObject({ messages: [{ role: "user", content: "Read." }], documents: [{ data: { title: "price.txt", text: "5 €" } }] });
    expect(notes.map((note) => note.action).sort()).toEqual(["dropped", "translated"]);
  });
});
