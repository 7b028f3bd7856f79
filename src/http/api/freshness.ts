/** What may be kept, by whom, for how long. */

import { etag } from "hono/etag";
import type { MiddlewareHandler } from "hono";
import { policyOf, type ApiEnv } from "./policy.ts";

/**
 * Public reads may be kept for a minute by anybody and are cheap to ask for again (ETag, 304); what a key was needed
 * for is kept by nobody. Leaves answers alone that say for themselves.
 */
export function freshness(): MiddlewareHandler<ApiEnv> {
  const tagged = etag();
  return async (context, next) => {
    const isPublic = policyOf(context) === "public";
    await (isPublic ? tagged(context, next) : next());
    const { headers } = context.res;
    if (isPublic) headers.append("vary", "authorization, x-api-key");
    if (headers.has("cache-control")) return;
    headers.set("cache-control", !isPublic ? "no-store" : context.get("key") === undefined ? "public, max-age=60" : "private, no-cache");
  };
}
