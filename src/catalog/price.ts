/** Exact prices and what a generation costs at them. */

import { toNanodollars, type Nanodollars, type Picodollars } from "../base/money.ts";
import type { Usage } from "../wire/chat.ts";

/** Unit prices of one endpoint. What is absent costs what its fallback costs (cached input: input; reasoning: output; kept for an hour: {@link hourOf}). */
export interface Pricing {
  readonly prompt: Picodollars;
  readonly completion: Picodollars;
  readonly cacheRead?: Picodollars;
  readonly cacheWrite?: Picodollars;
  /** What is written to be kept for an hour. */
  readonly cacheWriteHour?: Picodollars;
  readonly reasoning?: Picodollars;
  readonly promptAudio?: Picodollars;
  readonly completionAudio?: Picodollars;
  readonly request?: Picodollars;
  /** Per input image. */
  readonly image?: Picodollars;
  /** Per search of the web. */
  readonly webSearch?: Picodollars;
  /** Per image made. */
  readonly imageOutput?: Picodollars;
  /** Per search of a reranker. */
  readonly search?: Picodollars;
  /** Per character to be spoken. */
  readonly character?: Picodollars;
  /** Per second of sound heard. */
  readonly second?: Picodollars;
  /** Prices that replace the ones above when the prompt is longer than this; the last one that applies wins per price. */
  readonly overrides?: readonly PricingOverride[];
}

export interface PricingOverride extends Partial<Omit<Pricing, "overrides">> {
  /** Applies to prompts of strictly more tokens. */
  readonly promptTokensOver: number;
}

/** Does it cost nothing, whatever is asked for? */
export function isFree(pricing: Pricing): boolean {
  return [pricing, ...(pricing.overrides ?? [])].every((prices) => Object.values(prices).every((price) => typeof price !== "bigint" || price === 0n));
}

export interface Cost {
  readonly total: Nanodollars;
  readonly prompt: Nanodollars;
  readonly completion: Nanodollars;
}

/**
 * What `usage` costs at `pricing`, each part rounded up to a nano-dollar and the total the sum of the parts: one token
 * is never free, and splitting an answer never makes it cheaper. A detail that an upstream reports larger than the
 * whole it is part of counts as the whole; so does what it bills beyond its own count. `images` are those in the prompt.
 */
export function costOf(pricing: Pricing, usage: Usage, images = 0): Cost {
  const price = pricing.overrides === undefined ? pricing : effectivePricing(pricing, usage.promptTokens);
  const counted = whole(usage.promptTokens);
  const isBilledApart = usage.billedPromptTokens !== undefined;
  const input = isBilledApart ? part(usage.billedPromptTokens, counted) : counted;
  const cached = isBilledApart ? 0 : part(usage.cachedTokens, input);
  const written = isBilledApart ? 0 : part(usage.cacheWriteTokens, input - cached);
  const writtenForHour = part(usage.cacheWriteHourTokens, written);
  const promptAudio = price.promptAudio === undefined ? 0 : part(usage.promptAudioTokens, input - cached - written);
  const output = part(usage.billedCompletionTokens ?? usage.completionTokens, whole(usage.completionTokens));
  const reasoning = price.reasoning === undefined ? 0 : part(usage.reasoningTokens, output);
  const completionAudio = price.completionAudio === undefined ? 0 : part(usage.completionAudioTokens, output - reasoning);

  const prompt = toNanodollars(
    times(input - cached - written - promptAudio, price.prompt) +
      times(cached, price.cacheRead ?? price.prompt) +
      times(written - writtenForHour, price.cacheWrite ?? price.prompt) +
      times(writtenForHour, hourOf(price)) +
      times(promptAudio, price.promptAudio ?? price.prompt) +
      times(images, price.image ?? 0n) +
      times(whole(usage.searches), price.search ?? 0n) +
      times(whole(usage.webSearches), price.webSearch ?? 0n) +
      times(whole(usage.characters), price.character ?? 0n) +
      timesFraction(usage.seconds, price.second ?? 0n) +
      (price.request ?? 0n),
  );
  const completion = toNanodollars(
    times(output - reasoning - completionAudio, price.completion) +
      times(reasoning, price.reasoning ?? price.completion) +
      times(completionAudio, price.completionAudio ?? price.completion) +
      times(whole(usage.images), price.imageOutput ?? 0n),
  );
  return { total: (prompt + completion) as Nanodollars, prompt, completion };
}

