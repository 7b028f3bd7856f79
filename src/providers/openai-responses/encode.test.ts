import { describe, expect, test } from "vitest";
import { requestWith, target as lawTarget } from "../../../test/laws/adapter.ts";
import type { ChatParameters, ChatRequest, ContentPart, Message } from "../../wire/chat.ts";
import type { Target } from "../adapter.ts";
import { quirksOf } from "../known-quirks.ts";
import { plainQuirks, type Quirks } from "../quirks.ts";
import { encodeRequest } from "./encode.ts";

interface Given {
  readonly parameters?: ChatParameters;
  readonly messages?: readonly Message[];
  readonly extra?: ChatRequest["extra"];
  readonly stream?: boolean;
  readonly quirks?: Quirks;
  readonly listed?: readonly string[];
  readonly serviceTier?: Target["serviceTier"];
}

const hello: Message = { role: "user", content: "Hello" };
const said = { role: "user", content: [{ type: "input_text", text: "Hello" }] };

function encode({ parameters = {}, messages = [hello], extra = {}, stream = false, quirks = plainQuirks, listed, serviceTier }: Given) {
  const target = { ...lawTarget, outputTokensMax: 1000, quirks, serviceTier, parameters: listed && new Set(listed) };
  const encoded = encodeRequest(requestWith(parameters, { messages, extra, stream }), target);
  return { ...encoded, body: JSON.parse(String(encoded.body)) as Record<string, unknown> };
}

const dropped = (parameter: string) => expect.objectContaining({ parameter, action: "dropped" });
const translated = (parameter: string) => expect.objectContaining({ parameter, action: "translated" });
const input = (...messages: readonly Message[]) => encode({ messages }).body["input"] as readonly object[];
const parts = (...content: readonly object[]) => (input({ role: "user", content: content as readonly ContentPart[] })[0] as { content: readonly object[] }).content;

describe("the request", () => {
  test("goes to the route, is stored nowhere, and asks for nothing that was not asked for", () => {
    expect(encode({})).toEqual({
      url: "https://upstream.test/v1/responses",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: { model: "upstream-model", input: [said], store: false },
      notes: [],
    });
    expect(encode({ stream: true })).toMatchObject({ headers: { accept: "text/event-stream" }, body: { stream: true } });
  });

  test("goes to a route of the provider's own", () => {
    const route = "/deployments/{model}/responses?api-version=2025-04-01-preview";
    expect(encode({ quirks: { ...plainQuirks, route } }).url).toBe("https://upstream.test/v1/deployments/upstream-model/responses?api-version=2025-04-01-preview");
  });

  test("lets no unknown field decide what is the gateway's, or ask for a memory upstream", () => {
    const extra = { model: "other", input: [], store: true, previous_response_id: "resp_1", conversation: "conv_1", background: true, safety_identifier: "hash", raw: 1 };
    const open = encode({ extra });
    expect(open.body).toEqual({ model: "upstream-model", input: [said], store: false, safety_identifier: "hash", raw: 1 });
    expect(open.notes).toEqual(["model", "input", "store", "previous_response_id", "conversation", "background"].map(dropped));
    expect(encode({ extra, quirks: quirksOf("openai") }).body).toEqual({ model: "upstream-model", input: [said], store: false, safety_identifier: "hash" });
  });

  test("takes a caller of the same dialect at its word, and of another dialect none", () => {
    const dialect = { instructions: "Be brief.", text: {}, truncation: "auto", safety_identifier: "hash", include: ["file_search_call.results"] };
    const sent = (protocol: string) => JSON.parse(String(encodeRequest(requestWith({}, { dialect, extra: { context_management: {} }, protocol, stream: false }), lawTarget).body));
    const plain = { model: "upstream-model", input: [said], store: false };
    expect(sent("openai-responses")).toEqual({ ...plain, truncation: "auto", safety_identifier: "hash", include: ["file_search_call.results"], context_management: {} });
    expect(sent("anthropic-messages")).toEqual(plain);
  });

  test.each([
    { endpoint: "priority", asked: undefined, sent: "priority" },
    { endpoint: "flex", asked: "priority", sent: "flex" },
    { endpoint: undefined, asked: "default", sent: "default" },
    { endpoint: undefined, asked: "flex", sent: undefined },
  ] as const)("asks a $endpoint endpoint for the tier $sent, whatever the caller asked ($asked)", ({ endpoint, asked, sent }) => {
    expect(encode({ serviceTier: endpoint, parameters: asked === undefined ? {} : { service_tier: asked } }).body["service_tier"]).toBe(sent);
  });

  test("bounds the answer by no less than the dialect's least", () => {
    expect(encode({ parameters: { max_tokens: 100 } })).toMatchObject({ body: { max_output_tokens: 100 }, notes: [] });
    expect(encode({ parameters: { max_tokens: 3 } })).toMatchObject({ body: { max_output_tokens: 16 }, notes: [translated("max_tokens")] });
  });

  test("asks for the chances of tokens where they are wanted", () => {
    expect(encode({ parameters: { logprobs: true, top_logprobs: 3 } }).body).toMatchObject({ top_logprobs: 3, include: ["message.output_text.logprobs"] });
    expect(encode({ parameters: { logprobs: true }, extra: { include: ["file_search_call.results"] } }).body["include"]).toEqual(["file_search_call.results", "message.output_text.logprobs"]);
  });

  test("drops what the dialect has no place for", () => {
    const { body, notes } = encode({ parameters: { seed: 1, stop: ["END"], frequency_penalty: 1, logit_bias: { "1": 2 }, top_k: 3, modalities: ["text"] } });
    expect(body).toEqual({ model: "upstream-model", input: [said], store: false });
    expect(notes).toEqual(["seed", "stop", "frequency_penalty", "logit_bias", "top_k", "modalities"].map(dropped));
  });
});

