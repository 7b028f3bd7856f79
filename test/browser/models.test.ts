/** Searching the list of models, and finding it by an address. */

import { expect } from "vitest";
import type { Page } from "playwright-core";
import { call } from "../support/caller.ts";
import { demoOrigin, journey, useBrowser } from "../support/journey.ts";

useBrowser();

const search = (page: Page) => page.getByRole("searchbox", { name: "Search models" });
/** What the list says it holds. */
const total = async (page: Page): Promise<number> => Number((await page.getByRole("status", { name: /\d models?$/ }).innerText()).replaceAll(/\D/g, ""));
/** What one page of the list holds. */
const pageSize = 60;
/** The slugs of the list, in its order, those too that nobody has scrolled to. */
const slugs = async (page: Page): Promise<readonly string[]> => (await page.getByRole("region", { name: "Results" }).getByRole("code").allTextContents()).filter((text) => /^[\w.~-]+\/[\w.:-]+$/.test(text));
const asked = (page: Page, name: string): string | null => new URL(page.url()).searchParams.get(name);

journey("a few letters find a model, the address keeps up, Escape brings all back", async ({ page, stranger }) => {
  await page.goto("/models");
  const all = await total(page);
  expect(all).toBeGreaterThan(300);
  await page.keyboard.press("/");
  expect(await search(page).evaluate((input) => input === document.activeElement)).toBe(true);
  await page.keyboard.type("ministral");
  await expect.poll(() => slugs(page)).toEqual(expect.arrayContaining(["mistralai/ministral-8b", "mistralai/ministral-8b-2512"]));
  await expect.poll(() => asked(page, "q")).toBe("ministral");
  const found = await slugs(page);
  expect(await total(page)).toBe(found.length);
  for (const slug of found) expect(slug).toContain("ministral");
  await page.getByRole("status").filter({ hasText: `${found.length} models` }).first().waitFor({ state: "attached" });

  const other = await stranger();
  await other.goto(page.url());
  expect(await slugs(other)).toEqual(found);

  await search(page).focus();
  await page.keyboard.press("Escape");
  await expect.poll(() => total(page)).toBe(all);
  await expect.poll(() => asked(page, "q") ?? "").toBe("");
});

journey("an address as OpenRouter writes it finds what the API finds", async ({ page }) => {
  for (const [most, isEmpty] of [["0.1", false], ["0", true]] as const) {
    await page.goto(`/models?order=pricing-low-to-high&supported_parameters=tools&max_price=${most}`);
    const { data } = (await call(`${demoOrigin()}/api/v1`, `/models?supported_parameters=tools&max_price=${most}&sort=pricing-low-to-high`)).json as { data: { id: string }[] };
    // The catalog has no model with tools whose price is known to be nothing.
    expect(data.length === 0).toBe(isEmpty);
    expect(await slugs(page)).toEqual(data.slice(0, pageSize).map(({ id }) => id));
    expect(await total(page)).toBe(data.length);
  }
  // What to let go of.
  expect(await page.getByRole("region", { name: "Results" }).getByRole("link").count()).toBeGreaterThan(0);
});
