/**
 * `npm run shots [-- PATH …]`: pictures of the main pages, or of these, over invented traffic: light, dark and narrow. For eyes, not for tests:
 * a pixel proves nothing, and a page that looks wrong is seen at once.
 */

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { findChromium, launchChromium, noChromium } from "../test/support/chromium.ts";
import { startDemoGateway } from "../test/support/demo-gateway.ts";

const folder = fileURLToPath(new URL("../shots/", import.meta.url));
const looks = [
  { name: "light", colorScheme: "light", width: 1280 },
  { name: "dark", colorScheme: "dark", width: 1280 },
  { name: "narrow", colorScheme: "light", width: 360 },
] as const;
/** In the order of a visit; what is behind the sign-in comes last. */
const places = [
  "/", "/models", "/models?fmt=table", "/models?fmt=scatter", "/mistralai/mixtral-8x7b-instruct", "/mistralai/ministral-8b-2512", "/mistralai",
  "/compare?models=mistralai/ministral-8b,mistralai/mixtral-8x7b-instruct,mistralai/mistral-small", "/rankings", "/apps", "/apps/helmsman.example", "/providers", "/provider/mistral", "/status",
  "/docs", "/docs/quickstart", "/docs/api", "/docs/api/chat", "/docs/errors", "/not-there", "/login", "/settings/keys", "/settings/keys#create-key",
];

if (findChromium() === undefined) {
  process.stderr.write(`There is ${noChromium}\n`);
  process.exit(1);
}
const wanted = process.argv.slice(2);
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const [gateway, browser] = await Promise.all([startDemoGateway(), launchChromium()]);
try {
  for (const look of looks) await takeAll(browser, look);
} finally {
  await Promise.all([browser.close(), gateway.dispose()]);
}
process.stdout.write(`${folder}\n`);

async function takeAll(within: Browser, { name, colorScheme, width }: (typeof looks)[number]): Promise<void> {
  const context = await within.newContext({ baseURL: new URL(gateway.baseUrl).origin, colorScheme, reducedMotion: "reduce", viewport: { width, height: 900 } });
  const page = await context.newPage();
  for (const path of wanted.length > 0 ? wanted : places) {
    if (path.startsWith("/settings/")) await page.goto((await gateway.cli("login")).trim(), { waitUntil: "networkidle" });
    // An address that differs in its end alone would load nothing.
    await page.goto("about:blank");
    await page.goto(path, { waitUntil: "networkidle" });
    const file = `${path === "/" ? "home" : path.slice(1, 60).replaceAll(/\W+/g, "-")}.${name}.png`;
    await page.screenshot({ path: join(folder, file), fullPage: true });
    process.stdout.write(`${file}\n`);
  }
  await context.close();
}
