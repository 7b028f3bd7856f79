/**
 * What a batch of generations adds to the rollups: for every table, one sum for each of its keys. Pure, and nothing but
 * additions, so that neither the order nor the cut of batches changes a sum. docs/usage.md says what each column counts.
 */

import { appOf, type App } from "./apps.ts";
import { binCount } from "./bins.ts";
import type { Counted } from "./generation-text.ts";
import { dayMs, hourMs, hourOf } from "./spans.ts";
import { firstTryOf, isFailure, speedBins, verdictOf } from "./verdict.ts";

export type RollupTable =
  | "endpoint_hours" | "endpoint_days" | "provider_hours" | "provider_days" | "model_hours" | "model_days" | "key_days" | "app_days";

const usage = ["prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens", "tool_calls"] as const;
const calls = ["requests", "successes", "failures", "rate_limited", "first_tries", "first_failures", "rescued", ...usage] as const;
const requests = ["requests", "failures", ...usage] as const;
const contexts = ["tokens_1k", "tokens_10k", "tokens_100k", "tokens_1m", "tokens_10m"] as const;
const bins = Array.from({ length: binCount }, (_, bin) => String(bin).padStart(2, "0"));
const histograms = [...bins.map((bin) => `latency_${bin}`), ...bins.map((bin) => `throughput_${bin}`)];

export interface RollupShape {
  readonly key: readonly string[];
  /** All that is added up but for the cost. */
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
  // The model is empty in the rows of all models together.
  app_days: { key: ["is_public", "model", "day", "app_id"], counts: requests },
};

/** What is to be added to a row, in the order of its table's shape. */
interface Counts {
  readonly counts: number[];
  cost: bigint;
}

export interface Sum extends Counts {
  readonly key: readonly (string | number)[];
}

/** What is counted while a batch is read: by hour and the finest keys alone. All rollups are sums of these. */
export interface Tally {
  readonly calls: Map<string, CallSum>;
  readonly requests: Map<string, RequestSum>;
  readonly sightings: Map<string, AppSighting>;
}

interface CallSum extends Counts {
  readonly book: number;
  readonly hour: number;
  readonly endpointId: string;
}

