/** A whole message as the deltas it could have come in. */

import type { AssistantMessage, Delta } from "../../wire/chat.ts";
import { isRecord } from "../check.ts";
import { listed } from "./output.ts";

/**
 * In the order in which they were said, as far as that can be told: details of reasoning are numbered together with what
 * stood between them, so a gap in the numbers is the place of something else.
 */
export function deltasOf(message: AssistantMessage): readonly Delta[] {
  const { reasoning, content, refusal } = message;
  const details = listed(message.reasoning_details);
  const images = listed(message.images);
  const annotations = listed(message.annotations);
  const others: Delta[] = [
    ...(content !== null || refusal !== null ? [{ content, refusal }] : []),
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
