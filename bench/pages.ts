/** What the pages cost whoever reads them: their bytes, the server's time, and the time until they are seen, over invented traffic. */

import type { Browser, Page } from "playwright-core";
import { assert } from "../src/base/assert.ts";
import { launchChromium } from "../test/support/chromium.ts";
import { startDemoGateway } from "../test/support/demo-gateway.ts";
import { quantile } from "./cases.ts";
import type { Figure } from "./table.ts";

const model = "/mistralai/mixtral-8x7b-instruct";
const modelPages = [model, "/mistralai/ministral-8b", "/mistralai/ministral-8b-2512", "/mistralai/mistral-small", "/mistralai/mistral-7b-instruct-v0.1"];
/** Those that people arrive at, by the names of their figures. */
const seenPages: Readonly<Record<string, string>> = { "home": "/", "the list of models": "/models", "a model": model };
const otherPages = ["/models?fmt=table", "/mistralai", "/compare?models=mistralai/ministral-8b,mistralai/mistral-small", "/rankings", "/apps", "/providers", "/provider/mistral", "/status", "/docs", "/docs/api/chat"];

/** `generations` is how much traffic the server's pages are made of, `rounds` how often each thing is done. */
export async function pageFigures({ generations, rounds }: { readonly generations: number; readonly rounds: number }): Promise<Figure[]> {
  const gateway = await startDemoGateway(generations);
  const browser = await launchChromium();
  const { origin } = new URL(gateway.baseUrl);
  try {
    return [
      ...(await scriptFigures(browser, origin)),
      await serverFigure(origin, { generations, rounds }),
      ...(await paintFigures(browser, origin, rounds)),
      ...(await searchFigures(browser, origin)),
    ];
  } finally {
    await browser.close();
    await gateway.dispose();
  }
}

/** Bytes of script on the wire before anybody touches the page: the page with the most, and the three that people arrive at. */
async function scriptFigures(browser: Browser, origin: string): Promise<Figure[]> {
  const bytes = new Map<string, number>();
  for (const path of [...Object.values(seenPages), ...otherPages]) bytes.set(path, await inNewPage(browser, (page) => scriptBytes(page, `${origin}${path}`)));
  const [[heaviest, most] = ["", 0]] = [...bytes].toSorted(([, one], [, other]) => other - one);
  return [...Object.entries(seenPages).map(([name, path]) => scriptFigure(`script, ${name}`, bytes.get(path) ?? 0)), scriptFigure(`script, the most: ${heaviest.split("?")[0]}`, most)];
}

function scriptFigure(name: string, bytes: number): Figure {
  return { name, unit: "KB", gateway: bytes / 1024, target: { of: "gateway", most: 170 } };
}

async function scriptBytes(page: Page, address: string): Promise<number> {
  const sizes: Promise<number>[] = [];
  page.on("requestfinished", (request) => {
    if (request.resourceType() === "script") sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
  });
  await page.goto(address, { waitUntil: "networkidle" });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** From the request to the last byte, one page after the other over one connection. */
async function serverFigure(origin: string, { generations, rounds }: { readonly generations: number; readonly rounds: number }): Promise<Figure> {
  const times: number[] = [];
  for (let round = 0; round <= 4 * rounds; round++) {
    for (const path of modelPages) {
      const begun = performance.now();
      const response = await fetch(`${origin}${path}`, { headers: { accept: "text/html" } });
      await response.text();
      assert(response.ok, `${path} answers ${response.status}`);
      // The first round warms the process up.
      if (round > 0) times.push(performance.now() - begun);
    }
  }
  return { name: `server, a model, ${generations / 1000}k requests, median`, unit: "ms", gateway: quantile(times, 0.5), target: { of: "gateway", most: 20 } };
}

/** The worst of all rounds, each in a new profile. */
async function paintFigures(browser: Browser, origin: string, rounds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  let shift = 0;
  for (const [name, path] of Object.entries(seenPages)) {
    const seen: { readonly paintMs: number; readonly shift: number }[] = [];
    for (let round = 0; round < rounds; round++) seen.push(await inNewPage(browser, (page) => firstSight(page, `${origin}${path}`)));
    shift = Math.max(shift, ...seen.map((one) => one.shift));
    figures.push({ name: `largest paint, ${name}, worst of ${rounds}`, unit: "s", gateway: Math.max(...seen.map(({ paintMs }) => paintMs)) / 1000, target: { of: "gateway", most: 1 } });
  }
  return [...figures, { name: "layout shift, worst of them", unit: "", gateway: shift, target: { of: "gateway", most: 0.02 } }];
}

async function firstSight(page: Page, address: string): Promise<{ readonly paintMs: number; readonly shift: number }> {
  await page.goto(address, { waitUntil: "networkidle" });
  const [paints, shifts] = [await valuesOf(page, "largest-contentful-paint", "startTime"), await valuesOf(page, "layout-shift", "value")];
  return { paintMs: paints.at(-1) ?? Number.NaN, shift: shifts.reduce((sum, value) => sum + value, 0) };
}

/** One number of each entry of a kind that the page has had; none where there was no entry. */
function valuesOf(page: Page, type: string, field: string): Promise<number[]> {
  return page.evaluate(([kind, name]) => new Promise<number[]>((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries().map((entry) => Number(Reflect.get(entry, name))))).observe({ type: kind, buffered: true });
    // An observer is told of what was before it at once, or there was nothing.
    setTimeout(() => resolve([]), 200);
  }), [type, field] as const);
}

/** From the stroke of a key in the search of models until the list that it makes is painted. */
async function searchFigures(browser: Browser, origin: string): Promise<Figure[]> {
  const times = await inNewPage(browser, async (page) => {
    await page.goto(`${origin}/models`, { waitUntil: "networkidle" });
    await page.getByRole("searchbox", { name: "Search models" }).focus();
    await page.evaluate(watchStrokes);
    const measured: number[] = [];
    for (const letter of "aeglmqswx") {
      for (const key of [letter, "Backspace"]) {
        await page.keyboard.press(key);
        measured.push(await page.evaluate(() => (globalThis as unknown as Strokes).stroke));
      }
    }
    // The first stroke waits for the index of all models.
    return measured.slice(2);
  });
  return [
    { name: "search, key stroke to painted, median", unit: "ms", gateway: quantile(times, 0.5), target: { of: "gateway", most: 50 } },
    { name: "search, key stroke to painted, worst", unit: "ms", gateway: Math.max(...times) },
  ];
}

interface Strokes {
  /** Milliseconds of the last stroke, as soon as its list is painted. */
  stroke: Promise<number>;
}

/** Runs in the page. */
function watchStrokes(): void {
  const strokes = globalThis as unknown as Strokes;
  const results = document.querySelector('[aria-label="Results"]') ?? document.body;
  addEventListener("keydown", ({ timeStamp }) => {
    strokes.stroke = new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        // What is posted in a frame arrives when it is painted.
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.addEventListener("message", () => resolve(performance.now() - timeStamp));
          port1.start();
          port2.postMessage(null);
        });
      });
      observer.observe(results, { childList: true, subtree: true, characterData: true });
    });
  }, { capture: true });
}

async function inNewPage<Result>(browser: Browser, look: (page: Page) => Promise<Result>): Promise<Result> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    return await look(await context.newPage());
  } finally {
    await context.close();
  }
}
