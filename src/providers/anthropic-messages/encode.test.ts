import { describe, expect, test } from "vitest";
import type { ChatParameters, ChatRequest, Message, Tool } from "../../wire/chat.ts";
import type { Target } from "../adapter.ts";
import { plainQuirks } from "../quirks.ts";
import { encodeRequest } from "./encode.ts";

const hello: Message = { role: "user", content: "Hello" };
const weather: Tool = { type: "function", function: { name: "weather", description: "Tells it", parameters: { properties: { city: { type: "string" } } } } };
const clock: Tool = { type: "function", function: { name: "clock" } };

const sonnet = "claude-sonnet-4-5-20250929";
const newest = "claude-opus-4-8";

interface Given {
  readonly parameters?: ChatParameters;
  readonly messages?: readonly Message[];
  readonly extra?: ChatRequest["extra"];
  readonly stream?: boolean;
  readonly model?: string;
  readonly listed?: readonly string[];
  readonly tier?: "flex" | "priority";
  readonly outputTokensMax?: number | undefined;
  readonly baseUrl?: string;
}

function encode(given: Given) {
  const { parameters = {}, messages = [hello], extra = {}, stream = false, model = sonnet, listed, tier } = given;
  const request: ChatRequest = {
    models: ["a/b"], messages, stream, parameters, extra, gateway: { user: "somebody" },
    provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false },
  };
  const target: Target = {
    baseUrl: given.baseUrl ?? "https://a.test/v1", upstreamModel: model, parameters: listed === undefined ? undefined : new Set(listed),
    outputTokensMax: "outputTokensMax" in given ? given.outputTokensMax : 10_000, serviceTier: tier, quirks: plainQuirks,
  };
  const encoded = encodeRequest(request, target);
  return { ...encoded, body: JSON.parse(String(encoded.body)) as Record<string, unknown> };
}

const budget = (tokens: number) => ({ thinking: { type: "enabled", budget_tokens: tokens } });
const asked = (schema: Readonly<Record<string, unknown>>): ChatParameters => ({ response_format: { type: "json_schema", json_schema: { name: "a", schema } } });
const system = (text: string) => [{ type: "text", text: expect.stringContaining(text) }];
const dropped = (parameter: string) => expect.objectContaining({ parameter, action: "dropped" });
const translated = (parameter: string) => expect.objectContaining({ parameter, action: "translated" });

