import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatParameters, ChatRequest, Message, Tool } from "../../wire/chat.ts";
import type { Target } from "../adapter.ts";
import { plainQuirks } from "../quirks.ts";
import { encodeRequest } from "./encode.ts";
import { toolIds } from "./tool-ids.ts";

const hello: Message = { role: "user", content: "Hello" };
const weather: Tool = { type: "function", function: { name: "weather", parameters: { type: "object" } } };
const clock: Tool = { type: "function", function: { name: "clock", parameters: { type: "object" } } };

interface Given {
  readonly parameters?: ChatParameters;
  readonly messages?: readonly Message[];
  readonly extra?: ChatRequest["extra"];
  readonly model?: string;
  readonly listed?: readonly string[];
}

function encode({ parameters = {}, messages = [hello], extra = {}, model = "ministral-8b-2512", listed }: Given) {
  const request: ChatRequest = {
    models: ["a/b"], messages, stream: true, parameters, extra, gateway: {},
    provider: { allowFallbacks: true, requireParameters: false, dataCollection: "allow", zdr: false, enforceDistillableText: false },
  };
  const target: Target = { baseUrl: "https://m.test/v1", upstreamModel: model, parameters: listed === undefined ? undefined : new Set(listed), outputTokensMax: 1000, quirks: plainQuirks };
  const encoded = encodeRequest(request, target);
  return { ...encoded, body: JSON.parse(String(encoded.body)) as Record<string, unknown> };
}

const said = (messages: readonly Message[], listed?: readonly string[]) => encode({ messages, ...(listed === undefined ? {} : { listed }) }).body["messages"];
const asked = (...ids: readonly string[]) => toolIds(ids.map((id): Message => ({ role: "tool", tool_call_id: id, content: "" })));
const dropped = (parameter: string) => expect.objectContaining({ parameter, action: "dropped" });
const translated = (parameter: string) => expect.objectContaining({ parameter, action: "translated" });

describe("parameters", () => {
  test("of ministral-8b-2512's page all reach the upstream, in its own names", () => {
    const { body, notes } = encode({
      listed: ["max_tokens", "temperature", "top_p", "stop", "frequency_penalty", "presence_penalty", "seed", "response_format", "structured_outputs", "tools", "tool_choice"],
      parameters: {
        max_tokens: 10, temperature: 0.3, top_p: 0.9, stop: ["x"], frequency_penalty: 0.1, presence_penalty: 0.2, seed: 7, tools: [weather], tool_choice: "auto",
        response_format: { type: "json_schema", json_schema: { name: "a", strict: true, schema: { type: "object" } } },
      },
    });
    expect(body).toEqual({
      model: "ministral-8b-2512", messages: [hello], stream: true,
      max_tokens: 10, temperature: 0.3, top_p: 0.9, stop: ["x"], frequency_penalty: 0.1, presence_penalty: 0.2, random_seed: 7, tools: [weather], tool_choice: "auto",
      response_format: { type: "json_schema", json_schema: { name: "a", strict: true, schema: { type: "object" } } },
    });
    expect(notes).toEqual([translated("seed")]);
  });

  test("beyond the allow-list are dropped with a note, Mistral's own are passed", () => {
    const { body, notes } = encode({ parameters: { top_k: 5, logit_bias: { "1": 1 } }, extra: { safe_prompt: true, document_image_limit: 8, raw_mode: true } });
    expect(body).toEqual({ model: "ministral-8b-2512", messages: [hello], stream: true, safe_prompt: true, document_image_limit: 8 });
    expect(notes).toEqual([dropped("top_k"), dropped("logit_bias"), dropped("raw_mode")]);
  });

  test("a temperature beyond Mistral's is cut to it", () => {
    expect(encode({ parameters: { temperature: 2 } })).toMatchObject({ body: { temperature: 1.5 }, notes: [translated("temperature")] });
    expect(encode({ parameters: { temperature: 1.5 } })).toMatchObject({ body: { temperature: 1.5 }, notes: [] });
  });

  const choices = [
    { choice: "required", sent: "any", tools: [weather, clock] },
    { choice: "none", sent: "none", tools: [weather, clock] },
    { choice: { type: "function", function: { name: "clock" } }, sent: "any", tools: [clock] },
  ] as const;
  test.each(choices)("tool_choice $choice is $sent", ({ choice, sent, tools }) => {
    expect(encode({ parameters: { tools: [weather, clock], tool_choice: choice, parallel_tool_calls: false } }).body).toMatchObject({ tool_choice: sent, tools, parallel_tool_calls: false });
  });

  const reasonings = [
    { name: "an effort", model: "mistral-small-2603", reasoning: { effort: "high" }, sent: { reasoning_effort: "high" }, notes: [] },
    { name: "the only effort there is", model: "mistral-small-2603", reasoning: { effort: "low" }, sent: { reasoning_effort: "high" }, notes: [translated("reasoning")] },
    { name: "no effort", model: "mistral-small-2603", reasoning: { enabled: false }, sent: { reasoning_effort: "none" }, notes: [translated("reasoning")] },
    { name: "a prompt mode", model: "magistral-medium-2507", reasoning: { effort: "high" }, sent: { prompt_mode: "reasoning" }, notes: [translated("reasoning")] },
    { name: "no prompt mode", model: "magistral-medium-2507", reasoning: { effort: "none" }, sent: { prompt_mode: null }, notes: [] },
    { name: "nothing, when nothing was asked", model: "magistral-medium-2507", reasoning: { exclude: true }, sent: {}, notes: [] },
  ] as const;
  test.each(reasonings)("reasoning is $name", ({ model, reasoning, sent, notes }) => {
    const { body, notes: noted } = encode({ model, parameters: { reasoning } });
    expect(body).toEqual({ model, messages: [hello], stream: true, ...sent });
    expect(noted).toEqual(notes);
  });
});

