import type { TaskSurface } from "../task-surface.ts";
import { encodeFault } from "../task-errors.ts";
import { encodeAnswer } from "./encode.ts";
import { parse } from "./parse.ts";

/** `POST /audio/transcriptions`, as JSON or as a form. Source: contract §1.21. */
export const transcriptions: TaskSurface<"transcription"> = { name: "transcriptions", task: "transcription", parse, encodeAnswer, encodeFault };
