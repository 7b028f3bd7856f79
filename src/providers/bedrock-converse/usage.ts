/** What was used, in our terms: cached tokens are beside the prompt's here, and part of them there. */

import type { Usage } from "../../wire/chat.ts";
import { readUsage as readCounts } from "../choices/usage.ts";
import { asList, asObject } from "../json.ts";

export function readUsage(value: unknown): Usage | undefined {
  const raw = asObject(value);
  if (raw === undefined) return undefined;
  const { inputTokens: input, outputTokens: output, cacheReadInputTokens: read, cacheWriteInputTokens: written } = raw;
  return readCounts(
    {
      prompt_tokens: typeof input === "number" ? input + count(read) + count(written) : undefined,
      completion_tokens: output,
      prompt_tokens_details: { cached_tokens: read, cache_write_tokens: written, cache_creation_token_details: { ephemeral_1h_input_tokens: keptForHour(raw["cacheDetails"]) } },
    },
    "within",
  );
}

/** What was written to the cache is listed by how long it is kept. */
function keptForHour(details: unknown): number {
  return asList(details).reduce((sum: number, item) => {
    const detail = asObject(item);
    return detail?.["ttl"] === "1h" ? sum + count(detail["inputTokens"]) : sum;
  }, 0);
}

function count(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : 0;
}
