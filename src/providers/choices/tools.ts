/** Tools and the choice among them, for upstreams that know only some of the ways to choose. */

import type { ChatParameters, Tool } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import type { ToolChoiceForm } from "../quirks.ts";

export interface ChosenTools {
  readonly tools?: readonly Tool[];
  readonly toolChoice?: NonNullable<ChatParameters["tool_choice"]>;
}

/**
 * Says with the forms that the upstream knows what the caller's tool_choice says: fewer tools and "required" stand for
 * one function, no tools for "none". What cannot be said so is dropped with a note.
 */
export function chooseTools(parameters: ChatParameters, forms: readonly ToolChoiceForm[], notes: ParameterNote[]): ChosenTools {
  const tools = modelTools(parameters.tools ?? [], notes);
  const choice = parameters.tool_choice;
  if (tools.length === 0) {
    if (choice !== undefined) notes.push({ parameter: "tool_choice", action: "dropped", detail: "there are no tools to choose from" });
    return {};
  }
  if (choice === undefined) return { tools };
  if (forms.includes(typeof choice === "string" ? choice : "function")) return { tools, toolChoice: choice };
  if (choice === "auto") return { tools };
  if (choice === "none") {
    notes.push({ parameter: "tool_choice", action: "translated", detail: "none: sent without tools" });
    return {};
  }
  if (choice === "required") {
    notes.push({ parameter: "tool_choice", action: "dropped", detail: "this provider cannot be made to call a tool" });
    return { tools };
  }
  const named = tools.filter((tool) => tool.function?.name === choice.function?.name);
  if (named.length === 0) {
    notes.push({ parameter: "tool_choice", action: "dropped", detail: "it names none of the tools" });
    return { tools };
  }
  const isForced = forms.includes("required");
  notes.push({ parameter: "tool_choice", action: "translated", detail: isForced ? "sent as required, with that tool alone" : "sent with that tool alone" });
  return isForced ? { tools: named, toolChoice: "required" } : { tools: named };
}

/** Without the gateway's own tools (`name:tool`), which no upstream knows, and without markers meant for other dialects. */
function modelTools(tools: readonly Tool[], notes: ParameterNote[]): readonly Tool[] {
  const kept = tools.filter((tool) => !tool.type.includes(":"));
  if (kept.length < tools.length) notes.push({ parameter: "tools", action: "dropped", detail: "tools that the gateway runs" });
  return kept.map((tool) => {
    if (tool["cache_control"] === undefined && tool["eager_input_streaming"] === undefined) return tool;
    const { cache_control: _cache, eager_input_streaming: _eager, ...plain } = tool;
    return plain as Tool;
  });
}