describe("messages", () => {
  test("have four roles", () => {
    expect(said([{ role: "developer", content: "Be brief." }, hello])).toEqual([{ role: "system", content: "Be brief." }, hello]);
  });

  test("name their speaker in their words", () => {
    expect(said([{ role: "user", name: "Ann", content: "Hello" }])).toEqual([{ role: "user", content: "Ann: Hello" }]);
    expect(said([{ role: "user", name: "Ann", content: [{ type: "text", text: "Hello" }] }])).toEqual([{ role: "user", content: [{ type: "text", text: "Ann: " }, { type: "text", text: "Hello" }] }]);
  });

  test("carry images and documents in Mistral's parts", () => {
    const parts = [
      { type: "text", text: "Look", cache_control: { type: "ephemeral" } },
      { type: "image_url", image_url: { url: "https://x.test/a.png" } },
      { type: "image_url", image_url: { url: "https://x.test/b.png", detail: "low" } },
      { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AA" } },
    ] as const;
    expect(said([{ role: "user", content: parts }])).toEqual([{
      role: "user",
      content: [
        { type: "text", text: "Look" },
        { type: "image_url", image_url: "https://x.test/a.png" },
        { type: "image_url", image_url: { url: "https://x.test/b.png", detail: "low" } },
        { type: "document_url", document_url: "data:application/pdf;base64,AA", document_name: "a.pdf" },
      ],
    }]);
  });

  test("of tools carry nine-character ids, the same on both sides, and the tool's name", () => {
    const messages = said([
      hello,
      { role: "assistant", content: null, tool_calls: [{ id: "call_abcdef_1", type: "function", function: { name: "weather", arguments: "" } }, { id: "call_abcdef_2", type: "function", function: { name: "clock", arguments: "{}" } }] },
      { role: "tool", tool_call_id: "call_abcdef_1", content: "sunny" },
      { role: "tool", tool_call_id: "call_abcdef_2", content: "noon" },
    ]) as { tool_calls: { id: string }[]; tool_call_id: string; name: string }[];
    const [first, second] = messages[1]?.tool_calls ?? [];
    expect(first).toEqual({ id: expect.stringMatching(/^[a-zA-Z0-9]{9}$/), type: "function", function: { name: "weather", arguments: "{}" } });
    expect(first?.id).not.toBe(second?.id);
    expect(messages[2]).toEqual({ role: "tool", tool_call_id: first?.id, name: "weather", content: "sunny" });
    expect(messages[3]).toEqual({ role: "tool", tool_call_id: second?.id, name: "clock", content: "noon" });
  });

  test("hand earlier thinking back as a closed part, to a model that thinks", () => {
    const messages: readonly Message[] = [hello, { role: "assistant", content: "4", reasoning: "2+2" }, hello];
    const thinking = { type: "thinking", thinking: [{ type: "text", text: "2+2" }], closed: true };
    expect(said(messages)).toEqual([hello, { role: "assistant", content: [thinking, { type: "text", text: "4" }] }, hello]);
    expect(said(messages, ["temperature"])).toEqual([hello, { role: "assistant", content: "4" }, hello]);
  });

  test("that trail ask to be continued", () => {
    expect(said([hello, { role: "assistant", content: "The answer" }])).toEqual([hello, { role: "assistant", content: "The answer", prefix: true }]);
  });
});

test("tool ids are well formed, never shared, and well-formed ones stay", () => {
  const ids = fc.uniqueArray(fc.oneof(fc.string(), fc.stringMatching(/^call_[a-z0-9]{4}$/), fc.stringMatching(/^[a-zA-Z0-9]{9}$/)), { maxLength: 30 });
  fc.assert(
    fc.property(ids, (given) => {
      const messages: readonly Message[] = given.map((id) => ({ role: "tool", tool_call_id: id, content: "" }));
      const map = toolIds(messages);
      expect([...map.keys()]).toEqual(given);
      expect(new Set(map.values()).size).toBe(given.length);
      for (const [from, to] of map) {
        expect(to).toMatch(/^[a-zA-Z0-9]{9}$/);
        if (/^[a-zA-Z0-9]{9}$/.test(from)) expect(to).toBe(from);
      }
      expect(toolIds(messages)).toEqual(map);
    }),
  );
});

test("an id whose hash is another's own id is hashed again", () => {
  const hashed = asked("call_1").get("call_1") ?? "";
  const map = asked("call_1", hashed);
  expect(map.get(hashed)).toBe(hashed);
  expect(map.get("call_1")).toMatch(/^[a-zA-Z0-9]{9}$/);
  expect(map.get("call_1")).not.toBe(hashed);
});

test("a call to a tool that takes free text is one of a function, and its result is its answer", () => {
  const custom = { id: "c", type: "custom", custom: { name: "sql", input: "SELECT 1" } };
  expect(said([hello, { role: "assistant", content: null, tool_calls: [custom] } as unknown as Message, { role: "tool", tool_call_id: "c", content: "1" }])).toMatchObject([
    {}, { tool_calls: [{ type: "function", function: { name: "sql", arguments: '{"input":"SELECT 1"}' } }] }, { role: "tool", name: "sql" },
  ]);
});
