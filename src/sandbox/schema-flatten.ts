/**
 * Makes one plain schema of a composed one: references followed, `allOf` merged, a branch of `anyOf` and `oneOf` chosen.
 * Schemas come from callers and may be hostile, so every step costs from a budget and nothing recurses without bound.
 */

import type { Chance } from "../base/clock.ts";
import { pick } from "./draw.ts";
import { isObject, listOf, numberOf, textOf } from "./json.ts";
import type { JsonObject } from "./json.ts";

export interface Walk {
  readonly root: unknown;
  readonly chance: Chance;
  /** What is left to spend. A schema that needs more gets `{}` where it ran out. */
  steps: number;
}

export interface FlatSchema {
  readonly schema: JsonObject;
  /** Set when a `oneOf` was decided: properties that nobody requires might then satisfy a second branch. */
  readonly requiredOnly: boolean;
}

/** `lean` chooses the branch that ends soonest, so that recursive schemas come to an end. */
export function flattenSchema(schema: unknown, walk: Walk, lean: boolean): FlatSchema {
  return flatten(schema, walk, { lean, depth: 0 });
}

interface Position {
  readonly lean: boolean;
  readonly depth: number;
}

const depthMax = 64;

function flatten(schema: unknown, walk: Walk, position: Position): FlatSchema {
  if (!isObject(schema) || position.depth > depthMax || walk.steps-- <= 0) return { schema: {}, requiredOnly: false };
  const { $ref, allOf, anyOf, oneOf, ...own } = schema;
  let merged: JsonObject = own;
  let requiredOnly = oneOf !== undefined;
  const add = (part: unknown): void => {
    const flat = flatten(part, walk, { lean: position.lean, depth: position.depth + 1 });
    merged = mergeSchemas(merged, flat.schema);
    requiredOnly ||= flat.requiredOnly;
  };
  if (typeof $ref === "string") add(resolveReference(walk.root, $ref));
  for (const part of listOf(allOf)) add(part);
  for (const branches of [listOf(anyOf), listOf(oneOf)]) {
    const open = branches.filter((branch) => branch !== false && sharesType(merged, branch));
    if (open.length > 0) add(position.lean ? shallowest(open, walk) : pick(open, walk.chance));
  }
  return { schema: merged, requiredOnly };
}

/** What a JSON pointer within the document names (`#/$defs/node`); undefined for anything else. */
function resolveReference(root: unknown, reference: string): unknown {
  if (!reference.startsWith("#")) return undefined;
  let target = root;
  for (const part of reference.slice(1).split("/").slice(1)) {
    const name = decode(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(target)) target = target[Number(name)];
    else target = isObject(target) && Object.hasOwn(target, name) ? target[name] : undefined;
  }
  return target;
}

function decode(part: string): string {
  return part.replace(/%([0-7][0-9A-Fa-f])/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function shallowest(branches: readonly unknown[], walk: Walk): unknown {
  let best = branches[0];
  let bestLevels = Infinity;
  for (const branch of branches) {
    const levels = levelsOf(branch, walk, new Set());
    if (levels < bestLevels) [best, bestLevels] = [branch, levels];
  }
  return best;
}

/** How many levels the smallest value has: Infinity when it would have to hold itself. */
function levelsOf(schema: unknown, walk: Walk, open: Set<unknown>): number {
  if (!isObject(schema) || walk.steps-- <= 0) return 0;
  if (open.has(schema) || open.size > depthMax) return Infinity;
  open.add(schema);
  const within = (part: unknown): number => levelsOf(part, walk, open);
  let levels = 0;
  if (typeof schema["$ref"] === "string") levels = within(resolveReference(walk.root, schema["$ref"]));
  for (const part of listOf(schema["allOf"])) levels = Math.max(levels, within(part));
  for (const branches of [listOf(schema["anyOf"]), listOf(schema["oneOf"])]) {
    if (branches.length > 0) levels = Math.max(levels, Math.min(...branches.map(within)));
  }
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  for (const name of listOf(schema["required"])) {
    if (typeof name === "string" && Object.hasOwn(properties, name)) levels = Math.max(levels, 1 + within(properties[name]));
  }
  if ((numberOf(schema["minItems"]) ?? 0) > 0) levels = Math.max(levels, 1 + within(schema["items"]));
  open.delete(schema);
  return levels;
}

function sharesType(schema: JsonObject, branch: unknown): boolean {
  if (!isObject(branch) || schema["type"] === undefined || branch["type"] === undefined) return true;
  return sharedTypes(schema["type"], branch["type"]).length > 0;
}

function mergeSchemas(left: JsonObject, right: JsonObject): JsonObject {
  const merged = new Map(Object.entries(left));
  for (const [keyword, value] of Object.entries(right)) {
    const before = merged.get(keyword);
    merged.set(keyword, before === undefined ? value : (combine.get(keyword)?.(before, value) ?? value));
  }
  return Object.fromEntries(merged);
}

type Combine = (left: unknown, right: unknown) => unknown;

const larger: Combine = (left, right) => Math.max(numberOf(left) ?? -Infinity, numberOf(right) ?? -Infinity);
const smaller: Combine = (left, right) => Math.min(numberOf(left) ?? Infinity, numberOf(right) ?? Infinity);
const both: Combine = (left, right) => (left === false || right === false ? false : { allOf: [left, right] });

/** How two values of one keyword become one that satisfies both. Any other keyword: the later wins. */
const combine = new Map<string, Combine>([
  ["type", sharedTypes],
  ["enum", (left, right) => listOf(left).filter((value) => listOf(right).some((other) => JSON.stringify(other) === JSON.stringify(value)))],
  ["required", (left, right) => [...listOf(left), ...listOf(right)]],
  ["properties", (left, right) => mergeProperties(left, right)],
  ["items", both],
  ["additionalProperties", both],
  ["multipleOf", (left, right) => commonMultiple(numberOf(left) ?? 1, numberOf(right) ?? 1)],
  ["uniqueItems", (left, right) => left === true || right === true],
  ...["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"].map((keyword) => [keyword, larger] as const),
  ...["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"].map((keyword) => [keyword, smaller] as const),
]);

function mergeProperties(left: unknown, right: unknown): JsonObject {
  const merged = new Map(isObject(left) ? Object.entries(left) : []);
  for (const [name, schema] of isObject(right) ? Object.entries(right) : []) {
    merged.set(name, merged.has(name) ? both(merged.get(name), schema) : schema);
  }
  return Object.fromEntries(merged);
}

/** The types that both allow. An integer is a number. */
function sharedTypes(left: unknown, right: unknown): readonly string[] {
  const rights = typeNames(right);
  const shared = typeNames(left).flatMap((type) => {
    if (rights.includes(type)) return [type];
    const integers = (type === "integer" && rights.includes("number")) || (type === "number" && rights.includes("integer"));
    return integers ? ["integer"] : [];
  });
  return [...new Set(shared)];
}

/** The value of the keyword `type` as a list. */
export function typeNames(type: unknown): readonly string[] {
  return typeof type === "string" ? [type] : listOf(type).flatMap((name) => textOf(name) ?? []);
}

function commonMultiple(left: number, right: number): number {
  const [large, small] = left >= right ? [left, right] : [right, left];
  for (let factor = 1; factor <= 1000; factor++) {
    if (Number.isInteger((large * factor) / small)) return large * factor;
  }
  return large * small;
}
