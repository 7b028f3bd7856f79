/**
 * One gateway over invented traffic for all tests in the browser, filled and started once a test run. Those tests only read from it;
 * a test that changes something starts a gateway of its own.
 */

import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { findChromium } from "./chromium.ts";
import { startGateway, windroseCommand, type Gateway } from "./gateway.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** "http://127.0.0.1:40123"; "" where there is no browser to look at it. */
    demoOrigin: string;
    /** A key of that gateway, for what is asked of its API. */
    demoKey: string;
  }
}

/** Enough for every chart and every percentile. */
const usualCount = 40_000;

/** A gateway on a data directory of its own, with the same traffic for everyone, up to now: windows such as "this week" are told by the clock of the system. */
export async function startDemoGateway(count: number = usualCount): Promise<Gateway> {
  const home = await mkdtemp(join(tmpdir(), "windrose-demo-"));
  const filling = [...windroseCommand(), "demo", "--dir", join(home, "data"), "--seed", "1", "--generations", String(count)];
  await promisify(execFile)(process.execPath, filling, { env: { PATH: process.env["PATH"] } });
  return startGateway({ home, config: {} });
}

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (findChromium() === undefined) {
    project.provide("demoOrigin", "");
    project.provide("demoKey", "");
    return undefined;
  }
  const gateway = await startDemoGateway();
  project.provide("demoOrigin", new URL(gateway.baseUrl).origin);
  project.provide("demoKey", (await gateway.newKey()).key);
  return gateway.dispose;
}
