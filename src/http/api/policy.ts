/** Who may call what: every operation of the API in one table, and the guard that holds them all to it. */

import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import type { Key } from "../../keys/key.ts";
import { authenticate, requireKind, type KeyLookup } from "../authenticate.ts";

/** "public": anybody, and a valid key shows more. "key": any valid key. "management": a management key. */
export type Policy = "public" | "key" | "management";

export const policies: Readonly<Record<string, Policy>> = {
  "GET /openapi.json": "public",
  "GET /models": "public",
  "GET /models/count": "public",
  "GET /models/user": "key",
  "GET /model/{author}/{slug}": "public",
  "GET /models/{author}/{slug}/endpoints": "public",
  "GET /embeddings/models": "public",
  "GET /endpoints/zdr": "public",
  "GET /capabilities": "public",
  "GET /images/models": "public",
  "GET /images/models/{author}/{slug}/endpoints": "public",
  "GET /endpoints/switched-off": "management",
  "DELETE /endpoints/switched-off": "management",
  "GET /providers": "public",
  "GET /presets": "key",
  "GET /presets/{slug}": "key",
  "GET /presets/{slug}/versions": "key",
  "GET /presets/{slug}/versions/{version}": "key",
  "POST /presets/{slug}/chat/completions": "key",
  "POST /presets/{slug}/responses": "key",
  "POST /presets/{slug}/messages": "key",
  "POST /route": "key",
  "GET /datasets/rankings-daily": "key",
  "GET /datasets/app-rankings": "key",
  "GET /key": "key",
  "GET /auth/key": "key",
  "GET /generation": "key",
  "GET /credits": "management",
  "POST /credits": "management",
  "GET /keys": "management",
  "POST /keys": "management",
  "GET /keys/{hash}": "management",
  "PATCH /keys/{hash}": "management",
  "DELETE /keys/{hash}": "management",
};

export const basePath = "/api/v1";

export interface ApiEnv {
  Variables: {
    requestId: string;
    /** Undefined only on a public operation. */
    key: Key | undefined;
  };
}

/** Refuses to start when a route has no policy, or a policy no route. */
export function assertPolicies(routes: readonly { readonly method: string; readonly path: string }[]): void {
  const operations = new Set(routes.filter(({ method }) => method !== "ALL").map(operationOf));
  for (const operation of operations) assert(policies[operation] !== undefined, `${operation} has no policy`);
  for (const operation of Object.keys(policies)) assert(operations.has(operation), `${operation} has a policy and no route`);
}

/** Lets a request through to its route when the route's policy does. Runs before anything else of the request is read. */
export function guard(keys: KeyLookup, clock: Clock): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const policy = policyOf(context);
    if (policy !== undefined) context.set("key", await admit({ context, policy, keys, now: clock() }));
    await next();
  };
}

/** The caller's key, on an operation that is not public. */
export function keyOf(context: Context<ApiEnv>): Key {
  const key = context.get("key");
  assert(key !== undefined, "the guard lets nobody without a key come here");
  return key;
}

/** The policy of the route that will answer; undefined when none will. */
export function policyOf(context: Context<ApiEnv>): Policy | undefined {
  const route = matchedRoutes(context).findLast(({ method }) => method !== "ALL");
  if (route === undefined) return undefined;
  const policy = policies[operationOf(route)];
  assert(policy !== undefined, "no route starts without a policy");
  return policy;
}

interface Admission {
  readonly context: Context<ApiEnv>;
  readonly policy: Policy;
  readonly keys: KeyLookup;
  readonly now: number;
}

async function admit({ context, policy, keys, now }: Admission): Promise<Key | undefined> {
  const { headers } = context.req.raw;
  const credentials = { authorization: headers.get("authorization") ?? undefined, "x-api-key": headers.get("x-api-key") ?? undefined };
  if (policy === "public") return stranger(credentials) ? undefined : await tolerantly(async () => authenticate(credentials, keys, now));
  const key = await authenticate(credentials, keys, now);
  if (policy === "management") requireKind(key, "management");
  return key;
}

function stranger(credentials: { readonly authorization: string | undefined; readonly "x-api-key": string | undefined }): boolean {
  return credentials.authorization === undefined && credentials["x-api-key"] === undefined;
}

// The contract promises no 401 on a public read: a bad key there shows what no key shows.
async function tolerantly(lookup: () => Promise<Key>): Promise<Key | undefined> {
  try {
    return await lookup();
  } catch (error) {
    if (error instanceof Fault && error.code === "authentication") return undefined;
    throw error;
  }
}

function operationOf({ method, path }: { readonly method: string; readonly path: string }): string {
  return `${method} ${path.replace(basePath, "").replaceAll(/:(\w+)/g, "{$1}")}`;
}
