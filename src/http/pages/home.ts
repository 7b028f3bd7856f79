/** `/`. */

import type { Model } from "../../catalog/model.ts";
import { parseModelQuery, queryModels } from "../../catalog/query.ts";
import { endpointsForSale } from "../../catalog/view.ts";
import { homePage } from "../../../web/pages/home/page.tsx";
import { modelRow } from "./model-row.ts";
import type { PageRoute } from "./page-route.ts";

const familiarModel = "mistralai/ministral-8b";
const latestCount = 6;

export const homeRoute: PageRoute = {
  path: "/",
  answer: ({ catalog, measure, clock }, { origin }) => {
    const query = (text: string): readonly Model[] => queryModels(catalog.models, parseModelQuery(new URLSearchParams(text)), { findProvider: catalog.findProvider, now: clock() });
    const listed = query("output_modalities=all");
    const endpoints = listed.flatMap(endpointsForSale);
    return homePage({
      baseUrl: `${origin}/api/v1`, sampleModel: catalog.find(familiarModel)?.slug ?? listed[0]?.slug ?? familiarModel,
      models: listed.length, authors: new Set(listed.map(({ author }) => author)).size,
      providers: new Set(endpoints.map(({ provider }) => provider)).size, endpoints: endpoints.length,
      free: query("max_price=0&max_output_price=0").length,
      latest: query("sort=newest").slice(0, latestCount).map((model) => modelRow(model, measure)),
    });
  },
};
