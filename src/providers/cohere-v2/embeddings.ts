/** Source: https://docs.cohere.com/reference/embed */

import type { ContentPart } from "../../wire/chat.ts";
import type { EmbeddingInput } from "../../wire/embedding.ts";
import type { ParameterNote } from "../adapter.ts";
import { asObject, asText } from "../json.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { count, jsonRequest, passedFields, promptUsage, readAnswer, unsupported } from "../task-json.ts";
import { listedVectors } from "../vectors.ts";
import { decodeError } from "./errors.ts";

export const cohereEmbeddings: TaskAdapter<"embeddings"> = {
  protocol: "cohere-v2",
  task: "embeddings",
  encodeRequest: (request, target) => {
    const notes: ParameterNote[] = [];
    const { inputs, dimensions, inputType } = request;
    if (inputType === undefined) notes.push({ parameter: "input_type", action: "translated", detail: "sent as search_document, which must be said" });
    return jsonRequest(`${target.baseUrl}/embed`, {
      ...passedFields(request, target, notes),
      model: target.upstreamModel,
      ...(inputs.every((input) => typeof input === "string") ? { texts: inputs } : { inputs: inputs.map(encodeInput) }),
      input_type: inputType ?? "search_document",
      embedding_types: ["float"],
      ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
    }, notes);
  },
  decodeResponse: (body, { inputs }) => {
    const answer = readAnswer(body);
    const billed = asObject(asObject(answer["meta"])?.["billed_units"]);
    return {
      answer: { vectors: listedVectors(asObject(answer["embeddings"])?.["float"], inputs.length) },
      upstreamId: asText(answer["id"]),
      usage: promptUsage(sum(count(billed?.["input_tokens"]), count(billed?.["image_tokens"]))),
    };
  },
  decodeError,
};

function sum(...counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, each) => total + each, 0);
}

function encodeInput(input: EmbeddingInput): object {
  if (typeof input === "string") return { content: [{ type: "text", text: input }] };
  if (!("content" in input)) throw unsupported("input", "This endpoint has a vocabulary of its own: send text, not tokens.");
  return { content: input.content.map(encodePart) };
}

function encodePart(part: ContentPart): object {
  if (part.type === "text") return { type: "text", text: part.text };
  if (part.type === "image_url") return { type: "image_url", image_url: { url: part.image_url.url } };
  throw unsupported("input", "This endpoint embeds text and images alone.");
}
