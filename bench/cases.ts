/** What is measured, and how. Each case loads its subjects in turn, several rounds, so that a noisy neighbour hits all of them. */

import { setTimeout as pause } from "node:timers/promises";
import { assert } from "../src/base/assert.ts";
import type { Run } from "./load.ts";
import { cpuMicroseconds, residentBytes, type Loader } from "./processes.ts";

/** What stands between the load and the upstream. */
export interface Subject {
  readonly pid: number;
  /** Where to send a request that the upstream is to answer in this way. */
  request(how: Way, promptBytes: number): Pick<Run, "url" | "headers" | "body">;
}

/** How the upstream answers. */
export type Way = "json" | "stream" | "open" | "paced";

export interface CpuCase {
  readonly how: Way;
  readonly promptBytes: number;
  readonly concurrency: number;
  readonly requests: number;
  readonly rounds: number;
  /** Divides the processor time: 1 for a figure per request. */
  readonly unitsPerRequest: number;
}

/** Microseconds of processor time per unit, and the median over the rounds of their ratios. */
export interface CpuFigures {
  readonly bare: number;
  readonly gateway: number;
  readonly ratio: number;
}

export interface Pair {
  readonly bare: Subject;
  readonly gateway: Subject;
}

export async function compareCpu(loader: Loader, pair: Pair, bench: CpuCase): Promise<CpuFigures> {
  const measure = async (subject: Subject) => {
    const before = cpuMicroseconds(subject.pid);
    await load(loader, subject, { ...bench, spreadMs: 0, hold: false });
    return (cpuMicroseconds(subject.pid) - before) / (bench.requests * bench.unitsPerRequest);
  };
  await measure(pair.bare);
  await measure(pair.gateway);

  const rounds: { bare: number; gateway: number }[] = [];
  for (let round = 0; round < bench.rounds; round++) {
    const gatewayFirst = round % 2 === 1;
    const early = gatewayFirst ? await measure(pair.gateway) : 0;
    const bare = await measure(pair.bare);
    rounds.push({ bare, gateway: gatewayFirst ? early : await measure(pair.gateway) });
  }
  return {
    bare: median(rounds.map(({ bare }) => bare)),
    gateway: median(rounds.map(({ gateway }) => gateway)),
    ratio: median(rounds.map(({ bare, gateway }) => gateway / bare)),
  };
}

/** Bytes of memory that each of `count` open streams costs. The subject must be fresh: memory once taken is rarely given back. */
export async function memoryPerStream(loader: Loader, subject: Subject, count: number): Promise<number> {
  const open = { how: "open" as const, promptBytes: 1000, spreadMs: 0, hold: true };
  await load(loader, subject, { ...open, concurrency: 20, requests: 20 });
  await loader.command({ close: true });
  const before = await settledBytes(subject.pid);
  await load(loader, subject, { ...open, concurrency: count, requests: count, spreadMs: 2000 });
  const after = await settledBytes(subject.pid);
  await loader.command({ close: true });
  return (after - before) / count;
}

/**
 * Milliseconds that a request and its first content spend on the way, for each of three subjects, with 200 streams open:
 * the subjects take turns, and the first turn of each only warms it up.
 */
export async function timesOnTheWay(loader: Loader, subjects: readonly [Subject, Subject, Subject], turns: number): Promise<[number[], number[], number[]]> {
  const seen: [number[], number[], number[]] = [[], [], []];
  for (let turn = 0; turn <= turns; turn++) {
    for (const [index, subject] of subjects.entries()) {
      const outcome = await load(loader, subject, { how: "paced", promptBytes: 1000, concurrency: 200, requests: 400, spreadMs: 600, hold: false });
      if (turn > 0) seen[index]?.push(...outcome.onTheWayMs);
    }
  }
  return seen;
}

/** Resident memory once it has stopped moving. */
export async function settledBytes(pid: number): Promise<number> {
  let last = residentBytes(pid);
  for (let steady = 0, tries = 0; steady < 3 && tries < 40; tries++) {
    await pause(200);
    const now = residentBytes(pid);
    steady = Math.abs(now - last) < last * 0.01 ? steady + 1 : 0;
    last = now;
  }
  return last;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

interface Load {
  readonly how: Way;
  readonly promptBytes: number;
  readonly concurrency: number;
  readonly requests: number;
  readonly spreadMs: number;
  readonly hold: boolean;
}

async function load(loader: Loader, subject: Subject, { how, promptBytes, concurrency, requests, spreadMs, hold }: Load) {
  const outcome = await loader.command({ run: { ...subject.request(how, promptBytes), concurrency, requests, spreadMs, hold } });
  assert(outcome.failed === 0, `${outcome.failed} of ${requests} requests (${how}) failed: figures from this run would mean nothing`);
  return outcome;
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
