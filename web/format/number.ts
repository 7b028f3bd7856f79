/** Counts, rates and shares as text. "K" is 1,000 everywhere. */

import { missing } from "./price.ts";

const scales = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "K"],
] as const;

/** Three significant digits: 950, "1.23K", "262K", "22.4B". The exact count belongs beside it, see {@link exact}. */
export function compact(count: number | undefined): string {
  if (count === undefined) return missing;
  if (Math.abs(count) < 999.5) return String(Math.round(count));
  const [size, letter] = scales.find(([scale]) => Math.abs(count) >= scale * 0.9995) ?? [1, ""];
  const scaled = count / size;
  const decimals = Math.abs(scaled) < 9.995 ? 2 : Math.abs(scaled) < 99.95 ? 1 : 0;
  return `${trimZeros(scaled.toFixed(decimals))}${letter}`;
}

/** "262,144". */
export function exact(count: number | undefined): string {
  return count === undefined ? missing : grouped.format(count);
}

// Made once: toLocaleString makes one a number, which took half of the time of a page with a chart.
const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A context length: "262K" of 262,144, "1.05M" of 1,048,576. Whole thousands below a million. */
export function context(tokens: number | undefined): string {
  if (tokens === undefined) return missing;
  return tokens >= 1e3 && tokens < 999_500 ? `${Math.round(tokens / 1e3)}K` : compact(tokens);
}

/** "26.4 tok/s". */
export function rate(tokensPerSecond: number | undefined): string {
  if (tokensPerSecond === undefined) return missing;
  return `${tokensPerSecond >= 100 ? Math.round(tokensPerSecond) : tokensPerSecond.toFixed(1)} tok/s`;
}

/** A share of 1 as a percentage with one decimal: "12.5%". */
export function percent(share: number | undefined): string {
  return share === undefined ? missing : `${(share * 100).toFixed(1)}%`;
}

/** An uptime, a share of 1, with two decimals and rounded down: 99.999 % is not "100.00%". */
export function uptime(share: number | undefined): string {
  // The tolerance is for shares such as 0.9997, which times 10,000 is 9996.999….
  return share === undefined ? missing : `${(Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2)}%`;
}

/** "1 model", "2 models". */
export function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${exact(count)} ${count === 1 ? noun : nouns}`;
}

/** Under this many samples a measurement says nothing; see {@link sampled}. */
export const samplesMin = 30;

/** A measured figure, or how far there is to go: "not enough data (n = 7)". */
export function sampled(samples: number, figure: () => string): string {
  return samples >= samplesMin ? figure() : `not enough data (n = ${exact(samples)})`;
}

function trimZeros(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}
