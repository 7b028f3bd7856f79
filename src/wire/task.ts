/**
 * What can be asked for beside a conversation: one request, one answer. Every task has a request, an answer and a name; what all
 * requests have in common stands here. Source: contract §1.10, §1.18, §1.21, §1.22.
 */

import type { GatewayOptions, ProviderPreferences, Usage } from "./chat.ts";
import type { EmbeddingAnswer, EmbeddingRequest } from "./embedding.ts";
import type { ImageAnswer, ImageRequest } from "./image.ts";
import type { RerankAnswer, RerankRequest } from "./rerank.ts";
import type { SpeechAnswer, SpeechRequest } from "./speech.ts";
import type { TranscriptionAnswer, TranscriptionRequest } from "./transcription.ts";

export interface TaskHead {
  /** Model slugs in order of preference, as the caller wrote them; never empty. */
  readonly models: readonly string[];
  readonly stream: boolean;
  readonly provider: ProviderPreferences;
  /** Options of `provider.options`, by provider: sent on to that provider alone. */
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly gateway: GatewayOptions;
  /** Fields that we do not know: sent on where the upstream's dialect allows. */
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface Tasks {
  readonly embeddings: { readonly request: EmbeddingRequest; readonly answer: EmbeddingAnswer };
  readonly rerank: { readonly request: RerankRequest; readonly answer: RerankAnswer };
  readonly image: { readonly request: ImageRequest; readonly answer: ImageAnswer };
  readonly speech: { readonly request: SpeechRequest; readonly answer: SpeechAnswer };
  readonly transcription: { readonly request: TranscriptionRequest; readonly answer: TranscriptionAnswer };
}

export type TaskName = keyof Tasks;
export type TaskRequest<Name extends TaskName = TaskName> = Tasks[Name]["request"];
export type TaskAnswer<Name extends TaskName = TaskName> = Tasks[Name]["answer"];

/** An upstream's answer, and what it says was used. */
export interface Answered<Answer> {
  readonly answer: Answer;
  readonly upstreamId: string | undefined;
  /** Undefined when the upstream reported none, or nonsense. Parts that it did not report are absent. */
  readonly usage: Usage | undefined;
}
