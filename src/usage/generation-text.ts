/**
 * A generation as text, as short as it can be read back exactly: a positional JSON array without what has a column of its
 * own, without its empty end, and with one name for what is the same twice. The order is the format: append, never move.
 */

import { assert } from "../base/assert.ts";
import { nanodollars, zeroNanodollars, type Nanodollars } from "../base/money.ts";
import type { AttemptKind, AttemptRecord, Generation } from "./generation.ts";

/** What has columns in the database: what the books need, and whose it is. All else is in the text. */
export type Charged = Pick<Generation, "id" | "createdAt" | "workspaceId" | "keyHash" | "isSandbox" | "providerName" | "cost">;

export function chargedOf({ id, createdAt, workspaceId, keyHash, isSandbox, providerName, cost }: Generation): Charged {
  return { id, createdAt, workspaceId, keyHash, isSandbox, providerName, cost };
}

/** One line of JSON. The cost goes as text, because a JSON number is not exact. */
export function encodeCharged({ id, createdAt, workspaceId, keyHash, isSandbox, providerName, cost }: Charged): string {
  return JSON.stringify([id, createdAt, workspaceId, keyHash, Number(isSandbox), providerName, cost.toString()]);
}

export function decodeCharged(text: string): Charged {
  const [id, createdAt, workspaceId, keyHash, isSandbox, providerName, cost] = JSON.parse(text) as
    [string, number, string, string, number, string | null, string];
  return { id, createdAt, workspaceId, keyHash, isSandbox: isSandbox === 1, providerName, cost: nanodollars(BigInt(cost)) };
}

/** All that is not {@link Charged}, as one line of JSON. */
export function encodeGeneration(generation: Generation): string {
  // Whatever is in the journal must fit the database: a row that does not would hold up all that come after it.
  const { id, createdAt, promptTokens, completionTokens, cost } = generation;
  assert(Number.isSafeInteger(createdAt) && Number.isSafeInteger(promptTokens) && Number.isSafeInteger(completionTokens), `${id} has counts that are not integers`);
  assert(cost >= 0n && cost < costsEnd, `${id} has a cost that is none`);
  const { requestedModel, finishReason, app, plan } = generation;
  const short = (endpointId: string) => shortened(endpointId, requestedModel);
  const fields: unknown[] = [
    generation.requestId, generation.surface, requestedModel,
    generation.model === requestedModel ? same : generation.model,
    generation.endpointId === null ? null : short(generation.endpointId),
    generation.upstreamId,
    (generation.streamed ? isStreamed : 0) + (generation.cancelled ? isCancelled : 0) + (generation.usageEstimated ? isEstimated : 0),
    finishReason,
    generation.nativeFinishReason === finishReason ? same : generation.nativeFinishReason,
    generation.latencyMs, generation.generationMs,
    promptTokens, completionTokens, generation.reasoningTokens, generation.cachedTokens,
    plan.reasons === undefined ? plan.seed : [plan.seed, plan.reasons.replace(/d+$/, "")], plan.steps.map(short), plan.rejected.map(([endpointId, rule]) => [short(endpointId), rule]),
    generation.attempts.map((attempt) => encodeAttempt(attempt, generation)),
    app.userAgent, app.referer, app.title, noneIfEmpty(app.categories),
    generation.faultCode, generation.serviceTier, generation.user, generation.sessionId, noneIfEmpty(generation.notes),
    generation.router, generation.presetId, generation.cacheSourceId,
  ];
  while (fields.at(-1) === null) fields.pop();
  return JSON.stringify(fields);
}

/** Reads what {@link encodeGeneration} wrote. */
export function decodeGeneration(charged: Charged, text: string): Generation {
  const fields = JSON.parse(text) as Fields;
  const requestedModel = fields[2];
  const long = (shortId: string) => lengthened(shortId, requestedModel);
  const seed = fields[15];
  const steps = fields[16];
  // Not spread: a literal of thirty fields with a spread in it takes 30 us to make, and this one.
  return Object.assign(countedOf(charged, fields), {
    id: charged.id, workspaceId: charged.workspaceId, providerName: charged.providerName, requestedModel,
    requestId: fields[0], surface: fields[1], upstreamId: fields[5], usageEstimated: (fields[6] & isEstimated) !== 0,
    nativeFinishReason: fields[8] === same ? fields[7] : fields[8], latencyMs: fields[9],
    plan: {
      ...(typeof seed === "number" ? { seed } : { seed: seed[0], reasons: seed[1].padEnd(steps.length, "d") }),
      steps: steps.map(long), rejected: fields[17].map(([shortId, rule]) => [long(shortId), rule] as const),
    },
    serviceTier: fields[24] ?? null, user: fields[25] ?? null, sessionId: fields[26] ?? null, notes: fields[27] ?? [],
    router: fields[28] ?? null, presetId: fields[29] ?? null, cacheSourceId: fields[30] ?? null,
  });
}

