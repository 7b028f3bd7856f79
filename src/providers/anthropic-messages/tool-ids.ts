import { createHash } from "node:crypto";

export interface ToolIds {
  /** The id of a call. One that was used before in the conversation becomes another. */
  call(id: string): string;
  /** The id of the call that a result answers: the latest of that name. */
  result(id: string): string;
}

const wellFormed = /^[a-zA-Z0-9_-]+$/;

/**
 * The ids of one conversation, each of which must be unique and of letters, digits, underscores and dashes. One that is
 * both stays; any other becomes a hash of itself, the same in every request, so that prompt caches still hit.
 */
export function createToolIds(): ToolIds {
  const latest = new Map<string, string>();
  const taken = new Set<string>();
  return {
    call(id) {
      const first = legal(id);
      let own = first;
      for (let round = 2; taken.has(own); round++) own = `${first}_${round}`;
      taken.add(own);
      latest.set(id, own);
      return own;
    },
    result: (id) => latest.get(id) ?? legal(id),
  };
}

function legal(id: string): string {
  return wellFormed.test(id) ? id : `toolu_${createHash("sha256").update(id).digest("hex").slice(0, 24)}`;
}
