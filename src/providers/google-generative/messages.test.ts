import { describe, expect, test } from "vitest";
import type { ContentPart, Message } from "../../wire/chat.ts";
import type { ParameterNote, Target } from "../adapter.ts";
import { plainQuirks } from "../quirks.ts";
import { encodeMessages } from "./messages.ts";
import { traitsOf } from "./traits.ts";

const studio = "https://studio.test/v1beta";
const vertex = "https://vertex.test/v1/projects/p/locations/global";

function encoded(messages: readonly Message[], { model = "gemini-2.5-flash", baseUrl = studio } = {}, notes: ParameterNote[] = []) {
  const target: Target = { baseUrl, upstreamModel: model, parameters: undefined, outputTokensMax: undefined, quirks: plainQuirks };
  return encodeMessages(messages, { target, traits: traitsOf(model), instruction: undefined }, notes);
}

const hi: Message = { role: "user", content: "Hi" };
const call = (id: string, name: string, args = "{}") => ({ id, type: "function" as const, function: { name, arguments: args } });
const turn = (name: string): Message[] => [{ role: "assistant", content: null, tool_calls: [call("call_0", name)] }, result("call_0")];
const result = (id: string, content: Message["content"] = "ok"): Message => ({ role: "tool", tool_call_id: id, content: content ?? null });

describe("roles", () => {
  test("system and developer messages are the instruction, wherever they stand", () => {
    expect(encoded([{ role: "system", content: "Be brief." }, hi, { role: "developer", content: [{ type: "text", text: "Be kind." }] }])).toEqual({
      systemInstruction: { parts: [{ text: "Be brief." }, { text: "Be kind." }] },
      contents: [{ role: "user", parts: [{ text: "Hi" }] }],
    });
  });

  test("a model without a place for instructions hears them from the user", () => {
    expect(encoded([{ role: "system", content: "Be brief." }, hi], { model: "gemma-3-27b-it" })).toEqual({ contents: [{ role: "user", parts: [{ text: "Be brief." }, { text: "Hi" }] }] });
  });

  test("instructions alone are said by the user, for a request without contents is refused", () => {
    expect(encoded([{ role: "system", content: "Tell a joke." }])).toEqual({ contents: [{ role: "user", parts: [{ text: "Tell a joke." }] }] });
  });

  test("an assistant is the model, a speaker's name goes before his words, and an empty turn of the model is left out", () => {
    expect(encoded([{ ...hi, name: "Ana" }, { role: "assistant", content: "Hello", name: "bot" }, { role: "assistant", content: "" }, { role: "user", content: [] }]).contents).toEqual([
      { role: "user", parts: [{ text: "Ana: Hi" }] },
      { role: "model", parts: [{ text: "Hello" }] },
      { role: "user", parts: [{ text: "" }] },
    ]);
  });

  test("cache marks are dropped with a note", () => {
    const notes: ParameterNote[] = [];
    expect(encoded([{ role: "user", content: [{ type: "text", text: "Hi", cache_control: { type: "ephemeral" } }] }], {}, notes).contents).toEqual([{ role: "user", parts: [{ text: "Hi" }] }]);
    expect(notes).toEqual([expect.objectContaining({ parameter: "cache_control", action: "dropped" })]);
  });
});

