/**
 * Tells a caller an answer that is made, or was made, for another: at the caller's own pace, under an id of its own, at no
 * cost. It takes the same delivery as an answer that comes from a provider.
 */

import { monotonic } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { generationId } from "../base/ids.ts";
import { zeroNanodollars } from "../base/money.ts";
import type { AnswerHead, Closing } from "../surfaces/surface.ts";
import type { ChatAnswer, ChatChunk } from "../wire/chat.ts";
import type { AnswerEnding } from "./answer-listener.ts";
import { createDelivery, type Delivery } from "./delivery.ts";
import type { Follower } from "./flight.ts";
import type { Call, RelayDeps, UnderWay } from "./generate.ts";
import { pieceBytes } from "./response-cache.ts";
import { recordOfRetold } from "./settle.ts";

export type RetellDeps = Pick<RelayDeps, "recorder" | "clock" | "underWay" | "log" | "keepAliveMs" | "readerMs">;

export interface Source {
  /** Begins to tell, and gives the way to leave. */
  readonly join: (follower: Follower) => () => void;
  /** Called before anything is sent to the caller. */
  readonly onFirst: () => void;
  /** A caller who is further behind than this many bytes when there is more to tell is given up. */
  readonly backlogBytesMax: number;
}

/**
 * Resolves when the caller has the answer or is gone; with a fault when the answer failed before anything of it was heard.
 * @throws Fault storage_unavailable when nothing has been sent and the record of it could not be written.
 */
export async function retell(deps: RetellDeps, call: Call, source: Source): Promise<Fault | undefined> {
  const createdAt = deps.clock();
  const acceptedAt = monotonic();
  const id = generationId(createdAt);
  const { request, surface, reply, requestId } = call;
  const delivery = createDelivery({ surface, reply, request, generationId: id, keepAliveMs: deps.keepAliveMs, readerMs: deps.readerMs, listener: undefined });
  const telling = tell({ call, delivery, id, createdAt, source });
  const underWay: UnderWay = { waitsFor: telling };
  deps.underWay.add(underWay);
  try {
    const ending = await telling.over;
    const { head } = telling;
    const hasAnswer = head !== undefined && (request.stream || ending.fault === undefined);
    if (!hasAnswer && !telling.isHungUp) return ending.fault ?? emptyAnswer();
    const record = recordOfRetold({
      id, requestId, createdAt, acceptedAt, key: call.key, surface: surface.name, request, app: call.app, source: head, isHungUp: telling.isHungUp, ...ending,
      firstContentAt: telling.firstAt, endedAt: monotonic(),
    });
    await deps.recorder.append(record).catch((error: unknown) => {
      deps.log.error({ generationId: id, error }, "a generation could not be written to the journal");
      if (!delivery.isStarted() && !telling.isHungUp) throw error;
    });
    if (telling.isHungUp || head === undefined) return undefined;
    if (!request.stream) {
      source.onFirst();
      delivery.finishWhole(surface.encodeAnswer({ head: ownHead(head, id, createdAt), answer: answerOf(telling.backlog), closing: closingAt(deps.clock()) }, request));
    } else if (ending.fault !== undefined) {
      delivery.fail(ending.fault, requestId, undefined);
    } else {
      delivery.finish(closingAt(deps.clock()));
    }
    return undefined;
  } finally {
    deps.underWay.delete(underWay);
    underWay.waitsFor = undefined;
    delivery.stop();
    telling.stop();
  }
}

interface TellInput {
  readonly call: Call;
  readonly delivery: Delivery;
  readonly id: string;
  readonly createdAt: number;
  readonly source: Source;
}

interface Telling {
  /** Resolves when there is no more to tell: all that was said is with the caller, or the caller is gone. */
  readonly over: Promise<AnswerEnding>;
  /** Of the answer as it was told first; undefined while nothing was said. */
  readonly head: AnswerHead | undefined;
  readonly firstAt: number | undefined;
  readonly isHungUp: boolean;
  /** Of an answer that is not streamed, all of it. */
  readonly backlog: Backlog;
  readonly abort: (fault: Fault) => void;
  readonly stop: () => void;
}

