/** The public reasoning object and verbosity in the words of each maker, which go beside this protocol's own. */

import type { ChatParameters } from "../../wire/chat.ts";
import type { ParameterNote, Target } from "../adapter.ts";
import { encodeThinking } from "../anthropic-messages/thinking.ts";
import { wantedEffort } from "../efforts.ts";
import { encodeReasoning } from "../openai-chat/reasoning.ts";
import { plainQuirks, type Effort } from "../quirks.ts";
import type { ModelTraits } from "./models.ts";

export interface EncodedReasoning {
  readonly maxTokens: number | undefined;
  /** Sampling parameters and a forced tool do not go together with it. */
  readonly isOn: boolean;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ReasoningPlace {
  readonly traits: ModelTraits;
  readonly target: Target;
  /** Why a budget of thinking cannot be given to this conversation. */
  readonly bar: string | undefined;
}

export function encodeEffort(parameters: ChatParameters, { traits, target, bar }: ReasoningPlace, notes: ParameterNote[]): EncodedReasoning {
  const { reasoning, verbosity, max_tokens: maxTokens } = parameters;
  const none: EncodedReasoning = { maxTokens, isOn: false, fields: {} };
  if (traits.claude !== undefined) {
    const thinking = encodeThinking({ reasoning, verbosity, maxTokens, outputTokensMax: target.outputTokensMax, bar }, traits.claude, notes);
    return {
      // Elsewhere Claude asks for a bound always; here it has one of its own, unless it thinks within ours.
      maxTokens: thinking.thinking === undefined ? (maxTokens ?? target.outputTokensMax) : thinking.maxTokens,
      isOn: thinking.isOn,
      fields: { ...(thinking.thinking === undefined ? {} : { thinking: thinking.thinking }), ...(thinking.effort === undefined ? {} : { output_config: { effort: thinking.effort } }) },
    };
  }
  if (verbosity !== undefined) notes.push({ parameter: "verbosity", action: "dropped", detail: "not taken by this model" });
  if (reasoning === undefined) return none;
  const outputTokensMax = maxTokens ?? target.outputTokensMax;
  const wanted = wantedEffort(reasoning, outputTokensMax);
  if (wanted === undefined) return none;
  switch (traits.reasoning) {
    case "reasoning_effort":
      return { ...none, fields: encodeReasoning(reasoning, { quirks: { ...plainQuirks, efforts: ["low", "medium", "high"] }, outputTokensMax }, notes) };
    case "reasoningConfig":
      return novaReasoning(wanted, none, notes);
    default:
      notes.push({ parameter: "reasoning", action: "dropped", detail: "how much this model reasons cannot be said at this provider" });
      return none;
  }
}

/** Its highest effort is refused together with a bound on the answer. Source: https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html */
function novaReasoning(wanted: Effort, none: EncodedReasoning, notes: ParameterNote[]): EncodedReasoning {
  if (wanted === "none") return { ...none, fields: { reasoningConfig: { type: "disabled" } } };
  const level = wanted === "minimal" || wanted === "low" ? "low" : wanted === "medium" || none.maxTokens !== undefined ? "medium" : "high";
  notes.push({ parameter: "reasoning", action: "translated", detail: `sent as maxReasoningEffort ${level}` });
  return { ...none, isOn: level === "high", fields: { reasoningConfig: { type: "enabled", maxReasoningEffort: level } } };
}
