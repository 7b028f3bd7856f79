import { describe, expect, test } from "vitest";
import { requestWith, target } from "../../../test/laws/adapter.ts";
import type { ChatParameters, ChatRequest } from "../../wire/chat.ts";
import type { Target } from "../adapter.ts";
import { bedrockConverse } from "./adapter.ts";

const claude = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
const newest = "global.anthropic.claude-opus-4-8";
const nova = "amazon.nova-pro-v1:0";
const nova2 = "amazon.nova-2-lite-v1:0";
const oss = "openai.gpt-oss-120b-1:0";
const llama = "us.meta.llama4-scout-17b-instruct-v1:0";
const mistral = "mistral.mistral-large-3-675b-instruct";
const deepseek = "us.deepseek.r1-v1:0";

function encode(model: string, parameters: ChatParameters, fields: Partial<ChatRequest> = {}, at: Partial<Target> = {}) {
  const encoded = bedrockConverse.encodeRequest(requestWith(parameters, fields), { ...target, outputTokensMax: 10_000, upstreamModel: model, ...at });
  return { ...encoded, body: JSON.parse(String(encoded.body)) as Record<string, unknown> };
}

const dropped = (parameter: string) => expect.objectContaining({ parameter, action: "dropped" });
const translated = (parameter: string) => expect.objectContaining({ parameter, action: "translated" });
const weather = { type: "function", function: { name: "weather", description: "Of a city", parameters: { properties: { city: { type: "string" } } } } } as const;
const spec = { toolSpec: { name: "weather", description: "Of a city", inputSchema: { json: { type: "object", properties: { city: { type: "string" } } } } } };

describe("a request", () => {
  test("names the model in its path, with all that a path cannot hold encoded", () => {
    const { url, headers, body } = encode(claude, {});
    expect(url).toBe("https://upstream.test/v1/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream");
    expect(headers["accept"]).toBe("application/vnd.amazon.eventstream");
    expect(body).toEqual({ messages: [{ role: "user", content: [{ text: "Hello" }] }], inferenceConfig: { maxTokens: 10_000 } });
    expect(encode("arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-x", {}, { stream: false }).url).toContain("/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Feu.anthropic.claude-x/converse");
  });

  test("is bounded where somebody knows a bound", () => {
    expect(encode(claude, {}, {}, { outputTokensMax: undefined }).body).not.toHaveProperty("inferenceConfig");
    expect(encode(claude, { reasoning: { max_tokens: 2_000 } }, {}, { outputTokensMax: undefined }).body).toMatchObject({ inferenceConfig: { maxTokens: 6_096 } });
  });

  test("is sampled in this protocol's words, and top_k in its maker's", () => {
    const parameters = { temperature: 2, top_p: 0.9, top_k: 40, stop: ["END"], max_tokens: 9 };
    expect(encode(nova, parameters).body).toMatchObject({ inferenceConfig: { maxTokens: 9, temperature: 1, topP: 0.9, stopSequences: ["END"] }, additionalModelRequestFields: { inferenceConfig: { topK: 40 } } });
    expect(encode(mistral, parameters).body["additionalModelRequestFields"]).toEqual({ top_k: 40 });
    expect(encode(llama, parameters).notes).toContainEqual(dropped("top_k"));
    const { body, notes } = encode(claude, parameters);
    expect(body).toMatchObject({ inferenceConfig: { temperature: 1 }, additionalModelRequestFields: { top_k: 40 } });
    expect(notes).toContainEqual(expect.objectContaining({ parameter: "top_p", detail: "not taken together with temperature" }));
    expect(encode(newest, { temperature: 0.5 }).notes).toContainEqual(dropped("temperature"));
  });

  test("carries fields of Converse's and of the maker's own, and leaves others out with a note", () => {
    const extra = { guardrailConfig: { guardrailIdentifier: "g" }, additionalModelRequestFields: { x: 1 }, anthropic_beta: "one, two", top_n: 3 };
    const { body, notes } = encode(claude, {}, { extra });
    expect(body).toMatchObject({ guardrailConfig: { guardrailIdentifier: "g" }, additionalModelRequestFields: { x: 1, anthropic_beta: ["one", "two"] } });
    expect(notes).toEqual([dropped("top_n")]);
    expect(encode(nova, {}, { extra }).notes).toEqual([dropped("anthropic_beta"), dropped("top_n")]);
  });

  test("is of the tier that its endpoint stands for", () => {
    expect(encode(nova, {}, {}, { serviceTier: "flex" }).body["serviceTier"]).toEqual({ type: "flex" });
    expect(encode(nova, { service_tier: "default" }).body["serviceTier"]).toEqual({ type: "default" });
    expect(encode(nova, { service_tier: "priority" }).notes).toContainEqual(dropped("service_tier"));
  });
});

