/** Log probabilities in our shape. The upstream gives them by pieces of text, each of one token or more. */

import { asList, asObject, asText } from "../json.ts";

/** A piece of several tokens is given as one, whose probability is theirs together. */
export function readLogprobs(value: unknown): { readonly content: readonly object[] } | undefined {
  const pieces = Array.isArray(value) ? value : [value];
  const content = pieces.flatMap((item) => {
    const piece = asObject(item);
    const logs = asList(piece?.["logprobs"]).filter((log) => typeof log === "number");
    if (piece === undefined || logs.length === 0) return [];
    const token = asText(piece["text"]) ?? "";
    return [{ token, logprob: logs.reduce((sum, log) => sum + log, 0), bytes: [...Buffer.from(token)], top_logprobs: [] }];
  });
  return content.length === 0 ? undefined : { content };
}
