/** What was used, in our terms: the same counts as everywhere, under other names; searches of the web are items of the answer. */

import type { Usage } from "../../wire/chat.ts";
import { readUsage as readCounts } from "../choices/usage.ts";
import { asObject } from "../json.ts";

export function readUsage(value: unknown, webSearches: number): Usage | undefined {
  const raw = asObject(value);
  if (raw === undefined) return undefined;
  const { input_tokens, output_tokens, input_tokens_details, output_tokens_details } = raw;
  const counts = { prompt_tokens: input_tokens, completion_tokens: output_tokens, prompt_tokens_details: input_tokens_details, completion_tokens_details: output_tokens_details, num_search_queries: webSearches };
  return readCounts(counts, "within");
}