describe("the conversation", () => {
  test("begins with its instructions, unless they are long, or all there is", () => {
    const system: Message = { role: "system", content: "Be brief." };
    expect(encode({ messages: [system, hello] }).body).toMatchObject({ instructions: "Be brief.", input: [said] });
    const long = { role: "system", content: "x".repeat(40_000) } as const;
    expect(encode({ messages: [long, hello] }).body).toMatchObject({ input: [{ role: "system", content: [{ type: "input_text", text: long.content }] }, said] });
    expect(encode({ messages: [system] }).body).toEqual({ model: "upstream-model", input: [{ role: "system", content: [{ type: "input_text", text: "Be brief." }] }], store: false });
  });

  test("keeps what a system or a developer says later in its place", () => {
    const developer: Message = { role: "developer", content: "Now in French." };
    expect(input(hello, developer)).toEqual([said, { role: "system", content: [{ type: "input_text", text: "Now in French." }] }]);
    expect(encode({ messages: [hello, developer], quirks: quirksOf("openai") }).body["input"]).toMatchObject([said, { role: "developer" }]);
  });

  const media = [
    { name: "text with its breakpoint", part: { type: "text", text: "a", prompt_cache_breakpoint: { mode: "explicit" } }, sent: { type: "input_text", text: "a", prompt_cache_breakpoint: { mode: "explicit" } } },
    { name: "text with another dialect's", part: { type: "text", text: "a", cache_control: { type: "ephemeral" } }, sent: { type: "input_text", text: "a" } },
    { name: "an image", part: { type: "image_url", image_url: { url: "https://e.com/a.png" } }, sent: { type: "input_image", image_url: "https://e.com/a.png", detail: "auto" } },
    { name: "an image in detail", part: { type: "image_url", image_url: { url: "data:image/png;base64,AA==", detail: "high" } }, sent: { type: "input_image", image_url: "data:image/png;base64,AA==", detail: "high" } },
    { name: "audio", part: { type: "input_audio", input_audio: { data: "AA==", format: "wav" } }, sent: { type: "input_audio", input_audio: { data: "AA==", format: "wav" } } },
    { name: "a file by its URL", part: { type: "file", file: { filename: "a.pdf", file_data: "https://e.com/a.pdf" } }, sent: { type: "input_file", file_url: "https://e.com/a.pdf" } },
    { name: "a file by its id", part: { type: "file", file: { file_id: "file-1" } }, sent: { type: "input_file", file_id: "file-1" } },
    { name: "a file with a name", part: { type: "file", file: { filename: "a.txt", file_data: "data:text/plain;base64,AA==" } }, sent: { type: "input_file", filename: "a.txt", file_data: "data:text/plain;base64,AA==" } },
    { name: "a file without a name", part: { type: "file", file: { file_data: "AA==" } }, sent: { type: "input_file", filename: "file.pdf", file_data: "data:application/pdf;base64,AA==" } },
    { name: "a part of the protocol's own", part: { type: "input_image", file_id: "file-1", detail: "low" }, sent: { type: "input_image", file_id: "file-1", detail: "low" } },
  ];
  test.each(media)("shows $name", ({ part, sent }) => expect(parts(part)).toEqual([sent]));

  test("leaves out what cannot be shown, and notes it", () => {
    const content = [{ type: "video_url", video_url: { url: "https://e.com/a.mp4" } }, { type: "file", file: {} }, { type: "text", text: "a" }] as readonly ContentPart[];
    const { body, notes } = encode({ messages: [{ role: "user", name: "ann", content }] });
    expect(body["input"]).toEqual([{ role: "user", content: [{ type: "input_text", text: "a" }] }]);
    expect(notes).toEqual([dropped("messages"), dropped("messages"), dropped("messages")]);
  });

  test("gives calls their results, in text or in parts, each in its kind", () => {
    const calls = [{ id: "c1", type: "function", function: { name: "f", arguments: '{"a":1}' } }, { id: "c2", type: "custom", custom: { name: "sql", input: "SELECT 1" } }];
    const image = { type: "image_url", image_url: { url: "https://e.com/a.png" } } as const;
    const messages = [hello, { role: "assistant", content: null, tool_calls: calls }, { role: "tool", tool_call_id: "c1", content: [{ type: "text", text: "ok" }, image] }, { role: "tool", tool_call_id: "c2", content: "1" }];
    expect(input(...(messages as readonly Message[]))).toEqual([
      said,
      { type: "function_call", call_id: "c1", name: "f", arguments: '{"a":1}' },
      { type: "custom_tool_call", call_id: "c2", name: "sql", input: "SELECT 1" },
      { type: "function_call_output", call_id: "c1", output: [{ type: "input_text", text: "ok" }, { type: "input_image", image_url: image.image_url.url, detail: "auto" }] },
      { type: "custom_tool_call_output", call_id: "c2", output: "1" },
    ]);
  });
});

