import { openaiResponses } from "../../src/providers/openai-responses/adapter.ts";
import { recorded } from "../fixtures/recorded.ts";
import { conforms } from "./adapter.ts";

const unknown = "not in the protocol's request";

conforms(openaiResponses, {
  fixtures: recorded((fixture) => fixture.wire_format === "openai-responses"),
  cannot: {
    top_k: unknown,
    min_p: unknown,
    top_a: unknown,
    frequency_penalty: unknown,
    presence_penalty: unknown,
    repetition_penalty: unknown,
    seed: unknown,
    stop: unknown,
    logit_bias: unknown,
    prediction: unknown,
    modalities: "only images are asked for, with a tool; text comes unasked",
    audio: unknown,
    image_config: unknown,
    cache_control: "caching is automatic here, or marked with the protocol's own breakpoints",
  },
  wire: {
    asStream(body) {
      const response = JSON.parse(body);
      const { output, usage: _usage, ...begun } = response;
      const events = [
        { type: "response.created", response: { ...begun, status: "in_progress", output: [] } },
        ...output.flatMap((item: object, output_index: number) => [
          { type: "response.output_item.added", output_index, item },
          { type: "response.output_item.done", output_index, item },
        ]),
        { type: `response.${response.status}`, response: { ...response, output: [] } },
      ];
      return events.map((event, sequence_number) => JSON.stringify({ ...event, sequence_number }));
    },
    isFinish: (line) => /^response\.(?:completed|incomplete)$/.test(JSON.parse(line).type),
  },
});
