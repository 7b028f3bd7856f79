/** What a stream has said so far, and how another one's text is joined to it. */

import type { ChatChunk, ChatRequest, ChunkChoice, Delta } from "../wire/chat.ts";

/** May what a stream answers to this request be continued elsewhere, as long as it is text? */
export function isContinuable({ stream, provider, parameters }: ChatRequest): boolean {
  return (
    stream && provider.continue === true && provider.validateTools !== true && parameters.tools === undefined && parameters.logprobs !== true &&
    (parameters.response_format === undefined || parameters.response_format.type === "text")
  );
}

export interface Transcript {
  readonly push: (chunks: readonly ChatChunk[]) => void;
  /** Undefined when nothing was said, or something that is not plain text, or it has come to its end. */
  readonly text: () => string | undefined;
}

/** In UTF-16 units: a longer text is not continued, and not kept. */
const lengthMost = 1024 * 1024;

/** Begins with what was said before. */
export function createTranscript(before = ""): Transcript {
  let text = before;
  let isPlain = true;
  return {
    push: (chunks) => {
      for (const { choices } of chunks) {
        for (const { index, delta, finish_reason: finish } of choices) {
          isPlain &&= index === 0 && isText(delta) && finish === null;
          text += delta.content ?? "";
          isPlain &&= text.length <= lengthMost;
        }
      }
    },
    text: () => (isPlain && text !== "" ? text : undefined),
  };
}

/** Reasoning that nobody signed may stand before a text; everything else makes the answer more than text. */
function isText({ tool_calls: calls, reasoning_details: details, refusal, images, audio, annotations }: Delta): boolean {
  const isSigned = details?.some((detail) => typeof detail !== "object" || detail === null || "signature" in detail || "data" in detail) ?? false;
  return !isSigned && isNone(calls) && isNone(refusal) && isNone(images) && isNone(annotations) && (audio === undefined || audio === null);
}

function isNone(value: { readonly length: number } | null | undefined): boolean {
  return value === undefined || value === null || value.length === 0;
}

/** Repeats shorter than this may be meant ("ha ha"); longer ones than that are not looked for. In UTF-16 units. */
const overlapLeast = 16;
const overlapMost = 512;

/**
 * Edits the chunks of a stream that goes on after `said`: what it repeats of the end is left out. Text is held back only
 * while it may still be a repetition. `onSeam` is called before the first text of its own.
 */
export function withoutOverlap(said: string, onSeam: () => void): (chunks: readonly ChatChunk[]) => readonly ChatChunk[] {
  const tail = said.slice(-overlapMost);
  let held: string | undefined = "";

  const edited = (choice: ChunkChoice): ChunkChoice => {
    if (held === undefined) return choice;
    held += choice.delta.content ?? "";
    const isUndecided = choice.finish_reason === null && held.length < overlapMost && tail.includes(held);
    if (isUndecided) return withContent(choice, "");
    const own = held.slice(overlapOf(tail, held));
    held = undefined;
    if (own !== "") onSeam();
    return withContent(choice, own);
  };

  return (chunks) => chunks.map((chunk) => (held === undefined || chunk.choices.length === 0 ? chunk : { ...chunk, choices: chunk.choices.map(edited) }));
}

/** How much of the beginning of `next` repeats the end of `tail`. */
function overlapOf(tail: string, next: string): number {
  for (let length = Math.min(tail.length, next.length); length >= overlapLeast; length--) {
    if (tail.endsWith(next.slice(0, length))) return length;
  }
  return 0;
}

function withContent(choice: ChunkChoice, content: string): ChunkChoice {
  return { ...choice, delta: { ...choice.delta, content } };
}
