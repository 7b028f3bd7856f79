import type { TaskSurface } from "../task-surface.ts";
import { encodeFault } from "../task-errors.ts";
import { parse } from "./parse.ts";

/** `POST /audio/speech`: the answer is the sound. Source: contract §1.21. */
export const speech: TaskSurface<"speech"> = {
  name: "speech",
  task: "speech",
  parse,
  encodeAnswer: ({ answer }, { format }) => ({ mediaType: format === "mp3" ? "audio/mpeg" : "audio/pcm", body: answer.bytes }),
  encodeFault,
};