/** The most that a request can use. */
export interface WorstUse {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** In the prompt. */
  readonly images: number;
  readonly webSearches?: number;
  /** What is written to the cache may have to be kept for an hour. */
  readonly cachesForHour?: boolean | undefined;
}

/** The most that a request of at most these sizes can cost here, to hold before it is sent. */
export function worstCost(pricing: Pricing, { promptTokens, completionTokens, images, webSearches = 0, cachesForHour = false }: WorstUse): Nanodollars {
  let input = 0n;
  let output = 0n;
  let image = 0n;
  let request = 0n;
  let search = 0n;
  // A shorter prompt may be in a dearer tier than the longest one.
  for (const price of tiersUpTo(pricing, promptTokens)) {
    input = dearest(input, price.prompt, price.cacheRead, price.cacheWrite, price.promptAudio, cachesForHour ? hourOf(price) : undefined);
    output = dearest(output, price.completion, price.reasoning, price.completionAudio);
    image = dearest(image, price.image);
    request = dearest(request, price.request);
    search = dearest(search, price.webSearch);
  }
  const prompt = toNanodollars(times(promptTokens, input) + times(images, image) + times(webSearches, search) + request);
  return (prompt + toNanodollars(times(completionTokens, output))) as Nanodollars;
}

/**
 * Price lists name the price of five minutes. By that of the only vendor who keeps prompts for longer they cost 1.25 times what input
 * costs, and an hour 2 times: 1.6 times as much as five minutes (docs/ledger.md has the source). Where writing costs nothing extra, neither does an hour.
 */
function hourOf({ prompt, cacheWrite, cacheWriteHour }: Pricing): bigint {
  return cacheWriteHour ?? (cacheWrite === undefined ? prompt : (cacheWrite * 8n + 4n) / 5n);
}

function effectivePricing(pricing: Pricing, promptTokens: number): Pricing {
  const tiers = tiersUpTo(pricing, promptTokens);
  return tiers[tiers.length - 1] ?? pricing;
}

/** The base prices, and the prices in force beyond each threshold that a prompt of this length passes. */
function tiersUpTo(pricing: Pricing, promptTokens: number): readonly Pricing[] {
  if (pricing.overrides === undefined) return [pricing];
  const tiers = [pricing];
  let price = pricing;
  for (const override of pricing.overrides) {
    if (promptTokens > override.promptTokensOver) {
      price = { ...price, ...override };
      tiers.push(price);
    }
  }
  return tiers;
}

/** Counts come from upstreams: what is no count is none, and a fraction counts as one. */
function whole(count: number | undefined): number {
  return count !== undefined && count > 0 ? Math.min(Math.ceil(count), Number.MAX_SAFE_INTEGER) : 0;
}

function part(count: number | undefined, of: number): number {
  return Math.min(whole(count), of);
}

function times(count: number, price: bigint): bigint {
  return count === 0 || price === 0n ? 0n : BigInt(whole(count)) * price;
}

/** Of a thing that is not counted but measured: to the thousandth, rounded up. */
function timesFraction(amount: number | undefined, price: bigint): bigint {
  return price === 0n || amount === undefined ? 0n : (BigInt(whole(amount * 1000)) * price + 999n) / 1000n;
}

function dearest(first: bigint, ...others: readonly (bigint | undefined)[]): bigint {
  return others.reduce<bigint>((most, price) => (price !== undefined && price > most ? price : most), first);
}
