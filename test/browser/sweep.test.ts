/** Every place of the site, wide and narrow, light and dark: axe finds nothing, and nothing scrolls sideways. */

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { pageRoutes } from "../../src/http/pages/routes.ts";
import { axeFindings } from "../support/axe.ts";
import { isScrolledSideways, journey, useBrowser } from "../support/journey.ts";

useBrowser();

/** Addresses that show what a route can show. The keys are swept where one is signed in (keys.test.ts). */
const places: Readonly<Record<string, readonly string[]>> = {
  "/models": ["/models", "/models?fmt=table", "/models?fmt=scatter", "/models?q=nothing+is+called+so", "/models?supported_parameters=tools&max_price=0&order=pricing-low-to-high"],
  "/rankings": ["/rankings", "/rankings?period=month"],
  "/provider/:slug": ["/provider/mistral", "/provider/azure"],
  "/apps/:slug": ["/apps/helmsman.example"],
  "/compare": ["/compare", "/compare?models=mistralai/ministral-8b", "/compare?models=mistralai/ministral-8b,mistralai/mistral-small,openai/gpt-4o&diff=1"],
  "/status/:slug": ["/status/mistral"],
  "/docs/api/:group": ["/docs/api/chat"],
  "/:author": ["/mistralai"],
  "/:author/:slug": [
    "/mistralai/ministral-8b", "/mistralai/ministral-8b-2512", "/mistralai/mixtral-8x7b-instruct", "/mistralai/mistral-small", "/mistralai/mistral-7b-instruct-v0.1",
    // Many endpoints; none; what gives no text; one that ends.
    "/openai/gpt-oss-120b", "/anthracite-org/magnum-v4-72b", "/openai/gpt-image-1", "/openai/text-embedding-3-small", "/openai/whisper-large-v3", "/google/gemini-2.0-flash-001",
  ],
};
/** Redirects, and pages behind the sign-in. */
const elsewhere = new Set(["/logout", "/settings/keys", "/keys", "/models/:author/:slug", "/:author/:slug/:section"]);
const isData = (path: string): boolean => path.startsWith("/api/") || /\.(?:csv|json|md|txt|xml|yaml)$/.test(path);
const routes = pageRoutes.map(({ path }) => path).filter((path) => !isData(path) && !elsewhere.has(path));

const addresses = routes.flatMap((path) => places[path] ?? [path]);

test("no place is left out", () => {
  expect(addresses.filter((address) => address.includes(":"))).toEqual([]);
  expect(Object.keys(places).filter((path) => !routes.includes(path))).toEqual([]);
});

for (const address of addresses) journey(address, async ({ page }) => sweep(page, address));
for (const address of ["/nobody", "/mistralai/nothing", "/docs/nothing"]) {
  journey(`${address}, which is not there`, async ({ page }) => sweep(page, address), { expectedErrors: /status of 404/ });
}

async function sweep(page: Page, address: string): Promise<void> {
  await page.goto(address);
  const found: string[] = [];
  const look = async (width: number, colorScheme: "light" | "dark", rules: "all" | "of colours"): Promise<void> => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    found.push(...(await axeFindings(page, rules)).map((finding) => `${width} ${colorScheme} ${finding}`));
    if (await isScrolledSideways(page)) found.push(`${width} scrolls sideways`);
  };
  await look(1280, "light", "all");
  await look(1280, "dark", "of colours");
  await look(360, "dark", "all");
  await look(360, "light", "of colours");
  // What a page 1280 wide has left when it is zoomed to 400 %.
  await page.setViewportSize({ width: 320, height: 800 });
  if (await isScrolledSideways(page)) found.push("320 scrolls sideways");
  expect(found).toEqual([]);
}
