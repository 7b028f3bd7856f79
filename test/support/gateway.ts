/** The gateway as its users have it: a process of its own, spoken to over HTTP alone. */

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { assert } from "../../src/base/assert.ts";
import { call } from "./caller.ts";

export interface GatewayOptions {
  /** What WINDROSE_CONFIG holds. */
  readonly config?: object;
  /** More environment: credentials, settings. The test's own environment is not passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** The home of an earlier gateway, to start again on its data. */
  readonly home?: string;
}

export interface Gateway {
  /** "http://127.0.0.1:40123/api/v1" */
  readonly baseUrl: string;
  readonly managementKey: string;
  /** Holds the data directory and the config file. */
  readonly home: string;
  readonly dataDir: string;
  readonly pid: number;
  /** All that it has printed. */
  output(): string;
  /** A new inference key; `options` as in `POST /keys`. */
  newKey(options?: object): Promise<NewKey>;
  /** Runs another `windrose` command on the same home, and gives what it printed. Rejects when it fails. */
  cli(...args: string[]): Promise<string>;
  /** Asks it to end (SIGTERM) and waits until it has; gives its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut would, and waits until it is gone. */
  kill9(): Promise<void>;
  /** Stops it if it still runs, and removes its home. */
  dispose(): Promise<void>;
}

export interface NewKey {
  readonly key: string;
  readonly hash: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = join(root, "dist", "windrose.js");
const managementKey = "sk-wr-v1-management-key-of-the-tests";

/** How to start Windrose on this checkout: the built program when there is one (the global set-up builds it), else the sources. */
export function windroseCommand(): readonly string[] {
  return existsSync(built) ? [built] : ["--import", "tsx", join(root, "src", "main.ts")];
}

/** Starts a gateway on a free port and waits until it has printed its base URL. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), "windrose-test-")));
  const dataDir = join(home, "data");
  const configFile = join(home, "windrose.json");
  // A test must not depend on what else runs on the machine.
  if (options.home === undefined || options.config !== undefined) await writeFile(configFile, JSON.stringify({ detect_local_servers: false, ...options.config }));

  const env = {
    PATH: process.env["PATH"],
    PORT: "0",
    WINDROSE_DATA_DIR: dataDir,
    WINDROSE_BOOTSTRAP_KEY: managementKey,
    WINDROSE_CONFIG: configFile,
    ...options.env,
  };
  const child = spawn(process.execPath, [...windroseCommand(), "serve"], { cwd: root, stdio: ["ignore", "pipe", "pipe"], env });
  const printed = collect(child);
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const baseUrl = await Promise.race([printed.baseUrl, exited.then(() => undefined)]);
  if (baseUrl === undefined) {
    if (options.home === undefined) await rm(home, { recursive: true, force: true });
    throw new Error(`The gateway ended before it was ready:\n${printed.text()}`);
  }
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };

  return {
    baseUrl,
    managementKey,
    home,
    dataDir,
    pid: child.pid ?? 0,
    output: printed.text,
    newKey: async (keyOptions = {}) => {
      const created = await call(baseUrl, "/keys", { key: managementKey, body: { name: "test", ...keyOptions } });
      assert(created.status === 201, `POST /keys answers ${created.status}: ${created.text}`);
      return { key: created.json["key"], hash: created.json["data"]["hash"] };
    },
    cli: async (...args) => (await promisify(execFile)(process.execPath, [...windroseCommand(), ...args], { cwd: root, env })).stdout,
    stop: () => end("SIGTERM"),
    kill9: async () => void (await end("SIGKILL")),
    dispose: async () => {
      await end("SIGTERM");
      await rm(home, { recursive: true, force: true });
    },
  };
}

function collect(child: ChildProcess): { text: () => string; baseUrl: Promise<string> } {
  let text = "";
  const baseUrl = new Promise<string>((resolve) => {
    for (const output of [child.stdout, child.stderr]) {
      output?.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        const match = /http:\/\/127\.0\.0\.1:\d+\/api\/v1\b/.exec(text);
        if (match !== null) resolve(match[0]);
      });
    }
  });
  return { text: () => text, baseUrl };
}
