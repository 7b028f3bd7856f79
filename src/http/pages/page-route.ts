/** What a place of the site is: where it is, and how its answer is made. */

import type { Clock } from "../../base/clock.ts";
import type { QueryFacts } from "../../catalog/query.ts";
import type { CatalogReads, HealthReads } from "../api/models.ts";
import type { Page } from "../../../web/shell/page.ts";

/** All that pages may read. A page that needs more adds a port here, and src/gateway.ts fills it. */
export interface PageReads {
  readonly catalog: CatalogReads;
  readonly health: HealthReads;
  /** Figures from outside the catalog that lists filter and sort by, as for the API. */
  readonly measure?: NonNullable<QueryFacts["measure"]>;
  readonly clock: Clock;
  readonly version: string;
  /** Is the data generated? Every page then says so. */
  readonly isDemo: boolean;
}

export interface PageRequest {
  /** Decoded, from the root of the site, without a trailing slash: "/mistralai/ministral-8b". */
  readonly path: string;
  /** What stands for the `:name` steps of the route. */
  readonly steps: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Scheme, host and base path as the caller knows them. */
  readonly origin: string;
  /** The paths of all routes. */
  readonly routes: readonly string[];
}

/** An answer that is no page: data, a feed, a map of the site. */
export interface PlainAnswer {
  readonly contentType: string;
  readonly body: string;
}

/** A path from the root of the site. */
export interface Redirect {
  readonly redirect: string;
  readonly isPermanent?: boolean;
}

export type PageAnswer = Page | PlainAnswer | Redirect;

export interface PageRoute {
  /** "/models", "/:author/:slug". The first route that fits answers. */
  readonly path: string;
  /** Undefined when there is nothing at this address after all. */
  readonly answer: (reads: PageReads, request: PageRequest) => PageAnswer | undefined | Promise<PageAnswer | undefined>;
}

/** The decoded steps of `path` under the pattern `route`; undefined when it does not fit. */
export function matchRoute(route: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = route.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const steps: Record<string, string> = {};
  for (const [index, step] of wanted.entries()) {
    const value = given[index] ?? "";
    if (step.startsWith(":") && value !== "") steps[step.slice(1)] = value;
    else if (step !== value) return undefined;
  }
  return steps;
}
