/** The reads of the catalog: models and their endpoints. Source: contract §1.2, §1.3, §6. */

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import { imageEndpointsView, imageModelView, makesImages } from "../../catalog/image-view.ts";
import type { Model, Provider } from "../../catalog/model.ts";
import { pageOf, parseModelQuery, queryModels, type ModelPage } from "../../catalog/query.ts";
import { endpointsForSale, endpointView, modelEndpointsView, modelView, type EndpointHealth } from "../../catalog/view.ts";
import type { Snapshot } from "../../routing/snapshot.ts";
import type { UsageReads } from "../../usage/reads.ts";
import { countModels, getModel, listEmbeddingModels, listEndpoints, listImageEndpoints, listImageModels, listModels, listUserModels, listZdrEndpoints } from "./model-routes.ts";
import { readMeasure } from "../measures.ts";
import type { ApiEnv } from "./policy.ts";
import { modelFeed } from "./rss.ts";

export interface CatalogReads {
  /** In the order of the unsorted list. */
  readonly models: readonly Model[];
  readonly providers: readonly Provider[];
  /** By slug, canonical slug or alias. */
  find(slug: string): Model | undefined;
  findProvider(slug: string): Provider | undefined;
  /** A few slugs that look like a wrong one. */
  suggest(slug: string): readonly string[];
}

/** How an endpoint has been doing; undefined when it cannot be called. */
export type HealthReads = (endpointId: string) => Snapshot | undefined;

interface ModelDeps {
  readonly catalog: CatalogReads;
  readonly health: HealthReads;
  readonly usage: Pick<UsageReads, "weeklyTokens" | "modelSpeeds">;
  readonly clock: Clock;
}

export function registerModels(api: OpenAPIHono<ApiEnv>, { catalog, health, usage, clock }: ModelDeps): void {
  const select = async (params: URLSearchParams): Promise<readonly Model[]> => {
    const query = parseModelQuery(params);
    const facts = { findProvider: catalog.findProvider, now: clock() };
    // No filter goes by what is counted here: without a sort, nothing need be read.
    return queryModels(catalog.models, query, query.sort === undefined ? facts : { ...facts, measure: await readMeasure(usage) });
  };
  const listPage = async (context: Context<ApiEnv>, params: URLSearchParams) =>
    jsonPage(context, pageOf(await select(params), parseModelQuery(params), { path: context.req.path, params }));

  api.openapi(listModels, async (context) => {
    const { searchParams, origin } = new URL(context.req.url);
    if (!isAsked(searchParams, "use_rss")) return listPage(context, searchParams);
    const feed = modelFeed({ models: await select(searchParams), origin, linksToChat: isAsked(searchParams, "use_rss_chat_links") });
    return context.body(feed, 200, { "content-type": "application/rss+xml; charset=utf-8" });
  });

  api.openapi(listUserModels, (context) => listPage(context, only(new URL(context.req.url).searchParams, ["offset", "limit"])));

  api.openapi(listEmbeddingModels, async (context) => {
    const params = only(new URL(context.req.url).searchParams, ["offset", "limit"]);
    const found = await select(new URLSearchParams({ output_modalities: "embeddings" }));
    return jsonPage(context, pageOf(found, parseModelQuery(params), { path: context.req.path, params }));
  });

  api.openapi(listImageModels, (context) => context.json({ data: catalog.models.filter((model) => model.isListed && makesImages(model)).map(imageModelView) }));

  api.openapi(listImageEndpoints, (context) => {
    const { author, slug } = context.req.valid("param");
    const model = modelAt(catalog, author, slug);
    if (!makesImages(model)) throw new Fault("not_found", `${model.slug} makes no pictures.`);
    return context.json(imageEndpointsView(model));
  });

  api.openapi(countModels, async (context) => {
    const wanted = only(new URL(context.req.url).searchParams, ["output_modalities"]);
    return context.json({ data: { count: (await select(wanted)).length } });
  });

  api.openapi(getModel, (context) => {
    const { author, slug } = context.req.valid("param");
    return context.json({ data: modelView(modelAt(catalog, author, slug)) });
  });

  api.openapi(listEndpoints, (context) => {
    const { author, slug } = context.req.valid("param");
    return context.json({ data: modelEndpointsView(modelAt(catalog, author, slug), (id) => visibleHealth(context, health(id))) });
  });

  api.openapi(listZdrEndpoints, (context) => {
    const endpoints = catalog.models.filter(({ isListed }) => isListed).flatMap((model) =>
      endpointsForSale(model)
        .filter(({ provider }) => catalog.findProvider(provider)?.dataPolicy.zdr === true)
        .map((endpoint) => endpointView(endpoint, model, visibleHealth(context, health(endpoint.id)))),
    );
    return context.json({ data: endpoints });
  });
}

// A model never changes while the catalog is loaded, and hundreds of them are a millisecond's work to write down.
const written = new WeakMap<Model, string>();

function jsonPage(context: Context<ApiEnv>, { models, total, next }: ModelPage): Response {
  const rows = models.map((model) => {
    const text = written.get(model) ?? JSON.stringify(modelView(model));
    written.set(model, text);
    return text;
  });
  const body = `{"data":[${rows.join(",")}],"total_count":${total},"links":${JSON.stringify({ next })}}`;
  return context.body(body, 200, { "content-type": "application/json" });
}

function modelAt(catalog: CatalogReads, author: string, slug: string): Model {
  return modelNamed(catalog, `${author}/${slug}`);
}

/** @throws Fault not_found naming some that look like it. */
export function modelNamed(catalog: CatalogReads, wanted: string): Model {
  const model = catalog.find(wanted);
  if (model !== undefined) return model;
  const similar = catalog.suggest(wanted);
  throw new Fault("not_found", `There is no model ${wanted.slice(0, 200)}.${similar.length === 0 ? "" : ` Did you mean ${similar.join(" or ")}?`}`);
}

/** Percentiles are for callers with a key alone (contract §5.3, "Visibility"). */
function visibleHealth(context: Context<ApiEnv>, snapshot: Snapshot | undefined): EndpointHealth | undefined {
  if (snapshot === undefined) return undefined;
  const isKnown = context.get("key") !== undefined;
  return {
    uptimeLast5m: snapshot.uptime5m,
    uptimeLast30m: snapshot.uptime30m,
    uptimeLast1d: snapshot.uptime1d,
    latencyLast30m: isKnown ? snapshot.latency : null,
    throughputLast30m: isKnown ? snapshot.throughput : null,
    toolCallErrorsLast1d: snapshot.toolCallErrors1d,
  };
}

function isAsked(params: URLSearchParams, name: string): boolean {
  const value = params.get(name);
  return value !== null && value !== "" && value !== "false" && value !== "0";
}

function only(params: URLSearchParams, names: readonly string[]): URLSearchParams {
  return new URLSearchParams([...params].filter(([name]) => names.includes(name)));
}
