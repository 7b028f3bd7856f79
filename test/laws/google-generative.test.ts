import { googleGenerative } from "../../src/providers/google-generative/adapter.ts";
import { recorded } from "../fixtures/recorded.ts";
import { conforms } from "./adapter.ts";

const unknown = "not in Gemini's request";

conforms(googleGenerative, {
  fixtures: recorded((fixture) => fixture.wire_format === "google-generative"),
  cannot: {
    min_p: unknown,
    top_a: unknown,
    repetition_penalty: unknown,
    logit_bias: unknown,
    parallel_tool_calls: unknown,
    prediction: unknown,
    verbosity: unknown,
    cache_control: unknown,
    prompt_cache_key: unknown,
    prompt_cache_options: unknown,
  },
  wire: {
    asStream: (body) => [JSON.stringify(JSON.parse(body))],
    isFinish: (line) => JSON.parse(line).candidates?.some((candidate: { finishReason?: unknown }) => typeof candidate.finishReason === "string") === true,
  },
});
