/**
 * Reasoning that providers of other dialects want to see again, in a place where callers of this one give it back unread: a
 * signature, or redacted thinking.
 */

import { isRecord, type Fields } from "../check.ts";

const mark = "windrose.reasoning:";

export function seal(detail: Fields): string {
  return mark + Buffer.from(JSON.stringify(detail)).toString("base64url");
}

export function isSealed(text: string): boolean {
  return text.startsWith(mark);
}

const types: ReadonlySet<unknown> = new Set(["reasoning.text", "reasoning.summary", "reasoning.encrypted", "reasoning.server_tool_call"]);

/** Undefined for what is not sealed, or was not sealed by us. */
export function unseal(text: string): Fields | undefined {
  if (!isSealed(text)) return undefined;
  try {
    const detail: unknown = JSON.parse(Buffer.from(text.slice(mark.length), "base64url").toString("utf8"));
    return isRecord(detail) && types.has(detail["type"]) && Object.values(detail).every(isFlat) ? detail : undefined;
  } catch {
    return undefined;
  }
}

function isFlat(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}
