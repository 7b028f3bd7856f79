/** Every place of the site, one line each. */

import { apiGroupRoute, apiRoute, openapiRoute, openapiYamlRoute } from "./docs/api.ts";
import { appCsvRoute, appRoute } from "./app.ts";
import { appsRoute } from "./apps.ts";
import { authorRoute } from "./author.ts";
import { compareCsvRoute, compareMarkdownRoute, compareRoute } from "./compare.ts";
import { docsIndexRoute, documentRoutes, markdownRoutes } from "./docs/documents.ts";
import { errorsRoute } from "./docs/errors.ts";
import { docsSearchRoute } from "./docs/search.ts";
import { homeRoute } from "./home.ts";
import { keysRoute } from "./keys.ts";
import { loginRoute, logoutRoute } from "./login.ts";
import { modelCsvRoutes, modelRoute, modelSectionRoute, oldModelRoute } from "./model.ts";
import { modelIndexRoute, modelsRoute } from "./models.ts";
import { llmsFullRoute, llmsRoute, robotsRoute, sitemapRoute } from "./machines.ts";
import { movedRoutes } from "./moved.ts";
import type { PageRoute } from "./page-route.ts";
import { placesRoute } from "./places.ts";
import { providerCsvRoute, providerRoute } from "./provider.ts";
import { providersCsvRoute, providersRoute } from "./providers.ts";
import { rankingsCsvRoute, rankingsDailyCsvRoute, rankingsRoute } from "./rankings.ts";
import { routePreviewRoute } from "./route-preview.ts";
import { providerStatusRoute, statusJsonRoute, statusRoute } from "./status.ts";

export const pageRoutes: readonly PageRoute[] = [
  homeRoute,
  modelsRoute,
  modelIndexRoute,
  rankingsRoute,
  rankingsCsvRoute,
  rankingsDailyCsvRoute,
  providersRoute,
  providersCsvRoute,
  providerRoute,
  providerCsvRoute,
  appsRoute,
  appRoute,
  appCsvRoute,
  compareRoute,
  compareMarkdownRoute,
  compareCsvRoute,
  statusRoute,
  statusJsonRoute,
  providerStatusRoute,
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
  placesRoute,
  ...movedRoutes,
  openapiRoute,
  openapiYamlRoute,
  sitemapRoute,
  llmsRoute,
  llmsFullRoute,
  robotsRoute,
  routePreviewRoute,
  // Last: these fit nearly any address.
  oldModelRoute,
  modelRoute,
  ...modelCsvRoutes,
  modelSectionRoute,
  authorRoute,
];
