/**
 * Percentiles from counts in 32 bins, each 2^0.4 (1.32) times as wide as the one before. Counts add up over hours, endpoints
 * and nodes, which percentiles do not. A percentile is right within a bin, mostly within half of one (14 %).
 */

export const binCount = 32;
const binsPerDoubling = 2.5;

/** Where the first bin begins: 25 ms to first content (the last ends at 179 s), 1 token a second (7,132). */
export const latencyLeastMs = 25;
export const throughputLeast = 1;

export interface Percentiles {
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p99: number;
}

/** The bin of a value; what lies outside all of them counts in the outermost. */
export function binOf(value: number, least: number): number {
  if (value <= least) return 0;
  return Math.min(binCount - 1, Math.floor(Math.log2(value / least) * binsPerDoubling));
}

/** The value that a share of `quantile` of the samples does not exceed; undefined without samples. */
export function quantileOf(counts: readonly number[], least: number, quantile: number): number | undefined {
  const total = totalOf(counts);
  if (total === 0) return undefined;
  let left = quantile * total;
  for (const [bin, count] of counts.entries()) {
    if (count > 0 && left <= count) return least * 2 ** ((bin + left / count) / binsPerDoubling);
    left -= count;
  }
  return least * 2 ** (binCount / binsPerDoubling);
}

/** Milliseconds that 50, 75, 90 and 99 per cent of the samples do not exceed. */
export function latencyPercentiles(counts: readonly number[]): Percentiles | null {
  return percentilesBy((share) => quantileOf(counts, latencyLeastMs, share), 0);
}

/** Tokens per second that 50, 75, 90 and 99 per cent of the samples reach at least: values fall as the share rises. */
export function throughputPercentiles(counts: readonly number[]): Percentiles | null {
  return percentilesBy((share) => quantileOf(counts, throughputLeast, 1 - share), 1);
}

export function totalOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function percentilesBy(quantile: (share: number) => number | undefined, decimals: number): Percentiles | null {
  const [p50, p75, p90, p99] = [0.5, 0.75, 0.9, 0.99].map((share) => rounded(quantile(share), decimals));
  return p50 === undefined || p75 === undefined || p90 === undefined || p99 === undefined ? null : { p50, p75, p90, p99 };
}

function rounded(value: number | undefined, decimals: number): number | undefined {
  return value === undefined ? undefined : Number(value.toFixed(decimals));
}
