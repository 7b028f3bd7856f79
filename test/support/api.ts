/** The management API over real stores, the packaged catalog and a clock that the test moves. */

import { fileURLToPath } from "node:url";
import { keyHash } from "../../src/base/ids.ts";
import { nanodollars } from "../../src/base/money.ts";
import { loadCatalog, type Catalog } from "../../src/catalog/load.ts";
import { explainRoute, explainTask } from "../../src/relay/explain-route.ts";
import { listSwitches, switchOff, switchOn } from "../../src/catalog/switches.store.ts";
import type { Db } from "../../src/db/port.ts";
import { openSqlite } from "../../src/db/sqlite.ts";
import { createApi } from "../../src/http/api/app.ts";
import { inferenceOperations } from "../../src/http/server.ts";
import { defaultWorkspaceId } from "../../src/keys/key.ts";
import { openKeys, type Keys } from "../../src/keys/keys.ts";
import { openLedger, type Ledger } from "../../src/ledger/ledger.ts";
import { openPresets } from "../../src/presets/presets.ts";
import { plainQuirks } from "../../src/providers/quirks.ts";
import { createHealth, type Health } from "../../src/routing/health.ts";
import { snapshot } from "../../src/routing/snapshot.ts";
import { encodeGeneration } from "../../src/usage/generation-text.ts";
import type { Generation } from "../../src/usage/generation.ts";
import { openGenerations } from "../../src/usage/generations.store.ts";
import { openUsageReads } from "../../src/usage/reads.ts";
import { rollUp } from "../../src/usage/rollups.store.ts";

export interface TestApi {
  readonly db: Db;
  readonly keys: Keys;
  readonly ledger: Ledger;
  readonly catalog: Catalog;
  readonly health: Health;
  readonly time: { now: number };
  /** What the API reported to the log. */
  readonly reported: unknown[];
  /** Secrets of a key of each kind. */
  readonly secrets: { readonly inference: string; readonly management: string };
  fetch(request: Request): Promise<Response>;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Puts a generation, and what it cost, where a settled one would be. */
  settled(fields?: Partial<Generation>): Promise<Generation>;
  switchOff(endpointId: string, reason: string): Promise<void>;
  addWorkspace(id: string): Promise<void>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** The secret to call with; undefined for none. */
  readonly key?: string | undefined;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined when the text is not JSON. */
  readonly body: unknown;
}

const catalog = loadCatalog({
  folder: fileURLToPath(new URL("../../catalog/", import.meta.url)),
  configured: [],
  credential: () => undefined,
  simulated: [],
  protocols: new Set(["openai-chat", "mistral-chat"]),
  quirksOf: () => plainQuirks,
  now: Date.UTC(2026, 10, 21),
});

const secrets = { inference: "sk-wr-v1-inference-0123456789abcdef", management: "sk-wr-v1-management-0123456789abcdef" };

export async function openTestApi(): Promise<TestApi> {
  const time = { now: Date.UTC(2026, 10, 18, 12) };
  const clock = () => time.now;
  const db = await openSqlite(":memory:");
  const keys = openKeys({ db, clock });
  const presets = openPresets({ db, clock });
  const ledger = openLedger({ db, clock, nodeId: "test" });
  const generations = openGenerations(db);
  const health = createHealth();
  const reported: unknown[] = [];
  await keys.create({ name: "inference", kind: "inference", secret: secrets.inference });
  await keys.create({ name: "management", kind: "management", secret: secrets.management });
  const api = createApi({
    catalog, keys, presets, ledger, generations, clock,
    usage: openUsageReads({ db, clock }),
    health: (endpointId) => snapshot(health, endpointId, time.now),
    explain: (request, { isSandbox }) => {
      const world = { catalog, health, isSandbox, now: clock(), seed: 1 };
      return "task" in request ? explainTask({ ...world, request }) : explainRoute({ ...world, request });
    },
    switches: { list: () => listSwitches(db), on: (endpointId) => switchOn(db, endpointId) },
    version: "0.0.0-test",
    elsewhere: inferenceOperations,
    report: (error) => reported.push(error),
  });
  return {
    db, keys, ledger, catalog, health, time, reported, secrets,
    fetch: (request) => api.fetch(request),
    call: async (method, path, options = {}) => read(await api.fetch(requestOf(method, path, options))),
    async settled(fields) {
      const generation = { ...plainGeneration(time.now), ...fields };
      const posting = ledger.post([generation]);
      const rows = [{ generation, text: encodeGeneration(generation) }];
      await db.write([...posting.statements, ...generations.insert(rows), ...(await rollUp(db, rows))]);
      posting.applied();
      return generation;
    },
    switchOff: (endpointId, reason) => switchOff(db, { endpointId, offAt: time.now, reason }),
    async addWorkspace(id) {
      await db.write([{ sql: "insert into workspaces (id, name, slug, created_at) values (?, ?, ?, ?)", values: [id, id, id, time.now] }]);
    },
    async close() {
      await ledger.close();
      await db.close();
    },
  };
}

function requestOf(method: string, path: string, { key, body, headers }: CallOptions): Request {
  return new Request(`http://127.0.0.1:4100/api/v1${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true && text !== "";
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

function plainGeneration(now: number): Generation {
  return {
    id: "gen-1764031697-vqvW0uz7ouT4gsp3FYqp",
    requestId: "req-1764031697-vqvW0uz7ouT4gsp3FYqp",
    createdAt: now,
    workspaceId: defaultWorkspaceId,
    keyHash: keyHash(secrets.inference),
    surface: "chat-completions",
    requestedModel: "mistralai/ministral-8b",
    model: "mistralai/ministral-8b",
    endpointId: "mistralai/ministral-8b@mistral",
    providerName: "Mistral",
    upstreamId: "cmpl-1",
    isSandbox: false,
    streamed: true,
    cancelled: false,
    finishReason: "stop",
    nativeFinishReason: "stop",
    faultCode: null,
    latencyMs: 210.5,
    generationMs: 900,
    promptTokens: 10,
    completionTokens: 20,
    reasoningTokens: 0,
    cachedTokens: 0,
    usageEstimated: false,
    cost: nanodollars(3_000n),
    serviceTier: null,
    router: null,
    presetId: null,
    cacheSourceId: null,
    app: { referer: "https://app.example/chat?x=1", title: "An app", categories: [], userAgent: "curl/8" },
    user: "user-7",
    sessionId: null,
    attempts: [{ endpointId: "mistralai/ministral-8b@mistral", providerName: "Mistral", model: "mistralai/ministral-8b", status: 200, faultCode: null, latencyMs: 210.5, kind: "try", cost: nanodollars(3_000n) }],
    plan: { seed: 7, steps: ["mistralai/ministral-8b@mistral"], rejected: [] },
    notes: [],
  };
}
