/** A dialect of upstreams: what a server that speaks it answers, and what it reads of a request. */

import type { Json } from "../../../support/caller.ts";
import type { Made, Said, Sent } from "../scene.ts";

export interface Protocol {
  readonly name: string;
  readonly upstreamModel: string;
  /** Of a recorded text, streamed and whole: the files of test/fixtures. */
  readonly recorded: { readonly stream: string; readonly whole: string };
  readonly credential: string;
  readonly mediaType: string;
  /** What the counts cost, where it bills others than it counts. */
  readonly cost?: number;
  /** The body of a whole answer. */
  whole(said: Said): object;
  /** The JSON of each event of a stream. */
  lines(said: Said): readonly string[];
  /** The bytes of each event. */
  frame(line: string): string | Uint8Array;
  /** What comes after the last event. */
  readonly end?: string;
  read(body: Json): Sent;
}

/** The text of a content that is text, or a list of parts with text. */
export function textOf(content: Json): string {
  if (typeof content === "string") return content;
  return (content ?? []).map((part: Json) => part.text ?? "").join("");
}

/** The call of this id; of an id that nobody gave, a call that is none of the scene's. */
export function madeAs(made: ReadonlyMap<string, Omit<Made, "id">>, id: string): Omit<Made, "id"> {
  return made.get(id) ?? { name: `no call has the id ${id}`, arguments: {} };
}

/** What a tool said, as JSON. */
export function parsed(content: Json): unknown {
  return JSON.parse(textOf(content));
}

/** A text in the pieces it is streamed in. */
export function inPieces(text: string): readonly string[] {
  const [first = "", second = "", ...rest] = text.match(/.{1,10}/gsu) ?? [];
  return [first, second, rest.join("")].filter((piece) => piece !== "");
}

/** JSON in two pieces, as arguments are streamed. */
export function inHalves(value: object): readonly [string, string] {
  const json = JSON.stringify(value);
  return [json.slice(0, 9), json.slice(9)];
}

export const sseEvent = (line: string): string => `data: ${line}\n\n`;
