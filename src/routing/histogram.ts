/**
 * Percentiles of the last half hour without keeping the samples: counts in 64 bins, each 2^(1/4) times as wide as the one
 * before, in twelve slices of two and a half minutes. A percentile is right within a bin (19 %), mostly within half of one.
 */

export interface Histogram {
  /** Where the first bin begins; the last ends 65,536 times as high. What lies outside counts in the outermost bin. */
  readonly least: number;
  readonly epochs: Int32Array;
  readonly counts: Uint16Array;
}

export const sliceMs = 150_000;
export const slices = 12;

const bins = 64;
const binsPerDoubling = 4;
const countMax = 0xffff;

export function createHistogram(least: number): Histogram {
  return { least, epochs: new Int32Array(slices).fill(-1), counts: new Uint16Array(slices * bins) };
}

/** Counts one sample. A bin stops at 65,535 a slice (437 a second): by then the shape is known. */
export function sample(histogram: Histogram, value: number, now: number): void {
  const epoch = Math.floor(now / sliceMs);
  const slot = epoch % slices;
  if (histogram.epochs[slot] !== epoch) {
    histogram.epochs[slot] = epoch;
    histogram.counts.fill(0, slot * bins, (slot + 1) * bins);
  }
  const bin = Math.floor(Math.log2(value / histogram.least) * binsPerDoubling);
  const index = slot * bins + Math.min(bins - 1, Math.max(0, bin));
  const before = histogram.counts[index] ?? 0;
  if (before < countMax) histogram.counts[index] = before + 1;
}

/** Several histograms' bins over a span, added up, ready to be asked for quantiles. */
export interface Distribution {
  least: number;
  readonly counts: Uint32Array;
  total: number;
}

export function createDistribution(least: number): Distribution {
  return { least, counts: new Uint32Array(bins), total: 0 };
}

/** Empties a distribution for another use. */
export function cleared(distribution: Distribution, least: number): Distribution {
  distribution.least = least;
  distribution.counts.fill(0);
  distribution.total = 0;
  return distribution;
}

/** Adds the last `sliceCount` slices, the current one included. */
export function gather(into: Distribution, histogram: Histogram, sliceCount: number, now: number): Distribution {
  const last = Math.floor(now / sliceMs);
  for (let epoch = Math.max(0, last - sliceCount + 1); epoch <= last; epoch++) {
    const slot = epoch % slices;
    if (histogram.epochs[slot] !== epoch) continue;
    for (let bin = 0; bin < bins; bin++) {
      const counted = histogram.counts[slot * bins + bin] ?? 0;
      if (counted === 0) continue;
      into.counts[bin] = (into.counts[bin] ?? 0) + counted;
      into.total += counted;
    }
  }
  return into;
}

/** The value that a share of `quantile` of the samples does not exceed. Undefined without samples. */
export function quantileOf({ counts, least, total }: Distribution, quantile: number): number | undefined {
  if (total === 0) return undefined;
  let left = quantile * total;
  for (let bin = 0; bin < bins; bin++) {
    const counted = counts[bin] ?? 0;
    if (counted > 0 && left <= counted) return least * 2 ** ((bin + left / counted) / binsPerDoubling);
    left -= counted;
  }
  return least * 2 ** (bins / binsPerDoubling);
}
