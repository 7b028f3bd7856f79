/** Times to first content in bins of 1 per cent, from 10 ms to 25 minutes: any number of them in 5 kB. */

export interface Times {
  readonly bins: Uint32Array;
  count: number;
}

const binCount = 1200;
const leastMs = 10;
const step = Math.log(1.01);

export function createTimes(): Times {
  return { bins: new Uint32Array(binCount), count: 0 };
}

export function addTime(times: Times, ms: number): void {
  const bin = Math.min(binCount - 1, Math.max(0, Math.floor(Math.log(ms / leastMs) / step)));
  times.bins[bin] = (times.bins[bin] ?? 0) + 1;
  times.count += 1;
}

/** Seconds. NaN without samples. */
export function quantile(times: Times, share: number): number {
  let left = share * times.count;
  if (left === 0) return Number.NaN;
  for (let bin = 0; bin < binCount; bin++) {
    left -= times.bins[bin] ?? 0;
    if (left <= 0) return (leastMs * Math.exp((bin + 0.5) * step)) / 1000;
  }
  return Number.NaN;
}
