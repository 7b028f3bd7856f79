/** GET /datasets/app-rankings: the public apps, by what they use. Source: contract §1.20, §8.1. */

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../base/fault.ts";
import { appCategories } from "../../usage/apps.ts";
import type { UsageReads } from "../../usage/reads.ts";
import { answers } from "./answers.ts";
import { datasetMeta, daysOf, metaOf, windowQuery } from "./dataset-window.ts";
import type { Admit } from "./datasets.ts";
import type { ApiEnv } from "./policy.ts";

export function registerAppRankings(api: OpenAPIHono<ApiEnv>, usage: Pick<UsageReads, "appDataset">, admit: Admit): void {
  api.openapi(appRankings, async (context) => {
    const now = admit(context);
    const { category, subcategory, sort, limit, offset, ...dates } = context.req.valid("query");
    if (category !== undefined && subcategory !== undefined && !(appCategories[category] as readonly string[]).includes(subcategory)) {
      throw new Fault("invalid_request", `subcategory: ${subcategory} is not in ${category}`);
    }
    const days = daysOf(dates, now);
    const rows = await usage.appDataset({ ...days, sort, category, subcategory });
    const data = rows.slice(offset, offset + limit).map(({ rank, app, requests, tokens }) => ({
      rank, app_id: app.id, app_name: app.name, total_tokens: String(tokens), total_requests: requests,
    }));
    return context.json({ data, meta: metaOf(days, now) });
  });
}

const groups = Object.keys(appCategories) as (keyof typeof appCategories)[];

const appRankings = createRoute({
  method: "get",
  path: "/datasets/app-rankings",
  tags: ["Datasets"],
  summary: "Public apps, by tokens or by how much they grow",
  request: {
    query: z.object({
      ...windowQuery,
      category: z.enum(groups).optional(),
      subcategory: z.enum(Object.values(appCategories).flat()).optional(),
      sort: z.enum(["popular", "trending"]).default("popular").openapi({ description: "trending: by tokens beyond the mean of the three windows before" }),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      offset: z.coerce.number().int().min(0).max(100).default(0),
    }),
  },
  responses: answers("The apps", z.object({
    data: z.array(z.object({ rank: z.int(), app_id: z.int(), app_name: z.string(), total_tokens: z.string(), total_requests: z.int() })),
    meta: datasetMeta,
  })),
});
