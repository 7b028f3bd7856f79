/** Text in, the sound of it out. Source: contract §1.21. */

import type { TaskHead } from "./task.ts";

export interface SpeechRequest extends TaskHead {
  readonly task: "speech";
  readonly input: string;
  readonly voice: string | undefined;
  readonly format: "mp3" | "pcm";
  readonly speed: number | undefined;
  /** A voice to speak in, given as sound and perhaps what it says. */
  readonly references: readonly Readonly<Record<string, unknown>>[];
}

/** The sound, where it did not pass through as it came. */
export interface SpeechAnswer {
  readonly bytes: Uint8Array;
}
