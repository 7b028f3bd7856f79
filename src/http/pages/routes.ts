/** Every place of the site, one line each. */

import { homeRoute } from "./home.ts";
import { modelIndexRoute, modelsRoute } from "./models.ts";
import type { PageRoute } from "./page-route.ts";
import { llmsRoute, openapiRoute, robotsRoute, sitemapRoute } from "./machines.ts";

export const pageRoutes: readonly PageRoute[] = [
  homeRoute,
  modelsRoute,
  modelIndexRoute,
  openapiRoute,
  sitemapRoute,
  llmsRoute,
  robotsRoute,
];
