/** Searching the list of models, and sending somebody the address of what was found. */

import { expect } from "vitest";
import type { Page } from "playwright-core";
import { call } from "../support/caller.ts";
import { demoOrigin, journey, useBrowser } from "../support/journey.ts";
import { cellsOf } from "../support/reading.ts";

useBrowser();

const search = (page: Page) => page.getByRole("searchbox", { name: "Search models" });
const filter = (page: Page, group: string, option: RegExp) => page.getByRole("group", { name: group }).getByRole("checkbox", { name: option });
const table = (page: Page) => page.getByRole("table", { name: "Models" });
const tray = (page: Page) => page.getByRole("complementary", { name: "Models to compare" });
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

journey("an address holds filters, view, sort and what is to be compared; Back takes one after the other away", async ({ page, stranger }) => {
  await page.goto("/models");
  const seen: { readonly total: number; readonly address: string }[] = [];
  const step = async (change: () => Promise<unknown>): Promise<void> => {
    seen.push({ total: await total(page), address: page.url() });
    await change();
    await page.waitForURL((url) => url.href !== seen.at(-1)?.address);
  };
  await step(() => filter(page, "Input modality", /^Image/).check());
  // The first filter waits for the index of all models; those after it have it.
  await expect.poll(() => total(page)).toBeLessThan(seen[0]?.total ?? 0);
  await step(() => filter(page, "Abilities", /^tools/).check());
  await step(() => filter(page, "Data policy", /^Zero data retention/).check());
  await step(() => page.getByRole("combobox", { name: "Context, at least" }).selectOption("128000"));
  await step(() => page.getByRole("spinbutton", { name: /^Input price.* at most$/ }).fill("2"));
  await step(() => page.getByRole("radio", { name: "Table" }).press("Space"));
  await step(() => page.getByRole("combobox", { name: "Sort" }).selectOption("pricing-low-to-high"));
  await expect.poll(async () => (await cellsOf(table(page))).length).toBeGreaterThan(4);
  await step(() => table(page).getByRole("checkbox").nth(0).check());
  await step(() => table(page).getByRole("checkbox").nth(2).check());
  await tray(page).getByRole("link", { name: "Compare 2" }).waitFor();
  const [rows, trayed] = [await cellsOf(table(page)), await tray(page).getByRole("link", { name: /^Take / }).allInnerTexts()];
  expect(await total(page)).toBeLessThan(seen[0]?.total ?? 0);

  const other = await stranger();
  await other.goto(page.url());
  await expect.poll(() => tray(other).getByRole("link", { name: /^Take / }).allInnerTexts()).toEqual(trayed);
  expect(await cellsOf(table(other))).toEqual(rows);
  expect(await table(other).getByRole("columnheader", { name: /^Input/ }).getAttribute("aria-sort")).toBe("ascending");
  expect(await table(other).getByRole("checkbox", { checked: true }).count()).toBe(2);

  for (const { total: before, address } of seen.toReversed()) {
    await page.goBack();
    await page.waitForURL(address);
    await expect.poll(() => total(page)).toBe(before);
  }
  expect(await tray(page).count()).toBe(0);

  await other.getByRole("link", { name: "Compare 2" }).click();
  await other.getByRole("table", { name: /^Comparison of / }).waitFor();
  for (const name of trayed) expect(await other.getByRole("main").innerText()).toContain(name.replace(" ×", ""));
});

journey("an address as OpenRouter writes it finds what the API finds", async ({ page }) => {
  for (const [most, isEmpty] of [["0.1", false], ["0", true]] as const) {
    await page.goto(`/models?order=pricing-low-to-high&supported_parameters=tools&max_price=${most}`);
    const { data } = (await call(`${demoOrigin()}/api/v1`, `/models?supported_parameters=tools&max_price=${most}&sort=pricing-low-to-high`)).json as { data: { id: string }[] };
    // The catalog has no model with tools whose price is known to be nothing.
    expect(data.length === 0).toBe(isEmpty);
    expect(await slugs(page)).toEqual(data.slice(0, pageSize).map(({ id }) => id));
    expect(await total(page)).toBe(data.length);
    expect(await filter(page, "Abilities", /^tools/).isChecked()).toBe(true);
  }
  // What to let go of.
  expect(await page.getByRole("region", { name: "Results" }).getByRole("link").count()).toBeGreaterThan(0);
});
