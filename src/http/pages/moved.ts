/** Addresses that other gateways and habits have for places of ours. */

import type { PageRoute } from "./page-route.ts";

const targets: Readonly<Record<string, string>> = {
  "/playground": "/chat",
  "/keys": "/settings/keys",
  "/settings": "/settings/keys",
  "/credits": "/settings/credits",
  "/docs/api-reference": "/docs/api",
};

/** The query goes along; what leads to no place of this site is not there. */
export const movedRoutes: readonly PageRoute[] = Object.entries(targets).map(([path, target]) => ({
  path,
  answer: (_reads, { query, routes }) => (routes.includes(target) ? { redirect: query.size === 0 ? target : `${target}?${query.toString()}` } : undefined),
}));

export const movedPaths: ReadonlySet<string> = new Set(Object.keys(targets));
