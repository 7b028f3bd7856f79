/**
 * Values that fit a JSON Schema, for the arguments of tool calls and for structured answers: types, enum, const,
 * properties, required, items, prefixItems, the bounds of numbers, strings, arrays and objects, formats, references
 * within the document (recursive ones too), allOf, anyOf, and oneOf whose branches are told apart by type, const, enum
 * or required. Not covered: pattern, not, if/then/else, contains, and the dependent and unevaluated keywords.
 */

import type { Chance } from "../base/clock.ts";
import { between, pick } from "./draw.ts";
import { isObject, listOf, numberOf, textOf } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { flattenSchema, typeNames } from "./schema-flatten.ts";
import type { Walk } from "./schema-flatten.ts";
import { schemaText } from "./schema-text.ts";
import type { Suggestion } from "./schema-text.ts";

/** From this depth on only what must be there is there. */
const leanDepth = 4;
/** No satisfiable schema of a sane size needs more; one without an end gets null here. */
const depthMax = 40;
const stepsMax = 20_000;
const lengthMax = 4_096;

/** A value that fits the schema, the same for the same chance. Never throws, whatever the schema is. */
export function schemaValue(schema: unknown, chance: Chance, suggestions: readonly Suggestion[] = []): unknown {
  return valueOf(schema, { root: schema, chance, steps: stepsMax, suggestions }, { name: "", depth: 0 });
}

interface ValueWalk extends Walk {
  readonly suggestions: readonly Suggestion[];
}

interface Place {
  /** The name of the property, for strings. */
  readonly name: string;
  readonly depth: number;
}

function valueOf(composed: unknown, walk: ValueWalk, place: Place): unknown {
  if (place.depth > depthMax || walk.steps-- <= 0) return null;
  const lean = place.depth >= leanDepth;
  const { schema, requiredOnly } = flattenSchema(composed, walk, lean);
  if ("const" in schema) return schema["const"];
  const choices = listOf(schema["enum"]).filter((value) => fitsType(value, schema["type"]));
  if (choices.length > 0) return pick(choices, walk.chance);
  switch (typeFor(schema, walk.chance, lean)) {
    case "null": return null;
    case "boolean": return walk.chance() < 0.5;
    case "integer": return numberFor(schema, walk.chance, true);
    case "number": return numberFor(schema, walk.chance, false);
    case "array": return arrayFor(schema, walk, place);
    case "object": return objectFor(schema, walk, { ...place, requiredOnly: requiredOnly || lean });
    default: return stringFor(schema, walk, place.name);
  }
}

/** The type to make: null only where nothing else is allowed, or sometimes, or to come to an end. */
function typeFor(schema: JsonObject, chance: Chance, lean: boolean): string {
  const types = typeNames(schema["type"]);
  if (types.length === 0) return impliedType(schema);
  if (types.includes("null") && (lean || chance() < 0.1)) return "null";
  const full = types.filter((type) => type !== "null");
  return full.length === 0 ? "null" : pick(full, chance);
}

const impliedTypes: readonly (readonly [string, readonly string[]])[] = [
  ["object", ["properties", "required", "additionalProperties", "minProperties", "maxProperties"]],
  ["array", ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"]],
  ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]],
];

function impliedType(schema: JsonObject): string {
  return impliedTypes.find(([, keywords]) => keywords.some((keyword) => keyword in schema))?.[0] ?? "string";
}

function fitsType(value: unknown, type: unknown): boolean {
  const types = typeNames(type);
  if (types.length === 0) return true;
  if (typeof value === "number") return types.includes("number") || (types.includes("integer") && Number.isInteger(value));
  if (value === null) return types.includes("null");
  return types.includes(Array.isArray(value) ? "array" : typeof value);
}

function stringFor(schema: JsonObject, walk: ValueWalk, name: string): string {
  const lengthMin = Math.min(lengthMax, Math.max(0, numberOf(schema["minLength"]) ?? 0));
  const most = numberOf(schema["maxLength"]) ?? lengthMax;
  return schemaText({ name, format: textOf(schema["format"]), lengthMin, lengthMax: most, suggestions: walk.suggestions }, walk.chance);
}

