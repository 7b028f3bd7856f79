/** What a place of the site is: where it is, and how its answer is made. */

import type { Clock } from "../../base/clock.ts";
import type { Lack } from "../../catalog/endpoint.ts";
import type { Model } from "../../catalog/model.ts";
import type { RouteExplanation } from "../../relay/explain-route.ts";
import type { RecentAnswers } from "../../routing/snapshot.ts";
import type { UsageReads } from "../../usage/reads.ts";
import type { ChatRequest } from "../../wire/chat.ts";
import type { CatalogReads, HealthReads } from "../api/models.ts";
import type { Account } from "../session/account.ts";
import type { Page } from "../../../web/shell/page.ts";
import type { ApiDocument } from "./docs/api-document.ts";
import type { Manual } from "./docs/manual.ts";

/** All that pages may read. A page that needs more adds a port here, and src/gateway.ts fills it. */
export interface PageReads {
  readonly catalog: CatalogReads;
  readonly health: HealthReads;
  /** This installation's traffic, from its rollups. */
  readonly usage: UsageReads;
  readonly routing: RoutingReads;
  /** Who is signed in, and what is theirs. */
  readonly account: Account;
  /** The documents of docs/ that are for readers. */
  readonly manual: Manual;
  /** What /api/v1/openapi.json answers. */
  readonly apiDocument: () => Promise<ApiDocument>;
  readonly clock: Clock;
  readonly version: string;
  /** Is the data generated? Every page then says so. */
  readonly isDemo: boolean;
  /** Is `usage` the sandbox's book, because nothing else was ever called here? Pages with figures of it say so. */
  readonly isSandbox: boolean;
  readonly gateway: GatewayReads;
}

/** How the gateway itself is. */
export interface GatewayReads {
  readonly startedAt: number;
  /** Answered requests that wait in the journal for the database. @throws Fault storage_unavailable */
  unsettled(): Promise<number>;
  /** Attempts counted of late, by endpoint; none before the first since the start. */
  recentAnswers(): ReadonlyMap<string, RecentAnswers>;
}

/** What can be called here, and where a request would go. */
export interface RoutingReads {
  /** What each of the model's endpoints lacks to be callable; callable ones are left out. */
  lacks(model: Model): ReadonlyMap<string, Lack>;
  /** Endpoint id to reason: callable, but for this. */
  readonly switchedOff: ReadonlyMap<string, string>;
  /** The dry run of POST /route, for a caller with any key. @throws Fault model_not_found, invalid_request. */
  explain(request: ChatRequest): RouteExplanation;
}

export interface PageRequest {
  readonly method: "GET" | "HEAD" | "POST";
  /** Decoded, from the root of the site, without a trailing slash: "/mistralai/ministral-8b". */
  readonly path: string;
  /** What stands for the `:name` steps of the route. */
  readonly steps: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Scheme, host and base path as the caller knows them. */
  readonly origin: string;
  /** The `Cookie` header; "" without one. */
  readonly cookies: string;
  /** The paths of all routes. */
  readonly routes: readonly string[];
}

/** An answer that is no page: data, a feed, a map of the site. */
export interface PlainAnswer {
  readonly contentType: string;
  readonly body: string;
  /** 200 where absent. */
  readonly status?: 400 | 404 | 429;
}

/** A path from the root of the site. */
export interface Redirect {
  readonly redirect: string;
  readonly isPermanent?: boolean;
  /** `Set-Cookie`. */
  readonly cookie?: string;
}

export type PageAnswer = Page | PlainAnswer | Redirect;

export interface PageRoute {
  /** "/models", "/:author/:slug". The first route that fits answers. */
  readonly path: string;
  /** Where the pattern alone fits too much: is there anything at these steps? What is not passes on to the next route. */
  readonly accepts?: (reads: PageReads, steps: PageRequest["steps"]) => boolean;
  /** Undefined when there is nothing at this address after all. */
  readonly answer: (reads: PageReads, request: PageRequest) => PageAnswer | undefined | Promise<PageAnswer | undefined>;
  /** Answers a form that was sent here by a page of ours; a route without one takes no forms. */
  readonly submit?: (reads: PageReads, request: PageRequest, form: URLSearchParams) => PageAnswer | undefined | Promise<PageAnswer | undefined>;
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
