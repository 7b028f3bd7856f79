/** Rerank as servers of OpenAI's dialect have it beside the chat: Jina, Together, vLLM, SiliconFlow and others agree on it. Source: https://jina.ai/reranker, https://docs.vllm.ai */

import { asObject, asText } from "../json.ts";
import { plainText, rankedResults, rankingRequest } from "../rankings.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { count, promptUsage, readAnswer } from "../task-json.ts";
import { upstreamFault } from "../upstream-fault.ts";

export const openaiRerank: TaskAdapter<"rerank"> = {
  protocol: "openai-chat",
  task: "rerank",
  encodeRequest: (request, target) => rankingRequest(request, target, {
    top: "top_n",
    // A picture is said as an object, which those that see take.
    document: (document) => (document.image === undefined ? plainText(document) : document),
    fields: { return_documents: false },
  }),
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
