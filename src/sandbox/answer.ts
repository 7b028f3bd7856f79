/** The answer to a request, as tokens. A pure function of the request: no clock, no chance of its own. */

import { createHash } from "node:crypto";
import { seededChance } from "../base/clock.ts";
import type { Chance } from "../base/clock.ts";
import { prose, ramble, thoughts } from "./prose.ts";
import type { SandboxRequest } from "./request.ts";
import { schemaValue } from "./schema-value.ts";
import { countTokens, splitTokens } from "./tokens.ts";
import { planCalls } from "./tool-calls.ts";

export interface Answer {
  readonly reasoning: readonly string[];
  readonly content: readonly string[];
  readonly calls: readonly AnswerCall[];
  readonly finish: "stop" | "length" | "tool_calls";
  readonly usage: AnswerUsage;
}

export interface AnswerCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: readonly string[];
}

/** In the sandbox's own tokens; see tokens.ts. */
export interface AnswerUsage {
  readonly promptTokens: number;
  /** Reasoning included. */
  readonly completionTokens: number;
  readonly reasoningTokens: number;
}

/**
 * What is said depends on the model, the messages, the tools, the response format and the seed alone; the limits
 * (max_tokens, stop) only cut it. `lengthTokens` asks for a text of that length.
 */
export function composeAnswer(request: SandboxRequest, lengthTokens?: number): Answer {
  const seed = createHash("sha256").update(JSON.stringify(request.identity)).digest().readUInt32LE();
  const reasoning = request.reasoning === "none" ? [] : splitTokens(thoughts(request.turns, seededChance(seed ^ 1)));
  const calls = planCalls(request, seededChance(seed ^ 2));
  const content = calls.length > 0 ? "" : cutAtStop(contentFor(request, seededChance(seed), lengthTokens), request.stops);
  return limit(request, {
    reasoning,
    content: splitTokens(content),
    calls: calls.map((call) => ({ ...call, arguments: splitTokens(call.arguments) })),
  });
}

function contentFor(request: SandboxRequest, chance: Chance, lengthTokens: number | undefined): string {
  switch (request.format.kind) {
    case "schema": return JSON.stringify(schemaValue(request.format.schema, chance));
    case "object": return JSON.stringify({ sandbox: true, answer: prose(request.turns, chance) });
    case "text": return lengthTokens === undefined ? prose(request.turns, chance) : proseOfLength(request, chance, lengthTokens);
  }
}

function proseOfLength(request: SandboxRequest, chance: Chance, lengthTokens: number): string {
  const sentences = [prose(request.turns, chance)];
  let missing = lengthTokens - countTokens(sentences[0] ?? "");
  for (const sentence of ramble(chance)) {
    if (missing <= 0) break;
    sentences.push(sentence);
    missing -= countTokens(sentence);
  }
  return splitTokens(sentences.join(" ")).slice(0, lengthTokens).join("");
}

function cutAtStop(text: string, stops: readonly string[]): string {
  const places = stops.map((stop) => text.indexOf(stop)).filter((place) => place >= 0);
  return places.length === 0 ? text : text.slice(0, Math.min(...places));
}

type Uncut = Pick<Answer, "reasoning" | "content" | "calls">;

/** Spends max_tokens on the reasoning, then on the content, then on the calls. */
function limit(request: SandboxRequest, uncut: Uncut): Answer {
  const most = request.maxTokens ?? Infinity;
  let left = most;
  const take = (tokens: readonly string[]): readonly string[] => {
    const taken = tokens.slice(0, left);
    left -= taken.length;
    return taken;
  };
  const reasoning = take(uncut.reasoning);
  const content = take(uncut.content);
  const calls: AnswerCall[] = [];
  for (const call of uncut.calls) {
    // A name is written whole or not at all.
    const nameTokens = countTokens(call.name);
    if (nameTokens > left) break;
    left -= nameTokens;
    calls.push({ ...call, arguments: take(call.arguments) });
  }
  const wanted = sizeOf(uncut);
  const completionTokens = sizeOf({ reasoning, content, calls });
  const finish = completionTokens < wanted ? "length" : calls.length > 0 ? "tool_calls" : "stop";
  return {
    reasoning, content, calls, finish,
    usage: { promptTokens: promptTokens(request), completionTokens, reasoningTokens: reasoning.length },
  };
}

function sizeOf(part: Uncut): number {
  const calls = part.calls.reduce((sum, call) => sum + countTokens(call.name) + call.arguments.length, 0);
  return part.reasoning.length + part.content.length + calls;
}

const tokensPerMessage = 4;
const tokensPerAttachment = 256;

function promptTokens(request: SandboxRequest): number {
  let count = 0;
  for (const turn of request.turns) {
    count += tokensPerMessage + countTokens(turn.text) + turn.attachments * tokensPerAttachment;
    for (const call of turn.calls) count += countTokens(call.name) + countTokens(call.arguments);
  }
  for (const extra of request.promptExtras) {
    if (extra !== undefined && extra !== null) count += countTokens(JSON.stringify(extra));
  }
  return count;
}
