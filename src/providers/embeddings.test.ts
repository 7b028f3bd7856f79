import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault } from "../base/fault.ts";
import type { EmbeddingInput, EmbeddingRequest } from "../wire/embedding.ts";
import { head, recordedJson, targetOf } from "../../test/support/task-target.ts";
import { cohereEmbeddings } from "./cohere-v2/embeddings.ts";
import { googleEmbeddings } from "./google-generative/embeddings.ts";
import { openaiEmbeddings } from "./openai-tasks/embeddings.ts";
import { plainQuirks } from "./quirks.ts";
import type { TaskAdapter } from "./task-adapter.ts";
import { voyageEmbeddings } from "./voyage-embeddings/embeddings.ts";

const openai = openaiEmbeddings("openai-chat");
const mistral = openaiEmbeddings("mistral-chat");
const vertex = "https://eu-aiplatform.googleapis.com/v1/projects/p/locations/eu";
const requestOf = (given: Partial<EmbeddingRequest> = {}): EmbeddingRequest => ({ ...head, task: "embeddings", inputs: ["one", "zwei ä"], dimensions: undefined, encoding: "float", inputType: undefined, ...given });

function encode(adapter: TaskAdapter<"embeddings">, given: Partial<EmbeddingRequest> = {}, target = targetOf()) {
  const { url, body, notes } = adapter.encodeRequest(requestOf(given), target);
  return { url, notes, body: JSON.parse(String(body)) as unknown };
}

