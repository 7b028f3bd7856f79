/** Every place of the site, one line each. */

import { homeRoute } from "./home.ts";
import { modelRoute, modelSectionRoute, oldModelRoute } from "./model.ts";
import { modelIndexRoute, modelsRoute } from "./models.ts";
import type { PageRoute } from "./page-route.ts";
import { llmsRoute, openapiRoute, robotsRoute, sitemapRoute } from "./machines.ts";
import { routePreviewRoute } from "./route-preview.ts";

export const pageRoutes: readonly PageRoute[] = [
  homeRoute,
  modelsRoute,
  modelIndexRoute,
  openapiRoute,
  sitemapRoute,
  llmsRoute,
  robotsRoute,
  routePreviewRoute,
  // Last: these fit nearly any address.
  oldModelRoute,
  modelRoute,
  modelSectionRoute,
];
