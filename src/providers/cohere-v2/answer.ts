/** Decodes a whole answer. */

import { Fault } from "../../base/fault.ts";
import type { AnswerChoice, ChatAnswer } from "../../wire/chat.ts";
import { isExtra } from "../choices/answer.ts";
import { readToolCalls } from "../choices/tool-calls.ts";
import { asList, asObject, asText, type JsonObject } from "../json.ts";
import { bodyFault, isError } from "../upstream-fault.ts";
import { annotationsOf } from "./citations.ts";
import { finishReason } from "./finish.ts";
import { readLogprobs } from "./logprobs.ts";
import { thoughtDetail } from "./stream.ts";
import { billedUnits, readUsage } from "./usage.ts";

const known: ReadonlySet<string> = new Set(["message", "finish_reason", "logprobs"]);

/** @throws Fault when the body is an error in disguise (as its true class), or not an answer (upstream_garbled). */
export function decodeAnswer(body: unknown): ChatAnswer {
  const answer = asObject(body);
  if (answer === undefined) throw new Fault("upstream_garbled", "The provider's answer is not a JSON object.");
  const message = asObject(answer["message"]);
  if (message === undefined) throw isError(answer) || asText(answer["message"]) !== undefined ? bodyFault(answer) : new Fault("upstream_garbled", "The provider's answer has no message.");
  const upstreamId = asText(answer["id"]);
  const native = asText(answer["finish_reason"]) ?? null;
  const logprobs = readLogprobs(answer["logprobs"] ?? []);
  const choice: AnswerChoice = {
    index: 0, message: decodeMessage(message, upstreamId ?? ""), finish_reason: native === null ? null : finishReason(native), native_finish_reason: native,
    ...(logprobs === undefined ? {} : { logprobs }),
  };
  return {
    upstreamId,
    choices: [choice],
    usage: readUsage(answer["usage"]),
    systemFingerprint: undefined,
    serviceTier: undefined,
    extra: { ...Object.fromEntries(Object.entries(answer).filter(([name, value]) => !known.has(name) && isExtra(name, value, undefined))), ...billedUnits(answer["usage"]) },
  };
}

function decodeMessage(message: JsonObject, answerId: string): AnswerChoice["message"] {
  const given = message["content"];
  const parts = typeof given === "string" ? [{ type: "text", text: given }] : asList(given).map((part) => asObject(part) ?? {});
  // What it says before it calls is named a plan here; elsewhere it is just said, and so it is given back (messages.ts).
  const text = (asText(message["tool_plan"]) ?? "") + parts.map((part) => asText(part["text"]) ?? "").join("");
  const thought = parts.map((part) => asText(part["thinking"]) ?? "").join("");
  const calls = readToolCalls(message["tool_calls"], answerId);
  const annotations = asList(message["citations"]).flatMap(annotationsOf);
  return {
    role: "assistant",
    content: text === "" ? null : text,
    refusal: null,
    reasoning: thought === "" ? null : thought,
    ...(thought === "" ? {} : { reasoning_details: [thoughtDetail(thought)] }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(annotations.length === 0 ? {} : { annotations }),
  };
}
