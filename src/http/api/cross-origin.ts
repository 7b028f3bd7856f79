/**
 * Which pages of other sites may read what: public reads anybody's, everything else nobody's. Cookies never travel
 * along (no access-control-allow-credentials), so a page can show a visitor only what it knows the key for.
 */

import type { MiddlewareHandler } from "hono";
import { policies, policyOf, type ApiEnv } from "./policy.ts";
import { operationsAt, type OperationName } from "./unknown-route.ts";

export function crossOrigin(operations: readonly OperationName[]): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    if (context.req.method === "OPTIONS") {
      const found = operationsAt(operations, context.req.path);
      if (found.length > 0) return new Response(null, { status: 204, headers: preflightHeaders(found) });
    }
    await next();
    if (policyOf(context) === "public") {
      context.res.headers.set("access-control-allow-origin", "*");
      context.res.headers.set("access-control-expose-headers", "etag, x-request-id");
    }
  };
}

function preflightHeaders(found: readonly OperationName[]): Record<string, string> {
  const allow = { allow: methods(found) };
  const open = found.filter((operation) => policies[operation] === "public");
  if (open.length === 0) return allow;
  return {
    ...allow,
    "access-control-allow-origin": "*",
    "access-control-allow-methods": methods(open),
    // The star does not cover authorization (Fetch standard, "CORS non-wildcard request-header name").
    "access-control-allow-headers": "*, authorization",
    "access-control-max-age": "86400",
  };
}

function methods(operations: readonly OperationName[]): string {
  return operations.map((operation) => operation.slice(0, operation.indexOf(" "))).join(", ");
}
