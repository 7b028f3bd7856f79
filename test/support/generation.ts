/** A plain settled generation, for tests to change what they are about. */

import { nanodollars } from "../../src/base/money.ts";
import { defaultWorkspaceId } from "../../src/keys/key.ts";
import type { AttemptRecord, Generation } from "../../src/usage/generation.ts";

export function attempt(endpointId: string, fields: Partial<AttemptRecord> = {}): AttemptRecord {
  const at = endpointId.lastIndexOf("@");
  return { endpointId, providerName: endpointId.slice(at + 1), model: endpointId.slice(0, at), status: 200, faultCode: null, latencyMs: 200, kind: "try", cost: nanodollars(0n), ...fields };
}

/** Answered by `a/b@p` in one attempt unless told otherwise. */
export function generationOf(id: string, fields: Partial<Generation> = {}): Generation {
  const endpointId = fields.endpointId === undefined ? "a/b@p" : fields.endpointId;
  const model = endpointId === null ? null : endpointId.slice(0, endpointId.indexOf("@"));
  return {
    id, requestId: "req-1", createdAt: 0, workspaceId: defaultWorkspaceId, keyHash: "k", surface: "chat-completions", requestedModel: model ?? "a/b", model,
    endpointId, providerName: "P", upstreamId: null, isSandbox: false, streamed: true, cancelled: false, finishReason: "stop", nativeFinishReason: "stop",
    faultCode: null, latencyMs: 200, generationMs: 800, promptTokens: 100, completionTokens: 50, reasoningTokens: 0, cachedTokens: 0, usageEstimated: false,
    cost: nanodollars(7n), serviceTier: null, router: null, presetId: null, cacheSourceId: null,
    app: { referer: null, title: null, categories: [], userAgent: null }, user: null, sessionId: null,
    attempts: endpointId === null ? [] : [attempt(endpointId)], plan: { seed: 1, steps: [], rejected: [] }, notes: [], ...fields,
  };
}
