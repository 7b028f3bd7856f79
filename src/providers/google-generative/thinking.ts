/** The public reasoning object as a thinking config. Source of the levels: contract §2.3. */

import { Fault } from "../../base/fault.ts";
import type { Reasoning } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";
import { shareOf } from "../efforts.ts";
import type { Effort } from "../quirks.ts";
import type { Thinking, ThinkingLevel } from "./traits.ts";

export interface ThinkingTarget {
  readonly thinking: Thinking;
  /** What the answer may use in all, where known: a share of it is a budget. */
  readonly outputTokensMax: number | undefined;
  /** The endpoint is known to reason, so that its thoughts may be asked for unasked. */
  readonly isListed: boolean;
  /** Asked for by an alias for the latest of a family: where reasoning cannot be off, it is as low as can be. */
  readonly isAlias: boolean;
}

type Config = Readonly<Record<string, unknown>>;

/** Thoughts are billed whether shown or not: they are asked for unless the caller excludes them. */
export function encodeThinking(reasoning: Reasoning | undefined, target: ThinkingTarget, notes: ParameterNote[]): Config | undefined {
  const { thinking } = target;
  if (thinking.by === "nothing") {
    if (reasoning !== undefined) notes.push({ parameter: "reasoning", action: "dropped", detail: "this model does not reason" });
    return undefined;
  }
  const shown = reasoning?.exclude === true ? {} : { includeThoughts: true };
  const asked = reasoning === undefined ? undefined : amountOf(reasoning);
  if (asked === undefined) return thinking.isDefault && target.isListed && reasoning?.exclude !== true ? shown : undefined;
  if (asked === "none") return encodeOff(target, notes);
  if (thinking.by === "level" && typeof asked === "string") return { ...encodeLevel(asked, thinking.levels, notes), ...shown };
  return { thinkingBudget: budget(asked, target, notes), ...shown };
}

/** An effort, a number of tokens, or undefined when the caller asked for nothing. */
function amountOf(reasoning: Reasoning): Effort | number | undefined {
  if (reasoning.enabled === false || reasoning.max_tokens === 0) return "none";
  if (reasoning.effort !== undefined) return reasoning.effort;
  return reasoning.max_tokens ?? (reasoning.enabled === true ? "medium" : undefined);
}

function encodeOff({ thinking, isAlias }: ThinkingTarget, notes: ParameterNote[]): Config {
  if (thinking.by === "budget" && thinking.canBeOff) return { thinkingBudget: 0 };
  const lowest = thinking.by === "level" ? thinking.levels[0] : undefined;
  if (lowest !== "minimal" && !isAlias) {
    throw new Fault("unsupported_parameter", "This model always reasons: its reasoning cannot be switched off.", { metadata: { parameter: "reasoning" } });
  }
  notes.push({ parameter: "reasoning", action: "translated", detail: "cannot be switched off: sent as the least there is" });
  if (thinking.by === "budget") return { thinkingBudget: thinking.tokensMin };
  return lowest === undefined ? {} : { thinkingLevel: lowest };
}

const ranks: Readonly<Record<Effort, number>> = { none: 0, minimal: 1, low: 2, medium: 3, high: 4, xhigh: 4, max: 4 };

/** The nearest level; of two equally near the higher, for less was not asked. */
function encodeLevel(effort: Effort, levels: readonly ThinkingLevel[], notes: ParameterNote[]): Config {
  let nearest: ThinkingLevel | undefined;
  for (const level of levels) {
    if (nearest === undefined || Math.abs(ranks[level] - ranks[effort]) <= Math.abs(ranks[nearest] - ranks[effort])) nearest = level;
  }
  if (nearest === undefined) {
    notes.push({ parameter: "reasoning", action: "translated", detail: "this model chooses how much it reasons" });
    return {};
  }
  notes.push({ parameter: "reasoning", action: "translated", detail: `sent as thinkingLevel ${nearest}` });
  return { thinkingLevel: nearest };
}

/** What the models that take a budget may answer with at most. */
const outputTokensUsual = 65_536;

function budget(asked: Effort | number, { thinking, outputTokensMax }: ThinkingTarget, notes: ParameterNote[]): number {
  const wanted = typeof asked === "number" ? asked : Math.floor(shareOf(asked) * (outputTokensMax ?? outputTokensUsual));
  const tokens = thinking.by === "budget" ? Math.min(Math.max(wanted, thinking.tokensMin), thinking.tokensMax) : wanted;
  notes.push({ parameter: "reasoning", action: "translated", detail: `sent as thinkingBudget ${tokens}` });
  return tokens;
}
