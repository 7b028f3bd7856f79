/** What a model thought, and what its provider ran for it, as content blocks. Source of the details: contract §2.3. */

import { isRecord, type Fields } from "../check.ts";
import { seal } from "./seal.ts";
import { reasoningFormat } from "./speech.ts";

/** Was it made by a provider of this dialect? Absent, the format says so (contract §2.3). */
export function isOwn({ format }: Fields): boolean {
  return format === undefined || format === null || format === reasoningFormat;
}

/** Does it say in words what the model thought? */
export function isReadable(detail: Fields): boolean {
  return thoughtText(detail) !== "";
}

export function thoughtText({ type, text, summary }: Fields): string {
  const words = type === "reasoning.summary" ? summary : text;
  return typeof words === "string" ? words : "";
}

/** What another provider must see again beside the words. Undefined when the words are all there was. */
export function sealedThought(thought: Fields): string | undefined {
  const { text: _text, summary: _summary, ...rest } = thought;
  const isMore = rest["format"] !== "unknown" && rest["type"] !== undefined && (rest["signature"] !== undefined || rest["id"] !== undefined || rest["type"] === "reasoning.summary");
  return isMore ? seal(rest) : undefined;
}

export interface ServerBlocks {
  readonly use: Fields;
  /** JSON text of what the tool was called with. */
  readonly input: string;
  /** Undefined for a call that was paused before it had one. */
  readonly result: Fields | undefined;
}

/** A tool that the provider ran itself: the call, and what came of it. Undefined for a call without a name or an id. */
export function serverBlocks(detail: Fields): ServerBlocks | undefined {
  const { tool_name: name, tool_call_id: id, arguments: input, server_name: server, caller, is_error: isError } = detail;
  if (typeof name !== "string" || typeof id !== "string") return undefined;
  const beside = caller === undefined ? {} : { caller };
  const result = parsed(detail["result"]);
  return {
    use: server === undefined ? { type: "server_tool_use", id, name, input: {}, ...beside } : { type: "mcp_tool_use", id, name, server_name: server, input: {} },
    input: typeof input === "string" && isRecord(parsed(input)) ? input : "",
    result: result === undefined ? undefined : {
      type: resultType(name, server !== undefined), tool_use_id: id, content: result, ...beside, ...(isError === undefined ? {} : { is_error: isError }),
    },
  };
}

/** All the tools that search for tools share one type of result. */
function resultType(name: string, isRemote: boolean): string {
  if (isRemote) return "mcp_tool_result";
  return name.startsWith("tool_search_tool") ? "tool_search_tool_result" : `${name}_tool_result`;
}

function parsed(json: unknown): unknown {
  if (typeof json !== "string" || json === "") return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
