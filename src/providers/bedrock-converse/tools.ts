/** Tools and the choice among them. */

import type { ChatParameters, Tool } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { chooseTools } from "../choices/tools.ts";
import { noteOnce } from "../anthropic-messages/content.ts";
import { cachePoint, type Block } from "./content.ts";
import type { ModelTraits } from "./models.ts";

export interface ToolTarget {
  readonly traits: ModelTraits;
  /** The endpoint takes a tool_choice. */
  readonly takesChoice: boolean;
  /** Why a tool cannot be forced, if it cannot. */
  readonly unforced: string | undefined;
}

export interface EncodedTools {
  readonly toolConfig?: object;
  /** Among the maker's own fields, where this protocol has no word for it. */
  readonly toolChoice?: object;
}

type Choice = NonNullable<ChatParameters["tool_choice"]>;

export function encodeTools(parameters: ChatParameters, { traits, takesChoice, unforced }: ToolTarget, notes: ParameterNote[]): EncodedTools {
  const { tools: given = [], tool_choice: wanted, parallel_tool_calls: parallel } = parameters;
  const functions = given.filter((tool) => tool.function !== undefined || tool.type.includes(":"));
  if (functions.length < given.length) noteOnce(notes, { parameter: "tools", action: "dropped", detail: "tools of a type that is not taken by this provider" });
  const isClaude = traits.claude !== undefined;
  const choice = isForced(wanted) && unforced !== undefined ? "auto" : wanted;
  if (choice !== wanted) notes.push({ parameter: "tool_choice", action: "translated", detail: `sent as auto: ${unforced}` });
  const forms = !takesChoice ? [] : isClaude ? (["none", "auto", "required", "function"] as const) : traits.toolChoices;
  const marks = new Map(functions.map((tool) => [tool.function, tool]));
  const { tools, toolChoice } = chooseTools({ ...parameters, tools: functions, ...(choice === undefined ? {} : { tool_choice: choice }) }, forms, notes);
  if (tools === undefined) {
    if (parallel !== undefined) notes.push({ parameter: "parallel_tool_calls", action: "dropped", detail: "there are no tools to call" });
    return {};
  }
  if (parallel === false && !isClaude) notes.push({ parameter: "parallel_tool_calls", action: "dropped", detail: "not taken by this model" });
  if (tools.some((tool) => tool.function?.strict === true)) noteOnce(notes, { parameter: "tools", action: "translated", detail: "sent without strict" });
  const config = { tools: tools.flatMap((tool) => [{ toolSpec: encodeTool(tool) }, ...cachePoint(marks.get(tool.function) ?? tool, { traits })] as readonly Block[]) };
  const isAlone = isClaude && parallel === false && toolChoice !== "none";
  // One word of Claude's own for the choice rules this protocol's out: the upstream answers both with 400.
  if (isAlone || toolChoice === "none") return { toolConfig: config, toolChoice: { ...claudeChoice(toolChoice ?? "auto"), ...(isAlone ? { disable_parallel_tool_use: true } : {}) } };
  return { toolConfig: { ...config, ...(toolChoice === undefined ? {} : { toolChoice: converseChoice(toolChoice) }) } };
}

function isForced(choice: Choice | undefined): boolean {
  return choice !== undefined && choice !== "auto" && choice !== "none";
}

function encodeTool({ function: called }: Tool): object {
  const { name = "", description, parameters } = called ?? {};
  const schema = parameters === undefined ? { type: "object", properties: {} } : { type: "object", ...parameters };
  return { name, ...(description === undefined || description.trim() === "" ? {} : { description }), inputSchema: { json: schema } };
}

function claudeChoice(choice: Choice): object {
  if (choice === "required") return { type: "any" };
  return typeof choice === "string" ? { type: choice } : { type: "tool", name: choice.function?.name };
}

function converseChoice(choice: Choice): object {
  if (choice === "required") return { any: {} };
  return typeof choice === "string" ? { auto: {} } : { tool: { name: choice.function?.name } };
}
