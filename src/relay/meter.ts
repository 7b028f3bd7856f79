/** Counts what an answer delivered, so that it can be metered however it ends: whole, cut, or abandoned by the caller. */

import { costOf, type Pricing } from "../catalog/price.ts";
import type { PromptSize, RoutingRequest } from "../routing/candidate.ts";
import type { Bill } from "../surfaces/surface.ts";
import type { ChatAnswer, ChatChunk, FinishReason, Usage } from "../wire/chat.ts";

export interface Meter {
  readonly chunk: (chunk: ChatChunk) => void;
  readonly answer: (answer: ChatAnswer) => void;
  readonly reading: () => Reading;
}

export interface Reading {
  readonly upstreamId: string | undefined;
  readonly finishReason: FinishReason | null;
  readonly nativeFinishReason: string | null;
  readonly serviceTier: string | undefined;
  /** As the upstream reported it. */
  readonly usage: Usage | undefined;
  /** Bytes of everything the model said: text, reasoning, tool arguments. */
  readonly outputBytes: number;
}

export function createMeter(): Meter {
  const reading = {
    upstreamId: undefined as string | undefined,
    finishReason: null as FinishReason | null,
    nativeFinishReason: null as string | null,
    serviceTier: undefined as string | undefined,
    usage: undefined as Usage | undefined,
    outputBytes: 0,
  };
  return {
    chunk: (chunk) => {
      for (const choice of chunk.choices) {
        reading.outputBytes += spokenBytes(choice.delta);
        if (choice.finish_reason !== null) {
          reading.finishReason = choice.finish_reason;
          reading.nativeFinishReason = choice.native_finish_reason;
        }
      }
      if (chunk.upstreamId !== undefined) reading.upstreamId = chunk.upstreamId;
      if (chunk.serviceTier !== undefined) reading.serviceTier = chunk.serviceTier;
      if (chunk.usage !== undefined) reading.usage = chunk.usage;
    },
    answer: (answer) => {
      for (const choice of answer.choices) {
        reading.outputBytes += spokenBytes(choice.message);
        reading.finishReason = choice.finish_reason;
        reading.nativeFinishReason = choice.native_finish_reason;
      }
      reading.upstreamId = answer.upstreamId;
      reading.serviceTier = answer.serviceTier;
      reading.usage = answer.usage;
    },
    reading: () => reading,
  };
}

/** What of an endpoint decides a bill. */
interface Priced {
  readonly contextLength: number;
  readonly pricing: Pricing;
}

/**
 * What the caller owes for a reading. The upstream's own count is taken where it can be true (an endpoint cannot have
 * used more than its context holds); otherwise ours, from the length of what was said, and marked as an estimate.
 */
export function billOf(reading: Reading, asked: Pick<RoutingRequest, "prompt" | "images">, { contextLength, pricing }: Priced): Bill {
  const reported = reading.usage;
  const isCredible = reported !== undefined && reported.promptTokens + reported.completionTokens <= contextLength * 1.1;
  const usage = isCredible ? reported : estimate(reading, asked.prompt);
  return { usage, isEstimated: !isCredible, ...costOf(pricing, usage, asked.images) };
}

/** Four bytes a token is the usual mean of natural text; the prompt's bounds are averaged on the same scale. */
function estimate(reading: Reading, prompt: PromptSize): Usage {
  return {
    promptTokens: Math.ceil(Math.sqrt(prompt.low * prompt.high)),
    completionTokens: Math.ceil(reading.outputBytes / 4),
  };
}

/** What deltas and whole messages have in common. */
interface Spoken {
  readonly content?: string | null | undefined;
  readonly reasoning?: string | null | undefined;
  readonly refusal?: string | null | undefined;
  readonly tool_calls?: readonly { readonly function?: { readonly name?: string; readonly arguments?: string } }[] | undefined;
}

function spokenBytes(spoken: Spoken): number {
  let bytes = textBytes(spoken.content) + textBytes(spoken.reasoning) + textBytes(spoken.refusal);
  for (const call of spoken.tool_calls ?? []) bytes += textBytes(call.function?.name) + textBytes(call.function?.arguments);
  return bytes;
}

function textBytes(text: string | null | undefined): number {
  return text === undefined || text === null || text === "" ? 0 : Buffer.byteLength(text);
}
