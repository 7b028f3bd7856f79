/** How much thinking is asked for, in the public words: what all dialects translate from. Source of the shares: contract §2.3. */

import type { Reasoning } from "../wire/chat.ts";
import type { Effort } from "./quirks.ts";

/** In ascending order: the share of the output that each effort may spend on thinking. */
const shares: readonly (readonly [Effort, number])[] = [
  ["none", 0], ["minimal", 0.1], ["low", 0.2], ["medium", 0.5], ["high", 0.8], ["xhigh", 0.95], ["max", 0.95],
];

const order = shares.map(([effort]) => effort);

export function isEffort(word: string): word is Effort {
  return (order as readonly string[]).includes(word);
}

/** The share of its output that a model may spend on thinking. */
export function shareOf(effort: Effort): number {
  return shares.find(([name]) => name === effort)?.[1] ?? 0;
}

/** Undefined when the caller asked for nothing. */
export function wantedEffort(reasoning: Reasoning, outputTokensMax: number | undefined): Effort | undefined {
  if (reasoning.enabled === false) return "none";
  if (reasoning.effort !== undefined) return reasoning.effort;
  if (reasoning.max_tokens !== undefined) {
    if (reasoning.max_tokens === 0) return "none";
    return outputTokensMax === undefined ? "medium" : nearestShare(reasoning.max_tokens / outputTokensMax);
  }
  return reasoning.enabled === true ? "medium" : undefined;
}

/** Of two equally near the lower. "none" is itself or nothing: no other effort means it. */
export function nearestEffort(wanted: Effort, efforts: readonly Effort[]): Effort | undefined {
  if (efforts.includes(wanted)) return wanted;
  if (wanted === "none") return undefined;
  const distance = (effort: Effort) => Math.abs(order.indexOf(effort) - order.indexOf(wanted));
  return efforts.filter((effort) => effort !== "none").reduce<Effort | undefined>((best, each) => (best === undefined || distance(each) < distance(best) ? each : best), undefined);
}

function nearestShare(share: number): Effort {
  const thinking = shares.filter(([effort]) => effort !== "none" && effort !== "max");
  return thinking.reduce((best, each) => (Math.abs(each[1] - share) < Math.abs(best[1] - share) ? each : best))[0];
}
