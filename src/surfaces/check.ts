/** The checks that fields are read with. Each returns the value, typed, or throws a Fault that names the field. */

import { Fault } from "../base/fault.ts";

export type Fields = Record<string, unknown>;

const textLengthMax = 10_000_000;
const depthMax = 64;

export function invalid(path: string, expected: string): Fault {
  return new Fault("invalid_request", `${path} ${expected}.`, { metadata: { field: path } });
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function record(value: unknown, path: string): Fields {
  if (!isRecord(value)) throw invalid(path, `must be an object, not ${kindOf(value)}`);
  return depthChecked(value, path) as Fields;
}

export function records(value: unknown, path: string): readonly Fields[] {
  return list(value, path).map((item, index) => record(item, `${path}[${index}]`));
}

export function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(path, `must be an array, not ${kindOf(value)}`);
  return value;
}

export function textList(value: unknown, path: string, itemsMax = Infinity): readonly string[] {
  const items = list(value, path);
  if (items.length > itemsMax) throw invalid(path, `must have at most ${itemsMax.toLocaleString("en")} entries; this has ${items.length.toLocaleString("en")}`);
  for (let index = 0; index < items.length; index++) {
    if (typeof items[index] !== "string") throw invalid(`${path}[${index}]`, `must be a string, not ${kindOf(items[index])}`);
  }
  return items as readonly string[];
}

export function text(lengthMax = textLengthMax): (value: unknown, path: string) => string {
  return (value, path) => {
    if (typeof value !== "string") throw invalid(path, `must be a string, not ${kindOf(value)}`);
    if (value.length > lengthMax) throw invalid(path, `must be at most ${lengthMax.toLocaleString("en")} characters; this has ${value.length.toLocaleString("en")}`);
    return value;
  };
}

export function bool(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw invalid(path, `must be true or false, not ${kindOf(value)}`);
  return value;
}

export function numberIn(min: number, max: number): (value: unknown, path: string) => number {
  return (value, path) => {
    if (typeof value !== "number" || !(value >= min && value <= max)) {
      throw invalid(path, `must be a number from ${min} to ${max}, not ${typeof value === "number" ? value : kindOf(value)}`);
    }
    return value;
  };
}

export function integer(min: number, max = Number.MAX_SAFE_INTEGER): (value: unknown, path: string) => number {
  const range = min === Number.MIN_SAFE_INTEGER ? "a whole number" : max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`;
  return (value, path) => {
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
      throw invalid(path, `must be ${range}, not ${typeof value === "number" ? value : kindOf(value)}`);
    }
    return value as number;
  };
}

export function oneOf<const Choice extends string>(choices: readonly Choice[]): (value: unknown, path: string) => Choice {
  return (value, path) => {
    if (!(choices as readonly unknown[]).includes(value)) throw invalid(path, `must be one of ${choices.join(", ")}`);
    return value as Choice;
  };
}

/** A value nested so deeply that walking it could overflow the stack is refused here, where the field can be named. */
export function depthChecked(value: unknown, path: string): unknown {
  if (!isShallow(value, depthMax)) throw invalid(path, `is nested more than ${depthMax} levels deep`);
  return value;
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (levels === 0) return false;
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (!isShallow(item, levels - 1)) return false;
  }
  return true;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
