/**
 * The composition root: config -> db -> stores -> catalog -> relay -> api. Everything that has state is made here, once,
 * and handed down; nothing below reaches for anything.
 */

import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { randomSeed, wallClock, type Clock } from "./base/clock.ts";
import { createLog, type Log } from "./base/log.ts";
import { loadCatalog, type Catalog } from "./catalog/load.ts";
import type { ConfiguredProvider } from "./catalog/model.ts";
import { listSwitches, switchOff, switchOn } from "./catalog/switches.store.ts";
import { paths, type Config } from "./config.ts";
import type { Db } from "./db/port.ts";
import { openSqlite, openSqliteReader } from "./db/sqlite.ts";
import { isDemo } from "./demo/demo.store.ts";
import { createApi, type Api } from "./http/api/app.ts";
import { openAssets } from "./http/assets.ts";
import { operatorLookup, withOperator } from "./http/operator.ts";
import type { ApiDocument } from "./http/pages/docs/api-document.ts";
import { openManual } from "./http/pages/docs/manual.ts";
import type { GatewayReads, PageReads, RoutingReads } from "./http/pages/page-route.ts";
import { pageRoutes } from "./http/pages/routes.ts";
import { inferenceOperations } from "./http/server.ts";
import type { Account } from "./http/session/account.ts";
import { createPace } from "./http/session/pace.ts";
import { createReveals } from "./http/session/reveals.ts";
import { createSite, type SiteListener } from "./http/site.ts";
import { openKeys, type Keys } from "./keys/keys.ts";
import { openLedger } from "./ledger/ledger.ts";
import { openPresets, type Presets } from "./presets/presets.ts";
import { createPdfReader } from "./plugins/pdf-reader.ts";
import { protocols } from "./providers/registry.ts";
import { taskProtocols } from "./providers/tasks.ts";
import { quirksOf } from "./providers/known-quirks.ts";
import { createAccessTokens } from "./relay/access-tokens.ts";
import { createReplays, type Replays } from "./relay/answer.ts";
import { conversationIn, memoryOf } from "./relay/conversation.ts";
import { explainRoute, explainTask } from "./relay/explain-route.ts";
import { createFreeLimits } from "./relay/free-limits.ts";
import type { RelayDeps } from "./relay/generate.ts";
import { usualTerms } from "./relay/fetch-media.ts";
import { findLocalServers } from "./relay/local-servers.ts";
import { startSettler } from "./relay/settler.ts";
import { createUpstream } from "./relay/upstream.ts";
import { createHealth, type Health } from "./routing/health.ts";
import { recentAnswers, snapshot, type Snapshot } from "./routing/snapshot.ts";
import { createSticky } from "./routing/sticky.ts";
import { openSessions, type Sessions } from "./sessions/sessions.ts";
import { startSandbox, type Sandbox } from "./sandbox/sandbox.ts";
import { readLastDays } from "./usage/key-days.store.ts";
import { openGenerations } from "./usage/generations.store.ts";
import { openJournal } from "./usage/journal.ts";
import { openUsageReads } from "./usage/reads.ts";
import { readWatermark } from "./usage/watermark.store.ts";

export interface Gateway {
  readonly catalog: Catalog;
  readonly keys: Keys;
  readonly presets: Presets;
  readonly sessions: Sessions;
  readonly relay: RelayDeps;
  readonly replays: Replays;
  readonly api: Api;
  /** The same API for whoever may read the data directory: no key is asked for. */
  readonly operatorApi: Api;
  /** Undefined where no site was built. */
  readonly site: SiteListener | undefined;
  readonly log: Log;
  /** Drains the journal, gives leases back and closes. After the last answer. */
  readonly close: () => Promise<void>;
}

export const version: string = readVersion();

/** The packaged catalog. */
export const catalogFolder = fileURLToPath(new URL("../catalog/", import.meta.url));
/** What tools/build-site.mjs made; the same folder from the sources and from the bundle. */
const siteFolder = fileURLToPath(new URL("../dist/web/", import.meta.url));
/** What the site shows of the documents: these very files. */
const manualFolder = fileURLToPath(new URL("../docs/", import.meta.url));
/** The embedded database has one node; its leases and its journal outlive a restart under this name. */
export const nodeId = "embedded";

