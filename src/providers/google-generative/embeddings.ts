/**
 * Embeddings at AI Studio (batchEmbedContents) and at Vertex (predict).
 * Source: https://ai.google.dev/api/embeddings, https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
 */

import type { ContentPart } from "../../wire/chat.ts";
import type { EmbeddingInput, EmbeddingRequest } from "../../wire/embedding.ts";
import type { ParameterNote, Target } from "../adapter.ts";
import { asList, asObject } from "../json.ts";
import type { TaskAdapter } from "../task-adapter.ts";
import { count, jsonRequest, promptUsage, readAnswer, unsupported } from "../task-json.ts";
import { listedVectors } from "../vectors.ts";
import { isVertex } from "../vertex.ts";
import { decodeError } from "./errors.ts";
import { encodeMedia } from "./media.ts";
import { methodUrl } from "./place.ts";

export const googleEmbeddings: TaskAdapter<"embeddings"> = {
  protocol: "google-generative",
  task: "embeddings",
  encodeRequest: (request, target) => {
    const notes: ParameterNote[] = Object.keys(request.extra).map((parameter) => ({ parameter, action: "dropped", detail: "not known to this provider" }));
    const taskType = taskTypeOf(request.inputType, notes);
    return isVertex(target.baseUrl) ? jsonRequest(methodUrl(target, "predict"), predictBody(request, taskType), notes) : jsonRequest(methodUrl(target, "batchEmbedContents"), batchBody(request, target, taskType), notes);
  },
  decodeResponse: (body, { inputs }, { baseUrl }) => {
    const answer = readAnswer(body);
    return isVertex(baseUrl) ? readPredictions(answer["predictions"], inputs.length) : {
      answer: { vectors: listedVectors(asList(answer["embeddings"]).map((item) => asObject(item)?.["values"]), inputs.length) },
      upstreamId: undefined,
      usage: promptUsage(count(asObject(answer["usageMetadata"])?.["promptTokenCount"])),
    };
  },
  decodeError,
};

function batchBody({ inputs, dimensions }: EmbeddingRequest, target: Target, taskType: string | undefined): object {
  const common = {
    model: target.upstreamModel.includes("/") ? target.upstreamModel : `models/${target.upstreamModel}`,
    ...(taskType === undefined ? {} : { taskType }),
    ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
  };
  return { requests: inputs.map((input) => ({ ...common, content: { parts: partsOf(input, target) } })) };
}

function predictBody({ inputs, dimensions }: EmbeddingRequest, taskType: string | undefined): object {
  return {
    instances: inputs.map((input) => ({ content: textOf(input), ...(taskType === undefined ? {} : { task_type: taskType }) })),
    parameters: { autoTruncate: false, ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }) },
  };
}

function readPredictions(given: unknown, expected: number): ReturnType<TaskAdapter<"embeddings">["decodeResponse"]> {
  const embeddings = asList(given).map((item) => asObject(asObject(item)?.["embeddings"]));
  const counts = embeddings.map((one) => count(asObject(one?.["statistics"])?.["token_count"]));
  return {
    answer: { vectors: listedVectors(embeddings.map((one) => one?.["values"]), expected) },
    upstreamId: undefined,
    usage: promptUsage(counts.reduce((sum, each) => (sum === undefined || each === undefined ? undefined : sum + each), 0)),
  };
}

function textOf(input: EmbeddingInput): string {
  if (typeof input === "string") return input;
  throw unsupported("input", "This endpoint embeds text alone.");
}

function partsOf(input: EmbeddingInput, target: Target): readonly object[] {
  if (typeof input === "string") return [{ text: input }];
  if (!("content" in input)) throw unsupported("input", "This endpoint has a vocabulary of its own: send text, not tokens.");
  return input.content.map((part: ContentPart) => (part.type === "text" ? { text: part.text } : encodeMedia(part, target)));
}

const taskTypes: Readonly<Record<string, string>> = {
  search_query: "RETRIEVAL_QUERY", query: "RETRIEVAL_QUERY", search_document: "RETRIEVAL_DOCUMENT", document: "RETRIEVAL_DOCUMENT", passage: "RETRIEVAL_DOCUMENT",
  classification: "CLASSIFICATION", clustering: "CLUSTERING", semantic_similarity: "SEMANTIC_SIMILARITY",
};

function taskTypeOf(inputType: string | undefined, notes: ParameterNote[]): string | undefined {
  if (inputType === undefined) return undefined;
  const taskType = Object.hasOwn(taskTypes, inputType) ? taskTypes[inputType] : undefined;
  // Google's own words are taken as they are.
  const isOwn = /^[A-Z_]+$/.test(inputType);
  if (taskType === undefined && !isOwn) notes.push({ parameter: "input_type", action: "dropped", detail: `${inputType} has no word here` });
  else if (taskType !== undefined) notes.push({ parameter: "input_type", action: "translated", detail: `sent as ${taskType}` });
  return taskType ?? (isOwn ? inputType : undefined);
}