describe("tools", () => {
  const named = { type: "function", function: { name: "weather" } } as const;
  const choices = [
    { model: claude, choice: "auto", toolConfig: { tools: [spec], toolChoice: { auto: {} } }, makers: undefined },
    { model: claude, choice: "required", toolConfig: { tools: [spec], toolChoice: { any: {} } }, makers: undefined },
    { model: claude, choice: named, toolConfig: { tools: [spec], toolChoice: { tool: { name: "weather" } } }, makers: undefined },
    { model: claude, choice: "none", toolConfig: { tools: [spec] }, makers: { tool_choice: { type: "none" } } },
    { model: nova, choice: "none", toolConfig: undefined, makers: undefined },
    { model: mistral, choice: named, toolConfig: { tools: [spec], toolChoice: { any: {} } }, makers: undefined },
    { model: llama, choice: "required", toolConfig: { tools: [spec] }, makers: undefined },
  ] as const;
  test.each(choices)("of $model, chosen by $choice", ({ model, choice, toolConfig, makers }) => {
    const { body } = encode(model, { tools: [weather], tool_choice: choice });
    expect(body["toolConfig"]).toEqual(toolConfig);
    expect(body["additionalModelRequestFields"]).toEqual(makers);
  });

  test("one at a time is a choice in Claude's own words, and in those alone", () => {
    const { body } = encode(claude, { tools: [weather], tool_choice: "required", parallel_tool_calls: false });
    expect(body).toMatchObject({ toolConfig: { tools: [spec] }, additionalModelRequestFields: { tool_choice: { type: "any", disable_parallel_tool_use: true } } });
    expect(body["toolConfig"]).not.toHaveProperty("toolChoice");
    expect(encode(nova, { tools: [weather], parallel_tool_calls: false }).notes).toContainEqual(dropped("parallel_tool_calls"));
  });

  test("cannot be forced while Claude thinks", () => {
    const { body, notes } = encode(claude, { tools: [weather], tool_choice: "required", reasoning: { effort: "high" } });
    expect(body["toolConfig"]).toMatchObject({ toolChoice: { auto: {} } });
    expect(notes).toContainEqual(expect.objectContaining({ parameter: "tool_choice", detail: expect.stringContaining("sent as auto") }));
  });

  test("that are marked end the part of the prompt that is cached", () => {
    const marked = { ...weather, cache_control: { type: "ephemeral", ttl: "1h" } } as const;
    expect(encode(claude, { tools: [marked] }).body["toolConfig"]).toEqual({ tools: [spec, { cachePoint: { type: "default", ttl: "1h" } }] });
    expect(encode(llama, { tools: [marked] }).body["toolConfig"]).toEqual({ tools: [spec] });
  });
});

describe("the form of an answer", () => {
  const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"], additionalProperties: false };
  const format = { response_format: { type: "json_schema", json_schema: { name: "count", description: "A count", schema } } } as const;

  test("is a schema as text, where the endpoint takes one", () => {
    const outputConfig = { textFormat: { type: "json_schema", structure: { jsonSchema: { name: "count", description: "A count", schema: JSON.stringify(schema) } } } };
    expect(encode(claude, format).body["outputConfig"]).toEqual(outputConfig);
    expect(encode(deepseek, format, {}, { parameters: new Set(["structured_outputs"]) }).body["outputConfig"]).toEqual(outputConfig);
  });

  test("is an instruction elsewhere", () => {
    const { body, notes } = encode(nova, format);
    expect(body).not.toHaveProperty("outputConfig");
    expect(body["system"]).toEqual([{ text: expect.stringContaining(JSON.stringify(schema)) }]);
    expect(notes).toContainEqual(translated("response_format"));
  });
});

describe("reasoning", () => {
  const cases = [
    { model: claude, reasoning: { max_tokens: 2_000 }, makers: { thinking: { type: "enabled", budget_tokens: 2_000 } } },
    { model: newest, reasoning: { effort: "low" }, makers: { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "low" } } },
    { model: oss, reasoning: { effort: "xhigh" }, makers: { reasoning_effort: "high" } },
    { model: nova2, reasoning: { effort: "medium" }, makers: { reasoningConfig: { type: "enabled", maxReasoningEffort: "medium" } } },
    { model: nova2, reasoning: { enabled: false }, makers: { reasoningConfig: { type: "disabled" } } },
    { model: deepseek, reasoning: { effort: "high" }, makers: undefined },
  ] as const;
  test.each(cases)("$reasoning of $model", ({ model, reasoning, makers }) => {
    expect(encode(model, { reasoning }).body["additionalModelRequestFields"]).toEqual(makers);
  });

  test("of Nova at its highest goes without a bound and without sampling; with a bound it is less", () => {
    const { body, notes } = encode(nova2, { reasoning: { effort: "high" }, temperature: 0.5 });
    expect(body).not.toHaveProperty("inferenceConfig");
    expect(notes).toContainEqual(dropped("temperature"));
    expect(encode(nova2, { reasoning: { effort: "high" }, max_tokens: 50 }).body).toMatchObject({ inferenceConfig: { maxTokens: 50 }, additionalModelRequestFields: { reasoningConfig: { maxReasoningEffort: "medium" } } });
  });

  test("where it cannot be said, it is noted", () => {
    expect(encode(deepseek, { reasoning: { effort: "high" } }).notes).toContainEqual(dropped("reasoning"));
  });
});

test("the whole prompt is cached up to its end where the model takes a marker", () => {
  const marker = { cache_control: { type: "ephemeral" } } as const;
  expect(encode(claude, marker).body["messages"]).toEqual([{ role: "user", content: [{ text: "Hello" }, { cachePoint: { type: "default" } }] }]);
  expect(encode(llama, marker).notes).toContainEqual(dropped("cache_control"));
});

test("only Claude's earlier models go on where a trailing message ends", () => {
  expect([claude, newest, nova, "anthropic.claude-3-haiku-20240307-v1:0"].map((upstreamModel) => bedrockConverse.continues({ ...target, upstreamModel }))).toEqual([true, false, false, true]);
});
