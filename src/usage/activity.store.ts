/** What the rollups hold of one model or one provider: the reads behind their pages. */

import { nanodollars, type Nanodollars } from "../base/money.ts";
import type { Db, Row } from "../db/port.ts";
import { binCount } from "./bins.ts";

export type Reader = Pick<Db, "read">;

/** Of real traffic or of the sandbox's: the two are never read together. */
export interface Book {
  readonly db: Reader;
  readonly isSandbox: boolean;
}

export type Unit = "hour" | "day";

/** Whole hours or days, the last included. */
export interface Span {
  readonly unit: Unit;
  readonly from: number;
  readonly to: number;
}

/** Sums of what was asked of an endpoint or a provider. */
export interface Calls {
  /** Requests it answered or failed last, and what they used. */
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly reasoningTokens: number;
  readonly cachedTokens: number;
  readonly toolCalls: number;
  readonly cost: Nanodollars;
  /** Attempts, as contract §5.3 counts them. */
  readonly successes: number;
  readonly failures: number;
  readonly rateLimited: number;
  /** Of the requests that tried it first: all, those it failed, and those of them that another endpoint answered. */
  readonly firstTries: number;
  readonly firstFailures: number;
  readonly rescued: number;
}

export interface CallsAt extends Calls {
  /** The hour or the day. */
  readonly at: number;
  /** The endpoint's id, or the provider's slug. */
  readonly of: string;
}

const counted = ["requests", "successes", "failures", "rate_limited", "first_tries", "first_failures", "rescued", "prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens", "tool_calls"] as const;

/** In the order of time. */
export async function readEndpointCalls({ db, isSandbox }: Book, model: string, { unit, from, to }: Span): Promise<readonly CallsAt[]> {
  const sql = `select ${unit} as bucket, endpoint_id as name, ${counted.join(", ")}, cast(cost_nano as text) as cost from endpoint_${unit}s
    where is_sandbox = ? and model = ? and ${unit} between ? and ? order by ${unit}, endpoint_id`;
  return (await db.read(sql, [Number(isSandbox), model, from, to])).map(callsAtOf);
}

/** In the order of time. */
export async function readProviderCalls({ db, isSandbox }: Book, provider: string, { unit, from, to }: Span): Promise<readonly CallsAt[]> {
  const sql = `select ${unit} as bucket, provider as name, ${counted.join(", ")}, cast(cost_nano as text) as cost from provider_${unit}s
    where is_sandbox = ? and provider = ? and ${unit} between ? and ? order by ${unit}`;
  return (await db.read(sql, [Number(isSandbox), provider, from, to])).map(callsAtOf);
}

/** The same of all providers at once. They are named, because the key of the table begins with the provider: by the time alone all hours would be read. */
export async function readProvidersCalls({ db, isSandbox }: Book, { unit, from, to }: Span): Promise<readonly CallsAt[]> {
  const sql = `select ${unit} as bucket, provider as name, ${counted.join(", ")}, cast(cost_nano as text) as cost from provider_${unit}s
    where is_sandbox = ? and provider in (select distinct provider from provider_days where is_sandbox = ?) and ${unit} between ? and ? order by ${unit}`;
  return (await db.read(sql, [Number(isSandbox), Number(isSandbox), from, to])).map(callsAtOf);
}

/** Which providers were called, ever. */
export async function readProviders({ db, isSandbox }: Book): Promise<readonly string[]> {
  return (await db.read("select distinct provider from provider_days where is_sandbox = ?", [Number(isSandbox)])).map((row) => row.provider as string);
}

/** How many samples fell in which bin. */
export interface Histograms {
  readonly endpointId: string;
  readonly latency: readonly number[];
  readonly throughput: readonly number[];
}

const binNames = Array.from({ length: binCount }, (_, bin) => String(bin).padStart(2, "0"));
const histogramSums = ["latency", "throughput"].flatMap((what) => binNames.map((bin) => `sum(${what}_${bin}) as ${what}_${bin}`)).join(", ");

export async function readHistograms({ db, isSandbox }: Book, model: string, { unit, from, to }: Span): Promise<readonly Histograms[]> {
  const sql = `select endpoint_id, ${histogramSums} from endpoint_${unit}s where is_sandbox = ? and model = ? and ${unit} between ? and ? group by endpoint_id`;
  const rows = await db.read(sql, [Number(isSandbox), model, from, to]);
  return rows.map((row) => ({ endpointId: row.endpoint_id as string, ...histogramsOf(row) }));
}

/** The same of all endpoints of a model together, by its slug. */
export async function readModelHistograms({ db, isSandbox }: Book, { unit, from, to }: Span): Promise<ReadonlyMap<string, Pick<Histograms, "latency" | "throughput">>> {
  const sql = `select model, ${histogramSums} from endpoint_${unit}s where is_sandbox = ? and ${unit} between ? and ? group by model`;
  const rows = await db.read(sql, [Number(isSandbox), from, to]);
  return new Map(rows.map((row) => [row.model as string, histogramsOf(row)]));
}

function histogramsOf(row: Row): Pick<Histograms, "latency" | "throughput"> {
  return { latency: binNames.map((bin) => Number(row[`latency_${bin}`])), throughput: binNames.map((bin) => Number(row[`throughput_${bin}`])) };
}

function callsAtOf(row: Row): CallsAt {
  return {
    at: Number(row.bucket), of: row.name as string,
    requests: Number(row.requests), promptTokens: Number(row.prompt_tokens), completionTokens: Number(row.completion_tokens),
    reasoningTokens: Number(row.reasoning_tokens), cachedTokens: Number(row.cached_tokens), toolCalls: Number(row.tool_calls),
    cost: nanodollars(BigInt(row.cost as string)),
    successes: Number(row.successes), failures: Number(row.failures), rateLimited: Number(row.rate_limited),
    firstTries: Number(row.first_tries), firstFailures: Number(row.first_failures), rescued: Number(row.rescued),
  };
}
