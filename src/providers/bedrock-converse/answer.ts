/** Decodes a whole answer. */

import { Fault } from "../../base/fault.ts";
import type { AssistantMessage, ChatAnswer, ToolCall } from "../../wire/chat.ts";
import type { Target } from "../adapter.ts";
import { asList, asObject, asText } from "../json.ts";
import { createBlockReader, type Said } from "./blocks.ts";
import { streamFault } from "./errors.ts";
import { finishReason } from "./finish.ts";
import { traitsOf } from "./models.ts";
import { extraOf, tierOf } from "./stream.ts";
import { readUsage } from "./usage.ts";

/** @throws Fault when the body is an error in disguise (as its true class), or not an answer (upstream_garbled). */
export function decodeAnswer(body: unknown, { upstreamModel }: Pick<Target, "upstreamModel">): ChatAnswer {
  const answer = asObject(body);
  if (answer === undefined) throw new Fault("upstream_garbled", "The provider's answer is not a JSON object.");
  const message = asObject(asObject(answer["output"])?.["message"]);
  if (message === undefined) throw asText(answer["message"]) === undefined ? new Fault("upstream_garbled", "The provider's answer has no message.") : streamFault(answer);
  const blocks = createBlockReader(traitsOf(upstreamModel).reasoningFormat);
  const said: Said = {};
  for (const [index, block] of asList(message["content"]).entries()) blocks.whole(index, asObject(block) ?? {}, said);
  const native = asText(answer["stopReason"]) ?? null;
  return {
    upstreamId: undefined,
    choices: [{ index: 0, message: messageOf(said), finish_reason: native === null ? null : finishReason(native), native_finish_reason: native }],
    usage: readUsage(answer["usage"]),
    systemFingerprint: undefined,
    serviceTier: tierOf(answer),
    extra: extraOf(answer),
  };
}

function messageOf({ content, reasoning, tool_calls: pieces, ...others }: Said): AssistantMessage {
  const calls: ToolCall[] = [];
  for (const { index, id, function: fn } of pieces ?? []) {
    const before = calls[index];
    calls[index] = {
      id: before?.id ?? id ?? "", type: "function",
      function: { name: before?.function.name ?? fn?.name ?? "", arguments: (before?.function.arguments ?? "") + (fn?.arguments ?? "") },
    };
  }
  return { ...others, role: "assistant", content: content ?? null, refusal: null, reasoning: reasoning ?? null, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
}
