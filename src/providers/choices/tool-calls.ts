/**
 * The tool calls of one choice, out of upstreams that number, name and cut them as they like: without an index, from any
 * index on, several under one index, with the id or the name repeated as empty text in every piece, or with no id at all.
 */

import { createHash } from "node:crypto";
import { Fault } from "../../base/fault.ts";
import type { ToolCall, ToolCallDelta } from "../../wire/chat.ts";
import { asList, asObject, asText, spokenText } from "../json.ts";

/** Reads calls as they stand in a whole message. `answerId` makes the ids of calls that came without one. */
export function readToolCalls(value: unknown, answerId: string): readonly ToolCall[] {
  return asList(value).flatMap((item, index) => {
    const call = asObject(item);
    const fn = asObject(call?.["function"]);
    if (call === undefined) return [];
    const id = asText(call["id"]) ?? inventedId(answerId, index);
    // Calls of other types (custom tools) travel as they came.
    if (fn === undefined) return [{ ...call, id } as unknown as ToolCall];
    return [{ id, type: "function" as const, function: { name: asText(fn["name"]) ?? "", arguments: argumentsText(fn["arguments"]) || "{}" } }];
  });
}

export interface ToolCallReader {
  /** The pieces of one delta: numbered from 0, each id, type and name given once, with the first piece that has it. @throws Fault upstream_garbled for what is no piece. */
  read(pieces: unknown, answerId: string): readonly ToolCallDelta[];
  /** What completes the calls once no more pieces come: `{}` for those that were given no arguments. @throws Fault upstream_garbled for a call of nobody knows what. */
  finish(): readonly ToolCallDelta[];
}

interface OpenCall {
  readonly position: number;
  readonly wireIndex: number | undefined;
  readonly type: "function" | "custom";
  id: string;
  name: string;
  hasArguments: boolean;
}

/** More than any API takes in one turn; the search below is a walk over the open calls. */
const callsMax = 1024;

export function createToolCallReader(): ToolCallReader {
  const calls: OpenCall[] = [];

  function callOf(piece: { wireIndex: number | undefined; id: string | undefined; name: string | undefined }): OpenCall | undefined {
    const last = piece.wireIndex === undefined ? calls.at(-1) : calls.findLast((call) => call.wireIndex === piece.wireIndex);
    if (last === undefined) return undefined;
    // A second call under the same index (or none) gives itself away by a name together with another id, or by whole arguments before it.
    const isAnother = piece.name !== undefined && (piece.id !== undefined ? last.id !== piece.id : piece.wireIndex === undefined && last.hasArguments);
    return isAnother ? undefined : last;
  }

  return {
    read(pieces, answerId) {
      if (!Array.isArray(pieces)) throw new Fault("upstream_garbled", "The provider sent calls that are no list.");
      return pieces.map((item) => {
        const piece = asObject(item);
        if (piece === undefined) throw new Fault("upstream_garbled", "The provider sent a call that is none.");
        const custom = asObject(piece["custom"]);
        const called = custom ?? asObject(piece["function"]);
        const id = asText(piece["id"]);
        const name = asText(called?.["name"]);
        const wireIndex = Number.isInteger(piece["index"]) ? (piece["index"] as number) : undefined;
        const text = custom === undefined ? argumentsText(called?.["arguments"]) : (spokenText(custom["input"]) ?? "");
        const known = callOf({ wireIndex, id, name });
        if (known === undefined) {
          const position = calls.length;
          if (position === callsMax) throw new Fault("upstream_garbled", `The provider's answer calls more than ${callsMax} tools.`);
          const call: OpenCall = { position, wireIndex, type: custom === undefined ? "function" : "custom", id: id ?? inventedId(answerId, position), name: name ?? "", hasArguments: text !== "" };
          calls.push(call);
          return { ...pieceOf(call, name, text), id: call.id, type: call.type } as ToolCallDelta;
        }
        known.hasArguments ||= text !== "";
        if (name === undefined || known.name !== "") return pieceOf(known, undefined, text);
        known.name = name;
        return pieceOf(known, name, text);
      });
    },
    finish() {
      // Its beginning was lost, and nobody can answer it.
      if (calls.some(({ name }) => name === "")) throw new Fault("upstream_garbled", "The provider's answer has a call of a tool without a name.");
      return calls.filter(({ type, hasArguments }) => type === "function" && !hasArguments).map((call) => pieceOf(call, undefined, "{}"));
    },
  };
}

/** A custom tool takes text where a function takes arguments. */
function pieceOf({ position, type }: OpenCall, name: string | undefined, text: string): ToolCallDelta {
  const named = name === undefined ? {} : { name };
  return type === "function" ? { index: position, function: { ...named, arguments: text } } : ({ index: position, custom: { ...named, input: text } } as ToolCallDelta);
}

/** Arguments are JSON text; some servers give the object itself, and some `null` for none. */
function argumentsText(value: unknown): string {
  if (typeof value === "string") return value === "null" ? "" : value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

/** The same answer gives the same ids again. */
function inventedId(answerId: string, position: number): string {
  return `call_${createHash("sha256").update(`${answerId}/${position}`).digest("hex").slice(0, 24)}`;
}
