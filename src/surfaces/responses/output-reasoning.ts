/** A reasoning item while it is being said. Which details make one item is told by their ids, else by their numbers. */

import type { Fields } from "../check.ts";
import type { ItemStatus, ReasoningItem } from "./items.ts";
import type { Floor, OpenItem } from "./output.ts";
import { sealed } from "./reasoning.ts";

type Detail = Readonly<Fields>;

export interface OpenReasoning extends OpenItem {
  /** Is this detail a piece of the item? */
  readonly joins: (detail: Detail) => boolean;
  readonly say: (detail: Detail) => void;
}

export function openReasoning({ tell, opening, tellDelta, newId, add }: Floor, first: Detail): OpenReasoning {
  const givenId = textIn(first, "id");
  const item: ReasoningItem = { id: givenId ?? newId("rs"), type: "reasoning", status: "in_progress", summary: [], ...formatOf(first) };
  const outputIndex = add(item);
  const here = { item_id: item.id, output_index: outputIndex };
  let summaryNumber: unknown;
  let summaryOpening = "";
  let textOpening = "";
  let isSealed = false;

  const endSummary = (): void => {
    const part = item.summary.at(-1);
    if (part === undefined) return;
    const place = { ...here, summary_index: item.summary.length - 1 };
    tell("response.reasoning_summary_text.done", { ...place, text: part.text });
    tell("response.reasoning_summary_part.done", { ...place, part });
  };
  const summarize = (text: string, number: unknown): void => {
    if (item.summary.length === 0 || number !== summaryNumber) {
      endSummary();
      summaryNumber = number;
      tell("response.reasoning_summary_part.added", { ...here, summary_index: item.summary.length, part: { type: "summary_text", text: "" } });
      summaryOpening = opening("response.reasoning_summary_text.delta", { ...here, summary_index: item.summary.length });
      item.summary.push({ type: "summary_text", text: "" });
    }
    const part = item.summary.at(-1);
    if (part !== undefined) part.text += text;
    tellDelta(summaryOpening, text);
  };
  const think = (text: string): void => {
    if (item.content === undefined) {
      tell("response.content_part.added", { ...here, content_index: 0, part: { type: "reasoning_text", text: "" } });
      textOpening = opening("response.reasoning_text.delta", { ...here, content_index: 0 });
      item.content = [{ type: "reasoning_text", text: "" }];
    }
    const [part] = item.content;
    if (part !== undefined) part.text += text;
    tellDelta(textOpening, text);
  };

  return {
    joins(detail) {
      if (isSealed || textIn(detail, "id") !== givenId) return false;
      if (givenId === undefined && detail["index"] !== first["index"]) return false;
      switch (detail["type"]) {
        case "reasoning.text":
          return item.signature === undefined && item.encrypted_content === undefined;
        case "reasoning.summary":
        case "reasoning.encrypted":
          return item.encrypted_content === undefined;
        default:
          return false;
      }
    },
    say(detail) {
      const { type, index } = detail;
      if (item.format === undefined) Object.assign(item, formatOf(detail));
      const text = textIn(detail, "text");
      const summary = textIn(detail, "summary");
      const signature = textIn(detail, "signature");
      const data = textIn(detail, "data");
      if (type === "reasoning.text") {
        if (text !== undefined) think(text);
        if (signature !== undefined) item.signature = signature;
      } else if (type === "reasoning.summary") {
        if (summary !== undefined) summarize(summary, index);
      } else if (type === "reasoning.encrypted") {
        if (data !== undefined) item.encrypted_content = data;
      } else {
        item.encrypted_content = sealed(detail);
        isSealed = true;
      }
    },
    close(status: ItemStatus) {
      endSummary();
      const part = item.content?.[0];
      if (part !== undefined) {
        tell("response.reasoning_text.done", { ...here, content_index: 0, text: part.text });
        tell("response.content_part.done", { ...here, content_index: 0, part });
      }
      item.status = status;
      tell("response.output_item.done", { output_index: outputIndex, item });
    },
  };
}

/** Undefined for empty text as well. */
function textIn(detail: Detail, field: string): string | undefined {
  const value = detail[field];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function formatOf(detail: Detail): { format?: string } {
  const format = textIn(detail, "format");
  return format === undefined ? {} : { format };
}
