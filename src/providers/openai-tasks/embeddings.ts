/** Embeddings as OpenAI has them, and Mistral with a word of its own. Source: https://platform.openai.com/docs/api-reference/embeddings, https://docs.mistral.ai/api */

import type { EmbeddingInput } from "../../wire/embedding.ts";
import type { ParameterNote } from "../adapter.ts";
import { asObject, asText } from "../json.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { count, jsonRequest, passedFields, promptUsage, readAnswer } from "../task-json.ts";
import { upstreamFault } from "../upstream-fault.ts";
import { indexedVectors } from "../vectors.ts";

export function openaiEmbeddings(protocol: "openai-chat" | "mistral-chat"): TaskAdapter<"embeddings"> {
  const isMistral = protocol === "mistral-chat";
  return {
    protocol,
    task: "embeddings",
    encodeRequest: (request, target) => {
      const notes: ParameterNote[] = [];
      const { inputs, dimensions, encoding, inputType } = request;
      const takesType = !isMistral && (target.quirks.passes === "all" || target.quirks.passes.includes("input_type"));
      if (inputType !== undefined && !takesType) notes.push({ parameter: "input_type", action: "dropped", detail: "not known to this provider" });
      return jsonRequest(`${target.baseUrl}/embeddings`, {
        ...passedFields(request, target, notes),
        model: target.upstreamModel,
        input: inputOf(inputs),
        ...(dimensions === undefined ? {} : { [isMistral ? "output_dimension" : "dimensions"]: dimensions }),
        // Base64 is a third of the bytes; where it is not taken, ours is made of the numbers.
        ...(isMistral ? {} : { encoding_format: encoding }),
        ...(inputType === undefined || !takesType ? {} : { input_type: inputType }),
      }, notes);
    },
    decodeResponse: (body, { inputs }) => {
      const answer = readAnswer(body);
      const usage = asObject(answer["usage"]);
      return {
        answer: { vectors: indexedVectors(answer["data"], inputs.length) },
        upstreamId: asText(answer["id"]),
        usage: promptUsage(count(usage?.["prompt_tokens"]) ?? count(usage?.["total_tokens"])),
      };
    },
    decodeError: upstreamFault,
  };
}

/** One text by itself, as most callers write it. */
function inputOf(inputs: readonly EmbeddingInput[]): unknown {
  return inputs.length === 1 && typeof inputs[0] === "string" ? inputs[0] : inputs;
}
