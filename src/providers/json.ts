/** Reads of JSON that somebody else wrote: nothing about its shape is promised. */

import { Fault } from "../base/fault.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Text with something in it. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What a model said: undefined where that is nothing. @throws Fault upstream_garbled for what is no text, and would be lost. */
export function spokenText(value: unknown): string | undefined {
  if (typeof value !== "string" && value !== undefined && value !== null) throw new Fault("upstream_garbled", "The provider sent content that is not text.");
  return asText(value);
}
