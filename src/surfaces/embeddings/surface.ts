import type { TaskSurface } from "../task-surface.ts";
import { encodeFault } from "../task-errors.ts";
import { encodeAnswer } from "./encode.ts";
import { parse } from "./parse.ts";

/** `POST /embeddings`. Source: contract §1.10. */
export const embeddings: TaskSurface<"embeddings"> = { name: "embeddings", task: "embeddings", parse, encodeAnswer, encodeFault };
