/** The apps that anybody may see: those of which at least one key's owner says so, as those keys describe them. */

import type { Reader } from "./activity.store.ts";
import { categoriesMax, hostOf, isLocalOrigin } from "./apps.ts";
import { readPublicApps, readPublicCategories } from "./rankings.store.ts";

export interface PublicApp {
  readonly id: number;
  /** In the address of its page: "app.example". */
  readonly slug: string;
  /** Its title, or its host where it has none. */
  readonly name: string;
  readonly origin: string;
  readonly categories: readonly string[];
  /** Milliseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
}

export async function readDirectory(db: Reader): Promise<ReadonlyMap<number, PublicApp>> {
  const [facts, said] = await Promise.all([readPublicApps(db), readPublicCategories(db)]);
  const categories = new Map<number, string[]>();
  for (const { id, category } of said) categories.set(id, [...(categories.get(id) ?? []), category]);
  const origins = new Set(facts.map(({ origin }) => origin));
  const apps = new Map<number, PublicApp>();
  for (const { id, origin, title, firstAt, lastAt } of facts) {
    const known = apps.get(id);
    const host = hostOf(origin);
    apps.set(id, {
      id, origin,
      slug: isLocalOrigin(origin) || isShadowed(origin, origins) ? String(id) : host,
      name: known === undefined || known.name === host ? (title ?? host) : known.name,
      categories: (categories.get(id) ?? []).slice(0, categoriesMax),
      firstAt: Math.min(firstAt, known?.firstAt ?? firstAt),
      lastAt: Math.max(lastAt, known?.lastAt ?? lastAt),
    });
  }
  return apps;
}

/** An app without TLS beside one of the same host with it: who writes to anybody's host over http must not get that app's address. */
function isShadowed(origin: string, origins: ReadonlySet<string>): boolean {
  return origin.startsWith("http:") && origins.has(origin.replace(/^http:/, "https:"));
}
