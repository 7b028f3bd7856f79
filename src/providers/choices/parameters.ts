/** Which of the caller's parameters an endpoint takes. What is left out is noted, never lost in silence. */

import type { ChatParameters, ParameterName } from "../../wire/chat.ts";
import type { ParameterNote } from "../adapter.ts";

/**
 * Under which names a list of supported parameters vouches for a parameter (contract §6.5). What is not here never
 * appears in such lists, so that its absence says nothing; max_tokens is sent always, for it bounds the cost.
 */
const listedAs: Partial<Record<ParameterName, readonly string[]>> = {
  temperature: ["temperature"],
  top_p: ["top_p"],
  top_k: ["top_k"],
  min_p: ["min_p"],
  top_a: ["top_a"],
  frequency_penalty: ["frequency_penalty"],
  presence_penalty: ["presence_penalty"],
  repetition_penalty: ["repetition_penalty"],
  seed: ["seed"],
  stop: ["stop"],
  logit_bias: ["logit_bias"],
  logprobs: ["logprobs", "top_logprobs"],
  top_logprobs: ["top_logprobs", "logprobs"],
  tools: ["tools"],
  tool_choice: ["tool_choice"],
  parallel_tool_calls: ["parallel_tool_calls", "tools"],
  response_format: ["response_format", "structured_outputs"],
  prediction: ["prediction"],
  reasoning: ["reasoning", "reasoning_effort", "include_reasoning"],
  verbosity: ["verbosity"],
  web_search_options: ["web_search_options"],
};

/** Does the endpoint take the parameter, as far as the catalog knows (`listed` undefined: it does not)? */
export function isListed(name: ParameterName, listed: ReadonlySet<string> | undefined): boolean {
  const names = listedAs[name];
  return listed === undefined || names === undefined || names.some((listedName) => listed.has(listedName));
}

/** The parameters that are both listed by the endpoint and known to the dialect; notes those that are not. */
export function acceptedParameters(
  parameters: ChatParameters,
  endpoint: { readonly listed: ReadonlySet<string> | undefined; readonly isKnown: (name: ParameterName) => boolean },
  notes: ParameterNote[],
): ChatParameters {
  const accepted: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(parameters)) {
    const name = key as ParameterName;
    if (!endpoint.isKnown(name)) notes.push({ parameter: name, action: "dropped", detail: "not taken by this provider" });
    // A tool_choice that cannot be sent can often be brought about by other means: tools.ts decides.
    else if (name !== "tool_choice" && !isListed(name, endpoint.listed)) {
      notes.push({ parameter: name, action: "dropped", detail: "not supported by this endpoint" });
    } else accepted[name] = value;
  }
  return accepted as ChatParameters;
}
