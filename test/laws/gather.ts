import type { ChatChunk, Usage } from "../../src/wire/chat.ts";

/** What the first choice of a stream says in all, as a client would put it together. */
export interface Gathered {
  readonly upstreamId: string | undefined;
  readonly content: string;
  readonly reasoning: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly finishReason: string | null;
  readonly nativeFinishReason: string | null;
  readonly usage: Usage | undefined;
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Strict where clients are: calls are numbered from 0 without gaps, and ids and names are given once. */
export function gather(chunks: readonly ChatChunk[]): Gathered {
  const toolCalls: { id: string; name: string; arguments: string }[] = [];
  let content = "";
  let reasoning = "";
  let finish: { finishReason: string | null; nativeFinishReason: string | null } = { finishReason: null, nativeFinishReason: null };
  for (const choice of chunks.flatMap((chunk) => chunk.choices.filter((each) => each.index === 0))) {
    content += choice.delta.content ?? "";
    reasoning += choice.delta.reasoning ?? "";
    if (choice.finish_reason !== null) finish = { finishReason: choice.finish_reason, nativeFinishReason: choice.native_finish_reason };
    for (const piece of choice.delta.tool_calls ?? []) {
      if (piece.index > toolCalls.length) throw new RangeError("a tool call was left out");
      const call = (toolCalls[piece.index] ??= { id: "", name: "", arguments: "" });
      call.id += piece.id ?? "";
      call.name += piece.function?.name ?? "";
      call.arguments += piece.function?.arguments ?? "";
    }
  }
  return {
    upstreamId: chunks.find((chunk) => chunk.upstreamId !== undefined)?.upstreamId,
    content,
    reasoning,
    toolCalls,
    ...finish,
    usage: chunks.find((chunk) => chunk.usage !== undefined)?.usage,
    extra: Object.assign({}, ...chunks.map((chunk) => chunk.extra)),
  };
}