describe("the request", () => {
  test("goes to the route, in the protocol's version, with a bound and nothing else that was not asked for", () => {
    expect(encode({})).toEqual({
      url: "https://a.test/v1/messages",
      headers: { "content-type": "application/json", accept: "application/json", "anthropic-version": "2023-06-01" },
      body: { model: sonnet, max_tokens: 10_000, messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }] },
      notes: [],
    });
  });

  test("has a bound where nobody knows one", () => {
    expect(encode({ outputTokensMax: undefined }).body["max_tokens"]).toBe(4096);
    expect(encode({ outputTokensMax: undefined, parameters: { max_tokens: 7 } }).body["max_tokens"]).toBe(7);
  });

  test("of a page of parameters sends all under the protocol's names", () => {
    const { body, notes } = encode({ stream: true, parameters: { max_tokens: 10, temperature: 0.3, top_k: 5, stop: ["x"], cache_control: { type: "ephemeral", ttl: "1h" } } });
    expect(body).toMatchObject({ stream: true, max_tokens: 10, temperature: 0.3, top_k: 5, stop_sequences: ["x"], cache_control: { type: "ephemeral", ttl: "1h" } });
    expect(notes).toEqual([]);
  });

  test("passes the protocol's own fields and drops others with a note", () => {
    const own = { thinking: { type: "enabled", budget_tokens: 2000 }, context_management: { edits: [] }, container: "c", mcp_servers: [] };
    const { body, notes } = encode({ extra: { ...own, n: 2 } });
    expect(body).toMatchObject(own);
    expect(body["n"]).toBeUndefined();
    expect(notes).toEqual([dropped("n")]);
  });

  const betas = [
    { name: "a list", value: ["a-2025-01-01", "b"], sent: "a-2025-01-01,b" },
    { name: "a text", value: "a-1, b-2", sent: "a-1,b-2" },
    { name: "what could be a header of its own", value: "a\r\nx-api-key: b", sent: undefined },
    { name: "no name at all", value: [{}], sent: undefined },
  ];
  test.each(betas)("names betas in the header, not $name otherwise", ({ value, sent }) => {
    const { headers, notes, body } = encode({ extra: { anthropic_beta: value } });
    expect(headers["anthropic-beta"]).toBe(sent);
    expect(body["anthropic_beta"]).toBeUndefined();
    expect(notes).toEqual(sent === undefined ? [dropped("anthropic_beta")] : []);
  });

  const tiers: readonly { asked?: string; tier?: "flex" | "priority"; sent: string | undefined; notes: unknown[] }[] = [
    { sent: undefined, notes: [] },
    { asked: "auto", sent: "auto", notes: [] },
    { asked: "default", sent: "standard_only", notes: [translated("service_tier")] },
    { asked: "priority", sent: undefined, notes: [dropped("service_tier")] },
    { asked: "flex", sent: undefined, notes: [dropped("service_tier")] },
    { asked: "priority", tier: "priority", sent: "auto", notes: [] },
  ];
  test.each(tiers)("asked for tier $asked at an endpoint of $tier, sends $sent", ({ asked, tier, sent, notes }) => {
    const encoded = encode({ parameters: asked === undefined ? {} : { service_tier: asked }, ...(tier === undefined ? {} : { tier }) });
    expect(encoded.body["service_tier"]).toBe(sent);
    expect(encoded.notes).toEqual(notes);
  });
});

describe("sampling", () => {
  const cases: readonly { name: string; model: string; parameters: ChatParameters; sent: object; notes: unknown[] }[] = [
    { name: "a heat that others allow is cut", model: sonnet, parameters: { temperature: 1.7 }, sent: { temperature: 1 }, notes: [translated("temperature")] },
    { name: "one of two is left out", model: sonnet, parameters: { temperature: 0.5, top_p: 0.9, top_k: 3 }, sent: { temperature: 0.5, top_k: 3 }, notes: [dropped("top_p")] },
    { name: "an older model takes both", model: "claude-3-haiku-20240307", parameters: { temperature: 0.5, top_p: 0.9 }, sent: { temperature: 0.5, top_p: 0.9 }, notes: [] },
    { name: "a newer model takes none", model: newest, parameters: { temperature: 0.5, top_p: 0.9, top_k: 3 }, sent: {}, notes: [dropped("temperature"), dropped("top_p"), dropped("top_k")] },
    { name: "one who thinks takes none", model: sonnet, parameters: { temperature: 0.5, reasoning: { max_tokens: 2000 } }, sent: {}, notes: [dropped("temperature")] },
    { name: "another maker's takes all, always", model: "MiniMax-M2", parameters: { temperature: 0.5, top_p: 0.9, reasoning: { max_tokens: 2000 } }, sent: { temperature: 0.5, top_p: 0.9 }, notes: [] },
  ];
  test.each(cases)("$name", ({ model, parameters, sent, notes }) => {
    const encoded = encode({ model, parameters });
    const { temperature, top_p, top_k } = encoded.body;
    expect(JSON.parse(JSON.stringify({ temperature, top_p, top_k }))).toEqual(sent);
    expect(encoded.notes).toEqual(notes);
  });
});

