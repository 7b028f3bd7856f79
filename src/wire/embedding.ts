/** Texts and media in, vectors out. Source: contract §1.10. */

import type { ContentPart } from "./chat.ts";
import type { TaskHead } from "./task.ts";

/** A text, a list of tokens of the model's own vocabulary, or parts of several kinds that make one vector together. */
export type EmbeddingInput = string | readonly number[] | { readonly content: readonly ContentPart[] };

export interface EmbeddingRequest extends TaskHead {
  readonly task: "embeddings";
  readonly inputs: readonly EmbeddingInput[];
  readonly dimensions: number | undefined;
  /** How the caller wants the vectors: as numbers, or as base64 of little-endian 32-bit floats. */
  readonly encoding: "float" | "base64";
  /** "search_query", "search_document", …: some models embed the two differently. */
  readonly inputType: string | undefined;
}

/** One vector for each input, in their order. */
export interface EmbeddingAnswer {
  readonly vectors: readonly Vector[];
}

/** As the upstream wrote it: numbers, or base64 of little-endian 32-bit floats. */
export type Vector = readonly number[] | string;
