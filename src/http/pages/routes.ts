/** Every place of the site, one line each. */

import { apiGroupRoute, apiRoute, openapiRoute, openapiYamlRoute } from "./docs/api.ts";
import { docsIndexRoute, documentRoutes, markdownRoutes } from "./docs/documents.ts";
import { errorsRoute } from "./docs/errors.ts";
import { docsSearchRoute } from "./docs/search.ts";
import { homeRoute } from "./home.ts";
import { keysRedirect, keysRoute } from "./keys.ts";
import { loginRoute, logoutRoute } from "./login.ts";
import { modelRoute, modelSectionRoute, oldModelRoute } from "./model.ts";
import { modelIndexRoute, modelsRoute } from "./models.ts";
import type { PageRoute } from "./page-route.ts";
import { llmsRoute, robotsRoute, sitemapRoute } from "./machines.ts";
import { rankingsCsvRoute, rankingsDailyCsvRoute, rankingsRoute } from "./rankings.ts";
import { routePreviewRoute } from "./route-preview.ts";

export const pageRoutes: readonly PageRoute[] = [
  homeRoute,
  modelsRoute,
  modelIndexRoute,
  rankingsRoute,
  rankingsCsvRoute,
  rankingsDailyCsvRoute,
  docsIndexRoute,
  ...documentRoutes,
  errorsRoute,
  apiRoute,
  apiGroupRoute,
  ...markdownRoutes,
  docsSearchRoute,
  loginRoute,
  logoutRoute,
  keysRoute,
  keysRedirect,
  openapiRoute,
  openapiYamlRoute,
  sitemapRoute,
  llmsRoute,
  robotsRoute,
  routePreviewRoute,
  // Last: these fit nearly any address.
  oldModelRoute,
  modelRoute,
  modelSectionRoute,
];
