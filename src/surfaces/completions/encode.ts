/** Answers and chunks in the shape of OpenAI's text completions, with what every answer of ours says beside (contract §1.0, §2.7). */

import { errorBody, errorEnvelope } from "../../base/error-body.ts";
import type { Fault } from "../../base/fault.ts";
import type { AnswerHead, StreamEncoder, WholeAnswer } from "../surface.ts";
import { usageView } from "../usage.ts";
import { textLogprobs } from "./logprobs.ts";

export function encodeAnswer({ head, answer, closing: { bill, routing } }: WholeAnswer): string {
  return JSON.stringify({
    id: head.generationId,
    provider: head.providerName,
    model: head.model,
    object: "text_completion",
    created: head.created,
    system_fingerprint: answer.systemFingerprint,
    service_tier: answer.serviceTier,
    choices: answer.choices.map(({ index, message, finish_reason, native_finish_reason, logprobs }) => ({
      index,
      text: spoken(message),
      logprobs: textLogprobs(logprobs),
      finish_reason,
      native_finish_reason,
      reasoning: message.reasoning ?? undefined,
    })),
    usage: usageView(bill),
    openrouter_metadata: routing,
  });
}

export function encodeFault(fault: Fault, requestId: string): string {
  return JSON.stringify(errorEnvelope(fault, requestId));
}

export function openEncoder(head: AnswerHead): StreamEncoder {
  const common = { id: head.generationId, provider: head.providerName, model: head.model, object: "text_completion", created: head.created };
  const event = (body: object): string => `data: ${JSON.stringify({ ...common, ...body })}\n\n`;
  const end = "data: [DONE]\n\n";
  return {
    keepAlive: ": OPENROUTER PROCESSING\n\n",
    chunk: ({ choices, serviceTier, systemFingerprint }) => event({
      choices: choices.map(({ index, delta, finish_reason, native_finish_reason, logprobs }) => ({
        index, text: spoken(delta), logprobs: textLogprobs(logprobs), finish_reason, native_finish_reason, reasoning: delta.reasoning ?? undefined,
      })),
      system_fingerprint: systemFingerprint, service_tier: serviceTier,
    }),
    finish: ({ bill, routing }) => `${event({ choices: [], usage: usageView(bill), openrouter_metadata: routing })}${end}`,
    fail: (fault, requestId, routing) => {
      const choices = [{ index: 0, text: "", logprobs: null, finish_reason: "error", native_finish_reason: "error" }];
      return `${event({ choices, error: errorBody(fault, requestId), openrouter_metadata: routing })}${end}`;
    },
  };
}

/** This dialect has one place for all that is said. */
function spoken({ content, refusal }: { readonly content?: string | null; readonly refusal?: string | null }): string {
  return `${content ?? ""}${refusal ?? ""}`;
}
