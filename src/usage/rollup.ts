/**
 * What a batch of generations adds to the rollups: for every table, one sum for each of its keys. Pure, and nothing but
 * additions, so that neither the order nor the cut of batches changes a sum. docs/usage.md says what each column counts.
 */

import { faults } from "../base/fault.ts";
import { appOf, type App } from "./apps.ts";
import { binCount, binOf, latencyLeastMs, throughputLeast } from "./bins.ts";
import type { AttemptRecord, Generation } from "./generation.ts";
import { dayOf, hourOf } from "./spans.ts";

export type RollupTable =
  | "endpoint_hours" | "endpoint_days" | "provider_hours" | "provider_days" | "model_hours" | "model_days" | "key_days" | "app_days";

/** A key and what is to be added to its row. */
export interface Sum {
  readonly key: readonly (string | number)[];
  /** In the order of the table's columns, without the cost. */
  readonly counts: number[];
  cost: bigint;
}

/** What one key said of one app, over a batch. */
export interface AppSighting {
  readonly app: App;
  readonly keyHash: string;
  title: string | null;
  /** Milliseconds; 0 before there is a title. */
  titleAt: number;
  firstAt: number;
  lastAt: number;
  readonly categories: Set<string>;
}

export interface Tally {
  readonly sums: Readonly<Record<RollupTable, Map<string, Sum>>>;
  readonly sightings: Map<string, AppSighting>;
}

const usage = ["prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens", "tool_calls"] as const;
const calls = ["requests", "successes", "failures", "rate_limited", "first_tries", "first_failures", "rescued", ...usage] as const;
const requests = ["requests", "failures", ...usage] as const;
const contexts = ["tokens_1k", "tokens_10k", "tokens_100k", "tokens_1m", "tokens_10m"] as const;
const bins = Array.from({ length: binCount }, (_, bin) => String(bin).padStart(2, "0"));
const histograms = [...bins.map((bin) => `latency_${bin}`), ...bins.map((bin) => `throughput_${bin}`)];

export interface RollupShape {
  readonly key: readonly string[];
  /** All that is added up, but for `cost_nano`. */
  readonly counts: readonly string[];
}

export const rollupShapes: Readonly<Record<RollupTable, RollupShape>> = {
  endpoint_hours: { key: ["is_sandbox", "model", "hour", "endpoint_id"], counts: [...calls, ...histograms] },
  endpoint_days: { key: ["is_sandbox", "model", "day", "endpoint_id"], counts: [...calls, ...histograms] },
  provider_hours: { key: ["is_sandbox", "provider", "hour"], counts: calls },
  provider_days: { key: ["is_sandbox", "provider", "day"], counts: calls },
  model_hours: { key: ["is_sandbox", "hour", "model"], counts: [...requests, ...contexts] },
  model_days: { key: ["is_sandbox", "day", "model"], counts: [...requests, ...contexts] },
  key_days: { key: ["is_sandbox", "key_hash", "day", "model"], counts: requests },
  app_days: { key: ["key_hash", "model", "day", "app_id"], counts: requests },
};

export function createTally(): Tally {
  const sums = Object.fromEntries(Object.keys(rollupShapes).map((table) => [table, new Map()])) as Record<RollupTable, Map<string, Sum>>;
  return { sums, sightings: new Map() };
}

