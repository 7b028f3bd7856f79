/** A conversation as this protocol has it: the system apart, and turns of user and assistant in which all else is blocks. */

import { original, originalOf, type Message } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { cacheMarker, encodeContent, noteOnce, type Block, type Findings } from "./content.ts";
import { encodeSpeech } from "./history.ts";
import { createToolIds, type ToolIds } from "./tool-ids.ts";

export interface Turn {
  readonly role: "user" | "assistant" | "system";
  readonly content: readonly Block[];
}

export interface Conversation {
  readonly system: readonly Block[];
  readonly turns: readonly Turn[];
  readonly betas: ReadonlySet<string>;
}

/** What is special about a conversation whose caller speaks this protocol. */
export interface OwnSpeech {
  /** The model takes system messages within the conversation. */
  readonly takesSystemTurns: boolean;
}

/** `own` is undefined for callers of another dialect. */
export function encodeMessages(messages: readonly Message[], notes: ParameterNote[], own?: OwnSpeech): Conversation {
  const ids = createToolIds();
  const findings: Findings = { notes, betas: new Set() };
  const system: Block[] = [];
  const turns: { role: Turn["role"]; content: Block[] }[] = [];
  for (const message of messages) {
    const given = own === undefined ? undefined : originalOf(message[original], message.content);
    const blocks = given === undefined ? marked(encodeMessage(message, ids, findings), message) : encodeOriginal(given, { message, ids }, notes);
    const isWithin = turns.length > 0 && own?.takesSystemTurns === true;
    if ((message.role === "system" || message.role === "developer") && !isWithin) {
      if (turns.length > 0) noteOnce(notes, { parameter: "messages", action: "translated", detail: "system messages within the conversation are sent at its start" });
      system.push(...blocks);
      continue;
    }
    const role = message.role === "assistant" ? "assistant" : message.role === "user" || message.role === "tool" ? "user" : "system";
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else if (blocks.length > 0) turns.push({ role, content: [...blocks] });
  }
  return { system, turns: withoutTrailingSpace(turns.map(resultsFirst), notes), betas: findings.betas };
}

/**
 * Why these turns rule a budget of thinking out, if they do: the message that the model is in the midst of would have to
 * begin with what it thought.
 */
export function thinkingBar(turns: readonly Turn[]): string | undefined {
  const last = turns.at(-1);
  if (last?.role === "assistant") return startsWithThinking(last) ? undefined : "the last message is to be continued";
  const [first] = last?.content ?? [];
  if (first === undefined || !isResult(first)) return undefined;
  const before = turns.at(-2);
  return before === undefined || startsWithThinking(before) ? undefined : "the tool calls before came without reasoning";
}

function startsWithThinking({ content: [first] }: Turn): boolean {
  return first !== undefined && isThought(first);
}

function isThought({ type }: Block): boolean {
  return type === "thinking" || type === "redacted_thinking";
}

interface Given {
  readonly message: Message;
  readonly ids: ToolIds;
}

/** The blocks as the caller wrote them; only ids that another provider made up may have to become others. */
function encodeOriginal(blocks: readonly Block[], { message, ids }: Given, notes: ParameterNote[]): readonly Block[] {
  if ((message.reasoning_details ?? []).length > 0 && !blocks.some(isThought)) {
    noteOnce(notes, { parameter: "messages", action: "dropped", detail: "reasoning that this provider did not sign" });
  }
  return blocks.map((block) => {
    const { type, id, tool_use_id: answered } = block;
    if (type === "tool_use" && typeof id === "string") return withField(block, "id", ids.call(id));
    return type === "tool_result" && typeof answered === "string" ? withField(block, "tool_use_id", ids.result(answered)) : block;
  });
}

function withField(block: Block, field: string, value: string): Block {
  return block[field] === value ? block : { ...block, [field]: value };
}

function encodeMessage(message: Message, ids: ToolIds, findings: Findings): readonly Block[] {
  switch (message.role) {
    case "system":
    case "developer":
    case "user":
      return named(encodeContent(message.content, findings), message.name);
    case "assistant":
      return encodeSpeech(message, ids, findings);
    case "tool": {
      const content = encodeContent(message.content, findings);
      const isError = message["is_error"] === true ? { is_error: true } : {};
      return [{ type: "tool_result", tool_use_id: ids.result(message.tool_call_id ?? ""), ...(content.length === 0 ? {} : { content }), ...isError }];
    }
  }
}

/** The name of a speaker goes before his words (contract §2.4). */
function named(blocks: readonly Block[], name: string | undefined): readonly Block[] {
  if (name === undefined || name === "" || blocks.length === 0) return blocks;
  const [first, ...rest] = blocks;
  if (first?.["type"] === "text") return [{ ...first, text: `${name}: ${String(first["text"])}` }, ...rest];
  return [{ type: "text", text: `${name}:` }, ...blocks];
}

/** A marker of the whole message stands on its last block. */
function marked(blocks: readonly Block[], message: Message): readonly Block[] {
  const last = blocks.at(-1);
  const marker = cacheMarker(message);
  return last === undefined || marker["cache_control"] === undefined ? blocks : [...blocks.slice(0, -1), { ...last, ...marker }];
}

/** Results must stand before anything else that a user says. */
function resultsFirst(turn: Turn): Turn {
  if (turn.role === "assistant" || !turn.content.some(isResult)) return turn;
  return { ...turn, content: [...turn.content.filter(isResult), ...turn.content.filter((block) => !isResult(block))] };
}

function isResult(block: Block): boolean {
  return block["type"] === "tool_result";
}

/** A message to be continued must not end in white space. */
function withoutTrailingSpace(turns: readonly Turn[], notes: ParameterNote[]): readonly Turn[] {
  const last = turns.at(-1);
  const end = last?.content.at(-1);
  if (last?.role !== "assistant" || end?.["type"] !== "text") return turns;
  const text = String(end["text"]);
  const trimmed = text.trimEnd();
  if (trimmed === text) return turns;
  notes.push({ parameter: "messages", action: "translated", detail: "white space at the end of the message to be continued is left out" });
  return [...turns.slice(0, -1), { ...last, content: [...last.content.slice(0, -1), { ...end, text: trimmed }] }];
}
