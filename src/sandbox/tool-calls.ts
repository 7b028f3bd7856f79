/** Which tools the sandbox calls, and with what. */

import type { Chance } from "../base/clock.ts";
import { pick } from "./draw.ts";
import { isObject } from "./json.ts";
import { lastAsked, quote } from "./prose.ts";
import type { FunctionTool, SandboxRequest } from "./request.ts";
import type { Suggestion } from "./schema-text.ts";
import { schemaValue } from "./schema-value.ts";

export interface PlannedCall {
  readonly id: string;
  readonly name: string;
  /** JSON text that fits the tool's parameters. */
  readonly arguments: string;
}

/**
 * When the tools are the sandbox's to choose, it calls those that the user's last turn mentions by name or by a word of
 * the name, and answers in words once there is a result. A forced choice always calls.
 */
export function planCalls(request: SandboxRequest, chance: Chance): PlannedCall[] {
  const suggestions = suggestionsOf(lastAsked(request.turns)?.text ?? "");
  return chooseTools(request, chance).map((tool) => ({
    id: `call_${Array.from({ length: 24 }, () => pick(alphanumeric, chance)).join("")}`,
    name: tool.name,
    arguments: JSON.stringify(argumentsFor(tool, suggestions, chance)),
  }));
}

const alphanumeric = Array.from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
const callsMax = 8;

function chooseTools(request: SandboxRequest, chance: Chance): readonly FunctionTool[] {
  const { tools, toolChoice } = request;
  if (toolChoice === "none" || tools.length === 0) return [];
  if (typeof toolChoice === "object") return tools.filter((tool) => tool.name === toolChoice.name).slice(0, 1);
  if (toolChoice === "auto" && request.turns.at(-1)?.role !== "user") return [];
  const words = wordsOf(lastAsked(request.turns)?.text.slice(0, textMax) ?? "");
  const mentioned = tools.filter((tool) => isMentioned(tool.name, words)).slice(0, request.parallelToolCalls ? callsMax : 1);
  return mentioned.length === 0 && toolChoice === "required" ? [pick(tools, chance)] : mentioned;
}

const textMax = 20_000;

/** Words that say nothing about what a tool is for. */
const commonWords = new Set(["get", "set", "the", "for", "and", "use", "run", "call", "tool", "function", "current", "from", "with"]);

function isMentioned(name: string, words: ReadonlySet<string>): boolean {
  return words.has(name.toLowerCase()) || [...wordsOf(name)].some((word) => word.length >= 3 && !commonWords.has(word) && words.has(word));
}

/** Words in lower case; of `get_weather` and `getWeather` also the parts. */
function wordsOf(text: string): ReadonlySet<string> {
  const whole = text.match(/[\p{L}\p{N}_-]+/gu) ?? [];
  const parts = text.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set([...whole, ...parts].map((word) => word.toLowerCase()));
}

/** What the user spoke of, for properties that ask for it: "in Oslo" for a city, the whole question for a query. */
function suggestionsOf(asked: string): readonly Suggestion[] {
  const question = quote(asked, 100);
  const place = /\b(?:in|at|for|to|near) (\p{Lu}[\p{L}-]{1,30}(?: \p{Lu}[\p{L}-]{1,30}){0,2})/u.exec(question)?.[1];
  const places: readonly Suggestion[] = place === undefined ? [] : [["city", [place]], ["location", [place]], ["place", [place]]];
  return question === "" ? places : [...places, ["query", [question]], ["question", [question]]];
}

function argumentsFor(tool: FunctionTool, suggestions: readonly Suggestion[], chance: Chance): object {
  // Arguments are an object, whatever the schema says of them.
  const value = schemaValue(isObject(tool.parameters) ? { type: "object", ...tool.parameters } : { type: "object" }, chance, suggestions);
  return isObject(value) ? value : {};
}
