/** Slows guessing down: refusals go out one after the other, whoever asks, so that asking on many connections at once gains nothing. */

import type { Clock } from "../../base/clock.ts";

const betweenMs = 500;
const longestMs = 10_000;

/** Makes a function that gives how long the next refusal has to wait, in milliseconds. What succeeds never waits. */
export function createPace(clock: Clock): () => number {
  let last = 0;
  return () => {
    const now = clock();
    last = Math.min(Math.max(last, now) + betweenMs, now + longestMs);
    return last - now;
  };
}
