import { describe, expect, test } from "vitest";
import type { ChatParameters, ChatRequest } from "../../wire/chat.ts";
import type { Target } from "../adapter.ts";
import { plainQuirks } from "../quirks.ts";
import { encodeRequest } from "./encode.ts";

const target: Target = { baseUrl: "https://studio.test/v1beta", upstreamModel: "gemini-2.5-flash", parameters: undefined, outputTokensMax: undefined, quirks: plainQuirks };
const vertex: Target = { ...target, baseUrl: "https://vertex.test/v1/projects/p/locations/global" };
const third: Target = { ...target, upstreamModel: "gemini-3-flash-preview" };

function encoded(parameters: ChatParameters, to: Target = target, fields: Partial<ChatRequest> = {}) {
  const { body, ...rest } = encodeRequest(
    {
      models: ["google/gemini"], messages: [{ role: "user", content: "Hi" }], stream: false, parameters, gateway: {}, extra: {},
      provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false },
      ...fields,
    },
    to,
  );
  return { ...rest, body: JSON.parse(String(body)) };
}

describe("where a request goes", () => {
  const cases: readonly { readonly name: string; readonly to: Target; readonly stream: boolean; readonly url: string }[] = [
    { name: "AI Studio", to: target, stream: false, url: "https://studio.test/v1beta/models/gemini-2.5-flash:generateContent" },
    { name: "AI Studio, streamed", to: target, stream: true, url: "https://studio.test/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse" },
    { name: "a tuned model", to: { ...target, upstreamModel: "tunedModels/mine-1" }, stream: false, url: "https://studio.test/v1beta/tunedModels/mine-1:generateContent" },
    { name: "Vertex", to: vertex, stream: false, url: "https://vertex.test/v1/projects/p/locations/global/publishers/google/models/gemini-2.5-flash:generateContent" },
    {
      name: "Vertex by publisher", to: { ...target, baseUrl: "https://vertex.test/v1/publishers/google" }, stream: true,
      url: "https://vertex.test/v1/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    },
  ];
  test.each(cases)("$name", ({ to, stream, url }) => {
    expect(encoded({}, to, { stream }).url).toBe(url);
  });
});

const weather = { type: "function", function: { name: "weather", description: "Of a city", parameters: { properties: { city: { type: "string" } } } } } as const;
const clock = { type: "function", function: { name: "clock" } } as const;
const schema = { $schema: "https://json-schema.org/draft/2020-12/schema", type: "object", properties: { kind: { const: "a" } } };
const jsonSchema: ChatParameters["response_format"] = { type: "json_schema", json_schema: { name: "answer", schema } };
const declared = [{ functionDeclarations: [{ name: "weather", description: "Of a city", parametersJsonSchema: { type: "object", properties: { city: { type: "string" } } } }, { name: "clock" }] }];

describe("a parameter in Google's words", () => {
  const cases: readonly { readonly name: string; readonly parameters: ChatParameters; readonly to?: Target; readonly body: object }[] = [
    {
      name: "sampling",
      parameters: { max_tokens: 100, temperature: 0.5, top_p: 0.9, top_k: 40, frequency_penalty: 0.1, presence_penalty: 0.2, stop: ["END"], seed: 7 },
      body: { generationConfig: { maxOutputTokens: 100, temperature: 0.5, topP: 0.9, topK: 40, frequencyPenalty: 0.1, presencePenalty: 0.2, stopSequences: ["END"], seed: 7 } },
    },
    { name: "a seed of more than 32 bits", parameters: { seed: 2 ** 32 + 5 }, body: { generationConfig: { seed: 5 } } },
    { name: "log probabilities", parameters: { logprobs: true, top_logprobs: 3 }, body: { generationConfig: { responseLogprobs: true, logprobs: 3 } } },
    {
      name: "images out", parameters: { modalities: ["image", "text"], image_config: { aspect_ratio: "16:9", image_size: "2K" } },
      body: { generationConfig: { responseModalities: ["IMAGE", "TEXT"], imageConfig: { aspectRatio: "16:9", imageSize: "2K" } } },
    },
    {
      name: "sound out", parameters: { modalities: ["audio"], audio: { voice: "Kore", format: "pcm16" } },
      body: { generationConfig: { responseModalities: ["AUDIO"], speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } } } },
    },
    { name: "any JSON", parameters: { response_format: { type: "json_object" } }, body: { generationConfig: { responseMimeType: "application/json" } } },
    {
      name: "JSON of a schema", parameters: { response_format: jsonSchema },
      body: { generationConfig: { responseMimeType: "application/json", responseJsonSchema: { type: "object", properties: { kind: { enum: ["a"] } } } } },
    },
    { name: "text, which is the default", parameters: { response_format: { type: "text" } }, body: {} },
    { name: "functions", parameters: { tools: [weather, clock] }, body: { tools: declared } },
    { name: "functions at will", parameters: { tools: [weather, clock], tool_choice: "auto" }, body: { tools: declared, toolConfig: { functionCallingConfig: { mode: "AUTO" } } } },
    { name: "no function", parameters: { tools: [weather, clock], tool_choice: "none" }, body: { tools: declared, toolConfig: { functionCallingConfig: { mode: "NONE" } } } },
    { name: "any function", parameters: { tools: [weather, clock], tool_choice: "required" }, body: { tools: declared, toolConfig: { functionCallingConfig: { mode: "ANY" } } } },
    {
      name: "one function", parameters: { tools: [weather, clock], tool_choice: { type: "function", function: { name: "clock" } } },
      body: { tools: declared, toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["clock"] } } },
    },
    {
      name: "strict functions", parameters: { tools: [{ type: "function", function: { name: "clock", strict: true } }] },
      body: { tools: [{ functionDeclarations: [{ name: "clock" }] }], toolConfig: { functionCallingConfig: { mode: "VALIDATED" } } },
    },
    { name: "web search", parameters: { web_search_options: {} }, body: { tools: [{ googleSearch: {} }] } },
    {
      name: "JSON beside functions, from the third generation on", to: third, parameters: { tools: [clock], response_format: { type: "json_object" } },
      body: { tools: [{ functionDeclarations: [{ name: "clock" }] }], generationConfig: { responseMimeType: "application/json" } },
    },
    { name: "the default tier", parameters: { service_tier: "default" }, body: { serviceTier: "standard" } },
    { name: "the endpoint's tier", parameters: {}, to: { ...target, serviceTier: "flex" }, body: { serviceTier: "flex" } },
  ];
  test.each(cases)("$name", ({ parameters, to, body }) => {
    const { contents, ...rest } = encoded(parameters, to).body;
    expect(contents).toEqual([{ role: "user", parts: [{ text: "Hi" }] }]);
    expect(rest).toEqual(body);
  });

  test("JSON beside functions is asked for in words where a format is refused", () => {
    for (const [to, choice] of [[target, "auto"], [third, "required"]] as const) {
      const { body, notes } = encoded({ tools: [clock], tool_choice: choice, response_format: jsonSchema }, to);
      expect(body.generationConfig).toBeUndefined();
      expect(body.systemInstruction.parts[0].text).toContain(JSON.stringify(schema));
      expect(notes).toContainEqual(expect.objectContaining({ parameter: "response_format", action: "translated" }));
    }
  });

  test("a schema is asked for in words where the endpoint lists JSON alone", () => {
    const { body } = encoded({ response_format: jsonSchema }, { ...target, parameters: new Set(["response_format"]) });
    expect(body.generationConfig).toEqual({ responseMimeType: "application/json" });
    expect(body.systemInstruction.parts[0].text).toContain(JSON.stringify(schema));
  });

  test("Vertex takes the tier in a header", () => {
    const { body, headers } = encoded({}, { ...vertex, serviceTier: "priority" });
    expect(headers["x-vertex-ai-llm-shared-request-type"]).toBe("priority");
    expect(body).not.toHaveProperty("serviceTier");
  });
});

