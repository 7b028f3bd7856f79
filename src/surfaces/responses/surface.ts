import type { Surface } from "../surface.ts";
import { encodeAnswer, encodeFault, openEncoder } from "./encode.ts";
import { parse } from "./parse.ts";

/** `POST /responses`, stateless. Source: contract §1.11, §3.6, §4.7. */
export const responses: Surface = { name: "responses", parse, encodeAnswer, openEncoder, encodeFault };
