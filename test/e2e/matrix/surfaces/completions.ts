import { assert } from "../../../../src/base/assert.ts";
import type { Json } from "../../../support/caller.ts";
import { question, results, schema, tool, type Asked, type Heard } from "../scene.ts";
import { usageOf } from "./chat.ts";
import type { Surface } from "./surface.ts";

/** Tools and schemas are written as a hopeful caller would write them. */
function ask({ model, stream, wants }: Asked): object {
  return {
    model, stream, prompt: question, max_tokens: 1000,
    ...(wants === "tools" ? { tools: [{ type: "function", function: tool }], tool_choice: "auto" } : {}),
    ...(wants === "schema" ? { response_format: { type: "json_schema", json_schema: { name: "count", strict: true, schema } } } : {}),
  };
}

function gather(events: readonly Json[]): Json {
  assert(events.at(-1) === "[DONE]", "a stream ends with [DONE]");
  const answer: Json = { choices: [{ index: 0, text: "", finish_reason: null }] };
  for (const { choices, usage, error, ...about } of events.slice(0, -1)) {
    Object.assign(answer, about, usage === undefined ? {} : { usage }, error === undefined ? {} : { error });
    for (const { text, finish_reason } of choices) {
      answer.choices[0].text += text;
      answer.choices[0].finish_reason = finish_reason ?? answer.choices[0].finish_reason;
    }
  }
  return answer;
}

function hear({ choices, usage, error }: Json): Heard {
  const [{ text = "", tool_calls: calls = [], finish_reason = undefined } = {}] = choices ?? [];
  return {
    text, finish: finish_reason, usage: usageOf(usage), error: error?.metadata.error_type,
    calls: calls.map(({ id, function: { name, arguments: given } }: Json) => ({ id, name, arguments: JSON.parse(given) })),
  };
}

export const completions: Surface = {
  name: "completions", path: "/completions", ask, gather, hear,
  answerTo: (asked) => ({ ...ask(asked), prompt: `${question}\n${results.join("\n")}` }),
};
