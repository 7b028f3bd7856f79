/** `windrose doctor`: what could keep this installation from working; for each finding the cause and the fix. */

import { accessSync, constants, existsSync, mkdirSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { wallClock } from "../base/clock.ts";
import { asFault } from "../base/fault.ts";
import type { Catalog } from "../catalog/load.ts";
import { paths, type Config } from "../config.ts";
import { catalogFolder, openCatalog } from "../gateway.ts";
import { protocols } from "../providers/registry.ts";
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
  const findings = [
    { subject: "runtime", state: "ok", detail: `Node ${process.versions.node}` },
    { subject: "config", state: "ok", detail: config.configFile ?? "no file; defaults and environment" },
    disk(config),
    await port(config),
    await store(config),
    clock(),
    ...(await providers(config)),
  ] satisfies Finding[];
  for (const { subject, state, detail } of findings) terminal.print(`${state.padEnd(6)}${subject.padEnd(14)}${detail}`);
  if (findings.some((finding) => finding.state === "fails")) process.exitCode = 1;
}

function disk({ dataDir }: Config): Finding {
  const subject = "disk";
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK);
  } catch {
    return { subject, state: "fails", detail: `${dataDir} cannot be written. Change its owner, or set WINDROSE_DATA_DIR.` };
  }
  const { bavail, bsize } = statfsSync(dataDir);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free in ${dataDir}`;
  return free < diskFreeBytesMin ? { subject, state: "fails", detail: `${text}: usage is written here before an answer ends. Free some space.` } : { subject, state: "ok", detail: text };
}

function port({ host, port: wanted, dataDir }: Config): Promise<Finding> {
  const subject = "port";
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isOurs = error.code === "EADDRINUSE" && existsSync(paths.operatorSocket(dataDir));
      resolve(isOurs
        ? { subject, state: "ok", detail: `${host}:${wanted} is in use, by this installation's node as it seems` }
        : { subject, state: "fails", detail: `${host}:${wanted} cannot be listened on (${error.code ?? error.message}). Stop what uses it, or set PORT and HOST.` });
    });
    server.listen({ host, port: wanted }, () => server.close(() => resolve({ subject, state: "ok", detail: `${host}:${wanted} is free` })));
  });
}

async function store(config: Config): Promise<Finding> {
  const subject = "database";
  try {
    const operator = await openOperator(config);
    try {
      await operator.call("GET", "/keys");
    } finally {
      await operator.close();
    }
    return { subject, state: "ok", detail: paths.database(config.dataDir) };
  } catch (error) {
    return { subject, state: "fails", detail: asFault(error).message };
  }
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
    const name = protocols.has(endpoint.protocol) ? catalog.findProvider(endpoint.provider)?.credentialEnv[0] : undefined;
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one).slice(0, 6).map(([name]) => name);
}

async function providers(config: Config): Promise<readonly Finding[]> {
  try {
    const catalog = await openCatalog(config);
    if (!catalog.hasLive) {
      return [{ subject: "providers", state: "note", detail: `none configured: the sandbox answers. Set one of ${usualCredentials(catalog).join(", ")}, … or WINDROSE_CONFIG.` }];
    }
    return catalog.configuredProviders.map(({ slug, name, endpoints }) => ({ subject: slug, state: "ok" as const, detail: `${name}: ${endpoints} endpoints` }));
  } catch (error) {
    return [{ subject: "providers", state: "fails", detail: `${asFault(error).message} (catalog: ${dirname(catalogFolder)})` }];
  }
}
