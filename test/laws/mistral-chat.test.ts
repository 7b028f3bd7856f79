import { mistralChat } from "../../src/providers/mistral-chat/adapter.ts";
import { recorded } from "../fixtures/recorded.ts";
import { conforms } from "./adapter.ts";

const unknown = "not in Mistral's request";

conforms(mistralChat, {
  fixtures: recorded((fixture) => fixture.wire_format === "mistral-chat"),
  cannot: {
    top_k: unknown,
    min_p: unknown,
    top_a: unknown,
    repetition_penalty: unknown,
    logit_bias: unknown,
    logprobs: unknown,
    top_logprobs: unknown,
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
});
