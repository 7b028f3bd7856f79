/** A whole message as the deltas it could have come in. */

import type { AssistantMessage, Delta } from "../../wire/chat.ts";
import { inPhases } from "../../wire/phases.ts";
import { isRecord } from "../check.ts";
import { listed } from "./output.ts";

/**
 * In the order in which they were said, as far as that can be told: details of reasoning are numbered together with what
 * stood between them, so a gap in the numbers is the place of something else.
 */
export function deltasOf(message: AssistantMessage): readonly Delta[] {
  const { reasoning, content, refusal, phases } = message;
  const details = listed(message.reasoning_details);
  const images = listed(message.images);
  const annotations = listed(message.annotations);
  const others: Delta[] = [
    ...wordsOf(content, refusal, phases),
    ...(images.length === 0 ? [] : [{ images }]),
    ...listed(message.tool_calls).map((call, index) => ({ tool_calls: [{ ...call, index }] })),
  ];
  if (details.length === 0) return [...(reasoning === null ? [] : [{ reasoning }]), ...others, { annotations }];
  const deltas: Delta[] = [];
  let last = -1;
  for (const detail of details) {
    const index = isRecord(detail) ? detail["index"] : undefined;
    if (typeof index === "number") {
      if (index > last + 1) deltas.push(...others.splice(0, index - last - 1));
      last = Math.max(last, index);
    }
    deltas.push({ reasoning_details: [detail] });
  }
  return [...deltas, ...others, { annotations }];
}

/** A message for each phase of what was said: each is one of the things that stand in the answer. The last may end in a refusal. */
function wordsOf(content: string | null, refusal: string | null, phases: unknown): readonly Delta[] {
  if (content === null) return refusal === null ? [] : [{ refusal }];
  let at = 0;
  return inPhases(content, phases).map(({ phase, text }, index, { length }): Delta => {
    const begun = phase === undefined ? {} : { phases: [{ phase, at }] };
    at += text.length;
    return { content: text, refusal: index === length - 1 ? refusal : null, ...begun };
  });
}
