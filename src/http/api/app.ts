/**
 * The reads and the management API: everything under /api/v1 that is not inference. Who may call what stands in
 * policy.ts, what goes wrong becomes bytes in ../envelope.ts, each noun has a file of its own.
 */

import { OpenAPIHono } from "@hono/zod-openapi";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Clock } from "../../base/clock.ts";
import { requestId } from "../../base/ids.ts";
import type { Presets } from "../../presets/presets.ts";
import type { UsageReads } from "../../usage/reads.ts";
import { chatCompletions } from "../../surfaces/chat-completions/surface.ts";
import type { KeyLookup } from "../authenticate.ts";
import { toEnvelope } from "../envelope.ts";
import { crossOrigin } from "./cross-origin.ts";
import { registerDatasets } from "./datasets.ts";
import { registerCapabilities, type CapabilityReads } from "./capabilities.ts";
import { registerCredits, type CreditBook } from "./credits.ts";
import { registerDocument } from "./document.ts";
import { freshness } from "./freshness.ts";
import { registerGenerations, type GenerationReads } from "./generations.ts";
import { fromFramework, invalidInput } from "./invalid.ts";
import { registerKeys, type KeyStore } from "./keys.ts";
import type { SpendingReads } from "./key-view.ts";
import { registerModels, type HealthReads } from "./models.ts";
import { assertPolicies, basePath, guard, policies, type ApiEnv } from "./policy.ts";
import { registerPresets } from "./presets.ts";
import { registerProviders } from "./providers.ts";
import { registerSwitches, type Switches } from "./switches.ts";
import { registerRoute, type Explain } from "./route.ts";
import { unknownRoute, type OperationName } from "./unknown-route.ts";

export interface ApiDeps {
  readonly catalog: CapabilityReads;
  readonly health: HealthReads;
  readonly keys: KeyLookup & KeyStore;
  readonly ledger: SpendingReads & CreditBook;
  readonly generations: GenerationReads;
  readonly switches: Switches;
  readonly presets: Presets;
  readonly explain: Explain;
  readonly usage: UsageReads;
  readonly clock: Clock;
  readonly version: string;
  /** Operations that others answer under the same base ("POST /chat/completions"), for the 405s and hints given here. */
  readonly elsewhere: readonly OperationName[];
  /** Called with what the caller is not told: every failure of our own (5xx). */
  readonly report: (error: unknown, requestId: string) => void;
}

export interface Api {
  fetch(request: Request): Promise<Response>;
}

// The largest body here is a key's name and limits, except for an inference body: its route is asked for, or a preset made of it.
const bodyBytesMax = 64 * 1024;
const inferenceBodyBytesMax = 1024 * 1024;
const takesInferenceBody = new RegExp(`^${basePath}/(route$|presets/)`);

/** Answers any request under {@link basePath}; every failure is an answer too. Asserts that each route has a policy. */
export function createApi(deps: ApiDeps): Api {
  const routes = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.target, result.error.issues);
    },
  });
  registerModels(routes, deps);
  registerCapabilities(routes, deps.catalog);
  registerProviders(routes, deps.catalog);
  registerSwitches(routes, deps.switches);
  registerKeys(routes, deps);
  registerCredits(routes, deps.ledger);
  registerGenerations(routes, deps.generations);
  registerPresets(routes, deps.presets);
  registerRoute(routes, deps);
  registerDatasets(routes, deps);
  registerDocument(routes, deps);

  const operations = [...Object.keys(policies), ...deps.elsewhere];
  const app = new Hono<ApiEnv>();
  app.use(async (context, next) => {
    context.set("requestId", requestId(deps.clock()));
    await next();
    context.res.headers.set("x-request-id", context.get("requestId"));
  });
  app.use(crossOrigin(operations));
  app.use(freshness());
  app.use(guard(deps.keys, deps.clock));
  const limit = bodyLimit({ maxSize: bodyBytesMax });
  const inferenceLimit = bodyLimit({ maxSize: inferenceBodyBytesMax });
  app.use((context, next) => (takesInferenceBody.test(context.req.path) ? inferenceLimit : limit)(context, next));
  app.route(basePath, routes);
  app.notFound((context) => {
    throw unknownRoute(operations, context.req.method, context.req.path);
  });
  app.onError((thrown, context) => {
    const error = fromFramework(thrown);
    const { status, headers, body } = toEnvelope(error, context.get("requestId"), chatCompletions.encodeFault);
    if (status >= 500) deps.report(error, context.get("requestId"));
    return new Response(body, { status, headers });
  });
  assertPolicies(app.routes);
  return { fetch: async (request) => app.fetch(request) };
}
