/**
 * Writes what a model says as content blocks: one at a time, each opened, extended and closed, in the order in which it was
 * said. A whole answer is written by the same hand as a stream, so that both say the same.
 */

import { Fault } from "../../base/fault.ts";
import type { Delta, ToolCallDelta } from "../../wire/chat.ts";
import { isRecord, type Fields } from "../check.ts";
import { citationOf } from "./citations.ts";
import { isOwn, isReadable, sealedThought, serverBlocks, thoughtText, type ServerBlocks } from "./reasoning.ts";
import { seal } from "./seal.ts";

/** Where blocks go. Each index is started once, in ascending order. */
export interface BlockSink {
  readonly start: (index: number, block: Fields) => void;
  readonly extend: (index: number, delta: Fields) => void;
  readonly stop: (index: number) => void;
}

export interface BlockWriter {
  readonly say: (delta: Delta) => void;
  /** A block that somebody else has started in the same answer, or stopped. */
  readonly started: (index: number, block: Fields) => void;
  readonly stopped: () => void;
  /** Closes what is open, and writes what had to wait for it. */
  readonly finish: () => void;
  readonly hasCalls: () => boolean;
  /** All that was refused, as the model put it. */
  readonly refusal: () => string | undefined;
}

interface OpenBlock {
  readonly index: number;
  /** What goes on in it: a kind of block, and which of its kind. */
  readonly key: string;
  /** Arguments of a call so far. */
  text: string;
  /** What is to be sealed in a thought when it is complete. */
  thought: Fields | undefined;
  /** Cited or signed: what follows is another block's. */
  isDone: boolean;
}

interface Call {
  readonly id: string;
  readonly name: string;
  text: string;
}

/** Longer arguments are not looked at to find out whether they are complete: they are when the answer is. */
const argumentsLengthMax = 64 * 1024;

