import { cohereV2 } from "../../src/providers/cohere-v2/adapter.ts";
import { recorded } from "../fixtures/recorded.ts";
import { conforms } from "./adapter.ts";

const unknown = "not in Cohere's request";

conforms(cohereV2, {
  fixtures: recorded((fixture) => fixture.wire_format === "cohere-v2"),
  cannot: {
    min_p: unknown,
    top_a: unknown,
    repetition_penalty: unknown,
    logit_bias: unknown,
    top_logprobs: unknown,
    parallel_tool_calls: unknown,
    prediction: unknown,
    verbosity: unknown,
    modalities: unknown,
    audio: unknown,
    image_config: unknown,
    service_tier: unknown,
    cache_control: unknown,
    prompt_cache_key: unknown,
    prompt_cache_options: unknown,
    web_search_options: unknown,
  },
  wire: {
    asStream(body) {
      const { id, message, finish_reason, usage } = JSON.parse(body);
      const events = [
        { id, type: "message-start", delta: { message: { role: "assistant" } } },
        ...(message.tool_plan === undefined ? [] : [{ type: "tool-plan-delta", delta: { message: { tool_plan: message.tool_plan } } }]),
        ...(message.content ?? []).map((content: object, index: number) => ({ type: "content-start", index, delta: { message: { content } } })),
        ...(message.tool_calls ?? []).map((call: object, index: number) => ({ type: "tool-call-start", index, delta: { message: { tool_calls: call } } })),
        ...(message.citations ?? []).map((citation: object, index: number) => ({ type: "citation-start", index, delta: { message: { citations: citation } } })),
        { type: "message-end", delta: { finish_reason, usage } },
      ];
      return events.map((event) => JSON.stringify(event));
    },
    isFinish: (line) => JSON.parse(line).type === "message-end",
  },
});
