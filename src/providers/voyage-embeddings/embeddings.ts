/** Source: https://docs.voyageai.com/reference/embeddings-api */

import type { ParameterNote } from "../adapter.ts";
import { asObject } from "../json.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { count, jsonRequest, passedFields, promptUsage, readAnswer, unsupported } from "../task-json.ts";
import { upstreamFault } from "../upstream-fault.ts";
import { indexedVectors } from "../vectors.ts";

export const voyageEmbeddings: TaskAdapter<"embeddings"> = {
  protocol: "voyage-embeddings",
  task: "embeddings",
  encodeRequest: (request, target) => {
    const notes: ParameterNote[] = [];
    const { inputs, dimensions, encoding, inputType } = request;
    if (!inputs.every((input) => typeof input === "string")) throw unsupported("input", "This endpoint embeds text alone.");
    return jsonRequest(`${target.baseUrl}/embeddings`, {
      ...passedFields(request, target, notes),
      model: target.upstreamModel,
      input: inputs,
      ...(encoding === "base64" ? { encoding_format: encoding } : {}),
      ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
      ...typeOf(inputType, notes),
    }, notes);
  },
  decodeResponse: (body, { inputs }) => {
    const answer = readAnswer(body);
    return {
      answer: { vectors: indexedVectors(answer["data"], inputs.length) },
      upstreamId: undefined,
      usage: promptUsage(count(asObject(answer["usage"])?.["total_tokens"])),
    };
  },
  decodeError: upstreamFault,
};

const types: Readonly<Record<string, string>> = { search_query: "query", query: "query", search_document: "document", document: "document", passage: "document" };

function typeOf(inputType: string | undefined, notes: ParameterNote[]): object {
  if (inputType === undefined) return {};
  const type = Object.hasOwn(types, inputType) ? types[inputType] : undefined;
  if (type === undefined) notes.push({ parameter: "input_type", action: "dropped", detail: `${inputType} has no word here` });
  else if (type !== inputType) notes.push({ parameter: "input_type", action: "translated", detail: `sent as ${type}` });
  return type === undefined ? {} : { input_type: type };
}
