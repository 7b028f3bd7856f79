/** A message while it is being said: text, or a refusal, or one after the other. */

import type { PhaseName } from "../../wire/phases.ts";
import { isRecord, type Fields } from "../check.ts";
import type { ItemStatus, MessageItem, RefusalPart, TextPart } from "./items.ts";
import type { Floor, OpenItem } from "./output.ts";

export interface OpenSpeech extends OpenItem {
  readonly say: (text: string, logprobs: unknown) => void;
  readonly refuse: (text: string) => void;
  readonly annotate: (annotation: unknown) => void;
}

/** `start` is the place of its first word in the whole text, which annotations are counted in. */
export function openSpeech({ tell, opening, tellDelta, newId, add }: Floor, start: number, phase?: PhaseName): OpenSpeech {
  const item: MessageItem = { id: newId("msg"), type: "message", role: "assistant", status: "in_progress", content: [], ...(phase === undefined ? undefined : { phase }) };
  const outputIndex = add(item);
  let part: TextPart | RefusalPart | undefined;
  let place = { item_id: item.id, output_index: outputIndex, content_index: 0 };
  let deltaOpening = "";

  const endPart = (): void => {
    if (part === undefined) return;
    if (part.type === "output_text") tell("response.output_text.done", { ...place, text: part.text, logprobs: part.logprobs });
    else tell("response.refusal.done", { ...place, refusal: part.refusal });
    tell("response.content_part.done", { ...place, part });
    part = undefined;
  };
  const begin = <Part extends TextPart | RefusalPart>(begun: Part): Part => {
    endPart();
    place = { ...place, content_index: item.content.length };
    tell("response.content_part.added", { ...place, part: begun });
    item.content.push(begun);
    deltaOpening = begun.type === "output_text" ? opening("response.output_text.delta", { ...place, logprobs: none }) : opening("response.refusal.delta", place);
    part = begun;
    return begun;
  };
  const textPart = (): TextPart => (part?.type === "output_text" ? part : begin({ type: "output_text", text: "", annotations: [], logprobs: [] }));

  return {
    say(text, logprobs) {
      const open = textPart();
      const tokens = logprobs === undefined || logprobs === null ? none : tokensOf(logprobs);
      open.text += text;
      if (tokens.length === 0) {
        tellDelta(deltaOpening, text);
      } else {
        for (const token of tokens) open.logprobs.push(token);
        tell("response.output_text.delta", { ...place, delta: text, logprobs: tokens });
      }
    },
    refuse(text) {
      const open = part?.type === "refusal" ? part : begin({ type: "refusal", refusal: "" });
      open.refusal += text;
      tellDelta(deltaOpening, text);
    },
    annotate(given) {
      const annotation = annotationOf(given, start);
      const last = item.content.findLastIndex(({ type }) => type === "output_text");
      // A message that is over may still be given the sources of its text, but no more text.
      if (annotation === undefined || (last === -1 && item.status !== "in_progress")) return;
      const text = last === -1 ? textPart() : (item.content[last] as TextPart);
      const annotationIndex = text.annotations.push(annotation) - 1;
      tell("response.output_text.annotation.added", { ...place, content_index: last === -1 ? place.content_index : last, annotation_index: annotationIndex, annotation });
    },
    close(status: ItemStatus) {
      endPart();
      item.status = status;
      tell("response.output_item.done", { output_index: outputIndex, item });
    },
  };
}

const none: readonly object[] = [];

/** From `{content: [{token, logprob, bytes, top_logprobs}]}`; here the bytes and the alternatives must be there. */
function tokensOf(logprobs: unknown): readonly object[] {
  const content = isRecord(logprobs) ? logprobs["content"] : undefined;
  if (!Array.isArray(content)) return none;
  return content.filter(isRecord).map((token) => {
    const top = Array.isArray(token["top_logprobs"]) ? token["top_logprobs"].filter(isRecord) : [];
    return { ...withBytes(token), top_logprobs: top.map(withBytes) };
  });
}

function withBytes({ token, logprob, bytes }: Fields): Fields {
  return { token, logprob, bytes: Array.isArray(bytes) ? bytes : [...Buffer.from(typeof token === "string" ? token : "")] };
}

/** Flat here; elsewhere its fields stand in an object of its own. Other kinds than these have no place in this dialect. */
function annotationOf(given: unknown, start: number): object | undefined {
  if (!isRecord(given)) return undefined;
  const { type } = given;
  const fields: Fields = typeof type === "string" && isRecord(given[type]) ? given[type] : given;
  switch (type) {
    case "url_citation": {
      const { url, title, start_index: from, end_index: to, content } = fields;
      if (typeof url !== "string") return undefined;
      return { type, url, title: typeof title === "string" ? title : "", start_index: indexOf(from, start), end_index: indexOf(to, start), ...(typeof content === "string" ? { content } : undefined) };
    }
    case "file_citation": {
      const { file_id: id, filename, index } = fields;
      return typeof id === "string" ? { type, file_id: id, filename: typeof filename === "string" ? filename : "", index: indexOf(index, start) } : undefined;
    }
    default:
      return undefined;
  }
}

function indexOf(value: unknown, start: number): number {
  return typeof value === "number" && Number.isInteger(value) ? Math.max(0, value - start) : 0;
}