/** Adds one generation, in the hour and on the day when it began. */
export function countGeneration(tally: Tally, generation: Generation): void {
  const { createdAt, keyHash, model } = generation;
  const book = Number(generation.isSandbox);
  const [hour, day] = [hourOf(createdAt), dayOf(createdAt)];
  for (const { endpointId, model: called, counts, latencyBin, throughputBin, cost } of callsOf(generation)) {
    const provider = providerOf(endpointId);
    for (const sum of [sumAt(tally, "endpoint_hours", [book, called, hour, endpointId]), sumAt(tally, "endpoint_days", [book, called, day, endpointId])]) {
      add(sum, counts, cost);
      if (latencyBin !== undefined) bump(sum, calls.length + latencyBin);
      if (throughputBin !== undefined) bump(sum, calls.length + binCount + throughputBin);
    }
    add(sumAt(tally, "provider_hours", [book, provider, hour]), counts, cost);
    add(sumAt(tally, "provider_days", [book, provider, day]), counts, cost);
  }

  const counts = [1, Number(isFailure(generation)), ...usageOf(generation)];
  add(sumAt(tally, "key_days", [book, keyHash, day, model ?? ""]), counts, generation.cost);
  if (model === null) return;
  for (const sum of [sumAt(tally, "model_hours", [book, hour, model]), sumAt(tally, "model_days", [book, day, model])]) {
    add(sum, counts, generation.cost);
    bump(sum, requests.length + contextOf(generation.promptTokens), generation.promptTokens + generation.completionTokens);
  }
  const app = generation.isSandbox ? undefined : appOf(generation.app);
  if (app === undefined) return;
  for (const of of [model, ""]) add(sumAt(tally, "app_days", [keyHash, of, day, app.id]), counts, generation.cost);
  sight(tally, app, generation);
}

/** The provider's slug in an endpoint's id: "groq" in "meta/llama@groq/eu". */
export function providerOf(endpointId: string): string {
  const tag = endpointId.slice(endpointId.lastIndexOf("@") + 1);
  const slash = tag.indexOf("/");
  return slash === -1 ? tag : tag.slice(0, slash);
}

interface Calls {
  readonly endpointId: string;
  readonly model: string;
  /** In the order of `calls`. */
  readonly counts: readonly number[];
  readonly latencyBin: number | undefined;
  readonly throughputBin: number | undefined;
  readonly cost: bigint;
}

const [successes, failures, rateLimited, firstTries, firstFailures, rescued] = [1, 2, 3, 4, 5, 6] as const;

/** What it says of each endpoint it called, and of the one it is charged to. */
function callsOf(generation: Generation): readonly Calls[] {
  const { attempts, endpointId, model } = generation;
  const rows = new Map<string, number[]>();
  const models = new Map<string, string>();
  const rowOf = (id: string, of: string): number[] => {
    const row = rows.get(id) ?? calls.map(() => 0);
    rows.set(id, row);
    models.set(id, of);
    return row;
  };
  for (const attempt of attempts) {
    const column = columnOf(attempt, generation);
    if (column !== undefined) increase(rowOf(attempt.endpointId, attempt.model), column);
  }
  const first = attempts.find(({ kind }) => kind === "try");
  const column = first === undefined || generation.cancelled ? undefined : columnOf(first, generation);
  if (first !== undefined && (column === successes || column === failures)) {
    const row = rowOf(first.endpointId, first.model);
    increase(row, firstTries);
    if (column === failures) increase(row, firstFailures);
    if (column === failures && generation.faultCode === null) increase(row, rescued);
  }
  if (endpointId !== null && model !== null) {
    const row = rowOf(endpointId, model);
    increase(row, 0);
    for (const [index, count] of usageOf(generation).entries()) increase(row, calls.length - usage.length + index, count);
  }
  const speed = speedOf(generation);
  return [...rows].map(([id, counts]) => ({
    endpointId: id, model: models.get(id) as string, counts,
    latencyBin: id === endpointId ? speed.latencyBin : undefined,
    throughputBin: id === endpointId ? speed.throughputBin : undefined,
    cost: id === endpointId ? generation.cost : 0n,
  }));
}

/**
 * How an attempt counts for its endpoint's uptime; undefined when it does not: the fault was the caller's, the caller left,
 * or another endpoint was quicker. Source: contract §5.3.
 */
