import { anthropicMessages } from "../../src/providers/anthropic-messages/adapter.ts";
import { recorded } from "../fixtures/recorded.ts";
import { conforms } from "./adapter.ts";

const unknown = "not in the protocol's request";

conforms(anthropicMessages, {
  fixtures: recorded((fixture) => fixture.wire_format === "anthropic-messages"),
  cannot: {
    min_p: unknown,
    top_a: unknown,
    frequency_penalty: unknown,
    presence_penalty: unknown,
    repetition_penalty: unknown,
    seed: unknown,
    logit_bias: unknown,
    logprobs: unknown,
    top_logprobs: unknown,
    prediction: unknown,
    verbosity: "only models that take an effort have a field for it; the model of the laws is none of them",
    modalities: unknown,
    audio: unknown,
    image_config: unknown,
    prompt_cache_key: unknown,
    prompt_cache_options: unknown,
    web_search_options: unknown,
  },
  wire: {
    asStream(body) {
      const { content, stop_reason, stop_sequence, stop_details, usage, context_management, ...message } = JSON.parse(body);
      const events = [
        { type: "message_start", message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } } },
        ...content.flatMap((block: object, index: number) => [
          { type: "content_block_start", index, content_block: block },
          { type: "content_block_stop", index },
        ]),
        { type: "message_delta", delta: { stop_reason, stop_sequence, stop_details }, usage, context_management },
        { type: "message_stop" },
      ];
      return events.map((event) => JSON.stringify(event));
    },
    isFinish: (line) => typeof JSON.parse(line).delta?.stop_reason === "string",
  },
});
