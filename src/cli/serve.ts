/** `windrose serve`: opens the gateway, says in at most eight lines what it is and how to use it, and drains on a signal. */

import type { Model } from "../catalog/model.ts";
import type { Config } from "../config.ts";
import { paths } from "../config.ts";
import { openGateway, version, type Gateway } from "../gateway.ts";
import { listenForOperator } from "../http/operator.ts";
import { startServer, type HttpServer } from "../http/server.ts";
import { bold, type Terminal } from "./terminal.ts";

export const serveUsage = "windrose serve";

/** Resolves when the node has stopped. */
export async function serve(config: Config, _args: readonly string[], terminal: Terminal): Promise<void> {
  const gateway = await openGateway(config);
  const made = await firstKeys(gateway, config);
  const operator = await listenForOperator(gateway.operatorApi, paths.operatorSocket(config.dataDir));
  const server = await startServer(
    { relay: gateway.relay, keys: gateway.keys, api: gateway.api, clock: gateway.relay.clock, log: gateway.log, bodyBytesMax: config.bodyBytesMax },
    { host: config.host, port: config.port },
  );
  banner(terminal, gateway, { config, server, made });
  await signalled();
  await server.drain(config.timeouts.drainMs);
  await operator.close();
  await gateway.close();
}

interface MadeKeys {
  /** Printed once; undefined when keys exist already. */
  readonly inference: string | undefined;
  readonly management: string | undefined;
}

/** An installation without keys gets one to call with and one to manage with. */
async function firstKeys({ keys }: Gateway, config: Config): Promise<MadeKeys> {
  const bootstrap = config.bootstrapKey?.reveal();
  if (bootstrap !== undefined && (await keys.authenticate(bootstrap)) === undefined) await keys.create({ name: "bootstrap", kind: "management", secret: bootstrap });
  const existing = await keys.list({ offset: 0, limit: 100, includeDisabled: true });
  const hasManagement = existing.some((key) => key.kind === "management");
  const hasInference = existing.some((key) => key.kind === "inference");
  const management = hasManagement ? undefined : (await keys.create({ name: "management", kind: "management" })).secret;
  const inference = hasInference || (existing.length > 0 && bootstrap === undefined) ? undefined : (await keys.create({ name: "first key", kind: "inference" })).secret;
  return { inference, management };
}

interface Opened {
  readonly config: Config;
  readonly server: HttpServer;
  readonly made: MadeKeys;
}

function banner(terminal: Terminal, gateway: Gateway, { config, server, made }: Opened): void {
  const { catalog } = gateway;
  const baseUrl = `http://${config.host.includes(":") ? `[${config.host}]` : config.host}:${server.port}/api/v1`;
  const example = exampleModel(gateway);
  terminal.print(`${bold(terminal, `Windrose ${version}`)}  ${baseUrl}`);
  terminal.print(`Providers   ${providersLine(gateway)}`);
  if (made.inference !== undefined) terminal.print(`API key     ${made.inference}  (shown once)`);
  if (made.management !== undefined) terminal.print(`Management  ${made.management}  (shown once)`);
  const key = made.inference ?? "$WINDROSE_API_KEY";
  terminal.print(`Try         curl ${baseUrl}/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d '{"model": "${example.slug}", "messages": [{"role": "user", "content": "What is the meaning of life?"}]}'`);
  if (catalog.switchedOff.size > 0) terminal.print(`Off         ${catalog.switchedOff.size} endpoint(s) whose provider has no such model; see: windrose endpoints`);
}

function providersLine({ catalog }: Gateway): string {
  if (!catalog.hasLive) return `none configured: the sandbox answers for all ${catalog.models.length} models (set MISTRAL_API_KEY, OPENAI_API_KEY, … for real ones)`;
  const shown = catalog.configuredProviders.slice(0, 6).map((provider) => `${provider.name} (${provider.endpoints})`);
  const more = catalog.configuredProviders.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}; sandbox for sandbox keys`;
}

/** A model that will answer: a cheap one of the live ones, or the first acceptance case in the sandbox. */
function exampleModel({ catalog }: Gateway): Model {
  const familiar = catalog.find("mistralai/ministral-8b");
  const isCallable = (model: Model) => (catalog.hasLive ? catalog.live(model) : catalog.sandboxed(model)).length > 0;
  if (familiar !== undefined && isCallable(familiar)) return familiar;
  return catalog.models.find(isCallable) ?? (catalog.models[0] as Model);
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
}
