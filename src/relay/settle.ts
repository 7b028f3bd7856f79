/** Step 13: the row of record. What became of a request, in one object that is written ahead and booked exactly once. */

import type { Key } from "../keys/key.ts";
import type { Fault } from "../base/fault.ts";
import { zeroNanodollars } from "../base/money.ts";
import type { Endpoint } from "../catalog/model.ts";
import type { Plan } from "../routing/candidate.ts";
import type { AnswerHead, Bill, PipelineStage } from "../surfaces/surface.ts";
import type { AttemptRecord, Attribution, Generation } from "../usage/generation.ts";
import type { ChatRequest, FinishReason } from "../wire/chat.ts";
import type { AttemptEnd } from "./attempt.ts";
import type { Reading } from "./meter.ts";

interface CallInput {
  readonly id: string;
  readonly requestId: string;
  readonly createdAt: number;
  /** On the monotonic clock. */
  readonly acceptedAt: number;
  readonly key: Key;
  readonly surface: string;
  readonly request: Pick<ChatRequest, "models" | "gateway" | "stream">;
  readonly app: Attribution;
  readonly isSandbox: boolean;
  readonly isHungUp: boolean;
  readonly fault: Fault | undefined;
}

export interface RecordInput extends CallInput {
  readonly router: string | undefined;
  readonly plan: Plan;
  readonly endpoint: Endpoint;
  readonly end: AttemptEnd<unknown>;
  readonly reading: Readonly<Reading>;
  readonly bill: Bill;
  readonly attempts: readonly AttemptRecord[];
  /** What plugins did for it. */
  readonly stages: readonly PipelineStage[];
}

export function recordOf(input: RecordInput): Generation {
  const { bill, end, endpoint, reading } = input;
  return {
    ...callOf(input),
    ...timesOf(end, input.acceptedAt),
    model: endpoint.model,
    router: input.router ?? null,
    cacheSourceId: null,
    endpointId: endpoint.id,
    providerName: endpoint.providerName,
    upstreamId: cut(reading.upstreamId),
    finishReason: input.fault === undefined ? reading.finishReason : "error",
    nativeFinishReason: cut(reading.nativeFinishReason),
    promptTokens: bill.usage.promptTokens,
    completionTokens: bill.usage.completionTokens,
    reasoningTokens: bill.usage.reasoningTokens ?? 0,
    cachedTokens: bill.usage.cachedTokens ?? 0,
    usageEstimated: bill.isEstimated,
    cost: bill.total,
    serviceTier: cut(reading.serviceTier),
    attempts: input.attempts,
    plan: {
      seed: input.plan.seed,
      steps: input.plan.steps.map((step) => step.id),
      rejected: input.plan.rejected.map((one) => [one.candidate.id, one.rule] as const),
      reasons: input.plan.reasons,
    },
    notes: [
      ...end.notes.map((note) => [note.parameter, note.action, note.detail] as const),
      ...input.stages.map((stage) => [stage.name, "applied", stage.summary] as const),
    ],
  };
}

export interface RetoldInput extends CallInput {
  /** Of the answer that was told again; undefined when the caller left before there was any. */
  readonly source: AnswerHead | undefined;
  readonly finishReason: FinishReason | null;
  /** On the monotonic clock. */
  readonly firstContentAt: number | undefined;
  readonly endedAt: number;
}

/** The record of an answer that was made for another request: no provider was called for it, nothing used, nothing owed. */
export function recordOfRetold(input: RetoldInput): Generation {
  const { source } = input;
  return {
    ...callOf(input),
    ...timesOf(input, input.acceptedAt),
    model: source?.model ?? null,
    router: null,
    cacheSourceId: source?.generationId ?? null,
    endpointId: null,
    providerName: source?.providerName ?? null,
    upstreamId: null,
    finishReason: input.fault === undefined ? input.finishReason : "error",
    nativeFinishReason: null,
    promptTokens: 0,
    completionTokens: 0,
    reasoningTokens: 0,
    cachedTokens: 0,
    usageEstimated: false,
    cost: zeroNanodollars,
    serviceTier: null,
    attempts: [],
    plan: { seed: 0, steps: [], rejected: [] },
    notes: [],
  };
}

/** What a request is, whoever answered it. */
function callOf({ id, requestId, createdAt, key, surface, request, app, isSandbox, isHungUp, fault }: CallInput) {
  const { presetId, sessionId, user } = request.gateway;
  return {
    id, requestId, createdAt, surface, app, isSandbox,
    workspaceId: key.workspaceId,
    keyHash: key.hash,
    requestedModel: request.models[0] as string,
    presetId: presetId ?? null,
    streamed: request.stream,
    cancelled: isHungUp,
    faultCode: fault?.code ?? null,
    user: user ?? null,
    sessionId: sessionId ?? null,
  };
}

function timesOf({ firstContentAt, endedAt }: Pick<AttemptEnd<unknown>, "firstContentAt" | "endedAt">, acceptedAt: number): Pick<Generation, "latencyMs" | "generationMs"> {
  if (firstContentAt === undefined) return { latencyMs: null, generationMs: null };
  return { latencyMs: Math.round(firstContentAt - acceptedAt), generationMs: Math.round(endedAt - firstContentAt) };
}

/** An upstream's own words, no longer than such words are: they are stored with every generation. */
function cut(text: string | null | undefined): string | null {
  return text?.slice(0, 128) ?? null;
}
