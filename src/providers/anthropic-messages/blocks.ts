/** The content blocks of one answer, and what they say in our shape. Each block is opened, extended by deltas, and closed. */

import { Fault } from "../../base/fault.ts";
import type { ToolCallDelta } from "../../wire/chat.ts";
import { asList, asObject, asText, spokenText, type JsonObject } from "../json.ts";
import { annotationOf } from "./citations.ts";
import { isServerCall, isServerResult, reasoningFormat, serverCallOf, withResult, type ServerCall } from "./server-tools.ts";

/** What is said at one moment; a field is there when something is in it. */
export type Said = { -readonly [Field in "content" | "reasoning" | "refusal"]?: string } & {
  reasoning_details?: unknown[];
  tool_calls?: ToolCallDelta[];
  annotations?: unknown[];
  /** Blocks that are of no kind we know. */
  content_parts?: unknown[];
};

export interface BlockReader {
  /** `isWhole`: no deltas will come. */
  open(index: number, block: JsonObject, isWhole: boolean, said: Said): void;
  /** The text of a delta that is nothing but the answer's next words: most are. Undefined for all others. */
  words(index: number, delta: JsonObject): string | undefined;
  extend(index: number, delta: JsonObject, said: Said): void;
  close(index: number, said: Said): void;
  /** Closes what was left open, and gives what waited for a result. */
  finish(said: Said): void;
}

interface OpenBlock {
  readonly block: JsonObject;
  /** Of a tool call among the calls, and of reasoning among its details. */
  readonly position: number;
  /** Where its text starts in the answer's. */
  readonly start: number;
  readonly citations: unknown[];
  /** JSON text of a tool's input, or the text of a block that we do not know. */
  text: string;
}

/** More than any answer has: a hostile one must not make us keep state without end. */
const openMax = 128;
const pendingMax = 1_024;

/**
 * `isSerial`: what is read is also passed on as it is, to clients who count the blocks and know of one at a time. To others a number
 * that is left out, or used again for the next block, means nothing: some servers of the dialect do both.
 */
