/** Mistral repeats the prefix that it was asked to continue; the caller has it already. */

import type { ChatAnswer, ChunkChoice } from "../../wire/chat.ts";
import type { StreamDecoder } from "../adapter.ts";

export function answerWithoutPrefix(answer: ChatAnswer, prefix: string): ChatAnswer {
  const choices = answer.choices.map((choice) => {
    const { content } = choice.message;
    return content?.startsWith(prefix) === true ? { ...choice, message: { ...choice.message, content: content.slice(prefix.length) } } : choice;
  });
  return { ...answer, choices };
}

/** Holds text back only while it may still be the prefix; text that turns out to be another is given in full. */
export function streamWithoutPrefix(decoder: StreamDecoder, prefix: string): StreamDecoder {
  const matched = new Map<number, number>();

  function strip(choice: ChunkChoice): ChunkChoice {
    const seen = matched.get(choice.index) ?? 0;
    if (seen === Infinity) return choice;
    const content = choice.delta.content ?? "";
    const isRepeating = prefix.startsWith(content, seen) && seen + content.length < prefix.length;
    if (isRepeating && choice.finish_reason === null) {
      matched.set(choice.index, seen + content.length);
      return content === "" ? choice : withContent(choice, "");
    }
    matched.set(choice.index, Infinity);
    const rest = prefix.slice(seen);
    return withContent(choice, content.startsWith(rest) ? content.slice(rest.length) : prefix.slice(0, seen) + content);
  }

  return {
    ...decoder,
    push: (event) => decoder.push(event).map((chunk) => (chunk.choices.length === 0 ? chunk : { ...chunk, choices: chunk.choices.map(strip) })),
  };
}

function withContent(choice: ChunkChoice, content: string): ChunkChoice {
  return { ...choice, delta: { ...choice.delta, content } };
}
