/** Counts what an answer delivered, so that it can be metered however it ends: whole, cut, or abandoned by the caller. */

import { nanodollars, zeroNanodollars, type Nanodollars } from "../base/money.ts";
import { costOf, type Pricing } from "../catalog/price.ts";
import type { Target } from "../providers/adapter.ts";
import { alwaysSearches } from "../providers/quirks.ts";
import type { RoutingRequest } from "../routing/candidate.ts";
import { estimateOf } from "../routing/prompt-size.ts";
import { webSearchesUsualMax } from "../routing/web-searches.ts";
import type { Bill } from "../surfaces/surface.ts";
import type { ChatAnswer, ChatChunk, FinishReason, Usage } from "../wire/chat.ts";

/** What has been said so far. Filled by {@link meterChunk} or {@link meterAnswer}. */
export interface Reading {
  upstreamId: string | undefined;
  finishReason: FinishReason | null;
  nativeFinishReason: string | null;
  serviceTier: string | undefined;
  /** As the upstream reported it. */
  usage: Usage | undefined;
  /** Bytes of everything the model said: text, reasoning, tool arguments. */
  outputBytes: number;
  /** It drew something, or spoke aloud: neither is counted in bytes. */
  hasMedia: boolean;
}

export function emptyReading(): Reading {
  return { upstreamId: undefined, finishReason: null, nativeFinishReason: null, serviceTier: undefined, usage: undefined, outputBytes: 0, hasMedia: false };
}

export function meterChunk(reading: Reading, chunk: ChatChunk): void {
  for (const choice of chunk.choices) {
    reading.outputBytes += spokenBytes(choice.delta);
    reading.hasMedia ||= isMedia(choice.delta);
    if (choice.finish_reason !== null) {
      reading.finishReason = choice.finish_reason;
      reading.nativeFinishReason = choice.native_finish_reason;
    }
  }
  if (chunk.upstreamId !== undefined) reading.upstreamId = chunk.upstreamId;
  if (chunk.serviceTier !== undefined) reading.serviceTier = chunk.serviceTier;
  if (chunk.usage !== undefined) reading.usage = chunk.usage;
}

export function meterAnswer(reading: Reading, answer: ChatAnswer): void {
  for (const choice of answer.choices) {
    reading.outputBytes += spokenBytes(choice.message);
    reading.hasMedia ||= isMedia(choice.message);
    reading.finishReason = choice.finish_reason;
    reading.nativeFinishReason = choice.native_finish_reason;
  }
  reading.upstreamId = answer.upstreamId;
  reading.serviceTier = answer.serviceTier;
  reading.usage = answer.usage;
}

/** What of an endpoint decides a bill. */
interface Priced {
  readonly contextLength: number;
  readonly outputTokensMax?: number | undefined;
  readonly pricing: Pricing;
  readonly target?: Pick<Target, "quirks" | "upstreamModel">;
}

/** What of the request bounds a bill. */
export type Asked = Pick<RoutingRequest, "prompt" | "promptGrows" | "images" | "outputTokensMax" | "inputModalities" | "reasons" | "webSearchesMax"> & Partial<Pick<RoutingRequest, "parameters">>;

/**
 * What is owed for a reading. The upstream's own count is taken where it can be true; otherwise ours, from the
 * length of what was said, and marked as an estimate.
 */
export function billOf(reading: Readonly<Reading>, asked: Asked, priced: Priced): Bill {
  const reported = reading.usage;
  const isTaken = reported !== undefined && isCredible(reported, reading, asked, priced);
  const usage = boundedSearches(isTaken ? reported : { ...estimate(reading, asked), ...searchesOf(reported, priced) }, webSearchesMost(asked, priced));
  return { usage, isEstimated: !isTaken, ...costOf(priced.pricing, usage, asked.images) };
}

/** How often the web may be searched for an answer. */
export function webSearchesMost({ webSearchesMax = 0 }: Pick<RoutingRequest, "webSearchesMax">, { target }: Pick<Priced, "target">): number {
  return target !== undefined && alwaysSearches(target) ? Math.max(webSearchesMax, webSearchesUsualMax) : webSearchesMax;
}

/** Who always searches has done so before the first word, whether or not the answer came to its count. */
function searchesOf(usage: Usage | undefined, { target }: Pick<Priced, "target">): Pick<Usage, "webSearches"> {
  if (usage === undefined) return target !== undefined && alwaysSearches(target) ? { webSearches: 1 } : {};
  return usage.webSearches === undefined ? {} : { webSearches: usage.webSearches };
}

/** More searches than were held for are not believed. */
function boundedSearches(usage: Usage, most: number): Usage {
  return usage.webSearches === undefined || usage.webSearches <= most ? usage : { ...usage, webSearches: most };
}