export function createBlockReader({ isSerial }: { readonly isSerial: boolean }): BlockReader {
  const open = new Map<number, OpenBlock>();
  const pending = new Map<string, ServerCall>();
  let length = 0;
  let details = 0;
  let calls = 0;
  let begun = 0;
  let isFinished = false;

  function openBlock(index: number): OpenBlock {
    const found = open.get(index);
    if (found === undefined) throw new Fault("upstream_garbled", "The provider's stream goes on with a block that it did not begin.");
    return found;
  }

  function speak(text: string, said: Said): void {
    if (text === "") return;
    length += text.length;
    said.content = (said.content ?? "") + text;
  }

  function closeBlock({ block, position, start, citations, text }: OpenBlock, said: Said): void {
    const type = block["type"];
    if (type === "text") {
      for (const citation of citations) add(said, "annotations", annotationOf(asObject(citation) ?? {}, { start, end: length }));
    } else if (type === "tool_use") {
      // A tool that takes nothing is called with nothing, which is not JSON.
      if (text === "") add(said, "tool_calls", { index: position, function: { arguments: "{}" } });
    } else if (isServerCall(type)) {
      if (pending.size === pendingMax) throw new Fault("upstream_garbled", `The provider's answer calls more than ${pendingMax} tools.`);
      pending.set(String(block["id"]), serverCallOf(block, text));
    } else if (isServerResult(type)) {
      const id = String(block["tool_use_id"]);
      add(said, "reasoning_details", { ...withResult(pending.get(id), block), index: details++ });
      pending.delete(id);
    } else if (type !== "thinking" && type !== "redacted_thinking") {
      add(said, "content_parts", text === "" ? block : { ...block, content: text });
    }
  }

  return {
    open(index, block, isWhole, said) {
      if (open.size === openMax) throw new Fault("upstream_garbled", "The provider's stream has too many open blocks.");
      const isInTurn = isSerial ? index === begun && open.size === 0 : !open.has(index);
      if (!isInTurn || isFinished) throw new Fault("upstream_garbled", "The provider's stream begins a block out of its turn.");
      begun++;
      const type = block["type"];
      if (typeof type !== "string") throw new Fault("upstream_garbled", "The provider's stream begins a block of no kind.");
      const isThought = type === "thinking" || type === "redacted_thinking";
      const opened: OpenBlock = {
        block, position: isThought ? details++ : type === "tool_use" ? calls++ : 0, start: length, citations: [...asList(block["citations"])], text: "",
      };
      open.set(index, opened);
      if (type === "text") {
        speak(asText(block["text"]) ?? "", said);
      } else if (type === "thinking") {
        think({ text: asText(block["thinking"]), signature: asText(block["signature"]) }, opened.position, said);
      } else if (type === "redacted_thinking") {
        add(said, "reasoning_details", { type: "reasoning.encrypted", data: asText(block["data"]) ?? "", format: reasoningFormat, index: opened.position });
      } else if (type === "tool_use") {
        const input = asObject(block["input"]) ?? {};
        opened.text = isWhole || Object.keys(input).length > 0 ? JSON.stringify(input) : "";
        add(said, "tool_calls", { index: opened.position, id: asText(block["id"]) ?? `call_${opened.position}`, type: "function", function: { name: asText(block["name"]) ?? "", arguments: opened.text } });
      }
    },
    words(index, delta) {
      const text = delta["text"];
      if (delta["type"] !== "text_delta" || typeof text !== "string") return undefined;
      openBlock(index);
      length += text.length;
      return text;
    },
    extend(index, delta, said) {
      const opened = openBlock(index);
      switch (delta["type"]) {
        case "thinking_delta":
          think({ text: spokenText(delta["thinking"]), signature: undefined }, opened.position, said);
          return;
        case "signature_delta":
          think({ text: undefined, signature: spokenText(delta["signature"]) }, opened.position, said);
          return;
        case "input_json_delta": {
          const json = spokenText(delta["partial_json"]);
          if (json === undefined) return;
          opened.text += json;
          if (opened.block["type"] === "tool_use") add(said, "tool_calls", { index: opened.position, function: { arguments: json } });
          return;
        }
        case "citations_delta":
          opened.citations.push(delta["citation"]);
          return;
        case "compaction_delta":
          opened.text += asText(delta["content"]) ?? "";
          return;
        default:
          // Kinds of deltas are added to the protocol as time goes by; words without their kind, or of none, are lost ones.
          if (delta["type"] === "text_delta" || typeof delta["type"] !== "string") throw new Fault("upstream_garbled", "The provider sent content that is not text.");
          return;
      }
    },
    close(index, said) {
      closeBlock(openBlock(index), said);
      open.delete(index);
    },
    finish(said) {
      isFinished = true;
      for (const opened of open.values()) closeBlock(opened, said);
      open.clear();
      for (const call of pending.values()) add(said, "reasoning_details", { ...call, index: details++ });
      pending.clear();
    },
  };
}

interface Thought {
  readonly text: string | undefined;
  readonly signature: string | undefined;
}

function think({ text, signature }: Thought, position: number, said: Said): void {
  if (text === undefined && signature === undefined) return;
  if (text !== undefined) said.reasoning = (said.reasoning ?? "") + text;
  const piece = { ...(text === undefined ? {} : { text }), ...(signature === undefined ? {} : { signature }) };
  add(said, "reasoning_details", { type: "reasoning.text", ...piece, format: reasoningFormat, index: position });
}

function add<Field extends "reasoning_details" | "tool_calls" | "annotations" | "content_parts">(said: Said, field: Field, item: NonNullable<Said[Field]>[number]): void {
  const items: unknown[] = (said[field] ??= []);
  items.push(item);
}
