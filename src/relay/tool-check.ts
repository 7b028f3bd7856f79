/**
 * Are the tool calls of an answer ones that the caller can run? Each must name a tool of the request, and its arguments
 * must be JSON that fits the tool's schema. The answer is passed on as it is; what is found counts for the endpoint.
 * Source: contract §5.3 (tool-call error rate); fault matrix, row 21.
 */

import type { ChatAnswer, ChatChunk, FinishReason, Tool } from "../wire/chat.ts";
import { createEffort, misfitOf, type Effort } from "./json-schema.ts";

export interface ToolVerdict {
  /** Calls that were made in full. */
  readonly calls: number;
  readonly bad: readonly BadCall[];
}

export interface BadCall {
  /** As the answer numbers it, within its choice. */
  readonly index: number;
  /** As the model wrote it, cut at 64 characters. */
  readonly name: string;
  readonly reason: "arguments_not_json" | "unknown_tool" | "schema_mismatch";
  /** For people; quotes the tool's schema at most, never the arguments. */
  readonly detail: string;
}

export interface ToolCheck {
  readonly pushChunk: (chunk: ChatChunk) => void;
  readonly pushAnswer: (answer: ChatAnswer) => void;
  /** Once, after everything was pushed. */
  readonly verdict: () => ToolVerdict;
}

/** Arguments beyond so many characters an answer are not judged: reading that many takes a millisecond or two. */
const argumentsCharsMax = 256 * 1024;
/** Calls beyond so many an answer are not judged either. */
const callsMax = 256;
const nameCharsMax = 64;
const detailCharsMax = 200;

/** Gathers the calls of one answer, streamed or whole, to the tools of its request. */
export function createToolCheck(tools: readonly Tool[]): ToolCheck {
  const calls = new Map<string, Call>();
  /** Choices that were not broken off: half a call is nobody's mistake but the limit's that cut it. */
  const finished = new Set<number>();
  let charsLeft = argumentsCharsMax;
  const add = (choice: number, { index, name, text }: { readonly index: number; readonly name: string; readonly text: string }): void => {
    const key = `${choice} ${index}`;
    let call = calls.get(key);
    if (call === undefined) {
      if (calls.size === callsMax) return;
      calls.set(key, (call = { choice, index, name: "", text: "", isTooLong: false }));
    }
    if (call.name === "") call.name = name;
    charsLeft -= text.length;
    if (charsLeft < 0) call.isTooLong = true;
    else call.text += text;
  };
  const finish = (choice: number, reason: FinishReason | null): void => {
    if (reason === "tool_calls" || reason === "stop") finished.add(choice);
  };
  return {
    pushChunk: ({ choices }) => {
      for (const { index: choice, delta, finish_reason } of choices) {
        for (const { index, function: called } of delta.tool_calls ?? []) add(choice, { index, name: called?.name ?? "", text: called?.arguments ?? "" });
        finish(choice, finish_reason);
      }
    },
    pushAnswer: ({ choices }) => {
      for (const { index: choice, message, finish_reason } of choices) {
        for (const [index, { function: called }] of (message.tool_calls ?? []).entries()) add(choice, { index, name: called.name, text: called.arguments });
        finish(choice, finish_reason);
      }
    },
    verdict: () => judge(tools, [...calls.values()].filter(({ choice }) => finished.has(choice))),
  };
}

/** What health counts for the endpoint: an answer is bad with one bad call; one without calls says nothing. */
export function toolCallsOf({ calls, bad }: ToolVerdict): "valid" | "invalid" | undefined {
  if (calls === 0) return undefined;
  return bad.length === 0 ? "valid" : "invalid";
}

interface Call {
  readonly choice: number;
  readonly index: number;
  name: string;
  text: string;
  isTooLong: boolean;
}

function judge(tools: readonly Tool[], calls: readonly Call[]): ToolVerdict {
  if (calls.length === 0) return { calls: 0, bad: [] };
  const schemas = new Map<string, unknown>();
  for (const { function: tool } of tools) if (tool !== undefined) schemas.set(tool.name, tool.parameters);
  // A tool of the provider's own is called by whatever name the provider gave it.
  const isClosed = tools.every(({ type }) => type === "function");
  const effort = createEffort();
  return { calls: calls.length, bad: calls.flatMap((call) => faultOf(call, { schemas, isClosed, effort }) ?? []) };
}

interface Judging {
  readonly schemas: ReadonlyMap<string, unknown>;
  /** Only the tools of the request can be called. */
  readonly isClosed: boolean;
  /** One for all calls of the answer: their number is the model's. */
  readonly effort: Effort;
}

function faultOf({ index, name, text, isTooLong }: Call, { schemas, isClosed, effort }: Judging): BadCall | undefined {
  const bad = (reason: BadCall["reason"], detail: string): BadCall => ({ index, name: name.slice(0, nameCharsMax), reason, detail: detail.slice(0, detailCharsMax) });
  if (!schemas.has(name)) return isClosed ? bad("unknown_tool", "No tool of the request has this name.") : undefined;
  if (isTooLong) return undefined;
  const value = parsed(text);
  if (value === undefined) return bad("arguments_not_json", `The arguments (${text.length} characters) are not JSON.`);
  const schema = schemas.get(name);
  const broken = schema === undefined ? undefined : misfitOf(schema, value, effort);
  return broken === undefined ? undefined : bad("schema_mismatch", `The arguments do not fit ${broken} of the tool's schema.`);
}

/** Undefined for what is not JSON. Nothing at all is how many a model calls a tool without arguments. */
function parsed(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
