/** Speech in, its text out. Source: contract §1.21. */

import type { TaskHead } from "./task.ts";

export interface TranscriptionRequest extends TaskHead {
  readonly task: "transcription";
  readonly audio: Uint8Array;
  /** "wav", "mp3", …: the ending of the file's name. */
  readonly format: string;
  readonly language: string | undefined;
  /** What was said before, or words that may come. */
  readonly prompt: string | undefined;
  readonly temperature: number | undefined;
  readonly isVerbose: boolean;
  /** Only of a verbose answer: "word", "segment". */
  readonly granularities: readonly string[];
}

export interface TranscriptionAnswer {
  readonly text: string;
  /** Seconds of sound; undefined where the upstream did not say. */
  readonly duration: number | undefined;
  readonly language: string | undefined;
  /** As the upstream gave them. */
  readonly segments: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly words: readonly Readonly<Record<string, unknown>>[] | undefined;
}
