/** A query and documents in, the documents by relevance out. Source: contract §1.18. */

import type { TaskHead } from "./task.ts";

export interface RerankDocument {
  readonly text?: string;
  /** A URL or a data URL. */
  readonly image?: string;
}

export interface RerankRequest extends TaskHead {
  readonly task: "rerank";
  readonly query: string;
  readonly documents: readonly RerankDocument[];
  /** How many results are wanted; all where undefined. */
  readonly top: number | undefined;
}

export interface RerankAnswer {
  /** `index` is the document's place in the request. */
  readonly results: readonly { readonly index: number; readonly score: number }[];
}
