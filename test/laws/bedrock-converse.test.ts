import { bedrockConverse } from "../../src/providers/bedrock-converse/adapter.ts";
import { recorded } from "../fixtures/recorded.ts";
import { awsEvent } from "../support/aws-eventstream.ts";
import { conforms } from "./adapter.ts";

const unknown = "not in Converse's request";
const makers = "only some makers' models have a field for it; the model of the laws is of none of them";

conforms(bedrockConverse, {
  fixtures: recorded((fixture) => fixture.wire_format === "bedrock-converse"),
  cannot: {
    top_k: makers,
    min_p: unknown,
    top_a: unknown,
    frequency_penalty: unknown,
    presence_penalty: unknown,
    repetition_penalty: unknown,
    seed: unknown,
    logit_bias: unknown,
    logprobs: unknown,
    top_logprobs: unknown,
    parallel_tool_calls: makers,
    prediction: unknown,
    reasoning: makers,
    verbosity: makers,
    modalities: unknown,
    audio: unknown,
    image_config: unknown,
    cache_control: makers,
    prompt_cache_key: unknown,
    prompt_cache_options: unknown,
    web_search_options: unknown,
  },
  wire: {
    asStream(body) {
      const { output, stopReason, usage, metrics, ...about } = JSON.parse(body);
      const blocks = output.message.content.flatMap((block: Record<string, { [field: string]: unknown }>, index: number) => {
        const at = { contentBlockIndex: index };
        const { text, toolUse, reasoningContent, citationsContent } = block;
        const deltas: object[] =
          toolUse !== undefined ? [{ toolUse: { input: JSON.stringify(toolUse["input"]) } }]
          : reasoningContent !== undefined ? [{ reasoningContent: reasoningContent["reasoningText"] ?? reasoningContent }]
          : citationsContent !== undefined ? [...(citationsContent["citations"] as object[]).map((citation) => ({ citation })), ...(citationsContent["content"] as object[])]
          : [{ text }];
        return [
          ...(toolUse === undefined ? [] : [{ contentBlockStart: { ...at, start: { toolUse: { toolUseId: toolUse["toolUseId"], name: toolUse["name"] } } } }]),
          ...deltas.map((delta) => ({ contentBlockDelta: { ...at, delta } })),
          { contentBlockStop: at },
        ];
      });
      return [{ messageStart: { role: "assistant" } }, ...blocks, { messageStop: { stopReason, ...about } }, { metadata: { usage, metrics } }].map((event) => JSON.stringify(event));
    },
    isFinish: (line) => JSON.parse(line).messageStop !== undefined,
    frame: (lines) => Buffer.concat(lines.map(awsEvent)),
  },
});
