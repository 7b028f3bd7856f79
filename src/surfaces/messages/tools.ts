/** Tools and the choice among them. The caller's own tools become functions; those that a provider runs are handed on as they are. */

import { original, type ChatParameters, type Tool } from "../../wire/chat.ts";
import { isAbsent } from "../body.ts";
import { bool, invalid, isRecord, oneOf, records, record, text, type Fields } from "../check.ts";
import { isStrict } from "./format.ts";

const toolName = text(128);

export function readTools(value: unknown, path: string): readonly Tool[] {
  return records(value, path).map((tool, index) => readTool(tool, `${path}[${index}]`));
}

function readTool(tool: Fields, path: string): Tool {
  const type = isAbsent(tool["type"]) ? "custom" : text()(tool["type"], `${path}.type`);
  if (type !== "custom") return tool as Tool;
  const name = toolName(tool["name"], `${path}.name`);
  if (!/^[\w-]+$/.test(name)) throw invalid(`${path}.name`, "must be letters, digits, underscores and dashes");
  const parameters = isAbsent(tool["input_schema"]) ? undefined : record(tool["input_schema"], `${path}.input_schema`);
  const called = {
    name,
    ...(isAbsent(tool["description"]) ? {} : { description: text()(tool["description"], `${path}.description`) }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(tool["strict"] === true && isStrict(parameters) ? { strict: true } : {}),
  };
  return {
    type: "function",
    function: called,
    ...(isRecord(tool["cache_control"]) ? { cache_control: tool["cache_control"] } : {}),
    [original]: { of: called, source: tool },
  };
}

export function readToolChoice(value: unknown, path: string): Pick<ChatParameters, "tool_choice" | "parallel_tool_calls"> {
  if (isAbsent(value)) return {};
  const choice = record(value, path);
  const isAlone = isAbsent(choice["disable_parallel_tool_use"]) ? undefined : bool(choice["disable_parallel_tool_use"], `${path}.disable_parallel_tool_use`);
  return { tool_choice: chosen(choice, path), ...(isAlone === undefined ? {} : { parallel_tool_calls: !isAlone }) };
}

function chosen(choice: Fields, path: string): NonNullable<ChatParameters["tool_choice"]> {
  switch (oneOf(["auto", "any", "none", "tool"])(choice["type"], `${path}.type`)) {
    case "any":
      return "required";
    case "tool":
      return { type: "function", function: { name: toolName(choice["name"], `${path}.name`) } };
    case "none":
      return "none";
    case "auto":
      return "auto";
  }
}
