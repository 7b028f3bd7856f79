import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expression, json, javascript, python } from "./literals.ts";
import { sampleModes, samplesFor, type SampleKind, type SampleWish } from "./samples.ts";

const wish: SampleWish = { baseUrl: "https://ai.example.org/gateway/api/v1", slug: "acme/model", kind: "chat", mode: "plain", takesSchema: true, givesImages: false, isAttributed: false };
const idsOf = (over: Partial<SampleWish>) => samplesFor({ ...wish, ...over }).map(({ id }) => id);

describe("literals", () => {
  test("JSON of any value is that value", () => fc.assert(fc.property(fc.jsonValue(), (value) => {
    expect(JSON.parse(json(value))).toEqual(JSON.parse(JSON.stringify(value)));
  })));
  test.each([
    { value: { a: 1, "b-c": [true, null] }, js: '{ a: 1, "b-c": [true, null] }', py: '{"a": 1, "b-c": [True, None]}' },
    { value: { key: expression("process.env.KEY") }, js: "{ key: process.env.KEY }", py: '{"key": process.env.KEY}' },
  ])("$js", ({ value, js, py }) => {
    expect(javascript(value)).toBe(js);
    expect(python(value)).toBe(py);
  });
});

describe("samples", () => {
  test.each<{ kind: SampleKind; ids: readonly string[] }>([
    { kind: "chat", ids: ["curl", "python", "typescript", "fetch", "openrouter", "anthropic"] },
    { kind: "embeddings", ids: ["curl", "python", "typescript", "fetch", "openrouter"] },
    { kind: "rerank", ids: ["curl", "fetch", "openrouter"] },
    { kind: "images", ids: ["curl", "fetch"] },
    { kind: "speech", ids: ["curl", "python", "typescript", "fetch"] },
    { kind: "transcription", ids: ["curl", "python", "typescript"] },
  ])("$kind: in each language that has a client for it, with this host and this slug", ({ kind, ids }) => {
    expect(idsOf({ kind })).toEqual(ids);
    for (const { code } of samplesFor({ ...wish, kind })) {
      expect(code).toContain("https://ai.example.org/gateway/api");
      expect(code).toContain("acme/model");
      expect(code).toContain("WINDROSE_API_KEY");
    }
  });

  test("any JSON is asked for where no schema is taken, and of Anthropic's client not at all", () => {
    const samples = samplesFor({ ...wish, mode: "json", takesSchema: false });
    expect(samples.map(({ id }) => id)).not.toContain("anthropic");
    for (const { code } of samples) expect(code).toContain("json_object");
  });

  test.each(sampleModes)("%s: the body of curl is JSON, whoever quotes it", (mode) => {
    const [curl] = samplesFor({ ...wish, mode, isAttributed: true });
    const body: unknown = JSON.parse(/-d '(.*)'$/s.exec(curl?.code ?? "")?.[1] ?? "");
    expect(body).toMatchObject({ model: "acme/model" });
  });

  test("ask a model that draws for a picture, in the plain sample alone", () => {
    for (const { id, code } of samplesFor({ ...wish, givesImages: true })) if (id !== "anthropic") expect(code).toMatch(/modalities.*message\.images|modalities/s);
    for (const { code } of samplesFor({ ...wish, givesImages: true, mode: "stream" })) expect(code).not.toContain("modalities");
  });

  test("name an app when asked to, and only then", () => {
    for (const { code } of samplesFor({ ...wish, isAttributed: true })) expect(code).toContain("https://your-app.example");
    for (const { code } of samplesFor(wish)) expect(code).not.toContain("your-app");
  });
});
