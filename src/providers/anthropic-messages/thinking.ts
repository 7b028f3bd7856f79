/** The public reasoning object and verbosity, as a budget of tokens or as an effort. */

import type { Reasoning } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { isEffort, nearestEffort, shareOf, wantedEffort } from "../efforts.ts";
import type { Effort } from "../quirks.ts";
import type { ModelTraits } from "./models.ts";

const budgetMin = 1_024;
const budgetMax = 128_000;
/** Of an answer: the rest is for its words. */
const budgetShareMax = 0.95;
/** The upstream does not answer without a bound; where nobody knows one, this. */
const outputTokensDefault = 4_096;

export interface ThinkingWish {
  readonly reasoning: Reasoning | undefined;
  readonly verbosity: string | undefined;
  /** The caller's bound on the answer, thinking included. */
  readonly maxTokens: number | undefined;
  readonly outputTokensMax: number | undefined;
  /** Why a budget of thinking cannot be given to this conversation. */
  readonly bar: string | undefined;
}

export interface Thinking {
  readonly maxTokens: number;
  readonly isOn: boolean;
  readonly thinking?: Readonly<Record<string, unknown>>;
  readonly effort?: Effort;
}

export function encodeThinking(wish: ThinkingWish, traits: ModelTraits, notes: ParameterNote[]): Thinking {
  const { reasoning, maxTokens, outputTokensMax } = wish;
  const off: Thinking = { maxTokens: maxTokens ?? outputTokensMax ?? outputTokensDefault, isOn: traits.thinksUnasked === "always" };
  const wanted = reasoning === undefined ? undefined : wantedEffort(reasoning, maxTokens ?? outputTokensMax);
  const spoken = verbosityEffort(wish.verbosity, traits, notes);
  if (reasoning === undefined || wanted === undefined) return { ...off, ...optional(spoken) };
  if (traits.thinking === "none") {
    notes.push({ parameter: "reasoning", action: "dropped", detail: "this model does not think" });
    return off;
  }
  if (wanted === "none") return { ...off, ...withoutThinking(spoken, traits, notes) };
  const isBudget = traits.thinking === "budget" || (traits.thinking === "either" && reasoning.max_tokens !== undefined);
  if (isBudget) return { ...off, ...budgeted(wish, wanted, notes), ...optional(spoken) };
  const effort = nearestEffort(wanted, traits.efforts);
  if (effort !== reasoning.effort && effort !== undefined) note(notes, `sent as effort ${effort}`);
  // Later models keep their thoughts to themselves unless asked.
  const display = traits.thinking === "effort" ? { display: "summarized" } : {};
  return { ...off, isOn: true, thinking: { type: "adaptive", ...display }, ...optional(spoken ?? effort) };
}

/** A word for the length of the answer is one for its effort here, and the stronger of the two. */
function verbosityEffort(verbosity: string | undefined, { efforts }: ModelTraits, notes: ParameterNote[]): Effort | undefined {
  if (verbosity === undefined) return undefined;
  const effort = isEffort(verbosity) ? nearestEffort(verbosity, efforts) : undefined;
  if (effort === undefined) {
    notes.push({ parameter: "verbosity", action: "dropped", detail: "this model takes no effort" });
    return undefined;
  }
  notes.push({ parameter: "verbosity", action: "translated", detail: `sent as output_config.effort ${effort}` });
  return effort;
}

function withoutThinking(spoken: Effort | undefined, { thinksUnasked, efforts }: ModelTraits, notes: ParameterNote[]): Partial<Thinking> {
  if (thinksUnasked === "no") return optional(spoken);
  if (thinksUnasked === "stoppable") {
    // A model that is told not to think takes no effort beyond this.
    const effort = spoken === "xhigh" || spoken === "max" ? "high" : spoken;
    return { thinking: { type: "disabled" }, ...optional(effort) };
  }
  const least = spoken ?? efforts[0];
  note(notes, "this model always thinks: sent as its lowest effort");
  return { ...optional(least) };
}

function budgeted({ reasoning, maxTokens, outputTokensMax, bar }: ThinkingWish, wanted: Effort, notes: ParameterNote[]): Partial<Thinking> {
  if (bar !== undefined) {
    notes.push({ parameter: "reasoning", action: "dropped", detail: bar });
    return {};
  }
  const asked = reasoning?.max_tokens;
  const bound = maxTokens ?? outputTokensMax ?? (asked === undefined ? outputTokensDefault : asked + outputTokensDefault);
  if (bound <= budgetMin) {
    notes.push({ parameter: "reasoning", action: "dropped", detail: `max_tokens leaves no room for the ${budgetMin} tokens that thinking takes at least` });
    return {};
  }
  const most = Math.min(budgetMax, Math.floor(bound * budgetShareMax));
  const budget = Math.max(budgetMin, Math.min(most, asked ?? Math.floor(bound * shareOf(wanted))));
  if (budget !== asked) note(notes, `sent as a budget of ${budget} tokens`);
  return { maxTokens: bound, isOn: true, thinking: { type: "enabled", budget_tokens: budget } };
}

function optional(effort: Effort | undefined): { readonly effort?: Effort } {
  return effort === undefined ? {} : { effort };
}

function note(notes: ParameterNote[], detail: string): void {
  notes.push({ parameter: "reasoning", action: "translated", detail });
}