describe("tools", () => {
  const weather = { type: "function", function: { name: "weather", description: "Looks out.", parameters: { type: "object" } } } as const;
  const flat = { type: "function", name: "weather", description: "Looks out.", parameters: { type: "object" }, strict: false };

  test("are flat, and strict only where that was asked", () => {
    const strict = { type: "function", function: { name: "f", strict: true } } as const;
    const { body } = encode({ parameters: { tools: [weather, strict], parallel_tool_calls: false } });
    expect(body).toMatchObject({ tools: [flat, { type: "function", name: "f", parameters: { type: "object", properties: {} }, strict: true }], parallel_tool_calls: false });
  });

  test("of the protocol's own stand as they are, custom ones one level up, and the gateway's stay here", () => {
    const grammar = { type: "custom", custom: { name: "sql", format: { type: "grammar", grammar: { syntax: "lark", definition: "x" } } } };
    const own = { type: "file_search", vector_store_ids: ["vs_1"] };
    const { body, notes } = encode({ parameters: { tools: [grammar, own, { type: "gateway:web_search" }] } });
    expect(body["tools"]).toEqual([{ type: "custom", name: "sql", format: { type: "grammar", syntax: "lark", definition: "x" } }, own]);
    expect(notes).toEqual([dropped("tools")]);
  });

  const named = { type: "function", function: { name: "weather" } };
  const choices = [
    { choice: "required", sent: "required" },
    { choice: "none", sent: "none" },
    { choice: named, sent: { type: "function", name: "weather" } },
    { choice: { type: "custom", custom: { name: "sql" } }, sent: { type: "custom", name: "sql" } },
    { choice: { type: "file_search" }, sent: { type: "file_search" } },
    { choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [named] } }, sent: { type: "allowed_tools", mode: "auto", tools: [{ type: "function", name: "weather" }] } },
  ];
  test.each(choices)("are chosen as $sent", ({ choice, sent }) => {
    expect(encode({ parameters: { tools: [weather], tool_choice: choice as never } }).body["tool_choice"]).toEqual(sent);
  });

  test("search and draw where parameters of other dialects ask for it", () => {
    const search = { search_context_size: "low", user_location: { type: "approximate", approximate: { country: "CH" } } };
    const { body, notes } = encode({ parameters: { web_search_options: search, modalities: ["image", "text"] } });
    expect(body["tools"]).toEqual([{ type: "web_search", search_context_size: "low", user_location: { type: "approximate", country: "CH" } }, { type: "image_generation" }]);
    expect(notes).toEqual([translated("web_search_options"), translated("modalities")]);
  });

  test("that are not there take their settings with them", () => {
    const { body, notes } = encode({ parameters: { tool_choice: "auto", parallel_tool_calls: true } });
    expect(body).toEqual({ model: "upstream-model", input: [said], store: false });
    expect(notes).toEqual([dropped("tool_choice"), dropped("parallel_tool_calls")]);
  });
});

