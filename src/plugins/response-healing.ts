/**
 * `response-healing`: JSON that was asked for and came a little broken is mended. Only what does not parse is touched, and what
 * comes of it must be what was asked for: an object, or a value that fits the schema. An answer that was cut off stays so.
 * Source: contract §8.7.
 */

import { jsonrepair } from "jsonrepair";
import type { AnswerChoice } from "../wire/chat.ts";
import type { Plugin } from "./plugin.ts";

/** Mending takes some 50 ms a million characters, during which nobody else is served. */
const charsMax = 256 * 1024;

export const responseHealing: Plugin = {
  id: "response-healing",
  isAutomatic: false,
  mend(answer, { parameters: { response_format: format } }, means) {
    if (format?.type !== "json_object" && format?.type !== "json_schema") return undefined;
    const schema = "json_schema" in format ? (format.json_schema.schema ?? anyObject) : anyObject;
    const mended: number[] = [];
    const choices = answer.choices.map((choice): AnswerChoice => {
      const content = choice.finish_reason === "stop" ? healed(choice.message.content, (value) => means.misfitOf(schema, value) === undefined) : undefined;
      if (content === undefined) return choice;
      mended.push(choice.index);
      return { ...choice, message: { ...choice.message, content } };
    });
    if (mended.length === 0) return undefined;
    return {
      answer: { ...answer, choices },
      stage: { type: "response_healing", name: "response-healing", summary: "The answer's JSON did not parse and was mended.", data: { choices: mended } },
    };
  },
};

const anyObject = { type: "object" };

/** Undefined for a text that needs no mending, and for one that cannot be mended. */
function healed(text: string | null, isAskedFor: (value: unknown) => boolean): string | undefined {
  if (text === null || text.trim() === "" || text.length > charsMax || parsed(text) !== undefined) return undefined;
  for (const attempt of attempts(text)) {
    const candidate = attempt();
    const value = candidate === undefined ? undefined : parsed(candidate);
    if (value !== undefined && isAskedFor(value.json)) return candidate;
  }
  return undefined;
}

/** From what takes least away from the model's own words to what changes most. */
function attempts(text: string): readonly (() => string | undefined)[] {
  const inner = fenced(text);
  const start = inner.search(/[{[]/);
  if (start === -1) return [];
  const rest = inner.slice(start);
  const found = closed(rest);
  return [() => inner.trim(), () => found, () => repaired(found), () => repaired(rest)];
}

/** What stands between the first fence and its end, or the end of the text; all of it where there is none. */
function fenced(text: string): string {
  const opening = /```[ \t]*(?:json[a-z0-9]*)?[ \t]*\r?\n?/i.exec(text);
  if (opening === null) return text;
  const rest = text.slice(opening.index + opening[0].length);
  const end = rest.lastIndexOf("```");
  return end === -1 ? rest : rest.slice(0, end);
}

/** Up to the bracket that closes the first one; undefined where none does. */
function closed(text: string): string | undefined {
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (isQuoted && character === "\\") at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === "{" || character === "[")) depth++;
    else if (!isQuoted && (character === "}" || character === "]") && --depth === 0) return text.slice(0, at + 1);
  }
  return undefined;
}

function repaired(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return jsonrepair(text);
  } catch {
    // Beyond repair, or nested more deeply than the stack.
    return undefined;
  }
}

function parsed(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
