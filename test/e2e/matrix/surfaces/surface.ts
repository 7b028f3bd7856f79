/** A dialect of callers: what its clients send, and what they make of an answer. */

import type { Json } from "../../../support/caller.ts";
import type { Asked, Heard } from "../scene.ts";

export interface Surface {
  readonly name: string;
  readonly path: string;
  /** The first turn. */
  ask(asked: Asked): object;
  /** The second: what was answered, and the results of its calls. */
  answerTo(asked: Asked, answer: Json): object;
  /** The whole answer that a client makes of these events. Throws for a stream that is not of the dialect. */
  gather(events: readonly Json[]): Json;
  /** What a whole answer, or an error, says. */
  hear(answer: Json): Heard;
}