describe("what cannot be sent is dropped with a note", () => {
  const cases: readonly { readonly name: string; readonly parameters: ChatParameters; readonly dropped: string }[] = [
    { name: "search beside functions", parameters: { tools: [clock], web_search_options: {} }, dropped: "web_search_options" },
    { name: "one call at a time", parameters: { tools: [clock], parallel_tool_calls: false }, dropped: "parallel_tool_calls" },
    { name: "a choice of no function", parameters: { tools: [clock], tool_choice: { type: "function", function: { name: "other" } } }, dropped: "tool_choice" },
    { name: "tools that are not functions", parameters: { tools: [clock, { type: "custom", custom: { name: "shell" } }] }, dropped: "tools" },
    { name: "a grammar", parameters: { response_format: { type: "grammar", grammar: "root ::= x" } }, dropped: "response_format" },
    { name: "a tier of another price", parameters: { service_tier: "priority" }, dropped: "service_tier" },
  ];
  test.each(cases)("$name", ({ parameters, dropped }) => {
    expect(encoded(parameters).notes).toContainEqual(expect.objectContaining({ parameter: dropped, action: "dropped" }));
  });

  test("more than one call at a time is not, for it is what Google does", () => {
    expect(encoded({ tools: [clock], parallel_tool_calls: true }).notes).toEqual([]);
  });
});

describe("fields of Google's own", () => {
  test("pass in either spelling, beside what the caller said in the public words", () => {
    const safety = [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }];
    const { body, notes } = encoded({ temperature: 1 }, target, { extra: { safety_settings: safety, generationConfig: { mediaResolution: "MEDIA_RESOLUTION_LOW", temperature: 0 }, labels: { team: "a" } } });
    expect(body).toMatchObject({ safetySettings: safety, generationConfig: { mediaResolution: "MEDIA_RESOLUTION_LOW", temperature: 1 }, labels: { team: "a" } });
    expect(notes).toEqual([]);
  });

  test("do not write over the conversation, and others are dropped with a note", () => {
    const { body, notes } = encoded({}, target, { extra: { contents: [], systemInstruction: "x", min_tokens: 3 } });
    expect(body).toEqual({ contents: [{ role: "user", parts: [{ text: "Hi" }] }] });
    expect(notes.map((note) => note.parameter)).toEqual(["contents", "systemInstruction", "min_tokens"]);
  });
});
