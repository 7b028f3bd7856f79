/** OpenAI's Chat Completions, and Mistral's, which differs in what it reads and reports less than in its words. */

import type { Json } from "../../../support/caller.ts";
import { counted, type Made, type Said, type Sent, type Turn } from "../scene.ts";
import { inHalves, inPieces, madeAs, parsed, sseEvent, textOf, type Protocol } from "./protocol.ts";

const usage = {
  prompt_tokens: counted.prompt, completion_tokens: counted.completion, total_tokens: counted.prompt + counted.completion,
  prompt_tokens_details: { cached_tokens: counted.cached },
};

function whole({ text, calls }: Said): object {
  const message = { role: "assistant", content: text ?? null, ...(calls === undefined ? {} : { tool_calls: calls.map(toolCall) }) };
  return { id: "cmpl-1", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message, finish_reason: calls === undefined ? "stop" : "tool_calls" }], usage };
}

function toolCall({ id, name, arguments: given }: Made): object {
  return { id, type: "function", function: { name, arguments: JSON.stringify(given) } };
}

function chunk(fields: object): string {
  return JSON.stringify({ id: "cmpl-1", object: "chat.completion.chunk", created: 1, model: "m", ...fields });
}

function lines({ text = "", calls = [] }: Said): readonly string[] {
  const deltas: object[] = [
    { role: "assistant", content: "" },
    ...inPieces(text).map((content) => ({ content })),
    ...calls.flatMap(({ id, name, arguments: given }, index) => [
      { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] },
      ...inHalves(given).map((half) => ({ tool_calls: [{ index, function: { arguments: half } }] })),
    ]),
  ];
  return [
    ...deltas.map((delta) => chunk({ choices: [{ index: 0, delta, finish_reason: null }] })),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: calls.length === 0 ? "stop" : "tool_calls" }] }),
    chunk({ choices: [], usage }),
  ];
}

function read(body: Json): Sent {
  const made = new Map<string, Omit<Made, "id">>();
  const turns = body.messages.flatMap((message: Json): Turn[] => {
    if (message.role === "tool") return [{ resultOf: madeAs(made, message.tool_call_id), result: parsed(message.content) }];
    const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: given } }: Json) => {
      const call = { name, arguments: JSON.parse(given) };
      made.set(id, call);
      return call;
    });
    const words = textOf(message.content);
    return [...(words === "" ? [] : [{ from: message.role, text: words }]), ...(calls.length === 0 ? [] : [{ calls }])];
  });
  return {
    turns,
    tools: (body.tools ?? []).map(({ function: { name, parameters } }: Json) => ({ name, parameters })),
    schema: body.response_format?.json_schema?.schema,
  };
}

const chat = { credential: "a-credential", mediaType: "text/event-stream", whole, lines, frame: sseEvent, end: sseEvent("[DONE]"), read };

export const openaiChat: Protocol = { ...chat, name: "openai-chat", upstreamModel: "gpt-4.1", recorded: { stream: "openai/text.chunks.txt", whole: "openai/text.json" } };
export const mistralChat: Protocol = { ...chat, name: "mistral-chat", upstreamModel: "mistral-large-latest", recorded: { stream: "mistral/text.chunks.txt", whole: "mistral/text.json" } };
