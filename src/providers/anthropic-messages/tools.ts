/** Tools and the choice among them. */

import { original, originalOf, type ChatParameters, type Tool, type ToolChoice } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { cacheMarker, noteOnce } from "./content.ts";

export interface ToolTarget {
  /** The endpoint takes a tool_choice. */
  readonly takesChoice: boolean;
  /** Why a tool cannot be forced, if it cannot. */
  readonly unforced: string | undefined;
  /** Arguments are streamed as they are written. */
  readonly streamsArguments: boolean;
  /** The caller speaks this protocol. */
  readonly isOwn: boolean;
}

export interface EncodedTools {
  readonly tools?: readonly object[];
  readonly tool_choice?: object;
}

type Choice = { readonly type: "auto" | "any" | "none" } | { readonly type: "tool"; readonly name: string };

/** Tools of the protocol's own are named after the day they came out: `web_search_20250305`. */
const own = /^(?:\w+_20\d{6}|custom|mcp_toolset)$/;
/** Fields of a tool that are this protocol's. */
const kept = ["eager_input_streaming", "defer_loading", "allowed_callers", "input_examples"];

export function encodeTools({ tools, tool_choice: wanted, parallel_tool_calls: parallel }: ChatParameters, target: ToolTarget, notes: ParameterNote[]): EncodedTools {
  const encoded = (tools ?? []).flatMap((tool) => encodeTool(tool, target, notes));
  if (encoded.length === 0) {
    if (wanted !== undefined) notes.push({ parameter: "tool_choice", action: "dropped", detail: "there are no tools to choose from" });
    if (parallel !== undefined) notes.push({ parameter: "parallel_tool_calls", action: "dropped", detail: "there are no tools to call" });
    return {};
  }
  const choice = wanted === undefined ? undefined : encodeChoice(wanted, target, notes);
  // The one who calls no tool cannot be told to call no two.
  if (parallel !== false || choice?.type === "none") return { tools: encoded, ...(choice === undefined ? {} : { tool_choice: choice }) };
  return { tools: encoded, tool_choice: { ...(choice ?? { type: "auto" }), disable_parallel_tool_use: true } };
}

function encodeTool(tool: Tool, { streamsArguments, isOwn }: ToolTarget, notes: ParameterNote[]): readonly object[] {
  const { type, function: called } = tool;
  const given = isOwn ? originalOf(tool[original], called) : undefined;
  if (given !== undefined) return [given];
  if (called === undefined) {
    if (own.test(type) || (isOwn && !type.includes(":"))) return [tool];
    const detail = type.includes(":") ? "tools that the gateway runs" : "tools of a type that is not taken by this provider";
    noteOnce(notes, { parameter: "tools", action: "dropped", detail });
    return [];
  }
  // Strict tools need schemas that callers of other dialects do not write. Source: contract §2.4.
  if (called.strict === true) noteOnce(notes, { parameter: "tools", action: "translated", detail: "sent without strict" });
  return [
    {
      name: called.name,
      ...(called.description === undefined ? {} : { description: called.description }),
      input_schema: called.parameters === undefined ? { type: "object", properties: {} } : { type: "object", ...called.parameters },
      ...(streamsArguments ? { eager_input_streaming: true } : {}),
      ...Object.fromEntries(kept.filter((field) => tool[field] !== undefined).map((field) => [field, tool[field]])),
      ...cacheMarker(tool),
    },
  ];
}

function encodeChoice(wanted: ToolChoice, { takesChoice, unforced }: ToolTarget, notes: ParameterNote[]): Choice | undefined {
  if (!takesChoice) {
    notes.push({ parameter: "tool_choice", action: "dropped", detail: "not supported by this endpoint" });
    return undefined;
  }
  if (wanted === "auto" || wanted === "none") return { type: wanted };
  const name = typeof wanted === "string" ? undefined : wanted.function?.name;
  if (wanted !== "required" && name === undefined) {
    notes.push({ parameter: "tool_choice", action: "dropped", detail: "it names no function" });
    return undefined;
  }
  if (unforced !== undefined) {
    notes.push({ parameter: "tool_choice", action: "translated", detail: `sent as auto: ${unforced}` });
    return { type: "auto" };
  }
  return name === undefined ? { type: "any" } : { type: "tool", name };
}
