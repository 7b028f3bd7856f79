/** Answers and chunks in the shape of contract §2.7 and §3. Field order follows the examples there. */

import { errorBody, errorEnvelope } from "../../base/error-body.ts";
import type { Fault } from "../../base/fault.ts";
import type { ChatChunk } from "../../wire/chat.ts";
import type { AnswerHead, RouterMetadata, StreamEncoder, WholeAnswer } from "../surface.ts";
import { usageView } from "../usage.ts";

export function encodeAnswer({ head, answer, closing: { bill, routing } }: WholeAnswer): string {
  return JSON.stringify({
    id: head.generationId,
    provider: head.providerName,
    model: head.model,
    object: "chat.completion",
    created: head.created,
    // The official SDK refuses an answer without this key.
    system_fingerprint: answer.systemFingerprint ?? null,
    ...(answer.serviceTier === undefined ? undefined : { service_tier: answer.serviceTier }),
    choices: answer.choices.map((choice) => ({
      index: choice.index,
      logprobs: choice.logprobs ?? null,
      finish_reason: choice.finish_reason,
      native_finish_reason: choice.native_finish_reason,
      message: choice.message,
    })),
    usage: usageView(bill),
    ...answer.extra,
    openrouter_metadata: routing,
  });
}

export function encodeFault(fault: Fault, requestId: string): string {
  return JSON.stringify(errorEnvelope(fault, requestId));
}

/** Every chunk shares its head, so that is made into text once per stream. */
export function openEncoder(head: AnswerHead): StreamEncoder {
  const prefix =
    `data: {"id":${JSON.stringify(head.generationId)},"provider":${JSON.stringify(head.providerName)},` +
    `"model":${JSON.stringify(head.model)},"object":"chat.completion.chunk","created":${head.created},"choices":`;
  return {
    keepAlive: ": OPENROUTER PROCESSING\n\n",
    chunk: (chunk) => `${prefix}${JSON.stringify(chunk.choices)}${chunkTail(chunk)}}\n\n`,
    finish: ({ bill, routing }) => `${prefix}[],"usage":${JSON.stringify(usageView(bill))}${routingTail(routing)}}\n\ndata: [DONE]\n\n`,
    fail: (fault, requestId, routing) => {
      const choices = [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: "error", native_finish_reason: "error" }];
      return `${prefix}${JSON.stringify(choices)},"error":${JSON.stringify(errorBody(fault, requestId))}${routingTail(routing)}}\n\ndata: [DONE]\n\n`;
    },
  };
}

function routingTail(routing: RouterMetadata | undefined): string {
  return routing === undefined ? "" : `,"openrouter_metadata":${JSON.stringify(routing)}`;
}

/** In chunks `system_fingerprint` may be absent but not null (contract §3.1). */
function chunkTail(chunk: ChatChunk): string {
  let tail = "";
  if (chunk.systemFingerprint !== undefined) tail += `,"system_fingerprint":${JSON.stringify(chunk.systemFingerprint)}`;
  if (chunk.serviceTier !== undefined) tail += `,"service_tier":${JSON.stringify(chunk.serviceTier)}`;
  if (chunk.extra !== undefined) {
    for (const [field, value] of Object.entries(chunk.extra)) tail += `,${JSON.stringify(field)}:${JSON.stringify(value)}`;
  }
  return tail;
}