describe("media", () => {
  const png = { inlineData: { mimeType: "image/png", data: "iVBO" } };
  const cases: readonly { readonly name: string; readonly part: ContentPart; readonly sent: object; readonly baseUrl?: string }[] = [
    { name: "an image", part: { type: "image_url", image_url: { url: "data:image/png;base64,iVBO", detail: "low" } }, sent: png },
    { name: "an image whose type Google writes otherwise", part: { type: "image_url", image_url: { url: "data:image/jpg;base64,/9j/" } }, sent: { inlineData: { mimeType: "image/jpeg", data: "/9j/" } } },
    { name: "a text in a URL", part: { type: "file", file: { file_data: "data:,Gr%C3%BC%C3%9Fe" } }, sent: { inlineData: { mimeType: "text/plain", data: Buffer.from("Grüße").toString("base64") } } },
    { name: "speech", part: { type: "input_audio", input_audio: { data: "UklG", format: "wav" } }, sent: { inlineData: { mimeType: "audio/wav", data: "UklG" } } },
    { name: "raw speech", part: { type: "input_audio", input_audio: { data: "AAAA", format: "pcm16" } }, sent: { inlineData: { mimeType: "audio/pcm;rate=24000", data: "AAAA" } } },
    { name: "a document", part: { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBE" } }, sent: { inlineData: { mimeType: "application/pdf", data: "JVBE" } } },
    { name: "a document known by its name alone", part: { type: "file", file: { filename: "a.PDF", file_data: "JVBE" } }, sent: { inlineData: { mimeType: "application/pdf", data: "JVBE" } } },
    { name: "a file of the Files API", part: { type: "file", file: { file_id: "files/abc-1" } }, sent: { fileData: { fileUri: `${studio}/files/abc-1` } } },
    { name: "a film on YouTube", part: { type: "video_url", video_url: { url: "https://www.youtube.com/watch?v=1" } }, sent: { fileData: { fileUri: "https://www.youtube.com/watch?v=1" } } },
    { name: "a film on YouTube, at Vertex", part: { type: "video_url", video_url: { url: "https://youtu.be/1" } }, sent: { fileData: { mimeType: "video/mp4", fileUri: "https://youtu.be/1" } }, baseUrl: vertex },
    { name: "a film", part: { type: "video_url", video_url: { url: "data:video/mp4;base64,AAAA" } }, sent: { inlineData: { mimeType: "video/mp4", data: "AAAA" } } },
    { name: "an object of Google's storage", part: { type: "image_url", image_url: { url: "gs://b/a.webp" } }, sent: { fileData: { mimeType: "image/webp", fileUri: "gs://b/a.webp" } } },
  ];
  test.each(cases)("$name", ({ part, sent, baseUrl = studio }) => {
    expect(encoded([{ role: "user", content: [part, { type: "text", text: "What?" }] }], { baseUrl }).contents).toEqual([{ role: "user", parts: [sent, { text: "What?" }] }]);
  });

  const refused: readonly { readonly name: string; readonly part: ContentPart; readonly code: string }[] = [
    { name: "an image elsewhere", part: { type: "image_url", image_url: { url: "https://example.com/a.png" } }, code: "unsupported_parameter" },
    { name: "a host that only looks like YouTube", part: { type: "video_url", video_url: { url: "https://youtube.com.example.com/watch" } }, code: "unsupported_parameter" },
    { name: "a document elsewhere", part: { type: "file", file: { file_data: "https://example.com/a.pdf" } }, code: "unsupported_parameter" },
    { name: "a file id of another provider", part: { type: "file", file: { file_id: "file-123" } }, code: "unsupported_parameter" },
    { name: "a part of no known type", part: { type: "hologram" } as unknown as ContentPart, code: "unsupported_parameter" },
    { name: "a data URL without data", part: { type: "image_url", image_url: { url: "data:image/png" } }, code: "invalid_request" },
    { name: "a data URL that cannot be read", part: { type: "file", file: { file_data: "data:,%E0%A4%A" } }, code: "invalid_request" },
    { name: "a file of nothing", part: { type: "file", file: {} }, code: "invalid_request" },
  ];
  test.each(refused)("$name is refused", ({ part, code }) => {
    expect(() => encoded([{ role: "user", content: [part] }])).toThrow(expect.objectContaining({ code }));
  });
});

describe("functions", () => {
  test("results stand in one content, in the order of the calls, under their names", () => {
    const messages: Message[] = [
      hi,
      { role: "assistant", content: "Wait.", tool_calls: [call("a", "weather", '{"city":"Zürich"}'), call("b", "weather"), call("c", "clock", "")] },
      result("c", "12:00"), result("a", '{"sky":"blue"}'), result("b", [{ type: "text", text: "rain" }]),
      { role: "user", content: "Thanks" },
    ];
    expect(encoded(messages).contents.slice(1)).toEqual([
      {
        role: "model",
        parts: [
          { text: "Wait." },
          { functionCall: { id: "a", name: "weather", args: { city: "Zürich" } } },
          { functionCall: { id: "b", name: "weather", args: {} } },
          { functionCall: { id: "c", name: "clock", args: {} } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "a", name: "weather", response: { sky: "blue" } } },
          { functionResponse: { id: "b", name: "weather", response: { output: "rain" } } },
          { functionResponse: { id: "c", name: "clock", response: { output: "12:00" } } },
        ],
      },
      { role: "user", parts: [{ text: "Thanks" }] },
    ]);
    expect(JSON.stringify(encoded(messages, { baseUrl: vertex }))).not.toContain('"id"');
  });

  test("an id that comes again in a later turn means the later call", () => {
    const names = encoded([hi, ...turn("first"), ...turn("second")]).contents.flatMap(({ parts }) => parts.flatMap((part) => ("functionResponse" in part ? [part.functionResponse] : [])));
    expect(names).toMatchObject([{ name: "first" }, { name: "second" }]);
  });

  const texts = [
    { text: '{"a":1}', response: { a: 1 } },
    { text: "[1]", response: { output: "[1]" } },
    { text: "plain", response: { output: "plain" } },
    { text: '{"broken":', response: { output: '{"broken":' } },
    { text: '{"id":12345678901234567890}', response: { output: '{"id":12345678901234567890}' } },
  ];
  test.each(texts)("the result $text is $response", ({ text, response }) => {
    expect(encoded([hi, { role: "assistant", tool_calls: [call("a", "f")] }, result("a", text)]).contents.at(-1)?.parts).toEqual([{ functionResponse: { id: "a", name: "f", response } }]);
  });

  test("arguments that are not an object are not lost", () => {
    for (const [text, args] of [["[1,2]", { arguments: [1, 2] }], ['{"cut":', { arguments: '{"cut":' }]] as const) {
      expect(encoded([hi, { role: "assistant", tool_calls: [call("a", "f", text)] }]).contents.at(-1)?.parts).toEqual([{ functionCall: { id: "a", name: "f", args } }]);
    }
  });

  test("an image in a result goes inside it where the model can see it there, else beside it", () => {
    const content: ContentPart[] = [{ type: "text", text: "a chart" }, { type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } }];
    const messages: Message[] = [hi, { role: "assistant", tool_calls: [call("a", "plot")] }, result("a", content)];
    const inlineData = { mimeType: "image/png", data: "iVBO" };
    expect(encoded(messages, { model: "gemini-3-flash-preview" }).contents.at(-1)?.parts).toEqual([
      { functionResponse: { id: "a", name: "plot", response: { output: "a chart" }, parts: [{ inlineData }] } },
    ]);
    expect(encoded(messages).contents.at(-1)?.parts).toEqual([{ functionResponse: { id: "a", name: "plot", response: { output: "a chart" } } }, { inlineData }]);
  });

  test("a result without a call takes the name it brings, and without one is refused", () => {
    expect(encoded([hi, { ...result("x"), name: "f" }]).contents.at(-1)?.parts).toEqual([{ functionResponse: { id: "x", name: "f", response: { output: "ok" } } }]);
    expect(() => encoded([hi, result("x")])).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });
});

