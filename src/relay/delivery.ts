/**
 * The caller's side of an answer: holds the head until there is content, writes what comes, slows the upstream down when
 * the caller is slow, and keeps the connection alive while nothing can be said.
 */

import type { Fault } from "../base/fault.ts";
import type { AnswerHead, Closing, RouterMetadata, StreamEncoder, Surface } from "../surfaces/surface.ts";
import type { ChatChunk, ChatRequest } from "../wire/chat.ts";
import type { AnswerListener } from "./answer-listener.ts";
import { createCommitGuard, type CommitGuard } from "./commit.ts";
import type { ExchangeControl } from "./upstream.ts";

/** What the relay needs of the HTTP answer. Filled by http/. */
export interface Reply {
  /** Sends status 200 and the headers of a stream. Called once, before anything is written. */
  readonly start: (generationId: string) => void;
  /** Sends status 200 and a whole answer, a JSON text. */
  readonly whole: (generationId: string, text: string) => void;
  /** False when the caller is slower than the provider; `onDrain` tells when to go on. */
  readonly write: (text: string) => boolean;
  readonly end: (text: string) => void;
  readonly onDrain: (listener: () => void) => void;
  /** Gives the caller up: the connection is closed, and `onHangUp` is told. */
  readonly drop: () => void;
  /** Called when the caller is gone before the end; at once when that has happened already. */
  readonly onHangUp: (listener: () => void) => void;
}

/** One attempt's way to the caller. Of several, the first to commit speaks; the others are never heard. */
export interface Lane extends CommitGuard {
  /** The upstream that is slowed down when the caller is slow. A continuation replaces the one that broke off. */
  readonly connect: (control: ExchangeControl) => void;
}

export interface LaneInput {
  readonly head: AnswerHead;
  /** Nothing is told before the answer is complete. */
  readonly holdsAll: boolean;
  /** Called once, when the first content is about to be told. */
  readonly onCommit: () => void;
}

export interface Delivery {
  /** Opens a lane for an attempt at a stream. */
  readonly open: (lane: LaneInput) => Lane;
  /** Has the caller received a status and headers? From then on a failure can only be told in-band. */
  readonly isStarted: () => boolean;
  readonly hasContent: () => boolean;
  readonly finish: (closing: Closing) => void;
  /** Sends a whole answer, a JSON text. */
  readonly finishWhole: (text: string) => void;
  /** Tells the fault in-band. Only after `isStarted`. */
  readonly fail: (fault: Fault, requestId: string, routing: RouterMetadata | undefined) => void;
  /** Stops the keep-alives; called whatever happened. */
  readonly stop: () => void;
}

export interface DeliveryInput {
  readonly surface: Surface;
  readonly reply: Reply;
  readonly request: ChatRequest;
  readonly generationId: string;
  /** How long the caller hears nothing before a keep-alive is sent. */
  readonly keepAliveMs: number;
  /** How long a caller may leave what was sent unread before it is given up (fault matrix, row 36). */
  readonly readerMs: number;
  readonly listener: AnswerListener | undefined;
}

export function createDelivery(input: DeliveryInput): Delivery {
  const { reply, surface } = input;
  /** Of the lane that speaks; until one does, of the last that was opened. */
  let encoder: StreamEncoder | undefined;
  let control: ExchangeControl | undefined;
  let hasContent = false;
  let isStarted = false;
  let isSpeaking = false;
  let patience: NodeJS.Timeout | undefined;

  const send = (text: string): void => {
    if (!isStarted) {
      isStarted = true;
      reply.start(input.generationId);
    }
    if (!reply.write(text)) {
      control?.pause();
      patience ??= setTimeout(() => reply.drop(), input.readerMs);
    }
  };
  // A stream that speaks needs no keep-alive, and a timer that is re-armed for every event would cost more than the event.
  const timer = input.request.stream
    ? setInterval(() => {
        if (!isSpeaking && encoder !== undefined) send(encoder.keepAlive);
        isSpeaking = false;
      }, input.keepAliveMs)
    : undefined;
  if (input.request.stream) {
    reply.onDrain(() => {
      clearTimeout(patience);
      patience = undefined;
      control?.resume();
    });
  }

  return {
    open: ({ head, holdsAll, onCommit }) => {
      const own = surface.openEncoder(head, input.request);
      let ownControl: ExchangeControl | undefined;
      const speak = (): void => {
        hasContent = true;
        encoder = own;
        control = ownControl;
        onCommit();
      };
      const guard = createCommitGuard((chunks) => {
        const text = encodeAll(own, chunks);
        if (!hasContent) speak();
        isSpeaking = true;
        input.listener?.chunks(head, chunks);
        send(text);
      }, holdsAll);
      encoder = own;
      return {
        ...guard,
        connect: (opened) => {
          ownControl = opened;
          if (!hasContent || encoder === own) control = opened;
        },
      };
    },
    isStarted: () => isStarted,
    hasContent: () => hasContent,
    finish: (closing) => {
      if (encoder !== undefined) reply.end(encoder.finish(closing));
    },
    finishWhole: (text) => {
      isStarted = true;
      reply.whole(input.generationId, text);
    },
    fail: (fault, requestId, routing) => {
      if (encoder !== undefined) reply.end(encoder.fail(fault, requestId, routing));
    },
    stop: () => {
      clearInterval(timer);
      clearTimeout(patience);
    },
  };
}

/** One write for all that one read brought. */
function encodeAll(encoder: StreamEncoder, chunks: readonly ChatChunk[]): string {
  let text = "";
  for (const chunk of chunks) if (chunk.choices.length > 0 || chunk.extra !== undefined) text += encoder.chunk(chunk);
  return text;
}
