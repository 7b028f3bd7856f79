/** `windrose serve`: opens the gateway, says in at most eight lines what it is and how to use it, and drains on a signal. */

import { assert } from "../base/assert.ts";
import type { Endpoint, Model } from "../catalog/model.ts";
import type { Config } from "../config.ts";
import { openGateway, version, type Gateway } from "../gateway.ts";
import { listenForOperator, withSignIn, type OperatorSocket, type SignInOffer } from "../http/operator.ts";
import { startServer } from "../http/server.ts";
import { defaultWorkspaceId } from "../keys/key.ts";
import { readyDataDirectory } from "./data-directory.ts";
import { operatorSocketPath } from "./operator.ts";
import { bold, type Terminal } from "./terminal.ts";

export const serveUsage = "windrose serve";

/** Resolves when the node has stopped. */
export async function serve(config: Config, _args: readonly string[], terminal: Terminal): Promise<void> {
  readyDataDirectory(config.dataDir);
  const stopped = signalled();
  const gateway = await openGateway(config);
  /** What was opened last comes first. */
  const closes = [gateway.close];
  try {
    const site = { url: "" };
    const operator = await openOperatorSocket(gateway, config, site);
    if (operator !== undefined) closes.unshift(operator.close);
    const server = await startServer(
      { relay: gateway.relay, replays: gateway.replays, keys: gateway.keys, presets: gateway.presets, api: gateway.api, site: gateway.site, clock: gateway.relay.clock, log: gateway.log, bodyBytesMax: config.bodyBytesMax },
      { host: config.host, port: config.port },
    );
    closes.unshift(() => server.drain(config.timeouts.drainMs));
    site.url = siteUrlOf(config.host, server.port);
    // After listening: a start that fails on its port must not use up the only time that keys are shown.
    const made = await firstKeys(gateway, config);
    const signIn = gateway.site === undefined ? undefined : (await offerSignIn(gateway, site.url)).url;
    for (const line of banner(gateway, { baseUrl: `${site.url}/api/v1`, made, signIn, title: bold(terminal, `Windrose ${version}`) })) terminal.print(line);
    await stopped;
  } finally {
    for (const close of closes) await close();
  }
}

/** Where there can be no such socket, the node serves all the same. */
async function openOperatorSocket(gateway: Gateway, config: Config, site: { readonly url: string }): Promise<OperatorSocket | undefined> {
  const { operatorApi, log } = gateway;
  const path = operatorSocketPath(config);
  if (path !== undefined) return listenForOperator(gateway.site === undefined ? operatorApi : withSignIn(operatorApi, () => offerSignIn(gateway, site.url)), path);
  log.warn({ dataDir: config.dataDir }, "commands cannot reach this node while it runs: WINDROSE_DATA_DIR is too long for the path of a socket");
  return undefined;
}

/** Behind "#", where no server and no log along the way sees it. */
async function offerSignIn({ sessions }: Gateway, siteUrl: string): Promise<SignInOffer> {
  const { token, expiresAt } = await sessions.issueToken(defaultWorkspaceId);
  return { url: `${siteUrl}/login#token=${token}`, expiresAt };
}

/** Shown once; undefined where there is none to show. */
interface MadeKeys {
  readonly inference?: string;
  readonly management?: string;
}

/** An installation without keys gets one to call with and, if the operator brings none, one to manage with. */
async function firstKeys({ keys }: Gateway, { bootstrapKey }: Config): Promise<MadeKeys> {
  const isFirstStart = (await keys.count()) === 0;
  const bootstrap = bootstrapKey?.reveal();
  if (bootstrap !== undefined && (await keys.authenticate(bootstrap)) === undefined) await keys.create({ name: "bootstrap", kind: "management", secret: bootstrap });
  if (!isFirstStart) return {};
  const { secret: inference } = await keys.create({ name: "first key", kind: "inference" });
  if (bootstrap !== undefined) return { inference };
  const { secret: management } = await keys.create({ name: "management", kind: "management" });
  return { inference, management };
}

function siteUrlOf(host: string, port: number): string {
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

interface BannerFacts {
  readonly title: string;
  readonly baseUrl: string;
  readonly made: MadeKeys;
  /** The address that signs in; undefined where there is no site. */
  readonly signIn: string | undefined;
}

/** What is to be copied has a line of its own; everything else fits in 80 columns. */
function banner(gateway: Gateway, { title, baseUrl, made: { inference, management }, signIn }: BannerFacts): readonly string[] {
  const { models, switchedOff } = gateway.catalog;
  return [
    `${title}  ${baseUrl}  ${models.length} models`,
    providersLine(gateway),
    ...(switchedOff.size === 0 ? [] : [`Off: ${switchedOff.size} endpoint(s) whose provider has no such model (npx windrose endpoints)`]),
    ...(signIn === undefined ? [] : [`Sign in (30 min): ${signIn}`]),
    ...(inference === undefined ? [] : [management === undefined ? "API key, shown this once:" : "API key and management key, shown this once:", inference]),
    ...(management === undefined ? [] : [management]),
    inference === undefined ? "Try, with your key (npx windrose keys create NAME makes one):" : "Try:",
    curl(baseUrl, inference ?? "$WINDROSE_API_KEY", exampleModel(gateway)),
  ];
}

function providersLine({ catalog }: Gateway): string {
  const { configuredProviders: found, hasLive } = catalog;
  if (found.length === 0) return "Providers: none yet (npx windrose doctor says how). The sandbox answers instead.";
  if (!hasLive) return "Providers: none can be called (npx windrose doctor says why). The sandbox answers.";
  const shown = found.filter(({ endpoints }) => endpoints > 0).slice(0, 3);
  const names = shown.map(({ name, endpoints }) => `${name} (${endpoints})`).join(", ");
  return `Providers: ${names}${found.length > shown.length ? `, ${found.length - shown.length} more` : ""}; sandbox for sandbox keys`;
}

function curl(baseUrl: string, key: string, { slug }: Model): string {
  const body = `{"model": "${slug}", "messages": [{"role": "user", "content": "What is the meaning of life?"}]}`;
  return `curl ${baseUrl}/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d '${body}'`;
}

const familiarModel = "mistralai/ministral-8b";

/** A model that will answer: the familiar one, else the cheapest of those whose provider is known to serve it. */
function exampleModel({ catalog }: Gateway): Model {
  const familiar = catalog.find(familiarModel);
  assert(familiar !== undefined, "the packaged catalog lists the familiar model");
  if (!catalog.hasLive || catalog.live(familiar).length > 0) return familiar;
  const offers = catalog.models.filter(({ outputModalities }) => outputModalities.includes("text")).flatMap((model) => catalog.live(model).slice(0, 1).map((endpoint) => ({ model, endpoint })));
  return offers.toSorted((one, other) => rank(one.endpoint) - rank(other.endpoint))[0]?.model ?? familiar;
}

/** Dollars per million tokens both ways; what was not seen to work comes after all that was. */
function rank({ standing, price }: Endpoint): number {
  return price.prompt + price.completion + (standing === "active" ? 0 : 1e9);
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
}
