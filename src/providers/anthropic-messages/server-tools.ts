/** Tools that the upstream runs itself: a call and its result are two blocks there, and one detail of reasoning here. */

import { asObject, asText, type JsonObject } from "../json.ts";

/** The format of reasoning that was made here, and may be given back here. */
export const reasoningFormat = "anthropic-claude-v1";

export interface ServerCall {
  readonly type: "reasoning.server_tool_call";
  readonly tool_name: string;
  readonly tool_call_id: string;
  /** JSON text. */
  readonly arguments: string;
  /** JSON text of what the result holds; empty for a call that was paused before it had one. */
  readonly result: string;
  readonly format: typeof reasoningFormat;
  readonly [field: string]: unknown;
}

export function isServerCall(type: unknown): boolean {
  return type === "server_tool_use" || type === "mcp_tool_use";
}

export function isServerResult(type: unknown): boolean {
  return typeof type === "string" && type.endsWith("_tool_result");
}

/** `args` is the JSON text that was streamed, empty for a call that came with its input. */
export function serverCallOf(block: JsonObject, args: string): ServerCall {
  return {
    type: "reasoning.server_tool_call",
    tool_name: asText(block["name"]) ?? "",
    tool_call_id: asText(block["id"]) ?? "",
    arguments: args === "" ? JSON.stringify(asObject(block["input"]) ?? {}) : args,
    result: "",
    format: reasoningFormat,
    ...kept(block, ["server_name", "caller"]),
  };
}

/** The call with what came of it. A result without its call (it stood in an earlier answer) stands alone. */
export function withResult(call: ServerCall | undefined, block: JsonObject): ServerCall {
  const type = asText(block["type"]) ?? "";
  const alone = { name: type.slice(0, -"_tool_result".length), id: block["tool_use_id"] };
  return { ...(call ?? serverCallOf(alone, "")), result: JSON.stringify(block["content"] ?? null), ...kept(block, ["is_error"]) };
}

/** The type of the block that holds a tool's result; all the tools that search for tools share one. */
export function resultTypeOf(toolName: string, isRemote: boolean): string {
  if (isRemote) return "mcp_tool_result";
  return toolName.startsWith("tool_search_tool") ? "tool_search_tool_result" : `${toolName}_tool_result`;
}

function kept(block: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.filter((field) => block[field] !== undefined).map((field) => [field, block[field]]));
}
