/** The content blocks of one answer, and what they say in our shape. */

import { Fault } from "../../base/fault.ts";
import type { ToolCallDelta } from "../../wire/chat.ts";
import { asObject, asText, spokenText, type JsonObject } from "../json.ts";

/** What is said at one moment; a field is there when something is in it. */
export type Said = { -readonly [Field in "content" | "reasoning"]?: string } & {
  reasoning_details?: unknown[];
  tool_calls?: ToolCallDelta[];
  annotations?: unknown[];
  /** Blocks that are of no kind we know. */
  content_parts?: unknown[];
};

export interface BlockReader {
  start(index: number, start: JsonObject, said: Said): void;
  /** The text of a delta that is nothing but the answer's next words: most are. Undefined for all others. */
  words(index: number, delta: JsonObject): string | undefined;
  extend(index: number, delta: JsonObject, said: Said): void;
  stop(index: number, said: Said): void;
  /** A block that came whole. */
  whole(index: number, block: JsonObject, said: Said): void;
  /** Closes what was left open. */
  finish(said: Said): void;
}

interface OpenBlock {
  /** Where its text starts in the answer's, in UTF-16 code units. */
  readonly begin: number;
  readonly citations: JsonObject[];
  /** Among the calls; undefined for a block that is none. */
  readonly call: number | undefined;
  hasInput: boolean;
  /** Among the details; undefined until it thinks. */
  detail: number | undefined;
}

/** More than any answer has: a hostile one must not make us keep state without end. */
const blocksMax = 1_024;

/** `format` is that of the reasoning this model makes. */
export function createBlockReader(format: string): BlockReader {
  const open = new Map<number, OpenBlock>();
  let length = 0;
  let details = 0;
  let calls = 0;

  /** Blocks of text begin without a word. */
  function blockOf(index: number, isCall = false): OpenBlock {
    const found = open.get(index);
    if (found !== undefined) return found;
    if (open.size === blocksMax || calls === blocksMax) throw new Fault("upstream_garbled", `The provider's answer has more than ${blocksMax} open parts.`);
    const block: OpenBlock = { begin: length, citations: [], call: isCall ? calls++ : undefined, hasInput: false, detail: undefined };
    open.set(index, block);
    return block;
  }

  function close(block: OpenBlock, said: Said): void {
    // A tool that takes nothing is called with nothing, which is not JSON.
    if (block.call !== undefined && !block.hasInput) (said.tool_calls ??= []).push({ index: block.call, function: { arguments: "{}" } });
    for (const citation of block.citations) (said.annotations ??= []).push(annotationOf(citation, { start: block.begin, end: length }));
  }

  function think(block: OpenBlock, { text, signature, redactedContent: data }: JsonObject, said: Said): void {
    const words = spokenText(text);
    const piece = { ...(words === undefined ? {} : { text }), ...(asText(signature) === undefined ? {} : { signature }) };
    if (words !== undefined) said.reasoning = (said.reasoning ?? "") + words;
    if (asText(data) !== undefined) {
      (said.reasoning_details ??= []).push({ type: "reasoning.encrypted", data, format, index: (block.detail ??= details++) });
    } else if (Object.keys(piece).length > 0) {
      (said.reasoning_details ??= []).push({ type: "reasoning.text", ...piece, format, index: (block.detail ??= details++) });
    }
  }

  function speak(text: string, said: Said): void {
    if (text === "") return;
    length += text.length;
    said.content = (said.content ?? "") + text;
  }

  const reader: BlockReader = {
    start(index, start, said) {
      const call = asObject(start["toolUse"]);
      if (call === undefined) {
        blockOf(index);
        return;
      }
      if (open.has(index)) throw new Fault("upstream_garbled", "The provider's stream begins a call twice.");
      const { call: position = 0 } = blockOf(index, true);
      (said.tool_calls ??= []).push({ index: position, id: asText(call["toolUseId"]) ?? `call_${position}`, type: "function", function: { name: asText(call["name"]) ?? "", arguments: "" } });
    },
    words(index, delta) {
      const text = delta["text"];
      if (typeof text !== "string") return spokenText(text);
      blockOf(index);
      length += text.length;
      return text;
    },
    extend(index, delta, said) {
      const block = blockOf(index);
      const call = asObject(delta["toolUse"]);
      const thought = asObject(delta["reasoningContent"]);
      const citation = asObject(delta["citation"]);
      if (call !== undefined) {
        const input = spokenText(call["input"]);
        if (block.call === undefined) throw new Fault("upstream_garbled", "The provider's stream goes on with a call that it did not begin.");
        if (input === undefined) return;
        block.hasInput = true;
        (said.tool_calls ??= []).push({ index: block.call, function: { arguments: input } });
      } else if (thought !== undefined) think(block, thought, said);
      else if (citation !== undefined) block.citations.push(citation);
      else (said.content_parts ??= []).push(delta);
    },
    stop(index, said) {
      const block = open.get(index);
      if (block !== undefined) close(block, said);
      open.delete(index);
    },
    whole(index, block, said) {
      const { text, toolUse, reasoningContent, citationsContent } = block;
      const cited = asObject(citationsContent);
      const thought = asObject(reasoningContent);
      if (asObject(toolUse) !== undefined) {
        reader.start(index, block, said);
        reader.extend(index, { toolUse: { input: JSON.stringify(asObject(toolUse)?.["input"] ?? {}) } }, said);
      } else if (thought !== undefined) think(blockOf(index), asObject(thought["reasoningText"]) ?? thought, said);
      else if (cited !== undefined) {
        const { citations } = blockOf(index);
        for (const citation of listOf(cited["citations"])) citations.push(citation);
        for (const part of listOf(cited["content"])) speak(asText(part["text"]) ?? "", said);
      } else if (typeof text === "string") speak(text, said);
      else (said.content_parts ??= []).push(block);
      reader.stop(index, said);
    },
    finish(said) {
      for (const block of open.values()) close(block, said);
      open.clear();
    },
  };
  return reader;
}

/** Source of the shape: contract §2.7. A place in a document of the caller's has no address. */
function annotationOf(citation: JsonObject, { start, end }: { readonly start: number; readonly end: number }): object {
  const place = { start_index: start, end_index: end };
  const web = asObject(asObject(citation["location"])?.["web"]);
  const url = asText(web?.["url"]);
  if (url === undefined) return { type: "file_citation", file_citation: { ...citation, ...place } };
  const title = asText(citation["title"]);
  return { type: "url_citation", url_citation: { url, ...(title === undefined ? {} : { title }), ...place } };
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map((item) => asObject(item) ?? {}) : [];
}
