import { dollars } from "../../base/money.ts";
import type { TranscriptionAnswer, TranscriptionRequest } from "../../wire/transcription.ts";
import { jsonBody, type TaskBody, type WholeTaskAnswer } from "../task-surface.ts";

export function encodeAnswer({ answer, bill }: WholeTaskAnswer<"transcription">, { isVerbose }: TranscriptionRequest): TaskBody {
  const { promptTokens, completionTokens, seconds } = bill.usage;
  return jsonBody({
    ...(isVerbose ? details(answer) : undefined),
    text: answer.text,
    usage: {
      seconds,
      input_tokens: promptTokens,
      output_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      cost: dollars(bill.total),
      estimated: bill.isEstimated ? true : undefined,
    },
  });
}

function details({ duration, language, segments, words }: TranscriptionAnswer): object {
  return { task: "transcribe", language, duration, segments, words };
}
