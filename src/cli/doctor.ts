/** `windrose doctor`: what could keep this installation from working; for each finding the cause and the fix. */

import { statfsSync } from "node:fs";
import { createServer } from "node:net";
import { wallClock } from "../base/clock.ts";
import { asFault } from "../base/fault.ts";
import type { Catalog } from "../catalog/load.ts";
import { paths, type Config } from "../config.ts";
import { openCatalog } from "../gateway.ts";
import { protocols } from "../providers/registry.ts";
import { taskProtocols } from "../providers/tasks.ts";
import { readyDataDirectory } from "./data-directory.ts";
import { allKeys } from "./keys.ts";
import { openOperator } from "./operator.ts";
import type { Terminal } from "./terminal.ts";

export const doctorUsage = "windrose doctor";

interface Finding {
  readonly subject: string;
  readonly state: "ok" | "note" | "fails";
  readonly detail: string;
}

const diskFreeBytesMin = 1024 ** 3;
/** No release of this project is older. */
const clockEarliest = Date.UTC(2026, 0, 1);

/** Prints one line a finding; the process fails when one of them does. */
export async function doctor(config: Config, _args: readonly string[], terminal: Terminal): Promise<void> {
  const findings: Finding[] = [{ subject: "runtime", state: "ok", detail: `Node ${process.versions.node}` }, clock()];
  const catalog = disk(config, findings) ? await settings(config, findings) : undefined;
  const isRunning = catalog !== undefined && (await store(config, findings));
  findings.push(await port(config, isRunning));
  if (catalog !== undefined) findings.push(...providers(catalog));
  for (const { subject, state, detail } of findings) terminal.print(`${state.padEnd(6)}${subject.padEnd(14)}${detail}`);
  if (findings.some((finding) => finding.state === "fails")) process.exitCode = 1;
}

/** The environment was read already, or no command would run; the file must also fit the catalog. */
async function settings(config: Config, findings: Finding[]): Promise<Catalog | undefined> {
  const subject = "config";
  try {
    const catalog = await openCatalog(config);
    findings.push({ subject, state: "ok", detail: config.configFile ?? "no file; defaults and environment" });
    return catalog;
  } catch (error) {
    findings.push({ subject, state: "fails", detail: asFault(error).message });
    return undefined;
  }
}

/** False when nothing else can be looked at, because the data directory cannot. */
function disk({ dataDir }: Config, findings: Finding[]): boolean {
  const subject = "disk";
  try {
    readyDataDirectory(dataDir);
  } catch (error) {
    findings.push({ subject, state: "fails", detail: asFault(error).message });
    return false;
  }
  const { bavail, bsize } = statfsSync(dataDir);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free in ${dataDir}`;
  findings.push(free < diskFreeBytesMin ? { subject, state: "fails", detail: `${text}: usage is written here before an answer ends. Free some space.` } : { subject, state: "ok", detail: text });
  return true;
}

/** True when a node runs on this data directory. */
async function store(config: Config, findings: Finding[]): Promise<boolean> {
  try {
    const operator = await openOperator(config);
    try {
      const { length: count } = await allKeys(operator);
      findings.push({ subject: "database", state: "ok", detail: `${paths.database(config.dataDir)}${operator.isNode ? ", by way of the running node" : ""}` });
      findings.push(count === 0 ? { subject: "keys", state: "note", detail: "none yet: the first start makes one and shows it" } : { subject: "keys", state: "ok", detail: `${count}; see windrose keys list` });
      return operator.isNode;
    } finally {
      await operator.close();
    }
  } catch (error) {
    findings.push({ subject: "database", state: "fails", detail: asFault(error).message });
    return false;
  }
}

function port({ host, port: wanted }: Config, isRunning: boolean): Promise<Finding> {
  const subject = "port";
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(isRunning && error.code === "EADDRINUSE"
        ? { subject, state: "ok", detail: `${host}:${wanted} is in use while this installation's node runs` }
        : { subject, state: "fails", detail: `${host}:${wanted} cannot be listened on (${error.code ?? error.message}). Stop what uses it, or set PORT and HOST.` });
    });
    server.listen({ host, port: wanted }, () => server.close(() => resolve({ subject, state: "ok", detail: wanted === 0 ? `${host}, on any free port` : `${host}:${wanted} is free` })));
  });
}

function clock(): Finding {
  const now = wallClock();
  const text = new Date(now).toISOString();
  return now < clockEarliest
    ? { subject: "clock", state: "fails", detail: `${text}: in the past. Limits reset by the clock and certificates are checked by it; set it.` }
    : { subject: "clock", state: "ok", detail: text };
}

/** The credentials that open the most endpoints. */
function usualCredentials(catalog: Catalog): readonly string[] {
  const counts = new Map<string, number>();
  for (const endpoint of catalog.models.flatMap((model) => model.endpoints)) {
    const name = protocols.has(endpoint.protocol) || taskProtocols.has(endpoint.protocol) ? catalog.findProvider(endpoint.provider)?.credentialEnv[0] : undefined;
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one).slice(0, 6).map(([name]) => name);
}

function providers(catalog: Catalog): readonly Finding[] {
  const found = catalog.configuredProviders.map(({ slug, name, endpoints }): Finding =>
    endpoints > 0 ? { subject: slug, state: "ok", detail: `${name}: ${endpoints} endpoint${endpoints === 1 ? "" : "s"} can be called` } : { subject: slug, state: "note", detail: `${name}: none of its endpoints can be called${lackOf(catalog, slug)}` });
  if (catalog.hasLive) return found;
  return [...found, { subject: "providers", state: "note", detail: `none that can be called: the sandbox answers. Set one of ${usualCredentials(catalog).join(", ")}, … or WINDROSE_CONFIG.` }];
}

/** What most of a provider's endpoints lack, and what to do about it. */
function lackOf(catalog: Catalog, provider: string): string {
  const counts = new Map<string, number>();
  for (const model of catalog.models) {
    const own = new Set(model.endpoints.filter((endpoint) => endpoint.provider === provider).map(({ id }) => id));
    if (own.size === 0) continue;
    for (const [id, lack] of catalog.lacks(model)) if (own.has(id)) counts.set(lack, (counts.get(lack) ?? 0) + 1);
  }
  const [usual] = [...counts].sort(([, one], [, other]) => other - one)[0] ?? [];
  const names = catalog.findProvider(provider)?.credentialEnv ?? [];
  switch (usual) {
    case "credential": return `: no credential. Set ${names.length === 0 ? "credential or credential_env in the config file" : names.join(" or ")}.`;
    case "adapter": return ": its protocol is not spoken yet.";
    case undefined: return ": the catalog lists none. Give it endpoints in the config file.";
    default: return `: they lack ${usual === "upstream model" ? "the provider's model id" : `a ${usual}`}.`;
  }
}
