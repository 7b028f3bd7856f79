/** Source: https://docs.voyageai.com/reference/reranker-api */

import { asObject } from "../json.ts";
import { rankedResults, rankingRequest } from "../rankings.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { count, promptUsage, readAnswer } from "../task-json.ts";
import { upstreamFault } from "../upstream-fault.ts";

export const voyageRerank: TaskAdapter<"rerank"> = {
  protocol: "voyage-embeddings",
  task: "rerank",
  encodeRequest: (request, target) => rankingRequest(request, target, { top: "top_k" }),
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
