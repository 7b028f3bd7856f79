/** Searching the list of models, and sending somebody the address of what was found. */

import { expect } from "vitest";
import type { Page } from "playwright-core";
import { journey, useBrowser } from "../support/journey.ts";

useBrowser();

const search = (page: Page) => page.getByRole("searchbox", { name: "Search models" });
/** What the list says it holds. */
const total = async (page: Page): Promise<number> => Number((await page.getByRole("status", { name: /models?$/ }).innerText()).replaceAll(/\D/g, ""));
/** The slugs of the list, in its order. */
const slugs = async (page: Page): Promise<readonly string[]> => (await page.getByRole("region", { name: "Results" }).getByRole("code").allInnerTexts()).filter((text) => /^[\w.~-]+\/[\w.:-]+$/.test(text));

journey("a few letters find a model, the address keeps up, Escape brings all back", async ({ page, stranger }) => {
  await page.goto("/models");
  const all = await total(page);
  expect(all).toBeGreaterThan(300);
  await page.keyboard.press("/");
  expect(await search(page).evaluate((input) => input === document.activeElement)).toBe(true);
  await page.keyboard.type("ministral");
  await expect.poll(() => slugs(page)).toEqual(expect.arrayContaining(["mistralai/ministral-8b", "mistralai/ministral-8b-2512"]));
  const found = await slugs(page);
  expect(await total(page)).toBe(found.length);
  for (const slug of found) expect(slug).toContain("ministral");
  expect(new URL(page.url()).searchParams.get("q")).toBe("ministral");

  const other = await stranger({ javaScriptEnabled: true });
  await other.goto(page.url());
  expect(await slugs(other)).toEqual(found);

  await page.keyboard.press("Escape");
  await expect.poll(() => total(page)).toBe(all);
  expect(new URL(page.url()).searchParams.get("q") ?? "").toBe("");
});
