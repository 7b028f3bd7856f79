/**
 * A JSON Schema as Google takes it in parametersJsonSchema and responseJsonSchema: `$schema` and `const` are not known
 * there, nothing but `$` keywords may stand beside a `$ref`, and definitions are `$defs`. All other keywords stay.
 * Source: ai.google.dev/api/generate-content, GenerationConfig.responseJsonSchema.
 */

import { asList, asObject, type JsonObject } from "../json.ts";

/** Deeper schemas are handed on as they are: nobody writes them by hand, and Google refuses them. */
const depthMax = 64;

export function encodeSchema(schema: JsonObject): JsonObject {
  return reduced(schema, 0);
}

function reduced(schema: JsonObject, depth: number): JsonObject {
  if (depth > depthMax) return schema;
  const only = asList(schema["allOf"]);
  // A lone allOf is how generators say "this one, with a description".
  if (only.length === 1 && asObject(only[0]) !== undefined) {
    const { allOf: _only, ...beside } = schema;
    return reduced({ ...asObject(only[0]), ...beside }, depth + 1);
  }
  const older = asObject(schema["definitions"]);
  const isReference = typeof schema["$ref"] === "string";
  const fields: (readonly [string, unknown])[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "$schema") continue;
    if (keyword === "$defs" && older !== undefined) continue;
    if (keyword === "definitions" && older !== undefined) fields.push(["$defs", each({ ...asObject(schema["$defs"]), ...older }, depth)]);
    else if (isReference && !keyword.startsWith("$")) continue;
    else if (isReference && keyword === "$ref") fields.push([keyword, String(value).replace(/^#\/definitions\//, "#/$defs/")]);
    else if (keyword === "const") fields.push(["enum", [value]]);
    else if (named.has(keyword)) fields.push([keyword, each(value, depth)]);
    else if (nested.has(keyword)) fields.push([keyword, inner(value, depth)]);
    else fields.push([keyword, value]);
  }
  // Unlike assignment, this makes a property of any name, "__proto__" among them.
  return Object.fromEntries(fields);
}

/** Keywords whose values are schemas by name; the names are the caller's own words. */
const named: ReadonlySet<string> = new Set(["properties", "$defs", "patternProperties", "dependentSchemas"]);
const nested: ReadonlySet<string> = new Set(["items", "prefixItems", "additionalProperties", "anyOf", "oneOf", "allOf", "not", "if", "then", "else", "contains", "propertyNames"]);

function each(value: unknown, depth: number): unknown {
  const schemas = asObject(value);
  return schemas === undefined ? value : Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, inner(schema, depth)]));
}

function inner(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return value.map((schema) => inner(schema, depth));
  const schema = asObject(value);
  return schema === undefined ? value : reduced(schema, depth + 1);
}
