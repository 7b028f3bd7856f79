/** The only owner of time and chance. Pure parts take both as arguments; the composition root hands them these. */

import { randomBytes, randomInt } from "node:crypto";

/** Milliseconds since the epoch. */
export type Clock = () => number;

/** A number in [0, 1). */
export type Chance = () => number;

export const wallClock: Clock = Date.now;

/** Milliseconds that never run backwards, for measuring how long something took. */
export const monotonic: Clock = () => performance.now();

export const chance: Chance = Math.random;

/** `length` unpredictable characters of `alphabet` (at most 256), each equally likely. For ids and secrets. */
export function randomText(length: number, alphabet: string): string {
  const fair = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of takeRandom(length - text.length)) {
      if (byte < fair) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** An unpredictable 32-bit seed for a replayable decision. */
export function randomSeed(): number {
  return randomInt(0, 2 ** 32);
}

/**
 * A chance that one seed replays for ever (mulberry32: 32 bits of state, good enough to spread load, never for secrets).
 */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// One system call serves many ids: a 20-character id would otherwise cost more than parsing the request it names.
const pool = { bytes: Buffer.alloc(0), used: 0 };

function takeRandom(count: number): Buffer {
  if (pool.used + count > pool.bytes.length) {
    pool.bytes = randomBytes(Math.max(4096, count));
    pool.used = 0;
  }
  const taken = pool.bytes.subarray(pool.used, pool.used + count);
  pool.used += count;
  return taken;
}
