import { createHash } from "node:crypto";
import type { Message } from "../../wire/chat.ts";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const wellFormed = /^[a-zA-Z0-9]{9}$/;

/**
 * Mistral's ids for the tool calls of a request: it takes nine alphanumerics and nothing else (error 3280). An id that is
 * one already stays; any other becomes a hash of itself, the same in every request, so that prompt caches still hit.
 * Cutting ids short instead would make one of all that share a prefix. No two ids of a request are given the same.
 */
export function toolIds(messages: readonly Message[]): ReadonlyMap<string, string> {
  const given = new Set<string>();
  for (const message of messages) {
    for (const call of message.tool_calls ?? []) given.add(call.id);
    if (message.tool_call_id !== undefined) given.add(message.tool_call_id);
  }
  const taken = new Set([...given].filter((id) => wellFormed.test(id)));
  const ids = new Map<string, string>();
  for (const id of given) {
    if (wellFormed.test(id)) {
      ids.set(id, id);
      continue;
    }
    let round = 0;
    let short = hashed(id, round);
    while (taken.has(short)) short = hashed(id, ++round);
    taken.add(short);
    ids.set(id, short);
  }
  return ids;
}

function hashed(id: string, round: number): string {
  const digest = createHash("sha256").update(round === 0 ? id : `${id}#${round}`).digest();
  let text = "";
  for (let byte = 0; byte < 9; byte++) text += alphabet[(digest[byte] as number) % alphabet.length];
  return text;
}
