/** Starts the processes of the benchmark, and reads what the kernel has booked to them. */

import { fork, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Command, Outcome } from "./load.ts";

export interface Started {
  readonly pid: number;
  /** "http://127.0.0.1:40123" */
  readonly origin: string;
  stop(): void;
}

export interface Loader {
  command(command: Command): Promise<Outcome>;
  stop(): void;
}

const here = fileURLToPath(new URL(".", import.meta.url));
const built = fileURLToPath(new URL("../dist/bench/", import.meta.url));

/** Builds our processes as the gateway is built, so that nobody pays for a compiler at run time. */
export async function buildProcesses(): Promise<void> {
  await build({
    entryPoints: ["upstream", "bare-proxy", "load"].map((name) => `${here}${name}.ts`),
    outdir: built,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
  });
}

export async function startUpstream(): Promise<Started> {
  return started(await spawned("upstream"));
}

/** The bare proxy in front of `origin`. */
export async function startBareProxy(origin: string): Promise<Started> {
  return started(await spawned("bare-proxy", origin));
}

export async function startLoader(): Promise<Loader> {
  const { child } = await spawned("load");
  return {
    command: (command) =>
      new Promise((resolve, reject) => {
        const gone = (code: number | null, signal: string | null) => reject(new Error(`The load generator is gone (${code ?? signal}).`));
        child.once("exit", gone).once("message", (outcome) => {
          child.off("exit", gone);
          resolve(outcome as Outcome);
        });
        child.send(command);
      }),
    stop: () => void child.kill(),
  };
}

/** Microseconds of processor time, user and system, that the threads of a process have used. To the nanosecond, where `stat` counts in ticks of 10 ms. */
export function cpuMicroseconds(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    // The first field is the time on a processor. Source: the kernel's Documentation/scheduler/sched-stats.rst, /proc/<pid>/schedstat.
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  }
  return nanoseconds / 1000;
}

/** Bytes of memory that a process holds now. */
export function residentBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1] ?? 0) * 1024;
}

function spawned(name: string, ...args: string[]): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(`${built}${name}.mjs`, args, { execArgv: [] });
  return new Promise((resolve) => {
    child.once("message", (ready) => resolve({ child, port: (ready as { port: number }).port }));
  });
}

function started({ child, port }: { child: ChildProcess; port: number }): Started {
  return { pid: child.pid ?? 0, origin: `http://127.0.0.1:${port}`, stop: () => void child.kill() };
}
