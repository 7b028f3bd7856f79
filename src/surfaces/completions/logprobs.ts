/** Log probabilities as text completions have them: parallel lists instead of one entry a token. */

interface Entry {
  readonly token?: unknown;
  readonly logprob?: unknown;
  readonly top_logprobs?: unknown;
}

/** Null where there are none. What an endpoint said in this dialect is given on as it is. */
export function textLogprobs(logprobs: unknown): object | null {
  if (typeof logprobs !== "object" || logprobs === null) return null;
  const { content } = logprobs as { readonly content?: unknown };
  if (!Array.isArray(content)) return logprobs;
  const entries = content as readonly Entry[];
  let offset = 0;
  return {
    tokens: entries.map(({ token }) => token),
    token_logprobs: entries.map(({ logprob }) => logprob),
    top_logprobs: entries.map(({ top_logprobs: alternatives }) => (Array.isArray(alternatives) ? Object.fromEntries((alternatives as readonly Entry[]).map(({ token, logprob }) => [String(token), logprob])) : {})),
    text_offset: entries.map(({ token }) => {
      const at = offset;
      offset += String(token).length;
      return at;
    }),
  };
}
