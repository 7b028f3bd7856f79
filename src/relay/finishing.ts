/** What becomes of an answer before its caller reads it: plugins mend it, and files that were read for it are given back. */

import { asFault, Fault } from "../base/fault.ts";
import { monotonic } from "../base/clock.ts";
import type { FileAnnotation } from "../plugins/plugin.ts";
import type { Pipeline } from "../plugins/plugins.ts";
import type { PipelineStage } from "../surfaces/surface.ts";
import type { ChatAnswer, ChatChunk, ChatRequest } from "../wire/chat.ts";
import type { AttemptEnd } from "./attempt.ts";
import type { Fitted } from "./fitting.ts";
import { misfitOf } from "./json-schema.ts";

export interface Finished {
  readonly answer: ChatAnswer;
  readonly stages: readonly PipelineStage[];
}

/** A whole answer after all plugins had their turn. */
export function finished(answer: ChatAnswer, request: ChatRequest, { active }: Pipeline, fitted: Fitted): Finished {
  let told = answer;
  const stages = [...fitted.stages];
  for (const { plugin } of active) {
    const mended = plugin.mend?.(told, request, { misfitOf });
    if (mended === undefined) continue;
    told = mended.answer;
    stages.push(mended.stage);
  }
  const [first, ...others] = told.choices;
  if (fitted.annotations.length === 0 || first === undefined) return { answer: told, stages };
  const message = { ...first.message, annotations: [...(first.message.annotations ?? []), ...fitted.annotations] };
  return { answer: { ...told, choices: [{ ...first, message }, ...others] }, stages };
}

/** Puts the files on the first chunk that says anything. */
export function annotating(annotations: () => readonly FileAnnotation[]): (chunks: readonly ChatChunk[]) => readonly ChatChunk[] {
  let isTold = false;
  return (chunks) => {
    const at = isTold || annotations().length === 0 ? -1 : chunks.findIndex(({ choices }) => choices.length > 0);
    if (at === -1) return chunks;
    isTold = true;
    return chunks.map((chunk, index) => (index === at ? annotated(chunk, annotations()) : chunk));
  };
}

function annotated(chunk: ChatChunk, annotations: readonly FileAnnotation[]): ChatChunk {
  const choices = chunk.choices.map((choice, index) =>
    index === 0 ? { ...choice, delta: { ...choice.delta, annotations: [...(choice.delta.annotations ?? []), ...annotations] } } : choice);
  return { ...chunk, choices };
}

/** The same fault with the files that were read for nothing (contract §4.4). */
export function withFiles(fault: Fault, annotations: readonly FileAnnotation[] = []): Fault {
  if (annotations.length === 0) return fault;
  const { code, message, metadata, availability, retryAfterMs, routing, cause } = fault;
  return new Fault(code, message, {
    metadata: { ...metadata, file_annotations: annotations }, cause,
    ...(availability === undefined ? {} : { availability }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }), ...(routing === undefined ? {} : { routing }),
  });
}

/** An attempt that begins when its request is ready, and can be ended before. */
export interface Opening {
  /** Never rejects. */
  readonly done: Promise<AttemptEnd<ChatAnswer>>;
  readonly abort: (fault: Fault) => void;
}

export function whenFitted(fitting: Promise<Fitted>, begin: (fitted: Fitted) => Promise<AttemptEnd<ChatAnswer>>): Opening {
  const startedAt = monotonic();
  let abort: Opening["abort"] = unheard;
  const aborted = new Promise<never>((_, reject) => {
    abort = reject;
  });
  const notBegun = (error: unknown): AttemptEnd<ChatAnswer> => ({
    status: null, fault: asFault(error), answer: undefined, usage: undefined, notes: [], startedAt, firstContentAt: undefined, endedAt: monotonic(),
  });
  return { done: Promise.race([fitting, aborted]).then(begin).catch(notBegun), abort };
}

function unheard(): void {}
