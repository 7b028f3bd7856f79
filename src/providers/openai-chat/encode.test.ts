import { describe, expect, test } from "vitest";
import type { ChatParameters, ChatRequest, Message, Tool } from "../../wire/chat.ts";
import type { Target } from "../adapter.ts";
import { quirksOf } from "../known-quirks.ts";
import { plainQuirks, type Quirks } from "../quirks.ts";
import { encodeRequest } from "./encode.ts";

const hello: Message = { role: "user", content: "Hello" };
const weather: Tool = { type: "function", function: { name: "weather", parameters: { type: "object" } } };
const clock: Tool = { type: "function", function: { name: "clock", parameters: { type: "object" } } };

interface Given {
  readonly parameters?: ChatParameters;
  readonly messages?: readonly Message[];
  readonly extra?: ChatRequest["extra"];
  readonly stream?: boolean;
  readonly quirks?: Quirks;
  readonly listed?: readonly string[];
  readonly serviceTier?: Target["serviceTier"];
}

function requestOf({ parameters = {}, messages = [hello], extra = {}, stream = false }: Given): ChatRequest {
  return {
    models: ["a/b"], messages, stream, parameters, extra, gateway: {},
    provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false },
  };
}

function targetOf({ quirks = plainQuirks, listed, serviceTier }: Given): Target {
  return { baseUrl: "https://u.test/v1", upstreamModel: "m", parameters: listed === undefined ? undefined : new Set(listed), outputTokensMax: 1000, serviceTier, quirks };
}

function encode(given: Given) {
  const encoded = encodeRequest(requestOf(given), targetOf(given));
  return { ...encoded, body: JSON.parse(String(encoded.body)) as Record<string, unknown> };
}

const resultOf = (id: string, content: NonNullable<Message["content"]>): Message => ({ role: "tool", tool_call_id: id, content, is_error: true });
const forms = (...toolChoices: Quirks["toolChoices"]) => ({ ...plainQuirks, toolChoices });
const said = (message: Message, quirks: Quirks = plainQuirks) => (encode({ messages: [message, hello], quirks }).body["messages"] as unknown[])[0];
const dropped = (parameter: string) => expect.objectContaining({ parameter, action: "dropped" });
const translated = (parameter: string) => expect.objectContaining({ parameter, action: "translated" });

