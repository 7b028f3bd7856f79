import type { ChunkChoice, Delta, ToolCallDelta } from "../../wire/chat.ts";
import type { Phase } from "../../wire/phases.ts";
import type { Finish } from "./finish.ts";

/** What is said at one moment; a field is there when something is in it. */
export type Said = { -readonly [Field in "content" | "reasoning" | "refusal"]?: string } & {
  reasoning_details?: unknown[];
  tool_calls?: ToolCallDelta[];
  annotations?: unknown[];
  images?: unknown[];
  phases?: Phase[];
  logprobs?: unknown[];
};

export function add<Field extends "reasoning_details" | "tool_calls" | "annotations" | "images" | "phases">(said: Said, field: Field, item: NonNullable<Said[Field]>[number]): void {
  const items: unknown[] = (said[field] ??= []);
  items.push(item);
}

/** Tokens with their chances, where the upstream gives any. */
export function addLogprobs(said: Said, logprobs: unknown): void {
  if (Array.isArray(logprobs) && logprobs.length > 0) (said.logprobs ??= []).push(...(logprobs as unknown[]));
}

/** The chances of tokens stand beside what was said. */
export function choiceOf(said: Said, finish?: Finish): ChunkChoice {
  const ending = { finish_reason: finish?.reason ?? null, native_finish_reason: finish?.native ?? null };
  if (said.logprobs === undefined) return { index: 0, delta: said as Delta, ...ending };
  const { logprobs, ...delta } = said;
  return { index: 0, delta, ...ending, logprobs: { content: logprobs, refusal: null } };
}