describe("reasoning", () => {
  interface Case {
    readonly name: string;
    readonly model?: string;
    readonly parameters: ChatParameters;
    readonly sent: object;
    readonly notes?: readonly unknown[];
  }
  const shown = { type: "adaptive", display: "summarized" };
  const cases: readonly Case[] = [
    { name: "by share of the bound", parameters: { reasoning: { effort: "high" } }, sent: { ...budget(8000), max_tokens: 10_000 }, notes: [translated("reasoning")] },
    { name: "by share of the caller's bound", parameters: { max_tokens: 4000, reasoning: { effort: "medium" } }, sent: { ...budget(2000), max_tokens: 4000 }, notes: [translated("reasoning")] },
    { name: "as many tokens as asked", parameters: { reasoning: { max_tokens: 3000 } }, sent: budget(3000) },
    { name: "never fewer than the least", parameters: { reasoning: { max_tokens: 10 } }, sent: budget(1024), notes: [translated("reasoning")] },
    { name: "never all there is", parameters: { max_tokens: 2000, reasoning: { max_tokens: 5000 } }, sent: { ...budget(1900), max_tokens: 2000 }, notes: [translated("reasoning")] },
    { name: "not in a bound below the least", parameters: { max_tokens: 1000, reasoning: { effort: "high" } }, sent: { max_tokens: 1000 }, notes: [dropped("reasoning")] },
    { name: "enabled is medium", parameters: { reasoning: { enabled: true } }, sent: budget(5000), notes: [translated("reasoning")] },
    { name: "off is said where it is on", model: "MiniMax-M2", parameters: { reasoning: { effort: "none" } }, sent: { thinking: { type: "disabled" } } },
    { name: "off is not said where it is off", parameters: { reasoning: { enabled: false } }, sent: {} },
    { name: "only what to show asks for none", parameters: { reasoning: { exclude: true } }, sent: {} },
    { name: "not by a model that cannot", model: "claude-3-haiku-20240307", parameters: { reasoning: { effort: "low" } }, sent: {}, notes: [dropped("reasoning")] },
    { name: "by effort", model: newest, parameters: { reasoning: { effort: "xhigh" } }, sent: { thinking: shown, output_config: { effort: "xhigh" } } },
    { name: "by the nearest effort", model: newest, parameters: { reasoning: { effort: "minimal" } }, sent: { thinking: shown, output_config: { effort: "low" } }, notes: [translated("reasoning")] },
    { name: "by the effort of a budget", model: newest, parameters: { reasoning: { max_tokens: 8000 } }, sent: { thinking: shown, output_config: { effort: "high" } }, notes: [translated("reasoning")] },
    { name: "either way: by effort", model: "claude-opus-4-6", parameters: { reasoning: { effort: "high" } }, sent: { thinking: { type: "adaptive" }, output_config: { effort: "high" } } },
    { name: "either way: by budget", model: "claude-opus-4-6", parameters: { reasoning: { max_tokens: 3000 } }, sent: budget(3000) },
    { name: "stopped where it can be", model: "claude-sonnet-5", parameters: { reasoning: { effort: "none" }, verbosity: "max" }, sent: { thinking: { type: "disabled" }, output_config: { effort: "high" } }, notes: [translated("verbosity")] },
    { name: "least where it cannot be stopped", model: "claude-fable-5", parameters: { reasoning: { effort: "none" } }, sent: { output_config: { effort: "low" } }, notes: [translated("reasoning")] },
    { name: "verbosity is the stronger", model: newest, parameters: { verbosity: "low", reasoning: { effort: "max" } }, sent: { thinking: shown, output_config: { effort: "low" } }, notes: [translated("verbosity")] },
    { name: "verbosity alone", model: "claude-opus-4-5", parameters: { verbosity: "medium" }, sent: { output_config: { effort: "medium" } }, notes: [translated("verbosity")] },
    { name: "verbosity of a model without effort", parameters: { verbosity: "medium" }, sent: {}, notes: [dropped("verbosity")] },
  ];
  test.each(cases)("$name", ({ model = sonnet, parameters, sent, notes = [] }) => {
    const encoded = encode({ model, parameters });
    const { max_tokens, thinking, output_config } = encoded.body;
    expect({ max_tokens, thinking, output_config }).toEqual({ max_tokens: 10_000, thinking: undefined, output_config: undefined, ...sent });
    expect(encoded.notes).toEqual(notes);
  });

  const begun: readonly Message[] = [hello, { role: "assistant", content: "Hi" }];
  const called: Message = { role: "assistant", tool_calls: [{ id: "a", type: "function", function: { name: "clock", arguments: "{}" } }] };
  const told: Message = { role: "tool", tool_call_id: "a", content: "noon" };
  const signed = { reasoning_details: [{ type: "reasoning.text", text: "Hm", signature: "s", format: "anthropic-claude-v1" }] };
  const conversations: readonly { name: string; messages: readonly Message[]; thinks: boolean }[] = [
    { name: "is not begun in a message that is to be continued", messages: begun, thinks: false },
    { name: "is not begun in the midst of a tool's use", messages: [hello, called, told], thinks: false },
    { name: "goes on in the midst of a tool's use", messages: [hello, { ...called, ...signed }, told], thinks: true },
    { name: "is begun with a new question", messages: [hello, called, told, { role: "assistant", content: "Noon." }, hello], thinks: true },
  ];
  test.each(conversations)("$name", ({ messages, thinks }) => {
    const { body, notes } = encode({ messages, parameters: { reasoning: { max_tokens: 2000 } } });
    expect(body["thinking"] !== undefined).toBe(thinks);
    expect(notes).toEqual(thinks ? [] : [dropped("reasoning")]);
  });
});

