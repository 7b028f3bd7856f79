import { assert } from "../../../../src/base/assert.ts";
import type { Json } from "../../../support/caller.ts";
import { instructions, question, results, schema, tool, type Asked, type Heard } from "../scene.ts";
import type { Surface } from "./surface.ts";

const opening = [{ role: "system", content: instructions }, { role: "user", content: question }];

function ask({ model, stream, wants }: Asked, messages: readonly object[] = opening): object {
  return {
    model, stream, messages, max_tokens: 1000,
    ...(wants === "tools" ? { tools: [{ type: "function", function: tool }], tool_choice: "auto" } : {}),
    ...(wants === "schema" ? { response_format: { type: "json_schema", json_schema: { name: "count", strict: true, schema } } } : {}),
  };
}

function answerTo(asked: Asked, { choices: [{ message }] }: Json): object {
  const said = results.map((content, index) => ({ role: "tool", tool_call_id: message.tool_calls[index].id, content }));
  return ask(asked, [...opening, message, ...said]);
}

function gather(events: readonly Json[]): Json {
  assert(events.at(-1) === "[DONE]", "a stream ends with [DONE]");
  const message: Json = { role: "assistant", content: null };
  const answer: Json = { choices: [{ index: 0, message, finish_reason: null }] };
  for (const event of events.slice(0, -1)) {
    const { choices, usage, error, ...about } = event;
    Object.assign(answer, about, usage === undefined ? {} : { usage }, error === undefined ? {} : { error });
    for (const { delta, finish_reason } of choices) {
      // An error may take back what was said of the end.
      assert(answer.choices[0].finish_reason === null || finish_reason === null || error !== undefined, "an answer finishes once");
      answer.choices[0].finish_reason = finish_reason ?? answer.choices[0].finish_reason;
      if (typeof delta.content === "string") message.content = (message.content ?? "") + delta.content;
      if (delta.reasoning_details !== undefined) message.reasoning_details = [...(message.reasoning_details ?? []), ...delta.reasoning_details];
      for (const { index, ...piece } of delta.tool_calls ?? []) extend((message.tool_calls ??= []), index, piece);
    }
  }
  return answer;
}

function extend(calls: Json[], index: number, piece: Json): void {
  assert(index <= calls.length, "calls are numbered without gaps");
  const call = (calls[index] ??= { id: piece.id, type: "function", function: { name: piece.function.name, arguments: "" } });
  call.function.arguments += piece.function.arguments ?? "";
}

function hear({ choices, usage, error }: Json): Heard {
  const [{ message = {}, finish_reason = undefined } = {}] = choices ?? [];
  return {
    text: message.content ?? "",
    // Of an answer that broke off, the last call has no whole arguments.
    calls: error !== undefined ? [] : (message.tool_calls ?? []).map(({ id, function: { name, arguments: given } }: Json) => ({ id, name, arguments: JSON.parse(given) })),
    finish: finish_reason,
    usage: usageOf(usage),
    error: error?.metadata.error_type,
  };
}

export function usageOf(usage: Json): Heard["usage"] {
  return usage === undefined ? undefined : { prompt: usage.prompt_tokens, cached: usage.prompt_tokens_details.cached_tokens, completion: usage.completion_tokens, cost: usage.cost };
}

export const chat: Surface = { name: "chat", path: "/chat/completions", ask, answerTo, gather, hear };
