/** Decodes a whole answer: a message that a stream begins and ends with. */

import { Fault } from "../../base/fault.ts";
import { original, type AssistantMessage, type ChatAnswer, type ChatRequest, type Delta, type ToolCall } from "../../wire/chat.ts";
import { asObject } from "../json.ts";
import { bodyFault, isError } from "../upstream-fault.ts";
import { protocol } from "./protocol.ts";
import { openMessageStream } from "./stream.ts";
import { readUsage } from "./usage.ts";

/** @throws Fault when the body is an error in disguise (as its true class), or not an answer (upstream_garbled). */
export function decodeAnswer(body: unknown, request?: Pick<ChatRequest, "protocol">): ChatAnswer {
  const message = asObject(body);
  if (message === undefined) throw new Fault("upstream_garbled", "The provider's answer is not a JSON object.");
  if (message["type"] !== "message" && isError(message)) throw bodyFault(message);
  if (!Array.isArray(message["content"])) throw new Fault("upstream_garbled", "The provider's answer has no content.");
  const decoder = openMessageStream();
  const [chunk] = decoder.take({ type: "message_start", message });
  const choice = chunk?.choices[0];
  const choices = [{
    index: 0, message: messageOf(choice?.delta ?? {}), finish_reason: choice?.finish_reason ?? null, native_finish_reason: choice?.native_finish_reason ?? null,
  }];
  return {
    upstreamId: chunk?.upstreamId,
    choices,
    usage: readUsage(message["usage"]),
    systemFingerprint: undefined,
    serviceTier: chunk?.serviceTier,
    extra: (decoder.isComplete() ? decoder.end()[0]?.extra : undefined) ?? {},
    ...(request?.protocol === protocol ? { [original]: { of: choices, source: message } } : {}),
  };
}

function messageOf({ content, refusal, reasoning, tool_calls: calls, ...others }: Delta): AssistantMessage {
  return {
    ...others,
    role: "assistant",
    content: content === undefined || content === "" ? null : content,
    refusal: refusal ?? null,
    reasoning: reasoning ?? null,
    ...(calls === undefined ? {} : { tool_calls: calls.map(({ index: _index, ...call }) => call as ToolCall) }),
  };
}
