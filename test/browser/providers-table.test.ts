/** The providers of a model: put in order, opened, and pinned. */

import { expect } from "vitest";
import { journey, useBrowser } from "../support/journey.ts";
import { cellsOf } from "../support/reading.ts";

useBrowser();

/** "268 ms", "1.3 s" in milliseconds; undefined where there were too few requests. */
function milliseconds(text: string): number | undefined {
  const [, value = "", unit] = /^([\d.]+) (ms|s)\b/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(value) * (unit === "s" ? 1000 : 1);
}

journey("sorted by the time to the first content, with percentiles and a snippet that pins", async ({ page }) => {
  await page.goto("/mistralai/ministral-8b-2512");
  const table = page.getByRole("table", { name: /^Providers for / });
  await table.getByRole("columnheader", { name: /^First content/ }).getByRole("link").click();
  await page.waitForURL(/order=latency/);
  expect(await table.getByRole("columnheader", { name: /^First content/ }).getAttribute("aria-sort")).toBe("ascending");
  const [heads = [], ...rows] = await cellsOf(table);
  const column = heads.findIndex((head) => head.startsWith("First content"));
  const times = rows.filter(({ length }) => length === heads.length).map((cells) => milliseconds(cells[column] ?? ""));
  const known = times.filter((time) => time !== undefined);
  expect(known.length).toBeGreaterThan(0);
  expect(times.slice(0, known.length)).toEqual(known.toSorted((one, other) => one - other));

  await page.getByText(/^Details of /).first().click();
  const percentiles = page.getByRole("table", { name: /^Speed of / }).first();
  const [, firstContent = []] = await cellsOf(percentiles);
  expect(milliseconds(firstContent[1] ?? "")).toBe(known[0]);
  const values = firstContent.slice(1, -1).map((cell) => milliseconds(cell) ?? Number.NaN);
  expect(values.length).toBe(4);
  expect(values).toEqual(values.toSorted((one, other) => one - other));
  const tag = (await table.getByRole("rowheader").first().getByRole("code").innerText()).trim();
  const snippet = await page.getByRole("group", { name: `Pin ${tag} snippet` }).innerText();
  expect(JSON.parse(`{${snippet}}`)).toEqual({ provider: { only: [tag] } });
});

journey("a price that changes with the length of the prompt is told", async ({ page }) => {
  await page.goto("/sakana/fugu-ultra");
  const table = page.getByRole("table", { name: /^Providers for / });
  await page.getByText(/^Details of /).first().click();
  expect(await table.innerText()).toMatch(/272(?:K|,000)/);
  expect(await table.innerText()).toMatch(/\$10\.00/);
  expect(await table.innerText()).toMatch(/\$45\.00/);
});