/** What the customer pays for: nothing for an answer with nothing in it (contract §4.8; fault matrix, row 20). */
export function chargeOf(reading: Readonly<Reading>, asked: Asked, priced: Priced): Bill {
  const bill = billOf(reading, asked, priced);
  const isEmpty = reading.outputBytes === 0 && !reading.hasMedia && (reading.finishReason === null || bill.usage.completionTokens === 0);
  return isEmpty ? { ...bill, total: zeroNanodollars, prompt: zeroNanodollars, completion: zeroNanodollars } : bill;
}

/** One bill for an answer that several endpoints gave. */
export function joinedBills(bills: readonly Bill[]): Bill {
  const sum = (amount: (bill: Bill) => bigint): Nanodollars => nanodollars(bills.reduce((total, bill) => total + amount(bill), 0n));
  const usage: Record<string, number> = {};
  for (const bill of bills) for (const [name, count] of Object.entries(bill.usage)) usage[name] = (usage[name] ?? 0) + count;
  return {
    usage: { promptTokens: 0, completionTokens: 0, ...usage },
    isEstimated: bills.some(({ isEstimated }) => isEstimated),
    total: sum(({ total }) => total), prompt: sum(({ prompt }) => prompt), completion: sum(({ completion }) => completion),
  };
}

/** Room for the template around a prompt, and for a tokenizer that we have not met. */
const promptTokensSpare = 1_000;
/** The same with tools: some templates explain them at length. */
const toolTokensSpare = 4_000;

/**
 * Whether a count can be true: not nothing where something was said, not more than the context holds, not a prompt far
 * longer than its text can make, not an answer beyond what was asked for.
 */
function isCredible(usage: Usage, reading: Readonly<Reading>, asked: Asked, priced: Priced): boolean {
  const { prompt, promptGrows, inputModalities, outputTokensMax, parameters } = asked;
  if (usage.promptTokens === 0 || (usage.completionTokens === 0 && reading.outputBytes > 0)) return false;
  if (usage.promptTokens + usage.completionTokens > priced.contextLength * 1.1) return false;
  const isMeasurable = promptGrows !== true && !inputModalities.has("file") && !inputModalities.has("audio") && !inputModalities.has("video");
  const spare = parameters?.has("tools") === true ? toolTokensSpare : promptTokensSpare;
  if (isMeasurable && usage.promptTokens > prompt.high * 2 + spare) return false;
  if (outputTokensMax === undefined) return true;
  const { completionTokens, reasoningTokens = 0 } = usage;
  return completionTokens - reasoningTokens <= outputTokensMax * 1.1 + 16 && reasoningTokens <= reasoningMost(outputTokensMax, asked, priced);
}

/** Some providers do not count reasoning as what was asked for. Who did not ask for it either is not charged for a flood of it. */
function reasoningMost(asked: number, { reasons = false }: Asked, { outputTokensMax, contextLength }: Priced): number {
  return reasons ? Math.max(outputTokensMax ?? contextLength, asked * 1.1 + 16) : unaskedReasoning.factor * asked + unaskedReasoning.tokens;
}

const unaskedReasoning = { factor: 4, tokens: 4_096 } as const;

/** Four bytes a token is the usual mean of natural text. */
function estimate(reading: Readonly<Reading>, { prompt, outputTokensMax }: Asked): Usage {
  return {
    promptTokens: estimateOf(prompt),
    completionTokens: Math.min(Math.ceil(reading.outputBytes / 4), outputTokensMax ?? Number.MAX_SAFE_INTEGER),
  };
}

/** Of a function, or of a tool that takes text as it is. */
interface SpokenCall {
  readonly function?: { readonly name?: string; readonly arguments?: string };
  readonly custom?: { readonly name?: string; readonly input?: string };
}

/** What deltas and whole messages have in common. */
interface Spoken {
  readonly content?: string | null | undefined;
  readonly reasoning?: string | null | undefined;
  readonly refusal?: string | null | undefined;
  readonly tool_calls?: readonly SpokenCall[] | undefined;
  readonly images?: readonly unknown[] | null | undefined;
  readonly audio?: unknown;
}

function isMedia({ images, audio }: Spoken): boolean {
  return (images?.length ?? 0) > 0 || (audio !== undefined && audio !== null);
}

function spokenBytes(spoken: Spoken): number {
  let bytes = textBytes(spoken.content) + textBytes(spoken.reasoning) + textBytes(spoken.refusal);
  if (spoken.tool_calls === undefined) return bytes;
  for (const { function: called, custom } of spoken.tool_calls) {
    bytes += textBytes(called?.name) + textBytes(called?.arguments) + textBytes(custom?.name) + textBytes(custom?.input);
  }
  return bytes;
}

function textBytes(text: string | null | undefined): number {
  return text === undefined || text === null || text === "" ? 0 : Buffer.byteLength(text);
}
