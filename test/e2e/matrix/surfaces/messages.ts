import type { Json } from "../../../support/caller.ts";
import { gatherMessage } from "../../../support/message-events.ts";
import { instructions, question, results, schema, tool, type Asked, type Heard } from "../scene.ts";
import type { Surface } from "./surface.ts";

const opening = [{ role: "user", content: question }];

function ask({ model, stream, wants }: Asked, messages: readonly object[] = opening): object {
  const { name, description, parameters: input_schema } = tool;
  return {
    model, stream, messages, system: instructions, max_tokens: 1000,
    ...(wants === "tools" ? { tools: [{ name, description, input_schema }], tool_choice: { type: "auto" } } : {}),
    ...(wants === "schema" ? { output_config: { format: { type: "json_schema", schema } } } : {}),
  };
}

function answerTo(asked: Asked, { content }: Json): object {
  const made = content.filter(({ type }: Json) => type === "tool_use");
  const said = results.map((result, index) => ({ type: "tool_result", tool_use_id: made[index].id, content: result }));
  return ask(asked, [...opening, { role: "assistant", content }, { role: "user", content: said }]);
}

/** A stream that fails ends with its error, and so has no message. */
function gather(events: readonly Json[]): Json {
  const last = events.at(-1);
  if (last?.type !== "error") return gatherMessage(events);
  const said = events.map(({ delta }) => (delta?.type === "text_delta" ? delta.text : "")).join("");
  return { ...last, content: [{ type: "text", text: said }] };
}

function hear({ content = [], stop_reason: finish, usage, error }: Json): Heard {
  return {
    text: content.map((block: Json) => (block.type === "text" ? block.text : "")).join(""),
    calls: content.filter(({ type }: Json) => type === "tool_use").map(({ id, name, input }: Json) => ({ id, name, arguments: input })),
    finish,
    // Here cached tokens are beside those of the prompt.
    usage: usage === undefined ? undefined : {
      prompt: usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens, cached: usage.cache_read_input_tokens,
      completion: usage.output_tokens, cost: usage.cost,
    },
    error: error?.error_type,
  };
}

export const messages: Surface = { name: "messages", path: "/messages", ask, answerTo, gather, hear };
