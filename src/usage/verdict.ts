/** How one generation counts: for the endpoints it called, and as a request. Source: contract §5.3. */

import { faults, type Blame } from "../base/fault.ts";
import { binCount, binOf, latencyLeastMs, throughputLeast } from "./bins.ts";
import type { Counted } from "./generation-text.ts";
import type { AttemptRecord } from "./generation.ts";

/** What became of an attempt, for its endpoint's uptime. */
export type Verdict = "success" | "failure" | "rate limited";

/**
 * Undefined for what does not count: the fault was the caller's, the caller left, or another endpoint was quicker. A refusal
 * for too many requests is told apart, and no part of uptime.
 */
export function verdictOf({ faultCode, endpointId }: AttemptRecord, generation: Counted): Verdict | undefined {
  if (faultCode === null) return endpointId === generation.endpointId && !generation.cancelled ? "success" : undefined;
  switch (blameOf(faultCode)) {
    case "endpoint":
    case "credential":
      return "failure";
    case "capacity":
      return "rate limited";
    case "model": // it called a tool wrongly, but it answered
      return "success";
    case "caller":
    case "gateway":
      return undefined;
  }
}

/** Where the request was tried first, and how it would have ended without the rest of the plan; undefined when that does not count. */
export function firstTryOf(generation: Counted): { readonly endpointId: string; readonly isFailure: boolean; readonly isRescued: boolean } | undefined {
  const first = generation.cancelled ? undefined : generation.attempts.find(({ kind }) => kind === "try");
  const verdict = first === undefined ? undefined : verdictOf(first, generation);
  if (first === undefined || verdict === undefined || verdict === "rate limited") return undefined;
  const isFailure = verdict === "failure";
  return { endpointId: first.endpointId, isFailure, isRescued: isFailure && generation.faultCode === null };
}

/** Unanswered, and not because of the caller. */
export function isFailure({ faultCode }: Counted): boolean {
  return faultCode !== null && blameOf(faultCode) !== "caller";
}

/**
 * The bins of the attempt that answered, those of throughput after those of latency. What came in one piece says nothing of the
 * first content. Queueing counts against throughput.
 */
export function speedBins(generation: Counted): readonly number[] {
  const { completionTokens, generationMs, streamed } = generation;
  const serving = generation.faultCode === null ? generation.attempts.findLast((attempt) => attempt.endpointId === generation.endpointId) : undefined;
  if (serving === undefined || serving.kind === "continuation" || verdictOf(serving, generation) !== "success") return [];
  const totalMs = serving.latencyMs + (generationMs ?? 0);
  return [
    ...(streamed ? [binOf(serving.latencyMs, latencyLeastMs)] : []),
    ...(completionTokens > 0 && totalMs > 0 ? [binCount + binOf((completionTokens * 1000) / totalMs, throughputLeast)] : []),
  ];
}

/** A code that this version does not know is an endpoint's: those are the ones that are added. */
function blameOf(faultCode: string): Blame {
  return Object.hasOwn(faults, faultCode) ? faults[faultCode as keyof typeof faults].blames : "endpoint";
}
