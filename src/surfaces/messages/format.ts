/** The form of the answer, and whether a schema is one that every model can be held to. */

import type { ResponseFormat } from "../../wire/chat.ts";
import { isAbsent } from "../body.ts";
import { isRecord, oneOf, record, type Fields } from "../check.ts";

/** Here a format has no name; elsewhere it must have one. */
const formatName = "answer";

export function readFormat(value: unknown, path: string): ResponseFormat | undefined {
  if (isAbsent(value)) return undefined;
  const format = record(value, path);
  oneOf(["json_schema"])(format["type"], `${path}.type`);
  const schema = record(format["schema"], `${path}.schema`);
  return { type: "json_schema", json_schema: { name: formatName, schema, ...(isStrict(schema) ? { strict: true } : {}) } };
}

/**
 * Is every object of the schema closed, and every property of it required? OpenAI's strict mode takes no other schema, while
 * this dialect's schemas may leave properties out. The depth was checked when the field was read.
 */
export function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (!isRecord(schema)) return true;
  return isClosed(schema) && Object.values(schema).every(isStrict);
}

function isClosed({ type, properties, required, additionalProperties }: Fields): boolean {
  if (type !== "object" && !isRecord(properties)) return true;
  const names = isRecord(properties) ? Object.keys(properties) : [];
  return additionalProperties === false && names.every((name) => Array.isArray(required) && required.includes(name));
}
