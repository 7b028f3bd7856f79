/** What a generation's record says of its routing, in the shape that a replay needs. */

import { faults, type FaultCode } from "../base/fault.ts";
import type { Generation } from "../usage/generation.ts";

export interface Recorded {
  readonly id: string;
  /** Milliseconds. */
  readonly at: number;
  readonly model: string;
  readonly isStream: boolean;
  readonly seed: number;
  /** The endpoints that the filter let through, in the order of the time, and why each stood there; undefined in older records. */
  readonly steps: readonly string[];
  readonly reasons: string | undefined;
  readonly samples: readonly Sample[];
  readonly hadContent: boolean;
  /** Milliseconds from acceptance to the first content; null when none came. */
  readonly latencyMs: number | null;
  /** From the first content to the end. */
  readonly generationMs: number;
  /** 0 where the record has none, because the request failed. */
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  readonly costNano: number;
}

/** One attempt: what an endpoint did when it was called. */
export interface Sample {
  readonly endpointId: string;
  readonly providerName: string;
  readonly at: number;
  readonly faultCode: FaultCode | undefined;
  readonly hadContent: boolean;
  /** To the first content, or to the end when none came. */
  readonly latencyMs: number;
}

/**
 * Undefined for what no policy could have changed: stored answers, calls that were given up before they were answered, and
 * mistakes of the caller's own, which every endpoint would have refused.
 */
export function recordedOf(generation: Generation): Recorded | undefined {
  const { attempts, plan, latencyMs, faultCode } = generation;
  const isGivenUp = generation.cancelled && latencyMs === null;
  if (generation.cacheSourceId !== null || isGivenUp || attempts.length === 0) return undefined;
  const samples = samplesOf(generation);
  const last = samples.at(-1);
  const code = faultCodeOf(faultCode);
  if (code !== undefined && last?.hadContent === false && !faults[code].elsewhere) return undefined;
  return {
    id: generation.id, at: generation.createdAt, model: generation.requestedModel, isStream: generation.streamed, seed: plan.seed, steps: plan.steps, reasons: plan.reasons, samples,
    hadContent: latencyMs !== null && (code === undefined || last?.hadContent === true),
    latencyMs, generationMs: generation.generationMs ?? 0,
    promptTokens: generation.promptTokens, completionTokens: generation.completionTokens, cachedTokens: generation.cachedTokens, costNano: Number(generation.cost),
  };
}

/** Attempts one after the other; a hedge and a continuation tell of their endpoints what any attempt does. */
function samplesOf({ attempts, createdAt, latencyMs, streamed }: Generation): Sample[] {
  let at = createdAt;
  return attempts.map(({ endpointId, providerName, faultCode, latencyMs: lastedMs, kind }, index) => {
    const code = faultCodeOf(faultCode);
    // What broke off after its first content did give some.
    const hadContent = code === undefined || (streamed && index === attempts.length - 1 && latencyMs !== null);
    const sample = { endpointId, providerName, at, faultCode: code, hadContent, latencyMs: Math.max(1, lastedMs) };
    if (kind !== "hedge") at += lastedMs;
    return sample;
  });
}

/** Records outlive names: a code that is no longer in the table is a failure of the endpoint. */
function faultCodeOf(text: string | null): FaultCode | undefined {
  if (text === null) return undefined;
  return isFaultCode(text) ? text : "upstream_failed";
}

function isFaultCode(text: string): text is FaultCode {
  return Object.hasOwn(faults, text);
}