function numberFor(schema: JsonObject, chance: Chance, whole: boolean): number {
  const { low, high } = boundsOf(schema, whole);
  const step = numberOf(schema["multipleOf"]) ?? (whole ? 1 : undefined);
  if (step === undefined || step <= 0) {
    const value = low + (high - low) * (0.1 + 0.8 * chance());
    const rounded = Math.round(value * 100) / 100;
    return rounded > low && rounded < high ? rounded : value;
  }
  const first = Math.ceil(low / step);
  const last = Math.max(first, Math.floor(high / step));
  // Binary fractions make some multiples of 0.01 look like none: take one that divides evenly.
  for (let attempt = 0; attempt < 50; attempt++) {
    const value = between(first, last, chance) * step;
    if (value >= low && value <= high && Number.isInteger(value / step) && (!whole || Number.isInteger(value))) return value;
  }
  return first * step;
}

/** The inclusive bounds of a number, a hundred apart where the schema is silent. */
function boundsOf(schema: JsonObject, whole: boolean): { low: number; high: number } {
  const sliver = whole ? 1 : 1e-6;
  // In drafts up to 4, the exclusive keywords are booleans beside the bound.
  const above = schema["exclusiveMinimum"] === true ? numberOf(schema["minimum"]) : numberOf(schema["exclusiveMinimum"]);
  const below = schema["exclusiveMaximum"] === true ? numberOf(schema["maximum"]) : numberOf(schema["exclusiveMaximum"]);
  const lows = [numberOf(schema["minimum"]), above === undefined ? undefined : nextAbove(above, sliver, whole)];
  const highs = [numberOf(schema["maximum"]), below === undefined ? undefined : -nextAbove(-below, sliver, whole)];
  const low = Math.max(...lows.map((bound) => bound ?? -Infinity));
  const high = Math.min(...highs.map((bound) => bound ?? Infinity));
  if (low === -Infinity && high === Infinity) return { low: 1, high: 100 };
  if (low === -Infinity) return { low: high - 100, high };
  return { low, high: high === Infinity ? low + 100 : high };
}

function nextAbove(bound: number, sliver: number, whole: boolean): number {
  return whole ? Math.floor(bound) + 1 : bound + Math.max(sliver, Math.abs(bound) * Number.EPSILON * 4);
}

function arrayFor(schema: JsonObject, walk: ValueWalk, place: Place): unknown[] {
  const first = Array.isArray(schema["items"]) ? schema["items"] : listOf(schema["prefixItems"]);
  const rest = Array.isArray(schema["items"]) ? schema["additionalItems"] : schema["items"];
  const least = Math.max(0, numberOf(schema["minItems"]) ?? 0);
  const wished = place.depth >= leanDepth ? least : Math.max(least, first.length, between(1, 3, walk.chance));
  const most = rest === false ? first.length : Infinity;
  const count = Math.min(wished, most, numberOf(schema["maxItems"]) ?? Infinity);
  const items: unknown[] = [];
  const seen = new Set<string>();
  for (let attempt = 0; items.length < count && walk.steps > 0 && attempt < count + 100; attempt++) {
    const item = valueOf(items.length < first.length ? first[items.length] : rest, walk, { name: place.name, depth: place.depth + 1 });
    const text = schema["uniqueItems"] === true ? JSON.stringify(item) : "";
    if (schema["uniqueItems"] === true && seen.has(text)) continue;
    seen.add(text);
    items.push(item);
  }
  return items;
}

function objectFor(schema: JsonObject, walk: ValueWalk, place: Place & { readonly requiredOnly: boolean }): JsonObject {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const most = numberOf(schema["maxProperties"]) ?? Infinity;
  const least = numberOf(schema["minProperties"]) ?? 0;
  const names = new Set(listOf(schema["required"]).flatMap((name) => textOf(name) ?? []));
  for (const [name, property] of Object.entries(properties)) {
    const wanted = names.size < least || (!place.requiredOnly && walk.chance() < 0.8);
    if (wanted && property !== false && names.size < most) names.add(name);
  }
  const extra = schema["additionalProperties"];
  const wished = isObject(extra) && !place.requiredOnly && Object.keys(properties).length === 0 ? Math.max(least, 2) : least;
  const filled = extra === false ? 0 : Math.min(wished, most, walk.steps);
  for (let index = 1; names.size < filled; index++) names.add(`key${index}`);

  // Through fromEntries, so that a property called __proto__ is a property like any other.
  return Object.fromEntries([...names].map((name) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : extra;
    return [name, valueOf(property, walk, { name, depth: place.depth + 1 })];
  }));
}
