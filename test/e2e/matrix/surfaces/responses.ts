import { assert } from "../../../../src/base/assert.ts";
import type { Json } from "../../../support/caller.ts";
import { instructions, question, results, schema, tool, type Asked, type Heard } from "../scene.ts";
import type { Surface } from "./surface.ts";

const opening = [{ type: "message", role: "user", content: [{ type: "input_text", text: question }] }];

function ask({ model, stream, wants }: Asked, input: readonly object[] = opening): object {
  return {
    model, stream, input, instructions, max_output_tokens: 1000, store: false,
    ...(wants === "tools" ? { tools: [{ type: "function", ...tool, strict: true }], tool_choice: "auto" } : {}),
    ...(wants === "schema" ? { text: { format: { type: "json_schema", name: "count", strict: true, schema } } } : {}),
  };
}

function answerTo(asked: Asked, { output }: Json): object {
  const made = output.filter(({ type }: Json) => type === "function_call");
  const said = results.map((result, index) => ({ type: "function_call_output", call_id: made[index].call_id, output: result }));
  return ask(asked, [...opening, ...output, ...said]);
}

/** The last event repeats the whole response, which must be what was told piece by piece. */
function gather(all: readonly Json[]): Json {
  assert(all.at(-1) === "[DONE]", "a stream ends with [DONE]");
  const events = all.slice(0, -1);
  assert(events.every(({ sequence_number: number }, index) => number === index), "events are numbered");
  const last = events.at(-1);
  assert(/^response\.(?:completed|failed|incomplete)$/.test(last?.type), "a stream ends with the response");
  const told = (type: string, index: number): string => events.filter((event) => event.type === type && event.output_index === index).map(({ delta }) => delta).join("");
  for (const [index, item] of (last.type === "response.failed" ? [] : last.response.output).entries()) {
    assert(wordsOf(item) === told("response.output_text.delta", index), "the words at the end are those of the deltas");
    if (item.type === "function_call") assert(item.arguments === told("response.function_call_arguments.delta", index), "the arguments at the end are those of the deltas");
  }
  const said = events.map(({ type, delta }) => (type === "response.output_text.delta" ? delta : "")).join("");
  return { ...last.response, said, error: events.find(({ type }) => type === "error") };
}

function wordsOf({ type, content }: Json): string {
  return type === "message" ? content.map((part: Json) => part.text ?? "").join("") : "";
}

function hear(answer: Json): Heard {
  const { output = [], status, usage, error, said } = answer;
  return {
    text: said ?? output.map(wordsOf).join(""),
    // Of an answer that broke off, the last call has no whole arguments.
    calls: error !== undefined && error !== null ? [] : output.filter(({ type }: Json) => type === "function_call").map(({ call_id: id, name, arguments: given }: Json) => ({ id, name, arguments: JSON.parse(given) })),
    finish: status,
    usage: usage === undefined || usage === null ? undefined : { prompt: usage.input_tokens, cached: usage.input_tokens_details.cached_tokens, completion: usage.output_tokens, cost: usage.cost },
    error: error?.error_type ?? error?.metadata?.error_type,
  };
}

export const responses: Surface = { name: "responses", path: "/responses", ask, answerTo, gather, hear };
