import type { Surface } from "../surface.ts";
import { encodeAnswer, encodeFault, openEncoder } from "./encode.ts";
import { parse } from "./parse.ts";

/** `POST /completions`: a text that is to be continued. Source: contract §1.0, §3. */
export const completions: Surface = { name: "completions", parse, encodeAnswer, openEncoder, encodeFault };
