/**
 * What a model says, delta by delta, as output items and the events that tell of them. A whole answer is said in the same way,
 * with nobody to hear the events: so a stream and a whole answer of the same content have the same items.
 *
 * Speech and reasoning come one after the other, and an item of the one ends that of the other; calls stay open to the end,
 * because their pieces may come in any order.
 */

import type { Delta, ToolCallDelta } from "../../wire/chat.ts";
import { inPhases, type PhaseName } from "../../wire/phases.ts";
import { isRecord } from "../check.ts";
import { openCalls, type OpenCalls } from "./output-calls.ts";
import { itemId } from "./ids.ts";
import { resultOf } from "./image.ts";
import type { ImageItem, ItemStatus, OutputItem } from "./items.ts";
import { openReasoning, type OpenReasoning } from "./output-reasoning.ts";
import { openSpeech, type OpenSpeech } from "./output-speech.ts";

/** Where the events go. */
export interface Listener {
  readonly tell: (type: string, fields: object) => void;
  /** What is the same for every piece of a text, made once. */
  readonly opening: (type: string, fields: object) => string;
  /** More of a text. */
  readonly tellDelta: (opening: string, delta: string) => void;
}

/** For an answer that is told as a whole. */
export const nobody: Listener = { tell: () => {}, opening: () => "", tellDelta: () => {} };

/** An item that is being said. */
export interface OpenItem {
  /** Says the last of it. Once. */
  readonly close: (status: ItemStatus) => void;
}

/** Where the items of a response are gathered. */
export interface Floor extends Listener {
  readonly newId: (prefix: Parameters<typeof itemId>[0]) => string;
  /** Announces an item at the end of the output; gives its place. */
  readonly add: (item: OutputItem) => number;
}

export interface Output {
  readonly items: readonly OutputItem[];
  readonly say: (delta: Delta, logprobs: unknown) => void;
  /** Ends what is open. What a limit cut off is incomplete: the item that was last spoken of. */
  readonly close: (status: "completed" | "incomplete") => void;
  /** Ends it without another word. */
  readonly abandon: () => void;
}

export function openOutput(generationId: string, { tell, opening, tellDelta }: Listener): Output {
  const items: OutputItem[] = [];
  const floor: Floor = {
    tell, opening, tellDelta,
    newId: (prefix) => itemId(prefix, generationId, items.length),
    add(item) {
      tell("response.output_item.added", { output_index: items.length, item });
      return items.push(item) - 1;
    },
  };
  let speech: OpenSpeech | undefined;
  let reasoning: OpenReasoning | undefined;
  let lastSpeech: OpenSpeech | undefined;
  /** Of all that was said in words, in UTF-16 units: places in the text are counted from its beginning. */
  let length = 0;
  let calls: OpenCalls | undefined;
  /** Of what is said next. */
  let phase: PhaseName | undefined;

  const endReasoning = (status: ItemStatus): void => {
    reasoning?.close(status);
    reasoning = undefined;
  };
  const endSpeech = (status: ItemStatus): void => {
    speech?.close(status);
    speech = undefined;
  };
  const speaking = (): OpenSpeech => {
    endReasoning("completed");
    return (speech ??= lastSpeech = openSpeech(floor, length, phase));
  };
  /** A new phase is a new message. */
  const speak = (words: string, phases: unknown, logprobs: unknown): void => {
    for (const part of inPhases(words, phases, length)) {
      if (part.phase !== undefined) {
        endSpeech("completed");
        ({ phase } = part);
      }
      if (part.text === "") continue;
      speaking().say(part.text, logprobs);
      length += part.text.length;
    }
  };
  const reason = (detail: Readonly<Record<string, unknown>>): void => {
    if (reasoning?.joins(detail) !== true) {
      endSpeech("completed");
      endReasoning("completed");
      reasoning = openReasoning(floor, detail);
    }
    reasoning.say(detail);
  };
  const show = (image: unknown): void => {
    const url = isRecord(image) && isRecord(image["image_url"]) ? image["image_url"]["url"] : undefined;
    if (typeof url !== "string") return;
    endReasoning("completed");
    endSpeech("completed");
    const item: ImageItem = { id: floor.newId("ig"), type: "image_generation_call", status: "completed", result: resultOf(url) };
    const place = floor.add(item);
    tell("response.output_item.done", { output_index: place, item });
  };
  const call = (piece: ToolCallDelta): void => {
    endReasoning("completed");
    endSpeech("completed");
    (calls ??= openCalls(floor)).say(piece);
  };

  return {
    items,
    say(delta, logprobs) {
      const { reasoning_details: details, reasoning: words, content, refusal, annotations, images, tool_calls: pieces, phases } = delta;
      const thoughts = listed(details).filter(isRecord);
      for (const thought of thoughts) reason(thought);
      if (typeof words === "string" && words !== "" && thoughts.length === 0) reason({ type: "reasoning.text", text: words });
      if ((typeof content === "string" && content !== "") || phases !== undefined) speak(content ?? "", phases, logprobs);
      if (typeof refusal === "string" && refusal !== "") speaking().refuse(refusal);
      // Sources may be named when the text is over.
      for (const annotation of listed(annotations)) (lastSpeech ?? speaking()).annotate(annotation);
      for (const image of listed(images)) show(image);
      for (const piece of listed(pieces)) call(piece);
    },
    close(status) {
      const isSpeaking = reasoning !== undefined || speech !== undefined;
      endReasoning(status);
      endSpeech(status);
      calls?.close(isSpeaking ? "completed" : status);
    },
    abandon() {
      for (const item of items) if (item.status === "in_progress") item.status = "incomplete";
    },
  };
}

const none: readonly never[] = [];

/** Providers' deltas are handed on as they are: what should be a list may be anything. */
export function listed<Item>(value: readonly Item[] | null | undefined): readonly Item[] {
  return Array.isArray(value) ? value : none;
}
