import { describe, expect, test } from "vitest";
import type { RerankRequest } from "../wire/rerank.ts";
import { head, recordedJson, targetOf } from "../../test/support/task-target.ts";
import { cohereRerank } from "./cohere-v2/rerank.ts";
import { openaiRerank } from "./openai-tasks/rerank.ts";
import type { TaskAdapter } from "./task-adapter.ts";
import { voyageRerank } from "./voyage-embeddings/rerank.ts";

const requestOf = (given: Partial<RerankRequest> = {}): RerankRequest => ({ ...head, task: "rerank", query: "q", documents: [{ text: "one" }, { text: "zwei ä" }], top: undefined, ...given });

function encode(adapter: TaskAdapter<"rerank">, given: Partial<RerankRequest> = {}) {
  const { url, body } = adapter.encodeRequest(requestOf(given), targetOf());
  return { url, body: JSON.parse(String(body)) as unknown };
}

test.each([
  { name: "Cohere", adapter: cohereRerank, body: { model: "m", query: "q", documents: ["one", "zwei ä"], top_n: 1 } },
  { name: "Voyage", adapter: voyageRerank, body: { model: "m", query: "q", documents: ["one", "zwei ä"], top_k: 1 } },
  { name: "OpenAI's like", adapter: openaiRerank, body: { model: "m", query: "q", documents: ["one", "zwei ä"], top_n: 1, return_documents: false } },
])("$name is asked in its own words", ({ adapter, body }) => {
  expect(encode(adapter, { top: 1 })).toEqual({ url: "https://u.test/v1/rerank", body });
});

test("a picture is sent where it may be seen, and refused elsewhere", () => {
  const documents = [{ image: "data:image/png;base64,AAAA" }];
  expect(encode(openaiRerank, { documents }).body).toMatchObject({ documents });
  for (const adapter of [cohereRerank, voyageRerank]) expect(() => encode(adapter, { documents })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
});

describe("an answer", () => {
  test.each([
    { name: "Cohere's", adapter: cohereRerank, body: recordedJson("cohere/reranking.1.json"), documents: 2, results: [[1, 0.10183054], [0, 0.03762639]], usage: { promptTokens: 0, completionTokens: 0, searches: 1 } },
    { name: "Together's", adapter: openaiRerank, body: recordedJson("together/reranking.1.json"), documents: 6, results: [[0, 0.6475887154399037], [5, 0.6323295373206566]], usage: { promptTokens: 2966, completionTokens: 0 } },
    { name: "Voyage's", adapter: voyageRerank, body: { object: "list", data: [{ index: 0, relevance_score: 0.1 }, { index: 1, relevance_score: 0.7 }], usage: { total_tokens: 9 } }, documents: 2, results: [[1, 0.7], [0, 0.1]], usage: { promptTokens: 9, completionTokens: 0 } },
  ])("$name is the documents by relevance", ({ adapter, body, documents, results, usage }) => {
    const decoded = adapter.decodeResponse(body, requestOf({ documents: Array.from({ length: documents }, () => ({ text: "x" })) }), targetOf());
    expect(decoded.answer.results.map(({ index, score }) => [index, score])).toEqual(results);
    expect(decoded.usage).toEqual(usage);
  });

  test.each([
    { body: { results: [] } },
    { body: { results: [{ index: 2, relevance_score: 1 }] } },
    { body: { results: [{ index: 0, relevance_score: "1" }] } },
    { body: { results: [{ index: 0, relevance_score: 1 }, { index: 0, relevance_score: 1 }] } },
  ])("$body is none", ({ body }) => {
    expect(() => openaiRerank.decodeResponse(body, requestOf(), targetOf())).toThrow(expect.objectContaining({ code: "upstream_garbled" }));
  });
});
