/** Every chart says itself in a sentence, can be walked by keys, is a table and a CSV of the same numbers, and is readable without colours. */

import { expect } from "vitest";
import type { Locator, Page } from "playwright-core";
import { axeFindings } from "../support/axe.ts";
import { journey, useBrowser } from "../support/journey.ts";
import { cellsOf, count, fieldsOf } from "../support/reading.ts";

useBrowser();

const seed = "/mistralai/ministral-8b-2512";

for (const path of ["/mistralai/ministral-8b", "/rankings", "/apps/helmsman.example", "/provider/mistral", "/status/mistral"]) {
  journey(`the charts of ${path}`, async ({ page }) => {
    await page.goto(path);
    const figures = await chartsOf(page);
    expect(figures.length).toBeGreaterThan(0);
    for (const figure of figures) await expectWalkable(page, figure);
    await page.emulateMedia({ forcedColors: "active" });
    for (const figure of figures) await expectDistinguishable(figure);
    expect(await axeFindings(page)).toEqual([]);
  });
}

journey("a series that is switched off is gone from the bars, and what stood on it comes down", async ({ page }) => {
  await page.goto(seed);
  const figure = page.getByRole("figure", { name: "Tokens processed per day", exact: true });
  const shapes = () => figure.locator("[data-series]").evaluateAll((all) => all.map((shape) => shape.getAttribute("d") ?? ""));
  const before = await shapes();
  const [first] = await figure.getByRole("list").getByRole("button").all();
  await first?.click();
  expect(await first?.getAttribute("aria-pressed")).toBe("false");
  const without = await shapes();
  expect(without[0]).toBe("");
  expect(await figure.locator('[data-series="0"]').isVisible()).toBe(false);
  // The same bars, lower.
  const [was, is] = [barsIn(before[1]), barsIn(without[1])];
  expect(is.map(({ x, tall }) => ({ x, tall }))).toEqual(was.map(({ x, tall }) => ({ x, tall })));
  expect(is.every(({ top }, index) => top >= (was[index]?.top ?? Number.NaN))).toBe(true);
  await first?.click();
  expect(await shapes()).toEqual(before);
});

function barsIn(path = "") {
  return [...path.matchAll(/M([\d.]+) ([\d.]+)h[\d.]+v([\d.]+)/g)].map(([, x, top, tall]) => ({ x, top: Number(top), tall }));
}

const fillsOf = (figure: Locator): Promise<readonly string[]> => figure.locator("[data-series]").evaluateAll((all) => all.map((shape) => getComputedStyle(shape).fill));

journey("on paper each series has a pattern, on a screen its colour", async ({ page }) => {
  await page.goto(seed);
  const figure = page.getByRole("figure", { name: "Tokens processed per day", exact: true });
  for (const fill of await fillsOf(figure)) expect(fill).toMatch(/^rgb/);
  await page.emulateMedia({ media: "print" });
  for (const fill of await fillsOf(figure)) expect(fill).toContain("pattern");
  expect(await figure.locator(".chart-labels").isVisible()).toBe(true);
  await page.emulateMedia({ media: "screen" });
});

/** Figures with a drawing that takes the keys. */
async function chartsOf(page: Page): Promise<readonly Locator[]> {
  const figures = await page.getByRole("figure").all();
  const drawn = await Promise.all(figures.map((figure) => figure.getByRole("application").count()));
  return figures.filter((_, at) => (drawn[at] ?? 0) > 0);
}

async function expectWalkable(page: Page, figure: Locator): Promise<void> {
  expect(await figure.innerText()).toMatch(/\w+ \w+ \w+.*\./);
  const drawing = figure.getByRole("application");
  await drawing.focus();
  await page.keyboard.press("Home");
  const first = await figure.getByRole("status").innerText();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  const lastButOne = await figure.getByRole("status").innerText();

  await page.keyboard.press("t");
  const table = figure.getByRole("table").first();
  await table.waitFor();
  expect(await figure.getByRole("button", { name: "View as table" }).getAttribute("aria-pressed")).toBe("true");
  const [heads = [], ...rows] = await cellsOf(table);
  for (const [said, cells] of [[first, rows[0]], [lastButOne, rows.at(-2)]] as const) {
    expect(said).toBe(`${cells?.[0]}: ${cells?.slice(1).map((cell, at) => `${heads[at + 1]} ${cell}`).join(", ")}`);
  }

  expectHeld([heads, ...rows], fieldsOf(await csvOf(page, figure)));
  // A pointer that rests on a drawing chooses a point, too.
  await page.mouse.move(0, 0);
  await page.keyboard.press("t");
  await drawing.waitFor();
}

/** A file that divides the tokens in its own way holds the total as prompt and completion; every other holds each column. */
function expectHeld([heads = [], ...rows]: Cells, [names = [], ...lines]: Cells): void {
  expect(lines.length).toBe(rows.length);
  const [prompt, completion] = [names.indexOf("prompt_tokens"), names.indexOf("completion_tokens")];
  const isOwn = prompt !== -1 && completion !== -1;
  const held = names.map((_, at) => lines.map((fields) => Number(fields[at])));
  if (isOwn) held.push(lines.map((fields) => Number(fields[prompt]) + Number(fields[completion])));
  for (const [column, head] of heads.entries()) {
    const shown = rows.map((cells) => figureOf(cells[column] ?? ""));
    if (column === 0 || (isOwn && head !== "Total") || shown.some((value) => value === undefined)) continue;
    expect(held.some((values) => values.every((value, row) => Math.abs(value - (shown[row] ?? Number.NaN)) < hundredthOfPercent)), `${head} is in the CSV`).toBe(true);
  }
}

type Cells = readonly (readonly string[])[];

/** Shares are shown in percent, cut after the second decimal. */
const hundredthOfPercent = 0.000_101;

/** "1,204" or "99.71%" as it is in a CSV. */
function figureOf(text: string): number | undefined {
  return text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : count(text);
}

async function csvOf(page: Page, figure: Locator): Promise<string> {
  const downloading = page.waitForEvent("download");
  await figure.getByText("Download CSV").click();
  const stream = await (await downloading).createReadStream();
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces).toString("utf8");
}

/** Where the system allows no colours of ours, no two entries of the legend look alike. */
async function expectDistinguishable(figure: Locator): Promise<void> {
  const swatches = await figure.getByRole("list", { name: /^Series of / }).getByRole("button").locator("svg").all();
  const looks = await Promise.all(swatches.map(async (swatch) => (await swatch.screenshot()).toString("base64")));
  expect(new Set(looks).size).toBe(looks.length);
}
