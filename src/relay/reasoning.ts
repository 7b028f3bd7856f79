/** `reasoning.exclude` (contract §2.3): the model thinks, and is paid for it, but the caller does not read it. */

import type { ChatAnswer, ChatChunk, ChatRequest } from "../wire/chat.ts";

export function hidesReasoning(request: ChatRequest): boolean {
  return request.parameters.reasoning?.exclude === true;
}

export function chunkWithoutReasoning(chunk: ChatChunk): ChatChunk {
  return {
    ...chunk,
    choices: chunk.choices.map((choice) => {
      const { reasoning: _, reasoning_details: __, ...delta } = choice.delta;
      return { ...choice, delta };
    }),
  };
}

export function answerWithoutReasoning(answer: ChatAnswer): ChatAnswer {
  return {
    ...answer,
    choices: answer.choices.map((choice) => {
      const { reasoning_details: _, ...message } = choice.message;
      return { ...choice, message: { ...message, reasoning: null } };
    }),
  };
}
