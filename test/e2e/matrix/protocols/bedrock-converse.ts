import { awsEvent } from "../../../support/aws-eventstream.ts";
import type { Json } from "../../../support/caller.ts";
import { counted, type Made, type Said, type Sent, type Turn } from "../scene.ts";
import { inHalves, inPieces, madeAs, parsed, textOf, type Protocol } from "./protocol.ts";

const usage = { inputTokens: counted.prompt - counted.cached, cacheReadInputTokens: counted.cached, cacheWriteInputTokens: 0, outputTokens: counted.completion, totalTokens: counted.prompt + counted.completion };
const finish = (calls: readonly Made[]): string => (calls.length === 0 ? "end_turn" : "tool_use");

function whole({ text, calls = [] }: Said): object {
  const content = [...(text === undefined ? [] : [{ text }]), ...calls.map(({ id, name, arguments: input }) => ({ toolUse: { toolUseId: id, name, input } }))];
  return { output: { message: { role: "assistant", content } }, stopReason: finish(calls), usage, metrics: { latencyMs: 1 } };
}

function lines({ text, calls = [] }: Said): readonly string[] {
  const first = text === undefined ? 0 : 1;
  const events = [
    { messageStart: { role: "assistant" } },
    ...(text === undefined ? [] : [...inPieces(text).map((piece) => ({ contentBlockDelta: { contentBlockIndex: 0, delta: { text: piece } } })), { contentBlockStop: { contentBlockIndex: 0 } }]),
    ...calls.flatMap(({ id, name, arguments: given }, index) => [
      { contentBlockStart: { contentBlockIndex: first + index, start: { toolUse: { toolUseId: id, name } } } },
      ...inHalves(given).map((input) => ({ contentBlockDelta: { contentBlockIndex: first + index, delta: { toolUse: { input } } } })),
      { contentBlockStop: { contentBlockIndex: first + index } },
    ]),
    { messageStop: { stopReason: finish(calls) } },
    { metadata: { usage, metrics: { latencyMs: 1 } } },
  ];
  return events.map((event) => JSON.stringify(event));
}

function read(body: Json): Sent {
  const made = new Map<string, Omit<Made, "id">>();
  const turns = body.messages.flatMap(({ role, content }: Json): Turn[] => {
    const calls = content.filter((block: Json) => block.toolUse !== undefined).map(({ toolUse: { toolUseId, name, input } }: Json) => {
      const call = { name, arguments: input };
      made.set(toolUseId, call);
      return call;
    });
    const results = content.filter((block: Json) => block.toolResult !== undefined).map(({ toolResult }: Json): Turn => ({
      resultOf: madeAs(made, toolResult.toolUseId), result: toolResult.content[0]?.json ?? parsed(toolResult.content),
    }));
    const words = textOf(content);
    return [...results, ...(words === "" ? [] : [{ from: role, text: words }]), ...(calls.length === 0 ? [] : [{ calls }])];
  });
  const system = textOf(body.system);
  const schema: string | undefined = body.outputConfig?.textFormat?.structure?.jsonSchema?.schema;
  return {
    turns: [...(system === "" ? [] : [{ from: "system" as const, text: system }]), ...turns],
    tools: (body.toolConfig?.tools ?? []).map(({ toolSpec: { name, inputSchema } }: Json) => ({ name, parameters: inputSchema.json })),
    schema: schema === undefined ? undefined : JSON.parse(schema),
  };
}

export const bedrockConverse: Protocol = {
  name: "bedrock-converse", upstreamModel: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", recorded: { stream: "amazon-bedrock/text.chunks.txt", whole: "amazon-bedrock/text.json" },
  credential: JSON.stringify({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", region: "eu-west-1" }),
  mediaType: "application/vnd.amazon.eventstream", whole, lines, frame: awsEvent, read,
};
