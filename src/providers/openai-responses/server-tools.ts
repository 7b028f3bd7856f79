/**
 * Tools that the upstream runs itself, and other items that a conversation has beside words and calls: one item there, one
 * detail of reasoning here. Kinds of items are added to the protocol as time goes by, so all of an item's fields are kept.
 */

import { asObject, asText, type JsonObject } from "../json.ts";

/** Fields that tell what came of a call; the others say what was asked. */
const ofResult: ReadonlySet<string> = new Set(["status", "output", "outputs", "results", "result", "error", "tools"]);

/** To open a page that was found, or to look for something in it, is a call too, but no search that is charged for. */
export function isWebSearch(item: JsonObject): boolean {
  const action = asText(asObject(item["action"])?.["type"]) ?? "search";
  return item["type"] === "web_search_call" && action === "search" && item["status"] !== "failed";
}

/** `index` counts the details and all else that stands in the answer. */
export function serverCallOf(item: JsonObject, format: string, index: number): object {
  const { type, id, ...fields } = item;
  const callId = asText(fields["call_id"]);
  const asked: Record<string, unknown> = {};
  const came: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) if (name !== "call_id" || callId === undefined) (ofResult.has(name) ? came : asked)[name] = value;
  return {
    type: "reasoning.server_tool_call",
    tool_name: asText(type) ?? "",
    tool_call_id: callId ?? asText(id) ?? null,
    arguments: JSON.stringify(asked),
    result: JSON.stringify(came),
    format,
    ...(asText(id) === undefined ? {} : { id }),
    index,
  };
}

/** The item that a detail was made of; undefined for one that was made elsewhere. */
export function serverItemOf(detail: JsonObject): JsonObject | undefined {
  const type = asText(detail["tool_name"]);
  const asked = parseObject(detail["arguments"]);
  const came = parseObject(detail["result"]);
  if (type === undefined || asked === undefined || came === undefined) return undefined;
  const id = asText(detail["id"]);
  const callId = asText(detail["tool_call_id"]);
  return { type, ...(id === undefined ? {} : { id }), ...(callId === undefined || callId === id ? {} : { call_id: callId }), ...asked, ...came };
}

function parseObject(text: unknown): JsonObject | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
