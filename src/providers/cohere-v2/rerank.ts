/** Source: https://docs.cohere.com/reference/rerank */

import { asObject, asText } from "../json.ts";
import { rankedResults, rankingRequest } from "../rankings.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { count, readAnswer } from "../task-json.ts";
import { decodeError } from "./errors.ts";

export const cohereRerank: TaskAdapter<"rerank"> = {
  protocol: "cohere-v2",
  task: "rerank",
  encodeRequest: (request, target) => rankingRequest(request, target, { top: "top_n" }),
  decodeResponse: (body, request) => {
    const answer = readAnswer(body);
    const searches = count(asObject(asObject(answer["meta"])?.["billed_units"])?.["search_units"]);
    return {
      answer: { results: rankedResults(answer["results"], request) },
      upstreamId: asText(answer["id"]),
      usage: searches === undefined ? undefined : { promptTokens: 0, completionTokens: 0, searches },
    };
  },
  decodeError,
};
