/** The public reasoning object as `thinking`. Source of the shares: contract §2.3. */

import type { Reasoning } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { shareOf, wantedEffort } from "../efforts.ts";

/** `outputTokensMax`: what the answer may use in all, where known. */
export function encodeThinking(reasoning: Reasoning | undefined, outputTokensMax: number | undefined, notes: ParameterNote[]): object | undefined {
  const wanted = reasoning === undefined ? undefined : wantedEffort(reasoning, outputTokensMax);
  if (reasoning === undefined || wanted === undefined) return undefined;
  if (wanted === "none") return { type: "disabled" };
  const share = reasoning.effort === undefined || outputTokensMax === undefined ? undefined : Math.floor(outputTokensMax * shareOf(wanted));
  const budget = reasoning.max_tokens ?? share;
  if (budget === undefined) return { type: "enabled" };
  if (reasoning.effort !== undefined) notes.push({ parameter: "reasoning", action: "translated", detail: `sent as a budget of ${budget} tokens` });
  return { type: "enabled", token_budget: budget };
}