interface RequestSum extends Counts {
  readonly book: number;
  readonly hour: number;
  readonly keyHash: string;
  /** Empty when none was tried. */
  readonly model: string;
  readonly app: App | undefined;
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

const noCalls = [...calls, ...histograms].map(() => 0);
const noRequests = [...requests, ...contexts].map(() => 0);

export function createTally(): Tally {
  return { calls: new Map(), requests: new Map(), sightings: new Map() };
}

/** Adds one generation, in the hour when it began. */
export function countGeneration(tally: Tally, generation: Counted): void {
  const { attempts, cost, endpointId, model } = generation;
  const book = Number(generation.isSandbox);
  const hour = hourOf(generation.createdAt);
  const callsOf = (id: string) => callSum(tally, { book, hour, endpointId: id });
  for (const attempt of attempts) {
    const verdict = verdictOf(attempt, generation);
    if (verdict !== undefined) increase(callsOf(attempt.endpointId).counts, verdictColumns[verdict]);
  }
  const first = firstTryOf(generation);
  if (first !== undefined) {
    const { counts } = callsOf(first.endpointId);
    increase(counts, firstTries);
    increase(counts, firstTries + 1, Number(first.isFailure));
    increase(counts, firstTries + 2, Number(first.isRescued));
  }
  if (endpointId !== null) {
    const sum = callsOf(endpointId);
    sum.cost += cost;
    increase(sum.counts, 0);
    addUsage(sum.counts, calls.length - usage.length, generation);
    for (const bin of speedBins(generation)) increase(sum.counts, calls.length + bin);
  }

  const app = generation.isSandbox || model === null ? undefined : appOf(generation.app);
  const sum = requestSum(tally, { book, hour, keyHash: generation.keyHash, model: model ?? "", app });
  sum.cost += cost;
  increase(sum.counts, 0);
  increase(sum.counts, 1, Number(isFailure(generation)));
  addUsage(sum.counts, requests.length - usage.length, generation);
  increase(sum.counts, requests.length + contextOf(generation.promptTokens), generation.promptTokens + generation.completionTokens);
  if (app !== undefined) sight(tally, app, generation);
}

/** What the tally adds to a table: one sum for each key. `publicKeys`: of whose apps the owners say that they are public. */
export function sumsOf(tally: Tally, table: RollupTable, publicKeys: ReadonlySet<string>): readonly Sum[] {
  const sums = new Map<string, Sum>();
  const { length } = rollupShapes[table].counts;
  const into = (key: Sum["key"], added: Counts) => addTo(sums, key, added, length);
  if (ofCalls.has(table)) for (const sum of tally.calls.values()) into(callKey(table, sum), sum);
  else if (table === "app_days") {
    for (const sum of tally.requests.values()) {
      const { app, hour, keyHash, model } = sum;
      if (app !== undefined) for (const of of [model, ""]) into([Number(publicKeys.has(keyHash)), of, dayOfHour(hour), app.id], sum);
    }
  } else for (const sum of tally.requests.values()) if (table === "key_days" || sum.model !== "") into(requestKey(table, sum), sum);
  return [...sums.values()];
}

const ofCalls: ReadonlySet<RollupTable> = new Set<RollupTable>(["endpoint_hours", "endpoint_days", "provider_hours", "provider_days"]);

function callKey(table: RollupTable, { book, endpointId, hour }: CallSum): Sum["key"] {
  switch (table) {
    case "endpoint_hours":
      return [book, modelOf(endpointId), hour, endpointId];
    case "endpoint_days":
      return [book, modelOf(endpointId), dayOfHour(hour), endpointId];
    case "provider_hours":
      return [book, providerOf(endpointId), hour];
    default:
      return [book, providerOf(endpointId), dayOfHour(hour)];
  }
}

function requestKey(table: RollupTable, { book, hour, keyHash, model }: RequestSum): Sum["key"] {
  switch (table) {
    case "model_hours":
      return [book, hour, model];
    case "model_days":
      return [book, dayOfHour(hour), model];
    default:
      return [book, keyHash, dayOfHour(hour), model];
  }
}

/** The provider's slug in an endpoint's id: "groq" in "meta/llama@groq/eu", "mistral" in "mistralai/mistral-nemo@mistral:open-mistral-nemo". */
export function providerOf(endpointId: string): string {
  const tag = endpointId.slice(endpointId.indexOf("@") + 1);
  const end = tag.search(/[/:]/);
  return end === -1 ? tag : tag.slice(0, end);
}

function modelOf(endpointId: string): string {
  return endpointId.slice(0, endpointId.indexOf("@"));
}

function dayOfHour(hour: number): number {
  return Math.floor(hour / (dayMs / hourMs));
}

const verdictColumns = { success: 1, failure: 2, "rate limited": 3 } as const;
const firstTries = 4;

function addUsage(counts: number[], at: number, { promptTokens, completionTokens, reasoningTokens, cachedTokens, finishReason }: Counted): void {
  increase(counts, at, promptTokens);
  increase(counts, at + 1, completionTokens);
  increase(counts, at + 2, reasoningTokens);
  increase(counts, at + 3, cachedTokens);
  increase(counts, at + 4, Number(finishReason === "tool_calls"));
}

/** The place of a prompt among `contexts`: up to 1,000 tokens, up to 10,000, … and all beyond a million. */
function contextOf(promptTokens: number): number {
  if (promptTokens <= 1e3) return 0;
  if (promptTokens <= 1e4) return 1;
  if (promptTokens <= 1e5) return 2;
  return promptTokens <= 1e6 ? 3 : 4;
}

function callSum(tally: Tally, { book, hour, endpointId }: Pick<CallSum, "book" | "hour" | "endpointId">): CallSum {
  const name = `${book} ${hour} ${endpointId}`;
  let sum = tally.calls.get(name);
  if (sum === undefined) {
    sum = { book, hour, endpointId, counts: [...noCalls], cost: 0n };
    tally.calls.set(name, sum);
  }
  return sum;
}

function requestSum(tally: Tally, { book, hour, keyHash, model, app }: Pick<RequestSum, "book" | "hour" | "keyHash" | "model" | "app">): RequestSum {
  const name = `${book} ${hour} ${keyHash} ${app?.id ?? ""} ${model}`;
  let sum = tally.requests.get(name);
  if (sum === undefined) {
    sum = { book, hour, keyHash, model, app, counts: [...noRequests], cost: 0n };
    tally.requests.set(name, sum);
  }
  return sum;
}

function sight({ sightings }: Tally, app: App, { createdAt, keyHash }: Counted): void {
  const name = `${app.id} ${keyHash}`;
  let sighting = sightings.get(name);
  if (sighting === undefined) {
    sighting = { app, keyHash, title: null, titleAt: 0, firstAt: createdAt, lastAt: createdAt, categories: new Set() };
    sightings.set(name, sighting);
  }
  sighting.firstAt = Math.min(sighting.firstAt, createdAt);
  sighting.lastAt = Math.max(sighting.lastAt, createdAt);
  // The latest title holds; of two of one millisecond the one that is last in order, so that every order agrees.
  if (app.title !== null && (createdAt > sighting.titleAt || (createdAt === sighting.titleAt && app.title > (sighting.title ?? "")))) {
    sighting.title = app.title;
    sighting.titleAt = createdAt;
  }
  for (const category of app.categories) sighting.categories.add(category);
}

/** Of the counts as many as the table has: the last ones of a tally are not in every table. */
function addTo(sums: Map<string, Sum>, key: Sum["key"], { counts, cost }: Counts, length: number): void {
  const name = key.join(" ");
  const sum = sums.get(name);
  if (sum === undefined) {
    sums.set(name, { key, counts: counts.slice(0, length), cost });
    return;
  }
  for (let index = 0; index < length; index++) increase(sum.counts, index, counts[index]);
  sum.cost += cost;
}

function increase(counts: number[], index: number, by = 1): void {
  counts[index] = (counts[index] ?? 0) + by;
}
