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

export interface RecordInput {
  readonly id: string;
  readonly requestId: string;
  readonly createdAt: number;
  /** On the monotonic clock. */
  readonly acceptedAt: number;
  readonly key: Key;
  readonly surface: string;
  readonly request: Pick<ChatRequest, "models" | "gateway" | "stream">;
  readonly app: Attribution;
  readonly router: string | undefined;
  readonly plan: Plan;
  readonly isSandbox: boolean;
  readonly isHungUp: boolean;
  readonly endpoint: Endpoint;
  readonly end: AttemptEnd<unknown>;
  readonly reading: Readonly<Reading>;
  readonly bill: Bill;
  readonly fault: Fault | undefined;
  readonly attempts: readonly AttemptRecord[];
  /** What plugins did for it. */
  readonly stages: readonly PipelineStage[];
}

/** Written out field by field: an object of thirty fields that is put together from spreads takes 20 KB to make. */
export function recordOf(input: RecordInput): Generation {
  const { bill, end, endpoint, fault, key, reading, request } = input;
  return {
    id: input.id,
    requestId: input.requestId,
    createdAt: input.createdAt,
    workspaceId: key.workspaceId,
    keyHash: key.hash,
    surface: input.surface,
    requestedModel: request.models[0] as string,
    model: endpoint.model,
    router: input.router ?? null,
    presetId: input.request.gateway.presetId ?? null,
    cacheSourceId: null,
    endpointId: endpoint.id,
    providerName: endpoint.providerName,
    upstreamId: cut(reading.upstreamId),
    isSandbox: input.isSandbox,
    streamed: request.stream,
    cancelled: input.isHungUp,
    finishReason: fault === undefined ? reading.finishReason : "error",
    nativeFinishReason: cut(reading.nativeFinishReason),
    faultCode: fault?.code ?? null,
    latencyMs: end.firstContentAt === undefined ? null : Math.round(end.firstContentAt - input.acceptedAt),
    generationMs: end.firstContentAt === undefined ? null : Math.round(end.endedAt - end.firstContentAt),
    promptTokens: bill.usage.promptTokens,
    completionTokens: bill.usage.completionTokens,
    reasoningTokens: bill.usage.reasoningTokens ?? 0,
    cachedTokens: bill.usage.cachedTokens ?? 0,
    usageEstimated: bill.isEstimated,
    cost: bill.total,
    serviceTier: cut(reading.serviceTier),
    app: input.app,
    user: request.gateway.user ?? null,
    sessionId: request.gateway.sessionId ?? null,
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

/** An upstream's own words, no longer than such words are: they are stored with every generation. */
function cut(text: string | null | undefined): string | null {
  return text?.slice(0, 128) ?? null;
}

export interface RetoldInput extends Pick<RecordInput, "id" | "requestId" | "createdAt" | "acceptedAt" | "key" | "surface" | "request" | "app" | "isSandbox" | "isHungUp" | "fault"> {
  /** Of the answer that was told again; undefined when the caller left before there was any. */
  readonly source: AnswerHead | undefined;
  readonly finishReason: FinishReason | null;
  /** On the monotonic clock. */
  readonly firstContentAt: number | undefined;
  readonly endedAt: number;
}

/** The record of an answer that was made for another request: no provider was called for it, nothing used, nothing owed. */
export function recordOfRetold(input: RetoldInput): Generation {
  const { acceptedAt, endedAt, fault, firstContentAt, key, request, source } = input;
  return {
    id: input.id,
    requestId: input.requestId,
    createdAt: input.createdAt,
    workspaceId: key.workspaceId,
    keyHash: key.hash,
    surface: input.surface,
    requestedModel: request.models[0] as string,
    model: source?.model ?? null,
    router: null,
    presetId: request.gateway.presetId ?? null,
    cacheSourceId: source?.generationId ?? null,
    endpointId: null,
    providerName: source?.providerName ?? null,
    upstreamId: null,
    isSandbox: input.isSandbox,
    streamed: request.stream,
    cancelled: input.isHungUp,
    finishReason: fault === undefined ? input.finishReason : "error",
    nativeFinishReason: null,
    faultCode: fault?.code ?? null,
    latencyMs: firstContentAt === undefined ? null : Math.round(firstContentAt - acceptedAt),
    generationMs: firstContentAt === undefined ? null : Math.round(endedAt - firstContentAt),
    promptTokens: 0,
    completionTokens: 0,
    reasoningTokens: 0,
    cachedTokens: 0,
    usageEstimated: false,
    cost: zeroNanodollars,
    serviceTier: null,
    app: input.app,
    user: request.gateway.user ?? null,
    sessionId: request.gateway.sessionId ?? null,
    attempts: [],
    plan: { seed: 0, steps: [], rejected: [] },
    notes: [],
  };
}