/** What the rollups count. */
export type Counted = Pick<
  Generation,
  | "createdAt" | "keyHash" | "isSandbox" | "model" | "endpointId" | "streamed" | "cancelled" | "finishReason" | "faultCode" | "generationMs"
  | "promptTokens" | "completionTokens" | "reasoningTokens" | "cachedTokens" | "cost" | "app" | "attempts"
>;

/** Reads so much of what {@link encodeGeneration} wrote. */
export function decodeCounted(charged: Charged, text: string): Counted {
  return countedOf(charged, JSON.parse(text) as Fields);
}

function countedOf({ createdAt, keyHash, isSandbox, providerName, cost }: Charged, fields: Fields): Counted {
  const requestedModel = fields[2];
  const model = fields[3] === same ? requestedModel : fields[3];
  const endpointId = fields[4] === null ? null : lengthened(fields[4], requestedModel);
  const flags = fields[6];
  const served = { model, endpointId, providerName, cost };
  return {
    createdAt, keyHash, isSandbox, model, endpointId, cost,
    streamed: (flags & isStreamed) !== 0, cancelled: (flags & isCancelled) !== 0, finishReason: fields[7], generationMs: fields[10],
    promptTokens: fields[11], completionTokens: fields[12], reasoningTokens: fields[13], cachedTokens: fields[14],
    attempts: fields[18].map((attempt) => decodeAttempt(attempt, served)),
    app: { userAgent: fields[19] ?? null, referer: fields[20] ?? null, title: fields[21] ?? null, categories: fields[22] ?? [] },
    faultCode: fields[23] ?? null,
  };
}

/** Names who was called only where that is not who served the generation. */
function encodeAttempt({ status, latencyMs, faultCode, endpointId, providerName, model, kind, cost }: AttemptRecord, served: Served): unknown[] {
  const isServing = endpointId === served.endpointId && providerName === served.providerName && model === served.model;
  const called = isServing ? [null, null, null] : [endpointId, providerName, model];
  const fields = [status, latencyMs, faultCode, ...called, kind === "try" ? null : kind, cost === usualCost(faultCode, served) ? null : cost.toString()];
  while (fields.at(-1) === null && fields.length > 2) fields.pop();
  return fields;
}

function decodeAttempt([status, latencyMs, faultCode, endpointId, providerName, model, kind, cost]: AttemptFields, served: Served): AttemptRecord {
  return {
    endpointId: (endpointId ?? served.endpointId) as string, providerName: (providerName ?? served.providerName) as string, model: (model ?? served.model) as string,
    status, faultCode: faultCode ?? null, latencyMs, kind: kind ?? "try", cost: cost === null || cost === undefined ? usualCost(faultCode ?? null, served) : nanodollars(BigInt(cost)),
  };
}

/** A provider mostly charges for its answer what the customer pays, and nothing for a failure. */
function usualCost(faultCode: string | null, served: Served): Nanodollars {
  return faultCode === null ? served.cost : zeroNanodollars;
}

/** An endpoint's id mostly begins with the model that was asked for: "@mistral" stands for "mistralai/ministral-8b@mistral". */
function shortened(endpointId: string, model: string): string {
  if (endpointId.startsWith(model) && endpointId[model.length] === "@") return endpointId.slice(model.length);
  return /^[@=]/.test(endpointId) ? `=${endpointId}` : endpointId;
}

function lengthened(shortId: string, model: string): string {
  if (shortId.startsWith("@")) return model + shortId;
  return shortId.startsWith("=") ? shortId.slice(1) : shortId;
}

function noneIfEmpty<T>(list: readonly T[]): readonly T[] | null {
  return list.length === 0 ? null : list;
}

type Served = Pick<Generation, "model" | "endpointId" | "providerName" | "cost">;

/** In the place of a text that stands in the record already. */
const same = 0;
const isStreamed = 1;
const isCancelled = 2;
const isEstimated = 4;

/** Ten million dollars: far more than one answer can cost, far less than a sum of 64 bits can take. */
const costsEnd = 10n ** 16n;

type Text = string | null;
type Fields = [
  requestId: string, surface: string, requestedModel: string, model: Text | typeof same, endpointId: Text, upstreamId: Text, flags: number,
  finishReason: Text, nativeFinishReason: Text | typeof same, latencyMs: number | null, generationMs: number | null,
  promptTokens: number, completionTokens: number, reasoningTokens: number, cachedTokens: number,
  seed: number | [number, string], steps: string[], rejected: [string, string][], attempts: AttemptFields[],
  userAgent?: Text, referer?: Text, title?: Text, categories?: string[] | null,
  faultCode?: Text, serviceTier?: Text, user?: Text, sessionId?: Text, notes?: Generation["notes"] | null,
  router?: Text, presetId?: Text, cacheSourceId?: Text,
];
type AttemptFields = [
  status: number | null, latencyMs: number, faultCode?: Text, endpointId?: Text, providerName?: Text, model?: Text,
  kind?: AttemptKind | null, cost?: Text,
];
