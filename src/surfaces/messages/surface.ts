import type { Surface } from "../surface.ts";
import { encodeAnswer } from "./answer.ts";
import { encodeFault } from "./fault.ts";
import { parse } from "./parse.ts";
import { openEncoder } from "./stream.ts";

/** `POST /messages`. Source: contract §1.12, §3.7, §4.7. */
export const messages: Surface = { name: "messages", parse, encodeAnswer, openEncoder, encodeFault };
