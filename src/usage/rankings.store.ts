/** What the rollups hold of all models and of apps: the reads behind rankings, app pages and datasets. */

import { nanodollars, type Nanodollars } from "../base/money.ts";
import type { Row } from "../db/port.ts";
import type { Book, Reader, Span } from "./activity.store.ts";

/** What was asked and used. */
export interface Volume {
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cost: Nanodollars;
}

const volume = "sum(requests) as requests, sum(prompt_tokens) as prompt_tokens, sum(completion_tokens) as completion_tokens, cast(sum(cost_nano) as text) as cost";

export async function readModelVolumes({ db, isSandbox }: Book, { unit, from, to }: Span): Promise<ReadonlyMap<string, Volume>> {
  const sql = `select model, ${volume} from model_${unit}s where is_sandbox = ? and ${unit} between ? and ? group by model`;
  const rows = await db.read(sql, [Number(isSandbox), from, to]);
  return new Map(rows.map((row) => [row.model as string, volumeOf(row)]));
}

/** The first day that anything is on record of; undefined before there is any. */
export async function readFirstDay({ db, isSandbox }: Book): Promise<number | undefined> {
  const [row] = await db.read("select min(day) as day from model_days where is_sandbox = ?", [Number(isSandbox)]);
  return row?.day === null || row?.day === undefined ? undefined : Number(row.day);
}

/** Requests, failures and tokens of everything together. */
export async function readTotals({ db, isSandbox }: Book, { unit, from, to }: Span): Promise<Volume & { readonly failures: number }> {
  const sql = `select coalesce(sum(requests), 0) as requests, coalesce(sum(failures), 0) as failures, coalesce(sum(prompt_tokens), 0) as prompt_tokens,
    coalesce(sum(completion_tokens), 0) as completion_tokens, cast(coalesce(sum(cost_nano), 0) as text) as cost
    from model_${unit}s where is_sandbox = ? and ${unit} between ? and ?`;
  const [row = {}] = await db.read(sql, [Number(isSandbox), from, to]);
  return { ...volumeOf(row), failures: Number(row.failures) };
}

export const contextBuckets = { "1K": "tokens_1k", "10K": "tokens_10k", "100K": "tokens_100k", "1M": "tokens_1m", "10M": "tokens_10m" } as const;

export interface ModelDay {
  readonly day: number;
  readonly model: string;
  /** In the context bucket that was asked for, or in all. */
  readonly tokens: number;
  readonly toolCalls: number;
}

/** `context`: of the requests whose prompt is in that bucket alone. */
export async function readModelDays({ db, isSandbox }: Book, { from, to, context }: { readonly from: number; readonly to: number; readonly context: keyof typeof contextBuckets | undefined }): Promise<readonly ModelDay[]> {
  const tokens = context === undefined ? "prompt_tokens + completion_tokens" : contextBuckets[context];
  const sql = `select day, model, ${tokens} as tokens, tool_calls from model_days where is_sandbox = ? and day between ? and ?`;
  const rows = await db.read(sql, [Number(isSandbox), from, to]);
  return rows.map((row) => ({ day: Number(row.day), model: row.model as string, tokens: Number(row.tokens), toolCalls: Number(row.tool_calls) }));
}

export interface AppWindow {
  /** Days, the last included. */
  readonly from: number;
  readonly to: number;
  /** Undefined for all models together. */
  readonly model: string | undefined;
}

/** What public apps used while they were public, by their id. */
export async function readAppVolumes(db: Reader, { from, to, model }: AppWindow): Promise<ReadonlyMap<number, Volume>> {
  const sql = `select app_id, ${volume} from app_days where is_public = 1 and model = ? and day between ? and ? group by app_id`;
  const rows = await db.read(sql, [model ?? "", from, to]);
  return new Map(rows.map((row) => [Number(row.app_id), volumeOf(row)]));
}

export interface AppDay extends Volume {
  readonly day: number;
}

/** One public app's days with a model, or with all of them; in the order of time. */
export async function readAppDays(db: Reader, appId: number, { from, to, model }: AppWindow): Promise<readonly AppDay[]> {
  const sql = `select day, requests, prompt_tokens, completion_tokens, cast(cost_nano as text) as cost
    from app_days where app_id = ? and model = ? and day between ? and ? and is_public = 1 order by day`;
  return (await db.read(sql, [appId, model ?? "", from, to])).map((row) => ({ day: Number(row.day), ...volumeOf(row) }));
}

/** The models that a public app used most, at most so many. */
export async function readAppModels(db: Reader, appId: number, { from, to, most }: { readonly from: number; readonly to: number; readonly most: number }): Promise<readonly string[]> {
  const sql = `select model from app_days where app_id = ? and model <> '' and day between ? and ? and is_public = 1
    group by model order by sum(prompt_tokens + completion_tokens) desc, model limit ?`;
  return (await db.read(sql, [appId, from, to, most])).map((row) => row.model as string);
}

/** What the live keys that make it public say of an app, the one with the latest title first. */
export interface AppFacts {
  readonly id: number;
  readonly origin: string;
  readonly title: string | null;
  readonly firstAt: number;
  readonly lastAt: number;
}

export async function readPublicApps(db: Reader): Promise<readonly AppFacts[]> {
  const sql = `select app_id, origin, title, first_at, last_at from app_keys
    join keys on keys.hash = app_keys.key_hash and keys.public_app = 1 and keys.deleted_at is null order by title_at desc, key_hash`;
  const rows = await db.read(sql);
  return rows.map((row) => ({
    id: Number(row.app_id), origin: row.origin as string, title: row.title as string | null, firstAt: Number(row.first_at), lastAt: Number(row.last_at),
  }));
}

export async function readPublicCategories(db: Reader): Promise<readonly { readonly id: number; readonly category: string }[]> {
  const sql = `select distinct app_id, category from app_categories
    join keys on keys.hash = app_categories.key_hash and keys.public_app = 1 and keys.deleted_at is null order by app_id, category`;
  return (await db.read(sql)).map((row) => ({ id: Number(row.app_id), category: row.category as string }));
}

function volumeOf(row: Row): Volume {
  return {
    requests: Number(row.requests), promptTokens: Number(row.prompt_tokens), completionTokens: Number(row.completion_tokens),
    cost: nanodollars(BigInt(row.cost as string)),
  };
}
