/** Every place of the site, wide and narrow, light and dark: axe finds nothing, and nothing scrolls sideways. */

import { expect, test } from "vitest";
import { pageRoutes } from "../../src/http/pages/routes.ts";
import { findingsAround } from "../support/axe.ts";
import { journey, useBrowser } from "../support/journey.ts";

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
const elsewhere = new Set(["/logout", "/settings", "/settings/keys", "/keys", "/credits", "/playground", "/docs/api-reference", "/models/:author/:slug", "/:author/:slug/:section"]);
const isData = (path: string): boolean => path.startsWith("/api/") || /\.(?:csv|json|md|txt|xml|yaml)$/.test(path);
const routes = pageRoutes.map(({ path }) => path).filter((path) => !isData(path) && !elsewhere.has(path));

const addresses = routes.flatMap((path) => places[path] ?? [path]);

test("no place is left out", () => {
  expect(addresses.filter((address) => address.includes(":"))).toEqual([]);
  expect(Object.keys(places).filter((path) => !routes.includes(path))).toEqual([]);
});

const notThere = ["/nobody", "/mistralai/nothing", "/docs/nothing"];

for (const address of [...addresses, ...notThere]) {
  journey(address, async ({ page }) => {
    await page.goto(address);
    expect(await findingsAround(page)).toEqual([]);
  }, { isSwept: true, ...(notThere.includes(address) ? { expectedErrors: /status of 404/ } : {}) });
}
