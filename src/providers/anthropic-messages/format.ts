/** The form of the answer: as a schema that the upstream holds the model to, or else as an instruction. */

import type { ResponseFormat } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { asList, asObject, type JsonObject } from "../json.ts";

export interface EncodedFormat {
  /** output_config.format */
  readonly format?: object;
  readonly instruction?: string;
}

export function encodeFormat(format: ResponseFormat | undefined, takesSchemas: boolean, notes: ParameterNote[]): EncodedFormat {
  if (format === undefined || format.type === "text") return {};
  if (format.type === "json_object") {
    notes.push({ parameter: "response_format", action: "translated", detail: "sent as an instruction" });
    return { instruction: "Answer with one JSON object, and with nothing else." };
  }
  if (format.type !== "json_schema") {
    notes.push({ parameter: "response_format", action: "dropped", detail: `${format.type} is not taken by this provider` });
    return {};
  }
  const schema = format.json_schema.schema ?? {};
  const strict = takesSchemas ? strictSchema(schema) : undefined;
  if (strict !== undefined) {
    if (strict.isChanged) notes.push({ parameter: "response_format", action: "translated", detail: "what the provider does not hold to is said in the schema's descriptions" });
    return { format: { type: "json_schema", schema: strict.schema } };
  }
  notes.push({ parameter: "response_format", action: "translated", detail: "the schema is sent as an instruction" });
  return { instruction: `Answer with JSON that fits this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}` };
}

interface StrictSchema {
  readonly schema: JsonObject;
  readonly isChanged: boolean;
}

/** Keywords that the upstream holds to. Source: https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
const taken: ReadonlySet<string> = new Set([
  "$schema", "$id", "$ref", "$defs", "definitions", "type", "properties", "required", "items", "additionalProperties", "anyOf", "allOf", "enum", "const", "default",
  "title", "description", "format",
]);
const formats: ReadonlySet<unknown> = new Set(["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"]);

/**
 * The schema as the upstream takes it: objects closed, alternatives as anyOf, and other limits moved into descriptions,
 * where the model can read them. Undefined for a schema with objects of any content, which it does not take at all.
 */
export function strictSchema(schema: JsonObject): StrictSchema | undefined {
  let isChanged = false;

  function close(node: JsonObject): JsonObject | undefined {
    const closed: Record<string, unknown> = {};
    const limits: Record<string, unknown> = {};
    for (const [keyword, value] of Object.entries(node)) {
      if (keyword === "oneOf") closed["anyOf"] = value;
      else if (taken.has(keyword) && (keyword !== "format" || formats.has(value))) closed[keyword] = value;
      else limits[keyword] = value;
    }
    if (isOpenObject(closed)) return undefined;
    if (closed["type"] === "object" && closed["additionalProperties"] === undefined) closed["additionalProperties"] = false;
    for (const keyword of ["properties", "$defs", "definitions"]) if (!closeIn(closed, keyword, asObject(closed[keyword]))) return undefined;
    for (const keyword of ["anyOf", "allOf"]) if (!closeAll(closed, keyword)) return undefined;
    const items = asObject(closed["items"]);
    if (items !== undefined && (closed["items"] = close(items)) === undefined) return undefined;
    if (Object.keys(limits).length === 0) return closed;
    isChanged = true;
    const said = typeof closed["description"] === "string" ? `${closed["description"]}\n` : "";
    return { ...closed, description: `${said}${JSON.stringify(limits)}` };
  }

  function closeIn(closed: Record<string, unknown>, keyword: string, nodes: JsonObject | undefined): boolean {
    if (nodes === undefined) return true;
    const entries = Object.entries(nodes).map(([name, node]) => [name, close(asObject(node) ?? {})] as const);
    closed[keyword] = Object.fromEntries(entries);
    return entries.every(([, node]) => node !== undefined);
  }

  function closeAll(closed: Record<string, unknown>, keyword: string): boolean {
    if (closed[keyword] === undefined) return true;
    const nodes = asList(closed[keyword]).map((node) => close(asObject(node) ?? {}));
    closed[keyword] = nodes;
    return nodes.every((node) => node !== undefined);
  }

  const closed = close(schema);
  return closed === undefined ? undefined : { schema: closed, isChanged };
}

function isOpenObject({ type, properties, additionalProperties }: JsonObject): boolean {
  if (additionalProperties !== undefined && additionalProperties !== false) return true;
  return type === "object" && properties === undefined && additionalProperties === undefined;
}
