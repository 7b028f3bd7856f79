/** The documents of a rerank, and what became of them. */

import type { RerankAnswer, RerankDocument, RerankRequest } from "../wire/rerank.ts";
import type { ParameterNote, Target, UpstreamRequest } from "./adapter.ts";
import { asList, asObject } from "./json.ts";
import { count, garbled, jsonRequest, passedFields, unsupported } from "./task-json.ts";

/** What differs among those who are asked for it in nearly the same words. */
export interface RankingWords {
  /** Their word for how many of the best are wanted. */
  readonly top: "top_n" | "top_k";
  readonly document?: (document: RerankDocument) => unknown;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** @throws Fault unsupported_parameter for a document that they cannot take. */
export function rankingRequest(request: RerankRequest, target: Target, { top: topWord, document = plainText, fields }: RankingWords): UpstreamRequest {
  const notes: ParameterNote[] = [];
  const { documents, query, top } = request;
  return jsonRequest(`${target.baseUrl}/rerank`, {
    ...passedFields(request, target, notes),
    model: target.upstreamModel,
    query,
    documents: documents.map(document),
    ...(top === undefined ? {} : { [topWord]: top }),
    ...fields,
  }, notes);
}

/** @throws Fault unsupported_parameter for a document that has a picture. */
export function plainText({ text, image }: RerankDocument): string {
  if (image !== undefined) throw unsupported("documents", "This endpoint ranks texts alone.");
  return text ?? "";
}

/** The best first, no more than were asked for. @throws Fault upstream_garbled for a result that is of no document. */
export function rankedResults(list: unknown, { documents, top }: RerankRequest): RerankAnswer["results"] {
  const results = asList(list).map((item) => {
    const result = asObject(item);
    const index = count(result?.["index"]);
    const score = result?.["relevance_score"] ?? result?.["score"];
    if (index === undefined || index >= documents.length || typeof score !== "number") throw garbled("ranks what is no document");
    return { index, score };
  });
  if (results.length === 0 || new Set(results.map(({ index }) => index)).size < results.length) throw garbled("does not rank each document once");
  return results.sort((one, other) => other.score - one.score).slice(0, top);
}
