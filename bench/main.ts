/**
 * `npm run bench [-- --quick | --null]`: the gateway with everything on, against a bare proxy that edits the same answers, in one run
 * and on loopback. Processor time is what the kernel books to each process. A missed target is printed, not hidden.
 * `--null` puts a second bare proxy in the gateway's seat: what it prints is the noise of the machine.
 * `--pages` is about the site instead: what its pages weigh, and how soon they are seen in Chromium, over a million invented requests (40,000 with `--quick`).
 */

import { cpus, type as system } from "node:os";
import { assert } from "../src/base/assert.ts";
import { startGateway, type Gateway } from "../test/support/gateway.ts";
import { compareCpu, memoryPerStream, quantile, settledBytes, timesOnTheWay, type Pair, type Subject, type Way } from "./cases.ts";
import { pageFigures } from "./pages.ts";
import { plannerFigures } from "./planner.ts";
import { buildProcesses, startBareProxy, startLoader, startUpstream, type Loader } from "./processes.ts";
import { eventsPerStream } from "./sizes.ts";
import { printFigures, printHeading, type Figure } from "./table.ts";
import { translatedFigures } from "./translated.ts";

const isQuick = process.argv.includes("--quick");
const isNull = process.argv.includes("--null");
const isOfPages = process.argv.includes("--pages");
const streamsOpen = isQuick ? 200 : 1000;

/** One provider for each way of answering, told apart by the base path, and a model of the catalog that only it serves. */
const models: Readonly<Record<Way, string>> = {
  json: "mistralai/ministral-8b",
  stream: "mistralai/mistral-small",
  open: "mistralai/mixtral-8x7b-instruct",
  paced: "mistralai/mistral-7b-instruct-v0.1",
};

/** A program in the gateway's seat. */
interface Seat {
  readonly subject: Subject;
  stop(): Promise<void>;
}

process.stdout.write(`${isOfPages ? "pages" : isNull ? "two bare proxies" : "gateway against a bare proxy"} · Node ${process.version} · ${system()} · ${cpus().length} × ${cpus()[0]?.model ?? "?"}\n\n`);
if (isOfPages) await runOfPages();
else if (system() === "Linux") await run();
else process.stdout.write("The benchmark reads processor time from /proc, which only Linux has.\n");

async function run(): Promise<void> {
  await buildProcesses();
  const upstream = await startUpstream();
  const loader = await startLoader();
  const takeBareSeat = () => bareSeat(upstream.origin);
  const takeGatewaySeat = isNull ? takeBareSeat : () => gatewaySeat(upstream.origin);
  try {
    printHeading();
    if (!isNull) {
      printFigures(await startFigures(upstream.origin));
      printFigures(plannerFigures(isQuick ? 7 : 25));
    }
    await withPair(takeBareSeat, takeGatewaySeat, async (pair) => printFigures(await memoryFigures(loader, pair)));
    await withPair(takeBareSeat, takeGatewaySeat, async (pair) => {
      printFigures(await cpuFigures(loader, pair));
      if (!isNull) printFigures(await translatedFigures(loader, pair, { rounds: isQuick ? 3 : 7, less: isQuick ? 4 : 1 }));
      printFigures(await latencyFigures(loader, pair, directly(upstream.origin)));
      printFigures([{ name: "memory after the load", unit: "MB", bare: (await settledBytes(pair.bare.pid)) / 1e6, gateway: (await settledBytes(pair.gateway.pid)) / 1e6 }]);
    });
  } finally {
    loader.stop();
    upstream.stop();
  }
}

async function runOfPages(): Promise<void> {
  const figures = await pageFigures(isQuick ? { generations: 40_000, rounds: 3 } : { generations: 1_000_000, rounds: 5 });
  printHeading();
  printFigures(figures);
}

async function withPair(takeBareSeat: () => Promise<Seat>, takeGatewaySeat: () => Promise<Seat>, measure: (pair: Pair) => Promise<void>): Promise<void> {
  const bare = await takeBareSeat();
  const gateway = await takeGatewaySeat();
  try {
    await measure({ bare: bare.subject, gateway: gateway.subject });
  } finally {
    await bare.stop();
    await gateway.stop();
  }
}

