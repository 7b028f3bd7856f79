/** Decodes a whole answer. */

import { Fault } from "../../base/fault.ts";
import type { AnswerChoice, AssistantMessage, ChatAnswer, ChunkChoice, Delta, ToolCall } from "../../wire/chat.ts";
import { asObject, type JsonObject } from "../json.ts";
import { createResponseReader } from "./candidates.ts";

/** @throws Fault when the body is an error in disguise, says that the prompt was refused, or is not an answer. */
export function decodeAnswer(body: unknown): ChatAnswer {
  const answer = asObject(Array.isArray(body) ? body[0] : body);
  if (answer === undefined) throw new Fault("upstream_garbled", "The provider's answer is not a JSON object.");
  const reader = createResponseReader({ keepsText: true });
  const choices = reader.read(answer).map(choiceOf);
  if (choices.length === 0) throw new Fault("upstream_garbled", "The provider's answer has no candidates.");
  return {
    upstreamId: reader.upstreamId(),
    choices,
    usage: reader.usage(),
    systemFingerprint: undefined,
    serviceTier: reader.serviceTier(),
    extra: reader.extra(),
  };
}

function choiceOf({ delta, ...choice }: ChunkChoice): AnswerChoice {
  return { ...choice, message: messageOf(delta) };
}

function messageOf({ content, reasoning, reasoning_details: details, tool_calls: pieces, ...others }: Delta): AssistantMessage {
  const calls: ToolCall[] = [];
  for (const { index, id, function: fn } of pieces ?? []) {
    const { name, arguments: text } = calls[index]?.function ?? { name: "", arguments: "" };
    calls[index] = {
      id: calls[index]?.id ?? id ?? "",
      type: "function",
      function: { name: name + (fn?.name ?? ""), arguments: text + (fn?.arguments ?? "") },
    };
  }
  return {
    ...others,
    role: "assistant",
    content: content ?? null,
    refusal: null,
    reasoning: reasoning ?? null,
    ...(details === undefined ? {} : { reasoning_details: merged(details) }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

/** The pieces of one thought share an index. */
function merged(details: readonly unknown[]): readonly unknown[] {
  const whole: JsonObject[] = [];
  for (const item of details) {
    const detail = asObject(item) ?? {};
    const last = whole.at(-1);
    if (last !== undefined && last["index"] === detail["index"]) whole[whole.length - 1] = { ...last, ...detail, text: `${String(last["text"])}${String(detail["text"])}` };
    else whole.push(detail);
  }
  return whole;
}
