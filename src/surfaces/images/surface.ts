import type { TaskSurface } from "../task-surface.ts";
import { encodeFault } from "../task-errors.ts";
import { encodeAnswer } from "./encode.ts";
import { parse } from "./parse.ts";

/** `POST /images`. Source: contract §1.22. */
export const images: TaskSurface<"image"> = { name: "images", task: "image", parse, encodeAnswer, encodeFault };
