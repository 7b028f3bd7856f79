/** Source: https://docs.voyageai.com/reference/reranker-api */

import type { ParameterNote } from "../adapter.ts";
import { asObject } from "../json.ts";
import { plainText, rankedResults } from "../rankings.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { count, jsonRequest, passedFields, promptUsage, readAnswer } from "../task-json.ts";
import { upstreamFault } from "../upstream-fault.ts";

export const voyageRerank: TaskAdapter<"rerank"> = {
  protocol: "voyage-embeddings",
  task: "rerank",
  encodeRequest: (request, target) => {
    const notes: ParameterNote[] = [];
    const { documents, query, top } = request;
    return jsonRequest(`${target.baseUrl}/rerank`, {
      ...passedFields(request, target, notes),
      model: target.upstreamModel,
      query,
      documents: documents.map(plainText),
      ...(top === undefined ? {} : { top_k: top }),
    }, notes);
  },
  decodeResponse: (body, request) => {
    const answer = readAnswer(body);
    return {
      answer: { results: rankedResults(answer["data"], request) },
      upstreamId: undefined,
      usage: promptUsage(count(asObject(answer["usage"])?.["total_tokens"])),
    };
  },
  decodeError: upstreamFault,
};
