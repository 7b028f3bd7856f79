/** What was used, in our terms: cached tokens are beside the prompt's here, and part of them there. */

import type { Usage } from "../../wire/chat.ts";
import { readUsage as readCounts } from "../choices/usage.ts";
import { asList, asObject, type JsonObject } from "../json.ts";

export function readUsage(value: unknown): Usage | undefined {
  const raw = asObject(value);
  if (raw === undefined) return undefined;
  const { input_tokens: input, cache_read_input_tokens: read, cache_creation_input_tokens: written, output_tokens: output } = raw;
  const summary = summaries(raw);
  return readCounts(
    {
      prompt_tokens: isCount(input) ? input + count(read) + count(written) + summary.input : undefined,
      completion_tokens: isCount(output) ? output + summary.output : undefined,
      prompt_tokens_details: {
        cached_tokens: isCount(read) ? read + summary.read : undefined,
        cache_write_tokens: isCount(written) ? written + summary.written : undefined,
        cache_creation_token_details: { ephemeral_1h_input_tokens: keptForHour(raw) + summary.keptForHour },
      },
      completion_tokens_details: { reasoning_tokens: asObject(raw["output_tokens_details"])?.["thinking_tokens"] },
      server_tool_use: raw["server_tool_use"],
    },
    "within",
  );
}

/** What later events say stands; a nothing says nothing of what was said before. */
export function laterUsage(before: JsonObject | undefined, value: unknown): JsonObject | undefined {
  const later = asObject(value);
  if (before === undefined || later === undefined) return later ?? before;
  const said = Object.entries(later).filter(([name, given]) => given !== null && (given !== 0 || before[name] === undefined || before[name] === null));
  return { ...before, ...Object.fromEntries(said) };
}

/** The top level leaves out what was used to summarize the conversation on the way, which is billed like all else. */
function summaries(raw: JsonObject) {
  const sum = { input: 0, output: 0, read: 0, written: 0, keptForHour: 0 };
  for (const item of asList(raw["iterations"])) {
    const iteration = asObject(item);
    if (iteration?.["type"] !== "compaction") continue;
    sum.read += count(iteration["cache_read_input_tokens"]);
    sum.written += count(iteration["cache_creation_input_tokens"]);
    sum.keptForHour += keptForHour(iteration);
    sum.input += count(iteration["input_tokens"]) + count(iteration["cache_read_input_tokens"]) + count(iteration["cache_creation_input_tokens"]);
    sum.output += count(iteration["output_tokens"]);
  }
  return sum;
}

/** Of what was written to the cache. */
function keptForHour(raw: JsonObject): number {
  return count(asObject(raw["cache_creation"])?.["ephemeral_1h_input_tokens"]);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && value >= 0;
}

function count(value: unknown): number {
  return isCount(value) ? value : 0;
}
