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
  const told = (type: string): string => events.filter((event) => event.type === type).map(({ delta }) => delta).join("");
  assert(events.every(({ sequence_number: number }, index) => number === index), "events are numbered");
  const last = events.at(-1);
  assert(/^response\.(?:completed|failed|incomplete)$/.test(last?.type), "a stream ends with the response");
  const { text, given } = saidIn(last.response);
  assert(last.type === "response.failed" || text === told("response.output_text.delta"), "the words at the end are those of the deltas");
  assert(last.type === "response.failed" || given === told("response.function_call_arguments.delta"), "the arguments at the end are those of the deltas");
  return { ...last.response, said: told("response.output_text.delta"), error: events.find(({ type }) => type === "error") };
}

function saidIn({ output = [] }: Json): { readonly text: string; readonly given: string } {
  const words = output.flatMap(({ type, content }: Json) => (type === "message" ? content.map((part: Json) => part.text ?? "") : []));
  return { text: words.join(""), given: output.map(({ type, arguments: given }: Json) => (type === "function_call" ? given : "")).join("") };
}

function hear(answer: Json): Heard {
  const { output = [], status, usage, error, said } = answer;
  return {
    text: said ?? saidIn(answer).text,
    calls: output.filter(({ type }: Json) => type === "function_call").map(({ call_id: id, name, arguments: given }: Json) => ({ id, name, arguments: JSON.parse(given) })),
    finish: status,
    usage: usage === undefined || usage === null ? undefined : { prompt: usage.input_tokens, cached: usage.input_tokens_details.cached_tokens, completion: usage.output_tokens, cost: usage.cost },
    error: error?.error_type ?? error?.metadata?.error_type,
  };
}

export const responses: Surface = { name: "responses", path: "/responses", ask, answerTo, gather, hear };
