/** The public reasoning object in the words of each accent. */

import { unreachable } from "../../base/assert.ts";
import type { Reasoning } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { nearestEffort, shareOf, wantedEffort } from "../efforts.ts";
import type { Effort, Quirks } from "../quirks.ts";

export interface ReasoningTarget {
  readonly quirks: Quirks;
  /** What the answer may use in all, where known: a share of it is a budget. */
  readonly outputTokensMax: number | undefined;
}

/** The fields that ask for it; none when the caller only said what to do with reasoning that comes unasked. */
export function encodeReasoning(reasoning: Reasoning | undefined, target: ReasoningTarget, notes: ParameterNote[]): Record<string, unknown> {
  if (reasoning === undefined) return {};
  const { quirks, outputTokensMax } = target;
  const wanted = wantedEffort(reasoning, outputTokensMax);
  if (wanted === undefined) return {};
  const isOn = wanted !== "none";
  const extra = isOn ? quirks.reasoningFields : {};
  switch (quirks.reasoning) {
    case "none":
      notes.push({ parameter: "reasoning", action: "dropped", detail: "not taken by this provider" });
      return {};
    case "object":
      return { reasoning, ...extra };
    case "effort":
      return { ...encodeEffort(reasoning, { wanted, efforts: quirks.efforts }, notes), ...extra };
    case "thinking":
      return { thinking: { type: isOn ? "enabled" : "disabled" }, ...extra };
    case "enable_thinking": {
      const budget = reasoning.max_tokens ?? (reasoning.effort === undefined || outputTokensMax === undefined ? undefined : Math.floor(shareOf(wanted) * outputTokensMax));
      return { enable_thinking: isOn, ...(isOn && budget !== undefined ? { thinking_budget: budget } : {}), ...extra };
    }
    case "template":
      return {
        chat_template_kwargs: { enable_thinking: isOn },
        ...(isOn && reasoning.effort !== undefined ? encodeEffort(reasoning, { wanted, efforts: quirks.efforts }, notes) : {}),
        ...extra,
      };
    default:
      return unreachable(quirks.reasoning);
  }
}

function encodeEffort(
  reasoning: Reasoning,
  { wanted, efforts }: { readonly wanted: Effort; readonly efforts: readonly Effort[] },
  notes: ParameterNote[],
): Record<string, unknown> {
  const effort = nearestEffort(wanted, efforts);
  if (effort === undefined) {
    notes.push({ parameter: "reasoning", action: "dropped", detail: "this provider cannot switch reasoning off" });
    return {};
  }
  if (effort !== reasoning.effort) notes.push({ parameter: "reasoning", action: "translated", detail: `sent as effort ${effort}` });
  return { reasoning_effort: effort };
}
