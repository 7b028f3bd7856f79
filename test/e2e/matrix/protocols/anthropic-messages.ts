import type { Json } from "../../../support/caller.ts";
import { counted, type Made, type Said, type Sent, type Turn } from "../scene.ts";
import { inHalves, inPieces, madeAs, parsed, textOf, type Protocol } from "./protocol.ts";

const input = { input_tokens: counted.prompt - counted.cached, cache_creation_input_tokens: 0, cache_read_input_tokens: counted.cached };
const finish = (calls: readonly Made[]): string => (calls.length === 0 ? "end_turn" : "tool_use");

function whole({ text, calls = [] }: Said): object {
  const content = [...(text === undefined ? [] : [{ type: "text", text }]), ...calls.map(({ id, name, arguments: given }) => ({ type: "tool_use", id, name, input: given }))];
  return { id: "msg_1", type: "message", role: "assistant", model: "m", content, stop_reason: finish(calls), stop_sequence: null, usage: { ...input, output_tokens: counted.completion } };
}

function lines({ text, calls = [] }: Said): readonly string[] {
  const blocks = [
    ...(text === undefined ? [] : [{ content_block: { type: "text", text: "" }, deltas: inPieces(text).map((piece) => ({ type: "text_delta", text: piece })) }]),
    ...calls.map(({ id, name, arguments: given }) => ({
      content_block: { type: "tool_use", id, name, input: {} }, deltas: inHalves(given).map((half) => ({ type: "input_json_delta", partial_json: half })),
    })),
  ];
  const events = [
    { type: "message_start", message: { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], stop_reason: null, usage: { ...input, output_tokens: 1 } } },
    ...blocks.flatMap(({ content_block, deltas }, index) => [
      { type: "content_block_start", index, content_block },
      { type: "ping" },
      ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ]),
    { type: "message_delta", delta: { stop_reason: finish(calls), stop_sequence: null }, usage: { output_tokens: counted.completion } },
    { type: "message_stop" },
  ];
  return events.map((event) => JSON.stringify(event));
}

function read(body: Json): Sent {
  const made = new Map<string, Omit<Made, "id">>();
  const turns = body.messages.flatMap(({ role, content }: Json): Turn[] => {
    const blocks: Json[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
    const words = textOf(blocks.filter(({ type }) => type === "text"));
    const calls = blocks.filter(({ type }) => type === "tool_use").map(({ id, name, input: given }) => {
      const call = { name, arguments: given };
      made.set(id, call);
      return call;
    });
    const results = blocks.filter(({ type }) => type === "tool_result").map((block): Turn => ({ resultOf: madeAs(made, block.tool_use_id), result: parsed(block.content) }));
    return [...results, ...(words === "" ? [] : [{ from: role, text: words }]), ...(calls.length === 0 ? [] : [{ calls }])];
  });
  const system = textOf(body.system);
  return {
    turns: [...(system === "" ? [] : [{ from: "system" as const, text: system }]), ...turns],
    tools: (body.tools ?? []).map(({ name, input_schema: parameters }: Json) => ({ name, parameters })),
    schema: body.output_config?.format?.schema,
  };
}

export const anthropicMessages: Protocol = {
  name: "anthropic-messages", upstreamModel: "claude-sonnet-4-5", recorded: { stream: "anthropic/text.chunks.txt", whole: "anthropic/text.json" },
  credential: "a-credential", mediaType: "text/event-stream", whole, lines, frame: (line) => `event: ${JSON.parse(line).type}\ndata: ${line}\n\n`, read,
};