/** @throws Fault naming the setting, file or process that stands in the way, and the fix. */
export async function openGateway(config: Config): Promise<Gateway> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const log = createLog(config.logLevel, (line) => process.stderr.write(line));
  const clock = wallClock;
  // First of all, because it says whether this data directory is ours to open.
  const db = await openSqlite(paths.database(config.dataDir));
  const [sandbox, local] = await Promise.all([startSandbox(), localServers(config)]);
  try {
    const catalog = await readCatalog(config, db, sandbox, local);
    const keys = openKeys({ db, clock });
    const presets = openPresets({ db, clock });
    const sessions = openSessions({ db, clock });
    const ledger = openLedger({ db, clock, nodeId });
    const generations = openGenerations(db);
    const usageDb = openReader(paths.database(config.dataDir));
    const usage = openUsageReads({ db: usageDb, clock });
    const journal = await openJournal({ directory: paths.journal(config.dataDir) });
    const settler = await startSettler({ db, journal, ledger, generations, clock, nodeId, log });
    const health = createHealth();
    const sticky = createSticky();
    const upstream = createUpstream({ connectMs: config.timeouts.connectMs });
    const relay: RelayDeps = {
      catalog, ledger, freeLimits: createFreeLimits(config.freeLimits), health, hedges: new Map(), sticky, upstream, accessTokens: createAccessTokens({ upstream, clock }), clock, log, recorder: journal,
      timeouts: config.timeouts, keepAliveMs: config.timeouts.keepAliveMs, readerMs: config.timeouts.readerMs, underWay: new Set(),
      media: { terms: { ...usualTerms, hosts: config.mediaHosts }, readPdf: createPdfReader() },
      onModelMissing: (endpoint, reason) => {
        catalog.switchOff(endpoint.id, reason);
        log.warn({ endpoint: endpoint.id, reason }, "an endpoint is switched off: its provider has no such model");
        switchOff(db, { endpointId: endpoint.id, offAt: clock(), reason }).catch((error: unknown) => log.error({ error }, "a switch could not be stored"));
      },
    };
    const lookup = operatorLookup(keys);
    const healthReads = (endpointId: string) => healthOf(health, catalog, endpointId, clock());
    const routing: RoutingReads = {
      lacks: catalog.lacks, switchedOff: catalog.switchedOff,
      explain: (request) => explainRoute({ catalog, health, request, isSandbox: false, now: clock(), seed: randomSeed() }),
    };
    const api = createApi({
      catalog, keys: lookup.keys, presets, ledger, generations, usage, clock, version,
      health: healthReads,
      switches: { list: () => listSwitches(db), on: (endpointId) => switchEndpointOn(db, catalog, endpointId) },
      explain: (request, { isSandbox, workspaceId }) => {
        const now = clock();
        const world = { catalog, health, isSandbox, now, seed: randomSeed() };
        return "task" in request ? explainTask({ ...world, request }) : explainRoute({ ...world, request, ...memoryOf(sticky, conversationIn(request, workspaceId), now) });
      },
      elsewhere: inferenceOperations,
      report: (error, requestId) => log.error({ requestId, error }, "an API call failed inside the gateway"),
    });
    // Traffic of the sandbox is shown where nothing else ever answered, and never beside what did.
    const isSandbox = !catalog.hasLive && (await openUsageReads({ db, clock }).providers()).length === 0;
    const gateway: GatewayReads = {
      startedAt: clock(), recentAnswers: () => recentAnswers(health, clock()),
      unsettled: async () => Math.max(0, journal.end() - (await readWatermark(db, nodeId))),
    };
    const account = accountOf({ sessions, keys, spending: ledger, usageDb, clock });
    return {
      catalog, keys, presets, sessions, relay, replays: createReplays(config.responseCacheBytesMax), api, operatorApi: withOperator(api, lookup.secret), log,
      site: openSite({
        catalog, health: healthReads, usage: isSandbox ? openUsageReads({ db: usageDb, clock, isSandbox }) : usage, routing, account, gateway,
        manual: openManual(manualFolder), apiDocument: documentOf(api), clock, version, isDemo: await isDemo(db), isSandbox,
      }, log),
      close: async () => {
        await settler.drain();
        await ledger.close();
        await journal.close();
        await Promise.all([upstream.close(), sandbox.close(), usageDb.close()]);
        await db.close();
      },
    };
  } catch (error) {
    await Promise.allSettled([db.close(), sandbox.close()]);
    throw error;
  }
}

