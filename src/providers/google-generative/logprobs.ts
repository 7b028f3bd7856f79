/** Log probabilities in the public shape. Source: ai.google.dev/api/generate-content, LogprobsResult. */

import { asList, asObject, asText } from "../json.ts";

export function logprobsOf(value: unknown): object | undefined {
  const result = asObject(value);
  if (result === undefined) return undefined;
  const alternatives = asList(result["topCandidates"]);
  const content = asList(result["chosenCandidates"]).map((chosen, position) => ({
    ...tokenOf(chosen),
    top_logprobs: asList(asObject(alternatives[position])?.["candidates"]).map(tokenOf),
  }));
  return content.length === 0 ? undefined : { content, refusal: null };
}

function tokenOf(value: unknown): object {
  const fields = asObject(value);
  const token = asText(fields?.["token"]) ?? "";
  const logprob = fields?.["logProbability"];
  // Google leaves zeros out.
  return { token, logprob: typeof logprob === "number" ? logprob : 0, bytes: [...Buffer.from(token)] };
}
