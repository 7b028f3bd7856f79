/** A conversation as this protocol has it: the system apart, and turns of user and assistant, one after the other. */

import { createHash } from "node:crypto";
import type { Message } from "../../wire/chat.ts";
import { noteOnce } from "../anthropic-messages/content.ts";
import type { ParameterNote } from "../adapter.ts";
import { toolIds } from "../mistral-chat/tool-ids.ts";
import { cachePoint, encodeContent, type Block, type Request } from "./content.ts";
import { encodeResult, encodeSpeech } from "./history.ts";
import { createDocumentNames } from "./media.ts";
import type { ModelTraits } from "./models.ts";

export interface Turn {
  readonly role: "user" | "assistant";
  readonly content: readonly Block[];
}

export interface Conversation {
  readonly system: readonly Block[];
  readonly turns: readonly Turn[];
}

export interface Place {
  readonly traits: ModelTraits;
  readonly hasTools: boolean;
}

export function encodeMessages(messages: readonly Message[], { traits, hasTools }: Place, notes: ParameterNote[]): Conversation {
  const request: Request = { traits, hasTools, nameOf: createDocumentNames(), idOf: idsOf(messages, traits), notes };
  const system: Block[] = [];
  const turns: { role: Turn["role"]; content: Block[] }[] = [];
  for (const message of messages) {
    const own = encodeMessage(message, request);
    const blocks = own.length === 0 ? [] : [...own, ...cachePoint(message, request)];
    if (message.role === "system" || message.role === "developer") {
      if (turns.length > 0) noteOnce(notes, { parameter: "messages", action: "translated", detail: "system messages within the conversation are sent at its start" });
      system.push(...blocks);
      continue;
    }
    const role = message.role === "assistant" ? "assistant" : "user";
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else if (blocks.length > 0) turns.push({ role, content: [...blocks] });
  }
  const ordered = turns.map(resultsFirst).map(titled);
  return { system, turns: withoutTrailingSpace(traits.claude === undefined ? ordered.flatMap((turn) => apart(turn, notes)) : ordered, notes) };
}

/**
 * Why these turns rule a budget of thinking out, if they do: the message that the model is in the midst of would have to
 * begin with what it thought.
 */
export function thinkingBar(turns: readonly Turn[]): string | undefined {
  const last = turns.at(-1);
  const thinks = (turn: Turn | undefined): boolean => turn?.content[0]?.["reasoningContent"] !== undefined;
  if (last?.role === "assistant") return thinks(last) ? undefined : "the last message is to be continued";
  const answers = last?.content[0]?.["toolResult"] !== undefined;
  return answers && turns.length > 1 && !thinks(turns.at(-2)) ? "the tool calls before came without reasoning" : undefined;
}

function encodeMessage(message: Message, request: Request): readonly Block[] {
  switch (message.role) {
    case "system":
    case "developer":
    case "user":
      return named(encodeContent(message.content, request), message.name);
    case "assistant":
      return encodeSpeech(message, request);
    case "tool":
      return encodeResult(message, request);
  }
}

/** The name of a speaker goes before his words (contract §2.4). */
function named(blocks: readonly Block[], name: string | undefined): readonly Block[] {
  const [first, ...rest] = blocks;
  if (name === undefined || name === "" || first === undefined) return blocks;
  return typeof first["text"] === "string" ? [{ text: `${name}: ${first["text"]}` }, ...rest] : [{ text: `${name}:` }, ...blocks];
}

/** Results must stand before anything else that a user says. */
function resultsFirst(turn: Turn): Turn {
  if (turn.role === "assistant" || !turn.content.some(isResult)) return turn;
  return { ...turn, content: [...turn.content.filter(isResult), ...turn.content.filter((block) => !isResult(block))] };
}

/** Other makers' models take the results of tools in a turn of their own, and no two turns of one side in a row. */
function apart(turn: Turn, notes: ParameterNote[]): readonly Turn[] {
  const results = turn.content.filter(isResult);
  const said = turn.content.filter((block) => !isResult(block));
  if (results.length === 0 || said.every((block) => block["cachePoint"] !== undefined)) return [turn];
  noteOnce(notes, { parameter: "messages", action: "translated", detail: "an assistant's turn of an ellipsis stands between the results of tools and what the user says after them" });
  return [{ role: "user", content: results }, { role: "assistant", content: [{ text: "…" }] }, { role: "user", content: said }];
}

function isResult(block: Block): boolean {
  return block["toolResult"] !== undefined;
}

/** A document must not come without a word: its name is one. */
function titled(turn: Turn): Turn {
  const documents = turn.content.filter((block) => block["document"] !== undefined);
  if (documents.length === 0 || turn.content.some((block) => block["text"] !== undefined)) return turn;
  const names = documents.map((block) => String((block["document"] as { readonly name?: unknown }).name ?? "document"));
  return { ...turn, content: [...turn.content, { text: names.join(", ") }] };
}

/** A message to be continued must not end in white space. */
function withoutTrailingSpace(turns: readonly Turn[], notes: ParameterNote[]): readonly Turn[] {
  const last = turns.at(-1);
  const text = last?.content.at(-1)?.["text"];
  if (last?.role !== "assistant" || typeof text !== "string" || text.trimEnd() === text) return turns;
  notes.push({ parameter: "messages", action: "translated", detail: "white space at the end of the message to be continued is left out" });
  return [...turns.slice(0, -1), { ...last, content: [...last.content.slice(0, -1), { text: text.trimEnd() }] }];
}

const wellFormed = /^[a-zA-Z0-9_-]{1,64}$/;

/** Ids of calls, the same in every request: Mistral's models take nine alphanumerics, the others what is written above. */
function idsOf(messages: readonly Message[], { maker }: ModelTraits): (id: string) => string {
  if (maker === "mistral") {
    const ids = toolIds(messages);
    return (id) => ids.get(id) ?? id;
  }
  return (id) => (wellFormed.test(id) ? id : `tooluse_${createHash("sha256").update(id).digest("hex").slice(0, 24)}`);
}
