/** Decodes a whole answer: the response that a stream ends with. */

import { Fault } from "../../base/fault.ts";
import type { AssistantMessage, ChatAnswer, Delta, ToolCall } from "../../wire/chat.ts";
import { asObject } from "../json.ts";
import { bodyFault, isError } from "../upstream-fault.ts";
import { openResponseStream } from "./stream.ts";

/** @throws Fault when the body is an error in disguise (as its true class), says that it failed, or is not an answer (upstream_garbled). */
export function decodeAnswer(body: unknown, format: string): ChatAnswer {
  const response = asObject(body);
  if (response === undefined) throw new Fault("upstream_garbled", "The provider's answer is not a JSON object.");
  if (!Array.isArray(response["output"])) throw isError(response) ? bodyFault(response) : new Fault("upstream_garbled", "The provider's answer has no output.");
  const decoder = openResponseStream(format);
  const [chunk] = decoder.take({ type: "response.completed", response });
  const [choice] = chunk?.choices ?? [];
  return {
    upstreamId: chunk?.upstreamId,
    choices: [{
      index: 0, message: messageOf(choice?.delta ?? {}), finish_reason: choice?.finish_reason ?? null, native_finish_reason: choice?.native_finish_reason ?? null,
      ...(choice?.logprobs === undefined ? {} : { logprobs: choice.logprobs }),
    }],
    usage: decoder.usage(),
    systemFingerprint: undefined,
    serviceTier: chunk?.serviceTier,
    extra: decoder.end()[0]?.extra ?? {},
  };
}

function messageOf({ content, refusal, reasoning, tool_calls: calls, ...others }: Delta): AssistantMessage {
  return {
    ...others,
    role: "assistant",
    content: content === undefined || content === "" ? null : content,
    refusal: refusal ?? null,
    reasoning: reasoning ?? null,
    ...(calls === undefined ? {} : { tool_calls: wholeCalls(calls) }),
  };
}

/** A call is named first and given its arguments after, in whole answers as in streams. */
function wholeCalls(pieces: NonNullable<Delta["tool_calls"]>): readonly ToolCall[] {
  const calls: ToolCall[] = [];
  for (const { index, ...piece } of pieces) {
    const call = calls[index];
    calls[index] = call === undefined ? (piece as ToolCall) : { ...call, function: { ...call.function, arguments: call.function.arguments + (piece.function?.arguments ?? "") } };
  }
  return calls;
}
