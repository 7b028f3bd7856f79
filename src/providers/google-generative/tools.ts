/** Tools as function declarations, and the choice among them. Source: ai.google.dev/gemini-api/docs/function-calling. */

import type { ChatParameters, Tool } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { chooseTools } from "../choices/tools.ts";
import type { ToolChoiceForm } from "../quirks.ts";
import { encodeSchema } from "./schema.ts";
import type { ModelTraits } from "./traits.ts";

export interface EncodedTools {
  readonly tools?: readonly object[];
  readonly toolConfig?: object;
  readonly hasFunctions: boolean;
  /** A function must be called: no JSON format may stand beside that, in any generation. */
  readonly isForced: boolean;
}

const forms: readonly ToolChoiceForm[] = ["none", "auto", "required", "function"];

export interface ToolTarget {
  readonly traits: ModelTraits;
  readonly takesToolChoice: boolean;
}

export function encodeTools(parameters: ChatParameters, { traits, takesToolChoice }: ToolTarget, notes: ParameterNote[]): EncodedTools {
  const { tools: chosen = [], toolChoice } = chooseTools(parameters, takesToolChoice ? forms : [], notes);
  const functions = chosen.filter((tool) => tool.function !== undefined);
  if (functions.length < chosen.length) notes.push({ parameter: "tools", action: "dropped", detail: "tools that are not functions" });
  if (parameters.parallel_tool_calls === false) {
    notes.push({ parameter: "parallel_tool_calls", action: "dropped", detail: "this provider cannot be held to one call at a time" });
  }
  const search = encodeSearch(parameters, functions.length > 0, notes);
  if (functions.length === 0) return { ...(search === undefined ? {} : { tools: [search] }), hasFunctions: false, isForced: false };
  const isStrict = traits.validatesCalls && functions.some((tool) => tool.function?.strict === true);
  const calling = encodeChoice(toolChoice, { functions, isStrict }, notes);
  return {
    tools: [{ functionDeclarations: functions.map(declaration) }],
    ...(calling === undefined ? {} : { toolConfig: { functionCallingConfig: calling } }),
    hasFunctions: true,
    isForced: calling?.mode === "ANY",
  };
}

function declaration(tool: Tool): object {
  const { name, description, parameters } = tool.function ?? { name: "" };
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parametersJsonSchema: encodeSchema(parameters["type"] === undefined ? { type: "object", ...parameters } : parameters) }),
  };
}

interface Calling {
  readonly mode: "AUTO" | "ANY" | "NONE" | "VALIDATED";
  readonly allowedFunctionNames?: readonly string[];
}

function encodeChoice(
  choice: ChatParameters["tool_choice"],
  { functions, isStrict }: { readonly functions: readonly Tool[]; readonly isStrict: boolean },
  notes: ParameterNote[],
): Calling | undefined {
  if (choice === "none") return { mode: "NONE" };
  if (choice === "required") return { mode: "ANY" };
  if (typeof choice === "object") {
    const name = choice.function?.name;
    if (name !== undefined && functions.some((tool) => tool.function?.name === name)) return { mode: "ANY", allowedFunctionNames: [name] };
    notes.push({ parameter: "tool_choice", action: "dropped", detail: "it names none of the functions" });
    return undefined;
  }
  if (isStrict) return { mode: "VALIDATED" };
  return choice === "auto" ? { mode: "AUTO" } : undefined;
}

/** Search does not go beside functions in most models. */
function encodeSearch(parameters: ChatParameters, hasFunctions: boolean, notes: ParameterNote[]): object | undefined {
  if (parameters.web_search_options === undefined) return undefined;
  if (hasFunctions) {
    notes.push({ parameter: "web_search_options", action: "dropped", detail: "this provider does not search beside functions" });
    return undefined;
  }
  notes.push({ parameter: "web_search_options", action: "translated", detail: "sent as the tool googleSearch" });
  return { googleSearch: {} };
}
