import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault } from "../../base/fault.ts";
import { defaultPreferences } from "../preferences.ts";
import { parse } from "./parse.ts";

const parsed = (body: object) => parse(Buffer.from(JSON.stringify({ model: "acme/one", input: "Hello", ...body })));
const messagesOf = (input: unknown) => parsed({ input }).messages;

function refusal(body: object): Fault {
  try {
    parsed(body);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("the least that is taken is a model and a text", () => {
  expect(parsed({})).toEqual({
    models: ["acme/one"], messages: [{ role: "user", content: "Hello" }], stream: false, parameters: {}, provider: defaultPreferences, gateway: {}, extra: {}, dialect: {}, protocol: "openai-responses",
  });
  expect(parsed({}).provider).toBe(defaultPreferences);
});

test("every field has its canonical place", () => {
  const request = parsed({
    instructions: "Be brief.", stream: true, max_output_tokens: 5, max_tool_calls: 2, temperature: 0.5, top_p: 0.5, top_k: 4, presence_penalty: 1, frequency_penalty: 1,
    parallel_tool_calls: true, top_logprobs: 2, include: ["reasoning.encrypted_content"], store: false, previous_response_id: null, background: false, metadata: { a: "b" },
    service_tier: "flex", user: "u", safety_identifier: "s", prompt_cache_key: "k", truncation: "auto", stream_options: { include_obfuscation: false },
    reasoning: { effort: "high", summary: "auto", mode: null }, text: { format: { type: "json_object" }, verbosity: "low" },
    models: ["acme/two"], provider: { only: ["acme"] }, plugins: [{ id: "web" }], session_id: "t", preset: "p", unheard_of: 1,
  });
  expect(request).toEqual({
    models: ["acme/one", "acme/two"],
    messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Hello" }],
    stream: true,
    parameters: {
      max_tokens: 5, temperature: 0.5, top_p: 0.5, top_k: 4, presence_penalty: 1, frequency_penalty: 1, parallel_tool_calls: true, logprobs: true, top_logprobs: 2,
      service_tier: "flex", prompt_cache_key: "k", reasoning: { effort: "high", summary: "auto" }, response_format: { type: "json_object" }, verbosity: "low",
    },
    provider: { ...defaultPreferences, only: ["acme"] },
    gateway: { user: "u", metadata: { a: "b" }, plugins: [{ id: "web" }], sessionId: "t", preset: "p" },
    extra: { unheard_of: 1 },
    dialect: { instructions: "Be brief.", max_tool_calls: 2, truncation: "auto", safety_identifier: "s", include: ["reasoning.encrypted_content"] },
    protocol: "openai-responses",
  });
});

test("what clients send unasked is not taken for a wish", () => {
  expect(parsed({ service_tier: "auto", text: { format: { type: "text" } }, top_logprobs: 0, tools: [] }).parameters).toEqual({ tools: [] });
});

test("logprobs may be asked for by their OpenAI name", () => {
  expect(parsed({ include: ["message.output_text.logprobs"] }).parameters).toEqual({ logprobs: true });
});

test("tools are flat here and nested there", () => {
  const { tools } = parsed({
    tools: [
      { type: "function", name: "look", description: "Looks", parameters: { type: "object" }, strict: null, cache_control: { type: "ephemeral" } },
      { type: "custom", name: "sing", format: { type: "grammar", syntax: "lark", definition: "start: /la/" } },
      { type: "web_search", search_context_size: "low" },
    ],
  }).parameters;
  expect(tools).toEqual([
    { type: "function", function: { name: "look", description: "Looks", parameters: { type: "object" } }, cache_control: { type: "ephemeral" } },
    { type: "custom", custom: { name: "sing", format: { type: "grammar", grammar: { syntax: "lark", definition: "start: /la/" } } } },
    { type: "web_search", search_context_size: "low" },
  ]);
});

const tools = [{ type: "function", name: "look" }, { type: "function", name: "listen" }];
test.each([
  { choice: "required", expected: "required" },
  { choice: { type: "function", name: "look" }, expected: { type: "function", function: { name: "look" } } },
  { choice: { type: "custom", name: "sing" }, expected: { type: "custom", custom: { name: "sing" } } },
  { choice: { type: "web_search_preview" }, expected: { type: "web_search_preview" } },
])("the choice $choice is $expected", ({ choice, expected }) => {
  expect(parsed({ tools, tool_choice: choice }).parameters.tool_choice).toEqual(expected);
});

test("of allowed tools, only those are sent", () => {
  const { parameters } = parsed({ tools, tool_choice: { type: "allowed_tools", mode: "required", tools: [{ type: "function", name: "listen" }] } });
  expect(parameters).toEqual({ tools: [{ type: "function", function: { name: "listen" } }], tool_choice: "required" });
});

test("a schema for the text is a response format", () => {
  const schema = { type: "object" };
  expect(parsed({ text: { format: { type: "json_schema", name: "sea", schema, strict: true, description: "d" } } }).parameters.response_format).toEqual({
    type: "json_schema", json_schema: { name: "sea", schema, strict: true, description: "d" },
  });
});

const thought = (text: string) => ({ type: "reasoning", id: "", summary: [{ type: "summary_text", text }] });
const call = (id: string) => ({ type: "function_call", call_id: id, name: "look", arguments: "{}" });

describe("input", () => {
  test("messages may be bare or typed, of any role, of text or of parts", () => {
    expect(messagesOf([
      { role: "developer", content: "Rules" },
      { type: "message", role: "system", content: [{ type: "input_text", text: "More rules" }] },
      { type: "message", role: "user", id: "msg_0", status: "completed", content: [
        { type: "input_text", text: "See", prompt_cache_breakpoint: { mode: "explicit" } },
        { type: "input_image", image_url: "https://x.example/a.png", detail: "low" },
        { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,AA==" },
        { type: "input_file", file_url: "https://x.example/b.pdf" },
        { type: "input_audio", input_audio: { data: "AA==", format: "mp3" } },
        { type: "input_video", video_url: "https://x.example/c.mp4" },
      ] },
      { role: "assistant", content: "I see" },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "It ", annotations: [] }, { type: "output_text", text: "is" }, { type: "refusal", refusal: "No" }] },
    ])).toEqual([
      { role: "developer", content: "Rules" },
      { role: "system", content: "More rules" },
      { role: "user", content: [
        { type: "text", text: "See", prompt_cache_breakpoint: { mode: "explicit" } },
        { type: "image_url", image_url: { url: "https://x.example/a.png", detail: "low" } },
        { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AA==" } },
        { type: "file", file: { file_data: "https://x.example/b.pdf" } },
        { type: "input_audio", input_audio: { data: "AA==", format: "mp3" } },
        { type: "video_url", video_url: { url: "https://x.example/c.mp4" } },
      ] },
      { role: "assistant", content: "I see" },
      { role: "assistant", content: "It is", refusal: "No" },
    ]);
  });

  test("a turn of the assistant is one message, and outputs are messages of their tools", () => {
    expect(messagesOf([
      { role: "user", content: "Look" },
      { type: "reasoning", id: "rs_1764031697-vqvW0uz7ouT4gsp3FYqp-0", summary: [], content: [{ type: "reasoning_text", text: "Hm" }], signature: "s", format: "anthropic-claude-v1" },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "I look." }] },
      { type: "function_call", id: "fc_1", call_id: "call_1", name: "look", arguments: "{}", status: "completed" },
      { type: "custom_tool_call", call_id: "call_2", name: "sing", input: "la" },
      { type: "function_call_output", call_id: "call_1", output: [{ type: "input_text", text: "Sea" }, { type: "input_image", image_url: "data:image/png;base64,AA==" }] },
      { type: "custom_tool_call_output", call_id: "call_2", output: "la!" },
      { role: "assistant", content: "The sea." },
    ])).toEqual([
      { role: "user", content: "Look" },
      {
        role: "assistant", content: "I look.", reasoning: "Hm",
        reasoning_details: [{ type: "reasoning.text", text: "Hm", signature: "s", format: "anthropic-claude-v1", index: 0 }],
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "look", arguments: "{}" } },
          { id: "call_2", type: "custom", custom: { name: "sing", input: "la" } },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "Sea" }, { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }] },
      { role: "tool", tool_call_id: "call_2", content: "la!" },
      { role: "assistant", content: "The sea." },
    ]);
  });

  test("words between calls and their outputs do not part them", () => {
    expect(messagesOf([call("1"), { role: "assistant", content: "And" }, call("2"), { type: "function_call_output", call_id: "1", output: "" }])).toMatchObject([
      { role: "assistant", content: "And", tool_calls: [{ id: "1" }, { id: "2" }] },
      { role: "tool" },
    ]);
  });

  test("reasoning belongs to what follows it", () => {
    expect(messagesOf([thought("a"), { role: "assistant", content: "A" }, thought("b"), { role: "assistant", content: "B" }, thought("c"), { role: "user", content: "?" }])).toMatchObject([
      { content: "A", reasoning: "a" },
      { content: "B", reasoning: "b\n\nc" },
      { role: "user" },
    ]);
  });

  test.each([
    { name: "an object", output: { at: "sea" }, content: '{"at":"sea"}' },
    { name: "null", output: null, content: "null" },
    { name: "a list of values", output: [1, 2], content: "[1,2]" },
    { name: "nothing", output: "", content: "" },
  ])("the output of a tool may be $name", ({ output, content }) => {
    expect(messagesOf([{ type: "function_call_output", call_id: "1", output }])).toEqual([{ role: "tool", tool_call_id: "1", content }]);
  });
});

