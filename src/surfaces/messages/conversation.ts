/**
 * A conversation as this dialect has it: the system apart, and turns made of blocks. Results of tools become messages of
 * their own; each message keeps the blocks that it was made from.
 */

import { original, type ContentPart, type Message } from "../../wire/chat.ts";
import { isAbsent } from "../body.ts";
import { invalid, isRecord, list, oneOf, record, text, type Fields } from "../check.ts";
import { contentOf, readPart } from "./content.ts";
import { readSpeech } from "./speech.ts";

const messagesMax = 10_000;
const anyText = text();
const roleOf = oneOf(["user", "assistant", "system"]);

export function readConversation({ system, messages }: Fields): readonly Message[] {
  if (isAbsent(messages)) throw invalid("messages", "is required: an array of at least one message");
  const turns = list(messages, "messages");
  if (turns.length === 0) throw invalid("messages", "must hold at least one message");
  if (turns.length > messagesMax) throw invalid("messages", `must hold at most ${messagesMax.toLocaleString("en")} messages; this has ${turns.length.toLocaleString("en")}`);
  const read = turns.flatMap((turn, index) => readTurn(turn, `messages[${index}]`));
  return isAbsent(system) ? read : [readPlain("system", system, "system"), ...read];
}

function readTurn(value: unknown, path: string): readonly Message[] {
  if (!isRecord(value)) throw invalid(path, "must be an object with a role and content");
  const { content } = value;
  const role = roleOf(value["role"], `${path}.role`);
  if (isAbsent(content)) throw invalid(`${path}.content`, "is required: a string or an array of blocks");
  if (role === "system") return [readPlain("system", content, `${path}.content`)];
  if (typeof content === "string") return [{ role, content: anyText(content, `${path}.content`) }];
  const blocks = readBlocks(content, `${path}.content`);
  return role === "assistant" ? [readSpeech(blocks, `${path}.content`)] : readUserTurn(blocks, `${path}.content`);
}

function readBlocks(value: unknown, path: string): readonly Fields[] {
  if (!Array.isArray(value)) throw invalid(path, "must be a string or an array of blocks");
  return value.map((item, index) => {
    // Each is checked for its depth here, so that none of it overflows a stack later.
    const block = record(item, `${path}[${index}]`);
    anyText(block["type"], `${path}[${index}].type`);
    return block;
  });
}

function readPlain(role: "system" | "user", content: unknown, path: string): Message {
  if (typeof content === "string") return { role, content: anyText(content, path) };
  const blocks = readBlocks(content, path);
  return withOriginal({ role, content: contentOf(blocks.flatMap((block, index) => readPart(block, `${path}[${index}]`))) }, blocks);
}

/** Results go first: they answer the calls of the message before. */
function readUserTurn(blocks: readonly Fields[], path: string): readonly Message[] {
  const results: Message[] = [];
  const parts: ContentPart[] = [];
  const others: Fields[] = [];
  for (const [index, block] of blocks.entries()) {
    if (block["type"] === "tool_result") {
      results.push(readResult(block, `${path}[${index}]`));
    } else {
      parts.push(...readPart(block, `${path}[${index}]`));
      others.push(block);
    }
  }
  return others.length === 0 && results.length > 0 ? results : [...results, withOriginal({ role: "user", content: contentOf(parts) }, others)];
}

function readResult(block: Fields, path: string): Message {
  const { content } = block;
  return withOriginal(
    {
      role: "tool",
      tool_call_id: anyText(block["tool_use_id"], `${path}.tool_use_id`),
      content: isAbsent(content) ? "" : (readPlain("user", content, `${path}.content`).content ?? ""),
      ...(block["is_error"] === true ? { is_error: true } : {}),
    },
    [block],
  );
}

function withOriginal(message: Message, source: readonly Fields[]): Message {
  return { ...message, [original]: { of: message.content, source } };
}
