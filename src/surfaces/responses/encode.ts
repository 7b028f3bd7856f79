/** Answers and streams in the shape of contract §1.11 and §3.6: one object, or the events of its making. */

import { errorBody, errorEnvelope } from "../../base/error-body.ts";
import { faults, type Fault } from "../../base/fault.ts";
import type { ChatRequest, FinishReason } from "../../wire/chat.ts";
import type { AnswerHead, StreamEncoder, WholeAnswer } from "../surface.ts";
import { openEvents } from "./events.ts";
import { nobody, openOutput } from "./output.ts";
import { responseWriter, type ResponseState } from "./response.ts";
import { deltasOf } from "./whole.ts";

export function encodeAnswer({ head, answer, closing: { bill, endedAt, routing } }: WholeAnswer, request: ChatRequest): string {
  const output = openOutput(head.generationId, nobody);
  const choice = answer.choices.find(({ index }) => index === 0);
  if (choice !== undefined) for (const delta of deltasOf(choice.message)) output.say(delta, choice.logprobs);
  const ending = endingOf(choice?.finish_reason ?? null, endedAt);
  output.close(ending.status);
  return responseWriter(head, request)({ ...ending, output: output.items, serviceTier: answer.serviceTier, bill, routing });
}

/** As published; `metadata` stands beside the error as well, where clients of this dialect have it. Source: contract §4.7. */
export function encodeFault(fault: Fault, requestId: string): string {
  return JSON.stringify({ ...errorEnvelope(fault, requestId), metadata: null });
}

export function openEncoder(head: AnswerHead, request: ChatRequest): StreamEncoder {
  const events = openEvents();
  const write = responseWriter(head, request);
  const output = openOutput(head.generationId, events);
  let finish: FinishReason | null = null;
  let serviceTier: string | undefined;

  const begin = (): void => {
    if (events.isBegun()) return;
    const response = write({ status: "in_progress", output: [] });
    events.tellResponse("response.created", response);
    events.tellResponse("response.in_progress", response);
  };
  const end = (state: Omit<ResponseState, "output">): string => {
    events.tellResponse(`response.${state.status}`, write({ ...state, output: output.items, serviceTier }));
    return `${events.take()}data: [DONE]\n\n`;
  };

  return {
    keepAlive: ": OPENROUTER PROCESSING\n\n",
    chunk(chunk) {
      begin();
      serviceTier = chunk.serviceTier ?? serviceTier;
      for (const choice of chunk.choices) {
        if (choice.index !== 0) continue;
        output.say(choice.delta, choice.logprobs);
        finish = choice.finish_reason ?? finish;
      }
      return events.take();
    },
    finish({ bill, endedAt, routing }) {
      begin();
      const ending = endingOf(finish, endedAt);
      output.close(ending.status);
      return end({ ...ending, bill, routing });
    },
    fail(fault, requestId, routing) {
      begin();
      const { type } = faults[fault.code];
      if (type === "context_length_exceeded") {
        // Here an answer for which there is no more room is one that ends early (contract §3.6).
        output.close("incomplete");
        return end({ status: "incomplete", incompleteReason: "max_output_tokens", errorType: type, routing });
      }
      const { message } = errorBody(fault, requestId);
      const code = errorCodeOf(type);
      output.abandon();
      events.tell("error", { code, message, param: null, error_type: type, request_id: requestId });
      return end({ status: "failed", error: { code, message }, errorType: type, routing });
    },
  };
}

/** `endedAt` is said of what came to its own end. */
function endingOf(finish: FinishReason | null, endedAt: number): { readonly status: "completed" | "incomplete" } & Pick<ResponseState, "completedAt" | "incompleteReason"> {
  switch (finish) {
    case "length":
      return { status: "incomplete", incompleteReason: "max_output_tokens" };
    case "content_filter":
      return { status: "incomplete", incompleteReason: "content_filter" };
    default:
      return { status: "completed", completedAt: endedAt };
  }
}

/** In this dialect's own words, which are few. Source: contract §4.7. */
function errorCodeOf(type: string): string {
  switch (type) {
    case "rate_limit_exceeded":
      return type;
    case "context_length_exceeded":
    case "invalid_request":
      return "invalid_prompt";
    case "content_policy_violation":
      return "image_content_policy_violation";
    default:
      return "server_error";
  }
}
