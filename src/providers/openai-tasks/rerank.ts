/** Rerank as servers of OpenAI's dialect have it beside the chat: Jina, Together, vLLM, SiliconFlow and others agree on it. Source: https://jina.ai/reranker, https://docs.vllm.ai */

import type { ParameterNote } from "../adapter.ts";
import { asObject, asText } from "../json.ts";
import { rankedResults, plainText } from "../rankings.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { count, jsonRequest, passedFields, promptUsage, readAnswer } from "../task-json.ts";
import { upstreamFault } from "../upstream-fault.ts";

export const openaiRerank: TaskAdapter<"rerank"> = {
  protocol: "openai-chat",
  task: "rerank",
  encodeRequest: (request, target) => {
    const notes: ParameterNote[] = [];
    const { documents, query, top } = request;
    return jsonRequest(`${target.baseUrl}/rerank`, {
      ...passedFields(request, target, notes),
      model: target.upstreamModel,
      query,
      // A picture is said as an object, which those that see take.
      documents: documents.map((document) => (document.image === undefined ? plainText(document) : document)),
      ...(top === undefined ? {} : { top_n: top }),
      return_documents: false,
    }, notes);
  },
  decodeResponse: (body, request) => {
    const answer = readAnswer(body);
    const usage = asObject(answer["usage"]);
    return {
      answer: { results: rankedResults(answer["results"] ?? answer["data"], request) },
      upstreamId: asText(answer["id"]),
      usage: promptUsage(count(usage?.["total_tokens"]) ?? count(usage?.["prompt_tokens"])),
    };
  },
  decodeError: upstreamFault,
};
