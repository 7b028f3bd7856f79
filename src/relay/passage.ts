/** The caller's side of a task: a whole answer, or bytes that are passed on as they come, as fast as the caller takes them. */

import { Fault } from "../base/fault.ts";
import type { TaskBody } from "../surfaces/task-surface.ts";
import type { ExchangeControl } from "./upstream.ts";

/** What the relay needs of the HTTP answer. Filled by http/. */
export interface TaskReply {
  /** Sends status 200 and the headers of an answer whose length is not known. */
  readonly start: (generationId: string, mediaType: string) => void;
  /** False when the caller is slower than the provider; `onDrain` tells when to go on. */
  readonly write: (bytes: Uint8Array) => boolean;
  readonly end: () => void;
  readonly whole: (generationId: string, body: TaskBody) => void;
  readonly onDrain: (listener: () => void) => void;
  /** Gives the caller up: the connection is closed, and `onHangUp` is told. */
  readonly drop: () => void;
  /** Called when the caller is gone before the end; at once when that has happened already. */
  readonly onHangUp: (listener: () => void) => void;
}

export interface Passage {
  /** The upstream that is slowed down when the caller is slow. */
  readonly connect: (control: ExchangeControl) => void;
  readonly pass: (mediaType: string, bytes: Uint8Array) => void;
  /** @throws Fault empty_completion when nothing has passed. */
  readonly end: () => void;
  /** Has anything passed? Then the answer is this endpoint's, and is never spliced with another's. */
  readonly isOpen: () => boolean;
  /** Called whatever happened. */
  readonly stop: () => void;
}

/** `readerMs`: how long a caller may leave what was sent unread before it is given up (fault matrix, row 36). */
export function createPassage(reply: TaskReply, { generationId, readerMs }: { readonly generationId: string; readonly readerMs: number }): Passage {
  let control: ExchangeControl | undefined;
  let patience: NodeJS.Timeout | undefined;
  let isOpen = false;
  const open = (mediaType: string): void => {
    isOpen = true;
    reply.start(generationId, mediaType);
    reply.onDrain(() => {
      clearTimeout(patience);
      patience = undefined;
      control?.resume();
    });
  };
  return {
    connect: (opened) => {
      control = opened;
    },
    pass: (mediaType, bytes) => {
      if (bytes.length === 0) return;
      if (!isOpen) open(mediaType);
      if (reply.write(bytes)) return;
      control?.pause();
      patience ??= setTimeout(() => reply.drop(), readerMs);
    },
    end: () => {
      if (!isOpen) throw new Fault("empty_completion", "The provider's answer was empty.");
    },
    isOpen: () => isOpen,
    stop: () => clearTimeout(patience),
  };
}
