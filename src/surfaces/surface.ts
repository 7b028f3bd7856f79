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

  /** The request is the one that `parse` gave: some dialects repeat it in the answer. */
  encodeAnswer(whole: WholeAnswer, request: ChatRequest): string;

  openEncoder(head: AnswerHead, request: ChatRequest): StreamEncoder;

  /** The body of an answer that is an error; its status and headers are the same on every surface. */
  encodeFault(fault: Fault, requestId: string): string;
}

export interface StreamEncoder {
  chunk(chunk: ChatChunk): string;
  /** The usage, then the end of the stream. */
  finish(closing: Closing): string;
  /** The in-band error after which nothing follows. */
  fail(fault: Fault, requestId: string, routing: RouterMetadata | undefined): string;
  /** What keeps the connection alive while nothing can be said. */
  readonly keepAlive: string;
}

export interface WholeAnswer {
  readonly head: AnswerHead;
  readonly answer: ChatAnswer;
  readonly closing: Closing;
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

/** What is known only when an answer is complete. */
export interface Closing {
  readonly bill: Bill;
  /** Seconds since the epoch. */
  readonly endedAt: number;
  /** Given to callers who asked for it. */
  readonly routing: RouterMetadata | undefined;
}

/** `openrouter_metadata`: how the request was routed. Source: contract §5.10. */
export interface RouterMetadata {
  readonly requested: string;
  readonly strategy: string;
  readonly region: null;
  readonly summary: string;
  /** Which attempt answered, from 1; 0 when no provider was reached. */
  readonly attempt: number;
  readonly is_byok: false;
  readonly endpoints: { readonly total: number; readonly available: readonly { readonly provider: string; readonly model: string; readonly selected: boolean }[] };
  readonly attempts?: readonly { readonly provider: string; readonly model: string; readonly status: number }[];
  /** What plugins did to the request or to the answer. */
  readonly pipeline?: readonly PipelineStage[];
  /** Ours: parameters that the endpoint which answered was not sent as the caller wrote them. */
  readonly parameter_notes?: readonly { readonly parameter: string; readonly action: string; readonly detail: string }[];
  /** Ours: tool calls that their tools cannot take. */
  readonly tool_errors?: readonly { readonly index: number; readonly name: string; readonly tool_error: string; readonly detail: string }[];
  /** Ours: where a continued answer changes provider, in UTF-16 units of its text. */
  readonly seams?: readonly { readonly at: number; readonly from: string; readonly to: string }[];
}

/** Something that was done to a request or to an answer on its way; stages that did nothing are not told. */
export interface PipelineStage {
  readonly type: "plugin" | "response_healing";
  readonly name: string;
  readonly summary: string;
  readonly data?: Readonly<Record<string, unknown>>;
}