const deep = JSON.parse(`${"[".repeat(200)}${"]".repeat(200)}`) as unknown;
test.each([
  { name: "no input", body: { input: null }, field: "input", says: "is required" },
  { name: "an empty input", body: { input: [] }, field: "input", says: "at least one" },
  { name: "a number for input", body: { input: 5 }, field: "input", says: "string or an array" },
  { name: "an item that is no object", body: { input: ["x"] }, field: "input[0]", says: "object" },
  { name: "a role nobody has", body: { input: [{ role: "robot", content: "x" }] }, field: "input[0].role", says: "must be one of" },
  { name: "a message without content", body: { input: [{ role: "user" }] }, field: "input[0].content", says: "must be" },
  { name: "an unknown part", body: { input: [{ role: "user", content: [{ type: "hologram" }] }] }, field: "input[0].content[0].type", says: "input_text" },
  { name: "an image that is kept elsewhere", body: { input: [{ role: "user", content: [{ type: "input_image", file_id: "f" }] }] }, field: "input[0].content[0].file_id", says: "send image_url" },
  { name: "an item by reference", body: { input: [{ type: "item_reference", id: "msg_1" }] }, field: "input[0]", says: "none are stored" },
  { name: "an item of a tool that runs elsewhere", body: { input: [{ type: "computer_call", id: "c" }] }, field: "input[0].type", says: "must be one of" },
  { name: "a call without an id", body: { input: [{ type: "function_call", name: "f", arguments: "{}" }] }, field: "input[0].call_id", says: "string" },
  { name: "an output without output", body: { input: [{ type: "function_call_output", call_id: "1" }] }, field: "input[0].output", says: "is required" },
  { name: "an output without a floor", body: { input: [{ type: "function_call_output", call_id: "1", output: deep }] }, field: "input[0].output", says: "levels deep" },
  { name: "reasoning of numbers", body: { input: [{ type: "reasoning", summary: [5] }] }, field: "input[0].summary[0]", says: "object" },
  { name: "storing", body: { store: true }, field: "store", says: "not stored" },
  { name: "an earlier response", body: { previous_response_id: "resp_1" }, field: "previous_response_id", says: "not stored" },
  { name: "a conversation", body: { conversation: "conv_1" }, field: "conversation", says: "not stored" },
  { name: "work in the background", body: { background: true }, field: "background", says: "while the connection is open" },
  { name: "a stored prompt", body: { prompt: { id: "p" } }, field: "prompt", says: "preset" },
  { name: "a tool without a name", body: { tools: [{ type: "function" }] }, field: "tools[0].name", says: "string" },
  { name: "a tool in chat's words", body: { tools: [{ type: "function", function: { name: "f" } }] }, field: "tools[0].name", says: "string" },
  { name: "an allowed tool that is not there", body: { tools, tool_choice: { type: "allowed_tools", mode: "auto", tools: [{ type: "function", name: "x" }] } }, field: "tool_choice.tools[0]", says: "none of tools" },
  { name: "a schema without a schema", body: { text: { format: { type: "json_schema", name: "x" } } }, field: "text.format.schema", says: "object" },
  { name: "more tool calls than there may be", body: { max_tool_calls: 31 }, field: "max_tool_calls", says: "1 to 30" },
  { name: "an effort that nobody makes", body: { reasoning: { effort: "heroic" } }, field: "reasoning.effort", says: "must be one of" },
  { name: "instructions that are no text", body: { instructions: ["x"] }, field: "instructions", says: "string" },
])("$name is refused, and the field is named", ({ body, field, says }) => {
  const fault = refusal(body);
  expect(fault.code).toBe("invalid_request");
  expect(fault.metadata).toEqual({ field });
  expect(fault.message).toContain(says);
});

test("whatever is sent is taken or refused, and nothing else happens", () => {
  const words = fc.constantFrom("message", "reasoning", "function_call", "function_call_output", "custom_tool_call", "image_generation_call", "input_text", "input_image", "output_text", "user", "assistant", "tool", "x");
  const names = fc.constantFrom("type", "role", "content", "text", "summary", "encrypted_content", "signature", "call_id", "name", "arguments", "output", "id", "image_url", "result", "format", "tools");
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: "small" }, words, fc.jsonValue({ maxDepth: 1 }), fc.array(tie("value"), { maxLength: 3 }), fc.dictionary(names, tie("value"), { maxKeys: 5 })),
  }));
  const fields = fc.dictionary(fc.constantFrom("input", "instructions", "tools", "tool_choice", "text", "reasoning", "include", "store", "metadata", "max_output_tokens", "stream"), value);
  fc.assert(
    fc.property(fields, (body) => {
      try {
        expect(parsed(body).messages.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    }),
    { numRuns: 1_000 },
  );
});
