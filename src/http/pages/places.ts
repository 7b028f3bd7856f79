/** Who makes, sells and uses models here, by name and address: what the search palette finds beside models and documents. */

import type { Place } from "../../../web/catalog/find-places.ts";
import type { PageReads, PageRoute } from "./page-route.ts";

export const placesRoute: PageRoute = {
  path: "/api/ui/v1/places",
  answer: async (reads) => ({ contentType: "application/json", body: JSON.stringify(await namedPlaces(reads)) }),
};

export async function namedPlaces(reads: PageReads): Promise<readonly Place[]> {
  return [...authors(reads), ...(await providers(reads)), ...(await apps(reads))];
}

function authors({ catalog }: PageReads): readonly Place[] {
  const names = new Map(catalog.models.map(({ author, authorName }) => [author, authorName]));
  return [...names].map(([author, name]) => ({ name, detail: "Author", path: `/${author}` }));
}

/** Those of the catalog, and those that were called from here and have left it. */
async function providers({ catalog, usage }: PageReads): Promise<readonly Place[]> {
  const names = new Map([...(await usage.providers()).map((slug) => [slug, slug] as const), ...catalog.providers.map(({ slug, name }) => [slug, name] as const)]);
  return [...names].map(([slug, name]) => ({ name, detail: "Provider", path: `/provider/${slug}` }));
}

/** The public apps of the last 30 days. */
async function apps({ usage }: PageReads): Promise<readonly Place[]> {
  const ranking = await usage.appRanking("month");
  return [...ranking.apps.values()].map(({ name, slug }) => ({ name, detail: "App", path: `/apps/${encodeURIComponent(slug)}` }));
}
