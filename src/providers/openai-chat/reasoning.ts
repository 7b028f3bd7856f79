/** The public reasoning object in the words of each accent. Source of the ratios: contract §2.3. */

import { unreachable } from "../../base/assert.ts";
import type { Reasoning } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import type { Effort, Quirks } from "../quirks.ts";

/** In ascending order: the share of the output that each effort may spend on thinking. */
const shares: readonly (readonly [Effort, number])[] = [
  ["none", 0], ["minimal", 0.1], ["low", 0.2], ["medium", 0.5], ["high", 0.8], ["xhigh", 0.95], ["max", 0.95],
];

const order = shares.map(([effort]) => effort);

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

/** Undefined when the caller asked for nothing. */
export function wantedEffort(reasoning: Reasoning, outputTokensMax: number | undefined): Effort | undefined {
  if (reasoning.enabled === false) return "none";
  if (reasoning.effort !== undefined) return reasoning.effort;
  if (reasoning.max_tokens !== undefined) {
    if (reasoning.max_tokens === 0) return "none";
    return outputTokensMax === undefined ? "medium" : nearestShare(reasoning.max_tokens / outputTokensMax);
  }
  return reasoning.enabled === true ? "medium" : undefined;
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

/** The share of its output that a model may spend on thinking. */
export function shareOf(effort: Effort): number {
  return shares.find(([name]) => name === effort)?.[1] ?? 0;
}

function nearestShare(share: number): Effort {
  const thinking = shares.filter(([effort]) => effort !== "none" && effort !== "max");
  return thinking.reduce((best, each) => (Math.abs(each[1] - share) < Math.abs(best[1] - share) ? each : best))[0];
}

/** "none" is itself or nothing: no other effort means it. */
function nearestEffort(wanted: Effort, efforts: readonly Effort[]): Effort | undefined {
  if (efforts.includes(wanted)) return wanted;
  if (wanted === "none") return undefined;
  const distance = (effort: Effort) => Math.abs(order.indexOf(effort) - order.indexOf(wanted));
  return efforts.filter((effort) => effort !== "none").reduce<Effort | undefined>((best, each) => (best === undefined || distance(each) < distance(best) ? each : best), undefined);
}
