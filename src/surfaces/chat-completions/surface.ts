import type { Surface } from "../surface.ts";
import { encodeAnswer, encodeFault, openEncoder } from "./encode.ts";
import { parse } from "./parse.ts";

/** `POST /chat/completions`. Source: contract §2, §3. */
export const chatCompletions: Surface = { name: "chat-completions", parse, encodeAnswer, openEncoder, encodeFault };