describe("tools", () => {
  test("are described in the protocol's words, and streamed as they are written", () => {
    const { body } = encode({ stream: true, parameters: { tools: [weather, { ...clock, cache_control: { type: "ephemeral" }, defer_loading: true }] } });
    expect(body["tools"]).toEqual([
      { name: "weather", description: "Tells it", input_schema: { type: "object", properties: { city: { type: "string" } } }, eager_input_streaming: true },
      { name: "clock", input_schema: { type: "object", properties: {} }, eager_input_streaming: true, defer_loading: true, cache_control: { type: "ephemeral" } },
    ]);
    expect(encode({ parameters: { tools: [clock] } }).body["tools"]).toEqual([{ name: "clock", input_schema: { type: "object", properties: {} } }]);
  });

  test("of the protocol's own pass as they are; others are dropped with a note, and strict with one", () => {
    const search = { type: "web_search_20250305", name: "web_search", max_uses: 2 };
    const strict: Tool = { type: "function", function: { name: "clock", strict: true } };
    const { body, notes } = encode({ parameters: { tools: [search, strict, { type: "openrouter:web_search" }, { type: "file_search" }] } });
    expect(body["tools"]).toEqual([search, { name: "clock", input_schema: { type: "object", properties: {} } }]);
    expect(notes).toEqual([translated("tools"), dropped("tools"), dropped("tools")]);
  });

  const choices: readonly { name: string; model?: string; parameters: ChatParameters; sent: object | undefined; notes?: readonly unknown[] }[] = [
    { name: "auto", parameters: { tool_choice: "auto" }, sent: { type: "auto" } },
    { name: "none", parameters: { tool_choice: "none", parallel_tool_calls: false }, sent: { type: "none" } },
    { name: "required", parameters: { tool_choice: "required" }, sent: { type: "any" } },
    { name: "one", parameters: { tool_choice: { type: "function", function: { name: "clock" } } }, sent: { type: "tool", name: "clock" } },
    { name: "one at a time", parameters: { parallel_tool_calls: false }, sent: { type: "auto", disable_parallel_tool_use: true } },
    { name: "many at a time", parameters: { parallel_tool_calls: true }, sent: undefined },
    { name: "one, at a time", parameters: { tool_choice: "required", parallel_tool_calls: false }, sent: { type: "any", disable_parallel_tool_use: true } },
    { name: "a tool that the gateway runs", parameters: { tool_choice: { type: "openrouter:web_search" } }, sent: undefined, notes: [dropped("tool_choice")] },
    { name: "forced while thinking", parameters: { tool_choice: "required", reasoning: { max_tokens: 2000 } }, sent: { type: "auto" }, notes: [translated("tool_choice")] },
    { name: "forced, of one that cannot be", model: "claude-opus-5-5", parameters: { tool_choice: "required" }, sent: { type: "auto" }, notes: [translated("tool_choice")] },
  ];
  test.each(choices)("are chosen: $name", ({ model = sonnet, parameters, sent, notes = [] }) => {
    const encoded = encode({ model, parameters: { tools: [clock], ...parameters } });
    expect(encoded.body["tool_choice"]).toEqual(sent);
    expect(encoded.notes).toEqual(notes);
  });

  test("that are none leave nothing to choose", () => {
    const { body, notes } = encode({ parameters: { tools: [{ type: "openrouter:datetime" }], tool_choice: "required", parallel_tool_calls: false } });
    expect(body).not.toHaveProperty("tools");
    expect(body).not.toHaveProperty("tool_choice");
    expect(notes).toEqual([dropped("tools"), dropped("tool_choice"), dropped("parallel_tool_calls")]);
  });

  test("are not chosen where the endpoint does not list that", () => {
    const { body, notes } = encode({ listed: ["tools"], parameters: { tools: [clock], tool_choice: "required" } });
    expect(body["tool_choice"]).toBeUndefined();
    expect(notes).toEqual([dropped("tool_choice")]);
  });
});

