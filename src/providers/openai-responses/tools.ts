/** Tools and the choice among them: flat, where the caller's dialect has them one level deeper. */

import type { ChatParameters, Tool, ToolChoice } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { chooseTools } from "../choices/tools.ts";
import { asList, asObject, type JsonObject } from "../json.ts";
import type { ToolChoiceForm } from "../quirks.ts";

export interface EncodedTools {
  readonly tools?: readonly JsonObject[];
  readonly tool_choice?: unknown;
  readonly parallel_tool_calls?: boolean;
}

/** `forms`: the ways to choose that the endpoint takes. */
export function encodeTools(parameters: ChatParameters, forms: readonly ToolChoiceForm[], notes: ParameterNote[]): EncodedTools {
  const { tools, toolChoice } = chooseTools(parameters, forms, notes);
  const { parallel_tool_calls: parallel, web_search_options: search } = parameters;
  const encoded = [...(tools ?? []).map(encodeTool), ...(search === undefined ? [] : [searchTool(search, notes)]), ...imageTools(parameters.modalities, notes)];
  if (encoded.length === 0) {
    if (parallel !== undefined) notes.push({ parameter: "parallel_tool_calls", action: "dropped", detail: "there are no tools to call" });
    return {};
  }
  return {
    tools: encoded,
    ...(toolChoice === undefined ? {} : { tool_choice: encodeChoice(toolChoice) }),
    ...(parallel === undefined ? {} : { parallel_tool_calls: parallel }),
  };
}

/** Tools of the protocol's own stand as they are. */
function encodeTool(tool: Tool): JsonObject {
  const { type, function: called, custom, ...beside } = tool;
  if (called !== undefined) {
    const { name, description, parameters, strict } = called;
    return {
      type: "function",
      name,
      ...(description === undefined ? {} : { description }),
      parameters: parameters ?? { type: "object", properties: {} },
      // Here strict is the default, with schemas that callers of other dialects do not write.
      strict: strict ?? false,
      ...beside,
    };
  }
  const { format, ...fields } = asObject(custom) ?? {};
  if (type !== "custom" || fields["name"] === undefined) return tool;
  const { type: kind, grammar } = asObject(format) ?? {};
  return { type, ...fields, ...(format === undefined ? {} : { format: grammar === undefined ? format : { type: kind, ...asObject(grammar) } }) };
}

function encodeChoice(choice: ToolChoice): unknown {
  if (typeof choice === "string") return choice;
  const { type, ...inner } = choice as JsonObject;
  const allowed = asObject(inner["allowed_tools"]);
  if (allowed !== undefined) return { type, ...allowed, tools: asList(allowed["tools"]).map((tool) => (typeof tool === "object" && tool !== null ? encodeChoice(tool as ToolChoice) : tool)) };
  return { type, ...(asObject(inner["function"]) ?? asObject(inner["custom"]) ?? inner) };
}

function searchTool({ search_context_size: size, user_location: location }: JsonObject, notes: ParameterNote[]): JsonObject {
  notes.push({ parameter: "web_search_options", action: "translated", detail: "sent as the tool web_search" });
  const { approximate, ...place } = asObject(location) ?? {};
  return {
    type: "web_search",
    ...(size === undefined ? {} : { search_context_size: size }),
    ...(location === undefined ? {} : { user_location: { ...place, ...asObject(approximate) } }),
  };
}

/** Models of this protocol draw with a tool. */
function imageTools(modalities: readonly string[] | undefined, notes: ParameterNote[]): readonly JsonObject[] {
  if (modalities?.includes("image") !== true) return [];
  notes.push({ parameter: "modalities", action: "translated", detail: "sent as the tool image_generation" });
  return [{ type: "image_generation" }];
}
