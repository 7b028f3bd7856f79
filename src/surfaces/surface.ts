/** The contract of a surface: a dialect that we speak to callers. Surfaces are pure: bytes in, canonical request; canonical answer in, text out. */

import type { Fault } from "../base/fault.ts";
import type { Nanodollars } from "../base/money.ts";
import type { ChatAnswer, ChatChunk, ChatRequest, Usage } from "../wire/chat.ts";

export interface Surface {
  readonly name: string;

  /**
   * Parses and checks a request body. Unknown fields are kept in `extra`, never refused.
   * @throws Fault invalid_request naming the field and what was expected.
   */
  parse(body: Uint8Array): ChatRequest;

  encodeAnswer(head: AnswerHead, answer: ChatAnswer, bill: Bill): string;

  openEncoder(head: AnswerHead): StreamEncoder;
}

export interface StreamEncoder {
  chunk(chunk: ChatChunk): string;
  /** The usage, then the end of the stream. */
  finish(bill: Bill): string;
  /** The in-band error after which nothing follows. */
  fail(fault: Fault, requestId: string): string;
  /** What keeps the connection alive while nothing can be said. */
  readonly keepAlive: string;
}

/** What every answer and every chunk of it repeats. */
export interface AnswerHead {
  readonly generationId: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** The model that serves, not the one that was asked for. */
  readonly model: string;
  readonly providerName: string;
}

/** What was used and what it costs the caller. */
export interface Bill {
  readonly usage: Usage;
  /** The counts are our own estimate, because the upstream gave none that can be used. */
  readonly isEstimated: boolean;
  readonly total: Nanodollars;
  readonly prompt: Nanodollars;
  readonly completion: Nanodollars;
}