/** What is told in one turn of the event loop: between two turns the caller's connection says whether it keeps up. */
const turnBytes = 64 * 1024;

function tell({ call, delivery, id, createdAt, source }: TellInput): Telling {
  const { reply, request } = call;
  let head: AnswerHead | undefined;
  let lane: ReturnType<Delivery["open"]> | undefined;
  const backlog = createBacklog();
  let firstAt: number | undefined;
  let turn: NodeJS.Immediate | undefined;
  let isPaused = false;
  let isHungUp = false;
  let ending: AnswerEnding | undefined;
  let resolve: (ending: AnswerEnding) => void;
  const over = new Promise<AnswerEnding>((resolved) => (resolve = resolved));

  const open = (from: AnswerHead): void => {
    head = from;
    if (!request.stream) return;
    source.onFirst();
    lane = delivery.open({ head: ownHead(from, id, createdAt), holdsAll: false, onCommit: () => (firstAt = monotonic()) });
    lane.connect({ pause: () => (isPaused = true), resume, abort });
  };
  const goOn = (): void => {
    if (!isPaused) turn ??= setImmediate(takeTurn);
  };
  const takeTurn = (): void => {
    turn = undefined;
    if (lane !== undefined && backlog.bytes() > 0) {
      lane.push(backlog.take(turnBytes).flatMap(chunksOf));
      if (backlog.bytes() > 0) return goOn();
    }
    if (ending === undefined) return;
    if (ending.fault === undefined) lane?.flush();
    resolve(ending);
  };
  const resume = (): void => {
    isPaused = false;
    goOn();
  };
  const abort = (fault: Fault): void => {
    backlog.take(Number.POSITIVE_INFINITY);
    isPaused = false;
    ending = { fault, finishReason: "error", isSandbox: call.key.isSandbox };
    goOn();
  };

  const leave = source.join({
    said(from, piece) {
      if (head === undefined) open(from);
      if (backlog.bytes() > source.backlogBytesMax) reply.drop();
      backlog.add(piece);
      goOn();
    },
    over(how) {
      ending ??= how;
      goOn();
    },
  });
  reply.onHangUp(() => {
    isHungUp = true;
    leave();
    resolve({ fault: undefined, finishReason: null, isSandbox: call.key.isSandbox });
  });

  return {
    over, abort, backlog,
    get head() {
      return head;
    },
    get firstAt() {
      return firstAt;
    },
    get isHungUp() {
      return isHungUp;
    },
    stop() {
      clearImmediate(turn);
      leave();
    },
  };
}

/** What was said and not yet told. */
interface Backlog {
  readonly add: (piece: string) => void;
  /** The oldest pieces, as many as make `bytes`. */
  readonly take: (bytes: number) => string[];
  readonly bytes: () => number;
}

function createBacklog(): Backlog {
  const pieces: string[] = [];
  let bytes = 0;
  return {
    add(piece) {
      pieces.push(piece);
      bytes += pieceBytes(piece);
    },
    take(bytesWanted) {
      let count = 0;
      let taken = 0;
      for (; count < pieces.length && taken < bytesWanted; count++) taken += pieceBytes(pieces[count] as string);
      bytes -= taken;
      return pieces.splice(0, count);
    },
    bytes: () => bytes,
  };
}

function ownHead(head: AnswerHead, id: string, createdAt: number): AnswerHead {
  return { ...head, generationId: id, created: Math.floor(createdAt / 1000) };
}

function chunksOf(piece: string): ChatChunk[] {
  return JSON.parse(piece);
}

function answerOf(backlog: Backlog): ChatAnswer {
  return JSON.parse(backlog.take(Number.POSITIVE_INFINITY).at(-1) as string);
}

function emptyAnswer(): Fault {
  return new Fault("empty_completion", "The provider's answer was empty.");
}

/** Nothing is used by telling again. */
function closingAt(now: number): Closing {
  return {
    bill: { usage: { promptTokens: 0, completionTokens: 0 }, isEstimated: false, total: zeroNanodollars, prompt: zeroNanodollars, completion: zeroNanodollars },
    endedAt: Math.floor(now / 1000),
    routing: undefined,
  };
}
