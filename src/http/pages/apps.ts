/** `/apps`: the public apps; `?url=` leads to one of them. */

import { appCategories, originOf, type AppCategory } from "../../usage/apps.ts";
import type { AppRanking } from "../../usage/reads.ts";
import { dayOf } from "../../usage/spans.ts";
import { sourceOf } from "../../../web/format/measured.ts";
import { appsPage, type AppCard, type AppQuery } from "../../../web/pages/apps/page.tsx";
import { bookOf } from "./book.ts";
import type { PageReads, PageRoute } from "./page-route.ts";

export const appsRoute: PageRoute = {
  path: "/apps",
  answer: async (reads, { query: params, origin }) => {
    const url = params.get("url")?.trim() ?? "";
    const found = url === "" ? undefined : await reads.usage.app(originOf(url) === undefined ? `https://${url}` : url);
    if (found !== undefined) return { redirect: `/apps/${encodeURIComponent(found.app.slug)}` };
    const query = queryIn(params);
    const ranking = await reads.usage.appRanking("week");
    return appsPage({
      query, asked: url, book: bookOf(reads), source: sourceOf(ranking, bookOf(reads)), isThin: ranking.isThin, baseUrl: `${origin}/api/v1`,
      apps: await cards(reads, ranking, query), total: ranking.rows.length,
      categories: Object.entries(appCategories).map(([name, subcategories]) => ({ name, subcategories })),
    });
  },
};

function queryIn(params: URLSearchParams): AppQuery {
  const category = params.get("category") ?? "";
  const subcategory = params.get("subcategory") ?? "";
  return {
    sort: params.get("sort") === "trending" ? "trending" : "popular",
    category: Object.hasOwn(appCategories, category) ? category : "",
    subcategory: Object.values(appCategories).some((names) => (names as readonly string[]).includes(subcategory)) ? subcategory : "",
  };
}

/** In the order that was asked for; places and changes are always of the whole week's ranking. */
async function cards({ usage, clock }: PageReads, { rows, apps }: AppRanking, { sort, category, subcategory }: AppQuery): Promise<readonly AppCard[]> {
  const to = dayOf(clock());
  const wanted = await usage.appDataset({ from: to - 6, to, sort, category: isCategory(category) ? category : undefined, subcategory: subcategory === "" ? undefined : subcategory });
  const ranked = new Map(rows.map((row) => [row.id, row]));
  return wanted.flatMap(({ app: { id } }) => {
    const [app, row] = [apps.get(String(id)), ranked.get(String(id))];
    if (app === undefined || row === undefined) return [];
    const { rank, previousRank, previousAmount, tokens, requests, share } = row;
    return [{ slug: app.slug, name: app.name, origin: app.origin, categories: app.categories, rank, previousRank, previousAmount, tokens, requests, share }];
  });
}

function isCategory(name: string): name is AppCategory {
  return Object.hasOwn(appCategories, name);
}
