/** Source: https://docs.cohere.com/reference/rerank */

import type { ParameterNote } from "../adapter.ts";
import { asObject, asText } from "../json.ts";
import { plainText, rankedResults } from "../rankings.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { count, jsonRequest, passedFields, readAnswer } from "../task-json.ts";
import { decodeError } from "./errors.ts";

export const cohereRerank: TaskAdapter<"rerank"> = {
  protocol: "cohere-v2",
  task: "rerank",
  encodeRequest: (request, target) => {
    const notes: ParameterNote[] = [];
    const { documents, query, top } = request;
    return jsonRequest(`${target.baseUrl}/rerank`, {
      ...passedFields(request, target, notes),
      model: target.upstreamModel,
      query,
      documents: documents.map(plainText),
      ...(top === undefined ? {} : { top_n: top }),
    }, notes);
  },
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
