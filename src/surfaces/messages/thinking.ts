/** `thinking` and `output_config.effort` as public parameters. Source: contract §1.12, §2.3. */

import type { ChatParameters, Reasoning } from "../../wire/chat.ts";
import { isAbsent } from "../body.ts";
import { integer, oneOf, record, text } from "../check.ts";

const effortWord = oneOf(["low", "medium", "high", "xhigh", "max"]);

/** An effort without thinking is one for the length of the answer. */
export function readThinking(thinking: unknown, effort: unknown): Pick<ChatParameters, "reasoning" | "verbosity"> {
  const asked = isAbsent(effort) ? undefined : effortWord(effort, "output_config.effort");
  if (isAbsent(thinking)) return asked === undefined ? {} : { verbosity: asked };
  const reasoning = readReasoning(thinking, asked);
  return reasoning === undefined ? {} : { reasoning };
}

/** Undefined for a way of thinking that we do not know. */
function readReasoning(value: unknown, effort: Reasoning["effort"]): Reasoning | undefined {
  const thinking = record(value, "thinking");
  switch (text(64)(thinking["type"], "thinking.type")) {
    case "enabled":
      return { enabled: true, max_tokens: integer(1)(thinking["budget_tokens"], "thinking.budget_tokens") };
    case "adaptive":
      return effort === undefined ? { enabled: true } : { enabled: true, effort };
    case "disabled":
      return { enabled: false };
    default:
      return undefined;
  }
}
