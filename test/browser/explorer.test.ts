/** The list of models: its tray, what takes a filter away, and the scatter. */

import { expect } from "vitest";
import type { Page } from "playwright-core";
import { journey, useBrowser } from "../support/journey.ts";

useBrowser();

const total = (page: Page): Promise<string> => page.getByRole("status", { name: /models?$/ }).innerText();
const tray = (page: Page) => page.getByRole("complementary", { name: "Models to compare" });
const query = (page: Page): string => decodeURIComponent(new URL(page.url()).search);

journey("the tray leads to the comparison, and its chips and the keys take models away", async ({ page }) => {
  await page.goto("/models?q=ministral");
  const boxes = page.locator(".card").getByRole("checkbox");
  for (const at of [0, 1, 2]) await boxes.nth(at).check();
  await expect.poll(() => tray(page).getByRole("listitem").count()).toBe(3);
  await tray(page).getByRole("link", { name: /^Take / }).first().click();
  await expect.poll(() => boxes.nth(0).isChecked()).toBe(false);
  await tray(page).getByRole("link", { name: "Compare 2" }).click();
  await expect.poll(() => page.getByRole("heading", { level: 1 }).innerText()).toBe("Compare models");
  expect(query(page).split(",")).toHaveLength(2);
});

journey("a filter can be taken away, and where nothing fits one is named", async ({ page }) => {
  await page.goto("/models?q=ministral&min_price=90");
  expect(await total(page)).toBe("0 models");
  await page.getByRole("link", { name: "Input price ≥ $90.00", exact: true }).click();
  await expect.poll(() => total(page)).toBe("4 models");
  expect(await page.getByRole("spinbutton", { name: "Input price, $ / 1M, at least" }).inputValue()).toBe("");
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expect.poll(() => page.getByRole("searchbox", { name: "Search models" }).inputValue()).toBe("");
});

journey("the scatter is stepped through by keys, follows the filters, and opens a model", async ({ page }) => {
  await page.goto("/models?fmt=scatter");
  const plot = page.getByRole("application", { name: /^Models by/ });
  await plot.focus();
  await page.keyboard.press("Home");
  const readout = page.getByRole("figure", { name: "Models by input price and throughput" }).getByRole("status");
  await expect.poll(() => page.locator("[data-current]").getAttribute("data-point")).toBe("0");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.locator("[data-current]").getAttribute("data-point")).toBe("1");
  expect(await readout.innerText()).toMatch(/: Input price, .* \$/);
  const before = await page.locator("[data-point]").count();
  await page.getByRole("group", { name: "Abilities" }).getByRole("checkbox", { name: "reasoning" }).check();
  await expect.poll(() => page.locator("[data-point]").count()).toBeLessThan(before);
  await page.getByRole("combobox", { name: "Height" }).selectOption("context");
  const figure = page.getByRole("figure", { name: "Models by input price and context" });
  await expect.poll(() => figure.count()).toBe(1);
  expect(query(page)).toBe("?supported_parameters=reasoning&fmt=scatter&y=context");
  // As many points as rows, and each row leads where its point does.
  const links = await figure.locator("tbody th a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  const points = await figure.locator("[data-point]").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  expect(points.toSorted()).toEqual(links.toSorted());
  await plot.focus();
  await page.keyboard.press("End");
  const [name = ""] = (await figure.getByRole("status").innerText()).split(": ");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByRole("heading", { level: 1 }).innerText()).toContain(name.trim());
});

journey("without a script all three views are there, the boxes that would do nothing are not", async ({ page }) => {
  for (const format of ["cards", "table", "scatter"]) {
    await page.goto(`/models?q=mistral&fmt=${format}&compare=mistralai/ministral-8b,openai/gpt-4o`);
    expect(await page.locator('#model-results a[href^="./mistralai/"]').count()).toBeGreaterThan(3);
    expect(await page.locator("[data-compare]:visible").count()).toBe(0);
    expect(await tray(page).getByRole("link", { name: "Compare 2" }).getAttribute("href")).toBe("./compare?models=mistralai/ministral-8b,openai/gpt-4o");
  }
  expect(await page.locator("svg [data-point]").count()).toBeGreaterThan(3);
}, { context: { javaScriptEnabled: false } });