async function cpuFigures(loader: Loader, pair: Pair): Promise<Figure[]> {
  const rounds = isQuick ? 3 : 7;
  const less = isQuick ? 4 : 1;
  const cases = [
    { name: "CPU per request, JSON 1 KB", how: "json", promptBytes: 1000, concurrency: 32, requests: 3000, unitsPerRequest: 1 },
    { name: "CPU per SSE event, 200 bytes", how: "stream", promptBytes: 1000, concurrency: 16, requests: 240, unitsPerRequest: eventsPerStream },
    { name: "CPU per request, 400 KB prompt", how: "json", promptBytes: 400_000, concurrency: 8, requests: 240, unitsPerRequest: 1 },
  ] as const;
  const figures: Figure[] = [];
  for (const { name, ...bench } of cases) {
    const { bare, gateway, ratio } = await compareCpu(loader, pair, { ...bench, requests: bench.requests / less, rounds });
    figures.push({ name, unit: "µs", bare, gateway, ratio, target: { of: "ratio", most: 1.5 } });
  }
  return figures;
}

async function latencyFigures(loader: Loader, pair: Pair, direct: Subject): Promise<Figure[]> {
  const [base, bare, gateway] = await timesOnTheWay(loader, [direct, pair.bare, pair.gateway], isQuick ? 2 : 6);
  const added = (name: string, part: number): Figure => {
    const [bareMs, gatewayMs] = [quantile(bare, part) - quantile(base, part), quantile(gateway, part) - quantile(base, part)];
    return { name, unit: "ms", bare: bareMs, gateway: gatewayMs, ratio: gatewayMs / bareMs };
  };
  return [
    { ...added("first content, added at 200 streams, median", 0.5), target: { of: "ratio", most: 2 } },
    added("first content, added at 200 streams, 95 %", 0.95),
  ];
}

async function memoryFigures(loader: Loader, { bare, gateway }: Pair): Promise<Figure[]> {
  return [{
    name: `memory per open stream, at ${streamsOpen}`,
    unit: "KB",
    bare: (await memoryPerStream(loader, bare, streamsOpen)) / 1000,
    gateway: (await memoryPerStream(loader, gateway, streamsOpen)) / 1000,
    target: { of: "gateway", most: 40 },
  }];
}

/** The second start finds its database, its keys and its catalog where the first one left them. */
async function startFigures(upstreamOrigin: string): Promise<Figure[]> {
  const first = await startGateway({ config: configFor(upstreamOrigin) });
  await first.stop();
  const begun = performance.now();
  const second = await startGateway({ home: first.home });
  const response = await fetch(`${second.baseUrl}/models/count`);
  const readyMs = performance.now() - begun;
  assert(response.ok, `the gateway says it is ready and answers ${response.status}`);
  const idle = await settledBytes(second.pid);
  await second.dispose();
  return [
    { name: "second start to ready", unit: "s", gateway: readyMs / 1000, target: { of: "gateway", most: 2 } },
    { name: "memory when idle", unit: "MB", gateway: idle / 1e6, target: { of: "gateway", most: 150 } },
  ];
}

async function bareSeat(upstreamOrigin: string): Promise<Seat> {
  const proxy = await startBareProxy(upstreamOrigin);
  return { subject: { pid: proxy.pid, request: (how, promptBytes) => request(`${proxy.origin}/${how}/chat/completions`, how, promptBytes) }, stop: async () => proxy.stop() };
}

/** Everything on: a key with a limit, a plan, a hold, metering and the record. */
async function gatewaySeat(upstreamOrigin: string): Promise<Seat> {
  const gateway: Gateway = await startGateway({ config: configFor(upstreamOrigin) });
  const { key } = await gateway.newKey({ limit: 1_000_000 });
  return {
    subject: { pid: gateway.pid, request: (how, promptBytes) => request(`${gateway.baseUrl}/chat/completions`, how, promptBytes, key) },
    stop: () => gateway.dispose(),
  };
}

function directly(upstreamOrigin: string): Subject {
  return { pid: 0, request: (how, promptBytes) => request(`${upstreamOrigin}/${how}/chat/completions`, how, promptBytes) };
}

function request(url: string, how: Way, promptBytes: number, key = "bare") {
  const content = "What is the meaning of life? ".repeat(Math.ceil(promptBytes / 29)).slice(0, promptBytes);
  const body = JSON.stringify({ model: models[how], messages: [{ role: "user", content }], temperature: 0.7, max_tokens: 200, stream: how !== "json" });
  return { url, headers: { authorization: `Bearer ${key}` }, body };
}

function configFor(upstreamOrigin: string): object {
  return {
    providers: (Object.keys(models) as Way[]).map((how) => ({
      slug: `bench-${how}`,
      name: `Bench ${how}`,
      protocol: "openai-chat",
      base_url: `${upstreamOrigin}/${how}`,
      credential: "bench-credential",
      endpoints: [{ model: models[how], upstream_model: "bench", pricing: { prompt: "0.1", completion: "0.1" }, context_length: 1_000_000 }],
    })),
  };
}
