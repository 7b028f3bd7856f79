/** Successes and failures over a moving span, in a ring of equal buckets: the memory is fixed, the error at most a bucket. */

export interface Window {
  readonly bucketMs: number;
  /** Which bucket of all time a slot holds now; -1 for none yet. */
  readonly epochs: Int32Array;
  readonly successes: Uint32Array;
  readonly failures: Uint32Array;
}

export interface Tally {
  successes: number;
  failures: number;
}

export function noTally(): Tally {
  return { successes: 0, failures: 0 };
}

export function createWindow(spanMs: number, buckets: number): Window {
  return {
    bucketMs: spanMs / buckets,
    epochs: new Int32Array(buckets).fill(-1),
    successes: new Uint32Array(buckets),
    failures: new Uint32Array(buckets),
  };
}

export function count(window: Window, isSuccess: boolean, now: number): void {
  const epoch = Math.floor(now / window.bucketMs);
  const slot = epoch % window.epochs.length;
  if (window.epochs[slot] !== epoch) {
    window.epochs[slot] = epoch;
    window.successes[slot] = 0;
    window.failures[slot] = 0;
  }
  const counts = isSuccess ? window.successes : window.failures;
  counts[slot] = (counts[slot] ?? 0) + 1;
}

/** Adds to `tally` what happened in the last `spanMs` (at most the window's own span), the current bucket included. */
export function addTo(tally: Tally, window: Window, spanMs: number, now: number): Tally {
  const last = Math.floor(now / window.bucketMs);
  const buckets = Math.min(window.epochs.length, Math.round(spanMs / window.bucketMs));
  const first = Math.max(0, last - buckets + 1);
  let slot = first % window.epochs.length;
  for (let epoch = first; epoch <= last; epoch++) {
    if (window.epochs[slot] === epoch) {
      tally.successes += window.successes[slot] ?? 0;
      tally.failures += window.failures[slot] ?? 0;
    }
    slot = slot + 1 === window.epochs.length ? 0 : slot + 1;
  }
  return tally;
}
