import { dollars } from "../../base/money.ts";
import type { RerankRequest } from "../../wire/rerank.ts";
import { jsonBody, type TaskBody, type WholeTaskAnswer } from "../task-surface.ts";

/** Every result repeats its document, as an object, however it was written. */
export function encodeAnswer({ head, answer, bill }: WholeTaskAnswer<"rerank">, { documents }: RerankRequest): TaskBody {
  const { searches, promptTokens } = bill.usage;
  return jsonBody({
    id: head.generationId,
    model: head.model,
    provider: head.providerName,
    results: answer.results.map(({ index, score }) => ({ index, relevance_score: score, document: documents[index] })),
    usage: {
      search_units: searches,
      total_tokens: promptTokens,
      cost: dollars(bill.total),
      estimated: bill.isEstimated ? true : undefined,
    },
  });
}