const picture: EmbeddingInput = { content: [{ type: "text", text: "a cat" }, { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] };
const wishes = { dimensions: 8, inputType: "search_query" };

describe("the request", () => {
  test.each([
    { name: "OpenAI's", adapter: openai, given: wishes, url: "/embeddings", body: { model: "m", input: ["one", "zwei ä"], dimensions: 8, encoding_format: "float", input_type: "search_query" } },
    { name: "OpenAI's, of one text", adapter: openai, given: { inputs: ["one"], encoding: "base64" as const }, url: "/embeddings", body: { model: "m", input: "one", encoding_format: "base64" } },
    { name: "OpenAI's, of tokens", adapter: openai, given: { inputs: [[1, 2]] }, url: "/embeddings", body: { model: "m", input: [[1, 2]], encoding_format: "float" } },
    { name: "Mistral's", adapter: mistral, given: { ...wishes, encoding: "base64" as const }, url: "/embeddings", body: { model: "m", input: ["one", "zwei ä"], output_dimension: 8 } },
    { name: "Cohere's", adapter: cohereEmbeddings, given: wishes, url: "/embed", body: { model: "m", texts: ["one", "zwei ä"], input_type: "search_query", embedding_types: ["float"], output_dimension: 8 } },
    { name: "Cohere's, with a picture", adapter: cohereEmbeddings, given: { inputs: [picture], inputType: "image" }, url: "/embed", body: { model: "m", inputs: [picture], input_type: "image", embedding_types: ["float"] } },
    { name: "Voyage's", adapter: voyageEmbeddings, given: wishes, url: "/embeddings", body: { model: "m", input: ["one", "zwei ä"], output_dimension: 8, input_type: "query" } },
    {
      name: "Google's", adapter: googleEmbeddings, given: { ...wishes, inputs: ["one", picture] }, url: "/models/m:batchEmbedContents",
      body: { requests: [[{ text: "one" }], [{ text: "a cat" }, { inlineData: { mimeType: "image/png", data: "AAAA" } }]].map((parts) => ({ model: "models/m", taskType: "RETRIEVAL_QUERY", outputDimensionality: 8, content: { parts } })) },
    },
  ])("$name", ({ adapter, given, url, body }) => {
    const encoded = encode(adapter, given);
    expect(encoded.url).toBe(`https://u.test/v1${url}`);
    expect(encoded.body).toEqual(body);
  });

  test("Vertex's", () => {
    const { url, body } = encode(googleEmbeddings, wishes, targetOf(vertex));
    expect(url).toBe(`${vertex}/publishers/google/models/m:predict`);
    expect(body).toEqual({ instances: ["one", "zwei ä"].map((content) => ({ content, task_type: "RETRIEVAL_QUERY" })), parameters: { autoTruncate: false, outputDimensionality: 8 } });
  });

  test.each([
    { name: "a type that the dialect does not know", adapter: mistral, given: { inputType: "search_query" }, parameter: "input_type" },
    { name: "a type that has no word there", adapter: voyageEmbeddings, given: { inputType: "clustering" }, parameter: "input_type" },
    { name: "a type that had to be made up", adapter: cohereEmbeddings, given: {}, parameter: "input_type" },
    { name: "a field that nobody knows", adapter: googleEmbeddings, given: { extra: { truncate: true } }, parameter: "truncate" },
  ])("names $name", ({ adapter, given, parameter }) => {
    expect(encode(adapter, given).notes).toMatchObject([{ parameter }]);
  });

  test("passes on what nobody knows where that is taken, and only there", () => {
    expect(encode(openai, { extra: { truncate: "END" } }).body).toMatchObject({ truncate: "END" });
    const strict = encode(openai, { extra: { truncate: "END" }, inputType: "x" }, targetOf(undefined, { ...plainQuirks, passes: [] }));
    expect(strict.body).not.toHaveProperty("truncate");
    expect(strict.notes.map(({ parameter }) => parameter).toSorted()).toEqual(["input_type", "truncate"]);
  });

  test.each([
    { name: "Voyage", adapter: voyageEmbeddings, inputs: [picture] },
    { name: "Voyage", adapter: voyageEmbeddings, inputs: [[1, 2]] },
    { name: "Cohere", adapter: cohereEmbeddings, inputs: [[1, 2]] },
    { name: "Google", adapter: googleEmbeddings, inputs: [[1, 2]] },
    { name: "Google", adapter: googleEmbeddings, inputs: [{ content: [{ type: "image_url" as const, image_url: { url: "https://a.example/b.png" } }] }] },
  ])("says what $name cannot embed", ({ adapter, inputs }) => {
    expect(() => encode(adapter, { inputs })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  });
});

describe("the answer", () => {
  const google = { embeddings: [{ values: [0.5, -1] }, { values: [2, 3] }] };
  const predictions = { predictions: [{ embeddings: { values: [0.5, -1], statistics: { token_count: 3 } } }, { embeddings: { values: [2, 3], statistics: { token_count: 4 } } }] };

  test.each([
    { name: "OpenAI's", adapter: openai, body: recordedJson("openai/embedding.json"), first: [0.0057293195, -0.012727811, 0.020042092, -0.013437585, 0.022833068], tokens: 12 },
    { name: "Voyage's", adapter: voyageEmbeddings, body: recordedJson("voyage/embedding.json"), first: [0.000344163, -0.022529466, 0.010127448, 0.063431956, 0.016145896], tokens: 12 },
    { name: "Cohere's", adapter: cohereEmbeddings, body: recordedJson("cohere/embedding.json"), first: [0.03302002, 0.020904541, -0.019744873, -0.0625, 0.04437256], tokens: 10 },
    { name: "Google's", adapter: googleEmbeddings, body: google, first: [0.5, -1], tokens: undefined },
    { name: "Vertex's", adapter: googleEmbeddings, body: predictions, first: [0.5, -1], tokens: 7, target: targetOf(vertex) },
  ])("$name is read as it was recorded", ({ adapter, body, first, tokens, target = targetOf() }) => {
    const { answer, usage } = adapter.decodeResponse(body, requestOf(), target);
    expect(answer.vectors).toHaveLength(2);
    expect(answer.vectors[0]).toEqual(first);
    expect(usage).toEqual(tokens === undefined ? undefined : { promptTokens: tokens, completionTokens: 0 });
  });

  test("is put in the order of its indexes", () => {
    const data = [{ index: 1, embedding: [1] }, { index: 0, embedding: [0] }];
    expect(openai.decodeResponse({ data }, requestOf(), targetOf()).answer.vectors).toEqual([[0], [1]]);
  });

  test.each([
    { body: [], code: "upstream_garbled" },
    { body: { data: [{ index: 0, embedding: [1] }] }, code: "upstream_garbled" },
    { body: { data: [{ index: 0, embedding: [1] }, { index: 0, embedding: [1] }] }, code: "upstream_garbled" },
    { body: { data: [{ embedding: [1] }, { embedding: ["1"] }] }, code: "upstream_garbled" },
    { body: { error: { message: "Overloaded", type: "server_error" } }, code: "upstream_overloaded" },
  ])("$body is none", ({ body, code }) => {
    expect(() => openai.decodeResponse(body, requestOf(), targetOf())).toThrow(expect.objectContaining({ code }));
  });

  test("that may be anything is read, or refused as a fault", () => {
    fc.assert(fc.property(fc.jsonValue(), fc.constantFrom(openai, voyageEmbeddings, cohereEmbeddings, googleEmbeddings), (body, adapter) => {
      try {
        adapter.decodeResponse(body, requestOf(), targetOf());
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    }));
  });
});