export function createBlockWriter(sink: BlockSink): BlockWriter {
  let next = 0;
  let open: OpenBlock | undefined;
  let hasCalls = false;
  let refused: string | undefined;
  /** Calls whose turn comes when the one before them is complete. */
  const waiting = new Map<number, Call>();
  /** Calls whose blocks have begun. */
  const written = new Map<number, OpenBlock>();

  function begin(key: string, block: Fields): OpenBlock {
    const index = next++;
    sink.start(index, block);
    return { index, key, text: "", thought: undefined, isDone: false };
  }

  function close(): void {
    if (open === undefined) return;
    const sealed = open.thought === undefined ? undefined : sealedThought(open.thought);
    if (sealed !== undefined) sink.extend(open.index, { type: "signature_delta", signature: sealed });
    sink.stop(open.index);
    open = undefined;
  }

  /** The block in which `key` goes on; a new one when something else was said meanwhile. */
  function enter(key: string, block: () => Fields): OpenBlock {
    if (open?.key === key) return open;
    settle();
    return (open = begin(key, block()));
  }

  function settle(): void {
    close();
    for (const [position, call] of waiting) writeCall(position, call);
    waiting.clear();
    close();
  }

  function writeWhole(block: Fields): void {
    settle();
    sink.stop(begin("whole", block).index);
  }

  function speak(text: string): void {
    if (open?.isDone === true) settle();
    sink.extend(enter("text", () => ({ type: "text", text: "", citations: null })).index, { type: "text_delta", text });
  }

  function think(detail: Fields, key: string): void {
    const text = thoughtText(detail);
    const { signature } = detail;
    if (open?.isDone === true && text !== "") settle();
    const block = enter(key, () => ({ type: "thinking", thinking: "", signature: "" }));
    if (text !== "") sink.extend(block.index, { type: "thinking_delta", thinking: text });
    if (typeof signature === "string") block.isDone = true;
    if (!isOwn(detail)) block.thought = { ...block.thought, ...detail };
    else if (typeof signature === "string") sink.extend(block.index, { type: "signature_delta", signature });
  }

  function reason({ reasoning, reasoning_details: details }: Delta): void {
    const known = listOf(details).filter(isRecord);
    if (typeof reasoning === "string" && reasoning !== "" && !known.some(isReadable)) think({ text: reasoning, format: "unknown" }, "thinking");
    for (const detail of known) {
      const { type, index, data } = detail;
      const server = type === "reasoning.server_tool_call" && isOwn(detail) ? serverBlocks(detail) : undefined;
      const isEncrypted = type === "reasoning.encrypted" && isOwn(detail) && typeof data === "string";
      if (type === "reasoning.text" || type === "reasoning.summary") think(detail, `thinking ${String(index ?? "")}`);
      else if (server !== undefined) writeServerCall(server);
      else writeWhole({ type: "redacted_thinking", data: isEncrypted ? data : seal(detail) });
    }
  }

  function writeServerCall({ use, input, result }: ServerBlocks): void {
    settle();
    const { index } = begin("whole", use);
    if (input !== "") sink.extend(index, { type: "input_json_delta", partial_json: input });
    sink.stop(index);
    if (result !== undefined) writeWhole(result);
  }

  function writeCall(position: number, { id, name, text }: Call): void {
    close();
    open = begin(`call ${position}`, { type: "tool_use", id, name, input: {}, caller: { type: "direct" } });
    written.set(position, open);
    extendCall(open, text);
  }

  function extendCall(block: OpenBlock, json: string): void {
    if (json === "") return;
    block.text += json;
    sink.extend(block.index, { type: "input_json_delta", partial_json: json });
  }

  function call({ index: position, id, function: called }: ToolCallDelta): void {
    hasCalls = true;
    const json = called?.arguments ?? "";
    const late = written.get(position);
    const held = waiting.get(position);
    if (open?.key === `call ${position}`) {
      extendCall(open, json);
    } else if (held !== undefined) {
      held.text += json;
    } else if (late !== undefined) {
      // A block that was stopped cannot be gone on with; but one without a word says {} by itself.
      if (json !== "" && (late.text !== "" || json !== "{}")) throw new Fault("upstream_garbled", "The provider's stream goes on with a call after something else was said.");
    } else {
      const begun = { id: id ?? `toolu_${position}`, name: called?.name ?? "", text: json };
      if (open?.key.startsWith("call ") === true) waiting.set(position, begun);
      else {
        settle();
        writeCall(position, begun);
      }
    }
    for (const [upcoming, begun] of waiting) {
      if (open === undefined || !isComplete(open.text)) break;
      waiting.delete(upcoming);
      writeCall(upcoming, begun);
    }
  }

  return {
    say(delta) {
      if (typeof delta.content === "string" && delta.content !== "" && isPlain(delta)) {
        speak(delta.content);
        return;
      }
      reason(delta);
      for (const part of listOf(delta["content_parts"])) if (isRecord(part) && typeof part["type"] === "string") writeWhole(part);
      if (typeof delta.content === "string" && delta.content !== "") speak(delta.content);
      for (const annotation of listOf(delta.annotations)) {
        const citation = citationOf(annotation);
        if (citation === undefined || open?.key !== "text") continue;
        sink.extend(open.index, { type: "citations_delta", citation });
        open.isDone = true;
      }
      if (typeof delta.refusal === "string" && delta.refusal !== "") {
        refused = (refused ?? "") + delta.refusal;
        speak(delta.refusal);
      }
      for (const image of listOf(delta.images)) {
        const block = imageBlock(image);
        if (block !== undefined) writeWhole(block);
      }
      for (const fragment of delta.tool_calls ?? []) call(fragment);
    },
    started(index, block) {
      next = Math.max(next, index + 1);
      hasCalls ||= block["type"] === "tool_use";
      open = { index, key: block["type"] === "text" ? "text" : "whole", text: "", thought: undefined, isDone: false };
    },
    stopped() {
      open = undefined;
    },
    finish: settle,
    hasCalls: () => hasCalls,
    refusal: () => refused,
  };
}

/** Nothing but the answer's next words, as most deltas are. */
function isPlain(delta: Delta): boolean {
  for (const field in delta) if (field !== "content" && field !== "role" && delta[field] !== null && delta[field] !== undefined) return false;
  return true;
}

function isComplete(json: string): boolean {
  if (json.length > argumentsLengthMax || !json.endsWith("}")) return false;
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

/** An image that a model made. The dialect has blocks for images that callers send; this is one of them. */
function imageBlock(image: unknown): Fields | undefined {
  const { url } = isRecord(image) && isRecord(image["image_url"]) ? image["image_url"] : {};
  if (typeof url !== "string") return undefined;
  const [, mediaType, data] = /^data:([^;,]{1,100});base64,(.*)$/s.exec(url) ?? [];
  return { type: "image", source: data === undefined ? { type: "url", url } : { type: "base64", media_type: mediaType, data } };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
