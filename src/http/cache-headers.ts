/** The response cache and single-flight as callers ask for them and are told of them. Source: contract §8.2; the second is ours. */

import type { IncomingHttpHeaders } from "node:http";
import type { Asked, Origin } from "../relay/answer.ts";

/** Names that a page of another origin may read. */
export const cacheHeaderNames = "x-openrouter-cache-status, x-openrouter-cache-age, x-openrouter-cache-ttl, x-openrouter-cache-source-id, x-windrose-single-flight";

export function cacheWishesOf(headers: IncomingHttpHeaders): Asked["wishes"] {
  return {
    isWanted: flag(headers["x-openrouter-cache"]),
    ttl: leadingInteger(headers["x-openrouter-cache-ttl"]),
    isRefresh: flag(headers["x-openrouter-cache-clear"]) === true,
    isSingleFlight: flag(headers["x-windrose-single-flight"]) === true,
  };
}

/** Names and values, one after the other, as node:http takes them. */
export function originHeaders(origin: Origin): readonly string[] {
  const joined = origin.kind === "joined" ? ["x-windrose-single-flight", "joined"] : [];
  if (origin.ttl === undefined) return joined;
  const ttl = ["x-openrouter-cache-ttl", String(origin.ttl)];
  if (origin.kind !== "stored") return [...joined, "x-openrouter-cache-status", "MISS", ...ttl];
  return ["x-openrouter-cache-status", "HIT", "x-openrouter-cache-age", String(origin.age), ...ttl, "x-openrouter-cache-source-id", origin.sourceId];
}

function flag(value: string | readonly string[] | undefined): boolean | undefined {
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  return text === "true" ? true : text === "false" ? false : undefined;
}

/** "60abc" is 60, "1.5" is 1, what does not begin with a number is not there (contract §8.2). */
function leadingInteger(value: string | readonly string[] | undefined): number | undefined {
  const number = typeof value === "string" ? Number.parseInt(value, 10) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}
