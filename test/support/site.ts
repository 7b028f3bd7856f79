/** The site over the packaged catalog, asked over a real socket. It needs no build: its assets have made-up names. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createLog } from "../../src/base/log.ts";
import { loadCatalog, type Catalog } from "../../src/catalog/load.ts";
import type { BuiltAssets } from "../../src/http/assets.ts";
import type { PageReads, PageRoute } from "../../src/http/pages/page-route.ts";
import { pageRoutes } from "../../src/http/pages/routes.ts";
import { openManual } from "../../src/http/pages/docs/manual.ts";
import { createReveals } from "../../src/http/session/reveals.ts";
import { createSite } from "../../src/http/site.ts";
import { openSqlite } from "../../src/db/sqlite.ts";
import { openKeys } from "../../src/keys/keys.ts";
import { openLedger } from "../../src/ledger/ledger.ts";
import { plainQuirks } from "../../src/providers/quirks.ts";
import { protocols } from "../../src/providers/registry.ts";
import { explainRoute } from "../../src/relay/explain-route.ts";
import { createHealth } from "../../src/routing/health.ts";
import { openSessions } from "../../src/sessions/sessions.ts";
import { openUsageReads } from "../../src/usage/reads.ts";

export interface TestSite {
  readonly reads: PageReads;
  readonly catalog: Catalog;
  /** What the log was told. */
  readonly logged: readonly string[];
  /** As a browser asks; redirects are not followed. Other headers are added or replace these. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** The text of a page that must be there. */
  page(path: string): Promise<string>;
  close(): Promise<void>;
}

export const siteNow = Date.UTC(2026, 6, 20, 12);

const assets: BuiltAssets = {
  names: { style: "/assets/style.css", script: "/assets/windrose.js", icon: "/assets/rose.svg", card: "/assets/card.png", fonts: ["/assets/sans.woff2"], islands: { "model-explorer": ["/assets/model-explorer.js"] } },
  answer: () => false,
};

/** What answers where no provider is configured, as in the sandbox: nobody calls them here. */
const simulated = [1, 2].map((priceFactor) => ({ slug: `sandbox-${priceFactor}`, name: `Sandbox ${priceFactor}`, baseUrl: "http://127.0.0.1:9/v1", priceFactor }));

/** The API itself is not here; its own document is read where it is (test/e2e/docs.test.ts). */
const emptyDocument: Awaited<ReturnType<PageReads["apiDocument"]>> = { openapi: "3.1.0", info: { title: "Windrose", version: "0" }, servers: [{ url: "/api/v1" }], paths: {} };

/** `reads` replace or add to those over the packaged catalog; `routes` stand before those of the site. */
export async function openTestSite({ reads: more = {}, routes = [] }: { readonly reads?: Partial<PageReads>; readonly routes?: readonly PageRoute[] } = {}): Promise<TestSite> {
  const catalog = loadCatalog({
    folder: fileURLToPath(new URL("../../catalog/", import.meta.url)),
    configured: [], credential: () => undefined, simulated, protocols, quirksOf: () => plainQuirks, now: siteNow,
  });
  const db = await openSqlite(":memory:");
  const health = createHealth();
  const routing: PageReads["routing"] = {
    lacks: catalog.lacks, switchedOff: catalog.switchedOff,
    explain: (request) => explainRoute({ catalog, health, request, isSandbox: false, now: siteNow, seed: 1 }),
  };
  const usage = openUsageReads({ db, clock: () => siteNow });
  const account: PageReads["account"] = {
    sessions: openSessions({ db, clock: () => siteNow }), keys: openKeys({ db, clock: () => siteNow }), spending: openLedger({ db, clock: () => siteNow, nodeId: "test" }),
    reveals: createReveals(() => siteNow), lastUsed: async () => new Map(), refusalTurn: async () => {},
  };
  const reads: PageReads = {
    catalog, health: () => undefined, usage, routing, account, manual: openManual(fileURLToPath(new URL("../../docs/", import.meta.url))), apiDocument: async () => emptyDocument, clock: () => siteNow, version: "0.0.0-test", isDemo: false, isSandbox: false, gateway: { startedAt: siteNow - 90_000, unsettled: async () => 0, recentAnswers: () => new Map() }, ...more,
  };
  const logged: string[] = [];
  const site = createSite({ reads, routes: [...routes, ...pageRoutes], assets, log: createLog("error", (line) => void logged.push(line)) });
  const server = createServer((message, response) => {
    if (!site(message, response)) response.writeHead(418).end("the API's");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual", headers: { accept: "text/html", ...headers } });
  return {
    reads, catalog, logged, get,
    page: async (path) => {
      const response = await get(path);
      if (response.status !== 200) throw new Error(`${path} is ${response.status}`);
      return response.text();
    },
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await db.close();
    },
  };
}
