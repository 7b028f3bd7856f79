/** What an assistant said in an earlier turn: its thoughts, its words, its calls. */

import { original, type Message, type ToolCall } from "../../wire/chat.ts";
import { isRecord, text, type Fields } from "../check.ts";
import { isSealed, unseal } from "./seal.ts";

const anyText = text();

/** The format of reasoning that providers of this dialect sign. Source: contract §2.3. */
export const reasoningFormat = "anthropic-claude-v1";

/**
 * The blocks of what providers run themselves, and those that we do not know, are for providers of this dialect alone: they
 * are among the originals. What is not among them are thoughts that no such provider signed.
 */
export function readSpeech(blocks: readonly Fields[], path: string): Message {
  const words: string[] = [];
  const thoughts: string[] = [];
  const details: object[] = [];
  const calls: ToolCall[] = [];
  const own: Fields[] = [];
  for (const [index, block] of blocks.entries()) {
    const at = `${path}[${index}]`;
    if (!isForeign(block)) own.push(withOwnCitations(block));
    switch (block["type"]) {
      case "text":
        words.push(anyText(block["text"], `${at}.text`));
        break;
      case "thinking": {
        const thought = anyText(block["thinking"], `${at}.thinking`);
        thoughts.push(thought);
        details.push(thoughtDetail(thought, block["signature"], details.length));
        break;
      }
      case "redacted_thinking": {
        const data = anyText(block["data"], `${at}.data`);
        details.push(unseal(data) ?? { type: "reasoning.encrypted", data, format: reasoningFormat, index: details.length });
        break;
      }
      case "tool_use":
        calls.push(readCall(block, at));
        break;
      case "compaction":
        // A summary that stands for all that was said before.
        if (typeof block["content"] === "string") words.push(block["content"]);
        break;
      default:
    }
  }
  const content = words.length === 0 ? null : words.join("");
  return {
    role: "assistant",
    content,
    ...(thoughts.length === 0 ? {} : { reasoning: thoughts.join("") }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    [original]: { of: content, source: own },
  };
}

/** A thought of a provider of another dialect: nobody signed it, or the signature is one that we sealed. */
function isForeign({ type, signature, data }: Fields): boolean {
  if (type === "thinking") return typeof signature !== "string" || signature === "" || isSealed(signature);
  return type === "redacted_thinking" && typeof data === "string" && isSealed(data);
}

/** Without what another provider cited from the web: it stands under no seal, and would be taken for a forgery. */
function withOwnCitations(block: Fields): Fields {
  const { citations } = block;
  if (block["type"] !== "text" || !Array.isArray(citations) || !citations.some(isForeignCitation)) return block;
  return { ...block, citations: citations.filter((citation) => !isForeignCitation(citation)) };
}

function isForeignCitation(citation: unknown): boolean {
  return isRecord(citation) && citation["encrypted_index"] === "";
}

function thoughtDetail(thought: string, signature: unknown, index: number): object {
  if (typeof signature !== "string" || signature === "") return { type: "reasoning.text", text: thought, format: "unknown", index };
  const sealed = unseal(signature);
  if (sealed === undefined) return { type: "reasoning.text", text: thought, signature, format: reasoningFormat, index };
  return sealed["type"] === "reasoning.summary" ? { ...sealed, summary: thought } : { ...sealed, text: thought };
}

function readCall(block: Fields, path: string): ToolCall {
  const { input } = block;
  return {
    id: anyText(block["id"], `${path}.id`),
    type: "function",
    function: { name: anyText(block["name"], `${path}.name`), arguments: JSON.stringify(isRecord(input) ? input : {}) },
  };
}
