import type { Json } from "../../../support/caller.ts";
import { counted, type Made, type Said, type Sent, type Turn } from "../scene.ts";
import { inHalves, inPieces, madeAs, parsed, textOf, type Protocol } from "./protocol.ts";

const usage = {
  input_tokens: counted.prompt, input_tokens_details: { cached_tokens: counted.cached },
  output_tokens: counted.completion, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: counted.prompt + counted.completion,
};

const messageItem = (content: readonly object[], status: string): object => ({ id: "msg_1", type: "message", role: "assistant", status, content });
const textPart = (text: string): object => ({ type: "output_text", text, annotations: [], logprobs: [] });
const callItem = ({ id, name }: Made, given: string, status: string): object => ({ id: `fc_${id}`, type: "function_call", call_id: id, name, arguments: given, status });

function response(output: readonly object[], status: string): object {
  return { id: "resp_1", object: "response", created_at: 1, status, error: null, incomplete_details: null, model: "m", output, usage: status === "completed" ? usage : null };
}

function itemsOf({ text, calls = [] }: Said): readonly object[] {
  return [
    ...(text === undefined ? [] : [messageItem([textPart(text)], "completed")]),
    ...calls.map((call) => callItem(call, JSON.stringify(call.arguments), "completed")),
  ];
}

function whole(said: Said): object {
  return response(itemsOf(said), "completed");
}

function at(index: number): object {
  return { output_index: index };
}

function lines(said: Said): readonly string[] {
  const { text, calls = [] } = said;
  const words = text === undefined ? [] : [
    { type: "response.output_item.added", ...at(0), item: messageItem([], "in_progress") },
    { type: "response.content_part.added", ...at(0), item_id: "msg_1", content_index: 0, part: textPart("") },
    ...inPieces(text).map((delta) => ({ type: "response.output_text.delta", ...at(0), item_id: "msg_1", content_index: 0, delta, logprobs: [] })),
    { type: "response.output_text.done", ...at(0), item_id: "msg_1", content_index: 0, text, logprobs: [] },
    { type: "response.content_part.done", ...at(0), item_id: "msg_1", content_index: 0, part: textPart(text) },
    { type: "response.output_item.done", ...at(0), item: messageItem([textPart(text)], "completed") },
  ];
  const first = text === undefined ? 0 : 1;
  const made = calls.flatMap((call, index) => {
    const given = JSON.stringify(call.arguments);
    return [
      { type: "response.output_item.added", ...at(first + index), item: callItem(call, "", "in_progress") },
      ...inHalves(call.arguments).map((delta) => ({ type: "response.function_call_arguments.delta", ...at(first + index), item_id: `fc_${call.id}`, delta })),
      { type: "response.function_call_arguments.done", ...at(first + index), item_id: `fc_${call.id}`, arguments: given },
      { type: "response.output_item.done", ...at(first + index), item: callItem(call, given, "completed") },
    ];
  });
  const events = [
    { type: "response.created", response: response([], "in_progress") },
    { type: "response.in_progress", response: response([], "in_progress") },
    ...words, ...made,
    { type: "response.completed", response: whole(said) },
  ];
  return events.map((event, sequence_number) => JSON.stringify({ ...event, sequence_number }));
}

function read(body: Json): Sent {
  const made = new Map<string, Omit<Made, "id">>();
  const turns: Turn[] = typeof body.instructions === "string" ? [{ from: "system", text: body.instructions }] : [];
  let calls: Omit<Made, "id">[] = [];
  const items: Json[] = typeof body.input === "string" ? [{ role: "user", content: body.input }] : body.input;
  for (const item of items) {
    if (item.type === "function_call") {
      const call = { name: item.name, arguments: JSON.parse(item.arguments) };
      made.set(item.call_id, call);
      if (calls.length === 0) turns.push({ calls });
      calls.push(call);
      continue;
    }
    calls = [];
    if (item.type === "function_call_output") turns.push({ resultOf: madeAs(made, item.call_id), result: parsed(item.output) });
    else turns.push({ from: item.role === "developer" ? "system" : item.role, text: textOf(item.content) });
  }
  return { turns, tools: (body.tools ?? []).map(({ name, parameters }: Json) => ({ name, parameters })), schema: body.text?.format?.schema };
}

export const openaiResponses: Protocol = {
  name: "openai-responses", upstreamModel: "gpt-4.1", recorded: { stream: "azure/responses.text.1.chunks.txt", whole: "azure/responses.text.1.json" },
  credential: "a-credential", mediaType: "text/event-stream", whole, lines, frame: (line) => `event: ${JSON.parse(line).type}\ndata: ${line}\n\n`, read,
};
