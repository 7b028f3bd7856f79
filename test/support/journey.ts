/**
 * Walks through the site in a real browser. Every walk also holds what no page may do: say an error to the console, ask another
 * host, scroll sideways, or end in a state that axe complains of.
 */

import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Browser, BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from "playwright-core";
import { axeFindings, isScrolledSideways } from "./axe.ts";
import { findChromium, launchChromium, noChromium } from "./chromium.ts";

/** Whoever walks. */
export interface Walker {
  readonly page: Page;
  readonly context: BrowserContext;
  /** A page in a new context: somebody else, who was sent an address. */
  stranger(options?: BrowserContextOptions): Promise<Page>;
}

export interface JourneyOptions {
  /** The site; that of the demo gateway where absent. Asked when the walk begins. */
  readonly origin?: () => string;
  readonly context?: BrowserContextOptions;
  /** What the console may say: a page that is to be missing is an error to it. */
  readonly expectedErrors?: RegExp;
  /** The walk itself has looked at its end, from all sides. */
  readonly isSwept?: boolean;
}

const isMissing = findChromium() === undefined;
let browser: Browser | undefined;

/** Where a walk starts. */
export function demoOrigin(): string {
  return inject("demoOrigin");
}

export function demoKey(): string {
  return inject("demoKey");
}

/** To be called once in every file with journeys. Without a browser they are skipped, but on CI they fail: nobody is to believe that they ran. */
export function useBrowser(): void {
  beforeAll(async () => {
    if (!isMissing) browser = await launchChromium();
    else if ((process.env["CI"] ?? "") !== "") throw new Error(noChromium);
  });
  afterAll(() => browser?.close());
}

/** A test that is one walk. Paths are from the root of the site. */
export function journey(name: string, walk: (walker: Walker) => Promise<void>, options: JourneyOptions = {}): void {
  test(name, async ({ skip }) => {
    if (browser === undefined) return skip(noChromium);
    const watched = await openContext(browser, options);
    const contexts = [watched];
    try {
      const page = await watched.context.newPage();
      await walk({
        page, context: watched.context,
        stranger: async (context = {}) => {
          const other = await openContext(watched.browser, { ...options, context: { ...options.context, ...context } });
          contexts.push(other);
          return other.context.newPage();
        },
      });
      for (const { context } of contexts) {
        if (options.isSwept === true) continue;
        for (const open of context.pages()) await expectGoodEnd(open, options.context?.javaScriptEnabled ?? true);
      }
      expect(contexts.flatMap(({ troubles }) => troubles)).toEqual([]);
    } finally {
      for (const { context } of contexts) await context.close();
    }
  });
}

/** Is the page as wide as its window, and does axe find nothing? Where no script runs, axe does not run either. */
async function expectGoodEnd(page: Page, hasScripts: boolean): Promise<void> {
  expect(await isScrolledSideways(page), `${page.url()} scrolls sideways`).toBe(false);
  if (hasScripts) expect(await axeFindings(page), page.url()).toEqual([]);
}

interface Watched {
  readonly browser: Browser;
  readonly context: BrowserContext;
  /** Errors in the console, uncaught errors, requests to other hosts. */
  readonly troubles: readonly string[];
}

async function openContext(within: Browser, { origin = demoOrigin, context: wished, expectedErrors }: JourneyOptions): Promise<Watched> {
  const context = await within.newContext({ baseURL: origin(), viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...wished });
  const troubles: string[] = [];
  const heard = (message: ConsoleMessage): void => {
    if (message.type() === "error" && expectedErrors?.test(message.text()) !== true) troubles.push(`console: ${message.text()} (${message.location().url})`);
  };
  context.on("console", heard);
  context.on("weberror", (error) => troubles.push(`uncaught: ${error.error().stack ?? error.error().message}`));
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== origin()) troubles.push(`asked another host: ${request.url()}`);
  });
  return { browser: within, context, troubles };
}