describe("the request", () => {
  test("goes to the route, with its model and messages, and nothing that was not asked for", () => {
    expect(encode({})).toEqual({
      url: "https://u.test/v1/chat/completions",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: { model: "m", messages: [hello] },
      notes: [],
    });
  });

  test("asks for usage of a stream where that must be asked", () => {
    expect(encode({ stream: true }).body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    expect(encode({ stream: true }).headers["accept"]).toBe("text/event-stream");
    expect(encode({ stream: true, quirks: quirksOf("groq") }).body["stream_options"]).toBeUndefined();
  });

  test.each([
    { endpoint: "priority", asked: undefined, sent: "priority" },
    { endpoint: "priority", asked: "fast", sent: "priority" },
    { endpoint: "flex", asked: "priority", sent: "flex" },
    { endpoint: undefined, asked: "default", sent: "default" },
    { endpoint: undefined, asked: "flex", sent: undefined },
    { endpoint: undefined, asked: "fast", sent: undefined },
    { endpoint: undefined, asked: undefined, sent: undefined },
  ] as const)("asks a $endpoint endpoint for the tier $sent, whatever the caller asked ($asked)", ({ endpoint, asked, sent }) => {
    const { body, notes } = encode({ serviceTier: endpoint, parameters: asked === undefined ? {} : { service_tier: asked } });
    expect(body["service_tier"]).toBe(sent);
    expect(notes).toEqual(asked !== undefined && sent === undefined ? [dropped("service_tier")] : []);
  });

  test("names no tier to a provider that refuses the field", () => {
    expect(encode({ serviceTier: "flex", quirks: { ...plainQuirks, refuses: ["service_tier"] } }).body).not.toHaveProperty("service_tier");
  });

  test("renames what the provider calls otherwise", () => {
    const { body } = encode({ parameters: { max_tokens: 5, tools: [weather], parallel_tool_calls: false }, quirks: quirksOf("xai") });
    expect(body).toMatchObject({ max_completion_tokens: 5, parallel_function_calling: false });
    expect(Object.keys(body)).not.toContain("max_tokens");
    expect(encode({ parameters: { repetition_penalty: 1.1 }, quirks: quirksOf("llamacpp") }).body).toMatchObject({ repeat_penalty: 1.1 });
  });

  test("leaves out what the provider refuses or the endpoint does not list, with a note", () => {
    const refused = encode({ parameters: { top_k: 5, seed: 1 }, quirks: quirksOf("openai") });
    expect(refused.body).toEqual({ model: "m", messages: [hello], seed: 1 });
    expect(refused.notes).toEqual([dropped("top_k")]);
    const unlisted = encode({ parameters: { seed: 1, max_tokens: 5, reasoning: { effort: "low" } }, listed: ["temperature", "include_reasoning"] });
    expect(unlisted.body).toMatchObject({ max_tokens: 5, reasoning_effort: "low" });
    expect(unlisted.notes).toEqual([dropped("seed")]);
  });

  test("sends the maximum where the provider's own default would cut answers short", () => {
    expect(encode({ quirks: quirksOf("fireworks") }).body).toMatchObject({ max_tokens: 1000, context_length_exceeded_behavior: "error" });
    expect(encode({ quirks: quirksOf("fireworks"), parameters: { max_tokens: 7 } }).body["max_tokens"]).toBe(7);
    expect(encode({ quirks: quirksOf("cerebras") }).body["max_completion_tokens"]).toBeUndefined();
  });

  test("passes unknown fields on, or only those that a strict provider knows", () => {
    expect(encode({ extra: { raw_mode: true } }).body).toMatchObject({ raw_mode: true });
    const strict = encode({ extra: { raw_mode: true, store: false }, quirks: quirksOf("openai") });
    expect(strict.body).toEqual({ model: "m", messages: [hello], store: false });
    expect(strict.notes).toEqual([dropped("raw_mode")]);
  });

  test("leaves out the words of another dialect, with a note", () => {
    const marked = encode({ extra: { anthropic_beta: ["one"], a: 1 } });
    expect(marked.body).toEqual({ model: "m", messages: [hello], a: 1 });
    expect(marked.notes).toEqual([{ parameter: "anthropic_beta", action: "dropped", detail: "not known to this provider" }]);
    const foreign = encodeRequest({ ...requestOf({ extra: { container: "c" } }), dialect: { thinking: {} }, protocol: "anthropic-messages" }, targetOf({}));
    expect(JSON.parse(String(foreign.body))).toEqual({ model: "m", messages: [hello] });
    expect(foreign.notes).toEqual([{ parameter: "container", action: "dropped", detail: "not known to this provider" }]);
  });

  test("lets no unknown field replace what the gateway decided", () => {
    const { body } = encode({ stream: true, extra: { model: "other", messages: [], stream: false, stream_options: {} } });
    expect(body).toEqual({ model: "m", messages: [hello], stream: true, stream_options: { include_usage: true } });
  });
});

describe("tools", () => {
  const named = { type: "function", function: { name: "clock" } } as const;
  const cases = [
    { name: "a form that is known", choice: "required", quirks: forms("required"), tools: [weather, clock], sent: "required", notes: [] },
    { name: "auto, which is the default", choice: "auto", quirks: forms(), tools: [weather, clock], sent: undefined, notes: [] },
    { name: "none as no tools", choice: "none", quirks: forms("auto"), tools: undefined, sent: undefined, notes: [translated("tool_choice")] },
    { name: "required that cannot be said", choice: "required", quirks: forms("auto"), tools: [weather, clock], sent: undefined, notes: [dropped("tool_choice")] },
    { name: "one tool as required", choice: named, quirks: forms("required"), tools: [clock], sent: "required", notes: [translated("tool_choice")] },
    { name: "one tool, not forced", choice: named, quirks: forms("auto"), tools: [clock], sent: undefined, notes: [translated("tool_choice")] },
    { name: "a tool that is not there", choice: { type: "function", function: { name: "x" } }, quirks: forms("auto"), tools: [weather, clock], sent: undefined, notes: [dropped("tool_choice")] },
  ] as const;
  test.each(cases)("$name", ({ choice, quirks, tools, sent, notes }) => {
    const encoded = encode({ parameters: { tools: [weather, clock], tool_choice: choice }, quirks });
    expect(encoded.body["tools"]).toEqual(tools);
    expect(encoded.body["tool_choice"]).toEqual(sent);
    expect(encoded.notes).toEqual(notes);
  });

  test("that are not listed take their choice with them", () => {
    const encoded = encode({ parameters: { tools: [weather], tool_choice: "auto", parallel_tool_calls: true }, listed: ["max_tokens"] });
    expect(encoded.body).toEqual({ model: "m", messages: [hello] });
    expect(encoded.notes).toEqual([dropped("tools"), dropped("parallel_tool_calls"), dropped("tool_choice")]);
  });

  test("of the gateway's own are not sent, nor are another dialect's cache marks", () => {
    const { body, notes } = encode({ parameters: { tools: [{ type: "gateway:web_search" }, { ...weather, cache_control: { type: "ephemeral" } }] } });
    expect(body["tools"]).toEqual([weather]);
    expect(notes).toEqual([dropped("tools")]);
  });
});

describe("response_format", () => {
  const schema = { type: "json_schema", json_schema: { name: "a", schema: { type: "object", required: ["x"] } } } as const;

  test("goes as it is where it is known", () => {
    expect(encode({ parameters: { response_format: schema } }).body["response_format"]).toEqual(schema);
  });

  test("with a schema becomes an instruction where schemas are not known", () => {
    for (const given of [{ quirks: quirksOf("deepseek") }, { listed: ["response_format"] }]) {
      const { body, notes } = encode({ parameters: { response_format: schema }, ...given });
      expect(body["response_format"]).toEqual({ type: "json_object" });
      expect(body["messages"]).toEqual([{ role: "system", content: expect.stringContaining('"required":["x"]') }, hello]);
      expect(notes).toEqual([translated("response_format")]);
    }
  });

  test("joins its instruction to a system message that is there", () => {
    const { body } = encode({ parameters: { response_format: schema }, quirks: quirksOf("deepseek"), messages: [{ role: "system", content: "Be brief." }, hello] });
    expect(body["messages"]).toEqual([{ role: "system", content: expect.stringMatching(/^Be brief\.\n\nAnswer with JSON/) }, hello]);
  });

  test("json_object becomes a schema where only schemas are known", () => {
    expect(encode({ parameters: { response_format: { type: "json_object" } }, quirks: quirksOf("lmstudio") }).body["response_format"]).toEqual({
      type: "json_schema",
      json_schema: { name: "object", schema: { type: "object" } },
    });
  });

  test("of another kind is dropped with a note", () => {
    const { body, notes } = encode({ parameters: { response_format: { type: "grammar", grammar: "x" } }, quirks: quirksOf("openai") });
    expect(body["response_format"]).toBeUndefined();
    expect(notes).toEqual([dropped("response_format")]);
  });
});

describe("reasoning", () => {
  const cases = [
    { name: "an effort that is known", reasoning: { effort: "high" }, provider: "openai", sent: { reasoning_effort: "high" }, notes: [] },
    { name: "the nearest effort", reasoning: { effort: "max" }, provider: "openai", sent: { reasoning_effort: "xhigh" }, notes: [translated("reasoning")] },
    { name: "the nearest of two", reasoning: { effort: "minimal" }, provider: "xai", sent: { reasoning_effort: "low" }, notes: [translated("reasoning")] },
    { name: "a budget as its share of the output", reasoning: { max_tokens: 760 }, provider: "fireworks", sent: { reasoning_effort: "high" }, notes: [translated("reasoning")] },
    { name: "merely on", reasoning: { enabled: true }, provider: "openai", sent: { reasoning_effort: "medium" }, notes: [translated("reasoning")] },
    { name: "off", reasoning: { enabled: false }, provider: "openai", sent: { reasoning_effort: "none" }, notes: [translated("reasoning")] },
    { name: "off where it cannot be switched off", reasoning: { effort: "none" }, provider: "xai", sent: {}, notes: [dropped("reasoning")] },
    { name: "only what to show", reasoning: { exclude: true }, provider: "openai", sent: {}, notes: [] },
    { name: "a switch", reasoning: { effort: "low" }, provider: "deepseek", sent: { thinking: { type: "enabled" } }, notes: [] },
    { name: "a switch, off", reasoning: { effort: "none" }, provider: "deepseek", sent: { thinking: { type: "disabled" } }, notes: [] },
    { name: "a flag and a budget", reasoning: { effort: "low" }, provider: "alibaba", sent: { enable_thinking: true, thinking_budget: 200 }, notes: [] },
    { name: "a chat template", reasoning: { effort: "low" }, provider: "vllm", sent: { chat_template_kwargs: { enable_thinking: true }, reasoning_effort: "low" }, notes: [] },
    { name: "a chat template, off", reasoning: { enabled: false }, provider: "vllm", sent: { chat_template_kwargs: { enable_thinking: false } }, notes: [] },
    { name: "fields that go with it", reasoning: { effort: "low" }, provider: "groq", sent: { reasoning_effort: "low", reasoning_format: "parsed" }, notes: [] },
  ] as const;
  test.each(cases)("as $name ($provider)", ({ reasoning, provider, sent, notes }) => {
    const quirks = { ...quirksOf(provider), maxTokensRequired: false, fields: {} };
    const { body, notes: noted } = encode({ parameters: { reasoning }, quirks });
    const { model: _model, messages: _messages, ...fields } = body;
    expect(fields).toEqual(sent);
    expect(noted).toEqual(notes);
  });

  test("joins a chat template that the caller began, whose own words stand", () => {
    const extra = { chat_template_kwargs: { custom: 1, enable_thinking: false } };
    expect(encode({ parameters: { reasoning: { enabled: true } }, quirks: quirksOf("vllm"), extra }).body["chat_template_kwargs"]).toEqual({ enable_thinking: false, custom: 1 });
  });

  test("goes as the public object where the upstream is a gateway too, or not at all", () => {
    const reasoning = { effort: "low", max_tokens: 5 } as const;
    expect(encode({ parameters: { reasoning }, quirks: { ...plainQuirks, reasoning: "object" } }).body["reasoning"]).toEqual(reasoning);
    expect(encode({ parameters: { reasoning }, quirks: { ...plainQuirks, reasoning: "none" } }).notes).toEqual([dropped("reasoning")]);
  });
});

describe("messages", () => {
  test("of a developer are the system's where there is no such role", () => {
    expect(said({ role: "developer", content: "Be brief." })).toEqual({ role: "system", content: "Be brief." });
    expect(said({ role: "developer", content: "Be brief." }, quirksOf("openai"))).toEqual({ role: "developer", content: "Be brief." });
  });

  test("leave behind what only our dialect knows", () => {
    const message: Message = { role: "assistant", content: "Hi", reasoning: "Hm", reasoning_details: [], annotations: [], own: 1 };
    expect(said(message)).toEqual({ role: "assistant", content: "Hi", own: 1 });
    expect(said(message, quirksOf("openai"))).toEqual({ role: "assistant", content: "Hi" });
  });

  test("hand earlier reasoning back in the provider's own field", () => {
    expect(said({ role: "assistant", content: "Hi", reasoning: "Hm" }, quirksOf("cerebras"))).toEqual({ role: "assistant", content: "Hi", reasoning: "Hm" });
    expect(said({ role: "assistant", content: "Hi", reasoning_content: "Hm" }, quirksOf("deepseek"))).toEqual({ role: "assistant", content: "Hi", reasoning_content: "Hm" });
    expect(said({ role: "assistant", content: "Hi" }, quirksOf("deepseek"))).toEqual({ role: "assistant", content: "Hi", reasoning_content: "" });
  });

  test("show what results of tools hold beside text, after the last of them", () => {
    const picture = { type: "image_url", image_url: { url: "https://a.example/b.png" } } as const;
    const words = { type: "text", text: "A chart" } as const;
    const { body } = encode({ messages: [hello, resultOf("a", [words, picture]), resultOf("b", [picture]), resultOf("c", "12"), hello] });
    expect(body["messages"]).toEqual([
      hello,
      { role: "tool", tool_call_id: "a", content: [words] },
      { role: "tool", tool_call_id: "b", content: "See the attachment." },
      { role: "tool", tool_call_id: "c", content: "12" },
      { role: "user", content: [picture, picture] },
      hello,
    ]);
  });

  test("go as the JSON that the caller wrote, where nothing of them changes", () => {
    const messagesJson = Buffer.from('[ {"role":"user","content":"Hello"} ]');
    const sent = (messages: readonly Message[]) => String(encodeRequest({ ...requestOf({ messages, stream: true }), messagesJson }, targetOf({})).body);
    expect(sent([hello])).toBe('{"messages":[ {"role":"user","content":"Hello"} ],"model":"m","stream":true,"stream_options":{"include_usage":true}}');
    expect(JSON.parse(sent([{ role: "developer", content: "Hello" }]))).toMatchObject({ messages: [{ role: "system", content: "Hello" }] });
  });

  test("carry no cache marks, and arguments that are JSON", () => {
    expect(said({ role: "user", content: [{ type: "text", text: "Hi", cache_control: { type: "ephemeral" } }] })).toEqual({ role: "user", content: [{ type: "text", text: "Hi" }] });
    const calls = [{ id: "a", type: "function", function: { name: "f", arguments: "" } }] as const;
    expect(said({ role: "assistant", content: null, tool_calls: calls })).toEqual({ role: "assistant", content: null, tool_calls: [{ ...calls[0], function: { name: "f", arguments: "{}" } }] });
  });

  const prefills = [
    { provider: "deepseek", url: "https://u.test/v1/beta/chat/completions", message: { prefix: true, reasoning_content: "" }, body: {} },
    { provider: "moonshotai", url: "https://u.test/v1/chat/completions", message: { partial: true }, body: {} },
    { provider: "vllm", url: "https://u.test/v1/chat/completions", message: {}, body: { continue_final_message: true, add_generation_prompt: false } },
    { provider: "openai", url: "https://u.test/v1/chat/completions", message: {}, body: {} },
  ];
  test.each(prefills)("ask $provider to continue the last one", ({ provider, url, message, body }) => {
    const encoded = encode({ messages: [hello, { role: "assistant", content: "The answer" }], quirks: quirksOf(provider) });
    expect(encoded.url).toBe(url);
    expect(encoded.body).toEqual({ model: "m", messages: [hello, { role: "assistant", content: "The answer", ...message }], ...body });
  });
});