describe("thought signatures", () => {
  const format = "google-gemini-v1";

  test("come back on the parts that they came with", () => {
    const message: Message = {
      role: "assistant", content: "Here.", images: [{ type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } }], tool_calls: [call("a", "f"), call("b", "g")],
      reasoning_details: [
        { type: "reasoning.text", text: "Let me ", format, index: 0 },
        { type: "reasoning.text", text: "think.", signature: "S0", format, index: 0 },
        { type: "reasoning.encrypted", data: "S1", format, index: 1 },
        { type: "reasoning.encrypted", data: "S2", id: "image_0", format, index: 2 },
        { type: "reasoning.encrypted", data: "S3", id: "a", format, index: 3 },
        { type: "reasoning.encrypted", data: "S4", format, index: 4 },
      ],
    };
    expect(encoded([hi, message]).contents[1]?.parts).toEqual([
      { text: "Let me think.", thought: true, thoughtSignature: "S0" },
      { text: "Here.", thoughtSignature: "S1" },
      { text: "", thoughtSignature: "S4" },
      { inlineData: { mimeType: "image/png", data: "iVBO" }, thoughtSignature: "S2" },
      { functionCall: { id: "a", name: "f", args: {} }, thoughtSignature: "S3" },
      { functionCall: { id: "b", name: "g", args: {} } },
    ]);
  });

  test("of other models stay here, and a call without one is marked so where signatures are checked", () => {
    const message: Message = {
      role: "assistant", content: null, reasoning: "hm", tool_calls: [call("a", "f"), call("b", "g")],
      reasoning_details: [{ type: "reasoning.text", text: "hm", signature: "claude", format: "anthropic-claude-v1" }, { type: "reasoning.encrypted", data: "gpt", format: "openai-responses-v1" }],
    };
    const calls = [{ functionCall: { id: "a", name: "f", args: {} } }, { functionCall: { id: "b", name: "g", args: {} } }];
    expect(encoded([hi, message]).contents[1]?.parts).toEqual(calls);
    expect(encoded([hi, message], { model: "gemini-3-pro-preview" }).contents[1]?.parts).toEqual([{ ...calls[0], thoughtSignature: "skip_thought_signature_validator" }, calls[1]]);
  });
});

test("a call to a tool that takes free text is one of a function, and its result is its answer", () => {
  const custom = { id: "c", type: "custom", custom: { name: "sql", input: "SELECT 1" } };
  const { contents } = encoded([hi, { role: "assistant", content: null, tool_calls: [custom] } as unknown as Message, result("c")]);
  expect(contents[1]?.parts[0]).toMatchObject({ functionCall: { name: "sql", args: { input: "SELECT 1" } } });
  expect(contents[2]?.parts[0]).toMatchObject({ functionResponse: { name: "sql" } });
});