function columnOf({ faultCode, endpointId }: AttemptRecord, generation: Generation): typeof successes | typeof failures | typeof rateLimited | undefined {
  if (faultCode === null) return endpointId === generation.endpointId && !generation.cancelled ? successes : undefined;
  switch (blamesOf(faultCode)) {
    case "endpoint":
    case "credential":
      return failures;
    case "capacity":
      return rateLimited;
    case "model": // it called a tool wrongly, but it answered
      return successes;
    case "caller":
    case "gateway":
      return undefined;
  }
}

/** Unanswered, and not because of the caller. */
function isFailure({ faultCode }: Generation): boolean {
  return faultCode !== null && blamesOf(faultCode) !== "caller";
}

/** A code that this version does not know is an endpoint's: those are what is added. */
function blamesOf(faultCode: string): (typeof faults)[keyof typeof faults]["blames"] {
  return Object.hasOwn(faults, faultCode) ? faults[faultCode as keyof typeof faults].blames : "endpoint";
}

/** In the order of `usage`. */
function usageOf({ promptTokens, completionTokens, reasoningTokens, cachedTokens, finishReason }: Generation): readonly number[] {
  return [promptTokens, completionTokens, reasoningTokens, cachedTokens, Number(finishReason === "tool_calls")];
}

/** Of the attempt that answered. What came in one piece says nothing of the first content; queueing counts against throughput. */
function speedOf(generation: Generation): { readonly latencyBin?: number; readonly throughputBin?: number } {
  const { completionTokens, generationMs } = generation;
  const serving = generation.faultCode === null ? generation.attempts.findLast((attempt) => columnOf(attempt, generation) === successes && attempt.endpointId === generation.endpointId) : undefined;
  if (serving === undefined || serving.kind === "continuation") return {};
  const totalMs = serving.latencyMs + (generationMs ?? 0);
  return {
    ...(generation.streamed ? { latencyBin: binOf(serving.latencyMs, latencyLeastMs) } : {}),
    ...(completionTokens > 0 && totalMs > 0 ? { throughputBin: binOf((completionTokens * 1000) / totalMs, throughputLeast) } : {}),
  };
}

/** The index of the context bucket: prompts of up to 1,000 tokens, up to 10,000, … and all beyond a million. */
function contextOf(promptTokens: number): number {
  const bucket = [1e3, 1e4, 1e5, 1e6].findIndex((most) => promptTokens <= most);
  return bucket === -1 ? contexts.length - 1 : bucket;
}

function sight({ sightings }: Tally, app: App, { keyHash, createdAt }: Generation): void {
  const name = `${app.id} ${keyHash}`;
  let sighting = sightings.get(name);
  if (sighting === undefined) {
    sighting = { app, keyHash, title: null, titleAt: 0, firstAt: createdAt, lastAt: createdAt, categories: new Set() };
    sightings.set(name, sighting);
  }
  sighting.firstAt = Math.min(sighting.firstAt, createdAt);
  sighting.lastAt = Math.max(sighting.lastAt, createdAt);
  // The latest title holds; of two of one millisecond the one that is last in order, so that every node agrees.
  if (app.title !== null && (createdAt > sighting.titleAt || (createdAt === sighting.titleAt && app.title > (sighting.title ?? "")))) {
    sighting.title = app.title;
    sighting.titleAt = createdAt;
  }
  for (const category of app.categories) sighting.categories.add(category);
}

function sumAt({ sums }: Tally, table: RollupTable, key: readonly (string | number)[]): Sum {
  const name = key.join("\n");
  let sum = sums[table].get(name);
  if (sum === undefined) {
    sum = { key, counts: rollupShapes[table].counts.map(() => 0), cost: 0n };
    sums[table].set(name, sum);
  }
  return sum;
}

function add(sum: Sum, counts: readonly number[], cost: bigint): void {
  for (let index = 0; index < counts.length; index++) increase(sum.counts, index, counts[index]);
  sum.cost += cost;
}

function bump(sum: Sum, index: number, by = 1): void {
  increase(sum.counts, index, by);
}

function increase(counts: number[], index: number, by = 1): void {
  counts[index] = (counts[index] ?? 0) + by;
}
