/** Exact prices and what a generation costs at them. */

import { toNanodollars, type Nanodollars, type Picodollars } from "../base/money.ts";
import type { Usage } from "../wire/chat.ts";

/** Unit prices of one endpoint. What is absent costs what its fallback costs (cached input: input; reasoning: output). */
export interface Pricing {
  readonly prompt: Picodollars;
  readonly completion: Picodollars;
  readonly cacheRead?: Picodollars;
  readonly cacheWrite?: Picodollars;
  readonly reasoning?: Picodollars;
  readonly promptAudio?: Picodollars;
  readonly completionAudio?: Picodollars;
  readonly request?: Picodollars;
  /** Per input image. */
  readonly image?: Picodollars;
  readonly webSearch?: Picodollars;
  /** Prices that replace the ones above when the prompt is longer than this; the last one that applies wins per price. */
  readonly overrides?: readonly PricingOverride[];
}

export interface PricingOverride extends Partial<Omit<Pricing, "overrides">> {
  /** Applies to prompts of strictly more tokens. */
  readonly promptTokensOver: number;
}

export interface Cost {
  readonly total: Nanodollars;
  readonly prompt: Nanodollars;
  readonly completion: Nanodollars;
}

/**
 * What `usage` costs at `pricing`, each part rounded up to a nano-dollar and the total the sum of the parts: one token
 * is never free, and splitting an answer never makes it cheaper.
 */
export function costOf(pricing: Pricing, usage: Usage): Cost {
  const price = pricing.overrides === undefined ? pricing : effectivePricing(pricing, usage.promptTokens);
  const cached = usage.cachedTokens ?? 0;
  const written = usage.cacheWriteTokens ?? 0;
  const promptAudio = price.promptAudio === undefined ? 0 : (usage.promptAudioTokens ?? 0);
  const reasoning = price.reasoning === undefined ? 0 : (usage.reasoningTokens ?? 0);
  const completionAudio = price.completionAudio === undefined ? 0 : (usage.completionAudioTokens ?? 0);

  const prompt = toNanodollars(
    times(usage.promptTokens - cached - written - promptAudio, price.prompt) +
      times(cached, price.cacheRead ?? price.prompt) +
      times(written, price.cacheWrite ?? price.prompt) +
      times(promptAudio, price.promptAudio ?? price.prompt) +
      (price.request ?? 0n),
  );
  const completion = toNanodollars(
    times(usage.completionTokens - reasoning - completionAudio, price.completion) +
      times(reasoning, price.reasoning ?? price.completion) +
      times(completionAudio, price.completionAudio ?? price.completion),
  );
  return { total: (prompt + completion) as Nanodollars, prompt, completion };
}

/** The most that a request of these sizes can cost here, to hold before it is sent. */
export function worstCost(pricing: Pricing, promptTokens: number, completionTokens: number, images: number): Nanodollars {
  const price = effectivePricing(pricing, promptTokens);
  const input = dearest(price.prompt, price.cacheWrite, price.promptAudio);
  const output = dearest(price.completion, price.reasoning, price.completionAudio);
  return toNanodollars(
    times(promptTokens, input) + times(completionTokens, output) + times(images, price.image ?? 0n) + (price.request ?? 0n),
  );
}

function effectivePricing(pricing: Pricing, promptTokens: number): Pricing {
  let price = pricing;
  for (const override of pricing.overrides ?? []) {
    if (promptTokens > override.promptTokensOver) price = { ...price, ...override };
  }
  return price;
}

function times(count: number, price: bigint): bigint {
  return count > 0 ? BigInt(count) * price : 0n;
}

function dearest(first: bigint, ...others: readonly (bigint | undefined)[]): bigint {
  return others.reduce<bigint>((most, price) => (price !== undefined && price > most ? price : most), first);
}
