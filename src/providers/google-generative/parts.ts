/** The parts of a candidate as a delta: what is said, thought, called and drawn, in the order in which it came. */

import { createHash } from "node:crypto";
import { Fault } from "../../base/fault.ts";
import type { Delta, ToolCallDelta } from "../../wire/chat.ts";
import { asList, asObject, asText, type JsonObject } from "../json.ts";
import { createPartialArguments, type PartialArguments } from "./partial-arguments.ts";
import { format, imageId } from "./signatures.ts";

export interface PartReader {
  /** The delta of one event's parts. `answerId` makes the ids of calls that came without one. */
  read(parts: readonly unknown[], answerId: string): Delta;
  /** What completes a call whose arguments were streamed without an end. */
  finish(): readonly ToolCallDelta[];
  hasCalls(): boolean;
  /** Are there more arguments to come? */
  isCalling(): boolean;
}

interface OpenCall {
  readonly index: number;
  readonly id: string;
  readonly args: PartialArguments;
}

interface Said {
  content: string | undefined;
  reasoning: string | undefined;
  readonly details: object[];
  readonly calls: ToolCallDelta[];
  readonly images: object[];
  /** Base64 of all sounds of one event. */
  audio: string | undefined;
  readonly others: JsonObject[];
}

/** More than any API takes in one turn. */
const callsMax = 1024;

export function createPartReader(): PartReader {
  let callCount = 0;
  let imageCount = 0;
  let detailIndex = 0;
  let isThinking = false;
  let open: OpenCall | undefined;

  function close(): readonly ToolCallDelta[] {
    if (open === undefined) return [];
    const piece = { index: open.index, function: { arguments: open.args.text() } };
    open = undefined;
    return [piece];
  }

  /** The pieces of one thought share an index, and its signature ends it. */
  function think(said: Said, text: string, signature: string | undefined): void {
    said.reasoning = (said.reasoning ?? "") + text;
    said.details.push({ type: "reasoning.text", text, ...(signature === undefined ? {} : { signature }), format, index: detailIndex });
    isThinking = signature === undefined;
    if (!isThinking) detailIndex++;
  }

  /** What is no thought ends the thought before it. */
  function keep(said: Said, signature: string | undefined, id?: string): void {
    if (isThinking) detailIndex++;
    isThinking = false;
    if (signature === undefined) return;
    said.details.push({ type: "reasoning.encrypted", data: signature, ...(id === undefined ? {} : { id }), format, index: detailIndex++ });
  }

  function call(said: Said, given: JsonObject, answerId: string): string | undefined {
    const name = asText(given["name"]);
    if (name === undefined) {
      const id = open?.id;
      if (open === undefined && asList(given["partialArgs"]).length > 0) throw new Fault("upstream_garbled", "The provider's stream goes on with a call that it did not begin.");
      open?.args.add(given["partialArgs"]);
      if (given["willContinue"] !== true) said.calls.push(...close());
      return id;
    }
    if (open !== undefined) throw new Fault("upstream_garbled", "The provider left a call without its end.");
    const index = callCount++;
    if (index === callsMax) throw new Fault("upstream_garbled", `The provider's answer calls more than ${callsMax} functions.`);
    const id = asText(given["id"]) ?? inventedId(answerId, index, name);
    const isOpen = given["willContinue"] === true || given["partialArgs"] !== undefined;
    said.calls.push({ index, id, type: "function", function: { name, arguments: isOpen ? "" : JSON.stringify(given["args"] ?? {}) } });
    if (isOpen) {
      open = { index, id, args: createPartialArguments() };
      open.args.add(given["partialArgs"]);
      if (given["willContinue"] !== true) said.calls.push(...close());
    }
    return id;
  }

  function readPart(said: Said, part: JsonObject, answerId: string): void {
    const signature = asText(part["thoughtSignature"]);
    const called = asObject(part["functionCall"]);
    const inline = asObject(part["inlineData"]);
    const type = asText(inline?.["mimeType"]) ?? "";
    if (called !== undefined) keep(said, signature, call(said, called, answerId));
    else if (part["text"] !== undefined) {
      const text = part["text"];
      if (typeof text !== "string") throw new Fault("upstream_garbled", "The provider sent content that is not text.");
      if (part["thought"] === true) think(said, text, signature);
      else {
        said.content = (said.content ?? "") + text;
        if (text !== "" || signature !== undefined) keep(said, signature);
      }
    } else if (inline !== undefined && part["thought"] !== true && type.startsWith("image/")) {
      const position = imageCount++;
      said.images.push({ type: "image_url", image_url: { url: `data:${type};base64,${asText(inline["data"]) ?? ""}` }, index: position });
      keep(said, signature, imageId(position));
    } else if (inline !== undefined && part["thought"] !== true && type.startsWith("audio/")) {
      said.audio = joined(said.audio, asText(inline["data"]) ?? "");
      keep(said, signature);
    } else if (Object.keys(part).some((field) => field !== "thoughtSignature")) said.others.push(part);
    else keep(said, signature);
  }

  return {
    read(parts, answerId) {
      const said: Said = { content: undefined, reasoning: undefined, details: [], calls: [], images: [], audio: undefined, others: [] };
      for (const item of parts) {
        const part = asObject(item);
        if (part === undefined) throw new Fault("upstream_garbled", "The provider sent a part that is none.");
        readPart(said, part, answerId);
      }
      return deltaOf(said);
    },
    finish: close,
    hasCalls: () => callCount > 0,
    isCalling: () => open !== undefined,
  };
}

function deltaOf({ content, reasoning, details, calls, images, audio, others }: Said): Delta {
  return {
    ...(content === undefined ? {} : { content }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(images.length === 0 ? {} : { images }),
    ...(audio === undefined ? {} : { audio: { data: audio } }),
    // Code that was run, its results and the like: not text, but not to be lost.
    ...(others.length === 0 ? {} : { content_parts: others }),
  };
}

/** Base64 ends in padding, so that two texts of it are not one. */
function joined(before: string | undefined, data: string): string {
  return before === undefined ? data : Buffer.concat([Buffer.from(before, "base64"), Buffer.from(data, "base64")]).toString("base64");
}

/** The same answer gives the same ids again; answers without an id of their own differ by what they call. */
function inventedId(answerId: string, position: number, name: string): string {
  return `call_${createHash("sha256").update(`${answerId}/${position}/${name}`).digest("hex").slice(0, 24)}`;
}
