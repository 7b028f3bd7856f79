/** GET /datasets/rankings-daily and GET /datasets/app-rankings: the figures behind the rankings, as data. Source: contract §1.20. */

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import type { Model } from "../../catalog/model.ts";
import { modelCategories } from "../../catalog/query.ts";
import { dateOf } from "../../usage/spans.ts";
import type { UsageReads } from "../../usage/reads.ts";
import { createAllowance } from "./allowance.ts";
import { answers } from "./answers.ts";
import { registerAppRankings } from "./apps.ts";
import { datasetMeta, daysOf, metaOf, windowQuery } from "./dataset-window.ts";
import { keyOf, type ApiEnv } from "./policy.ts";

export interface DatasetDeps {
  readonly catalog: { find(slug: string): Model | undefined };
  readonly usage: Pick<UsageReads, "modelDataset" | "appDataset">;
  readonly clock: Clock;
}

/** Counts a request for a dataset against its caller's allowance, and gives the time of the answer. */
export type Admit = (context: Context<ApiEnv>) => number;

export function registerDatasets(api: OpenAPIHono<ApiEnv>, { catalog, usage, clock }: DatasetDeps): void {
  const allowance = createAllowance({ perMinute: 30, perDay: 500 });
  const admit: Admit = (context) => {
    const now = clock();
    allowance(keyOf(context), now);
    return now;
  };
  registerAppRankings(api, usage, admit);

  api.openapi(rankingsDaily, async (context) => {
    const now = admit(context);
    const query = context.req.valid("query");
    const days = daysOf(query, now);
    const period = periodOf(query);
    // Requests are not read, and so fall in no category: what is asked for by category is an empty list, not an error.
    const rows = query.category !== undefined || query.language_type !== undefined ? [] : await usage.modelDataset({
      ...days, period, context: query.context_bucket, isToolCalling: query.modality === "tool_calling",
      nameOf: (slug) => nameOf(slug, catalog.find(slug), query.modality),
    });
    return context.json({ data: rows.map(({ day, model, tokens }) => ({ date: dateOf(day), model_permaslug: model, total_tokens: String(tokens) })), meta: metaOf(days, now) });
  });
}

type Query = z.infer<typeof rankingsQuery>;

/** @throws Fault invalid_request for filters that exclude each other. */
function periodOf({ period, modality, context_bucket, category, language_type }: Query): "day" | "week" | "month" {
  const isSampled = category !== undefined || language_type !== undefined;
  if (!isSampled) return period ?? "day";
  const isMixed = modality !== undefined || context_bucket !== undefined || (category !== undefined && language_type !== undefined);
  if (isMixed) throw new Fault("invalid_request", "category and language_type go neither with each other nor with modality or context_bucket");
  if (period === "day") throw new Fault("invalid_request", "period: category and language_type are counted by week; expected week or month");
  return period ?? "week";
}

/** A model that has left the catalog keeps its name, and its modalities are forgotten. */
function nameOf(slug: string, model: Model | undefined, modality: Query["modality"]): string | undefined {
  return modality === undefined || modality === "tool_calling" || (model !== undefined && has(model, modality)) ? (model?.canonicalSlug ?? slug) : undefined;
}

function has({ inputModalities, outputModalities }: Model, modality: "text" | "image" | "image_output" | "audio"): boolean {
  switch (modality) {
    case "text":
      return outputModalities.includes("text");
    case "image_output":
      return outputModalities.includes("image");
    case "image":
    case "audio":
      return inputModalities.includes(modality);
  }
}

const rankingsQuery = z.object({
  ...windowQuery,
  period: z.enum(["day", "week", "month"]).optional(),
  modality: z.enum(["text", "image", "image_output", "audio", "tool_calling"]).optional(),
  context_bucket: z.enum(["1K", "10K", "100K", "1M", "10M"]).optional().openapi({ description: "Only requests whose prompt has up to so many tokens, and more than the bucket before" }),
  category: z.enum(modelCategories).optional().openapi({ description: "Empty here: requests are not classified" }),
  language_type: z.enum(["natural", "programming"]).optional().openapi({ description: "Empty here: requests are not classified" }),
});

const rankingsDaily = createRoute({
  method: "get",
  path: "/datasets/rankings-daily",
  tags: ["Datasets"],
  summary: "The 50 models with most tokens of each day, and all others together",
  request: { query: rankingsQuery },
  responses: answers("The rankings", z.object({
    data: z.array(z.object({ date: z.string(), model_permaslug: z.string(), total_tokens: z.string() })),
    meta: datasetMeta,
  })),
});
