import type { Json } from "../../../support/caller.ts";
import { counted, type Made, type Said, type Sent } from "../scene.ts";
import { inHalves, inPieces, sseEvent, type Protocol } from "./protocol.ts";
import { openaiChat } from "./chat.ts";

const usage = { billed_units: { input_tokens: 20, output_tokens: 10 }, tokens: { input_tokens: counted.prompt, output_tokens: counted.completion }, cached_tokens: counted.cached };
const finish = (calls: readonly Made[]): string => (calls.length === 0 ? "COMPLETE" : "TOOL_CALL");
const toolCall = ({ id, name }: Made, given: string): object => ({ id, type: "function", function: { name, arguments: given } });

function whole({ text, calls = [] }: Said): object {
  const said = {
    role: "assistant",
    ...(text === undefined ? {} : calls.length === 0 ? { content: [{ type: "text", text }] } : { tool_plan: text }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => toolCall(call, JSON.stringify(call.arguments))) }),
  };
  return { id: "answer-1", message: said, finish_reason: finish(calls), usage };
}

function message(fields: object): object {
  return { delta: { message: fields } };
}

/** What is said before calls is their plan. */
function lines({ text, calls = [] }: Said): readonly string[] {
  const events = [
    { type: "message-start", id: "answer-1", ...message({ role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] }) },
    ...(text === undefined ? [] : calls.length > 0 ? inPieces(text).map((piece) => ({ type: "tool-plan-delta", ...message({ tool_plan: piece }) })) : [
      { type: "content-start", index: 0, ...message({ content: { type: "text", text: "" } }) },
      ...inPieces(text).map((piece) => ({ type: "content-delta", index: 0, ...message({ content: { text: piece } }) })),
      { type: "content-end", index: 0 },
    ]),
    ...calls.flatMap((call, index) => [
      { type: "tool-call-start", index, ...message({ tool_calls: toolCall(call, "") }) },
      ...inHalves(call.arguments).map((half) => ({ type: "tool-call-delta", index, ...message({ tool_calls: { function: { arguments: half } } }) })),
      { type: "tool-call-end", index },
    ]),
    { type: "message-end", delta: { finish_reason: finish(calls), usage } },
  ];
  return events.map((event) => JSON.stringify(event));
}

/** Requests are near to OpenAI's; a schema is not, nor what is said before calls. */
function read(body: Json): Sent {
  const messages = body.messages.map(({ tool_plan: plan, ...message }: Json) => (plan === undefined ? message : { ...message, content: plan }));
  return { ...openaiChat.read({ ...body, messages }), schema: body.response_format?.json_schema };
}

export const cohereV2: Protocol = {
  name: "cohere-v2", upstreamModel: "command-a-03-2025", recorded: { stream: "cohere/text.chunks.txt", whole: "cohere/text.json" },
  // 20 × 3,000 + 10 × 15,000 nano-dollars: for what it bills, which is less than it counts.
  cost: 210_000e-9,
  credential: "a-credential", mediaType: "text/event-stream", whole, lines, frame: sseEvent, read,
};
