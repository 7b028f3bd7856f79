/** What ordering and filtering need of a candidate at every request, computed once per candidate. */

import type { Candidate, CandidatePrice } from "./candidate.ts";

export interface Traits {
  readonly tag: string;
  readonly provider: string;
  readonly providerName: string;
  readonly quantization: string;
  /** The longest prompt it takes, in tokens. */
  readonly promptTokensMax: number;
  readonly standing: number;
  /** Dollars per million tokens, blended. */
  readonly price: number;
  /** Square of the price: a weighted draw divides by it. */
  readonly dearness: number;
  /** 32 bits that stand for the endpoint and its credential in a draw. */
  readonly hash: number;
}

/**
 * Dollars per million tokens below which endpoints count as equally cheap. Free endpoints would otherwise have an
 * infinite weight; at this floor one is drawn 100 times as often as one at $0.10, and two free ones equally often.
 */
export const priceFloor = 0.01;

const known = new WeakMap<Candidate, Traits>();

export function traitsOf(candidate: Candidate): Traits {
  let traits = known.get(candidate);
  if (traits === undefined) {
    traits = observeTraits(candidate);
    known.set(candidate, traits);
  }
  return traits;
}

/**
 * One price to compare endpoints by: that of a request of 3,000 prompt and 1,000 completion tokens, per million tokens.
 * Three to one is the field's usual blend; a fee per request is spread over the 4,000 tokens.
 */
export function blendedPrice(price: CandidatePrice): number {
  return (3 * price.prompt + price.completion) / 4 + price.request * 250;
}

function observeTraits(candidate: Candidate): Traits {
  const price = blendedPrice(candidate.price);
  return {
    tag: candidate.tag.toLowerCase(),
    provider: candidate.provider.toLowerCase(),
    providerName: candidate.providerName.toLowerCase(),
    quantization: candidate.quantization?.toLowerCase() ?? "unknown",
    promptTokensMax: Math.min(candidate.contextLength, candidate.promptTokensMax ?? Infinity),
    standing: candidate.standing === "active" ? 0 : candidate.standing === "unverified" ? 1 : 2,
    price,
    dearness: Math.max(price, priceFloor) ** 2,
    hash: hashOf(`${candidate.id} ${candidate.credentialId}`),
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
