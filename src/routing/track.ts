/** What is kept of one endpoint, called with one credential. */

import { createBreaker, type Breaker } from "./breaker.ts";
import { createMemory, createPace, type Memory, type Pace } from "./estimate.ts";
import { createHistogram, type Histogram } from "./histogram.ts";
import { createRoom, noHold, type Hold, type Room } from "./hold.ts";
import type { ToolCalls } from "./tool-calls.ts";
import { createWindow, type Window } from "./window.ts";

export interface Track {
  /** 5-second buckets: the last 30 seconds and the last 5 minutes. */
  readonly minutes: Window;
  readonly halfHour: Window;
  readonly day: Window;
  readonly latency: Histogram;
  readonly whole: Histogram;
  readonly throughput: Histogram;
  readonly hold: Hold;
  readonly room: Room;
  readonly breaker: Breaker;
  readonly quick: Memory;
  readonly slow: Memory;
  readonly pace: Pace;
  /** Of those who asked for reasoning: who thinks first is not slow. */
  readonly reasoningPace: Pace;
  /** Undefined until it calls a tool. */
  toolCalls: ToolCalls | undefined;
  /** Good and bad, since it is known. */
  answers: number;
  /** Answers in a row that were not waited for as long as they may take. */
  cutShort: number;
  lastFailureAt: number;
  /** The last good one; 0 before the first. */
  lastAnswerAt: number;
  lastSeenAt: number;
}

/** Bins from 10 ms to 11 minutes, and from a quarter token to 16,384 tokens a second. */
export const latencyLeast = 10;
export const throughputLeast = 0.25;

const minute = 60_000;

/** What is known of how soon it begins: by whoever asks for no reasoning, or else by the others. */
export function knownPace({ pace, reasoningPace }: Track): Pace {
  return pace.answers === 0 ? reasoningPace : pace;
}

/** Of an endpoint and a credential that were never heard of. */
export function createTrack(): Track {
  return {
    minutes: createWindow(5 * minute, 60),
    halfHour: createWindow(30 * minute, 30),
    day: createWindow(24 * 60 * minute, 48),
    latency: createHistogram(latencyLeast),
    whole: createHistogram(latencyLeast),
    throughput: createHistogram(throughputLeast),
    hold: noHold(),
    room: createRoom(),
    breaker: createBreaker(),
    quick: createMemory(),
    slow: createMemory(),
    pace: createPace(),
    reasoningPace: createPace(),
    toolCalls: undefined,
    answers: 0,
    cutShort: 0,
    lastFailureAt: -Infinity,
    lastAnswerAt: 0,
    lastSeenAt: -Infinity,
  };
}
