/** The cells of the matrix, and those that cannot be. */

import { anthropicMessages } from "./protocols/anthropic-messages.ts";
import { bedrockConverse } from "./protocols/bedrock-converse.ts";
import { mistralChat, openaiChat } from "./protocols/chat.ts";
import { cohereV2 } from "./protocols/cohere-v2.ts";
import { googleGenerative } from "./protocols/google-generative.ts";
import { openaiResponses } from "./protocols/openai-responses.ts";
import type { Protocol } from "./protocols/protocol.ts";
import { chat } from "./surfaces/chat.ts";
import { completions } from "./surfaces/completions.ts";
import { messages } from "./surfaces/messages.ts";
import { responses } from "./surfaces/responses.ts";
import type { Surface } from "./surfaces/surface.ts";

export const protocols: readonly Protocol[] = [openaiChat, openaiResponses, mistralChat, anthropicMessages, googleGenerative, bedrockConverse, cohereV2];
export const surfaces: readonly Surface[] = [chat, completions, responses, messages];
export const cases = ["text", "recorded text", "tool calls", "schema", "cut"] as const;
export const modes = ["whole", "streamed"] as const;

export type Case = (typeof cases)[number];
export type Mode = (typeof modes)[number];

export interface Cell {
  readonly protocol: Protocol;
  readonly surface: Surface;
  readonly case: Case;
  readonly mode: Mode;
}

export const cells: readonly Cell[] = surfaces.flatMap((surface) => protocols.flatMap((protocol) => cases.flatMap((each) => modes.map((mode) => ({ protocol, surface, case: each, mode })))));

export interface Impossible {
  readonly surface: string;
  readonly case: Case;
  /** All but these. */
  readonly except: readonly string[];
  readonly reason: string;
}

/** What cannot be, with its reason. A cell of this table that comes to pass fails the test. */
export const impossible: readonly Impossible[] = [
  { surface: "completions", case: "tool calls", except: [], reason: "Text completions have nowhere to put a call: a request with tools is refused." },
  {
    surface: "completions", case: "schema", except: ["openai-chat"],
    reason: "Text completions have no response format. A field of that name is unknown to them, and unknown fields go on to endpoints that take any.",
  },
];

export function reasonAgainst({ protocol, surface, case: each }: Pick<Cell, "protocol" | "surface" | "case">): string | undefined {
  return impossible.find((row) => row.surface === surface.name && row.case === each && !row.except.includes(protocol.name))?.reason;
}

/** The model that only this cell asks: health is kept per endpoint, and one cell's cut stream is not another's. */
export function modelOf({ protocol, surface, case: each, mode }: Cell, variant = "end"): string {
  return `acme/${[protocol.name, surface.name, each, mode, variant].join(".").replaceAll(" ", "-")}`;
}