describe("the form of the answer", () => {
  const schema = { type: "object", properties: { n: { type: "integer", minimum: 1 } }, required: ["n"] };

  test("is a schema where the model holds to one, with the limits it does not hold to in words", () => {
    const { body, notes } = encode({ parameters: asked(schema) });
    expect(body["output_config"]).toEqual({
      format: {
        type: "json_schema",
        schema: { type: "object", properties: { n: { type: "integer", description: '{"minimum":1}' } }, required: ["n"], additionalProperties: false },
      },
    });
    expect(notes).toEqual([translated("response_format")]);
  });

  const instructed: readonly { name: string; given: Given; says: string }[] = [
    { name: "where the model does not", given: { model: "claude-3-haiku-20240307", parameters: asked(schema) }, says: JSON.stringify(schema) },
    { name: "where the endpoint does not list it", given: { listed: ["response_format"], parameters: asked(schema) }, says: JSON.stringify(schema) },
    { name: "for objects of any content", given: { parameters: asked({ type: "object" }) }, says: '{"type":"object"}' },
    { name: "for any object", given: { parameters: { response_format: { type: "json_object" } } }, says: "JSON object" },
  ];
  test.each(instructed)("is an instruction $name", ({ given, says }) => {
    const { body, notes } = encode(given);
    expect(body["output_config"]).toBeUndefined();
    expect(body["system"]).toEqual(system(says));
    expect(notes).toEqual([translated("response_format")]);
  });

  test("is the caller's own where he says it in the protocol's words", () => {
    expect(encode({ model: newest, parameters: { verbosity: "low" }, extra: { output_config: { effort: "max" } } }).body["output_config"]).toEqual({ effort: "max" });
  });
});

test("Vertex reads the model and the way of answering in the address, and the version in the body", () => {
  const baseUrl = "https://eu-aiplatform.test/v1/projects/p/locations/eu";
  const whole = encode({ baseUrl, model: "claude-sonnet-4-5@20250929" });
  expect(whole.url).toBe(`${baseUrl}/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict`);
  expect(whole.body).toMatchObject({ anthropic_version: "vertex-2023-10-16", max_tokens: expect.any(Number) });
  expect(whole.body).not.toHaveProperty("model");
  expect(whole.headers).not.toHaveProperty("anthropic-version");
  const streamed = encode({ baseUrl, model: "claude-sonnet-4-5@20250929", stream: true });
  expect([streamed.url, streamed.body["stream"]]).toEqual([`${baseUrl}/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict`, true]);
});
