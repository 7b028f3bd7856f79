/** Tools and formats (contract §2.4, §2.5). Checked for shape and handed on by reference. */

import { invalid, isRecord, list, oneOf, record, text, type Fields } from "../check.ts";

const toolName = text(64);

export function readTools(value: unknown, path: string): unknown {
  const tools = list(value, path);
  tools.forEach((item, index) => {
    const tool = record(item, `${path}[${index}]`);
    const type = text()(tool["type"], `${path}[${index}].type`);
    if (type !== "function") return;
    const called = record(tool["function"], `${path}[${index}].function`);
    const name = toolName(called["name"], `${path}[${index}].function.name`);
    if (!/^[\w-]+$/.test(name)) throw invalid(`${path}[${index}].function.name`, "must be letters, digits, underscores and dashes");
    const { parameters } = called;
    if (parameters !== undefined && parameters !== null && !isRecord(parameters)) {
      throw invalid(`${path}[${index}].function.parameters`, "must be a JSON Schema object");
    }
  });
  return tools;
}

export function readToolChoice(value: unknown, path: string): unknown {
  if (typeof value === "string") return oneOf(["none", "auto", "required"])(value, path);
  const choice = record(value, path);
  if (text()(choice["type"], `${path}.type`) === "function") {
    toolName(record(choice["function"], `${path}.function`)["name"], `${path}.function.name`);
  }
  return choice;
}

export function readResponseFormat(value: unknown, path: string): unknown {
  const format = record(value, path);
  switch (oneOf(["text", "json_object", "json_schema", "grammar", "python"])(format["type"], `${path}.type`)) {
    case "json_schema":
      checkJsonSchema(record(format["json_schema"], `${path}.json_schema`), `${path}.json_schema`);
      break;
    case "grammar":
      text()(format["grammar"], `${path}.grammar`);
      break;
    default:
  }
  return format;
}

function checkJsonSchema(schema: Fields, path: string): void {
  toolName(schema["name"], `${path}.name`);
  if (schema["schema"] !== undefined && schema["schema"] !== null) record(schema["schema"], `${path}.schema`);
}
