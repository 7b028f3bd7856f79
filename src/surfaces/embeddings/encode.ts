import { dollars } from "../../base/money.ts";
import type { EmbeddingRequest, Vector } from "../../wire/embedding.ts";
import { jsonBody, type TaskBody, type WholeTaskAnswer } from "../task-surface.ts";

export function encodeAnswer({ head, answer, bill }: WholeTaskAnswer<"embeddings">, { encoding }: EmbeddingRequest): TaskBody {
  const { promptTokens } = bill.usage;
  return jsonBody({
    id: head.generationId,
    object: "list",
    provider: head.providerName,
    model: head.model,
    data: answer.vectors.map((vector, index) => ({ object: "embedding", index, embedding: encoding === "base64" ? asBase64(vector) : asNumbers(vector) })),
    usage: {
      prompt_tokens: promptTokens,
      total_tokens: promptTokens,
      cost: dollars(bill.total),
      is_byok: false,
      cost_details: { upstream_inference_cost: null, upstream_inference_prompt_cost: dollars(bill.prompt), upstream_inference_completions_cost: dollars(bill.completion) },
      estimated: bill.isEstimated ? true : undefined,
    },
  });
}

/** Little-endian 32-bit floats, whatever this machine's own order is. */
export function asBase64(vector: Vector): string {
  if (typeof vector === "string") return vector;
  const bytes = Buffer.allocUnsafe(vector.length * 4);
  vector.forEach((number, index) => bytes.writeFloatLE(number, index * 4));
  return bytes.toString("base64");
}

export function asNumbers(vector: Vector): readonly number[] {
  if (typeof vector !== "string") return vector;
  const bytes = Buffer.from(vector, "base64");
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4));
}