describe("the text", () => {
  const schema = { type: "object", required: ["x"] };
  const format = { type: "json_schema", json_schema: { name: "a", strict: true, schema } } as const;

  test("has its form and its length", () => {
    expect(encode({ parameters: { response_format: format, verbosity: "low" } }).body["text"]).toEqual({ format: { type: "json_schema", name: "a", strict: true, schema }, verbosity: "low" });
    expect(encode({ parameters: { response_format: { type: "json_object" }, verbosity: "max" } })).toMatchObject({ body: { text: { format: { type: "json_object" }, verbosity: "high" } }, notes: [translated("verbosity")] });
    expect(encode({ parameters: { response_format: { type: "grammar", grammar: "x" } } }).notes).toEqual([dropped("response_format")]);
  });

  test("has a schema as an instruction where the endpoint does not hold to one", () => {
    const { body, notes } = encode({ parameters: { response_format: format }, listed: ["response_format"], messages: [{ role: "system", content: "Be brief." }, hello] });
    expect(body).toMatchObject({ instructions: expect.stringMatching(/^Be brief\.\n\nAnswer with JSON[^]*"required":\["x"\]/), text: { format: { type: "json_object" } } });
    expect(notes).toEqual([translated("response_format")]);
  });
});

describe("reasoning", () => {
  const encrypted = { include: ["reasoning.encrypted_content"] };
  const cases = [
    { name: "an effort", reasoning: { effort: "high" }, sent: { effort: "high", summary: "auto" }, notes: [] },
    { name: "the nearest effort", reasoning: { effort: "max" }, sent: { effort: "xhigh", summary: "auto" }, notes: [translated("reasoning")] },
    { name: "a budget as an effort", reasoning: { max_tokens: 760 }, sent: { effort: "high", summary: "auto" }, notes: [translated("reasoning")] },
    { name: "a summary of its kind", reasoning: { effort: "low", summary: "detailed", mode: "pro", context: "all_turns" }, sent: { effort: "low", summary: "detailed", mode: "pro", context: "all_turns" }, notes: [] },
    { name: "what nobody will see", reasoning: { effort: "low", exclude: true }, sent: { effort: "low" }, notes: [] },
    { name: "nothing", reasoning: { enabled: false }, sent: { effort: "none" }, notes: [translated("reasoning")] },
    { name: "what it gives unasked", reasoning: {}, sent: { summary: "auto" }, notes: [] },
  ] as const;
  test.each(cases)("asks for $name", ({ reasoning, sent, notes }) => {
    const encoded = encode({ parameters: { reasoning }, quirks: quirksOf("openai") });
    expect(encoded.body).toMatchObject({ reasoning: sent, ...encrypted });
    expect(encoded.body["reasoning"]).toEqual(sent);
    expect(encoded.notes).toEqual(notes);
  });

  test("is not asked of a provider that has none", () => {
    const { body, notes } = encode({ parameters: { reasoning: { effort: "low" } }, quirks: { ...plainQuirks, reasoning: "none" } });
    expect(body).not.toHaveProperty("reasoning");
    expect(notes).toEqual([dropped("reasoning")]);
  });

  test("is handed out encrypted by an endpoint that reasons, asked or not, and by none that does not", () => {
    expect(encode({ listed: ["reasoning", "tools"] }).body).toMatchObject(encrypted);
    expect(encode({ listed: ["tools"], parameters: { reasoning: { effort: "low" } } }).body).not.toHaveProperty("include");
    const details = [{ type: "reasoning.encrypted", data: "x", id: "rs_1", format: "openai-responses-v1" }];
    expect(encode({ messages: [hello, { role: "assistant", content: "Hi", reasoning_details: details }, hello] }).body).toMatchObject(encrypted);
  });
});
