/**
 * What was used. The upstream counts twice: `tokens` is what the model read and wrote, with the upstream's own template
 * around the prompt; `billed_units` leaves the template out, and is what is charged. Usage shows the first and is priced by the second.
 */

import type { Usage } from "../../wire/chat.ts";
import { readUsage as readCounts } from "../choices/usage.ts";
import { asObject, type JsonObject } from "../json.ts";

export function readUsage(value: unknown): Usage | undefined {
  const raw = asObject(value);
  const tokens = asObject(raw?.["tokens"]) ?? asObject(raw?.["billed_units"]);
  if (raw === undefined || tokens === undefined) return undefined;
  const usage = readCounts(
    { prompt_tokens: tokens["input_tokens"], completion_tokens: tokens["output_tokens"], prompt_tokens_details: { cached_tokens: raw["cached_tokens"] } },
    "within",
  );
  const units = asObject(raw["billed_units"]);
  const billed = readCounts({ prompt_tokens: units?.["input_tokens"], completion_tokens: units?.["output_tokens"] }, "within");
  if (usage === undefined || billed === undefined) return usage;
  return { ...usage, billedPromptTokens: billed.promptTokens, billedCompletionTokens: billed.completionTokens };
}

/** For the answer's `extra`. */
export function billedUnits(value: unknown): { readonly billed_units?: JsonObject } {
  const units = asObject(asObject(value)?.["billed_units"]);
  return units === undefined ? {} : { billed_units: units };
}
