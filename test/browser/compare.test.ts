/** Three models beside each other. */

import { expect } from "vitest";
import { journey, useBrowser } from "../support/journey.ts";
import { cellsOf } from "../support/reading.ts";

useBrowser();

/** Dollars per million tokens, in and out, as the catalog lists them. */
const compared = [
  { slug: "mistralai/ministral-8b", input: 0.1, output: 0.1 },
  { slug: "mistralai/mixtral-8x7b-instruct", input: 0.08, output: 0.24 },
  { slug: "mistralai/mistral-small", input: 0.2, output: 0.6 },
] as const;

journey("what differs, what it costs to the cent, and a table to paste", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`/compare?models=${compared.map(({ slug }) => slug).join(",")}`);
  const table = page.getByRole("table", { name: /^Comparison of / });
  const all = await cellsOf(table);
  await page.getByRole("link", { name: "Differences only" }).click();
  await expect.poll(async () => (await cellsOf(table)).length).toBeLessThan(all.length);
  const [, ...rows] = (await cellsOf(table)).filter((cells) => cells.length === compared.length + 1);
  expect(rows.length).toBeGreaterThan(5);
  for (const [name, ...cells] of rows) expect(new Set(cells.map((cell) => cell.replace(/ (?:lowest|highest|best)$/, ""))).size, name).toBeGreaterThan(1);

  const workload = page.getByRole("form", { name: "Workload" });
  await workload.getByRole("textbox", { name: /^Input tokens/ }).fill("1000000");
  await workload.getByRole("textbox", { name: /^Output tokens/ }).fill("200000");
  await workload.getByRole("textbox", { name: /^Input from cache/ }).fill("0");
  await workload.getByRole("textbox", { name: /^Requests/ }).fill("100");
  const costs = page.getByRole("table", { name: "Cost by model" });
  const wanted = compared.map(({ input, output }) => `$${(100 * (input + 0.2 * output)).toFixed(2)}`);
  const aDay = async () => {
    const [heads = [], ...lines] = await cellsOf(costs);
    return lines.map((cells) => cells[heads.indexOf("A day")]);
  };
  await expect.poll(aDay).toEqual(wanted);

  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  await page.getByRole("status").filter({ hasText: "Copied" }).waitFor({ state: "attached" });
  const lines = (await page.evaluate(() => navigator.clipboard.readText())).trim().split("\n");
  expect(lines[1]).toMatch(/^\|(?: ?:?-+:? ?\|)+$/);
  expect(new Set(lines.map((line) => line.replaceAll("\\|", "").split("|").length)).size).toBe(1);
  expect(lines.length).toBeGreaterThan(rows.length);

  // A4, upright, at 96 dots an inch.
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: 794, height: 1123 });
  expect(await table.evaluate((element) => element.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
});
