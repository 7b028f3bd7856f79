/** What was used, in our terms: cached tokens are beside the prompt's here, and part of them there. */

import type { Usage } from "../../wire/chat.ts";
import { readUsage as readCounts } from "../choices/usage.ts";
import { asObject } from "../json.ts";

export function readUsage(value: unknown): Usage | undefined {
  const raw = asObject(value);
  if (raw === undefined) return undefined;
  const { inputTokens: input, outputTokens: output, cacheReadInputTokens: read, cacheWriteInputTokens: written } = raw;
  return readCounts(
    {
      prompt_tokens: typeof input === "number" ? input + count(read) + count(written) : undefined,
      completion_tokens: output,
      prompt_tokens_details: { cached_tokens: read, cache_write_tokens: written },
    },
    "within",
  );
}

function count(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : 0;
}
