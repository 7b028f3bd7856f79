import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chatCompletions } from "../surfaces/chat-completions/surface.ts";
import { contentOf, settingsOf } from "./content.ts";

type Fields = Readonly<Record<string, unknown>>;

const content = (body: Fields) => contentOf(chatCompletions, body);

describe("of an inference body", () => {
  test("what belongs to a preset is kept, in public names, and the rest is passed over", () => {
    expect(content({
      model: "a/one", models: ["a/two"], temperature: 0.7, max_completion_tokens: 5, stop: "END", provider: { order: ["x"], sort: "price", max_price: { prompt: "1" }, allow_fallbacks: true },
      plugins: [{ id: "web" }], tools: [{ type: "function", function: { name: "f" } }], cache_enabled: false, cache_ttl_seconds: 60,
      messages: [{ role: "user", content: "Hello" }], stream: true, user: "u", session_id: "s", metadata: { a: "b" }, preset: "other", seed: null, novelty: 1,
    })).toEqual({
      systemPrompt: null,
      config: {
        model: "a/one", models: ["a/two"], temperature: 0.7, max_tokens: 5, stop: ["END"], provider: { order: ["x"], sort: { by: "price", partition: "model" }, max_price: { prompt: 1 } },
        plugins: [{ id: "web" }], tools: [{ type: "function", function: { name: "f" } }], cache_enabled: false, cache_ttl_seconds: 60,
      },
    });
  });

  test("neither a model nor messages need be there", () => {
    expect(content({ temperature: 1 })).toEqual({ systemPrompt: null, config: { temperature: 1 } });
    expect(content({ model: null, models: ["a/b"] }).config).toEqual({ model: "a/b" });
  });

  test("the system prompt is what its system and developer messages say", () => {
    const messages = [
      { role: "system", content: "One." }, { role: "user", content: "Not this." }, { role: "system", content: "" },
      { role: "developer", content: [{ type: "text", text: "Two." }, { type: "text", text: "Three." }] },
    ];
    expect(content({ messages }).systemPrompt).toBe("One.\n\nTwo.\nThree.");
  });

  const refused = [
    { name: "a parameter out of its range", body: { temperature: 3 }, field: "temperature" },
    { name: "a tool without a name", body: { tools: [{ type: "function", function: {} }] }, field: "tools[0].function.name" },
    { name: "a wish that no provider understands", body: { provider: { sort: "colour" } }, field: "provider.sort" },
    { name: "another preset as model", body: { model: "@preset/other" }, field: "model" },
    { name: "another preset behind a model", body: { models: ["a/b", "a/b@preset/other"] }, field: "model" },
    { name: "a cache switch that is no switch", body: { cache_enabled: "yes" }, field: "cache_enabled" },
    { name: "a cache time of nothing", body: { cache_ttl_seconds: 0 }, field: "cache_ttl_seconds" },
    { name: "a cache time of two days", body: { cache_ttl_seconds: 172_800 }, field: "cache_ttl_seconds" },
  ];
  test.each(refused)("$name is refused by name", ({ body, field }) => {
    expect(() => content(body)).toThrow(expect.objectContaining({ code: "invalid_request", metadata: { field } }));
  });

  test("more than is good to keep in memory is refused", () => {
    expect(() => content({ messages: [{ role: "system", content: "x".repeat(140_000) }] })).toThrow(expect.objectContaining({ code: "payload_too_large" }));
  });
});

test("what is stored means to the next request what the body meant to its own", () => {
  const optional = { requiredKeys: [] as [] };
  const body = fc.record({
    model: fc.constantFrom("a/one", "a/two:free"), models: fc.uniqueArray(fc.constantFrom("b/one", "b/two")),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }), top_k: fc.nat(), stop: fc.oneof(fc.string(), fc.array(fc.string())),
    seed: fc.integer(), logit_bias: fc.dictionary(fc.stringMatching(/^\d{1,4}$/), fc.integer({ min: -100, max: 100 })),
    reasoning: fc.record({ effort: fc.constantFrom("low", "high"), exclude: fc.boolean() }, optional), include_reasoning: fc.boolean(),
    response_format: fc.constantFrom({ type: "json_object" }, { type: "json_schema", json_schema: { name: "n", schema: { type: "object" } } }),
    tools: fc.array(fc.record({ type: fc.constant("function"), function: fc.record({ name: fc.stringMatching(/^[\w-]{1,9}$/), parameters: fc.constant({}) }) })),
    provider: fc.record({
      order: fc.array(fc.string()), allow_fallbacks: fc.boolean(), zdr: fc.boolean(), data_collection: fc.constantFrom("allow", "deny"), quantizations: fc.constant(["fp8"]),
      sort: fc.constantFrom("price", { partition: "none" }, { by: "latency", partition: "none" }), max_price: fc.record({ prompt: fc.nat(), image: fc.nat() }, optional),
      preferred_min_throughput: fc.oneof(fc.nat(), fc.record({ p50: fc.nat(), p99: fc.nat() }, optional)), enforce_distillable_text: fc.boolean(), require_parameters: fc.boolean(),
    }, optional),
    route: fc.constantFrom("sort", "fallback"), plugins: fc.array(fc.record({ id: fc.string() })),
  }, { requiredKeys: ["model"] });
  fc.assert(fc.property(body, (fields) => {
    const { models, parameters, provider, gateway } = chatCompletions.parse(Buffer.from(JSON.stringify({ ...fields, messages: [{ role: "user", content: "" }] })));
    expect(settingsOf(content(fields))).toEqual({ models, parameters, provider, gateway, systemPrompt: null });
  }));
});
