import type { Fault } from "../base/fault.ts";
import type { AnswerHead } from "../surfaces/surface.ts";
import type { ChatAnswer, ChatChunk, FinishReason } from "../wire/chat.ts";

/** Hears an answer as its caller does, before it is encoded: nothing that came before the commit point, nothing hidden. */
export interface AnswerListener {
  /** A piece of a streamed answer. */
  chunks(head: AnswerHead, chunks: readonly ChatChunk[]): void;
  /** An answer that is not streamed. */
  whole(head: AnswerHead, answer: ChatAnswer): void;
  /** The answer is booked, and its end is about to be told. Not called when the caller hung up. */
  ended(ending: AnswerEnding): void;
}

export interface AnswerEnding {
  /** What the caller is told instead of an answer, or instead of the rest of it. */
  readonly fault: Fault | undefined;
  readonly finishReason: FinishReason | null;
  /** Made by a simulated provider. */
  readonly isSandbox: boolean;
}
