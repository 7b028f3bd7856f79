import type { TaskSurface } from "../task-surface.ts";
import { encodeFault } from "../task-errors.ts";
import { encodeAnswer } from "./encode.ts";
import { parse } from "./parse.ts";

/** `POST /rerank`. Source: contract §1.18. */
export const rerank: TaskSurface<"rerank"> = { name: "rerank", task: "rerank", parse, encodeAnswer, encodeFault };
