/**
 * An answer on its way to the caller for whom it is made, the leader: what was said of it so far is kept, for the cache and
 * for others who ask for the same meanwhile. The leader's pace is its own: followers have what they have not yet read in
 * queues of theirs.
 */

import type { Fault } from "../base/fault.ts";
import type { AnswerHead } from "../surfaces/surface.ts";
import type { AnswerEnding, AnswerListener } from "./answer-listener.ts";
import type { Reply } from "./delivery.ts";
import { pieceBytes, type Recording } from "./response-cache.ts";

export interface Flight {
  /** Hears what the leader hears. */
  readonly listener: AnswerListener;
  /** Stands before the leader's own: when its caller leaves, the answer is made to its end for the others. */
  readonly reply: Reply;
  /** May others join? Not when more was said than is kept, nor when it is over. */
  readonly isOpen: () => boolean;
  /** Tells the follower what was said so far, then the rest as it comes. Gives the way to leave. */
  readonly join: (follower: Follower) => () => void;
  /** Ends it for followers who have heard no ending. After the leader's call. */
  readonly close: (fault: Fault) => void;
  /** For how many seconds the answer is wanted from the cache: the longest that any who hears it asks for; 0 when nobody does. */
  ttl: number;
}

export interface Follower {
  readonly said: (head: AnswerHead, piece: string) => void;
  /** The last call. */
  readonly over: (ending: AnswerEnding) => void;
}

/** Memory for answers on their way, in bytes: one for all flights of a node. */
export interface Room {
  left: number;
}

export interface FlightInput {
  readonly reply: Reply;
  /** How much of one answer is kept. */
  readonly bytesMax: number;
  readonly room: Room;
  readonly ttl: number;
  /** Told of an answer that is complete and was kept whole, before the leader hears the end of it. */
  readonly onComplete: (recording: Recording) => void;
}

export function createFlight(input: FlightInput): Flight {
  const followers = new Set<Follower>();
  const kept = keepPieces(input);
  let head: AnswerHead | undefined;
  let isOver = false;
  let isLeaderGone = false;
  let abandon: (() => void) | undefined;
  let drained: (() => void) | undefined;

  const hear = (from: AnswerHead, said: unknown): void => {
    head ??= from;
    if (kept.pieces === undefined && followers.size === 0) return;
    const piece = JSON.stringify(said);
    kept.add(piece);
    for (const follower of followers) follower.said(head, piece);
  };
  const end = (ending: AnswerEnding): void => {
    isOver = true;
    for (const follower of followers) follower.over(ending);
    followers.clear();
  };
  const giveUpIfAlone = (): void => {
    if (!isLeaderGone || isOver || followers.size > 0) return;
    isOver = true;
    abandon?.();
  };

  return {
    ttl: input.ttl,
    listener: {
      chunks: hear,
      whole: hear,
      ended(ending) {
        const { fault, finishReason, isSandbox } = ending;
        if (fault === undefined && finishReason !== "error" && head !== undefined && kept.pieces !== undefined) {
          input.onComplete({ head, pieces: kept.pieces, finishReason, isSandbox });
        }
        end(ending);
      },
    },
    reply: {
      ...input.reply,
      start: (id) => {
        if (!isLeaderGone) input.reply.start(id);
      },
      whole: (id, text) => {
        if (!isLeaderGone) input.reply.whole(id, text);
      },
      write: (text) => isLeaderGone || input.reply.write(text),
      end: (text) => {
        if (!isLeaderGone) input.reply.end(text);
      },
      onDrain(listener) {
        drained = listener;
        input.reply.onDrain(listener);
      },
      onHangUp(listener) {
        abandon = listener;
        input.reply.onHangUp(() => {
          isLeaderGone = true;
          // The provider may have been slowed down for a caller who no longer reads.
          drained?.();
          giveUpIfAlone();
        });
      },
    },
    isOpen: () => !isOver && kept.pieces !== undefined,
    join(follower) {
      followers.add(follower);
      if (head !== undefined) for (const piece of kept.pieces ?? []) follower.said(head, piece);
      return () => {
        followers.delete(follower);
        giveUpIfAlone();
      };
    },
    close(fault) {
      kept.forget();
      end({ fault, finishReason: "error", isSandbox: false });
    },
  };
}

interface Kept {
  /** Undefined when there were too many. */
  readonly pieces: readonly string[] | undefined;
  readonly add: (piece: string) => void;
  readonly forget: () => void;
}

function keepPieces({ bytesMax, room }: FlightInput): Kept {
  let pieces: string[] | undefined = [];
  let bytes = 0;
  const forget = (): void => {
    pieces = undefined;
    room.left += bytes;
    bytes = 0;
  };
  return {
    get pieces() {
      return pieces;
    },
    add(piece) {
      if (pieces === undefined) return;
      const size = pieceBytes(piece);
      if (bytes + size > bytesMax || size > room.left) {
        forget();
        return;
      }
      pieces.push(piece);
      bytes += size;
      room.left -= size;
    },
    forget,
  };
}
