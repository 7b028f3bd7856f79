/** Tools, the choice among them and the format of text, from this dialect's flat words to the canonical ones and back. */

import type { ChatParameters, ResponseFormat, Tool, ToolChoice } from "../../wire/chat.ts";
import { isAbsent } from "../body.ts";
import { invalid, isRecord, list, oneOf, record, text, type Fields } from "../check.ts";

const toolName = text(64);
const anyText = text();

/** Tools of other types are handed on as they are: the upstream knows them, or they are left out with a note. */
export function readTools(value: unknown, path: string): readonly Tool[] {
  return list(value, path).map((item, index) => readTool(record(item, `${path}[${index}]`), `${path}[${index}]`));
}

function readTool(tool: Fields, path: string): Tool {
  const type = anyText(tool["type"], `${path}.type`);
  if (type === "function") return readFunction(tool, path);
  if (type !== "custom") return tool as unknown as Tool;
  const { type: _type, name, description, format, ...rest } = tool;
  return {
    ...rest, type,
    custom: {
      name: readName(name, `${path}.name`),
      ...(isAbsent(description) ? undefined : { description: anyText(description, `${path}.description`) }),
      ...(isAbsent(format) ? undefined : { format: readGrammar(record(format, `${path}.format`)) }),
    },
  };
}

function readFunction(tool: Fields, path: string): Tool {
  const { type: _type, name, description, parameters, strict, ...rest } = tool;
  if (!isAbsent(strict) && typeof strict !== "boolean") throw invalid(`${path}.strict`, "must be true or false");
  return {
    ...rest, type: "function",
    function: {
      name: readName(name, `${path}.name`),
      ...(isAbsent(description) ? undefined : { description: anyText(description, `${path}.description`) }),
      ...(isAbsent(parameters) ? undefined : { parameters: record(parameters, `${path}.parameters`) }),
      ...(isAbsent(strict) ? undefined : { strict }),
    },
  };
}

function readName(value: unknown, path: string): string {
  const name = toolName(value, path);
  if (!/^[\w-]+$/.test(name)) throw invalid(path, "must be letters, digits, underscores and dashes");
  return name;
}

/** Elsewhere a grammar is an object of its own. */
function readGrammar(format: Fields): Fields {
  if (format["type"] !== "grammar" || isRecord(format["grammar"])) return format;
  const { type, ...grammar } = format;
  return { type, grammar };
}

export function readToolChoice(value: unknown, path: string): ToolChoice {
  if (typeof value === "string") return oneOf(["none", "auto", "required"])(value, path);
  const choice = record(value, path);
  const type = anyText(choice["type"], `${path}.type`);
  if (type === "function") return { type, function: { name: readName(choice["name"], `${path}.name`) } };
  if (type === "custom") return { type, custom: { name: readName(choice["name"], `${path}.name`) } } as ToolChoice;
  return choice as unknown as ToolChoice;
}

/**
 * Only some of the tools may be called: the others are not sent, because most upstreams have no such choice.
 * @throws Fault invalid_request when it names a tool that is not there.
 */
export function withAllowedTools(parameters: ChatParameters, path: string): ChatParameters {
  const choice = parameters.tool_choice as Fields | string | undefined;
  if (!isRecord(choice) || choice["type"] !== "allowed_tools") return parameters;
  const tools = parameters.tools ?? [];
  const allowed = list(choice["tools"], `${path}.tools`).map((item, index) => {
    const wanted = record(item, `${path}.tools[${index}]`);
    const found = tools.find((tool) => tool.type === wanted["type"] && (wanted["name"] === undefined || nameOf(tool) === wanted["name"]));
    if (found === undefined) throw invalid(`${path}.tools[${index}]`, "is none of tools");
    return found;
  });
  return { ...parameters, tools: allowed, tool_choice: oneOf(["auto", "required"])(choice["mode"], `${path}.mode`) };
}

function nameOf(tool: Tool): unknown {
  return tool.function?.name ?? (tool["custom"] as Fields | undefined)?.["name"];
}

/** Undefined for plain text, which is what everybody gives unasked. */
export function readFormat(value: unknown, path: string): ResponseFormat | undefined {
  if (isAbsent(value)) return undefined;
  const format = record(value, path);
  switch (oneOf(["text", "json_object", "json_schema"])(format["type"], `${path}.type`)) {
    case "text":
      return undefined;
    case "json_object":
      return { type: "json_object" };
    case "json_schema": {
      const { name, schema, description, strict } = format;
      if (!isAbsent(strict) && typeof strict !== "boolean") throw invalid(`${path}.strict`, "must be true or false");
      return {
        type: "json_schema",
        json_schema: {
          name: toolName(name, `${path}.name`),
          schema: record(schema, `${path}.schema`),
          ...(isAbsent(description) ? undefined : { description: anyText(description, `${path}.description`) }),
          ...(isAbsent(strict) ? undefined : { strict }),
        },
      };
    }
  }
}

/** The tools as a response repeats them. */
export function toolViews(tools: readonly Tool[] | undefined): readonly object[] {
  return (tools ?? []).map((tool) => {
    const { function: called, custom, ...rest } = tool;
    if (called !== undefined) return { ...rest, name: called.name, description: called.description ?? null, parameters: called.parameters ?? null, strict: called.strict ?? null };
    return isRecord(custom) ? { ...rest, ...custom, ...grammarView(custom["format"]) } : rest;
  });
}

function grammarView(format: unknown): object | undefined {
  return isRecord(format) && isRecord(format["grammar"]) ? { format: { type: format["type"], ...format["grammar"] } } : undefined;
}

export function toolChoiceView(choice: ToolChoice | undefined): unknown {
  if (choice === undefined || typeof choice === "string") return choice ?? "auto";
  const { function: called, custom, ...rest } = choice as Fields;
  return { ...rest, ...(isRecord(called) ? called : isRecord(custom) ? custom : undefined) };
}

export function formatView(format: ResponseFormat | undefined): object {
  return format?.type === "json_schema" ? { type: format.type, ...format.json_schema } : (format ?? { type: "text" });
}