/** The catalog alone, for commands that only read it; with what the sandbox would be, for those that read of it. */
export async function openCatalog(config: Config, simulated: Sandbox["providers"] = []): Promise<Catalog> {
  return catalogOf(config, simulated, await localServers(config));
}

async function readCatalog(config: Config, db: Db, sandbox: Sandbox, local: readonly ConfiguredProvider[]): Promise<Catalog> {
  const catalog = catalogOf(config, sandbox.providers, local);
  for (const { endpointId, reason } of await listSwitches(db)) catalog.switchOff(endpointId, reason);
  return catalog;
}

function catalogOf(config: Config, simulated: Sandbox["providers"], local: readonly ConfiguredProvider[]): Catalog {
  return loadCatalog({
    folder: catalogFolder, overlayFile: paths.catalogOverlay(config.dataDir),
    configured: [...local, ...config.providers],
    credential: config.credential, simulated, protocols, taskProtocols, quirksOf, now: wallClock(),
  });
}

/** The operator's own word on a provider goes before what was found on its usual port. */
async function localServers(config: Config): Promise<readonly ConfiguredProvider[]> {
  if (!config.detectLocalServers) return [];
  const found = await findLocalServers(`${catalogFolder}local-servers.json`);
  return found.filter((one) => !config.providers.some((configured) => configured.slug === one.slug));
}

/**
 * A thread of its own for the sums behind pages and datasets, from the first of them on: a year of all models keeps a thread
 * busy for some time, and that must not be the one that books what is used.
 */
function openReader(file: string): Pick<Db, "read" | "close"> {
  let opening: Promise<Db> | undefined;
  const opened = (): Promise<Db> => {
    opening ??= openSqliteReader(file);
    opening.catch(() => (opening = undefined));
    return opening;
  };
  return {
    read: async (sql, values) => (await opened()).read(sql, values),
    close: async () => (await opening)?.close(),
  };
}

type AccountParts = Pick<Account, "sessions" | "keys" | "spending"> & { readonly usageDb: Pick<Db, "read">; readonly clock: Clock };

function accountOf({ usageDb, clock, ...stores }: AccountParts): Account {
  const pace = createPace(clock);
  return {
    ...stores,
    reveals: createReveals(clock),
    lastUsed: async (hashes) => new Map([...(await readLastDays(usageDb, hashes))].map(([hash, day]) => [hash, day * dayMs])),
    refusalTurn: () => new Promise((resolve) => setTimeout(resolve, pace())),
  };
}

const dayMs = 86_400_000;

/** Made when it is first asked for, and the same ever after. */
function documentOf(api: Api): () => Promise<ApiDocument> {
  let made: Promise<ApiDocument> | undefined;
  // Our own API, describing itself.
  return () => (made ??= api.fetch(new Request("http://windrose/api/v1/openapi.json")).then((answer) => answer.json() as Promise<ApiDocument>));
}

function openSite(reads: PageReads, log: Log): SiteListener | undefined {
  const assets = openAssets(siteFolder);
  if (assets !== undefined) return createSite({ reads, routes: pageRoutes, assets, log });
  log.warn({}, "there are no pages: the site was not built (npm start builds it)");
  return undefined;
}

function healthOf(health: Health, catalog: Catalog, endpointId: string, now: number): Snapshot | undefined {
  const model = catalog.find(endpointId.slice(0, endpointId.indexOf("@")));
  const endpoint = model === undefined ? undefined : catalog.live(model).find((one) => one.id === endpointId);
  return endpoint === undefined ? undefined : snapshot(health, endpoint.id, now);
}

async function switchEndpointOn(db: Db, catalog: Catalog, endpointId: string): Promise<boolean> {
  catalog.switchOn(endpointId);
  return switchOn(db, endpointId);
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "";
}
