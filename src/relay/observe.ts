/** What is kept of an attempt: its line in the record (step 13), and what the router learns from it (step 14). */

import type { FaultCode } from "../base/fault.ts";
import type { Nanodollars } from "../base/money.ts";
import { observe, overtaken, released } from "../routing/health.ts";
import { mayTakeMs } from "../routing/patience.ts";
import type { AttemptKind, AttemptRecord } from "../usage/generation.ts";
import type { Pursuit, Tried } from "./run.ts";
import { toolCallsOf, type ToolVerdict } from "./tool-check.ts";

/** `cost` is what the provider may charge us for it. */
export function attemptRecord(kind: AttemptKind, { endpoint, end, fault }: Tried, cost: Nanodollars): AttemptRecord {
  return {
    endpointId: endpoint.id, providerName: endpoint.providerName, model: endpoint.model, status: end.status,
    faultCode: fault?.code ?? null, latencyMs: Math.round((end.firstContentAt ?? end.endedAt) - end.startedAt),
    kind, cost,
  };
}

/** A refusal is free, and so is a connection that never stood. */
export function isRefused({ end, fault }: Tried): boolean {
  return (end.status ?? 0) >= 300 || (fault !== undefined && neverBegan.has(fault.code));
}

/** Nothing of the request has reached the provider. */
const neverBegan: ReadonlySet<FaultCode> = new Set(["upstream_unreachable", "upstream_refused", "upstream_unconnected", "upstream_untrusted", "upstream_credential", "unsupported_parameter", "invalid_request", "internal"]);

export interface Manner {
  /** Another attempt answered first. */
  readonly isOvertaken?: boolean;
  /** Content was told as it came. */
  readonly isStream: boolean;
  readonly toolVerdict?: ToolVerdict | undefined;
}

export function learn({ deps, call, isHungUp, planned: { routing } }: Pursuit, { endpoint, end, fault, reading }: Tried, { isOvertaken = false, isStream, toolVerdict }: Manner): void {
  const { id: endpointId, credentialId } = endpoint;
  // A fault that a caller has ordered says nothing about the simulated provider that plays it.
  if (isHungUp || (endpoint.isSandbox && call.sandboxDirectives !== undefined)) {
    released(deps.health, endpointId, credentialId);
    return;
  }
  const now = deps.clock();
  if (isOvertaken) {
    overtaken(deps.health, { endpointId, credentialId, reasons: routing.reasons, waitedMs: end.endedAt - end.startedAt }, now);
    return;
  }
  const contentMs = end.firstContentAt === undefined ? undefined : end.firstContentAt - end.startedAt;
  observe(deps.health, {
    endpointId, credentialId, model: endpoint.model, isSandbox: endpoint.isSandbox, faultCode: isCallersDoing(fault, reading) ? undefined : fault?.code, status: end.status,
    latencyMs: isStream ? contentMs : undefined,
    wholeMs: isStream ? undefined : contentMs,
    reasons: routing.reasons,
    mayTakeMs: call.request.stream ? undefined : mayTakeMs(deps.health, { endpointId, credentialId, outputTokensMax: routing.outputTokensMax }, now),
    outputTokens: reading.usage?.completionTokens,
    generationMs: end.endedAt - end.startedAt,
    retryAfterMs: fault?.retryAfterMs,
    toolCalls: toolVerdict === undefined ? undefined : toolCallsOf(toolVerdict),
  }, now);
  if (fault?.code === "upstream_garbled") deps.log.warn({ endpoint: endpointId, why: fault.message, error: withoutExcerpt(fault.cause) }, "a provider's answer could not be read");
  if (fault !== undefined && forTheOperator.has(fault.code)) deps.log.error({ endpoint: endpointId, provider: endpoint.providerName, fault: fault.code, ...(typeof fault.cause === "string" ? { why: fault.cause } : {}) }, "a provider needs the operator's attention");
  if (fault?.code === "upstream_model_missing") deps.onModelMissing(endpoint, fault.message);
}

/** An empty answer that says it is complete may be what a stop sequence left of it. */
function isCallersDoing(fault: Tried["fault"], { finishReason }: Tried["reading"]): boolean {
  return fault?.code === "empty_completion" && finishReason !== null;
}

/** What no retry mends: a refused credential, an unpaid account, a certificate, a moved address (fault matrix, rows 3, 9, 28, 29, 32). */
const forTheOperator: ReadonlySet<FaultCode> = new Set(["upstream_credential", "upstream_billing", "upstream_untrusted", "upstream_redirected"]);

/** JSON.parse quotes what it could not read, which is the caller's answer. */
function withoutExcerpt(cause: unknown): unknown {
  return cause instanceof SyntaxError ? cause.name : cause;
}
